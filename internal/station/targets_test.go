package station

import (
	"math"
	"testing"
	"time"

	"vedette/tracking/alert"
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
	if got := evidence([]alert.Trip{{Kind: "seismic", At: at, RangeM: 25}})[0]; got.Driving < 2 || got.EE != got.NN || got.Headed {
		t.Errorf("a geophone: %+v", got)
	}
	if got := evidence([]alert.Trip{{Kind: "pir", At: at, RangeM: 15}})[0]; got.Driving != 1 {
		t.Errorf("a detector of warmth: %+v", got)
	}
}
