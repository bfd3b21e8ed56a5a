package mission

import "github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

// The commands that this station treats in a way of their own.
const (
	Waypoint = uint16(common.MAV_CMD_NAV_WAYPOINT)
	Return   = uint16(common.MAV_CMD_NAV_RETURN_TO_LAUNCH)
	Land     = uint16(common.MAV_CMD_NAV_LAND)
	Takeoff  = uint16(common.MAV_CMD_NAV_TAKEOFF)
	Jump     = uint16(common.MAV_CMD_DO_JUMP)
	Speed    = uint16(common.MAV_CMD_DO_CHANGE_SPEED)
)

// Height is what the height of an item counts from.
type Height int

// The heights.
const (
	HeightNone     Height = iota // the frame has no height
	HeightAMSL                   // the sea
	HeightRelative               // home
	HeightAGL                    // the ground below
)

// HeightOf is what heights in a MAV_FRAME count from.
func HeightOf(frame uint8) Height {
	switch common.MAV_FRAME(plainFrame(frame)) {
	case common.MAV_FRAME_GLOBAL:
		return HeightAMSL
	case common.MAV_FRAME_GLOBAL_RELATIVE_ALT:
		return HeightRelative
	case common.MAV_FRAME_GLOBAL_TERRAIN_ALT:
		return HeightAGL
	default:
		return HeightNone
	}
}

// Frame is the MAV_FRAME for heights of a kind; without a height it is the one of items without a place.
func (h Height) Frame() uint8 {
	switch h {
	case HeightAMSL:
		return uint8(common.MAV_FRAME_GLOBAL)
	case HeightRelative:
		return uint8(common.MAV_FRAME_GLOBAL_RELATIVE_ALT)
	case HeightAGL:
		return uint8(common.MAV_FRAME_GLOBAL_TERRAIN_ALT)
	case HeightNone:
	}
	return uint8(common.MAV_FRAME_MISSION)
}
