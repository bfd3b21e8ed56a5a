package station

import (
	"testing"

	"vedette/internal/config"
)

// TestLooksAreProposedUnlessTurnedOff reads the limit as the file may say it.
func TestLooksAreProposedUnlessTurnedOff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"{}": 12, "cues: {hunchesPerHour: 0}": 0, "cues: {hunchesPerHour: 30}": 30} {
		c, err := config.Parse("test.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := cueConfig(c.Cues, nil).HunchesPerHour; got != want {
			t.Errorf("%s: %d an hour, %d wanted", text, got, want)
		}
	}
}
