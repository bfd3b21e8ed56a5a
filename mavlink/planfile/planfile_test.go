package planfile

import (
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"vedette/mavlink/mission"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name) //nolint:gosec // a name in this file
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAPlanWithAPatternIsReadWhole(t *testing.T) {
	t.Parallel()
	p, err := Read(sample(t, "survey.plan"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []uint16
	for i, it := range p.Mission {
		commands = append(commands, it.Command)
		if it.Seq != i {
			t.Errorf("item %d has the number %d", i, it.Seq)
		}
	}
	if want := []uint16{22, 16, 206, 16, 206, 177, 20}; !reflect.DeepEqual(commands, want) {
		t.Errorf("%v, want %v", commands, want)
	}
	if wp := p.Mission[1]; wp.Lat != -35.362 || wp.Lon != 149.164 || wp.Alt != 50 || wp.Frame != 3 || !math.IsNaN(wp.Params[3]) {
		t.Errorf("%+v", wp)
	}
	// doJumpId 2 is the second item.
	if jump := p.Mission[5]; jump.Params[0] != 2 || jump.Params[1] != 3 {
		t.Errorf("%+v", jump)
	}
	a, err := mission.AreasOf(p.Fence)
	if err != nil || len(a.Polygons) != 1 || len(a.Polygons[0].Points) != 4 || !a.Polygons[0].Inclusion ||
		len(a.Circles) != 1 || a.Circles[0].RadiusM != 42.5 || a.Circles[0].Inclusion || a.Return == nil || a.ReturnAltRelative != 30 {
		t.Errorf("%+v, %v", a, err)
	}
	if p.Fence[1].Params[0] != 4 {
		t.Errorf("a corner says %v corners", p.Fence[1].Params[0])
	}
	if len(p.Rally) != 2 || p.Rally[1].Alt != 45.5 || p.Rally[1].Command != 5100 {
		t.Errorf("%+v", p.Rally)
	}
	if p.Home == nil || p.Home.AltAMSL != 584 || p.Firmware != 3 || p.Vehicle != 2 || p.HoverMS != 5 {
		t.Errorf("%+v", p)
	}
}

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"survey.plan", "way.waypoints"} {
		p, err := Read(sample(t, name))
		if err != nil {
			t.Fatal(err)
		}
		text, err := Write(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		equal(t, name, p.Mission, again.Mission)
		equal(t, name, p.Fence, again.Fence)
		equal(t, name, p.Rally, again.Rally)
		again, err = Read(WriteText(p))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name+" as text", p.Mission, again.Mission)
		for _, list := range []Plan{{Fence: p.Fence}, {Rally: p.Rally}} {
			again, err := Read(WriteText(list))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, name+" as text", list.Fence, again.Fence)
			equal(t, name+" as text", list.Rally, again.Rally)
		}
	}
}

// equal compares items, of which some parameters are not a number.
func equal(t *testing.T, name string, a, b []mission.Item) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%s: %d and %d items", name, len(a), len(b))
		return
	}
	for i := range a {
		x, y := a[i], b[i]
		for j := range x.Params {
			if math.IsNaN(x.Params[j]) && math.IsNaN(y.Params[j]) {
				x.Params[j], y.Params[j] = 0, 0
			}
		}
		if x != y {
			t.Errorf("%s: item %d: %+v and %+v", name, i, x, y)
		}
	}
}

func TestATextOfWayPoints(t *testing.T) {
	t.Parallel()
	p, err := Read(sample(t, "way.waypoints"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Mission) != 4 || p.Home == nil || p.Home.AltAMSL != 584.09 {
		t.Fatalf("%+v", p)
	}
	if it := p.Mission[1]; it.Lat != -35.3600001 || it.Params[0] != 5 || !math.IsNaN(it.Params[3]) {
		t.Errorf("%+v", it)
	}
	if it := p.Mission[2]; it.Command != 82 || mission.HeightOf(it.Frame) != mission.HeightAGL {
		t.Errorf("%+v", it)
	}
	// Without a home, item 0 is the first that is flown.
	p, err = Read([]byte("QGC WPL 110\n0 0 3 22 0 0 0 0 1 2 30 1\n"))
	if err != nil || len(p.Mission) != 1 || p.Home != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	good := string(sample(t, "survey.plan"))
	for _, c := range []struct{ old, new, want string }{
		{`"fileType": "Plan"`, `"fileType": "Other"`, "fileType: must be"},
		{`"version": 1
}`, `"version": 2
}`, "version: only version 1"},
		{`"params": [0, 0, 0, null, -35.3632, 149.1652, 30]`, `"params": [0, 0, 0, null, "x", 149.1652, 30]`, "mission.items[0].params[4]: must be a number"},
		{`"params": [0, 0, 0, null, -35.3632, 149.1652, 30]`, `"params": [0, 0, 0, null, -95, 149.1652, 30]`, "mission.items[0]: a place at -95"},
		{`"params": [0, 0, 0, null, -35.3632, 149.1652, 30]`, `"params": [0, 0, 0, null, null, 149.1652, 30]`, "mission.items[0].params[4]: is missing: takeoff needs a place"},
		{`"params": [0, 0, 0, null, -35.3632, 149.1652, 30]`, `"params": [0, 0, 30]`, "mission.items[0].params: has 3 numbers"},
		{`"params": [0, 0, 0, null, -35.362, 149.164, 50]`, `"params": [1e300, 0, 0, null, -35.362, 149.164, 50]`, "mission.items[1].TransectStyleComplexItem.Items[0].params[0]: 1e+300"},
		{`"command": 177`, `"command": 17.5`, "mission.items[2].command: 17.5 is no whole number"},
		{`"params": [2, 3, 0`, `"params": [77, 3, 0`, "mission.items[2].params[0]: no item has the doJumpId 77"},
		{`"TransectStyleComplexItem"`, `"Other"`, `mission.items[1]: a pattern of the kind "survey"`},
		{`"Items"`, `"Others"`, `mission.items[1]: the pattern "survey" has no stored items`},
		{`"radius": 42.5`, `"radius": -1`, "geoFence: circles[0].radiusM"},
		{`[-35.35, 149.18], [-35.38, 149.18], [-35.38, 149.15]]`, `[-35.35, 149.18]]`, "geoFence: polygons[0].points: a polygon has 3 to 255 corners"},
		{`[-35.361, 149.163, 40]`, `[-35.361, 249.163, 40]`, "rallyPoints.points[0][1]: 249.163"},
		{`[-35.361, 149.163, 40]`, `[-35.361, 149.163]`, "rallyPoints.points[0]: has 2 numbers"},
		{`"mission": {`, `"missing": {`, "mission: is missing"},
		{`"type": "ComplexItem"`, `"type": "Strange"`, `mission.items[1].type: "Strange"`},
		{good, good + "{}", "something after"},
		{good, `{"fileType":`, "no JSON"},
		{good, "nothing", "neither"},
		{good, "", "neither"},
		{good, "QGC WPL 120\n", "line 1"},
		{good, "QGC WPL 110\n0 1 0 16 0 0 0 0 0 0 0\n", "line 2: 11 columns"},
		{good, "QGC WPL 110\n0 1 0 16 0 0 0 0 NaN 0 0 1\n", "line 2: column 9"},
		{good, "QGC WPL 110\n\n1 1 0 16.5 0 0 0 0 0 0 0 1\n", "line 3: column 4"},
		{good, "QGC WPL 110\n1 0 3 16 0 0 0 0 91 0 0 1\n", "line 2: a place at 91"},
		{good, "QGC WPL 110\n1 0 0 5001 5 0 0 0 1 0 0 1\n", "fence: item 1"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%q is not in the sample", c.old)
		}
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %q", c.new, err, c.want)
		}
	}
	if _, err := Read(make([]byte, MaxBytes+1)); err == nil {
		t.Error("a file of more than the limit was read")
	}
	if _, err := Read([]byte("PK\x03\x04")); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
	var many strings.Builder
	many.WriteString("QGC WPL 110\n")
	for range MaxItems + 1 {
		many.WriteString("1 0 3 16 0 0 0 0 0 0 0 1\n")
	}
	if _, err := Read([]byte(many.String())); err == nil || !strings.Contains(err.Error(), "more than 10000") {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, "survey.plan"))
	f.Add(sample(f, "way.waypoints"))
	f.Add(planWith(wing))
	f.Add(planWith(hover))
	f.Add(planWith(old))
	f.Add([]byte(`{"fileType":"Plan","mission":{"items":[]},"geoFence":{"circles":[{}]},"rallyPoints":{}}`))
	f.Add([]byte("QGC WPL 110\n0 1 0 16 0 0 0 0 0 0 0 1\n1 0 3 5100 0 0 0 0 1 1 1 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(data)
		if err != nil {
			return
		}
		for _, it := range p.Mission {
			if err := it.Validate(); err != nil {
				t.Fatalf("an item that cannot be sent was read: %v", err)
			}
		}
		text, err := Write(p)
		if err != nil {
			return // heights of rally points above the sea, without a home
		}
		again, err := Read(text)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, text)
		}
		if len(again.Mission) != len(p.Mission) || len(again.Fence) != len(p.Fence) || len(again.Rally) != len(p.Rally) {
			t.Fatalf("%d %d %d items became %d %d %d", len(p.Mission), len(p.Fence), len(p.Rally), len(again.Mission), len(again.Fence), len(again.Rally))
		}
		equal(t, "the mission", p.Mission, again.Mission)
	})
}
