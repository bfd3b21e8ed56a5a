package zone_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

// court is a rectangle so far from a place.
func court(at geo.LatLon, west, east, south, north float64) orb.Polygon {
	corner := func(e, n float64) orb.Point { return geo.Offset(geo.Offset(at, 90, e), 0, n).Point() }
	return orb.Polygon{{corner(west, south), corner(east, south), corner(east, north), corner(west, north), corner(west, south)}}
}

func TestWhatIsLikelyInsideIsInside(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: 52.1, Lon: 23.6}
	round := func(m float64) zone.Spread { return zone.Spread{EE: m * m, NN: m * m} }
	privacy := func(all ...orb.Polygon) (out []zone.Zone) {
		for _, one := range all {
			out = append(out, zone.Zone{ID: "z", Kind: zone.Privacy, Geometry: one})
		}
		return out
	}
	ring := orb.Polygon{court(here, -500, 500, -500, 500)[0], court(here, -10, 10, -10, 10)[0]}
	for name, c := range map[string]struct {
		zones  []zone.Zone
		spread zone.Spread
		inside bool
	}{
		"no zone":             {nil, round(100), false},
		"inside, known well":  {privacy(court(here, -5, 5, -5, 5)), round(1), true},
		"inside, known badly": {privacy(court(here, -5, 5, -5, 5)), round(1000), true},
		"half a deviation before a straight edge, 0.31": {privacy(court(here, 10, 900, -900, 900)), round(20), true},
		"one deviation before it, 0.16":                 {privacy(court(here, 20, 900, -900, 900)), round(20), false},
		"a metre before it, known to a decimetre":       {privacy(court(here, 1, 900, -900, 900)), round(0.1), false},
		"a house near something that may be anywhere":   {privacy(court(here, 5, 35, -15, 15)), round(1000), false},
		"a house on either side, together half":         {privacy(court(here, 2, 40, -40, 40), court(here, -40, -2, -40, 40)), round(10), true},
		"the yard of a ring":                            {privacy(ring), round(30), true},
		"the yard of a ring, seen well":                 {privacy(ring), round(3), false},
		"long towards the zone":                         {privacy(court(here, 20, 900, -900, 900)), zone.Spread{EE: 3600, NN: 4}, true},
		"long along its edge":                           {privacy(court(here, 20, 900, -900, 900)), zone.Spread{EE: 4, NN: 3600}, false},
		"long across a corner that it touches":          {privacy(court(here, 20, 900, 20, 900)), zone.Spread{EE: 3600, NN: 3600, EN: 3590}, true},
		"long beside the same corner":                   {privacy(court(here, 20, 900, 20, 900)), zone.Spread{EE: 3600, NN: 3600, EN: -3590}, false},
		"a point, outside":                              {privacy(court(here, 1, 900, -900, 900)), zone.Spread{}, false},
		"nobody knows how well":                         {privacy(court(here, 1, 900, -900, 900)), zone.Spread{EE: math.NaN(), NN: 1}, true},
		"infinitely vague":                              {privacy(court(here, 1, 900, -900, 900)), zone.Spread{EE: math.Inf(1), NN: 1}, true},
	} {
		if got := zone.Within(c.zones, here.Point(), c.spread, 0.25); got != c.inside {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Along a straight edge the chance is that of the normal distribution.
func TestWhereTheChanceOfBeingInsideFallsBelowIt(t *testing.T) {
	t.Parallel()
	here := geo.LatLon{Lat: -35.36, Lon: 149.16}
	for least, deviations := range map[float64]float64{0.05: 1.645, 0.1: 1.282, 0.25: 0.674, 0.4: 0.253} {
		for by, want := range map[float64]bool{-0.1: true, 0.1: false} {
			z := []zone.Zone{{ID: "z", Kind: zone.Privacy, Geometry: court(here, (deviations+by)*10, 900, -900, 900)}}
			if got := zone.Within(z, here.Point(), zone.Spread{EE: 100, NN: 100}, least); got != want {
				t.Errorf("%.2f at %.3f deviations: %v", least, deviations+by, got)
			}
		}
	}
}
