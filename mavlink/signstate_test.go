package mavlink

import (
	"testing"
	"time"

	"vedette/mavlink/signing"
)

// TestFramesOfBeforeTheKeyAreNoAlarm sets up a key while frames without it are still on their way over a slow link.
func TestFramesOfBeforeTheKeyAreNoAlarm(t *testing.T) {
	t.Parallel()
	given := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		refused, verified time.Duration
		why               signing.Verdict
		want              string
	}{
		"on their way":      {time.Second, time.Second, signing.RefusedUnsigned, "on"},
		"it goes on":        {4 * time.Second, time.Second, signing.RefusedUnsigned, "refusing"},
		"of an older key":   {time.Second, time.Second, signing.RefusedSignature, "on"},
		"another key":       {4 * time.Second, time.Second, signing.RefusedSignature, "refusing"},
		"a replay, at once": {time.Second, time.Second, signing.RefusedReplay, "refusing"},
		"once, long ago":    {4 * time.Second, 6 * time.Second, signing.RefusedUnsigned, "on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := signing.State{Key: true, Since: given, LastVerified: given.Add(c.verified), LastRefused: given.Add(c.refused), Why: c.why}
			if got, text := describeSigning(1, st, given.Add(7*time.Second)); got != c.want {
				t.Errorf("%s: %s", got, text)
			}
		})
	}
}
