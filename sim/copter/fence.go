package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Bits of FENCE_TYPE.
const (
	fenceAltMax  = 1
	fenceCircle  = 2 // around home
	fencePolygon = 4 // and circles: all that was uploaded
	fenceAltMin  = 8
)

// area is one polygon or circle of the uploaded fence, in metres east and north of the local frame.
type area struct {
	keepIn  bool
	corners [][2]float64 // of a polygon
	centre  [2]float64
	radius  float64 // of a circle
}

// fence is the uploaded fence and what has become of it.
type fence struct {
	items []item
	areas []area

	breached   int // bits of FENCE_TYPE
	count      uint16
	last       mav.FENCE_BREACH
	lastMs     uint32 // of the last breach, since power-up
	mitigating bool
}

// checkFence says whether the item can be part of a fence.
func (i item) checkFence() mav.MAV_MISSION_RESULT {
	switch i.cmd {
	case common.MAV_CMD_NAV_FENCE_RETURN_POINT, common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION, common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
		common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, common.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION:
	default:
		return mav.MAV_MISSION_UNSUPPORTED
	}
	if math.IsNaN(float64(i.p[0])) || math.IsInf(float64(i.p[0]), 0) {
		return mav.MAV_MISSION_INVALID_PARAM1
	}
	if i.frame == mav.MAV_FRAME_MISSION {
		return mav.MAV_MISSION_UNSUPPORTED_FRAME
	}
	i.z = 0 // a fence has no height
	return i.checkPlace()
}

// setFence stores a fence, or refuses the whole when it makes no sense.
func (f *flight) setFence(items []item) mav.MAV_MISSION_RESULT {
	areas, problem := f.areas(items)
	if problem != "" {
		f.say(mav.MAV_SEVERITY_WARNING, "Fence: %s", problem)
		return mav.MAV_MISSION_ERROR
	}
	f.fence.items, f.fence.areas = items, areas
	f.setCounter("FENCE_TOTAL", len(items))
	return mav.MAV_MISSION_ACCEPTED
}

// areas reads the polygons and circles; every vertex of a polygon gives the number of its vertices.
func (f *flight) areas(items []item) (areas []area, problem string) {
	returns, left, wanted := 0, 0, 0
	for n, it := range items {
		at := f.place(it.position(), f.homeAMSL)
		here := [2]float64{at[0], at[1]}
		vertex := it.cmd == common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION || it.cmd == common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION
		if left > 0 && (!vertex || it.cmd != items[n-1].cmd || int(it.p[0]) != wanted) {
			return nil, "polygon is incomplete"
		}
		switch {
		case vertex && left == 0:
			if it.p[0] < 3 || it.p[0] > mostFenceItems {
				return nil, "invalid polygon vertex count"
			}
			wanted = int(it.p[0])
			left = wanted - 1
			areas = append(areas, area{keepIn: it.cmd == common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION, corners: [][2]float64{here}})
		case vertex:
			left--
			a := &areas[len(areas)-1]
			a.corners = append(a.corners, here)
		case it.cmd == common.MAV_CMD_NAV_FENCE_RETURN_POINT:
			if returns++; returns > 1 {
				return nil, "more than one return point"
			}
		default:
			if !(it.p[0] > 0) {
				return nil, "non-positive circle radius"
			}
			areas = append(areas, area{keepIn: it.cmd == common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, centre: here, radius: float64(it.p[0])})
		}
	}
	if left > 0 {
		return nil, "polygon is incomplete"
	}
	return areas, ""
}

// inside tells whether a place lies in the area, and how far its border is.
func (a *area) inside(at vec) (bool, float64) {
	if a.corners == nil {
		d := a.radius - math.Hypot(at[0]-a.centre[0], at[1]-a.centre[1])
		return d >= 0, math.Abs(d)
	}
	in, nearest := false, math.Inf(1)
	for i, p := range a.corners {
		q := a.corners[(i+1)%len(a.corners)]
		if (p[1] > at[1]) != (q[1] > at[1]) && at[0] < p[0]+(at[1]-p[1])/(q[1]-p[1])*(q[0]-p[0]) {
			in = !in
		}
		nearest = min(nearest, fromSegment(at, p, q))
	}
	return in, nearest
}

// fromSegment is the distance of a place from the line between two corners.
func fromSegment(at vec, p, q [2]float64) float64 {
	dx, dy := q[0]-p[0], q[1]-p[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = clamp(((at[0]-p[0])*dx+(at[1]-p[1])*dy)/l, 0, 1)
	}
	return math.Hypot(at[0]-p[0]-t*dx, at[1]-p[1]-t*dy)
}

// fenceUnion of FENCE_OPTIONS: to be in one of the inclusion areas is enough.
const fenceUnion = 2

// crosses tells which fences a place breaches, and by how many metres at most. Switched-off fences never are.
func (f *flight) crosses(at vec) (bits int, byM float64) {
	if f.params.get("FENCE_ENABLE") == 0 {
		return 0, 0
	}
	kinds := int(f.params.get("FENCE_TYPE"))
	breach := func(bit int, over float64) {
		if kinds&bit != 0 && over >= 0 {
			bits |= bit
			byM = max(byM, over)
		}
	}
	height := at[2] - f.home[2]
	breach(fenceAltMax, height-f.params.get("FENCE_ALT_MAX"))
	breach(fenceCircle, at.sub(f.home).horizontal()-f.params.get("FENCE_RADIUS"))
	if f.airborne && height > f.params.get("FENCE_ALT_MIN") {
		f.overFloor = true
	}
	if f.overFloor { // the floor counts once it has been passed
		breach(fenceAltMin, f.params.get("FENCE_ALT_MIN")-height)
	}
	union := int(f.params.get("FENCE_OPTIONS"))&fenceUnion != 0
	includes, held, outBy := 0, 0, 0.0
	for i := range f.fence.areas {
		a := &f.fence.areas[i]
		in, d := a.inside(at)
		switch {
		case a.keepIn:
			includes++
			if in {
				held++
			} else {
				outBy = max(outBy, d)
			}
		case in:
			breach(fencePolygon, d)
		}
	}
	if includes > 0 && (held == 0 || !union && held < includes) {
		breach(fencePolygon, outBy)
	}
	return bits, byM
}
