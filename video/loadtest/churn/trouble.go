package churn

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"vedette/video/ingest/testcam"
)

// startWait bounds how long a camera may take to get its port back.
const startWait = 30 * time.Second

// Trouble cuts a running camera at random.
type Trouble struct {
	// Camera is the one. It runs before and after.
	Camera *testcam.Camera
	// Clips are what the camera plays in turn after each change.
	Clips []*testcam.Clip
	// ShortestPeace and LongestPeace bound the time between two troubles, LongestTrouble that of one.
	ShortestPeace, LongestPeace, LongestTrouble time.Duration
	// Seed settles what happens when.
	Seed uint64

	cuts, outages, stalls, changes atomic.Uint64
}

// TroubleCounts is what has happened to a camera so far.
type TroubleCounts struct {
	// Cuts counts restarts at once, Outages those after a while, Stalls the times when connections stayed open and nothing
	// came, Changes the restarts with another clip.
	Cuts, Outages, Stalls, Changes uint64
}

// All is the number of troubles.
func (c TroubleCounts) All() uint64 { return c.Cuts + c.Outages + c.Stalls + c.Changes }

// Counts returns the counters.
func (t *Trouble) Counts() TroubleCounts {
	return TroubleCounts{Cuts: t.cuts.Load(), Outages: t.outages.Load(), Stalls: t.stalls.Load(), Changes: t.changes.Load()}
}

// Run makes trouble until ctx ends. It fails where the camera cannot be started again.
func (t *Trouble) Run(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(t.Seed, 0))
	for kinds := rng.Perm(4); ; {
		pause(ctx, between(rng, t.ShortestPeace, t.LongestPeace))
		if ctx.Err() != nil {
			return nil
		}
		if len(kinds) == 0 {
			kinds = rng.Perm(4) // so that each has its turn
		}
		if err := t.make(ctx, kinds[0], between(rng, t.LongestTrouble/10, t.LongestTrouble)); err != nil {
			return err
		}
		kinds = kinds[1:]
	}
}

func (t *Trouble) make(ctx context.Context, kind int, length time.Duration) error {
	cam := t.Camera
	if kind == 2 {
		t.stalls.Add(1)
		cam.Freeze(true)
		pause(ctx, length)
		cam.Freeze(false)
		return nil
	}
	cam.Stop()
	switch kind {
	case 0:
		t.cuts.Add(1)
	case 1:
		t.outages.Add(1)
		pause(ctx, length)
	default:
		if len(t.Clips) > 0 {
			cam.Clip = t.Clips[t.changes.Load()%uint64(len(t.Clips))]
		}
		t.changes.Add(1)
	}
	return restart(cam)
}

// restart starts a camera on its old port, which somebody else may have for a moment.
func restart(cam *testcam.Camera) error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	for {
		err := cam.Start()
		if err == nil {
			return nil
		}
		pause(ctx, time.Second)
		if ctx.Err() != nil {
			return fmt.Errorf("start the camera again: %w", err)
		}
	}
}
