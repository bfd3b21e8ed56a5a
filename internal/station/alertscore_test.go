//go:build !race

package station

import (
	"fmt"
	"math"
	"slices"
)

// score is what a scene measured.
type score struct {
	hours             float64
	crossings, told   int
	grouped           int // of told those that an alert about a group tells of which was raised for others of them
	noticeable, noted int // the same of those that tripped a sensor or were in a camera's view
	alerts, nuisances int
	causes            map[string]int
	missed            []string
	delays            []float64 // seconds from the crossing to the alert; below zero: before it
	eyes, eyesNear    []float64 // seconds from the approval to the first picture of whom it is about; near: a drone was within 200 m
	cuesAll, cuesNear int       // approved cues about somebody who truly came, whether or not they saw whom they are about
	eyesSoon          int       // of cuesNear those that saw them within soonS
	spotNear          []float64 // seconds from the approval to the first picture of the place that a cue is about, of cuesNear and those about nobody
	spotAll, spotSoon int       // all such cues, and those of them within soonS
	trips             map[string]int
	looks, useful     int // proposals without an alert; those that led to one about somebody who crosses
}

// nearDroneM is how near to its target a drone must be at the approval to be on the spot.
const nearDroneM = 200.0

// soonS is how soon after the approval a drone on the spot should see whom it is about.
const soonS = 6.0

func newScore() *score { return &score{causes: map[string]int{}, trips: map[string]int{}} }

// add counts a scene in. Who crossed in the last minute is left out: the alert may still come.
func (sum *score) add(s *scene) {
	sum.hours += s.now.Sub(sceneStart).Hours()
	for _, name := range sortedKeys(s.parties) {
		p := s.parties[name]
		if p.crossed.IsZero() || s.now.Sub(p.crossed) < lateAfter {
			continue
		}
		sum.crossings++
		noticeable := p.seen || len(p.trips) > 0
		if noticeable {
			sum.noticeable++
		}
		if p.alerted.IsZero() || p.alerted.Sub(p.crossed) > lateAfter {
			sum.missed = append(sum.missed, fmt.Sprintf("%s at %s after %v", p.name, p.crossed.Sub(sceneStart), p.trips))
			continue
		}
		sum.told++
		if p.grouped {
			sum.grouped++
		}
		if noticeable {
			sum.noted++
		}
		sum.delays = append(sum.delays, p.alerted.Sub(p.crossed).Seconds())
	}
	for _, v := range s.order {
		sum.alerts++
		sum.causes[v.cause]++
		if v.cause != "crossing" {
			sum.nuisances++
		}
	}
	for _, w := range s.approved {
		near := w.distanceM <= nearDroneM
		if near {
			sum.addSpot(w)
		}
		if w.party == nil {
			continue // there is nobody to see
		}
		sum.cuesAll++
		if near {
			sum.cuesNear++
		}
		if w.seen.IsZero() {
			continue
		}
		took := w.seen.Sub(w.approved).Seconds()
		sum.eyes = append(sum.eyes, took)
		if near {
			sum.eyesNear = append(sum.eyesNear, took)
			if took <= soonS {
				sum.eyesSoon++
			}
		}
	}
	for _, l := range s.looks {
		sum.looks++
		if l.useful {
			sum.useful++
		}
	}
	for kind, n := range s.trips {
		sum.trips[kind] += n
	}
}

// addSpot counts when the camera of a drone near by was on the spot.
func (sum *score) addSpot(w *cueWatch) {
	sum.spotAll++
	if w.shown.IsZero() {
		return
	}
	took := w.shown.Sub(w.approved).Seconds()
	sum.spotNear = append(sum.spotNear, took)
	if took <= soonS {
		sum.spotSoon++
	}
}

func (sum *score) share() float64    { return float64(sum.told) / float64(max(1, sum.crossings)) }
func (sum *score) soon() float64     { return float64(sum.eyesSoon) / float64(max(1, sum.cuesNear)) }
func (sum *score) onSpot() float64   { return float64(sum.spotSoon) / float64(max(1, sum.spotAll)) }
func (sum *score) nuisance() float64 { return float64(sum.nuisances) / float64(max(1, sum.alerts)) }

func (sum *score) String() string {
	return fmt.Sprintf("%.1f h: %d of %d crossings alerted (%.3f; %d of them within an alert about a group), of those that tripped a sensor or were in a camera's view %d of %d; missed %v; %d alerts (%.1f an hour), nuisances %d (%.3f), by cause %v; %d looks proposed without an alert (%.1f an hour), %d led to one; "+
		"from the crossing to the alert p50 %.0f s, p95 %.0f s; from approval to eyes on p50 %.1f s, p95 %.1f s (%d of %d cues about somebody, the others never saw whom), with a drone within 200 m p50 %.1f s, p95 %.1f s (%d of %d), within %.0f s %d of %d, the camera on the spot p50 %.1f s, p95 %.1f s, within %.0f s %d of %d; trips of gateways %v",
		sum.hours, sum.told, sum.crossings, sum.share(), sum.grouped, sum.noted, sum.noticeable, sum.missed, sum.alerts, float64(sum.alerts)/sum.hours, sum.nuisances, sum.nuisance(), sum.causes, sum.looks, float64(sum.looks)/sum.hours, sum.useful,
		quantile(sum.delays, 0.5), quantile(sum.delays, 0.95), quantile(sum.eyes, 0.5), quantile(sum.eyes, 0.95), len(sum.eyes), sum.cuesAll,
		quantile(sum.eyesNear, 0.5), quantile(sum.eyesNear, 0.95), len(sum.eyesNear), sum.cuesNear, soonS, sum.eyesSoon, sum.cuesNear,
		quantile(sum.spotNear, 0.5), quantile(sum.spotNear, 0.95), soonS, sum.spotSoon, sum.spotAll, sum.trips)
}

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
