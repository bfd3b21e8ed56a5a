package station

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// TestEveryItemComesBackTheSame reads items as a vehicle may hold them out of the API and sends them back in: to the last bit.
func TestEveryItemComesBackTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test repeats itself
	commands := []uint16{16, 16, 17, 18, 19, 20, 21, 22, 31, 82, 93, 112, 115, 177, 178, 179, 189, 195, 197, 205, 206, 600, 1000, 2000, 3000, 5100, 31010, 42424, 65535}
	special := []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1, -1, 0.1, 5, 1e6, 1e30, math.SmallestNonzeroFloat32}
	for n := range 20000 {
		it := mavlink.MissionItem{Command: commands[r.IntN(len(commands))], AutoContinue: r.IntN(4) > 0}
		it.Frame = []uint8{0, 2, 3, 3, 5, 6, 10, 11, 1, 99}[r.IntN(10)]
		for i := range it.Params {
			it.Params[i] = float64(float32(special[r.IntN(len(special))] * float64(1+r.IntN(3))))
		}
		switch r.IntN(3) {
		case 0:
		case 1:
			it.FromRaw(int32(r.IntN(1800000000)-900000000), int32(r.IntN(2000000000)-1000000000)) //nolint:gosec // within int32
		case 2:
			it.FromRaw(int32(r.IntN(4)), int32(r.IntN(4))) //nolint:gosec // within int32
		}
		it.Alt = float64(float32(r.NormFloat64() * 1000))
		if it.Validate() != nil {
			continue // a place that is none, in a frame of places
		}
		text, err := json.Marshal(describeItem(it))
		if err != nil {
			t.Fatalf("%+v: %v", it, err)
		}
		var back api.MissionItem
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := itemOf(back, 0)
		if err != nil || !bytes.Equal(mission.Encode([]mavlink.MissionItem{it}), mission.Encode([]mavlink.MissionItem{again})) {
			t.Fatalf("item %d: %+v\nbecame %+v\nby %s, %v", n, it, again, text, err)
		}
	}
}

func TestThePlainJSONOfBeforeStillMakesAMission(t *testing.T) {
	t.Parallel()
	var m api.Mission
	text := `{"items":[{"command":"takeoff","altitudeRelative":30},{"command":"waypoint","lat":-35,"lon":149,"altitudeRelative":60,"holdS":5},
		{"command":"NAV_LOITER_TIME","lat":-35,"lon":149.1,"altitudeAMSL":700,"params":[20,0,0,0]},{"command":"jump","params":[2,3,0,0]},
		{"commandId":178,"params":[1,7.5,-1,0]},{"command":"waypoint","lat":-35,"lon":149,"altitudeAGL":45},{"command":"return"}]}`
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	items, err := itemsOf(m)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []mavlink.MissionItem{
		{Command: 22, Frame: 3, Alt: 30},
		{Command: 16, Frame: 3, Lat: -35, Lon: 149, Alt: 60, Params: [4]float64{5}},
		{Command: 19, Frame: 0, Lat: -35, Lon: 149.1, Alt: 700, Params: [4]float64{20}},
		{Command: 177, Frame: 2, Params: [4]float64{2, 3}},
		{Command: 178, Frame: 2, Params: [4]float64{1, 7.5, -1}},
		{Command: 16, Frame: 10, Lat: -35, Lon: 149, Alt: 45},
		{Command: 20, Frame: 3},
	} {
		want.Seq, want.AutoContinue = n, true
		if items[n] != want {
			t.Errorf("item %d: %+v, want %+v", n, items[n], want)
		}
	}
	for _, bad := range []string{
		`{"items":[{"command":"waypoint","lat":1,"lon":1,"altitudeAMSL":5,"frame":3}]}`,
		`{"items":[{"command":"changeSpeed","params":[1,2,3,4,0.5,0,0]}]}`,
		`{"items":[{"command":"waypoint","lat":1,"lon":1,"altitudeAMSL":5,"holdS":3,"params":[4,0,0,0]}]}`,
		`{"items":[{"command":"waypoint","params":[0,0,0,0,95,0,0]}]}`,
	} {
		m = api.Mission{}
		if err := json.Unmarshal([]byte(bad), &m); err != nil {
			t.Fatal(err)
		}
		if _, err := itemsOf(m); err == nil || !strings.Contains(err.Error(), "items[0]") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func wp(lat, lon, alt float64) mavlink.MissionItem {
	return mavlink.MissionItem{Command: 16, Frame: 0, Lat: lat, Lon: lon, Alt: alt}
}

// TestAMissionIsLookedThrough uses ground that rises by a metre for each thousandth of a degree to the east, from 100 m below the
// vehicle, which flies at 160 m.
func TestAMissionIsLookedThrough(t *testing.T) {
	t.Parallel()
	square := func(west, east float64) orb.Polygon {
		return orb.Polygon{{{west, -35.01}, {east, -35.01}, {east, -34.99}, {west, -34.99}, {west, -35.01}}}
	}
	zones := []zone.Zone{{ID: "z", Name: "the hospital", Kind: zone.NoFly, Geometry: square(149.14, 149.15)}}
	fence := mission.Areas{
		Polygons: []mission.Polygon{{Inclusion: true, Points: []geo.LatLon{{Lat: -35.2, Lon: 149}, {Lat: -35.2, Lon: 149.3}, {Lat: -34.8, Lon: 149.3}, {Lat: -34.8, Lon: 149}}}},
		Circles:  []mission.Circle{{Center: geo.LatLon{Lat: -35.1, Lon: 149.1}, RadiusM: 300}},
	}
	onGround := flying()
	onGround.Autopilot, onGround.Landed = "ardupilot", "onGround"
	px4 := flying()
	px4.Autopilot = "px4"
	tired := flying()
	tired.Endurance = &mavlink.Endurance{ToReserve: 10e9}
	for name, c := range map[string]struct {
		vehicle mavlink.Vehicle
		items   []mavlink.MissionItem
		want    string // severity, item and words of the only finding; empty: none
	}{
		"nothing to say":                   {flying(), []mavlink.MissionItem{wp(-35, 149.12, 160), wp(-35.01, 149.12, 160)}, ""},
		"into the slope":                   {flying(), []mavlink.MissionItem{wp(-35.02, 149.1, 160), wp(-35.02, 149.19, 160)}, "error 2 leads into the ground"},
		"near the slope":                   {flying(), []mavlink.MissionItem{wp(-35.02, 149.1, 160), wp(-35.02, 149.15, 160)}, "warning 2 only 10 m above the ground"},
		"climbs over the slope":            {flying(), []mavlink.MissionItem{wp(-35.02, 149.1, 160), wp(-35.02, 149.19, 300)}, ""},
		"heights above the ground":         {flying(), []mavlink.MissionItem{{Command: 16, Frame: 10, Lat: -35.02, Lon: 149.1, Alt: 50}, {Command: 16, Frame: 10, Lat: -35.02, Lon: 149.2, Alt: 50}}, ""},
		"low above the ground":             {flying(), []mavlink.MissionItem{{Command: 16, Frame: 10, Lat: -35.02, Lon: 149.1, Alt: 50}, {Command: 16, Frame: 10, Lat: -35.02, Lon: 149.2, Alt: 8}}, "warning 2 8 m above the ground"},
		"through a zone":                   {flying(), []mavlink.MissionItem{wp(-35, 149.12, 300), wp(-35, 149.17, 300)}, "error 2 the hospital"},
		"around the zone":                  {flying(), []mavlink.MissionItem{wp(-35.02, 149.12, 300), wp(-35.02, 149.17, 300)}, ""},
		"out of the fence":                 {flying(), []mavlink.MissionItem{wp(-35.02, 149.1, 900), wp(-35.02, 149.31, 900)}, "error 2 out of the fence"},
		"through a circle":                 {flying(), []mavlink.MissionItem{wp(-35.1, 149.09, 300), wp(-35.1, 149.11, 300)}, "error 2 must not be entered"},
		"past the circle":                  {flying(), []mavlink.MissionItem{wp(-35.095, 149.09, 300), wp(-35.095, 149.11, 300)}, ""},
		"jumps nowhere":                    {flying(), []mavlink.MissionItem{wp(-35, 149.11, 160), {Command: 177, Frame: 2, Params: [4]float64{9, 2}}}, "error 2 jumps to item 9 of 2"},
		"jumps to itself":                  {flying(), []mavlink.MissionItem{wp(-35, 149.11, 160), {Command: 177, Frame: 2, Params: [4]float64{2, 2}}}, "error 2 jumps to item 2"},
		"no takeoff":                       {onGround, []mavlink.MissionItem{wp(-35, 149.11, 160)}, "warning 1 only with a takeoff"},
		"a takeoff":                        {onGround, []mavlink.MissionItem{{Command: 22, Frame: 3, Alt: 60}, wp(-35, 149.11, 160)}, ""},
		"another continent":                {flying(), []mavlink.MissionItem{wp(35, -149, 160)}, "warning 1 are latitude and longitude right"},
		"heights that PX4 does not know":   {px4, []mavlink.MissionItem{{Command: 16, Frame: 10, Lat: -35, Lon: 149.11, Alt: 60}}, "error 1 PX4 knows no heights"},
		"longer than the battery lasts":    {tired, []mavlink.MissionItem{wp(-35, 149.12, 160)}, "warning 0 the battery lasts"},
		"a landing comes from above":       {flying(), []mavlink.MissionItem{wp(-35, 149.12, 160), {Command: 21, Frame: 3, Lat: -35, Lon: 149.12}}, ""},
		"ground that is not known":         {flying(), []mavlink.MissionItem{wp(-35.02, 149.05, 160), wp(-35.02, 149.01, 160)}, ""},
		"what has no place is passed over": {flying(), []mavlink.MissionItem{{Command: 178, Frame: 2, Params: [4]float64{1, 5, -1}}, {Command: 31010, Frame: 3, Lat: 88, Lon: 99}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checker := planChecker{ground: &ground{terrain: slope{}}, zones: zones, areas: fence, vehicle: &c.vehicle}
			got, estimate := checker.check(c.items)
			if estimate == nil || math.IsNaN(estimate.DurationS) {
				t.Errorf("%+v", estimate)
			}
			if c.want == "" {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			severity, rest, _ := strings.Cut(c.want, " ")
			number, words, _ := strings.Cut(rest, " ")
			if len(got) != 1 || got[0].Severity != severity || string(rune('0'+got[0].Item)) != number || !strings.Contains(got[0].Text, words) {
				t.Errorf("%+v, want %s", got, c.want)
			}
		})
	}
}

func TestAnEstimateAddsUpWayAndWaiting(t *testing.T) {
	t.Parallel()
	v := flying()
	items := []mavlink.MissionItem{
		{Command: 178, Frame: 2, Params: [4]float64{1, 10, -1}},
		wp(-35, 149.1, 160), wp(-35.009, 149.1, 160),
		{Command: 19, Frame: 0, Lat: -35.009, Lon: 149.1, Alt: 160, Params: [4]float64{30}},
	}
	c := planChecker{ground: &ground{terrain: slope{}}, vehicle: &v}
	_, e := c.check(items)
	// 0.009 degrees of latitude are 998 m, at 10 m/s.
	if math.Abs(e.LengthM-998) > 2 || math.Abs(e.DurationS-130) > 1 {
		t.Errorf("%+v", e)
	}
}

func TestFencesOfTheAPI(t *testing.T) {
	t.Parallel()
	corners := []geo.LatLon{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 2}, {Lat: 1, Lon: 1}}
	f := api.Fence{
		Polygons:    []api.FencePolygon{{Inclusion: true, Points: corners}},
		Circles:     []api.FenceCircle{{Center: corners[0], RadiusM: 5}},
		ReturnPoint: &api.ReturnPoint{Lat: 1, Lon: 1, AltitudeRelative: 30},
	}
	areas, err := areasOf(f)
	if err != nil || len(areas.Polygons[0].Points) != 3 {
		t.Fatalf("%+v, %v", areas, err)
	}
	back, err := describeFence(areas.Items())
	if err != nil || len(back.Polygons[0].Points) != 3 || back.Circles[0] != f.Circles[0] || *back.ReturnPoint != *f.ReturnPoint {
		t.Errorf("%+v, %v", back, err)
	}
	f.Polygons[0].Points = corners[:2]
	if _, err := areasOf(f); err == nil || !strings.Contains(err.Error(), "polygons[0].points") {
		t.Errorf("%v", err)
	}
	if _, err := rallyOf(api.Rally{Points: []api.RallyPoint{{Lat: 91}}}); err == nil || !strings.Contains(err.Error(), "points[0]") {
		t.Errorf("%v", err)
	}
}

func TestWhatBecameOfAnUpload(t *testing.T) {
	t.Parallel()
	old := []mavlink.MissionItem{wp(-35, 149.1, 100), wp(-35, 149.2, 100), wp(-35, 149.3, 100)}
	sent := []mavlink.MissionItem{wp(-36, 149.1, 100), wp(-36, 149.2, 100)}
	mixed := []mavlink.MissionItem{sent[0], old[1], old[2]}
	b := begun{Plan: mission.Encode(sent), Before: mission.Encode(old), HasBefore: true}
	unknown := begun{Plan: mission.Encode(sent)}
	for _, c := range []struct {
		b      begun
		stored []mavlink.MissionItem
		want   string
	}{
		{b, sent, "holds the new plan, 2 items"},
		{b, old, "holds the old plan, 3 items"},
		{b, mixed, "neither the old nor the new plan but 3 items; the first of them is the new one"},
		{b, nil, "neither the old nor the new plan but 0 items"},
		{unknown, old, "does not hold the new plan but (what it held before is not known) 3 items"},
		{unknown, sent, "holds the new plan"},
		{begun{Plan: []byte("rubbish")}, sent, "cannot be read any more"},
	} {
		if got := c.b.verdict(c.stored); !strings.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
