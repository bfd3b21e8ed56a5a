package station

import (
	"math"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/ui/api"
)

// firstDo is the first MAV_CMD that is done in passing; the ones before take a vehicle somewhere, or time.
const firstDo = 112

// degrees tells whether parameters 5 and 6 of an item are latitude and longitude; else they are the whole numbers that travel.
func degrees(command uint16, frame uint8) bool {
	return mission.HasPlace(command) && mission.HeightOf(frame) != mission.HeightNone
}

// usualFrame is the MAV_FRAME of an item that names none.
func usualFrame(command uint16, h mission.Height) uint8 {
	if h == mission.HeightNone && (command < firstDo || mission.HasPlace(command)) {
		h = mission.HeightRelative
	}
	return h.Frame()
}

// itemOf turns an item of the API, which package ui has checked, into one of a vehicle.
func itemOf(i api.MissionItem, seq int) (mavlink.MissionItem, error) {
	id, err := i.MAVCommand()
	if err != nil {
		return mavlink.MissionItem{}, err
	}
	height, alt := mission.HeightNone, 0.0
	for h, v := range map[mission.Height]*float64{
		mission.HeightRelative: i.AltitudeRelative, mission.HeightAMSL: i.AltitudeAMSL, mission.HeightAGL: i.AltitudeAGL,
	} {
		if v != nil {
			height, alt = h, *v
		}
	}
	it := mavlink.MissionItem{Seq: seq, Command: id, Frame: usualFrame(id, height), AutoContinue: i.AutoContinue == nil || *i.AutoContinue}
	if i.Frame != nil {
		it.Frame = uint8(*i.Frame)
		if height != mission.HeightNone && mission.HeightOf(it.Frame) != height {
			return it, api.BadRequest("frame %d does not count heights like the altitude that is given", *i.Frame)
		}
	}
	for n := range it.Params {
		if n < len(i.Params) {
			it.Params[n] = float64(i.Params[n])
		}
	}
	if i.HoldS != 0 {
		if len(i.Params) > 0 && it.Params[0] != 0 && it.Params[0] != i.HoldS {
			return it, api.BadRequest("holdS and params[0] say different things")
		}
		it.Params[0] = i.HoldS
	}
	it.Lat, it.Lon, it.Alt = valueOr(i.Lat, 0), valueOr(i.Lon, 0), alt
	if len(i.Params) > 4 {
		x, y := float64(i.Params[4]), float64(i.Params[5])
		it.Alt = float64(i.Params[6])
		if degrees(id, it.Frame) {
			it.Lat, it.Lon = x, y
		} else {
			if x != math.Trunc(x) || y != math.Trunc(y) || math.Abs(x) > math.MaxInt32 || math.Abs(y) > math.MaxInt32 {
				return it, api.BadRequest("params[4] and params[5] must be whole numbers: %s has no place", mission.CommandName(id))
			}
			it.FromRaw(int32(x), int32(y))
		}
	}
	if err := it.Validate(); err != nil {
		return it, api.BadRequest("%s", err)
	}
	return it, nil
}

// itemsOf turns a mission of the API into items.
func itemsOf(m api.Mission) ([]mavlink.MissionItem, error) {
	items := make([]mavlink.MissionItem, 0, len(m.Items))
	for n, i := range m.Items {
		it, err := itemOf(i, n)
		if err != nil {
			return nil, api.BadRequest("items[%d]: %s", n, err)
		}
		items = append(items, it)
	}
	return items, nil
}

// describeItem is an item as the API has it; sent back, it makes the same item to the last bit.
func describeItem(it mavlink.MissionItem) api.MissionItem {
	id := int(it.Command)
	out := api.MissionItem{Command: mission.CommandName(it.Command), CommandID: &id}
	if !it.AutoContinue {
		out.AutoContinue = &it.AutoContinue
	}
	height := mission.HeightOf(it.Frame)
	place := geo.LatLon{Lat: it.Lat, Lon: it.Lon}
	if degrees(it.Command, it.Frame) && place.Valid() && !math.IsNaN(it.Alt) && !math.IsInf(it.Alt, 0) {
		if place != (geo.LatLon{}) || mission.FliesThere(it.Command) && it.Command != mission.Land {
			out.Lat, out.Lon = &place.Lat, &place.Lon
		}
		switch height {
		case mission.HeightRelative:
			out.AltitudeRelative = &it.Alt
		case mission.HeightAMSL:
			out.AltitudeAMSL = &it.Alt
		case mission.HeightAGL:
			out.AltitudeAGL = &it.Alt
		case mission.HeightNone:
		}
		describeParams(&out, it)
	} else if !allZero(it.Params) || it.Lat != 0 || it.Lon != 0 || it.Alt != 0 || mission.HasPlace(it.Command) {
		out.Params = allParams(it)
		height = mission.HeightNone
	} else {
		height = mission.HeightNone
	}
	if usualFrame(it.Command, height) != it.Frame {
		frame := int(it.Frame)
		out.Frame = &frame
	}
	return out
}

// describeParams says parameters 1 to 4, a hold at a way point by its name.
func describeParams(out *api.MissionItem, it mavlink.MissionItem) {
	rest := it.Params
	if it.Command == mission.Waypoint && rest[0] > 0 && rest[0] <= longestHold {
		out.HoldS = rest[0]
		rest[0] = 0
	}
	if allZero(rest) {
		return
	}
	for _, v := range it.Params {
		out.Params = append(out.Params, api.Number(v))
	}
}

// longestHold is the longest time in seconds that package ui takes for a hold.
const longestHold = 24 * 3600

// allZero tells whether nothing is lost when parameters are left out; a negative zero would be.
func allZero(params [4]float64) bool {
	for _, v := range params {
		if math.Float64bits(v) != 0 {
			return false
		}
	}
	return true
}

// allParams says every parameter as it travels.
func allParams(it mavlink.MissionItem) []api.Number {
	var out []api.Number
	for _, v := range it.Params {
		out = append(out, api.Number(v))
	}
	if degrees(it.Command, it.Frame) {
		return append(out, api.Number(it.Lat), api.Number(it.Lon), api.Number(it.Alt))
	}
	x, y := it.Raw()
	return append(out, api.Number(x), api.Number(y), api.Number(it.Alt))
}

func describeItems(items []mavlink.MissionItem) []api.MissionItem {
	out := []api.MissionItem{}
	for _, it := range items {
		out = append(out, describeItem(it))
	}
	return out
}

// areasOf turns a fence of the API into areas.
func areasOf(f api.Fence) (mission.Areas, error) {
	var a mission.Areas
	for _, p := range f.Polygons {
		points := p.Points
		if n := len(points); n > 1 && points[0] == points[n-1] {
			points = points[:n-1] // closed as in GeoJSON
		}
		a.Polygons = append(a.Polygons, mission.Polygon{Inclusion: p.Inclusion, Points: points})
	}
	for _, c := range f.Circles {
		a.Circles = append(a.Circles, mission.Circle{Inclusion: c.Inclusion, Center: c.Center, RadiusM: c.RadiusM})
	}
	if r := f.ReturnPoint; r != nil {
		a.Return, a.ReturnAltRelative = &geo.LatLon{Lat: r.Lat, Lon: r.Lon}, r.AltitudeRelative
	}
	if err := a.Validate(); err != nil {
		return a, api.BadRequest("%s", err)
	}
	return a, nil
}

func describeFence(items []mavlink.MissionItem) (api.Fence, error) {
	a, err := mission.AreasOf(items)
	if err != nil {
		return api.Fence{}, err
	}
	out := api.Fence{Polygons: []api.FencePolygon{}, Circles: []api.FenceCircle{}}
	for _, p := range a.Polygons {
		out.Polygons = append(out.Polygons, api.FencePolygon{Inclusion: p.Inclusion, Points: p.Points})
	}
	for _, c := range a.Circles {
		out.Circles = append(out.Circles, api.FenceCircle{Inclusion: c.Inclusion, Center: c.Center, RadiusM: c.RadiusM})
	}
	if a.Return != nil {
		out.ReturnPoint = &api.ReturnPoint{Lat: a.Return.Lat, Lon: a.Return.Lon, AltitudeRelative: a.ReturnAltRelative}
	}
	return out, nil
}

// rallyOf turns rally points of the API into items.
func rallyOf(r api.Rally) ([]mavlink.MissionItem, error) {
	var points []mission.RallyPoint
	for n, p := range r.Points {
		if !(geo.LatLon{Lat: p.Lat, Lon: p.Lon}).Valid() || math.Abs(p.AltitudeRelative) > highest || math.IsNaN(p.AltitudeRelative) {
			return nil, api.BadRequest("points[%d]: %v, %v at %v m is no place", n, p.Lat, p.Lon, p.AltitudeRelative)
		}
		points = append(points, mission.RallyPoint{Lat: p.Lat, Lon: p.Lon, AltRelative: p.AltitudeRelative})
	}
	return mission.RallyItems(points), nil
}

// highest is the limit of heights in metres that are taken for sensible.
const highest = 10000

func describeRally(items []mavlink.MissionItem, home *mavlink.Home) (api.Rally, error) {
	var amsl *float64
	if home != nil {
		amsl = &home.AltAMSL
	}
	points, err := mission.RallyPointsOf(items, amsl)
	if err != nil {
		return api.Rally{}, err
	}
	out := api.Rally{Points: []api.RallyPoint{}}
	for _, p := range points {
		out.Points = append(out.Points, api.RallyPoint{Lat: p.Lat, Lon: p.Lon, AltitudeRelative: p.AltRelative})
	}
	return out, nil
}
