package seismic

import "math"

// What steps look like.
const (
	walkShortest, walkLongest = 0.35, 0.75 // seconds between steps of a person, from a run to a slow walk
	fastShortest, fastLongest = 0.12, 0.34 // between footfalls of an animal with four legs

	walkSteps = 4 // at least
)

const (
	// judgedWeight is what the newest moment counts beside those before it.
	judgedWeight = 0.4
	// judgedAgeS is how long after the last moment one begins anew, and currentS how long what was thought still holds.
	judgedAgeS, currentS = 3.0, 1.5
	// surely is the probability from which a class is told.
	surely = 0.7
	// somethingSurely is that of not being nothing, and somethingS how long it must last, to be told without a name.
	somethingSurely = 0.85
	somethingS      = 4.0
	afterKnown      = 2.0 // hold-offs in which activity with a name is not told again without one

	leastConfidence, mostConfidence = 0.3, 0.95
)

// judgement is what the network thinks of the last moments, each of which is one at which a peak came.
type judgement struct {
	p        [classCount]float64 // averaged over them
	from, at int64               // the first and the newest
	some     bool
}

func (j *judgement) add(p [classCount]float64, at int64, rateHz float64) {
	if !j.some || float64(at-j.at) > judgedAgeS*rateHz {
		*j = judgement{from: at, some: true}
		j.p[isNothing] = 1
	}
	for c := range p {
		j.p[c] += judgedWeight * (p[c] - j.p[c])
	}
	j.at = at
}

// likeliest is the class that is likeliest of those that are something.
func (j *judgement) likeliest() (class int) {
	for c := range isNothing {
		if j.p[c] > j.p[class] {
			class = c
		}
	}
	return class
}

// hearSteps judges the peaks when a new one has come.
func (d *Detector) hearSteps(at int64) (Trip, bool) {
	peaks := d.list.peaks()
	f := d.describe(peaks)
	if d.probe != nil {
		d.probe(at, f)
	}
	d.judged.add(learned.probabilities(&f), at, d.cfg.RateHz)
	class := d.judged.likeliest()
	var buffer [maxPeaks]peak
	strong := strongest(buffer[:0], peaks)
	t := Trip{
		Confidence: min(mostConfidence, max(leastConfidence, d.judged.p[class])),
		SNRdB:      survey(strong, d.cfg.RateHz).levelDB, Steps: len(strong),
	}
	if d.judged.p[class] < surely {
		return t.unnamed(), d.hearSomething(t)
	}
	people := divide(peaks, d.cfg.RateHz)
	if people.count == 0 { // who runs
		people.first = longestChain(peaks, d.cfg.RateHz, walkShortest, walkLongest)
		people.steps = people.first.steps
	}
	switch class {
	case isPeople:
		t.Class, t.Steps, t.CadenceHz = Walk, people.steps, people.first.hertz()
		return t, people.steps >= walkSteps
	case isAnimal:
		t.Class, t.CadenceHz = Animal, people.first.hertz()
		if fast := longestChain(peaks, d.cfg.RateHz, fastShortest, fastLongest); fast.steps > people.first.steps {
			t.CadenceHz = fast.hertz()
		}
		return t, true
	}
	return Trip{}, false // a vehicle is told by its rumble
}

// unnamed is a trip of which nobody knows what it is.
func (t Trip) unnamed() Trip {
	t.Class, t.Confidence = Unknown, min(0.6, t.Confidence)
	return t
}

// hearSomething tells whether what has no name is worth telling: it is loud, lasts, and is no wind.
func (d *Detector) hearSomething(t Trip) bool {
	return 1-d.judged.p[isNothing] >= somethingSurely && float64(d.judged.at-d.judged.from) >= somethingS*d.cfg.RateHz &&
		t.SNRdB >= d.cfg.LoudDB && !d.windy() && !d.knownSince(d.judged.at, afterKnown)
}

// smooth is the kurtosis up to which energy may be an engine's; many hooves at once make 3.8 and more.
const smooth = 3.6

// hearRumble judges energy that stays.
func (d *Detector) hearRumble(at int64) (Trip, bool) {
	if float64(d.rumbling) < rumbleS*d.cfg.RateHz || d.kurtosis() >= smooth || d.windy() {
		return Trip{}, false
	}
	snr := 10 * math.Log10(d.slow/d.ratio.Noise())
	t := Trip{Class: Vehicle, Confidence: min(mostConfidence, max(0.4, 0.5+0.03*(snr-6))), SNRdB: snr}
	if d.judged.some && float64(at-d.judged.at) <= currentS*d.cfg.RateHz {
		// There are peaks in it: many feet at once rumble as well.
		vehicle := d.judged.p[isVehicle]
		t.Confidence = min(t.Confidence, vehicle)
		return t, vehicle >= 0.5
	}
	return t, true
}

const (
	// windShare is the rise below the band, as a part of that in it, from which it is wind.
	windShare = 0.6
	// windRise is the least rise below the band that is wind at all.
	windRise = 2.0
)

// windy tells whether the ground moves below the band as much as in it, which steps and engines do not do.
func (d *Detector) windy() bool {
	low := d.windNow / d.windNoise
	return low >= windRise && low >= windShare*d.slow/d.ratio.Noise()
}
