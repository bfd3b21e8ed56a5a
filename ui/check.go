package ui

import (
	"fmt"

	"vedette/ui/api"
)

// Limits of what a body may ask for. They catch slips and nonsense; what a vehicle may really do is for the vehicle, its
// fence and the operator to say.
const (
	maxAGL   = 5000.0  // m
	minAMSL  = -500.0  // m: the lowest land is at -430
	maxAMSL  = 10000.0 // m
	maxRate  = 360.0   // degrees a second
	maxItems = 2000    // of a mission
	maxHoldS = 24 * 3600.0
	maxNote  = 2000 // bytes
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
	switch item.Command {
	case "waypoint":
		if item.Lat == nil || item.Lon == nil || item.AltitudeRelative == nil {
			return api.BadRequest("a waypoint needs lat, lon and altitudeRelative")
		}
	case "takeoff":
		if item.AltitudeRelative == nil {
			return api.BadRequest("takeoff needs altitudeRelative")
		}
	case "land", "return":
	default:
		return api.BadRequest("command %.40q: use waypoint, takeoff, return or land", item.Command)
	}
	if (item.Lat == nil) != (item.Lon == nil) {
		return api.BadRequest("give lat and lon together")
	}
	return first(
		within("lat", item.Lat, -90, 90),
		within("lon", item.Lon, -180, 180),
		within("altitudeRelative", item.AltitudeRelative, -maxAGL, maxAGL),
		within("holdS", &item.HoldS, 0, maxHoldS),
	)
}

func within[T ~float64](name string, v *T, low, high float64) error {
	if v != nil && !(float64(*v) >= low && float64(*v) <= high) {
		return api.BadRequest("%s must be from %s to %s", name, short(low), short(high))
	}
	return nil
}

func short(v float64) string { return fmt.Sprintf("%g", v) }

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
