package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/ui/api"
)

// Limits of what a body may ask for. They catch slips and nonsense; what a vehicle may really do is for the vehicle, its
// fence and the operator to say.
const (
	maxAGL       = 5000.0  // m
	minAMSL      = -500.0  // m: the lowest land is at -430
	maxAMSL      = 10000.0 // m
	maxRate      = 360.0   // degrees a second
	maxItems     = 2000    // of a mission
	maxHoldS     = 24 * 3600.0
	maxNote      = 2000 // bytes
	maxModeBytes = 40
	maxConfirm   = 40
)

// allowed are the members of a command besides its name: those that it needs and those that it may have.
var allowed = map[string]struct{ needs, may []string }{
	"arm":          {},
	"disarm":       {},
	"takeoff":      {needs: []string{"altitudeAGL"}},
	"goto":         {needs: []string{"lat", "lon"}, may: []string{"altitudeAGL", "altitudeAMSL"}},
	"return":       {},
	"land":         {},
	"hold":         {},
	"mode":         {needs: []string{"mode"}},
	"startMission": {},
}

// How long a command may wait before it begins, after it was issued or, where that is not said, after it came.
const (
	defaultValidMs = 5000.0
	maxValidMs     = 60_000.0
	// clockSlack is how far ahead of ours the clock of a sender may be.
	clockSlack = 2 * time.Second
)

// inTime refuses a command that waited too long on its way, as in a browser that stood still, and fills in until when it
// may begin.
func inTime(b *api.Command, now time.Time) error {
	if b.ValidForMs == nil {
		b.ValidForMs = new(defaultValidMs)
	}
	if b.IssuedAt == nil {
		b.IssuedAt = new(api.At(now))
		return nil
	}
	valid := time.Duration(*b.ValidForMs * float64(time.Millisecond))
	switch age := now.Sub(b.IssuedAt.Time); {
	case age < -clockSlack:
		return api.BadRequest("issuedAt is %.1f s ahead of the station's clock, which is at %s", -age.Seconds(), now.UTC().Format(time.RFC3339))
	case age > valid:
		return api.Conflict("the command comes too late: it was issued %.1f s ago and is valid for %.1f s; nothing was sent, give it again if it is still wanted",
			age.Seconds(), valid.Seconds())
	}
	return nil
}

// checkCommand refuses what no vehicle could make sense of.
func checkCommand(b api.Command) error {
	rule, known := allowed[b.Command]
	if !known {
		return api.BadRequest("command %.40q: use arm, disarm, takeoff, goto, return, land, hold, mode or startMission", b.Command)
	}
	for _, member := range []struct {
		name  string
		given bool
	}{
		{"lat", b.Lat != nil},
		{"lon", b.Lon != nil},
		{"mode", b.Mode != ""},
		{"altitudeAGL", b.AltitudeAGL != nil},
		{"altitudeAMSL", b.AltitudeAMSL != nil},
	} {
		needed := slices.Contains(rule.needs, member.name)
		if needed && !member.given {
			return api.BadRequest("%s needs %s", b.Command, member.name)
		}
		if member.given && !needed && !slices.Contains(rule.may, member.name) {
			return api.BadRequest("%s takes no %s", b.Command, member.name)
		}
	}
	if b.AltitudeAGL != nil && b.AltitudeAMSL != nil {
		return api.BadRequest("give altitudeAGL or altitudeAMSL, not both")
	}
	if b.ID != "" {
		if _, err := ulid.ParseStrict(b.ID); err != nil {
			return api.BadRequest("id must be a ULID of 26 characters")
		}
	}
	if len(b.Confirm) > maxConfirm {
		return api.BadRequest("confirm has more than %d bytes", maxConfirm)
	}
	if len(b.Mode) > maxModeBytes {
		return api.BadRequest("mode has more than %d bytes", maxModeBytes)
	}
	return first(
		within("validForMs", b.ValidForMs, 1, maxValidMs),
		within("lat", b.Lat, -90, 90),
		within("lon", b.Lon, -180, 180),
		within("altitudeAGL", b.AltitudeAGL, 0.5, maxAGL),
		within("altitudeAMSL", b.AltitudeAMSL, minAMSL, maxAMSL),
	)
}

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
