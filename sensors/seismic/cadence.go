package seismic

import "math"

// chain is a run of peaks that come regularly, ending with the newest.
type chain struct {
	steps      int
	period     float64 // mean interval in seconds
	jitter     float64 // root mean square deviation of the intervals, as a part of the period
	levelDB    float64 // mean
	prominence float64 // mean, dB
	driftDB    float64 // last level minus first
	// explained is the part of the peaks in its time, and not much weaker, that belong to it.
	explained float64
	// halves is the part of its intervals with such a peak in the middle, as when it is every second footfall of a trot.
	halves float64
}

// hertz is how many of its steps come in a second, 0 for none.
func (c chain) hertz() float64 {
	if c.period <= 0 {
		return 0
	}
	return 1 / c.period
}

const (
	// slack is how far an interval may be from the period, as a part of it.
	slack = 0.18
	// follow is how fast the expected period follows the last interval.
	follow = 0.3
	// levelSlackDB is how much a step may differ from the mean of its chain.
	levelSlackDB = 9
	// weakerDB is how far below a chain's level other peaks no longer count against it.
	weakerDB = 6
	// missEvery allows one missing step for so many found.
	missEvery = 3
)

// longestChain finds the chain with most steps whose period lies between two limits in seconds.
func longestChain(peaks []peak, rateHz, shortest, longest float64) chain {
	var best chain
	last := len(peaks) - 1
	for i := last - 1; i >= 0; i-- {
		period := float64(peaks[last].at-peaks[i].at) / rateHz
		if period > longest {
			break
		}
		if period < shortest {
			continue
		}
		c, _ := followChain(peaks, i, period, rateHz)
		if c.period < shortest || c.period > longest {
			continue // it drifted
		}
		if c.steps > best.steps || c.steps == best.steps && c.jitter < best.jitter {
			best = c
		}
	}
	return best
}

// followChain goes back in time from the newest peak and the one at index second, and tells which peaks it takes.
func followChain(peaks []peak, second int, period, rateHz float64) (c chain, member [maxPeaks]bool) {
	last := len(peaks) - 1
	var (
		intervals [maxPeaks]float64
		n         = 1
		missed    = 0
		level     = peaks[last].levelDB + peaks[second].levelDB
		rise      = peaks[last].prominence + peaks[second].prominence
		at        = second
	)
	intervals[0] = period
	member[last], member[second] = true, true
	for {
		next, gap := before(peaks, at, period, rateHz, level/float64(n+1), 1)
		if next < 0 && missed < (n+1)/missEvery {
			next, gap = before(peaks, at, period, rateHz, level/float64(n+1), 2)
			missed++
		}
		if next < 0 || n == maxPeaks-1 {
			break
		}
		intervals[n] = gap
		n++
		level += peaks[next].levelDB
		rise += peaks[next].prominence
		period += follow * (gap - period)
		at = next
		member[at] = true
	}
	c = chain{
		steps: n + 1, levelDB: level / float64(n+1), prominence: rise / float64(n+1),
		driftDB: peaks[last].levelDB - peaks[at].levelDB,
	}
	for _, v := range intervals[:n] {
		c.period += v / float64(n)
	}
	for _, v := range intervals[:n] {
		c.jitter += (v/c.period - 1) * (v/c.period - 1) / float64(n)
	}
	c.jitter = math.Sqrt(c.jitter)
	c.compare(peaks[at:], member[at:], rateHz)
	return c, member
}

// compare sets the chain against all peaks of its time, of which member says which belong to it.
func (c *chain) compare(peaks []peak, member []bool, rateHz float64) {
	var among, middle, previous int
	for i, p := range peaks {
		if p.levelDB < c.levelDB-weakerDB {
			continue
		}
		among++
		if member[i] {
			previous = i
			continue
		}
		if phase := float64(p.at-peaks[previous].at) / rateHz / c.period; math.Abs(phase-0.5) <= slack {
			middle++
		}
	}
	c.explained = min(1, float64(c.steps)/float64(max(1, among)))
	c.halves = float64(middle) / float64(c.steps-1)
}

// before finds the peak that lies periods times the period before the peak at an index, and the interval for one period;
// -1 where there is none.
func before(peaks []peak, at int, period, rateHz, levelDB, periods float64) (index int, gap float64) {
	index = -1
	best := slack * period
	for i := at - 1; i >= 0; i-- {
		since := float64(peaks[at].at-peaks[i].at) / rateHz
		off := math.Abs(since - periods*period)
		if since > (periods+slack)*period {
			break
		}
		if off < best && math.Abs(peaks[i].levelDB-levelDB) <= levelSlackDB {
			index, gap, best = i, since/periods, off
		}
	}
	return index, gap
}
