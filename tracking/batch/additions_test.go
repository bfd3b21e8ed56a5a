package batch

import (
	"fmt"
	"math"
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
