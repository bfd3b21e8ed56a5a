package seismic

import "math"

// What steps look like.
const (
	walkShortest, walkLongest = 0.35, 0.75 // seconds between steps of a person, from a run to a slow walk
	fastShortest, fastLongest = 0.12, 0.34 // between footfalls of an animal with four legs

	walkSteps = 4 // at least
	fastSteps = 7

	// Nobody walks with more steps a second than this, and who runs does so evenly: quick and uneven steps are those of an animal's
	// fore feet, whose hind feet fall more softly between.
	quickHz     = 2.3
	quickJitter = 0.062
	quickHalves = 0.25
	quickSteps  = 6

	steadyJitter = 0.12 // of a person alone
	groupJitter  = 0.08 // where other steps lie between
	aloneShare   = 0.65 // explained
	groupShare   = 0.4
	fastShare    = 0.75

	trotHalves = 0.5
	fastEaseDB = 2.0 // quick footfalls leave the ground less rest

	maxDriftDB      = 10   // somebody who passes gets louder slowly
	minProminence   = 6.5  // dB
	windyProminence = 10.0 // dB
	walkRest        = 0.62 // prominence as a part of the level: between steps the ground comes to rest, under an engine not
	fastRest        = 0.4
	peaky           = 4.2 // kurtosis
	smooth          = 3.6 // an engine's; many hooves at once make 3.8 and more
	// A few steps have to stand out more, or the swell of an engine that comes near would pass for them.
	manySteps = 6
	veryPeaky = 5.0
)

// hearSteps judges the peaks when a new one has come.
func (d *Detector) hearSteps() (Trip, bool) {
	if d.kurtosis() < peaky {
		return Trip{}, false
	}
	peaks := d.list.peaks()
	walk := longestChain(peaks, d.cfg.RateHz, walkShortest, walkLongest)
	fast := longestChain(peaks, d.cfg.RateHz, fastShortest, fastLongest)
	needed := minProminence
	if d.windy() {
		needed = windyProminence
	}
	// A trot's every second footfall looks like a walk: wait until it is clear which it is.
	trotting := walk.steps >= walkSteps-1 && walk.halves >= trotHalves
	switch {
	case fast.steps >= fastSteps && fast.explained >= fastShare && fast.sound(needed-fastEaseDB, fastRest):
		return cadenceTrip(Animal, fast, fastSteps), true
	case trotting, walk.steps < manySteps && d.kurtosis() < veryPeaky:
		return Trip{}, false
	case walk.steps >= walkSteps && walk.uneven():
		if walk.steps >= quickSteps && walk.explained >= groupShare && walk.sound(needed-fastEaseDB, fastRest) {
			return cadenceTrip(Animal, walk, quickSteps), true
		}
		return Trip{}, false
	case walk.steps >= walkSteps && walk.explained >= aloneShare && walk.jitter <= steadyJitter && walk.sound(needed, walkRest):
		return cadenceTrip(Walk, walk, walkSteps), true
	case walk.steps > walkSteps && walk.explained >= groupShare && walk.jitter <= groupJitter && walk.sound(needed, walkRest):
		return cadenceTrip(Walk, walk, walkSteps), true
	}
	return d.hearIrregular(peaks)
}

// windy tells whether the ground moves below the band as much as in it, which steps and engines do not do.
func (d *Detector) windy() bool {
	low := d.windNow / d.windNoise
	return low >= windRise && low >= windShare*d.slow/d.ratio.Noise()
}

// sound tells whether a chain looks like steps: ground at rest between them, and not one shock that dies away.
func (c chain) sound(prominence, rest float64) bool {
	return math.Abs(c.driftDB) <= maxDriftDB && c.prominence >= max(prominence, rest*c.levelDB)
}

// uneven tells whether a chain is quicker than a walk, and no runner's.
func (c chain) uneven() bool {
	return c.period < 1/quickHz && (c.jitter > quickJitter || c.halves >= quickHalves)
}

func cadenceTrip(class Class, c chain, needed int) Trip {
	confidence := 0.55 + 0.05*float64(c.steps-needed) + 0.15*(1-c.jitter/steadyJitter) + 0.15*(c.explained-groupShare)
	if class == Animal {
		confidence -= 0.1
	}
	return Trip{
		Class: class, Confidence: min(0.95, max(0.3, confidence)), SNRdB: c.levelDB, Steps: c.steps, CadenceHz: 1 / c.period,
	}
}

// What shakes without a cadence.
const (
	irregularPeaks = 8
	irregularMeanS = 0.4
	loudPeaks      = 4
	loudSpanS      = 2.5
	loudSpreadDB   = 12
	loudProminence = 9.0 // dB, mean
	afterKnown     = 2.0 // hold-offs in which activity with a name is not told again without one
)

// hearIrregular judges peaks without a cadence: many quick ones of like strength are an animal's, some loud ones over
// seconds are told without a name, and the rest is not told.
func (d *Detector) hearIrregular(peaks []peak) (Trip, bool) {
	var (
		loud              int
		sumDB, prominence float64
		weakest           = math.Inf(1)
		loudest           = math.Inf(-1)
		first             int64
		last              = peaks[len(peaks)-1].at
	)
	for _, p := range peaks {
		if p.levelDB < d.cfg.LoudDB {
			continue
		}
		if loud == 0 {
			first = p.at
		}
		loud++
		weakest, loudest = min(weakest, p.levelDB), max(loudest, p.levelDB)
		sumDB += p.levelDB
		prominence += p.prominence
	}
	span := float64(last-peaks[0].at) / d.cfg.RateHz
	loudSpan := float64(last-first) / d.cfg.RateHz
	if loud < loudPeaks || loudSpan < loudSpanS || loudest-weakest > loudSpreadDB ||
		prominence < max(loudProminence*float64(loud), walkRest*sumDB) || d.windy() || d.knownSince(last, afterKnown) {
		return Trip{}, false
	}
	trip := Trip{Class: Unknown, Confidence: min(0.6, 0.3+0.04*float64(loud)), SNRdB: sumDB / float64(loud)}
	if len(peaks) >= irregularPeaks && span/float64(len(peaks)-1) < irregularMeanS {
		trip.Class, trip.Confidence = Animal, 0.45
	}
	return trip, true
}

// hearRumble judges energy that stays.
func (d *Detector) hearRumble() (Trip, bool) {
	if float64(d.rumbling) < rumbleS*d.cfg.RateHz || d.kurtosis() >= smooth {
		return Trip{}, false
	}
	ratio := d.slow / d.ratio.Noise()
	if d.windy() {
		return Trip{}, false
	}
	snr := 10 * math.Log10(ratio)
	return Trip{Class: Vehicle, Confidence: min(0.95, max(0.4, 0.5+0.03*(snr-6))), SNRdB: snr}, true
}

const (
	// windShare is the rise below the band, as a part of that in it, from which it is wind.
	windShare = 0.6
	// windRise is the least rise below the band that is wind at all.
	windRise = 2.0
)
