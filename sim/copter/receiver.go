package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

const (
	// pastSteps is how far back the receiver can lag: a second.
	pastSteps = 100
	// metresPerDeg of latitude.
	metresPerDeg = 111_320.0
	goodHDOP     = 1.21 // as recorded, with ten satellites
)

// receiver is the satellite receiver: a few fixes a second, of where the vehicle was a moment ago, with errors that wander.
type receiver struct {
	fix    mav.GPS_FIX_TYPE
	sats   int
	hdop   float64
	at     float64 // of the latest fix, s since power-up
	pos    vec
	vel    vec
	off    vec // error of the latest fix beyond what the estimate carries too, metres
	noise  [3]drift
	wander [3]drift          // that the estimate averages out
	past   [pastSteps][2]vec // position and velocity
	filled int
}

func newReceiver(at vec) receiver {
	r := receiver{fix: mav.GPS_FIX_TYPE_3D_FIX, sats: 10, hdop: goodHDOP, pos: at}
	for i := range r.noise {
		r.noise[i].tau = 10
		r.wander[i] = drift{sigma: [...]float64{0.8, 0.8, 1.2}[i], tau: 20}
	}
	return r
}

// good tells whether it gives a position in space.
func (r *receiver) good() bool { return r.fix >= mav.GPS_FIX_TYPE_3D_FIX }

// stepReceiver measures when it is due.
func (f *flight) stepReceiver() {
	r, x := &f.gps, &f.faults
	r.past[f.steps%pastSteps] = [2]vec{f.body.pos, f.body.vel}
	r.filled = min(r.filled+1, pastSteps)
	for i := range r.noise {
		r.noise[i].sigma = x.noiseM
		if x.noiseM > 0 || r.noise[i].value != 0 {
			r.noise[i].step(dt, x.rng)
		}
	}
	if f.steps%int64(max(1, x.gpsEvery)) != 0 {
		return
	}
	f.see()
	if !r.good() {
		return
	}
	back := int64(min(x.gpsLag, r.filled-1))
	then := r.past[(f.steps-back)%pastSteps]
	r.off = vec{
		x.glitch[0]*metresPerDeg*math.Cos(f.homePos.Lat*toRad) + r.noise[0].value, x.glitch[1]*metresPerDeg + r.noise[1].value,
		x.glitch[2] + r.noise[2].value,
	}
	r.pos = then[0].add(f.senses.place()).add(r.off)
	for i := range r.wander {
		r.pos[i] += r.wander[i].step(float64(x.gpsEvery)*dt, x.rng)
	}
	r.vel, r.at = then[1], f.age()
}

// see counts the satellites: four make a position, three one without height.
func (f *flight) see() {
	r, x := &f.gps, &f.faults
	switch {
	case x.noGPS:
		r.fix, r.sats = mav.GPS_FIX_TYPE_NO_GPS, 0
		return
	case f.age() <= readyAfter/2:
		r.fix, r.sats = mav.GPS_FIX_TYPE_NO_FIX, min(3, x.sats)
		return
	}
	r.sats = x.sats
	if x.jammed { // some come through now and then
		r.sats = min(x.sats, x.rng.IntN(4))
	}
	switch {
	case r.sats >= 4:
		r.fix = mav.GPS_FIX_TYPE_3D_FIX
	case r.sats == 3:
		r.fix = mav.GPS_FIX_TYPE_2D_FIX
	default:
		r.fix = mav.GPS_FIX_TYPE_NO_FIX
	}
	r.hdop = goodHDOP + 0.2*float64(max(0, 8-r.sats)) + 0.2*x.noiseM
}

// rawGPS is GPS_RAW_INT.
func (f *flight) rawGPS() *mav.MessageGpsRawInt {
	r := &f.gps
	eph, epv := uint16(min(9999, r.hdop*100)), uint16(min(9999, r.hdop*165))
	if r.fix == mav.GPS_FIX_TYPE_NO_GPS {
		eph, epv = math.MaxUint16, math.MaxUint16
	}
	if !f.hasFix() {
		return &mav.MessageGpsRawInt{TimeUsec: f.bootUs(), FixType: r.fix, SatellitesVisible: uint8(r.sats), Eph: eph, Epv: epv}
	}
	p, amsl := f.position(r.pos)
	return &mav.MessageGpsRawInt{
		TimeUsec: uint64(max(0, r.at) * 1e6), FixType: r.fix,
		Lat: e7(p.Lat), Lon: e7(p.Lon), Alt: int32(math.Round(float64(amsl) * 1000)),
		Eph: eph, Epv: epv, Vel: uint16(r.vel.horizontal() * 100),
		Cog: uint16(r.vel.courseDeg() * 100), SatellitesVisible: uint8(r.sats),
		AltEllipsoid: int32(math.Round(float64(geo.ToHAE(p, amsl)) * 1000)), HAcc: uint32(500 * r.hdop), VAcc: uint32(750 * r.hdop), VelAcc: 100,
	}
}
