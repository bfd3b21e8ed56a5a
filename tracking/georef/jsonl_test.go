package georef

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"vedette/internal/geo"
)

type flatModel float64

func (m flatModel) ElevationAMSL(geo.LatLon) (geo.AMSL, bool) { return geo.AMSL(m), true }

const request = `{"name":"a","camera":{"lat":-35.36,"lon":149.16,"hae":720},"attitude":{"yawDeg":90,"pitchDeg":-45,"rollDeg":0},` +
	`"lens":{"width":640,"height":512,"fx":1000,"fy":1000,"cx":320,"cy":256,"distortion":[0,0,0,0]},"pixel":[320,256],` +
	`"ground":{"hae":620},"sigma":{"pitchDeg":1}}`

func runLines(t *testing.T, in string) []map[string]any {
	t.Helper()
	var out, diag bytes.Buffer
	if err := RunLocate(strings.NewReader(in), &out, flatModel(600), &diag); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	dec := json.NewDecoder(&out)
	for {
		var m map[string]any
		if err := dec.Decode(&m); err == io.EOF {
			return got
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
}

func TestLocateToolAnswersLineByLine(t *testing.T) {
	t.Parallel()
	in := request + "\n" +
		strings.Replace(request, `"pitchDeg":-45`, `"pitchDeg":45`, 1) + "\n" +
		strings.Replace(request, `{"hae":620}`, `{"terrain":true,"geoidM":20}`, 1) + "\n" +
		strings.Replace(request, `"attitude":{"yawDeg":90,"pitchDeg":-45,"rollDeg":0}`,
			`"platform":{"yawDeg":60,"pitchDeg":0,"rollDeg":0},"gimbal":{"azimuthDeg":30,"elevationDeg":-45,"rollDeg":0}`, 1) + "\n" +
		"{broken\n" + `{"name":"empty"}` + "\n"
	got := runLines(t, in)
	if len(got) != 6 {
		t.Fatalf("%d answers, want 6", len(got))
	}
	for _, k := range []int{0, 2, 3} {
		p := geo.LatLon{Lat: got[k]["lat"].(float64), Lon: got[k]["lon"].(float64)}
		if d := geo.Distance(p, geo.Offset(home, 90, 100)); d > 0.5 {
			t.Errorf("answer %d is %.2f m off", k, d)
		}
		if s := got[k]["slantM"].(float64); math.Abs(s-141.42) > 0.5 {
			t.Errorf("answer %d: slant %v", k, s)
		}
		e := got[k]["ellipse"].(map[string]any)
		// One degree at 45 down: slant^2/height times the angle.
		if major := e["semiMajorM"].(float64); math.Abs(major-200*math.Pi/180) > 0.05 {
			t.Errorf("answer %d: ellipse %v", k, e)
		}
		if b := e["bearingDeg"].(float64); math.Abs(b-90) > 0.5 {
			t.Errorf("answer %d: ellipse %v", k, e)
		}
	}
	if got[1]["none"] != string(AboveHorizon) || got[1]["name"] != "a" {
		t.Errorf("sky: %v", got[1])
	}
	for _, k := range []int{4, 5} {
		if s, _ := got[k]["none"].(string); s == "" {
			t.Errorf("line that cannot be used: %v", got[k])
		}
	}
}

func FuzzRunLocate(f *testing.F) {
	f.Add(request)
	f.Add(`{"name":"x","camera":{},"lens":{},"pixel":[1e308,-1e308],"ground":{"terrain":true},"platform":{}}`)
	f.Add(strings.Replace(request, `[0,0,0,0]`, `[-5,3,1,1]`, 1))
	f.Add(strings.Replace(request, `"pitchDeg":1`, `"pitchDeg":1e308,"horizontalM":1e300`, 1))
	f.Fuzz(func(t *testing.T, line string) {
		var out bytes.Buffer
		if err := RunLocate(strings.NewReader(line), &out, flatModel(600), io.Discard); err != nil && len(line) < maxLine {
			t.Fatal(err)
		}
		for answer := range strings.Lines(out.String()) {
			if !json.Valid([]byte(answer)) {
				t.Fatalf("not JSON: %q", answer)
			}
		}
	})
}
