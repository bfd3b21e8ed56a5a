//go:build !race

// Means of many searches, which the race detector would make slow; everything runs on one goroutine.

package cue_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/cue"
	"vedette/tracking/zone"
)

// TestASearchBelievesOnlyWhatADetectorCanTell has a slow detector that tells of nobody whom only one of its last three pictures showed.
func TestASearchBelievesOnlyWhatADetectorCanTell(t *testing.T) {
	t.Parallel()
	const worlds, everyS = 30, 1.2
	var candid, hasty []time.Duration
	for seed := range uint64(worlds) {
		for _, says := range []bool{true, false} {
			h := newHunt(seed, everyS)
			h.twice, h.candid = true, says
			took := h.aimed(t, func(*hunt) []cue.Sensed {
				return []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 24 * 24, NN: 24 * 24}}
			})
			if says {
				candid = append(candid, took)
			} else {
				hasty = append(hasty, took)
			}
		}
	}
	words := fmt.Sprintf("found within 100 s in %d of %d worlds; %d where the first look at a place counts as a look in vain",
		within(candid, 100*time.Second), worlds, within(hasty, 100*time.Second))
	t.Log(words)
	if within(candid, 100*time.Second) <= within(hasty, 100*time.Second) {
		t.Error(words)
	}
}

// TestWhoIsNearABorderMayWantToCrossIt has people go across a line or along it.
func TestWhoIsNearABorderMayWantToCrossIt(t *testing.T) {
	t.Parallel()
	const worlds = 40
	line := zone.Zone{ID: "b", Kind: zone.Border, Geometry: orb.LineString{geo.Offset(origin, 270, 5000).Point(), geo.Offset(origin, 90, 5000).Point()}}
	mean := func(headingDeg float64, zones ...zone.Zone) time.Duration {
		sum := time.Duration(0)
		for seed := range uint64(worlds) {
			h := newHunt(seed, 1.2)
			h.cfg.Zones = zones
			h.heading = headingDeg*math.Pi/180 + 0.4*h.chance.NormFloat64()
			sum += h.aimed(t, func(*hunt) []cue.Sensed {
				return []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 24 * 24, NN: 24 * 24}}
			})
		}
		return sum / worlds
	}
	across, anyWay, along, anyWayAlong := mean(0, line), mean(0), mean(90, line), mean(90)
	words := fmt.Sprintf("who goes across is found within %v, %v without the line; who goes along it within %v and %v", across, anyWay, along, anyWayAlong)
	t.Log(words)
	if across >= anyWay || along > anyWayAlong*3/2 {
		t.Error(words)
	}
}

// TestABeamTellsWhichWayADriverWent has somebody break a beam and drive on, away from the drone's side or not, where the alert is not sure that it is a
// vehicle.
func TestABeamTellsWhichWayADriverWent(t *testing.T) {
	t.Parallel()
	const worlds, headingDeg = 60, 40.0
	mean := func(drives float64, headed bool) time.Duration {
		sum := time.Duration(0)
		for seed := range uint64(worlds) {
			h := newHunt(seed, 0.4)
			h.drives = drives
			h.walkerE, h.walkerN = 10*h.chance.NormFloat64(), 0
			h.heading, h.speed = headingDeg*math.Pi/180+0.3*h.chance.NormFloat64(), 4+4*h.chance.Float64()
			h.droneE, h.droneN = h.droneE/4, h.droneN/4
			sum += h.aimed(t, func(*hunt) []cue.Sensed {
				return []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 100, NN: 9, HeadingDeg: headingDeg, Headed: headed}}
			})
		}
		return sum / worlds
	}
	both, anyWay, onFoot := mean(0.5, true), mean(0.5, false), mean(0, true)
	words := fmt.Sprintf("found within %v, %v where the beam does not tell which way, %v where nobody is thought to drive", both, anyWay, onFoot)
	t.Log(words)
	if both >= anyWay*3/4 || both >= onFoot*3/4 {
		t.Error(words)
	}
}

// TestASearchBeginsWhereACameraSawThemLast has a camera pass over somebody whom a geophone hears from far away half a minute later.
func TestASearchBeginsWhereACameraSawThemLast(t *testing.T) {
	t.Parallel()
	const worlds, offM = 30, 80.0
	mean := func(glimpsed bool) time.Duration {
		sum := time.Duration(0)
		for seed := range uint64(worlds) {
			h := newHunt(seed, 0.4)
			h.walkerE, h.walkerN, h.heading, h.speed = offM, 0, 0, 1.3
			h.droneE, h.droneN = h.droneE/4, h.droneN/4
			if seen := at(offM, 0); glimpsed {
				h.glimpse = &cue.Sensed{At: start.Add(-time.Second), Lat: seen.Lat, Lon: seen.Lon, EE: 9, NN: 9, VN: 1.3, Moving: true}
			}
			sum += h.aimed(t, func(*hunt) []cue.Sensed {
				return []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 40 * 40, NN: 40 * 40}}
			})
		}
		return sum / worlds
	}
	seen, unseen := mean(true), mean(false)
	words := fmt.Sprintf("found within %v, %v where no camera saw them before", seen, unseen)
	t.Log(words)
	if seen >= unseen/2 {
		t.Error(words)
	}
}
