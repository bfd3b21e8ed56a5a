//go:build !race

package station

import (
	"strings"
	"testing"
	"time"
)

// TestTwoWalkersAreSeenByASlowDetector plays the scenario of the browser test of alerts on a machine whose detector looks at a picture only
// every 1.6 or 3 s: each of the two must be seen by the camera that was sent, soon after the approval.
func TestTwoWalkersAreSeenByASlowDetector(t *testing.T) {
	t.Parallel()
	const longest = 45 * time.Second
	for _, every := range []int{8, 15} {
		for seed := int64(1); seed <= 4; seed++ {
			s := newScene(t, "../../ui/web/e2e/two-walkers.yaml", seed)
			s.every = every
			seen := map[string]time.Time{}
			for s.now.Before(sceneStart.Add(2 * time.Minute)) {
				s.step()
				for _, a := range s.picture.alerts.Alerts() {
					if _, known := seen[a.ID]; !known && strings.Contains(strings.Join(a.Reasons, "; "), "confirmed by ") {
						seen[a.ID] = s.now
					}
				}
			}
			followed := 0
			for _, c := range s.picture.cues.Cues() {
				w := s.approved[c.ID]
				if w == nil {
					continue
				}
				if at, ok := seen[c.AlertID]; !ok || at.Sub(w.approved) > longest {
					t.Errorf("seed %d, a picture every %v: %s is not seen within %v of the approval of %s: %v", seed, sceneStep*time.Duration(every), c.AlertID, longest, c.ID, c.Reasons)
				}
				followed++
			}
			if followed < 2 {
				t.Errorf("seed %d: %d cues were approved", seed, followed)
			}
		}
	}
}
