package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// item is one mission item as MISSION_ITEM_INT carries it.
type item struct {
	frame        mav.MAV_FRAME
	cmd          common.MAV_CMD
	p            [4]float32
	x, y         int32 // degrees * 1e7
	z            float32
	autocontinue uint8
}

func (i item) position() geo.LatLon {
	return geo.LatLon{Lat: float64(i.x) / 1e7, Lon: float64(i.y) / 1e7}
}

// nav tells whether the item takes time (the others are done in passing).
func (i item) nav() bool { return i.cmd < 96 }

// label is the name that ArduCopter prints when an item begins.
func (i item) label() string {
	switch i.cmd {
	case common.MAV_CMD_NAV_WAYPOINT:
		return "WP"
	case common.MAV_CMD_NAV_TAKEOFF:
		return "Takeoff"
	case common.MAV_CMD_NAV_RETURN_TO_LAUNCH:
		return "RTL"
	case common.MAV_CMD_NAV_LAND:
		return "Land"
	case common.MAV_CMD_NAV_LOITER_UNLIM:
		return "LoiterUnlim"
	case common.MAV_CMD_NAV_LOITER_TURNS:
		return "LoiterTurns"
	case common.MAV_CMD_NAV_LOITER_TIME:
		return "LoiterTime"
	case common.MAV_CMD_NAV_DELAY:
		return "Delay"
	case common.MAV_CMD_CONDITION_YAW:
		return "CondYaw"
	case common.MAV_CMD_DO_JUMP:
		return "Jump"
	case common.MAV_CMD_DO_CHANGE_SPEED:
		return "ChangeSpeed"
	case common.MAV_CMD_DO_SET_ROI_LOCATION, common.MAV_CMD_DO_SET_ROI, common.MAV_CMD_DO_SET_ROI_NONE:
		return "SetROI"
	case common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:
		return "GimbalPitchYaw"
	}
	return ""
}

// check says whether the autopilot can store the item.
func (i item) check() mav.MAV_MISSION_RESULT {
	if i.label() == "" {
		return mav.MAV_MISSION_UNSUPPORTED
	}
	for n, p := range i.p {
		// Parameter 4 of a way point is a yaw, NaN for 'leave it'; ArduCopter refuses other NaN.
		if math.IsNaN(float64(p)) && n != 3 && i.cmd != common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW || math.IsInf(float64(p), 0) {
			return mav.MAV_MISSION_INVALID_PARAM1 + mav.MAV_MISSION_RESULT(n)
		}
	}
	if math.IsNaN(float64(i.z)) || math.Abs(float64(i.z)) > 20000 {
		return mav.MAV_MISSION_INVALID_PARAM7
	}
	if !i.position().Valid() {
		return mav.MAV_MISSION_INVALID_PARAM5_X
	}
	switch i.frame {
	case mav.MAV_FRAME_GLOBAL, mav.MAV_FRAME_GLOBAL_INT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT,
		mav.MAV_FRAME_GLOBAL_TERRAIN_ALT, mav.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT:
		return mav.MAV_MISSION_ACCEPTED
	case mav.MAV_FRAME_MISSION:
		if !i.nav() {
			return mav.MAV_MISSION_ACCEPTED
		}
	}
	return mav.MAV_MISSION_UNSUPPORTED_FRAME
}

// heightIn converts a height given in a frame at a place: the up coordinate, and false for a frame without heights or a place
// that is none.
func (f *flight) heightIn(frame mav.MAV_FRAME, p geo.LatLon, z float64) (float64, bool) {
	if !(math.Abs(z) <= 20000) || !p.Valid() {
		return 0, false
	}
	at := f.place(p, f.homeAMSL)
	switch frame {
	case mav.MAV_FRAME_GLOBAL, mav.MAV_FRAME_GLOBAL_INT:
		return f.place(p, geo.AMSL(z))[2], true
	case mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT:
		return f.place(p, f.homeAMSL+geo.AMSL(z))[2], true
	case mav.MAV_FRAME_GLOBAL_TERRAIN_ALT, mav.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT:
		return f.land.GroundU(at[0], at[1]) + z, true
	}
	return 0, false
}

// target is the place of a navigation item; an item at 0, 0 means 'here'.
func (f *flight) target(i item) vec {
	p := i.position()
	if i.x == 0 && i.y == 0 {
		p, _ = f.position(f.est.pos)
	}
	at := f.place(p, f.homeAMSL)
	if u, ok := f.heightIn(i.frame, p, float64(i.z)); ok {
		at[2] = u
	}
	return at
}

func (f *flight) homeItem() item {
	return item{
		frame: mav.MAV_FRAME_GLOBAL, cmd: common.MAV_CMD_NAV_WAYPOINT, autocontinue: 1,
		x: e7(f.homePos.Lat), y: e7(f.homePos.Lon), z: float32(f.homeAMSL),
	}
}

func e7(deg float64) int32 { return int32(math.Round(deg * 1e7)) }
