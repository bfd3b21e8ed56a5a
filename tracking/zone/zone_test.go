package zone_test

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

var origin = geo.LatLon{Lat: -35.36, Lon: 149.16}

// at is a place so many metres east and north of the origin.
func at(east, north float64) orb.Point {
	return geo.Offset(geo.Offset(origin, 90, east), 0, north).Point()
}

func ring(corners ...float64) orb.Ring {
	var out orb.Ring
	for i := 0; i < len(corners); i += 2 {
		out = append(out, at(corners[i], corners[i+1]))
	}
	return append(out, out[0])
}

var (
	// border runs west to east with a bend to the north-east.
	border = zone.Zone{ID: "b", Kind: zone.Border, Geometry: orb.LineString{at(-1000, 0), at(0, 0), at(1000, 1000)}}
	// area is a square with a hole.
	area = zone.Zone{ID: "a", Name: "Depot", Kind: zone.Area, Geometry: orb.Polygon{
		ring(0, 0, 100, 0, 100, 100, 0, 100), ring(40, 40, 60, 40, 60, 60, 40, 60),
	}}
	two = zone.Zone{ID: "m", Kind: zone.NoFly, Geometry: orb.MultiPolygon{
		{ring(0, 0, 100, 0, 100, 100, 0, 100)}, {ring(300, 0, 400, 0, 400, 100, 300, 100)},
	}}
)

func TestContainsAndDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		z              zone.Zone
		east, north    float64
		inside         bool
		distance, edge float64
	}{
		{"inside", area, 20, 30, true, 0, 20},
		{"in the hole", area, 50, 50, false, 10, 10},
		{"outside", area, 50, -30, false, 30, 30},
		{"off a corner", area, 130, 140, false, 50, 50},
		{"in the second", two, 350, 10, true, 0, 10},
		{"between two", two, 180, 50, false, 80, 80},
		{"by a line", border, -500, -70, false, 70, 70},
		{"past its end", border, -1030, 40, false, 50, 50},
		{"by its slanting part", border, 500, 300, false, 100 * math.Sqrt2, 100 * math.Sqrt2},
	} {
		p := at(c.east, c.north)
		if got := c.z.Contains(p); got != c.inside {
			t.Errorf("%s: inside %v", c.name, got)
		}
		if got := c.z.Distance(p); math.Abs(got-c.distance) > 0.2 {
			t.Errorf("%s: distance %.2f, wanted %.2f", c.name, got, c.distance)
		}
		if got := c.z.DistanceToEdge(p); math.Abs(got-c.edge) > 0.2 {
			t.Errorf("%s: to the edge %.2f, wanted %.2f", c.name, got, c.edge)
		}
		if got := geo.Distance(geo.FromPoint(p), geo.FromPoint(c.z.Nearest(p))); math.Abs(got-c.edge) > 0.2 {
			t.Errorf("%s: the nearest point is %.2f m away", c.name, got)
		}
	}
}

func TestAlongIsTheWayOfTheNearestPiece(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                  string
		z                     zone.Zone
		east, north, deg, far float64
	}{
		{"a line from west to east", border, -500, -70, 90, 70},
		{"on it", border, -500, 0, 90, 0},
		{"its slanting part", border, 500, 300, 45, 100 * math.Sqrt2},
		{"an area's western edge", area, -20, 50, 0, 20},
		{"no geometry", zone.Zone{}, 0, 0, 0, math.Inf(1)},
	} {
		deg, far := c.z.Along(at(c.east, c.north))
		if math.Abs(geo.DiffDeg(2*deg, 2*c.deg)) > 0.2 || math.Abs(far-c.far) > 0.2 {
			t.Errorf("%s: %.2f degrees, %.2f m away", c.name, deg, far)
		}
	}
}

func TestCrossings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		z         zone.Zone
		from, to  orb.Point
		direction zone.Direction // empty: none
		heading   string
		fraction  float64
	}{
		{"north over the line", border, at(-500, -30), at(-500, 10), zone.RightToLeft, "northbound", 0.75},
		{"south over the line", border, at(-500, 10), at(-480, -30), zone.LeftToRight, "southbound", 0.25},
		{"over the slanting part", border, at(600, 400), at(400, 600), zone.RightToLeft, "north-westbound", 0.5},
		{"past its end", border, at(-1100, -30), at(-1100, 30), "", "", 0},
		{"along it", border, at(-500, 0), at(-400, 0), "", "", 0},
		{"up to it", border, at(-500, -30), at(-500, -1), "", "", 0},
		{"over both parts and back to its side", border, at(-100, -50), at(-100, -60), "", "", 0},
		{"through the bend", border, at(0, -10), at(0, 10), zone.RightToLeft, "", 0.5},
		{"standing", border, at(-500, -30), at(-500, -30), "", "", 0},
		{"into an area", area, at(-10, 20), at(10, 20), zone.In, "eastbound", 0.5},
		{"out of an area", area, at(10, 20), at(-10, 20), zone.Out, "westbound", 0.5},
		{"out into its hole", area, at(30, 50), at(50, 50), zone.Out, "eastbound", 0.5},
		{"right through an area", area, at(-10, 20), at(110, 20), "", "", 0},
	} {
		got, ok := c.z.CrossedBy(c.from, c.to)
		if ok != (c.direction != "") || got.Direction != c.direction {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
			continue
		}
		if !ok {
			continue
		}
		if c.heading != "" && got.Heading() != c.heading {
			t.Errorf("%s: %s (%.0f°)", c.name, got.Heading(), got.BearingDeg)
		}
		if math.Abs(got.Fraction-c.fraction) > 0.01 || c.z.DistanceToEdge(got.At) > 0.1 {
			t.Errorf("%s: at %.3f, %.2f m from the line", c.name, got.Fraction, c.z.DistanceToEdge(got.At))
		}
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		from, to orb.Point
		want     bool
	}{
		{"into", at(-50, 50), at(20, 50), true},
		{"right through", at(-50, 50), at(150, 50), true},
		{"past", at(-50, 150), at(150, 150), false},
		{"out", at(50, 50), at(150, 50), false},
		{"out and into another", at(50, 50), at(350, 50), true},
		{"within", at(20, 50), at(80, 50), true},
	} {
		if got := two.Blocks(c.from, c.to); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestGeoJSONThereAndBack(t *testing.T) {
	t.Parallel()
	raw, err := zone.ToGeoJSON([]zone.Zone{border, area, two})
	if err != nil {
		t.Fatal(err)
	}
	got, err := zone.FromGeoJSON(raw)
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []zone.Zone{border, area, two} {
		if got[i].ID != want.ID || got[i].Name != want.Name || got[i].Kind != want.Kind || !orb.Equal(got[i].Geometry, want.Geometry) {
			t.Errorf("%+v, wanted %+v", got[i], want)
		}
	}
	if got[0].Label() != "b" || got[1].Label() != "Depot" {
		t.Errorf("called %q and %q", got[0].Label(), got[1].Label())
	}
	if raw, err := zone.ToGeoJSON(nil); err != nil || string(raw) != `{"features":[],"type":"FeatureCollection"}` {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestBadZonesAreAllTold(t *testing.T) {
	t.Parallel()
	feature := func(id, kind, geometry string) string {
		return `{"type":"Feature","properties":{"id":` + id + `,"kind":"` + kind + `"},"geometry":` + geometry + `}`
	}
	line := `{"type":"LineString","coordinates":[[149,-35],[149.1,-35]]}`
	for name, c := range map[string]struct{ json, want string }{
		"not JSON":            {`{`, "read zones"},
		"no id":               {feature(`""`, "border", line), "needs an id"},
		"a number for an id":  {feature(`7`, "border", line), "needs an id"},
		"used twice":          {feature(`"a"`, "border", line) + "," + feature(`"a"`, "border", line), "used twice"},
		"a line as an area":   {feature(`"a"`, "area", line), "needs a polygon"},
		"an unknown kind":     {feature(`"a"`, "wall", `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`), "of the kind"},
		"a point":             {feature(`"a"`, "area", `{"type":"Point","coordinates":[1,2]}`), "LineString"},
		"an open ring":        {feature(`"a"`, "area", `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`), "four points"},
		"a short line":        {feature(`"a"`, "border", `{"type":"LineString","coordinates":[[149,-35]]}`), "two points"},
		"swapped coordinates": {feature(`"a"`, "border", `{"type":"LineString","coordinates":[[-35,149],[-35,149.1]]}`), "longitude"},
		"no geometry":         {feature(`"a"`, "border", `null`), "zone"},
	} {
		text := c.json
		if text != "{" {
			text = `{"type":"FeatureCollection","features":[` + text + `]}`
		}
		if _, err := zone.FromGeoJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFromGeoJSON(f *testing.F) {
	raw, err := zone.ToGeoJSON([]zone.Zone{border, area})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"type":"FeatureCollection","features":[null]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		zones, err := zone.FromGeoJSON(b)
		if err != nil {
			return
		}
		for _, z := range zones {
			if d := z.Distance(at(0, 0)); math.IsNaN(d) || d < 0 {
				t.Errorf("%+v is %v m away", z, d)
			}
			z.CrossedBy(at(0, 0), at(100, 100))
		}
	})
}
