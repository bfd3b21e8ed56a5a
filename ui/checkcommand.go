package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/ui/api"
)

const (
	maxTextBytes = 40     // of a mode, a sensor, a confirmation
	maxSpeed     = 100.0  // m/s
	minRadius    = 1.0    // m
	maxRadius    = 10_000 // m
	maxMessage   = 1<<24 - 1
	maxMessageHz = 200.0
)

// members are what a command has besides its name: what it needs, what it may have, and what it needs one of.
type members struct{ needs, may, oneOf []string }

var (
	noMembers = members{}
	heights   = []string{"altitudeAGL", "altitudeAMSL"}
	place     = []string{"lat", "lon"}
)

// allowed are the commands.
var allowed = map[string]members{
	"arm": noMembers, "return": noMembers, "hold": noMembers, "pause": noMembers, "continue": noMembers,
	"startMission": noMembers, "preflightCheck": noMembers, "cancel": noMembers,
	"disarm":             {may: []string{"confirm"}},
	"takeoff":            {needs: []string{"altitudeAGL"}},
	"goto":               {needs: place, may: []string{"altitudeAGL", "altitudeAMSL", "speed", "headingDeg", "radiusM", "clockwise"}},
	"land":               {may: []string{"lat", "lon", "altitudeAGL", "altitudeAMSL"}},
	"orbit":              {needs: []string{"lat", "lon", "radiusM"}, may: []string{"altitudeAGL", "altitudeAMSL", "speed", "clockwise"}},
	"mode":               {needs: []string{"mode"}},
	"changeSpeed":        {needs: []string{"speed"}},
	"changeAltitude":     {oneOf: heights},
	"heading":            {needs: []string{"headingDeg"}, may: []string{"rateDegS"}},
	"setMissionItem":     {needs: []string{"item"}},
	"setHome":            {may: []string{"lat", "lon", "altitudeAMSL"}},
	"calibrate":          {needs: []string{"sensor"}},
	"setMessageInterval": {needs: []string{"message", "rateHz"}},
	"requestMessage":     {needs: []string{"message"}},
	"follow":             {may: []string{"rateHz", "moveHome"}},
	"highLatency":        {needs: []string{"on"}},
	"reboot":             {may: []string{"confirm"}},
	"terminate":          {may: []string{"confirm"}},
}

// commandNames are the commands in order, for people.
func commandNames() string {
	names := make([]string, 0, len(allowed))
	for name := range allowed {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// checkCommand refuses what no vehicle could make sense of.
func checkCommand(b api.Command) error {
	rule, known := allowed[b.Command]
	if !known {
		return api.BadRequest("command %.40q: use one of %s", b.Command, commandNames())
	}
	if err := checkMembers(b, rule); err != nil {
		return err
	}
	if (b.Lat == nil) != (b.Lon == nil) {
		return api.BadRequest("%s: give lat and lon together", b.Command)
	}
	if b.Lat == nil && !slices.Contains(rule.oneOf, "altitudeAMSL") && b.Command != "takeoff" && (b.AltitudeAGL != nil || b.AltitudeAMSL != nil) {
		return api.BadRequest("%s: an altitude belongs to a place: give lat and lon", b.Command)
	}
	if b.AltitudeAGL != nil && b.AltitudeAMSL != nil {
		return api.BadRequest("give altitudeAGL or altitudeAMSL, not both")
	}
	if b.ID != "" {
		if _, err := ulid.ParseStrict(b.ID); err != nil {
			return api.BadRequest("id must be a ULID of 26 characters")
		}
	}
	for name, text := range map[string]string{"mode": b.Mode, "sensor": b.Sensor, "confirm": b.Confirm} {
		if len(text) > maxTextBytes {
			return api.BadRequest("%s has more than %d bytes", name, maxTextBytes)
		}
	}
	return checkNumbers(b)
}

// checkMembers refuses a command that lacks a member, or has one that it does not take.
func checkMembers(b api.Command, rule members) error {
	given := map[string]bool{
		"lat": b.Lat != nil, "lon": b.Lon != nil, "mode": b.Mode != "", "altitudeAGL": b.AltitudeAGL != nil,
		"altitudeAMSL": b.AltitudeAMSL != nil, "speed": b.Speed != nil, "headingDeg": b.HeadingDeg != nil,
		"rateDegS": b.RateDegS != nil, "radiusM": b.RadiusM != nil, "clockwise": b.Clockwise != nil, "item": b.Item != nil,
		"sensor": b.Sensor != "", "message": b.Message != nil, "rateHz": b.RateHz != nil, "moveHome": b.MoveHome != nil, "on": b.On != nil, "confirm": b.Confirm != "",
	}
	for _, name := range rule.needs {
		if !given[name] {
			return api.BadRequest("%s needs %s", b.Command, name)
		}
	}
	if len(rule.oneOf) > 0 && !slices.ContainsFunc(rule.oneOf, func(name string) bool { return given[name] }) {
		return api.BadRequest("%s needs %s", b.Command, strings.Join(rule.oneOf, " or "))
	}
	for name, is := range given {
		if is && !slices.Contains(rule.needs, name) && !slices.Contains(rule.may, name) && !slices.Contains(rule.oneOf, name) {
			return api.BadRequest("%s takes no %s", b.Command, name)
		}
	}
	return nil
}

func checkNumbers(b api.Command) error {
	if b.Item != nil && (*b.Item < 1 || *b.Item > maxItems) {
		return api.BadRequest("item must be from 1 to %d", maxItems)
	}
	if b.Message != nil && (*b.Message < 0 || *b.Message > maxMessage) {
		return api.BadRequest("message must be from 0 to %d", maxMessage)
	}
	return first(
		within("validForMs", b.ValidForMs, 1, maxValidMs),
		within("lat", b.Lat, -90, 90),
		within("lon", b.Lon, -180, 180),
		within("altitudeAGL", b.AltitudeAGL, 0.5, maxAGL),
		within("altitudeAMSL", b.AltitudeAMSL, minAMSL, maxAMSL),
		within("speed", b.Speed, 0.1, maxSpeed),
		within("headingDeg", b.HeadingDeg, 0, 360),
		within("rateDegS", b.RateDegS, 0, maxRate),
		within("radiusM", b.RadiusM, minRadius, maxRadius),
		within("rateHz", b.RateHz, 0, maxMessageHz),
	)
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
