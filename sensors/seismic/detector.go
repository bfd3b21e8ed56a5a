package seismic

import "math"

// Class says what made a trip.
type Class string

// The classes, written as the line protocol does.
const (
	Walk    Class = "WALK"
	Vehicle Class = "VEHICLE"
	Animal  Class = "ANIMAL"
	Unknown Class = "UNKNOWN"
)

// Config sets a Detector up; the zero value is good.
type Config struct {
	// RateHz is the number of samples a second, 100 by default. It must be above 90, twice the band's upper end.
	RateHz float64
	// HoldOffS is the time in seconds between two trips while activity goes on, 10 by default. A trip of a known class
	// may follow one of class Unknown sooner.
	HoldOffS float64
	// StepDB is how far in dB a step's energy must stand above the noise, 5.5 by default.
	StepDB float64
	// LoudDB is how far in dB energy without a cadence must stand above it, 9 by default.
	LoudDB float64
}

func (c Config) withDefaults() Config {
	set := func(v *float64, fallback float64) {
		if *v == 0 {
			*v = fallback
		}
	}
	set(&c.RateHz, 100)
	set(&c.HoldOffS, 10)
	set(&c.StepDB, 5.5)
	set(&c.LoudDB, 9)
	return c
}

// Trip is one thing heard.
type Trip struct {
	Class      Class
	Confidence float64 // 0 to 1
	SNRdB      float64 // energy above the noise
	Steps      int     // that the cadence rests on
	CadenceHz  float64 // steps a second
	// Sample counts from the first one pushed, which is 0: the newest step, or the sample of the decision.
	Sample int64
}

// Lengths of averages, in seconds.
const (
	shortS    = 0.07 // of a step
	noiseS    = 20   // of the place
	slowS     = 1    // of a vehicle's rumble
	shapeS    = 2    // of the kurtosis
	settleS   = 1    // of the filters
	lookBackS = 7    // for peaks
)

const (
	holdAbove = 3.0 // energy ratio above which the noise is learnt slowly
	holdSlow  = 6.0
	swingDB   = 3.5
	rumbleOn  = 4.0 // energy ratio of the slow average
	rumbleOff = 2.0
	rumbleS   = 3.0 // how long it must last
)

// Detector listens to one geophone. It is not safe for concurrent use.
type Detector struct {
	cfg   Config
	sound band
	wind  band

	ratio    STALTA
	picker   peakPicker
	list     peakList
	rumble   Trigger
	rumbling int64 // samples that the rumble has lasted

	fine    fineEnergy
	scratch []float64 // of repeats

	slow, windNow, windNoise float64
	second, fourth           float64 // moments, for the kurtosis

	probe func(at int64, f features) // for tests

	judged  judgement
	sample  int64
	settle  int64 // samples left
	started bool

	tripped   bool
	lastTrip  int64
	lastClass Class
}

// New makes a detector.
func New(cfg Config) *Detector {
	cfg = cfg.withDefaults()
	return &Detector{
		cfg:   cfg,
		sound: footstepBand(cfg.RateHz),
		wind:  windBand(cfg.RateHz),
		ratio: STALTA{
			NS: int(shortS * cfg.RateHz), NL: int(noiseS * cfg.RateHz), HoldAbove: holdAbove, HoldSlow: holdSlow,
		},
		picker:  peakPicker{swingDB: swingDB},
		rumble:  Trigger{On: rumbleOn, Off: rumbleOff},
		scratch: make([]float64, int(repeatS*cfg.RateHz)),
		fine:    fineEnergy{last: make([]float64, int((lookBackS+1)*cfg.RateHz))},
	}
}

// Break tells the detector that the next sample does not follow the last: the filters settle anew, and the noise of the
// place stays known.
func (d *Detector) Break() {
	d.started = false
	d.list.count = 0
	d.rumbling = 0
	d.judged = judgement{}
	clear(d.fine.last)
}

// Ready tells whether the noise of the place is known, which takes 20 s of samples.
func (d *Detector) Ready() bool { return d.ratio.Ready() && d.settle == 0 }

// Push takes a sample, in any unit and with any offset, and gives the trip that it completes.
func (d *Detector) Push(x float64) (Trip, bool) {
	at := d.sample
	d.sample++
	if !d.started {
		d.started = true
		d.settle = int64(settleS * d.cfg.RateHz)
		d.sound.settle(x)
		d.wind.settle(x)
	}
	y, low := d.sound.filter(x), d.wind.filter(x)
	if d.settle > 0 {
		d.settle--
		return Trip{}, false
	}
	ratio := d.ratio.Update(y)
	d.measure(y, low)
	d.fine.push(at, y, d.cfg.RateHz)
	if !d.ratio.Ready() {
		return Trip{}, false
	}
	if d.rumble.Update(d.slow / d.ratio.Noise()) {
		d.rumbling++
	} else {
		d.rumbling = 0
	}
	p, found := d.picker.update(at, 10*math.Log10(ratio+tiny))
	if found && p.levelDB >= d.cfg.StepDB {
		d.list.forget(at - int64(lookBackS*d.cfg.RateHz))
		p.at = d.fine.onset(p.at, d.cfg.RateHz)
		d.list.add(p)
		if d.list.count >= walkSteps {
			if trip, ok := d.hearSteps(at); ok {
				trip.Sample = p.at
				return d.tell(trip)
			}
		}
	}
	if trip, ok := d.hearRumble(at); ok {
		trip.Sample = at
		return d.tell(trip)
	}
	return Trip{}, false
}

// measure updates the slow averages.
func (d *Detector) measure(y, low float64) {
	average := func(v *float64, x, seconds float64) { *v += (x - *v) / (seconds * d.cfg.RateHz) }
	average(&d.slow, y*y, slowS)
	average(&d.second, y*y, shapeS)
	average(&d.fourth, y*y*y*y, shapeS)
	average(&d.windNow, low*low, shapeS)
	// Wind is learnt as slowly as the noise while anything is heard, so that the two stay comparable.
	seconds := float64(noiseS)
	if d.windNow >= holdAbove*d.windNoise && d.ratio.Ready() {
		seconds *= holdSlow
	}
	average(&d.windNoise, low*low, seconds)
}

// kurtosis of the last seconds: 3 for noise, much more for steps.
func (d *Detector) kurtosis() float64 {
	if d.second == 0 {
		return 0
	}
	return d.fourth / (d.second * d.second)
}

// knownSince tells whether a trip with a class was given within so many hold-offs before a sample.
func (d *Detector) knownSince(at int64, holdOffs float64) bool {
	return d.tripped && d.lastClass != Unknown && float64(at-d.lastTrip) < holdOffs*d.cfg.HoldOffS*d.cfg.RateHz
}

// tell gives a trip out unless the hold-off forbids.
func (d *Detector) tell(t Trip) (Trip, bool) {
	recent := d.tripped && t.Sample-d.lastTrip < int64(d.cfg.HoldOffS*d.cfg.RateHz)
	better := d.lastClass == Unknown && t.Class != Unknown
	if recent && !better {
		return Trip{}, false
	}
	d.tripped, d.lastTrip, d.lastClass = true, t.Sample, t.Class
	return t, true
}
