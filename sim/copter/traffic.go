package copter

import (
	"fmt"
	"math"
	"math/rand/v2"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

// receiverComponent is the ADS-B receiver's, which is there while SIM_ADSB_COUNT is above 0.
const (
	receiverComponent = 156
	mostTraffic       = 250
)

// aircraft is one that the receiver hears, in the local frame.
type aircraft struct {
	icao      uint32
	pos       vec
	courseDeg float64
	turnDegS  float64
	speedMS   float64
	climbMS   float64
	emitter   mav.ADSB_EMITTER_TYPE
	squawk    uint16
}

// traffic are the other aircraft about.
type traffic struct {
	rng  *rand.Rand
	list []aircraft
}

// stepTraffic flies them for a second: within SIM_ADSB_RADIUS of home, about SIM_ADSB_ALT above it.
func (f *flight) stepTraffic() {
	t := &f.traffic
	radius := clamp(f.params.get("SIM_ADSB_RADIUS"), 100, 100_000)
	height := clamp(f.params.get("SIM_ADSB_ALT"), 10, 15_000)
	count := int(clamp(f.params.get("SIM_ADSB_COUNT"), 0, mostTraffic))
	for len(t.list) < count {
		t.list = append(t.list, t.appears(len(t.list), f.home, radius, height))
	}
	t.list = t.list[:count]
	for i := range t.list {
		a := &t.list[i]
		to := f.home.sub(a.pos)
		turn := a.turnDegS
		if to.horizontal() > radius { // it turns back
			turn = clamp(geo.DiffDeg(a.courseDeg, to.courseDeg()), -6, 6)
		} else if t.rng.IntN(30) == 0 {
			a.turnDegS = 2 * t.rng.NormFloat64()
		}
		if t.rng.IntN(20) == 0 || a.pos[2]-f.home[2] < height/2 && a.climbMS < 0 || a.pos[2]-f.home[2] > height*1.5 && a.climbMS > 0 {
			a.climbMS = clamp((f.home[2]+height-a.pos[2])/60+t.rng.NormFloat64(), -5, 5)
		}
		a.courseDeg = wrap360(a.courseDeg + turn)
		sin, cos := math.Sincos(a.courseDeg * toRad)
		a.pos = a.pos.add(vec{a.speedMS * sin, a.speedMS * cos, a.climbMS})
	}
}

func (t *traffic) appears(i int, home vec, radius, height float64) aircraft {
	types := [...]struct {
		emitter mav.ADSB_EMITTER_TYPE
		speedMS float64
	}{{mav.ADSB_EMITTER_TYPE_LIGHT, 50}, {mav.ADSB_EMITTER_TYPE_ROTOCRAFT, 35}, {mav.ADSB_EMITTER_TYPE_GLIDER, 25}, {mav.ADSB_EMITTER_TYPE_UAV, 15}, {mav.ADSB_EMITTER_TYPE_SMALL, 80}}
	kind := types[i%len(types)]
	bearing, away := 360*t.rng.Float64(), radius*math.Sqrt(t.rng.Float64())
	sin, cos := math.Sincos(bearing * toRad)
	return aircraft{
		icao: 0x7C0000 + uint32(t.rng.IntN(0x1000))<<8 + uint32(i), emitter: kind.emitter, squawk: uint16(1200 + i%6),
		pos: home.add(vec{away * sin, away * cos, height * (0.75 + 0.5*t.rng.Float64())}), courseDeg: 360 * t.rng.Float64(),
		speedMS: kind.speedMS * (0.8 + 0.4*t.rng.Float64()),
	}
}

// message is ADSB_VEHICLE; everything in it is valid.
func (a *aircraft) message(f *flight) *mav.MessageAdsbVehicle {
	p, amsl := f.position(a.pos)
	return &mav.MessageAdsbVehicle{
		IcaoAddress: a.icao, Lat: e7(p.Lat), Lon: e7(p.Lon), AltitudeType: mav.ADSB_ALTITUDE_TYPE_GEOMETRIC, Altitude: int32(float64(amsl) * 1000),
		Heading: uint16(a.courseDeg*100) % 36000, HorVelocity: uint16(a.speedMS * 100), VerVelocity: int16(a.climbMS * 100),
		Callsign: fmt.Sprintf("SIM%05d", a.icao%100_000), EmitterType: a.emitter, Tslc: 1, Squawk: a.squawk,
		Flags: mav.ADSB_FLAGS_VALID_COORDS | mav.ADSB_FLAGS_VALID_ALTITUDE | mav.ADSB_FLAGS_VALID_HEADING | mav.ADSB_FLAGS_VALID_VELOCITY |
			mav.ADSB_FLAGS_VALID_CALLSIGN | mav.ADSB_FLAGS_VALID_SQUAWK | mav.ADSB_FLAGS_SIMULATED | mav.ADSB_FLAGS_VERTICAL_VELOCITY_VALID,
	}
}

// tellTraffic sends what the receiver hears, once a second.
func (c *Copter) tellTraffic() {
	f := c.flight
	f.stepTraffic()
	if len(f.traffic.list) == 0 {
		return
	}
	for _, p := range c.link.peers {
		p.tell(receiverComponent, &mav.MessageHeartbeat{
			Type: mav.MAV_TYPE_ADSB, Autopilot: mav.MAV_AUTOPILOT_INVALID, SystemStatus: mav.MAV_STATE_ACTIVE, MavlinkVersion: 3,
		})
	}
	for i := range f.traffic.list {
		m := f.traffic.list[i].message(f)
		for _, p := range c.link.peers {
			p.tell(receiverComponent, m)
		}
	}
}
