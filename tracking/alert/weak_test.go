package alert_test

import (
	"testing"

	"vedette/tracking/alert"
)

// TestWhatIsWeakIsMoreLikelyNothing has two trips of one infrared detector where animals are hardly met: strong enough they are somebody, and weak,
// as what a gust or a branch makes, they are not.
func TestWhatIsWeakIsMoreLikelyNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, second float64
		alert         bool
	}{{0.62, 0.81, true}, {0.8, 0.65, true}, {0.4, 0.55, false}, {0.35, 0.45, false}, {0.5, 0.5, false}} {
		s := newStory(t, alert.Config{})
		walkers(t, s, 0, 16)
		from := 400 * 16.0
		s.trip(from, "p-1", "pir", "", c.first, at(0, -60))
		s.trip(from+12, "p-1", "pir", "", c.second, at(0, -60))
		s.until(from + 70)
		raised := 0
		for _, a := range s.engine.Alerts() {
			if a.State.Open() {
				raised++
			}
		}
		if raised > 1 || (raised == 1) != c.alert {
			t.Errorf("%v: %d alerts", c, raised)
		}
	}
}
