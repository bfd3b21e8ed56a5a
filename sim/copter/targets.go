package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

// Parts of a position target that a station can leave out.
const (
	noPlace = mav.POSITION_TARGET_TYPEMASK_X_IGNORE | mav.POSITION_TARGET_TYPEMASK_Y_IGNORE | mav.POSITION_TARGET_TYPEMASK_Z_IGNORE
	noSpeed = mav.POSITION_TARGET_TYPEMASK_VX_IGNORE | mav.POSITION_TARGET_TYPEMASK_VY_IGNORE | mav.POSITION_TARGET_TYPEMASK_VZ_IGNORE
)

// target is where GUIDED is told to go. ArduPilot acknowledges nothing here.
type target struct {
	mask    mav.POSITION_TARGET_TYPEMASK
	at      func() (vec, bool) // the place, where the frame has one
	vel     vec
	yawDeg  float64
	yawRate float64 // deg/s
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// obey flies a target, in GUIDED only.
func (f *flight) obey(t target) {
	if f.mode != Guided {
		return
	}
	f.crew.operatorActs()
	ignores := func(bits mav.POSITION_TARGET_TYPEMASK) bool { return t.mask&bits == bits }
	switch {
	case !ignores(noPlace):
		at, ok := t.at()
		if !ok || !f.mayGo(at) {
			return
		}
		f.goTo(at)
	case !ignores(noSpeed):
		if !finite(t.vel[:]...) {
			return
		}
		f.flyAt(t.vel)
	default:
		return
	}
	switch {
	case !ignores(mav.POSITION_TARGET_TYPEMASK_YAW_IGNORE) && finite(t.yawDeg):
		yaw := wrap360(t.yawDeg)
		f.guided.yaw = &yaw
	case !ignores(mav.POSITION_TARGET_TYPEMASK_YAW_RATE_IGNORE) && finite(t.yawRate):
		f.guided.hasRate, f.guided.yawRate = true, t.yawRate
	}
}

// handleTarget is SET_POSITION_TARGET_GLOBAL_INT.
func (c *Copter) handleTarget(m *mav.MessageSetPositionTargetGlobalInt) {
	f := c.flight
	f.obey(target{
		mask: m.TypeMask, vel: vec{float64(m.Vy), float64(m.Vx), -float64(m.Vz)},
		yawDeg: float64(m.Yaw) / toRad, yawRate: float64(m.YawRate) / toRad,
		at: func() (vec, bool) {
			p := geo.LatLon{Lat: float64(m.LatInt) / 1e7, Lon: float64(m.LonInt) / 1e7}
			u, ok := f.heightIn(m.CoordinateFrame, p, float64(m.Alt))
			if !ok {
				return vec{}, false
			}
			at := f.place(p, f.homeAMSL)
			at[2] = u
			return at, true
		},
	})
}

// handleLocalTarget is SET_POSITION_TARGET_LOCAL_NED: from the origin, from the vehicle, or along its axes.
func (c *Copter) handleLocalTarget(m *mav.MessageSetPositionTargetLocalNed) {
	f := c.flight
	place, vel := vec{float64(m.Y), float64(m.X), -float64(m.Z)}, vec{float64(m.Vy), float64(m.Vx), -float64(m.Vz)}
	from := f.origin
	switch m.CoordinateFrame {
	case mav.MAV_FRAME_LOCAL_NED:
	case mav.MAV_FRAME_LOCAL_OFFSET_NED:
		from = f.est.pos
	case mav.MAV_FRAME_BODY_NED, mav.MAV_FRAME_BODY_OFFSET_NED:
		from = f.est.pos
		place, vel = place.turned(f.est.yawDeg), vel.turned(f.est.yawDeg)
	default:
		return
	}
	f.obey(target{
		mask: m.TypeMask, vel: vel, yawDeg: float64(m.Yaw) / toRad, yawRate: float64(m.YawRate) / toRad,
		at: func() (vec, bool) {
			const reach = 100_000.0 // m
			at := from.add(place)
			return at, finite(at[:]...) && at.length() < reach
		},
	})
}

// turned rotates a vector that is right, forward, up to east, north, up.
func (a vec) turned(yawDeg float64) vec {
	sin, cos := math.Sincos(yawDeg * toRad)
	return vec{a[0]*cos + a[1]*sin, a[1]*cos - a[0]*sin, a[2]}
}

// handleAttitude is SET_ATTITUDE_TARGET: an attitude, and a thrust of which one half holds the height.
func (c *Copter) handleAttitude(m *mav.MessageSetAttitudeTarget) {
	f := c.flight
	const noAttitude, noThrust = mav.ATTITUDE_TARGET_TYPEMASK_ATTITUDE_IGNORE, mav.ATTITUDE_TARGET_TYPEMASK_THROTTLE_IGNORE
	if f.mode != Guided && f.mode != GuidedNoGPS || m.TypeMask&(noAttitude|noThrust) != 0 || f.guided.takingOff {
		return
	}
	w, x, y, z := float64(m.Q[0]), float64(m.Q[1]), float64(m.Q[2]), float64(m.Q[3])
	n := w*w + x*x + y*y + z*z
	if !finite(w, x, y, z, float64(m.Thrust)) || n < 0.5 || n > 2 {
		return
	}
	roll := math.Atan2(2*(w*x+y*z), n-2*(x*x+y*y)) / toRad
	pitch := math.Asin(clamp(2*(w*y-z*x)/n, -1, 1)) / toRad
	yaw := math.Atan2(2*(w*z+x*y), n-2*(y*y+z*z)) / toRad
	f.crew.operatorActs()
	f.guided.flying = false
	f.guided.attitude = &[3]float64{clamp(roll, -maxLeanDeg, maxLeanDeg), clamp(pitch, -maxLeanDeg, maxLeanDeg), yaw}
	f.guided.attitudeAt = f.age()
	share := 2*clamp(float64(m.Thrust), 0, 1) - 1
	rate := f.limits().up
	if share < 0 {
		rate = f.limits().down
	}
	f.guided.climbMS = share * rate
}

// handleManual is MANUAL_CONTROL: sticks from -1000 to 1000, the throttle from 0. Only the station in charge may fly.
func (c *Copter) handleManual(k packet, m *mav.MessageManualControl) {
	if !c.inCharge(k) {
		return
	}
	c.flight.stationBack() // sticks count as a sign of life, as a heartbeat does
	stick := func(v int16, middle, span float64) uint16 {
		if v == math.MaxInt16 { // not given
			return math.MaxUint16
		}
		return uint16(middle + span*clamp(float64(v), -1000, 1000)/1000)
	}
	c.flight.sticks.override(c.flight.age(), []uint16{
		stick(m.Y, 1500, 500), stick(-max(m.X, -1000), 1500, 500), stick(max(0, m.Z), 1000, 1000), stick(m.R, 1500, 500),
	})
}

// handleOverride is RC_CHANNELS_OVERRIDE.
func (c *Copter) handleOverride(k packet, m *mav.MessageRcChannelsOverride) {
	if !c.inCharge(k) {
		return
	}
	c.flight.stationBack() // sticks count as a sign of life, as a heartbeat does
	values := []uint16{m.Chan1Raw, m.Chan2Raw, m.Chan3Raw, m.Chan4Raw, m.Chan5Raw, m.Chan6Raw, m.Chan7Raw, m.Chan8Raw}
	for _, v := range []uint16{
		m.Chan9Raw, m.Chan10Raw, m.Chan11Raw, m.Chan12Raw, m.Chan13Raw, m.Chan14Raw, m.Chan15Raw, m.Chan16Raw, m.Chan17Raw, m.Chan18Raw,
	} {
		switch v { // here 0 leaves a channel, and 65534 gives it back
		case 0:
			v = math.MaxUint16
		case math.MaxUint16 - 1:
			v = 0
		}
		values = append(values, v)
	}
	c.flight.sticks.override(c.flight.age(), values)
}

// inCharge tells whether a station is the one that MAV_GCS_SYSID names.
func (c *Copter) inCharge(k packet) bool {
	return float64(k.system) == c.flight.params.get("MAV_GCS_SYSID")
}
