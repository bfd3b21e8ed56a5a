package video

import (
	"testing"
	"time"
)

// looks runs a pace over frames and gives the gaps, in frames, between those that it takes.
func looks(p *pace, every, cost time.Duration, frames int) (gaps []int) {
	at, last := time.Unix(1_800_000_000, 0), -1
	for i := range frames {
		if p.due(at.Add(time.Duration(i) * every)) {
			if last >= 0 {
				gaps = append(gaps, i-last)
			}
			last = i
			p.took(cost)
		}
	}
	return gaps
}

func TestFramesAreSkippedEvenly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		every, cost time.Duration
		gap         int
		slowed      int64
	}{
		"fast enough":             {100 * time.Millisecond, 20 * time.Millisecond, 1, 0},
		"more frames than wanted": {40 * time.Millisecond, 20 * time.Millisecond, 3, 0},
		"slow":                    {40 * time.Millisecond, 210 * time.Millisecond, 11, 2},
		"very slow":               {100 * time.Millisecond, 3 * time.Second, 60, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := pace{least: networkEvery}
			gaps := looks(&p, c.every, c.cost, 500)
			if len(gaps) < 5 {
				t.Fatalf("%d frames were looked at", len(gaps)+1)
			}
			for i, g := range gaps {
				if g != c.gap {
					t.Errorf("gap %d is %d frames, want %d", i, g, c.gap)
				}
			}
			if got := p.slowed(); got != c.slowed {
				t.Errorf("slowed to %d a second, want %d", got, c.slowed)
			}
		})
	}
}

// TestOneSlowLookHardlyCounts has a single look that takes a second among quick ones.
func TestOneSlowLookHardlyCounts(t *testing.T) {
	t.Parallel()
	p := pace{least: networkEvery}
	looks(&p, 100*time.Millisecond, 20*time.Millisecond, 50)
	p.took(time.Second)
	for i, g := range looks(&p, 100*time.Millisecond, 20*time.Millisecond, 200)[1:] {
		if g > 3 {
			t.Errorf("gap %d is %d frames after one slow look", i, g)
		}
	}
	if p.slowed() != 0 {
		t.Error("it still says that it is slow")
	}
}

func TestAnUnpacedLookTakesEveryFrame(t *testing.T) {
	t.Parallel()
	p := pace{}
	for i, g := range looks(&p, 10*time.Millisecond, time.Second, 20) {
		if g != 1 {
			t.Errorf("gap %d is %d frames", i, g)
		}
	}
	if p.slowed() != 0 {
		t.Error("it says that it is slow")
	}
}

// TestAClockThatJumpsBackDoesNotBlind has frames from before the last one.
func TestAClockThatJumpsBackDoesNotBlind(t *testing.T) {
	t.Parallel()
	p := pace{least: networkEvery}
	at := time.Unix(1_800_000_000, 0)
	if !p.due(at) || !p.due(at.Add(-time.Hour)) || p.due(at.Add(-time.Hour+time.Millisecond)) {
		t.Error("a frame after the jump was not looked at, or one too many")
	}
}
