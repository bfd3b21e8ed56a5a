package link

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWaitsGrowOnlyWhileNothingIsHeard: a link that comes and goes must be taken up at once each time.
func TestWaitsGrowOnlyWhileNothingIsHeard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const first, last = time.Second, 8 * time.Second
		r := retrier{first: first, last: last}
		for i, x := range []struct {
			worked bool
			about  time.Duration
		}{
			{false, first}, {false, 2 * first}, {false, 4 * first}, {false, last}, {false, last},
			{true, first}, {true, first}, {true, first}, {false, 2 * first},
		} {
			began := time.Now()
			r.wait(t.Context(), x.worked)
			if took := time.Since(began); took < x.about*3/4 || took > x.about*5/4 {
				t.Errorf("wait %d: %v, want about %v", i, took, x.about)
			}
		}
	})
}
