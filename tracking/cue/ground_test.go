package cue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/tracking/cue"
)

// tells counts the reasons that say there is no terrain.
func tells(c cue.Cue) (n int) {
	for _, r := range c.Reasons {
		if strings.HasPrefix(r, "no terrain there") {
			n++
		}
	}
	return n
}

func TestWhoApprovesKnowsThatThereIsNoTerrain(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, drone(2, at(500, 0)))
	f.target.GroundUnknown = true
	f.fly(time.Second)
	if f.latest.State != cue.Proposed || !slices.Contains(f.latest.Reasons, "no terrain there: it flies as high above its home as otherwise above the ground, and no lower than it is") {
		t.Fatalf("%+v", f.latest)
	}
	near := newFlight(t, cue.Config{}, drone(2, at(100, 0)))
	near.target.GroundUnknown = true
	near.fly(time.Second)
	if near.latest.Action != cue.Look || !slices.Contains(near.latest.Reasons, "no terrain there: the camera is aimed as if the ground were as high as the vehicle's home") {
		t.Fatalf("%+v", near.latest)
	}
}

func TestACueGoesOnWhereTheTerrainEnds(t *testing.T) {
	t.Parallel()
	f := newFlight(t, cue.Config{}, drone(2, at(500, 0)))
	f.target.VN = 1.4
	f.fly(time.Second)
	f.approve()
	f.fly(20 * time.Second)
	if n := tells(f.latest); n != 0 {
		t.Fatalf("%q", f.latest.Reasons)
	}
	before := len(f.gos)
	for _, unknown := range []bool{true, false, true} { // along the rim of what is known
		f.target.GroundUnknown = unknown
		f.fly(20 * time.Second)
	}
	if f.latest.State != cue.Active || tells(f.latest) != 1 || len(f.gos) == before {
		t.Errorf("%+v, sent %d times, %d before", f.latest, len(f.gos), before)
	}
}
