package seismic

import "math"

// walkers is how the peaks of some seconds divide among people who walk at once.
type walkers struct {
	count      int
	steps      int     // of all of them
	jitter     float64 // of all of them
	explained  float64 // part of the strong peaks that are a step of one of them
	prominence float64 // mean, dB
	first      chain   // the one with most steps
}

const (
	// quickHz is more steps a second than anybody walks with.
	quickHz = 2.35

	mostWalkers  = 3
	walkerSteps  = 4    // at least, of each
	walkerJitter = 0.09 // at most, of each
)

// divide takes one walker after the other out of the peaks, the one with most steps first.
func divide(peaks []peak, rateHz float64) walkers {
	var (
		w          walkers
		left       [maxPeaks]peak
		square     float64
		prominence float64
	)
	n := copy(left[:], peaks)
	var buffer [maxPeaks]peak
	strong := len(strongest(buffer[:0], peaks))
	for w.count < mostWalkers && n >= walkerSteps {
		var best chain
		var taken [maxPeaks]bool
		for end := n; end >= walkerSteps; end-- {
			c, members := walkerEndingWith(left[:end], rateHz)
			if c.steps > best.steps || c.steps == best.steps && c.jitter < best.jitter {
				best, taken = c, members
			}
		}
		if best.steps < walkerSteps {
			break
		}
		if w.count++; w.count == 1 {
			w.first = best
		}
		w.steps += best.steps
		square += float64(best.steps-1) * best.jitter * best.jitter
		prominence += float64(best.steps) * best.prominence
		kept := 0
		for i := range n {
			if !taken[i] {
				left[kept] = left[i]
				kept++
			}
		}
		n = kept
	}
	if w.count > 0 {
		w.jitter = math.Sqrt(square / float64(w.steps-w.count))
		w.explained = float64(w.steps) / float64(max(w.steps, strong))
		w.prominence = prominence / float64(w.steps)
	}
	return w
}

// walkerEndingWith finds the longest even walk that ends with the newest peak, and which peaks are its steps.
func walkerEndingWith(peaks []peak, rateHz float64) (best chain, members [maxPeaks]bool) {
	last := len(peaks) - 1
	for i := last - 1; i >= 0; i-- {
		period := float64(peaks[last].at-peaks[i].at) / rateHz
		if period > walkLongest {
			break
		}
		if period < 1/quickHz {
			continue
		}
		c, m := followChain(peaks, i, period, rateHz)
		if c.steps < walkerSteps || c.period < 1/quickHz || c.period > walkLongest || c.jitter > walkerJitter {
			continue
		}
		if c.steps > best.steps || c.steps == best.steps && c.jitter < best.jitter {
			best, members = c, m
		}
	}
	return best, members
}
