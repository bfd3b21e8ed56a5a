package seismic

import (
	"math"
	"slices"
)

const (
	fineS = 0.025 // of the energy that tells when a wave came and what followed it
	// A foot rolls from heel to toe: the second thump comes so long after the first, in seconds. A hoof or a paw is one thump.
	toeFirst, toeLast = 0.07, 0.15
	heelS             = 0.05
	toeLeastDB        = -20
	toeUnknownDB      = -10 // where no peak stands alone
	onsetS            = 0.12
	repeatS           = 5.0 // of the past that is compared with itself
)

// fineEnergy keeps the energy of the last seconds, averaged over fineS.
type fineEnergy struct {
	last []float64
	now  float64
}

func (f *fineEnergy) push(sample int64, y, rateHz float64) {
	f.now += (y*y - f.now) / max(1, fineS*rateHz)
	f.last[sample%int64(len(f.last))] = f.now
}

func (f *fineEnergy) at(sample int64) float64 {
	if sample < 0 {
		return 0
	}
	return f.last[sample%int64(len(f.last))]
}

// most is the highest energy from one sample to another, and where it is.
func (f *fineEnergy) most(from, to int64) (energy float64, at int64) {
	at = from
	for k := from; k <= to; k++ {
		if e := f.at(k); e > energy {
			energy, at = e, k
		}
	}
	return energy, at
}

// onset is when the wave of a peak came, more exactly than the peak of an average tells: when it had half of its energy.
func (f *fineEnergy) onset(peak int64, rateHz float64) int64 {
	from := peak - int64(onsetS*rateHz)
	most, at := f.most(from, peak)
	for at > from && f.at(at-1) >= most/2 {
		at--
	}
	return at
}

// toes tells how much of a peak's energy there is once more when its toe would fall, in dB: of the middle one of those peaks that stand
// alone, and of the one that a quarter of them exceed.
func (d *Detector) toes(peaks []peak) (middle, upper float64) {
	rate, noise := d.cfg.RateHz, d.ratio.Noise()
	var all [maxPeaks]float64
	n := 0
	for i, p := range peaks {
		if i+1 < len(peaks) && float64(peaks[i+1].at-p.at) < (toeLast+0.04)*rate || float64(d.sample-p.at) <= toeLast*rate {
			continue // another step is there, or it is still to come
		}
		heel, _ := d.fine.most(p.at, p.at+int64(heelS*rate))
		toe, _ := d.fine.most(p.at+int64(toeFirst*rate), p.at+int64(toeLast*rate))
		all[n] = min(0, max(toeLeastDB, decibels(max(0, toe-2*noise)/max(tiny, heel-noise))))
		n++
	}
	if n == 0 {
		return toeUnknownDB, toeUnknownDB
	}
	slices.Sort(all[:n])
	return all[n/2], all[n*3/4]
}

// repetition is how much the last seconds are like themselves some time before: the highest correlations, and their lags in seconds, among
// those of a walk and among those of quicker feet; twice is that at two steps of the walk.
type repetition struct {
	walk, walkLagS, twice float64
	fast, fastLagS        float64
}

// repeats finds out by the autocorrelation of the level, which does not ask which wave is whose: it stays where several walk at once.
func (d *Detector) repeats() (r repetition) {
	rate, noise := d.cfg.RateHz, d.ratio.Noise()
	x := d.scratch
	n := len(x)
	mean, power := 0.0, 0.0
	for i := range x {
		x[i] = math.Log1p(d.fine.at(d.sample-int64(n-i)) / noise)
		mean += x[i] / float64(n)
	}
	for i := range x {
		x[i] -= mean
		power += x[i] * x[i]
	}
	if !(power > 0) {
		return r
	}
	at := func(lag int) float64 {
		sum := 0.0
		for i := lag; i < n; i++ {
			sum += x[i] * x[i-lag]
		}
		return sum / power * float64(n) / float64(n-lag)
	}
	for lag := int(fastShortest * rate); lag <= int(walkLongest*rate); lag++ {
		v, s := at(lag), float64(lag)/rate
		switch {
		case s < walkShortest && v > r.fast:
			r.fast, r.fastLagS = v, s
		case s >= walkShortest && v > r.walk:
			r.walk, r.walkLagS = v, s
		}
	}
	if r.walkLagS > 0 {
		r.twice = at(int(2 * r.walkLagS * rate))
	}
	return r
}

func decibels(ratio float64) float64 { return 10 * math.Log10(min(1e9, max(1e-3, ratio))) }
