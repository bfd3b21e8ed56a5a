package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/planfile"
	"vedette/tracking/zone"
)

const wholePlan = `{"mission":{"items":[{"command":"takeoff","altitudeRelative":30},{"command":"waypoint","lat":-35,"lon":149.05,"altitudeAMSL":300},
	{"command":"waypoint","lat":-35,"lon":149.15,"altitudeAGL":80,"holdS":5},{"command":"jump","params":[2,3,0,0]},{"command":"return"}]},
	"fence":{"polygons":[{"inclusion":true,"points":[{"lat":-35.1,"lon":149},{"lat":-35.1,"lon":149.2},{"lat":-34.9,"lon":149.2}]}],
	"circles":[{"inclusion":false,"center":{"lat":-35.3,"lon":149.1},"radiusM":50}]},"rally":{"points":[{"lat":-35,"lon":149.05,"altitudeRelative":30}]},
	"home":{"lat":-35,"lon":149.05,"altAMSL":100},"autopilot":"px4","airframe":"wings"}`

func TestAPlanTravelsThroughFilesUnchanged(t *testing.T) {
	t.Parallel()
	p := &plans{ground: &ground{}}
	first, err := p.ReadPlan([]byte(wholePlan))
	if err != nil || len(first.Mission.Items) != 5 || len(first.Fence.Circles) != 1 || len(first.Rally.Points) != 1 || first.Autopilot != "px4" || first.Airframe != "wings" {
		t.Fatalf("%+v, %v", first, err)
	}
	file, err := p.WritePlan([]byte(wholePlan), "plan")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.ReadPlan(file)
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(again)
	if err != nil || string(a) != string(b) {
		t.Errorf("%v\n%s\n%s", err, a, b)
	}
	kml, err := p.WritePlan([]byte(wholePlan), "kml")
	if err != nil {
		t.Fatal(err)
	}
	shapes, err := p.ReadPlan(kml)
	if err != nil || len(shapes.Shapes) != 6 || shapes.Mission != nil || shapes.Shapes[2].HeightsAGL[0] != 80 || shapes.Shapes[1].HeightsAMSL[0] != 300 {
		t.Errorf("%+v, %v", shapes, err)
	}
	if text, err := p.WritePlan([]byte(wholePlan), "wpl"); err != nil || !strings.HasPrefix(string(text), "QGC WPL 110") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestWhatAPlanDoesNotSpeakOfStaysUnsaid(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][3]bool{
		`{"rally":{"points":[]}}`:                        {false, false, true},
		`{"fence":{"polygons":[],"circles":[]}}`:         {false, true, false},
		`{"mission":{"items":[]}}`:                       {true, false, false},
		`{"items":[{"command":"return"}]}`:               {true, false, false},
		`{"mission":{"items":[]},"rally":{"points":[]}}`: {true, false, true},
	} {
		p, err := readAnyPlan([]byte(body))
		if err != nil || [3]bool{p.Mission != nil, p.Fence != nil, p.Rally != nil} != want {
			t.Errorf("%s: %+v, %v", body, p, err)
		}
	}
	for body, words := range map[string]string{
		`{}`: "fileType", `{"fence":{"polygons":[{"inclusion":true,"points":[]}],"circles":[]}}`: "fence.polygons[0]", `<kml/>`: "does not say what they are for",
		`{"mission":{"items":[{"command":"nonsense"}]}}`: "mission.items[0]", `{"rally":{"points":[{"lat":99,"lon":0,"altitudeRelative":1}]}}`: "rally.points[0]",
		`{"rally":{"points":[]},"secret":1}`: "secret", `{"rally":{"points":[]},"home":{"lat":1,"lon":1}}`: "home needs",
	} {
		if p, err := readAnyPlan([]byte(body)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %+v, %v; want %q", body, p, err, words)
		}
	}
}

func TestFencesThatCrossThemselvesAreToldAndOthersAreNot(t *testing.T) {
	t.Parallel()
	ring := func(c ...float64) []geo.LatLon {
		var out []geo.LatLon
		for i := 0; i < len(c); i += 2 {
			out = append(out, geo.LatLon{Lat: c[i], Lon: c[i+1]})
		}
		return out
	}
	for name, c := range map[string]struct {
		ring []geo.LatLon
		want bool
	}{
		"square":                      {ring(0, 0, 0, 1, 1, 1, 1, 0), false},
		"bow tie":                     {ring(0, 0, 1, 1, 0, 1, 1, 0), true},
		"concave":                     {ring(0, 0, 0, 3, 3, 3, 3, 2, 1, 2, 1, 1, 3, 1, 3, 0), false},
		"side on a side":              {ring(0, 0, 0, 4, 1, 4, 0, 2, 1, 0), true},
		"square over the date line":   {ring(0, 179, 0, -179, 1, -179, 1, 179), false},
		"bow tie over the date line":  {ring(0, 179, 1, -179, 0, -179, 1, 179), true},
		"triangle":                    {ring(0, 0, 0, 1, 1, 0), false},
		"a corner twice, not in turn": {ring(0, 0, 1, 1, 2, 0, 2, 2, 1, 1, 0, 2), true},
	} {
		if _, _, got := crossing(c.ring); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTheProfileFollowsTheGroundThatTheCheckSees(t *testing.T) {
	t.Parallel()
	p := &plans{ground: &ground{terrain: plains{}}}
	body := []byte(`{"items":[{"command":"waypoint","lat":-35,"lon":149.05,"altitudeAMSL":300},{"command":"waypoint","lat":-35,"lon":149.15,"altitudeAMSL":160},
		{"command":"waypoint","lat":-35,"lon":149.18,"altitudeAGL":40},{"command":"waypoint","lat":-35,"lon":149.25,"altitudeAGL":40}]}`)
	got, err := p.CheckPlan(0, body, true)
	if err != nil {
		t.Fatal(err)
	}
	profile := got.Clearance.Profile
	highest, along := 0.0, -1.0
	edge := geo.Distance(geo.LatLon{Lat: -35, Lon: 149.05}, geo.LatLon{Lat: -35, Lon: 149.2})
	for _, q := range profile {
		if q.AlongM < along {
			t.Fatalf("goes back at %+v", q)
		}
		along = q.AlongM
		if q.GroundAMSL != nil {
			highest = max(highest, float64(*q.GroundAMSL))
		}
		if beyond := q.AlongM - edge; math.Abs(beyond) > 5 && (beyond > 0) != (q.GroundAMSL == nil) {
			t.Errorf("the edge of the terrain: %+v", q)
		}
	}
	if last := profile[len(profile)-1]; highest != 150 || math.Abs(along-got.Estimate.LengthM) > 1 || last.GroundAMSL != nil || last.PlanAMSL != nil {
		t.Errorf("highest %v, along %v of %v, last %+v", highest, along, got.Estimate.LengthM, last)
	}
	if got, err = p.CheckPlan(0, body, false); err != nil || got.Clearance.Profile != nil {
		t.Errorf("a profile that nobody asked for: %v, %v", got.Clearance, err)
	}
}

// TestTenThousandZones has a grid of small zones far from the way, and one in it.
func TestTenThousandZones(t *testing.T) {
	t.Parallel()
	var zones []zone.Zone
	square := func(name string, lon, lat float64) {
		zones = append(zones, zone.Zone{ID: fmt.Sprint(len(zones)), Name: name, Kind: zone.NoFly, Geometry: orb.Polygon{{{lon, lat}, {lon + 0.001, lat}, {lon + 0.001, lat + 0.001}, {lon, lat + 0.001}, {lon, lat}}}})
	}
	for i := range 10_000 {
		square("<b>far</b>", 150+float64(i%100)*0.002, -36+float64(i/100)*0.002)
	}
	square("<script>near</script>", 149.1, -35.0005)
	p := &plans{ground: &ground{}, zones: newZoneBook(zones)}
	var items strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&items, `{"command":"waypoint","lat":-35,"lon":%v,"altitudeAMSL":300},`, 149.05+float64(i)*0.0001)
	}
	began := time.Now()
	got, err := p.CheckPlan(0, []byte(`{"mission":{"items":[`+strings.TrimSuffix(items.String(), ",")+`]},"rally":{"points":[{"lat":-35,"lon":149.1005,"altitudeRelative":30}]}}`), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("2000 legs past 10,001 zones: %v", time.Since(began))
	errorsFound := 0
	for _, f := range got.Findings {
		if f.Severity == "error" {
			errorsFound++
			if !strings.Contains(f.Text, "<script>near</script>") {
				t.Errorf("%+v", f)
			}
		}
	}
	if errorsFound < 3 || !strings.Contains(got.Findings[0].Text, "rally point 1 lies in") {
		t.Errorf("%d errors: %+v", errorsFound, got.Findings[:1])
	}
}

func TestAPlanForAnotherVehicleIsSaid(t *testing.T) {
	t.Parallel()
	v := flying()
	v.Autopilot, v.Type = "ardupilot", "quadrotor"
	for _, c := range []struct {
		plan planfile.Plan
		want string
	}{
		{planfile.Plan{Firmware: 12, Vehicle: 2}, "another autopilot (px4), this vehicle has ardupilot"},
		{planfile.Plan{Firmware: 3, Vehicle: 1}, "another kind of vehicle (wings), this one has rotors"},
		{planfile.Plan{Firmware: 3, Vehicle: 13}, ""},
		{planfile.Plan{}, ""},
	} {
		check := planChecker{ground: &ground{}, vehicle: &v}
		found, _ := check.checkPlan(c.plan)
		if (c.want == "") != (len(found) == 0) || len(found) > 0 && (found[0].Severity != "warning" || !strings.Contains(found[0].Text, c.want)) {
			t.Errorf("%+v: %+v", c.plan, found)
		}
	}
}

func TestAnUploadIsCancelledBeforeAReading(t *testing.T) {
	t.Parallel()
	var p planTransfers
	if p.cancel(1) || (*planTransfers)(nil).cancel(1) {
		t.Error("cancelled nothing")
	}
	reading, endReading := p.begin(t.Context(), 1, false)
	sending, endSending := p.begin(t.Context(), 1, true)
	other, endOther := p.begin(t.Context(), 2, true)
	if !p.cancel(1) || sending.Err() == nil || reading.Err() != nil || other.Err() != nil {
		t.Errorf("%v %v %v", sending.Err(), reading.Err(), other.Err())
	}
	if err := cancelled(sending, context.Canceled); !errors.Is(err, mavlink.ErrCancelled) {
		t.Error(err)
	}
	if err := cancelled(reading, context.DeadlineExceeded); errors.Is(err, mavlink.ErrCancelled) || cancelled(sending, nil) != nil {
		t.Error(err)
	}
	endSending()
	if !p.cancel(1) || reading.Err() == nil {
		t.Error("the reading goes on")
	}
	endReading()
	endOther()
	if p.cancel(1) || p.cancel(2) {
		t.Error("cancelled what has ended")
	}
}
