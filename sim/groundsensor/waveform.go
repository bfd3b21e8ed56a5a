package groundsensor

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"vedette/sim/world"
)

// Amplitudes are in counts of a Raspberry Shake's vertical geophone.
const (
	offsetCounts   = 14500.0 // its electronic zero
	quietCounts    = 90.0    // standard deviation of the ground in still air
	waveSpeedMS    = 250.0   // of surface waves in dry soil
	decayPower     = 1.2     // amplitude falls with distance to this power
	personCounts   = 21000.0 // peak of a footstep, at 1 m
	animalCounts   = 7000.0
	vehicleCounts  = 65000.0
	farthestStepM  = 160.0
	farthestWheelM = 450.0
	wavelet        = 0.35 // seconds after which a footstep has died away
	nearestM       = 1.5
)

// ground is the earth under one geophone. Footsteps are placed by the clock, so that blocks join without seams.
type ground struct {
	rng       *rand.Rand
	slow      float64    // state of the coloured noise
	rumble    [2]float64 // state of the vehicles' resonance
	swell     float64    // phase of the slowest motion
	knockRate float64    // knocks a second that nobody makes, in still air
	knock     float64    // seconds since the last one; beyond the wavelet's length there is none
	knockHz   float64
	knockSize float64
}

func newGround(rng *rand.Rand, falsePerHour float64) *ground {
	return &ground{rng: rng, swell: 6 * rng.Float64(), knock: wavelet + 1, knockRate: falsePerHour / 3600}
}

func (g *ground) reset() { g.slow, g.rumble, g.knock = 0, [2]float64{}, wavelet+1 }

// shake fills consecutive samples from start on. Objects are given as they are at the instant at, near start; their motion
// is carried on in a straight line.
func (g *ground) shake(out []float64, start time.Time, e, n, windMS float64, objects []world.Object, at time.Time) {
	g.noise(out, windMS)
	gap := at.Sub(start).Seconds()
	var rolling [2]float64 // amplitude of the vehicles at the first and at the last sample
	span := float64(len(out)) / samplesPerSecond
	for i := range objects {
		o := &objects[i]
		if !o.Moving {
			continue
		}
		if o.Class == world.Vehicle {
			speed := math.Min(math.Hypot(o.VE, o.VN)/8, 2)
			for k, dt := range [2]float64{-gap, span - gap} {
				if d := math.Hypot(o.E+dt*o.VE-e, o.N+dt*o.VN-n); d < farthestWheelM {
					rolling[k] += vehicleCounts * speed / fall(d)
				}
			}
			continue
		}
		if o.GaitHz > 0 && math.Hypot(o.E-e, o.N-n) < farthestStepM {
			steps(out, start, e, n, o, gap)
		}
	}
	g.roll(out, rolling)
}

func fall(distM float64) float64 { return math.Pow(math.Max(distM, nearestM), decayPower) }

// noise is white and slower motion, stronger in wind, and now and then a knock.
func (g *ground) noise(out []float64, windMS float64) {
	wind := math.Pow(windMS/4, 1.5)
	level := quietCounts * (0.7 + 0.5*wind)
	if g.knock > wavelet && g.rng.Float64() < g.knockRate*(1+math.Min(wind, 6))*float64(len(out))/samplesPerSecond {
		g.knock, g.knockHz, g.knockSize = 0, 8+25*g.rng.Float64(), level*(6+14*g.rng.Float64())
	}
	for i := range out {
		white := g.rng.NormFloat64()
		g.slow = 0.93*g.slow + 0.3*white
		g.swell += 2 * math.Pi * 0.18 / samplesPerSecond
		out[i] = offsetCounts + level*(0.8*g.slow+0.45*g.rng.NormFloat64()) + 60*math.Sin(g.swell)
		if g.knock <= wavelet {
			out[i] += g.knockSize * thump(g.knock, g.knockHz)
			g.knock += 1.0 / samplesPerSecond
		}
	}
}

// roll is what vehicles make of random bumps: a resonance at 14 Hz.
func (g *ground) roll(out []float64, amplitude [2]float64) {
	const radius, hertz = 0.93, 14.0
	turn := 2 * radius * math.Cos(2*math.Pi*hertz/samplesPerSecond)
	for i := range out {
		next := turn*g.rumble[0] - radius*radius*g.rumble[1] + 0.22*g.rng.NormFloat64()
		g.rumble = [2]float64{next, g.rumble[0]}
		w := float64(i) / float64(len(out))
		out[i] += next * (amplitude[0] + w*(amplitude[1]-amplitude[0]))
	}
}

// beat is one foot, or two together, that fall in every stride.
type beat struct {
	phase    float64 // of the stride, 0 to 1
	strength float64 // as a part of the loudest
}

// The beats of a stride. A walking animal's hind foot falls somewhat before the middle between two fore feet, and bears two thirds of
// what those do.
var (
	twoLegs = []beat{{0, 1}, {0.5, 1}}
	walk    = []beat{{0, 1}, {0.22, 0.67}, {0.5, 1}, {0.72, 0.67}}
	trot    = []beat{{0, 1}, {0.5, 1}}
	hop     = []beat{{0, 1.2}}
)

// How far a beat may come off its time, as a part of the stride: people walk as evenly as clocks, animals look where they step.
const (
	personUneven = 0.025
	animalUneven = 0.07
)

func beatsOf(o *world.Object) (beats []beat, uneven, size float64) {
	if o.Class != world.Animal {
		return twoLegs, personUneven, personCounts
	}
	size = animalCounts * (0.3 + o.HeightM)
	switch o.Gait {
	case world.GaitTrot:
		return trot, animalUneven, size
	case world.GaitHop:
		return hop, personUneven, size
	default:
		return walk, animalUneven, size
	}
}

// steps adds the footsteps of one object whose waves arrive within the samples. Stride k begins at (k + phase) * 2 / gait by the
// clock; gap is how long after the first sample the object was where it says.
func steps(out []float64, start time.Time, e, n float64, o *world.Object, gap float64) {
	phase, own := gaitOf(o.ID)
	beats, uneven, size := beatsOf(o)
	strideHz := o.GaitHz / 2
	// Seconds since a whole hour keep all digits where Unix seconds would lose some.
	hour := start.Truncate(time.Hour)
	from := start.Sub(hour).Seconds()
	until := from + float64(len(out))/samplesPerSecond
	base := float64(hour.Unix() % 86400)
	first := int64(math.Floor((base+from-wavelet-farthestStepM/waveSpeedMS)*strideHz-phase)) - 1
	for k := first; (float64(k)+phase-uneven)/strideHz-base <= until; k++ {
		for i, b := range beats {
			h := hash(own, uint64(k)*uint64(len(beats))+uint64(i))
			late := uneven * (2*unit(hash(h, 1)) - 1)
			at := (float64(k)+phase+b.phase+late)/strideHz - base
			dt := at - from - gap
			d := math.Hypot(o.E+dt*o.VE-e, o.N+dt*o.VN-n)
			// No step is like the other, left is not like right.
			strength := size / fall(d) * b.strength * (0.75 + 0.5*unit(h) + 0.08*math.Round(b.phase))
			footfall(out, from-at-d/waveSpeedMS, strength, h, o.Class == world.Person)
		}
	}
}

// footfall adds one step; since is how long before the first sample its wave has arrived. People roll from heel to toe, which are two
// thumps; a hoof or a paw is one.
func footfall(out []float64, since, strength float64, h uint64, rolls bool) {
	hertz := 16 + 14*unit(h>>20)
	toe := 0.09 + 0.04*unit(h>>40)
	for i := range out {
		t := since + float64(i)/samplesPerSecond
		if t < 0 || t > wavelet+toe {
			continue
		}
		out[i] += strength * thump(t, hertz)
		if rolls {
			out[i] += 0.45 * strength * thump(t-toe, hertz*1.25)
		}
	}
}

// thump is one damped impulse, about 1 at its peak.
func thump(t, hertz float64) float64 {
	if t < 0 || t > wavelet {
		return 0
	}
	return 1.25 * math.Exp(-t/0.055) * math.Sin(2*math.Pi*hertz*t)
}

func gaitOf(id string) (phase float64, own uint64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	own = h.Sum64()
	return unit(own), own
}

// hash mixes two numbers (the finalizer of splitmix64).
func hash(a, b uint64) uint64 {
	x := a ^ b*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func unit(x uint64) float64 { return float64(x&0xfffff) / (1 << 20) }
