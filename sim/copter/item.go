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
func (i item) nav() bool { return i.cmd < common.MAV_CMD_NAV_LAST }

// label is the name that ArduCopter prints when an item begins; empty for a command that it does not store.
func (i item) label() string { return labels[i.cmd] }

// check says whether the autopilot can store the item in a mission.
func (i item) check() mav.MAV_MISSION_RESULT {
	if i.label() == "" {
		return mav.MAV_MISSION_UNSUPPORTED
	}
	// Parameter 4 of a navigation item is a yaw, NaN for 'leave it'; ArduCopter refuses other NaN.
	mayBeNaN := func(n int) bool { return n == 3 && i.nav() || i.cmd == common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW }
	for n, p := range i.p {
		if math.IsNaN(float64(p)) && !mayBeNaN(n) || math.IsInf(float64(p), 0) {
			return mav.MAV_MISSION_INVALID_PARAM1 + mav.MAV_MISSION_RESULT(n)
		}
	}
	if i.frame == mav.MAV_FRAME_MISSION {
		return mav.MAV_MISSION_ACCEPTED
	}
	return i.checkPlace()
}

// checkPlace says whether the item has a frame and a place on the earth.
func (i item) checkPlace() mav.MAV_MISSION_RESULT {
	switch i.frame {
	case mav.MAV_FRAME_GLOBAL, mav.MAV_FRAME_GLOBAL_INT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT,
		mav.MAV_FRAME_GLOBAL_TERRAIN_ALT, mav.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT:
	default:
		return mav.MAV_MISSION_UNSUPPORTED_FRAME
	}
	switch {
	case math.Abs(float64(i.x)) > 90e7:
		return mav.MAV_MISSION_INVALID_PARAM5_X
	case math.Abs(float64(i.y)) > 180e7:
		return mav.MAV_MISSION_INVALID_PARAM6_Y
	case !(math.Abs(float64(i.z)) <= 20000):
		return mav.MAV_MISSION_INVALID_PARAM7
	}
	return mav.MAV_MISSION_ACCEPTED
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
	frame := i.frame
	if frame == mav.MAV_FRAME_MISSION { // as ArduPilot reads it
		frame = mav.MAV_FRAME_GLOBAL
	}
	if u, ok := f.heightIn(frame, p, float64(i.z)); ok {
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

// fromMessage is the item that a MISSION_ITEM_INT carries.
func fromMessage(m *mav.MessageMissionItemInt) item {
	return item{
		frame: m.Frame, cmd: m.Command, autocontinue: m.Autocontinue, x: m.X, y: m.Y, z: m.Z,
		p: [4]float32{m.Param1, m.Param2, m.Param3, m.Param4},
	}
}

func e7(deg float64) int32 { return int32(math.Round(deg * 1e7)) }
