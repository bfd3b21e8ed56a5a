package zone_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/tracking/zone"
)

func TestARuleHoldsAtItsTimes(t *testing.T) {
	t.Parallel()
	clock := func(text string) time.Duration {
		at, err := time.Parse("15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	// 2026-11-23 is a Monday.
	for _, c := range []struct {
		from, to string
		days     []time.Weekday
		at       string
		active   bool
	}{
		{"00:00", "00:00", nil, "2026-11-23T03:00:00Z", true},
		{"06:10", "06:25", nil, "2026-11-23T06:10:00Z", true},
		{"06:10", "06:25", nil, "2026-11-23T06:25:00Z", false},
		{"06:10", "06:25", nil, "2026-11-23T06:09:59Z", false},
		{"06:10", "06:25", []time.Weekday{time.Tuesday}, "2026-11-23T06:12:00Z", false},
		{"22:00", "05:00", nil, "2026-11-23T23:00:00Z", true},
		{"22:00", "05:00", nil, "2026-11-23T04:59:00Z", true},
		{"22:00", "05:00", nil, "2026-11-23T12:00:00Z", false},
		{"22:00", "05:00", []time.Weekday{time.Monday}, "2026-11-23T23:00:00Z", true},
		{"22:00", "05:00", []time.Weekday{time.Monday}, "2026-11-24T04:00:00Z", true}, // the night of Monday
		{"22:00", "05:00", []time.Weekday{time.Monday}, "2026-11-23T04:00:00Z", false},
		{"06:10", "06:25", nil, "2026-11-23T16:40:00+10:30", true}, // the same instant as 06:10 UTC
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := (zone.Rule{From: clock(c.from), To: clock(c.to), Days: c.days}).Active(at); got != c.active {
			t.Errorf("%s to %s on %v at %s: %v", c.from, c.to, c.days, c.at, got)
		}
	}
}

func TestShapesThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	ring := func(p ...orb.Point) orb.Polygon { return orb.Polygon{append(orb.Ring(p), p[0])} }
	for _, c := range []struct {
		name  string
		zone  zone.Zone
		words string // empty: it is fine
	}{
		{"a bow tie", zone.Zone{ID: "z", Kind: zone.Area, Geometry: ring(orb.Point{0, 0}, orb.Point{1, 1}, orb.Point{1, 0}, orb.Point{0, 1})}, "crosses itself"},
		{"a square", zone.Zone{ID: "z", Kind: zone.Area, Geometry: ring(orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{1, 1}, orb.Point{0, 1})}, ""},
		{"a ring that touches itself", zone.Zone{ID: "z", Kind: zone.NoFly, Geometry: ring(orb.Point{0, 0}, orb.Point{2, 0}, orb.Point{2, 2}, orb.Point{1, 0}, orb.Point{0, 2})}, "crosses itself"},
		{"a line that crosses itself", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{0, 0}, {1, 1}, {1, 0}, {0, 1}}}, "crosses itself"},
		{"a line with a bend", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{0, 0}, {1, 1}, {2, 0}}}, ""},
		{"over the date line", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{179.9, 0}, {-179.9, 0}}}, "180th meridian"},
		{"an area over it", zone.Zone{ID: "z", Kind: zone.Privacy, Geometry: ring(orb.Point{179, 0}, orb.Point{-179, 0}, orb.Point{-179, 1}, orb.Point{179, 1})}, "180th meridian"},
		{"loitering at a border", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{0, 0}, {1, 1}}, Rule: zone.Rule{Loiter: time.Minute}}, "areas"},
		{"an animal", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{0, 0}, {1, 1}}, Rule: zone.Rule{Classes: []string{"cow"}}}, "cow"},
		{"speeds the wrong way round", zone.Zone{ID: "z", Kind: zone.Border, Geometry: orb.LineString{{0, 0}, {1, 1}}, Rule: zone.Rule{MinSpeedMS: 5, MaxSpeedMS: 3}}, "speeds"},
	} {
		err := c.zone.Validate()
		if c.words == "" && err != nil || c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
