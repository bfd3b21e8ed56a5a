package mission

import (
	"fmt"
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	samePlace  = 2e-7 // degrees, two of the last digit
	sameHeight = 0.02 // metres: ArduPilot keeps centimetres
)

// Difference says what of a list was stored otherwise than sent, or nothing. Autopilots shorten parameters and forget places and
// heights that a command does not use, so only what a command lives by is compared.
func Difference(sent, stored []Item) string {
	if len(sent) != len(stored) {
		return fmt.Sprintf("%d items were sent, %d are stored", len(sent), len(stored))
	}
	for i, a := range sent {
		if what := itemDifference(a, stored[i]); what != "" {
			return fmt.Sprintf("item %d was stored with another %s", i+1, what)
		}
	}
	return ""
}

func itemDifference(a, b Item) string {
	switch {
	case a.Command != b.Command:
		return "command"
	case keptParams[a.Command] > 0 && !sameParams(a, b, keptParams[a.Command]):
		return "parameter"
	case !HasPlace(a.Command):
		return ""
	case math.Abs(a.Lat-b.Lat) > samePlace || math.Abs(a.Lon-b.Lon) > samePlace:
		return "place"
	case isFence(a.Command):
		return "" // areas have no height
	case math.Abs(a.Alt-b.Alt) > sameHeight:
		return "height"
	case plainFrame(a.Frame) != plainFrame(b.Frame):
		return "frame"
	}
	return ""
}

// keptParams is how many of its first parameters decide what an item does and are kept whole: jumps, and the size of areas.
var keptParams = map[uint16]int{
	uint16(common.MAV_CMD_DO_JUMP):                            2,
	uint16(common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION): 1,
	uint16(common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION): 1,
	uint16(common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION):         1,
	uint16(common.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION):         1,
}

func sameParams(a, b Item, n int) bool {
	for i := range n {
		if math.Abs(a.Params[i]-b.Params[i]) > 0.5 {
			return false
		}
	}
	return true
}

func isFence(command uint16) bool {
	return command >= uint16(common.MAV_CMD_NAV_FENCE_RETURN_POINT) && command <= uint16(common.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION)
}

// plainFrame takes the forms with whole-number places, which autopilots exchange freely, for the others.
func plainFrame(frame uint8) uint8 {
	switch common.MAV_FRAME(frame) {
	case common.MAV_FRAME_GLOBAL_INT:
		return uint8(common.MAV_FRAME_GLOBAL)
	case common.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT:
		return uint8(common.MAV_FRAME_GLOBAL_RELATIVE_ALT)
	case common.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT:
		return uint8(common.MAV_FRAME_GLOBAL_TERRAIN_ALT)
	default:
		return frame
	}
}
