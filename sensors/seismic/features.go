package seismic

import "math"

const featureCount = 29

// features are what the last seconds sound like, each about within -2 and 3. Their order is that of the weights.
type features [featureCount]float64

// describe looks at the peaks and the averages as they are now.
func (d *Detector) describe(peaks []peak) features {
	rate, noise := d.cfg.RateHz, d.ratio.Noise()
	walk := longestChain(peaks, rate, walkShortest, walkLongest)
	fast := longestChain(peaks, rate, fastShortest, fastLongest)
	people := divide(peaks, rate)
	var buffer [maxPeaks]peak
	strong := strongest(buffer[:0], peaks)
	all := survey(strong, rate)
	toeMiddle, toeUpper := d.toes(strong)
	again := d.repeats()
	return features{
		math.Log(max(0.5, d.kurtosis()) / 3),
		decibels(d.slow/noise) / 10,
		all.levelDB / 20,
		all.rest,
		1 / max(0.1, all.intervalS) / 4,
		float64(len(strong)) / 12,
		all.spreadDB / 4,
		all.uneven,
		float64(walk.steps) / 8,
		walk.jitter / 0.1,
		walk.explained,
		walk.halves,
		walk.period / 0.5,
		float64(fast.steps) / 8,
		fast.jitter / 0.1,
		fast.explained,
		fast.period / 0.25,
		float64(people.count),
		float64(people.steps) / 8,
		people.jitter / 0.1,
		people.explained,
		toeMiddle / 10,
		toeUpper / 10,
		(decibels(d.windNow/d.windNoise) - decibels(d.slow/noise)) / 10,
		again.walk,
		again.walkLagS / 0.5,
		again.twice,
		again.fast,
		again.fastLagS / 0.25,
	}
}

// strongDB is how far below the loudest a peak still counts as one of its kind.
const strongDB = 12.0

// strongest appends the peaks not much weaker than the loudest.
func strongest(out, peaks []peak) []peak {
	most := math.Inf(-1)
	for _, p := range peaks {
		most = max(most, p.levelDB)
	}
	for _, p := range peaks {
		if p.levelDB >= most-strongDB {
			out = append(out, p)
		}
	}
	return out
}

// surveyed is what peaks are together.
type surveyed struct {
	levelDB, spreadDB float64 // mean and standard deviation
	rest              float64 // mean prominence as a part of the level: between steps the ground comes to rest
	intervalS         float64 // mean, from one to the next
	uneven            float64 // standard deviation of the intervals as a part of it
}

func survey(peaks []peak, rateHz float64) (s surveyed) {
	n := float64(len(peaks))
	for _, p := range peaks {
		s.levelDB += p.levelDB / n
		s.rest += p.prominence / max(1, p.levelDB) / n
	}
	if last := len(peaks) - 1; last > 0 {
		s.intervalS = float64(peaks[last].at-peaks[0].at) / rateHz / float64(last)
	}
	spread, uneven := 0.0, 0.0
	for i, p := range peaks {
		spread += (p.levelDB - s.levelDB) * (p.levelDB - s.levelDB) / n
		if i > 0 {
			v := float64(p.at-peaks[i-1].at)/rateHz/max(0.01, s.intervalS) - 1
			uneven += v * v / (n - 1)
		}
	}
	s.spreadDB, s.uneven = math.Sqrt(spread), math.Sqrt(uneven)
	return s
}
