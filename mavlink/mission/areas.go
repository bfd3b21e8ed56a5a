package mission

import (
	"errors"
	"fmt"
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

// The MAV_CMD of fences and rally points.
const (
	cmdFenceReturn    = uint16(common.MAV_CMD_NAV_FENCE_RETURN_POINT)
	cmdPolygonInside  = uint16(common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION)
	cmdPolygonOutside = uint16(common.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION)
	cmdCircleInside   = uint16(common.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION)
	cmdCircleOutside  = uint16(common.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION)
	cmdRally          = uint16(common.MAV_CMD_NAV_RALLY_POINT)
	frameAMSL         = uint8(common.MAV_FRAME_GLOBAL)
	frameRelative     = uint8(common.MAV_FRAME_GLOBAL_RELATIVE_ALT)
	leastVertices     = 3
	mostVertices      = 255 // ArduPilot counts them in a byte
	leastRadius       = 0.1
	mostRadius        = 1e6
)

// Polygon is an area to stay in, or to stay out of. The ring closes by itself.
type Polygon struct {
	Inclusion bool
	Points    []geo.LatLon
}

// Circle is an area to stay in, or to stay out of.
type Circle struct {
	Inclusion bool
	Center    geo.LatLon
	RadiusM   float64
}

// Areas are a fence.
type Areas struct {
	Polygons []Polygon
	Circles  []Circle
	// Return is where the vehicle flies after a breach; nil: home or a rally point, as it is set up.
	Return *geo.LatLon
	// ReturnAltRelative is the height above home there, in metres.
	ReturnAltRelative float64
}

// IsFence tells whether a command belongs to a fence, IsRally to a list of rally points.
func IsFence(command uint16) bool { return isFence(command) }

// IsRally tells whether a command is a rally point.
func IsRally(command uint16) bool { return command == cmdRally }

// Validate says every problem of a fence, each with its place in it.
func (a Areas) Validate() error {
	var problems []error
	for i, p := range a.Polygons {
		if len(p.Points) < leastVertices || len(p.Points) > mostVertices {
			problems = append(problems, fmt.Errorf("polygons[%d].points: a polygon has %d to %d corners, this one has %d", i, leastVertices, mostVertices, len(p.Points)))
		}
		for j, c := range p.Points {
			if !c.Valid() {
				problems = append(problems, fmt.Errorf("polygons[%d].points[%d]: %v, %v is no place", i, j, c.Lat, c.Lon))
			}
		}
	}
	for i, c := range a.Circles {
		if !c.Center.Valid() {
			problems = append(problems, fmt.Errorf("circles[%d].center: %v, %v is no place", i, c.Center.Lat, c.Center.Lon))
		}
		if !(c.RadiusM >= leastRadius && c.RadiusM <= mostRadius) {
			problems = append(problems, fmt.Errorf("circles[%d].radiusM: must be from %g to %g m", i, leastRadius, mostRadius))
		}
	}
	if a.Return != nil && !a.Return.Valid() {
		problems = append(problems, fmt.Errorf("returnPoint: %v, %v is no place", a.Return.Lat, a.Return.Lon))
	}
	if math.IsNaN(a.ReturnAltRelative) || math.IsInf(a.ReturnAltRelative, 0) {
		problems = append(problems, errors.New("returnPoint: the height is no number"))
	}
	return errors.Join(problems...)
}

// Items are the fence as it travels: every corner says how many its polygon has.
func (a Areas) Items() []Item {
	items := []Item{}
	add := func(command uint16, frame uint8, at geo.LatLon, alt, first float64) {
		items = append(items, Item{
			Seq: len(items), Frame: frame, Command: command, AutoContinue: true, Params: [4]float64{first}, Lat: at.Lat, Lon: at.Lon, Alt: alt,
		})
	}
	if a.Return != nil {
		add(cmdFenceReturn, frameRelative, *a.Return, a.ReturnAltRelative, 0)
	}
	for _, p := range a.Polygons {
		command := cmdPolygonOutside
		if p.Inclusion {
			command = cmdPolygonInside
		}
		for _, c := range p.Points {
			add(command, frameAMSL, c, 0, float64(len(p.Points)))
		}
	}
	for _, c := range a.Circles {
		command := cmdCircleOutside
		if c.Inclusion {
			command = cmdCircleInside
		}
		// A radius is a float32 on the way.
		add(command, frameAMSL, c.Center, 0, c.RadiusM)
	}
	return items
}

// AreasOf reads a fence from its items.
func AreasOf(items []Item) (Areas, error) {
	var a Areas
	for i := 0; i < len(items); i++ {
		it := items[i]
		at := geo.LatLon{Lat: it.Lat, Lon: it.Lon}
		switch it.Command {
		case cmdFenceReturn:
			a.Return, a.ReturnAltRelative = &at, it.Alt
		case cmdCircleInside, cmdCircleOutside:
			a.Circles = append(a.Circles, Circle{Inclusion: it.Command == cmdCircleInside, Center: at, RadiusM: it.Params[0]})
		case cmdPolygonInside, cmdPolygonOutside:
			n := int(min(max(it.Params[0], 0), maxItems)) // NaN gives 0
			if n < 1 || i+n > len(items) {
				return Areas{}, fmt.Errorf("item %d: a polygon of %v corners, with %d items left", i+1, it.Params[0], len(items)-i)
			}
			p := Polygon{Inclusion: it.Command == cmdPolygonInside}
			for _, c := range items[i : i+n] {
				if c.Command != it.Command || c.Params[0] != it.Params[0] {
					return Areas{}, fmt.Errorf("item %d: a polygon of %d corners ends early", i+1, n)
				}
				p.Points = append(p.Points, geo.LatLon{Lat: c.Lat, Lon: c.Lon})
			}
			a.Polygons = append(a.Polygons, p)
			i += n - 1
		default:
			return Areas{}, fmt.Errorf("item %d: %s is no part of a fence", i+1, CommandName(it.Command))
		}
	}
	return a, nil
}

// RallyPoint is a place that a vehicle may return to instead of home.
type RallyPoint struct {
	Lat, Lon float64
	// AltRelative is metres above home.
	AltRelative float64
}

// RallyItems are rally points as they travel.
func RallyItems(points []RallyPoint) []Item {
	items := []Item{}
	for i, p := range points {
		items = append(items, Item{Seq: i, Frame: frameRelative, Command: cmdRally, AutoContinue: true, Lat: p.Lat, Lon: p.Lon, Alt: p.AltRelative})
	}
	return items
}

// RallyPointsOf reads rally points from their items; homeAMSL makes heights above home of those above the sea.
func RallyPointsOf(items []Item, homeAMSL *float64) ([]RallyPoint, error) {
	points := []RallyPoint{}
	for i, it := range items {
		if it.Command != cmdRally {
			return nil, fmt.Errorf("item %d: %s is no rally point", i+1, CommandName(it.Command))
		}
		p := RallyPoint{Lat: it.Lat, Lon: it.Lon, AltRelative: it.Alt}
		if plainFrame(it.Frame) == frameAMSL {
			if homeAMSL == nil {
				return nil, fmt.Errorf("item %d: its height is above the sea, and that of home is not known", i+1)
			}
			p.AltRelative -= *homeAMSL
		}
		points = append(points, p)
	}
	return points, nil
}
