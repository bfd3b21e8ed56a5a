package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// gimbalOrder is what a message asks of the gimbal: degrees, and degrees a second; NaN leaves things as they are. The bits of
// flags are the same for the manager and the device.
type gimbalOrder struct {
	pitch, yaw, pitchRate, yawRate float64
	flags                          uint32
}

// limitSlack forgives the rounding of a limit that was announced in radians, in degrees.
const limitSlack = 0.01

// knownGimbal tells whether an id means this gimbal: 0 all of them, its component, or 1, the autopilot's first mount.
func knownGimbal(id float64) bool {
	return math.IsNaN(id) || id == 0 || id == 1 || id == gimbalComponent
}

// orderGimbal obeys, or refuses what the gimbal cannot do.
func (f *flight) orderGimbal(o gimbalOrder) mav.MAV_RESULT {
	g := &f.gimbal
	has := func(bit mav.GIMBAL_MANAGER_FLAGS) bool { return o.flags&uint32(bit) != 0 }
	given := func(v float64) bool { return !math.IsNaN(v) }
	lock, inVehicle, inEarth := has(mav.GIMBAL_MANAGER_FLAGS_YAW_LOCK), has(mav.GIMBAL_MANAGER_FLAGS_YAW_IN_VEHICLE_FRAME), has(mav.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME)
	for _, v := range [...]float64{o.pitch, o.yaw, o.pitchRate, o.yawRate} {
		if math.IsInf(v, 0) {
			return mav.MAV_RESULT_DENIED
		}
	}
	switch {
	case o.flags == math.MaxUint32, inVehicle && inEarth:
		return mav.MAV_RESULT_DENIED
	case has(mav.GIMBAL_MANAGER_FLAGS_RETRACT):
		g.retract()
	case has(mav.GIMBAL_MANAGER_FLAGS_NEUTRAL):
		g.release()
		g.neutral = true
	case o.pitch < gimbalPitchMin-limitSlack, o.pitch > gimbalPitchMax+limitSlack, math.Abs(o.yaw) > 360:
		return mav.MAV_RESULT_DENIED
	case given(o.pitch) || given(o.yaw):
		// The yaw counts from where the flags say, and is then held from where the lock says.
		if fromNorth := inEarth || lock && !inVehicle; fromNorth != lock {
			o.yaw -= f.est.yawDeg * map[bool]float64{true: 1, false: -1}[fromNorth]
		}
		if g.mode != gimbalAngles || g.yawLock != lock {
			g.yawLock = lock
			g.hold(f.est)
		}
		g.point(o.pitch, o.yaw, lock)
	case given(o.pitchRate) || given(o.yawRate):
		if g.mode != gimbalRates || g.yawLock != lock {
			g.yawLock = lock
			g.hold(f.est)
			g.pitchRate, g.yawRate = 0, 0
		}
		if !given(o.pitchRate) {
			o.pitchRate = g.pitchRate
		}
		if !given(o.yawRate) {
			o.yawRate = g.yawRate
		}
		g.turn(o.pitchRate, o.yawRate, lock)
	default:
		return mav.MAV_RESULT_DENIED
	}
	return mav.MAV_RESULT_ACCEPTED
}

// gimbalPitchYaw is DO_GIMBAL_MANAGER_PITCHYAW.
func (c *Copter) gimbalPitchYaw(_ *peer, cmd command) mav.MAV_RESULT {
	if !knownGimbal(cmd.z) {
		return mav.MAV_RESULT_FAILED
	}
	return c.flight.orderGimbal(gimbalOrder{cmd.p[0], cmd.p[1], cmd.p[2], cmd.p[3], whole(cmd.raw[0])})
}

// gimbalConfigure is DO_GIMBAL_MANAGER_CONFIGURE: who is in control. -1 leaves, -2 means the sender, -3 gives up. As with
// ArduPilot nobody else is kept from pointing the gimbal: stations see in GIMBAL_MANAGER_STATUS who means to.
func (c *Copter) gimbalConfigure(_ *peer, cmd command) mav.MAV_RESULT {
	if !knownGimbal(cmd.z) {
		return mav.MAV_RESULT_FAILED
	}
	for _, v := range cmd.p {
		if !(v >= -3 && v <= math.MaxUint8) || v != math.Trunc(v) {
			return mav.MAV_RESULT_DENIED
		}
	}
	g := &c.flight.gimbal
	before, sender := g.control, [2]uint8{cmd.system, cmd.component}
	for i := range g.control {
		switch system, component := cmd.p[2*i], cmd.p[2*i+1]; {
		case system == -2:
			g.control[i] = sender
		case system == -3:
			if g.control[i] == sender {
				g.control[i] = [2]uint8{}
			}
		case system >= 0 && component >= 0:
			g.control[i] = [2]uint8{uint8(system), uint8(component)}
		}
	}
	if g.control != before {
		for _, p := range c.link.peers {
			p.tell(autopilotComponent, c.build(281))
		}
	}
	return mav.MAV_RESULT_ACCEPTED
}

// lookAtCommand is DO_SET_ROI_LOCATION, and DO_SET_ROI, whose first parameter is no gimbal.
func (c *Copter) lookAtCommand(_ *peer, cmd command) mav.MAV_RESULT {
	if cmd.id == common.MAV_CMD_DO_SET_ROI_LOCATION && !knownGimbal(cmd.p[0]) {
		return mav.MAV_RESULT_FAILED
	}
	return c.lookAt(cmd)
}

func (c *Copter) lookAhead(_ *peer, cmd command) mav.MAV_RESULT {
	if !knownGimbal(cmd.p[0]) {
		return mav.MAV_RESULT_FAILED
	}
	c.flight.gimbal.release()
	return mav.MAV_RESULT_ACCEPTED
}

// lookAtVehicle is DO_SET_ROI_SYSID: it looks at the positions that another vehicle reports over this link.
func (c *Copter) lookAtVehicle(_ *peer, cmd command) mav.MAV_RESULT {
	if !knownGimbal(cmd.p[1]) {
		return mav.MAV_RESULT_FAILED
	}
	return c.flight.followWithCamera(cmd.p[0])
}

func (f *flight) followWithCamera(system float64) mav.MAV_RESULT {
	if !(system >= 1 && system <= math.MaxUint8) || system != math.Trunc(system) || system == f.params.get("MAV_SYSID") {
		return mav.MAV_RESULT_DENIED
	}
	f.gimbal.hold(f.est)
	f.gimbal.take(gimbalAngles)
	f.gimbal.system = uint8(system)
	return mav.MAV_RESULT_ACCEPTED
}

// heardVehicle is another vehicle's GLOBAL_POSITION_INT.
func (f *flight) heardVehicle(system uint8, m *mav.MessageGlobalPositionInt) {
	if system == 0 || f.gimbal.system != system {
		return
	}
	if at, ok := f.placeOf(float64(m.Lat)/1e7, float64(m.Lon)/1e7, float64(m.Alt)/1000); ok {
		f.gimbal.lookAt(at)
		f.gimbal.system = system
	}
}

// placeOf is a place with its height above sea level in the local frame.
func (f *flight) placeOf(lat, lon, amsl float64) (vec, bool) {
	cmd := command{lat: lat, lon: lon}
	u, ok := f.heightIn(mav.MAV_FRAME_GLOBAL, cmd.place(), amsl)
	if !ok || lat == 0 && lon == 0 || math.IsNaN(amsl) {
		return vec{}, false
	}
	at := f.place(cmd.place(), f.homeAMSL)
	at[2] = u
	return at, true
}
