package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// highLatencyEvery is how often HIGH_LATENCY2 goes out on a link that was switched to it, in seconds.
const highLatencyEvery = 5

// controlHighLatency is CONTROL_HIGH_LATENCY, for the link that it comes on: one message every few seconds, and answers, are
// all that is sent from then on.
func (c *Copter) controlHighLatency(p *peer, cmd command) mav.MAV_RESULT {
	if cmd.p[0] != 0 && cmd.p[0] != 1 {
		return mav.MAV_RESULT_DENIED
	}
	p.scarce, p.scarceAt = cmd.p[0] == 1, c.flight.age()
	return mav.MAV_RESULT_ACCEPTED
}

// tellScarce sends HIGH_LATENCY2 where it is due.
func (c *Copter) tellScarce() {
	now := c.flight.age()
	for _, p := range c.link.peers {
		if p.scarce && now >= p.scarceAt {
			p.scarceAt = now + highLatencyEvery
			p.send(autopilotComponent, c.highLatency())
		}
	}
}

func (c *Copter) highLatency() *mav.MessageHighLatency2 {
	f := c.flight
	place, amsl := f.position(f.est.pos)
	to := f.wanted()
	_, wantedAMSL := f.position(to)
	gap := to.sub(f.est.pos)
	wind := f.wind()
	tiny := func(v float64) uint8 { return uint8(clamp(math.Round(v), 0, math.MaxUint8)) }
	metres := func(v float64) int16 { return int16(clamp(math.Round(v), math.MinInt16, math.MaxInt16)) }
	beat := c.heartbeat()
	return &mav.MessageHighLatency2{
		Timestamp: f.bootMs(), Type: beat.Type, Autopilot: beat.Autopilot, CustomMode: uint16(f.mode),
		Latitude: e7(place.Lat), Longitude: e7(place.Lon), Altitude: metres(float64(amsl)), TargetAltitude: metres(float64(wantedAMSL)),
		Heading: tiny(f.est.yawDeg / 2), TargetHeading: tiny(gap.courseDeg() / 2),
		TargetDistance: uint16(clamp(gap.horizontal()/10, 0, math.MaxUint16)), Throttle: tiny(float64(f.throttle())),
		Airspeed: tiny(5 * f.est.vel.sub(wind).horizontal()), AirspeedSp: tiny(5 * f.limits().speed), Groundspeed: tiny(5 * f.est.vel.horizontal()),
		Windspeed: tiny(5 * wind.horizontal()), WindHeading: tiny(wind.scale(-1).courseDeg() / 2),
		Eph: tiny(10 * f.gps.hdop), Epv: tiny(15 * f.gps.hdop), TemperatureAir: int8(boardC),
		ClimbRate: int8(clamp(math.Round(10*f.est.vel[2]), math.MinInt8, math.MaxInt8)), Battery: int8(math.Round(f.remainingPct())),
		WpNum: uint16(f.auto.index), FailureFlags: f.failureFlags(), Custom0: int8(uint8(beat.BaseMode)), // as ArduPilot does
	}
}

// failureFlags are those of HIGH_LATENCY2.
func (f *flight) failureFlags() (flags mav.HL_FAILURE_FLAG) {
	for _, x := range [...]struct {
		ill  bool
		flag mav.HL_FAILURE_FLAG
	}{
		{!f.hasFix(), mav.HL_FAILURE_FLAG_GPS},
		{f.faults.compass[0], mav.HL_FAILURE_FLAG_3D_MAG},
		{f.failsafe.low || f.failsafe.critical, mav.HL_FAILURE_FLAG_BATTERY},
		{f.failsafe.radio, mav.HL_FAILURE_FLAG_RC_RECEIVER},
		{f.failsafe.station, mav.HL_FAILURE_FLAG_OFFBOARD_LINK},
		{f.faults.engine < 1, mav.HL_FAILURE_FLAG_ENGINE},
		{f.fence.breached != 0, mav.HL_FAILURE_FLAG_GEOFENCE},
		{!f.ready() || f.failsafe.ekf, mav.HL_FAILURE_FLAG_ESTIMATOR},
	} {
		if x.ill {
			flags |= x.flag
		}
	}
	return flags
}
