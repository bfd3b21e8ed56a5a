package station

import (
	"math"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/fusion"
)

// TestABeamSaysWhereAndWhichWay has beams at several bearings.
func TestABeamSaysWhereAndWhichWay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		axisDeg    float64
		detail     string
		headingDeg float64
		headed     bool
		ee, en, nn float64
	}{
		{90, "L2R", 180, true, 300, 0, 9},
		{90, "R2L", 0, true, 300, 0, 9},
		{0, "L2R", 90, true, 9, 0, 300},
		{45, "R2L", 315, true, 154.5, 145.5, 154.5},
		{90, "", 0, false, 300, 0, 9},
	} {
		got := evidence([]alert.Trip{{Kind: "beam", Detail: c.detail, At: at, RangeM: 5, HalfM: 30, AxisDeg: c.axisDeg}})[0]
		if got.Headed != c.headed || math.Abs(got.HeadingDeg-c.headingDeg) > 1e-9 ||
			math.Hypot(math.Hypot(got.EE-c.ee, got.NN-c.nn), got.EN-c.en) > 1e-6 {
			t.Errorf("%v %s: %+v", c.axisDeg, c.detail, got)
		}
	}
	// Who drives is heard farther away by a geophone, and not seen farther away by a detector of warmth.
	if got := evidence([]alert.Trip{{Kind: "seismic", At: at, RangeM: 25}})[0]; got.Driving < 1.5 || got.EE != got.NN || got.Headed {
		t.Errorf("a geophone: %+v", got)
	}
	if got := evidence([]alert.Trip{{Kind: "pir", At: at, RangeM: 15}})[0]; got.Driving != 1 {
		t.Errorf("a detector of warmth: %+v", got)
	}
}

// TestWhoIsHeardForTheFirstTimeMayBeFarOff has a geophone hear somebody come nearer.
func TestWhoIsHeardForTheFirstTimeMayBeFarOff(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	trip := func(sensor, kind string, afterS int) alert.Trip {
		return alert.Trip{Sensor: sensor, Kind: kind, At: begun.Add(time.Duration(afterS) * time.Second), RangeM: 25}
	}
	got := evidence([]alert.Trip{trip("s-1", "seismic", 0), trip("s-1", "seismic", 12), trip("s-2", "seismic", 20), trip("p-1", "pir", 22), trip("s-1", "seismic", 60)})
	for i, sigmaM := range []float64{40, 17.5, 40, 17.5, 40} {
		if math.Abs(got[i].EE-sigmaM*sigmaM) > 1e-9 || got[i].NN != got[i].EE {
			t.Errorf("trip %d: %+v, a sigma of %.1f m wanted", i, got[i], sigmaM)
		}
	}
	if far, near := got[0].Driving*40, got[1].Driving*17.5; math.Abs(far-near) > 1e-9 {
		t.Errorf("who drives may be %.0f m off at first, and %.0f m then", far, near)
	}
}

// TestACameraSawThemBefore keeps where a camera saw a track last, for a while.
func TestACameraSawThemBefore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	seen := func(s fusion.Status, kind fusion.SensorKind, agoS int, lat float64) fusion.Track {
		return fusion.Track{
			Status: s, Position: geo.LatLon{Lat: lat}, VN: 1, EE: 4, NN: 5,
			Sources: []fusion.Source{{Kind: kind, LastSeen: now.Add(-time.Duration(agoS) * time.Second)}},
		}
	}
	g := glimpses{}
	g.note(map[string]fusion.Track{
		"t-1": seen(fusion.Confirmed, fusion.Camera, 1, 50), "t-2": seen(fusion.Tentative, fusion.Camera, 1, 51), "t-3": seen(fusion.Confirmed, fusion.Seismic, 1, 52),
	}, now)
	// Meanwhile it only goes on by its velocity, and something else is seen.
	later := now.Add(20 * time.Second)
	g.note(map[string]fusion.Track{"t-1": seen(fusion.Confirmed, fusion.Camera, 1, 50.1), "t-4": seen(fusion.Confirmed, fusion.Camera, -19, 53)}, later)
	if got := g.of("t-3", "t-1", "t-2"); got == nil || got.Lat != 50 || !got.At.Equal(now) || got.VN != 1 || got.NN != 5 || !got.Moving {
		t.Errorf("%+v", got)
	}
	if got := g.of("t-1", "t-4"); got == nil || got.Lat != 53 {
		t.Errorf("%+v, the newest wanted", got)
	}
	if got := g.of("t-2", "t-3"); got != nil {
		t.Errorf("%+v of what no camera is sure of", got)
	}
	g.note(nil, now.Add(evidenceFor+10*time.Second))
	if len(g) != 1 || g.of("t-1") != nil {
		t.Errorf("left: %v", g)
	}
}
