package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// mountOrder is the old DO_MOUNT_CONTROL: angles in degrees, the yaw from the nose, or a place.
type mountOrder struct {
	mode           float64 // MAV_MOUNT_MODE
	pitch, yaw     float64
	lat, lon, amsl float64
}

// orderMount obeys, and refuses a mode that is none.
func (f *flight) orderMount(o mountOrder) mav.MAV_RESULT {
	g := &f.gimbal
	if o.mode != math.Trunc(o.mode) { // also NaN
		return mav.MAV_RESULT_FAILED
	}
	switch mav.MAV_MOUNT_MODE(whole(o.mode)) {
	case mav.MAV_MOUNT_MODE_RETRACT:
		g.retract()
	case mav.MAV_MOUNT_MODE_NEUTRAL:
		g.release()
		g.neutral = true
	case mav.MAV_MOUNT_MODE_MAVLINK_TARGETING:
		if !finite(o.pitch, o.yaw) {
			return mav.MAV_RESULT_DENIED
		}
		g.point(o.pitch, o.yaw, false)
	case mav.MAV_MOUNT_MODE_RC_TARGETING: // no stick is meant for it: it stays
		g.yawLock = false
		g.hold(f.est)
		g.take(gimbalAngles)
	case mav.MAV_MOUNT_MODE_GPS_POINT:
		at, ok := f.placeOf(o.lat, o.lon, o.amsl)
		if !ok {
			return mav.MAV_RESULT_DENIED
		}
		g.lookAt(at)
	case mav.MAV_MOUNT_MODE_SYSID_TARGET:
		return f.followWithCamera(f.params.get("MNT1_SYSID_DFLT"))
	case mav.MAV_MOUNT_MODE_HOME_LOCATION:
		g.lookAt(f.home)
	default:
		return mav.MAV_RESULT_FAILED
	}
	return mav.MAV_RESULT_ACCEPTED
}

func (c *Copter) mountControl(_ *peer, cmd command) mav.MAV_RESULT {
	return c.flight.orderMount(mountOrder{mode: cmd.z, pitch: cmd.p[0], yaw: cmd.p[2], lat: cmd.lat, lon: cmd.lon, amsl: cmd.p[3]})
}

// mountConfigure is DO_MOUNT_CONFIGURE, which sets the mode alone.
func (c *Copter) mountConfigure(_ *peer, cmd command) mav.MAV_RESULT {
	return c.flight.orderMount(mountOrder{mode: cmd.p[0]})
}
