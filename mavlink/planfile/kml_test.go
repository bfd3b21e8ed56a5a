package planfile

import (
	"math"
	"strings"
	"testing"

	"vedette/internal/geo"
	"vedette/mavlink/mission"
)

const drawn = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>no placemark</name><Folder>
<Placemark><name>ridge &amp; &lt;b&gt;</name><LineString><altitudeMode>absolute</altitudeMode><coordinates>
 149.1,-35.1,700 149.2,-35.2,710.5 </coordinates></LineString></Placemark>
<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>1,2 3,2 3,4 1,2</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>1.5,2.1 2,2.1 2,2.2 1.5,2.1</coordinates></LinearRing></innerBoundaryIs></Polygon><name>yard</name></Placemark>
<Placemark><MultiGeometry><Point><altitudeMode>relativeToGround</altitudeMode><coordinates>-180,90,50</coordinates></Point><Point><coordinates>5,6</coordinates></Point></MultiGeometry></Placemark>
</Folder></Document></kml>`

func TestAKMLIsReadAsShapes(t *testing.T) {
	t.Parallel()
	shapes, err := ReadKML([]byte("\n" + drawn[strings.Index(drawn, "<kml"):]))
	if err != nil || len(shapes) != 4 {
		t.Fatalf("%+v, %v", shapes, err)
	}
	if s := shapes[0]; s.Name != "ridge & <b>" || s.Kind != ShapeLine || s.Above != AboveSea || s.Heights[1] != 710.5 || s.Points[1] != (geo.LatLon{Lat: -35.2, Lon: 149.2}) {
		t.Errorf("%+v", s)
	}
	if s := shapes[1]; s.Name != "yard" || s.Kind != ShapeArea || len(s.Points) != 3 || s.Heights != nil {
		t.Errorf("the hole, or the closing point, is part of the area: %+v", s)
	}
	if shapes[2].Above != AboveGround || shapes[2].Heights[0] != 50 || shapes[3].Above != OnGround || shapes[3].Kind != ShapePoint {
		t.Errorf("%+v", shapes[2:])
	}
}

func TestAKMLThatCannotBeUsedIsToldWhy(t *testing.T) {
	t.Parallel()
	mark := func(inside string) string { return "<kml><Placemark><name>n</name>" + inside + "</Placemark></kml>" }
	for text, words := range map[string]string{
		"PK\x03\x04...":              "packed KML",
		"<gpx></gpx>":                "no KML",
		"<kml>":                      "no XML",
		"<kml>&xxe;</kml>":           "no XML",
		strings.Repeat("<kml>", 100): "deeper than",
		mark("<Point></Point>"):      "has 0 places",
		mark("<LineString><coordinates>1,2</coordinates></LineString>"):                                              "at least 2",
		mark("<Point><coordinates>1</coordinates></Point>"):                                                          "longitude,latitude",
		mark("<Point><coordinates>181,2</coordinates></Point>"):                                                      "no longitude",
		mark("<Point><coordinates>1,NaN</coordinates></Point>"):                                                      "no latitude",
		mark("<Point><coordinates>1,2,up</coordinates></Point>"):                                                     "no height",
		mark(strings.Repeat("<Point><coordinates>1,2</coordinates></Point>", MaxShapes+1)):                           "more than 2000 shapes",
		mark("<LineString><coordinates>" + strings.Repeat("1,2 ", MaxShapePoints+1) + "</coordinates></LineString>"): "more than 50000 places",
	} {
		if shapes, err := ReadKML([]byte(text)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%.80q: %+v, %v; want %q", text, len(shapes), err, words)
		}
	}
}

func TestAPlanAsKMLReadsBackAsItsShapes(t *testing.T) {
	t.Parallel()
	areas := mission.Areas{
		Polygons: []mission.Polygon{{Inclusion: true, Points: []geo.LatLon{{Lat: 1, Lon: 2}, {Lat: 1, Lon: 3}, {Lat: 2, Lon: 3}}}},
		Circles:  []mission.Circle{{Center: geo.LatLon{Lat: 5, Lon: 6}, RadiusM: 100}},
	}
	p := Plan{
		Home: &Home{1, 2, 500}, Fence: areas.Items(), Rally: mission.RallyItems([]mission.RallyPoint{{Lat: 1, Lon: 2, AltRelative: 30}}),
		Mission: []mission.Item{
			{Command: mission.Takeoff, Frame: 3, Alt: 30}, {Command: mission.Waypoint, Frame: 3, Lat: 1, Lon: 2, Alt: 60},
			{Command: mission.Waypoint, Frame: 0, Lat: 1, Lon: 2.1, Alt: 700}, {Command: mission.Return, Frame: 3},
		},
	}
	for _, known := range []bool{true, false} {
		if !known {
			p.Home = nil
		}
		text, err := WriteKML(p)
		if err != nil {
			t.Fatal(err)
		}
		shapes, err := ReadKML(text)
		if err != nil || len(shapes) != 6 {
			t.Fatalf("%+v, %v\n%s", shapes, err, text)
		}
		way := shapes[0]
		if way.Name != "mission" || len(way.Points) != 2 || (way.Above == AboveSea) != known || known && way.Heights[0] != 560 {
			t.Errorf("%+v", way)
		}
		circle := shapes[4]
		if circle.Kind != ShapeArea || len(circle.Points) != circleCorners || math.Abs(geo.Distance(circle.Points[9], areas.Circles[0].Center)-100) > 0.1 {
			t.Errorf("%+v", circle)
		}
		if !strings.Contains(string(text), "60.0 m above home") {
			t.Errorf("the height is not told: %s", text)
		}
	}
}

func FuzzReadKML(f *testing.F) {
	f.Add([]byte(drawn))
	f.Add([]byte("<kml><Placemark><Polygon><LinearRing><coordinates>1,2 3,4"))
	f.Fuzz(func(t *testing.T, data []byte) {
		shapes, err := ReadKML(data)
		for _, s := range shapes {
			if err != nil || len(s.Points) == 0 || s.Heights != nil && len(s.Heights) != len(s.Points) {
				t.Fatalf("%+v with %v", s, err)
			}
			for _, p := range s.Points {
				if !p.Valid() {
					t.Fatalf("%+v", s)
				}
			}
		}
	})
}
