package ui

import (
	"math"

	"vedette/mavlink/mission"
	"vedette/ui/api"
)

const (
	maxItems    = 5000 // of a mission
	maxHoldS    = 24 * 3600.0
	maxPlanBody = 4 << 20 // bytes of a mission in JSON
	// everyParam is how many parameters an item has, firstParams how many of them are never a place.
	everyParam, firstParams = 7, 4
)

// checkMission refuses items that lack what they need.
func checkMission(m api.Mission) error {
	if m.Items == nil {
		return api.BadRequest("items is missing; an empty mission is cleared with DELETE")
	}
	if len(m.Items) == 0 || len(m.Items) > maxItems {
		return api.BadRequest("a mission has 1 to %d items, this one has %d", maxItems, len(m.Items))
	}
	for i, item := range m.Items {
		if err := checkItem(item); err != nil {
			return api.BadRequest("items[%d]: %s", i, err)
		}
	}
	return nil
}

func checkItem(item api.MissionItem) error {
	id, err := item.MAVCommand()
	if err != nil {
		return err
	}
	if n := len(item.Params); n != 0 && n != firstParams && n != everyParam {
		return api.BadRequest("params has %d numbers: give parameters 1 to 4, or 1 to 7", n)
	}
	if err := checkParams(item.Params); err != nil {
		return err
	}
	if err := checkItemPlace(id, item); err != nil {
		return err
	}
	if item.Frame != nil && (*item.Frame < 0 || *item.Frame > math.MaxUint8) {
		return api.BadRequest("frame must be a MAV_FRAME, 0 to 255")
	}
	return first(
		within("lat", item.Lat, -90, 90),
		within("lon", item.Lon, -180, 180),
		within("altitudeRelative", item.AltitudeRelative, -maxAMSL, maxAMSL),
		within("altitudeAMSL", item.AltitudeAMSL, -maxAMSL, 2*maxAMSL),
		within("altitudeAGL", item.AltitudeAGL, -maxAMSL, maxAMSL),
		within("holdS", &item.HoldS, 0, maxHoldS),
	)
}

func checkParams(params []api.Number) error {
	for i, p := range params {
		v := float64(p)
		if i >= firstParams && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return api.BadRequest("params[%d]: a number is needed", i)
		}
		if math.Abs(v) > math.MaxFloat32 && !math.IsInf(v, 0) {
			return api.BadRequest("params[%d]: %g does not fit", i, v)
		}
	}
	return nil
}

func checkItemPlace(id uint16, item api.MissionItem) error {
	if (item.Lat == nil) != (item.Lon == nil) {
		return api.BadRequest("give lat and lon together")
	}
	heights := 0
	for _, h := range []*float64{item.AltitudeRelative, item.AltitudeAMSL, item.AltitudeAGL} {
		if h != nil {
			heights++
		}
	}
	switch {
	case heights > 1:
		return api.BadRequest("give one of altitudeRelative, altitudeAMSL and altitudeAGL")
	case len(item.Params) == everyParam && (item.Lat != nil || heights > 0):
		return api.BadRequest("give the place in params or in lat, lon and an altitude, not both")
	case item.HoldS != 0 && id != mission.Waypoint:
		return api.BadRequest("only a waypoint takes holdS")
	case len(item.Params) == everyParam || !mission.FliesThere(id) && id != mission.Takeoff || id == mission.Land:
		return nil
	case id == mission.Takeoff && heights == 0:
		return api.BadRequest("takeoff needs altitudeRelative, altitudeAMSL or altitudeAGL")
	case id != mission.Takeoff && (item.Lat == nil || heights == 0):
		return api.BadRequest("%s needs lat, lon and altitudeRelative, altitudeAMSL or altitudeAGL", mission.CommandName(id))
	}
	return nil
}
