package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// yawReached is how near a CONDITION_YAW must come, in degrees.
const yawReached = 5.0

// doPending does the items that wait, in their order, until one has to wait for its condition.
func (a *auto) doPending(f *flight) {
	for len(a.pending) > 0 {
		i := a.pending[0]
		if i >= len(f.mission) {
			a.pending = a.pending[:0]
			return
		}
		it := f.mission[i]
		if a.waiting == 0 {
			f.say(mav.MAV_SEVERITY_INFO, "Mission: %d %s", i, it.label())
			f.do(it)
		}
		if !a.fulfilled(f, it) {
			return
		}
		a.pending, a.waiting = a.pending[1:], 0
		f.reached = append(f.reached, i)
	}
}

// fulfilled tells whether the condition of an item holds; others have none.
func (a *auto) fulfilled(f *flight, it item) bool {
	if a.waiting == 0 {
		a.waiting = f.age()
	}
	switch it.cmd {
	case common.MAV_CMD_CONDITION_DELAY:
		return f.age()-a.waiting >= float64(it.p[0])
	case common.MAV_CMD_CONDITION_DISTANCE:
		return !a.running || a.to.sub(f.est.pos).horizontal() <= float64(it.p[0])
	case common.MAV_CMD_CONDITION_YAW:
		return f.yawWish == nil || math.Abs(geo.DiffDeg(f.est.yawDeg, *f.yawWish)) < yawReached
	}
	return true
}

// do does an item that takes no time. Servos, relays and grippers move nothing here.
func (f *flight) do(it item) {
	switch it.cmd {
	case common.MAV_CMD_DO_CHANGE_SPEED:
		f.changeSpeed(float64(it.p[0]), float64(it.p[1]))
	case common.MAV_CMD_DO_SET_HOME:
		if it.p[0] == 1 || it.x == 0 && it.y == 0 {
			f.setHome(f.est.pos)
			return
		}
		f.setHome(f.target(it))
	case common.MAV_CMD_DO_SET_ROI_LOCATION, common.MAV_CMD_DO_SET_ROI:
		if it.x == 0 && it.y == 0 {
			f.gimbal.release()
			return
		}
		f.gimbal.lookAt(f.target(it))
	case common.MAV_CMD_DO_SET_ROI_NONE:
		f.gimbal.release()
	case common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:
		if knownGimbal(float64(it.z)) {
			f.orderGimbal(gimbalOrder{float64(it.p[0]), float64(it.p[1]), float64(it.p[2]), float64(it.p[3]), uint32(max(0, it.x))})
		}
	case common.MAV_CMD_DO_MOUNT_CONTROL:
		f.orderMount(mountOrder{
			mode: float64(it.z), pitch: float64(it.p[0]), yaw: float64(it.p[2]),
			lat: float64(it.x) / 1e7, lon: float64(it.y) / 1e7, amsl: float64(it.p[3]),
		})
	case common.MAV_CMD_CONDITION_YAW:
		f.turnTo(float64(it.p[0]), it.p[2] < 0, it.p[3] != 0)
	case common.MAV_CMD_DO_FENCE_ENABLE:
		f.enableFence(float64(it.p[0]))
	case common.MAV_CMD_DO_SET_CAM_TRIGG_DIST:
		f.setTrigger(float64(it.p[0]), it.p[2] == 1)
	default:
		if it.forCamera() {
			f.errands = append(f.errands, it)
		}
	}
}

// turnTo wishes a heading for the rest of the leg.
func (f *flight) turnTo(deg float64, left, relative bool) {
	if relative {
		if left {
			deg = -deg
		}
		deg += f.est.yawDeg
	}
	yaw := wrap360(deg)
	f.yawWish = &yaw
}

// enableFence is DO_FENCE_ENABLE: 0 off, 1 on, 2 only the floor off.
func (f *flight) enableFence(what float64) bool {
	switch what {
	case 0, 1:
		f.setCounter("FENCE_ENABLE", int(what))
	case 2:
		f.setCounter("FENCE_TYPE", int(f.params.get("FENCE_TYPE"))&^fenceAltMin)
	default:
		return false
	}
	return true
}

// changeSpeed is DO_CHANGE_SPEED: kind 1 is the ground speed, 2 climb, 3 descent.
func (f *flight) changeSpeed(kind, speed float64) bool {
	if !(speed > 0) || speed > 30 {
		return false
	}
	switch kind {
	case 0, 1:
		f.speedMS = speed
	case 2:
		f.params.set("WPNAV_SPEED_UP", speed*100)
	case 3:
		f.params.set("WPNAV_SPEED_DN", speed*100)
	default:
		return false
	}
	return true
}
