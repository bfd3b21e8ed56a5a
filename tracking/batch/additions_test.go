package batch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDirectionsAndForeignTracksAreTaken has another system tell of a walker, and a sensor that gives only directions see him from the south:
// the track's place across that direction becomes what the directions say.
func TestDirectionsAndForeignTracksAreTaken(t *testing.T) {
	t.Parallel()
	east := map[bool]float64{}
	for _, ear := range []bool{false, true} {
		var b strings.Builder
		b.WriteString(`{"type":"sensor","id":"ear","kind":"bearing","lat":39.995,"lon":-100,"range_m":2000,"fa_per_hour":10}` + "\n")
		b.WriteString(`{"type":"sensor","id":"other","kind":"system"}` + "\n")
		for k := range 20 {
			ms := t0 + int64(k)*1000
			fmt.Fprintf(&b, `{"type":"track","seq":%d,"sensor":"other","t":%d,"tr":%d,"lat":40,"lon":-100,"cov":[400,0,25],"existence":0.95,"cls":{"person":0.8,"vehicle":0.1,"animal":0.1}}`+"\n", k, ms, ms+200)
			if ear && k > 5 {
				// 15 m east of the reported place, seen from 555 m.
				fmt.Fprintf(&b, `{"type":"trip","seq":%d,"sensor":"ear","t":%d,"tr":%d,"az":%.3f,"az_sigma_deg":0.4}`+"\n", k, ms, ms+200, math.Atan2(15, 555)*180/math.Pi)
			}
		}
		fmt.Fprintf(&b, `{"type":"report","t":%d,"tr":%d}`+"\n", t0+20000, t0+20000)
		out, diag := runAll(t, b.String())
		if diag != "" {
			t.Fatalf("messages: %s", diag)
		}
		tracks := decode(t, out)[0].Tracks
		if len(tracks) != 1 || tracks[0].Status != "confirmed" {
			t.Fatalf("tracks %+v", tracks)
		}
		east[ear] = (tracks[0].Lon + 100) * perLon
	}
	if math.Abs(east[false]) > 3 || east[true] < 7 {
		t.Errorf("%.1f m east without directions and %.1f with them, want 0 and towards 15", east[false], east[true])
	}
}

func TestSpoiledDirectionsAndForeignTracksAreSkipped(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"type":"trip","sensor":"ear","t":1767261600000}`:                                               "az is missing",
		`{"type":"track","sensor":"other","t":1767261600000,"lat":40}`:                                   "lat, lon and cov",
		`{"type":"track","sensor":"other","lat":40,"lon":-100,"cov":[1,0,1]}`:                            "t is missing",
		`{"type":"track","sensor":"other","t":1767261600000,"lat":40,"lon":-100,"cov":[1,5,1]}`:          "cannot be used",
		`{"type":"track","sensor":"nobody","t":1767261600000,"lat":40,"lon":-100,"cov":[1,0,1]}`:         "not known",
		`{"type":"track","sensor":"other","t":1767261600000,"lat":40,"lon":-100,"cov":[1,0,1],"cls":[]}`: "parse track",
	} {
		head := `{"type":"sensor","id":"ear","kind":"bearing","lat":40,"lon":-100}` + "\n" + `{"type":"sensor","id":"other","kind":"system"}` + "\n"
		if _, diag := runAll(t, head+line+"\n"); !strings.Contains(diag, want) {
			t.Errorf("%s: message %q, want one with %q", line, diag, want)
		}
	}
}

// TestTheClockOfACameraIsLearnedFromItsMotion has a camera that pans over people who stand still, in frames whose times are 150 ms ahead.
func TestTheClockOfACameraIsLearnedFromItsMotion(t *testing.T) {
	t.Parallel()
	worst := map[bool]float64{}
	for _, told := range []bool{false, true} {
		r := rand.New(rand.NewPCG(3, 3))
		var b strings.Builder
		clock := 0.0
		if told {
			clock = 0.1
		}
		fmt.Fprintf(&b, `{"type":"sensor","id":"eye","kind":"camera","pd":0.9,"clutter_per_scan":0.5,"bias":{"pos_sigma_m":1,"yaw_sigma_deg":0.3,"pitch_sigma_deg":0.1,"pos_tau_s":180,"clock_sigma_s":%g}}`+"\n", clock)
		az := func(s float64) float64 { return 40 * math.Sin(2*math.Pi*s/16) }
		people := [][2]float64{{0, 120}, {60, 90}, {-50, 140}, {20, 180}}
		for k := range 200 {
			s := float64(k) / 2
			sn, cs := math.Sincos((az(s) - az(s-0.15)) * math.Pi / 180)
			ms := t0 + int64(k)*500
			fmt.Fprintf(&b, `{"type":"scan","seq":%d,"sensor":"eye","t":%d,"tr":%d,"pos":[40,-100,100],"fov":{"az":%.3f,"hfov":360,"rmin":0,"rmax":500},"vel":[0,0,0],"az_rate":%.3f,"pitch_rate":0,"dets":[`,
				k, ms, ms+300, az(s), 40*2*math.Pi/16*math.Cos(2*math.Pi*s/16))
			for i, p := range people {
				if i > 0 {
					b.WriteString(",")
				}
				e, n := p[0]*cs+p[1]*sn+r.NormFloat64(), p[1]*cs-p[0]*sn+r.NormFloat64()
				fmt.Fprintf(&b, `{"lat":%.8f,"lon":%.8f,"alt":0,"cov":[1,0,1],"score":0.8,"cls":{"person":0.8,"vehicle":0.1,"animal":0.1}}`, 40+n/perLat, -100+e/perLon)
			}
			b.WriteString("]}\n")
			if s > 60 {
				fmt.Fprintf(&b, `{"type":"report","t":%d,"tr":%d}`+"\n", ms, ms)
			}
		}
		out, diag := runAll(t, b.String())
		if diag != "" {
			t.Fatalf("messages: %s", diag)
		}
		for _, report := range decode(t, out) {
			for _, p := range people {
				near := math.Inf(1)
				for _, tk := range report.Tracks {
					near = min(near, math.Hypot((tk.Lon+100)*perLon-p[0], (tk.Lat-40)*perLat-p[1]))
				}
				worst[told] = max(worst[told], near)
			}
		}
	}
	t.Logf("worst place %.1f m with the clock learned, %.1f m without", worst[true], worst[false])
	if worst[true] > 2.5 || worst[false] < 2*worst[true] {
		t.Errorf("people are shown up to %.1f m off where the clock may be learned, %.1f m where it is said to be right", worst[true], worst[false])
	}
	if _, diag := runAll(t, `{"type":"scan","sensor":"eye","t":1767261600000,"pos":[40,-100,100],"vel":[1,2]}`+"\n"); !strings.Contains(diag, "vel must be") {
		t.Errorf("a velocity of two numbers: %q", diag)
	}
}
