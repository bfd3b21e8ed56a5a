package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	lat0, lon0 = 40.0, -100.0
	perLat     = 111035.0 // metres in a degree at 40 north, near enough for a scenario
	perLon     = 85394.0
	t0         = int64(1767261600000)
)

func lat(n float64) float64 { return lat0 + n/perLat }

func lon(e float64) float64 { return lon0 + e/perLon }

// scenario is a walker who crosses the border northward and a vehicle along it, seen by two cameras, with a geophone and a beam
// on the way; some frames come late.
func scenario(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	fmt.Fprintf(&b, `{"type":"header","format":"trackbench/1","scenario":"test","seed":1,"t0":%d,"duration_ms":60000,"origin":[40,-100,300],"border":[[%.7f,%.7f],[%.7f,%.7f]],"classes":["person","vehicle","animal"]}`+"\n",
		t0, lat(0), lon(-1000), lat(0), lon(1000))
	for _, c := range []string{"cam-1", "cam-2"} {
		fmt.Fprintf(&b, `{"type":"sensor","id":%q,"kind":"camera","rate_hz":1,"pd":0.9,"clutter_per_scan":0.5,"bias":{"pos_sigma_m":1,"yaw_sigma_deg":0.05,"pitch_sigma_deg":0.02,"pos_tau_s":180}}`+"\n", c)
	}
	fmt.Fprintf(&b, `{"type":"sensor","id":"sei","kind":"seismic","lat":%.7f,"lon":%.7f,"alt":300,"range_m":{"person":40,"vehicle":180,"animal":25},"pd":0.9,"holdoff_s":2,"fa_per_hour":4,"clock_sigma_s":0.2}`+"\n", lat(-10), lon(0))
	fmt.Fprintf(&b, `{"type":"sensor","id":"bea","kind":"beam","a":[%.7f,%.7f],"b":[%.7f,%.7f],"pd":0.97,"fa_per_hour":1}`+"\n", lat(10), lon(-40), lat(10), lon(40))
	fmt.Fprintln(&b, `{"type":"weather","wind":3}`)
	seq := 0
	var late string
	for s := range 60 {
		for k, c := range []string{"cam-1", "cam-2"} {
			var dets []string
			for _, p := range [][3]float64{{0, -40 + 1.3*float64(s), 0}, {-400 + 12*float64(s), -150, 1}} {
				cls := []string{`{"person":0.7,"vehicle":0.15,"animal":0.15}`, `{"person":0.15,"vehicle":0.7,"animal":0.15}`}[int(p[2])]
				if r.Float64() < 0.9 {
					dets = append(dets, fmt.Sprintf(`{"lat":%.7f,"lon":%.7f,"alt":300,"cov":[4,0,9],"score":0.8,"cls":%s}`,
						lat(p[1]+3*r.NormFloat64()), lon(p[0]+2*r.NormFloat64()), cls))
				}
			}
			t := t0 + int64(s)*1000 + int64(k)*400
			line := fmt.Sprintf(`{"type":"scan","seq":%d,"sensor":%q,"t":%d,"tr":%d,"pos":[%.7f,%.7f,420],"fov":{"az":0,"hfov":120,"rmin":50,"rmax":1500},"dets":[%s],"extra":1}`+"\n",
				seq, c, t, t+300, lat(-600), lon(0), strings.Join(dets, ","))
			seq++
			if seq%7 == 0 {
				late += line
				continue
			}
			b.WriteString(line)
		}
		if s > 10 && s < 40 && s%3 == 0 {
			trip := fmt.Sprintf(`{"type":"trip","seq":%d,"sensor":"sei","t":%d,"tr":%d,"conf":0.8,"snr_db":11,"cls":{"person":0.6,"vehicle":0.2,"animal":0.2}}`+"\n", seq, t0+int64(s)*1000, t0+int64(s)*1000+700)
			seq++
			b.WriteString(trip + trip)
		}
		if s == 39 {
			fmt.Fprintf(&b, `{"type":"trip","seq":%d,"sensor":"bea","t":%d,"tr":%d,"conf":0.95,"dir":"R2L"}`+"\n", seq, t0+38460, t0+39000)
			seq++
		}
		if s%4 == 3 {
			b.WriteString(late)
			late = ""
			fmt.Fprintf(&b, `{"type":"report","t":%d,"tr":%d}`+"\n", t0+int64(s)*1000+900, t0+int64(s)*1000+900)
		}
	}
	b.WriteString(`{"type":"end"}` + "\n")
	return b.String()
}

func runAll(t testing.TB, in string) (out, diag string) {
	t.Helper()
	var o, d bytes.Buffer
	if err := RunTrack(strings.NewReader(in), &o, &d); err != nil {
		t.Fatal(err)
	}
	return o.String(), d.String()
}

func decode(t testing.TB, out string) (lines []tracksLine) {
	t.Helper()
	for l := range strings.Lines(out) {
		var v tracksLine
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		lines = append(lines, v)
	}
	return lines
}

func TestScenarioIsTrackedAndItsCrossingTold(t *testing.T) {
	t.Parallel()
	out, diag := runAll(t, scenario(1))
	if diag != "" {
		t.Errorf("messages: %s", diag)
	}
	lines := decode(t, out)
	if len(lines) != 15 {
		t.Fatalf("%d reports, want 15", len(lines))
	}
	ids := map[uint64]bool{}
	var alarms []alarmPart
	for _, l := range lines {
		alarms = append(alarms, l.Alarms...)
		s := float64(l.T-t0) / 1000
		if s < 6 {
			continue
		}
		var confirmed []trackPart
		for _, k := range l.Tracks {
			if k.Status == "confirmed" {
				confirmed = append(confirmed, k)
				ids[k.ID] = true
			}
		}
		if len(confirmed) != 2 {
			t.Errorf("%.1f s: %d confirmed tracks, want 2", s, len(confirmed))
		}
		for _, want := range [][2]float64{{0, -40 + 1.3*s}, {-400 + 12*s, -150}} {
			best := math.Inf(1)
			for _, k := range confirmed {
				best = min(best, math.Hypot((k.Lon-lon0)*perLon-want[0], (k.Lat-lat0)*perLat-want[1]))
			}
			if best > 8 {
				t.Errorf("%.1f s: nearest track %.1f m off", s, best)
			}
		}
	}
	if len(ids) != 2 {
		t.Errorf("two targets had the numbers %v", ids)
	}
	if len(alarms) != 1 || alarms[0].Dir != 1 || math.Abs(float64(alarms[0].T-t0)/1000-40/1.3) > 5 {
		t.Errorf("alarms %+v, want one northward at 30.8 s", alarms)
	}
}

// TestGoldenOutput holds the whole output of the scenario. After an intended change of the fusion, run with UPDATE_GOLDEN=1 and look at the
// difference.
func TestGoldenOutput(t *testing.T) {
	t.Parallel()
	out, _ := runAll(t, scenario(1))
	again, _ := runAll(t, scenario(1))
	if out != again {
		t.Fatal("the same input gave two outputs")
	}
	path := filepath.Join("testdata", "golden.jsonl")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, got := decode(t, string(raw)), decode(t, out)
	if len(want) != len(got) {
		t.Fatalf("%d reports, golden has %d", len(got), len(want))
	}
	for k := range want {
		if w, g := want[k], got[k]; !near(w, g) {
			t.Fatalf("report %d\n got %+v\nwant %+v", k, g, w)
		}
	}
}

// near allows for the last digits, since processors differ in fused multiplication.
func near(a, b tracksLine) bool {
	if a.T != b.T || len(a.Tracks) != len(b.Tracks) || len(a.Alarms) != len(b.Alarms) {
		return false
	}
	for k := range a.Tracks {
		x, y := a.Tracks[k], b.Tracks[k]
		if x.ID != y.ID || x.Status != y.Status || x.Class != y.Class ||
			math.Abs(x.Lat-y.Lat) > 3e-7 || math.Abs(x.Lon-y.Lon) > 3e-7 || math.Abs(x.Cov[0]-y.Cov[0]) > 0.02 {
			return false
		}
	}
	return true
}

func TestSpoiledLinesAreSkippedWithAMessage(t *testing.T) {
	t.Parallel()
	clean, _ := runAll(t, scenario(2))
	for _, bad := range []string{
		`{"type":"scan","seq":1,"sen`,
		`not json at all`,
		`{"type":"scan","seq":-4,"sensor":"cam-1","t":1767261601000,"tr":1767261601000,"pos":[40,-100,300]}`,
		`{"type":"scan","seq":90001,"sensor":"cam-1","tr":1767261601000,"pos":[40,-100,300]}`,
		`{"type":"scan","seq":90002,"sensor":"cam-1","t":1767261601000,"tr":1767261601000,"pos":[40]}`,
		`{"type":"scan","seq":90003,"sensor":"cam-1","t":17672616,"tr":1767261601000,"pos":[40,-100,300],"dets":[]}`,
		`{"type":"scan","seq":90004,"sensor":"cam-1","t":4102444800000,"tr":4102444800000,"pos":[40,-100,300],"dets":[]}`,
		`{"type":"trip","seq":90005,"sensor":"nobody","t":1767261601000,"tr":1767261601000}`,
		`{"type":"trip","seq":90006,"sensor":"cam-1","t":1767261601000,"tr":1767261601000}`,
		`{"type":"sensor","id":"x","kind":"radar"}`,
		`{"type":"sensor","id":"x","kind":"seismic","lat":400,"lon":0}`,
		`{"type":"sensor","id":"x","kind":"beam","a":[1],"b":[]}`,
		`{"type":"header","border":[[1]]}`,
		`{"type":"report"}`,
		`{"type":"report","t":"soon"}`,
		`[1,2,3]`,
	} {
		head, rest, _ := strings.Cut(scenario(2), `{"type":"scan","seq":1,`)
		out, diag := runAll(t, head+bad+"\n"+`{"type":"scan","seq":1,`+rest)
		if out != clean {
			t.Errorf("%s changes the output", bad)
		}
		if strings.Count(diag, "\n") != 1 || !strings.Contains(diag, "skipped") {
			t.Errorf("%s: messages %q", bad, diag)
		}
	}
}

func TestUnfinishedInputEndsQuietly(t *testing.T) {
	t.Parallel()
	in := scenario(3)
	out, _ := runAll(t, in)
	for _, cut := range []int{0, 1, len(in) / 3, len(in) / 2, len(in) - 5} {
		got, _ := runAll(t, in[:cut])
		if !strings.HasPrefix(out, got) {
			t.Errorf("cut at %d: the reports before the cut differ", cut)
		}
	}
}

func TestOverlongLineIsSkipped(t *testing.T) {
	t.Parallel()
	in := scenario(4)
	want, _ := runAll(t, in)
	out, diag := runAll(t, `{"type":"`+strings.Repeat("x", maxLine)+"\"}\n"+in)
	if out != want || !strings.Contains(diag, "too long") {
		t.Errorf("messages %q, same output %v", diag, out == want)
	}
}

// TestReportIsAnsweredBeforeMoreIsRead holds a report back until the answer to the one before is there.
func TestReportIsAnsweredBeforeMoreIsRead(t *testing.T) {
	t.Parallel()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := RunTrack(inR, outW, io.Discard)
		done <- errors.Join(err, outW.Close())
	}()
	answers := bufio.NewScanner(outR)
	answers.Buffer(nil, 1<<20)
	for line := range strings.Lines(scenario(5)) {
		if _, err := io.WriteString(inW, line); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, `{"type":"report"`) && !answers.Scan() {
			t.Fatal("no answer")
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestFailedWriteEndsTheRun(t *testing.T) {
	t.Parallel()
	if err := RunTrack(strings.NewReader(scenario(6)), brokenWriter{}, io.Discard); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
}

func FuzzRunTrack(f *testing.F) {
	lines := strings.SplitAfter(scenario(7), "\n")
	f.Add(strings.Join(lines[:12], ""), strings.Join(lines[12:20], ""))
	f.Add(lines[0], `{"type":"scan","seq":1,"sensor":"cam-1","t":1767261600000,"tr":1767261600000,"pos":[40,-100,300],"dets":[{"lat":1e9}]}`)
	f.Add(`{"type":"sensor","id":"s","kind":"pir","range_m":1e300,"fov":1e300}`, `{"type":"trip","sensor":"s","t":1767261600000,"conf":-1}`)
	f.Add(`{"type":"sensor","id":"cam-1","kind":"camera","bias":{"clock_sigma_s":0.1}}`, `{"type":"scan","sensor":"cam-1","t":1767261600000,"pos":[40,-100,300],"fov":{"az":1e300,"hfov":360,"rmax":500},"vel":[1e300,-1,0],"az_rate":-1e300,"dets":[{"lat":40,"lon":-100,"cov":[1,0,1]}]}`)
	f.Add(lines[0], strings.Join(lines[5:8], "")+`{"type":"report","t":9223372036854775}`+"\n"+`{"type":"report","t":-9223372036854775}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		in := a + "\n" + lines[1] + lines[3] + b + "\n" + `{"type":"report","t":1767261601000}` + "\n"
		var out bytes.Buffer
		if err := RunTrack(strings.NewReader(in), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(out.String()) {
			if !json.Valid([]byte(l)) {
				t.Fatalf("not JSON: %q", l)
			}
		}
	})
}
