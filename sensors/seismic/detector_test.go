package seismic_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vedette/sensors/seismic"
)

const (
	rate   = 100
	noise  = 120.0   // standard deviation, counts
	offset = 15000.0 // of the digitizer
)

// ground makes the samples of a geophone.
type ground struct {
	*rand.Rand
	samples []float64
}

func newGround(seed uint64, seconds float64) *ground {
	g := &ground{rand.New(rand.NewPCG(seed, 815)), make([]float64, int(seconds*rate))}
	for i := range g.samples {
		g.samples[i] = offset + noise*g.NormFloat64()
	}
	return g
}

// hit adds a decaying burst of 16 to 30 Hz whose peak is amplitude.
func (g *ground) hit(at, amplitude, decayS float64) {
	hz, phase := 16+14*g.Float64(), g.Float64()
	for i := int(at * rate); i < len(g.samples) && float64(i)/rate < at+8*decayS; i++ {
		s := float64(i)/rate - at
		if i >= 0 && s >= 0 {
			g.samples[i] += amplitude * math.Exp(-s/decayS) * math.Sin(2*math.Pi*(hz*s+phase))
		}
	}
}

// walk adds steps from heel to toe: snrDB is the peak amplitude against the noise, the cadence keeps within 4 %, the strength within 2 dB.
func (g *ground) walk(from, to, hz, snrDB float64) { g.steps(from, to, hz, snrDB, 0.4) }

// flat adds the steps of somebody whose feet fall flat, as an animal's that hops.
func (g *ground) flat(from, to, hz, snrDB float64) { g.steps(from, to, hz, snrDB, 0) }

func (g *ground) steps(from, to, hz, snrDB, toe float64) {
	for at := from; at < to; at += (1 + 0.04*g.NormFloat64()) / hz {
		strength := noise * math.Pow(10, (snrDB+2*g.NormFloat64())/20)
		g.hit(at, strength, 0.06)
		g.hit(at+0.11, toe*strength, 0.06)
	}
}

// uneven adds steps that come as an animal's fore feet do, each off its time by up to a seventh of the period, with softer ones between.
func (g *ground) uneven(from, to, hz, snrDB float64) {
	for k := 0.0; from+k/hz < to; k++ {
		for _, foot := range [2][2]float64{{0, 0}, {0.44, 3.5}} {
			late := 0.14 * (2*g.Float64() - 1)
			g.hit(from+(k+foot[0]+late)/hz, noise*math.Pow(10, (snrDB-foot[1]+2*g.NormFloat64())/20), 0.06)
		}
	}
}

// colour adds noise through two sections, with an envelope in units of the noise.
func (g *ground) colour(a, b seismic.Biquad, envelope func(s float64) float64) {
	for i := range g.samples {
		x := a.Filter(g.NormFloat64())
		g.samples[i] += noise * envelope(float64(i)/rate) * b.Filter(x)
	}
}

func swell(from, to, most float64) func(float64) float64 {
	return func(s float64) float64 {
		if s < from || s > to {
			return 0
		}
		return most * math.Sin(math.Pi*(s-from)/(to-from))
	}
}

// rumble adds a vehicle that passes: noise of 12 to 28 Hz and an engine's line.
func (g *ground) rumble(from, to, most float64) {
	g.colour(seismic.HighPass(rate, 12, 0.7), seismic.LowPass(rate, 28, 0.7), swell(from, to, 2*most))
	for i := range g.samples {
		s := float64(i) / rate
		g.samples[i] += noise * swell(from, to, most)(s) * math.Sin(2*math.Pi*23*s)
	}
}

// gust adds wind: noise that is strongest below 8 Hz and reaches into the band.
func (g *ground) gust(from, to, most float64) {
	g.colour(seismic.HighPass(rate, 1, 0.7), seismic.LowPass(rate, 9, 0.7), swell(from, to, 4*most))
	g.colour(seismic.HighPass(rate, 1, 0.7), seismic.LowPass(rate, 40, 0.7), swell(from, to, 0.7*most))
}

func (g *ground) trips(d *seismic.Detector) []seismic.Trip {
	var out []seismic.Trip
	for _, x := range g.samples {
		if t, ok := d.Push(x); ok {
			out = append(out, t)
		}
	}
	return out
}

func count(trips []seismic.Trip, class seismic.Class) int {
	n := 0
	for _, t := range trips {
		if t.Class == class {
			n++
		}
	}
	return n
}

// play runs trials of half a minute's quiet and then an activity, and gives the trips of each.
func play(trials int, act func(g *ground)) [][]seismic.Trip {
	out := make([][]seismic.Trip, trials)
	for seed := range out {
		g := newGround(uint64(seed), 60)
		act(g)
		out[seed] = g.trips(seismic.New(seismic.Config{}))
	}
	return out
}

// rateOf gives the part of the trials that answer what is wanted.
func rateOf(trials [][]seismic.Trip, ok func([]seismic.Trip) bool) float64 {
	good := 0
	for _, trips := range trials {
		if ok(trips) {
			good++
		}
	}
	return float64(good) / float64(len(trials))
}

func has(class seismic.Class) func([]seismic.Trip) bool {
	return func(t []seismic.Trip) bool { return count(t, class) > 0 }
}

func only(class seismic.Class) func([]seismic.Trip) bool {
	return func(t []seismic.Trip) bool { return len(t) > 0 && count(t, class) == len(t) }
}

func none(t []seismic.Trip) bool { return len(t) == 0 }

func TestWalkersAreHeard(t *testing.T) {
	t.Parallel()
	const trials = 30
	for _, c := range []struct {
		flat             bool
		hz, snrDB, least float64
	}{
		{false, 1.8, 6, 0},
		{false, 1.8, 9, 0},
		{false, 1.8, 12, 0.8},
		{false, 1.8, 15, 0.95},
		{false, 1.8, 20, 0.97},
		{false, 1.8, 30, 0.97},
		{false, 1.8, 45, 0.97},
		{false, 1.5, 18, 0.95},
		{false, 2.2, 18, 0.95},
		{true, 1.8, 12, 0.7},
		{true, 1.8, 20, 0.95},
		{true, 1.8, 45, 0.95},
		{true, 2.2, 18, 0.75}, // as some animals hop
		{true, 2.6, 18, 0.9},  // running
	} {
		act := func(g *ground) { g.walk(35, 50, c.hz, c.snrDB) }
		if c.flat {
			act = func(g *ground) { g.flat(35, 50, c.hz, c.snrDB) }
		}
		all := play(trials, act)
		heard, clean := rateOf(all, has(seismic.Walk)), rateOf(all, only(seismic.Walk))
		t.Logf("%.1f steps/s, %2.0f dB, flat %v, 15 s: heard as walking %3.0f %%, and as nothing else %3.0f %%", c.hz, c.snrDB, c.flat, 100*heard, 100*clean)
		if heard < c.least {
			t.Errorf("%.1f steps/s, %.0f dB, flat %v: %.2f, at least %.2f wanted", c.hz, c.snrDB, c.flat, heard, c.least)
		}
	}
}

func TestOthersAreToldApart(t *testing.T) {
	t.Parallel()
	const trials = 30
	for _, c := range []struct {
		name  string
		act   func(g *ground)
		what  string
		ok    func([]seismic.Trip) bool
		least float64
	}{
		{"two people", func(g *ground) { g.walk(35, 50, 1.8, 20); g.walk(35.2, 50, 1.95, 19) }, "walking", has(seismic.Walk), 0.95},
		{"two people in turn", func(g *ground) { g.walk(35, 50, 1.9, 20); g.walk(35+0.5/1.9, 50, 1.9, 20) }, "walking", has(seismic.Walk), 0.9},
		{"three people", func(g *ground) { g.walk(35, 50, 1.8, 20); g.walk(35.2, 50, 1.95, 19); g.walk(35.1, 50, 1.7, 20) }, "walking", has(seismic.Walk), 0.9},
		{"a trotting animal", func(g *ground) { g.flat(35, 45, 4.5, 20) }, "an animal only", only(seismic.Animal), 0.9},
		{"an animal's fore feet", func(g *ground) { g.uneven(35, 50, 2.5, 20) }, "no walking", func(t []seismic.Trip) bool { return count(t, seismic.Walk) == 0 }, 0.9},
		{"an animal's fore feet", func(g *ground) { g.uneven(35, 50, 2.5, 20) }, "no sure walking", func(t []seismic.Trip) bool {
			return !slices.ContainsFunc(t, func(trip seismic.Trip) bool { return trip.Class == seismic.Walk && trip.Confidence >= 0.8 })
		}, 0.9},
		{"a vehicle, loud", func(g *ground) { g.rumble(32, 52, 8) }, "a vehicle only", only(seismic.Vehicle), 0.9},
		{"a vehicle, faint", func(g *ground) { g.rumble(32, 52, 3) }, "a vehicle only", only(seismic.Vehicle), 0.9},
		{"a gust", func(g *ground) { g.gust(35, 47, 4) }, "nothing", none, 0.95},
		{"a strong gust", func(g *ground) { g.gust(35, 47, 12) }, "nothing", none, 0.95},
		{"a shock", func(g *ground) { g.hit(40, 60*noise, 0.5) }, "nothing", none, 0.95},
		{"thunder", func(g *ground) {
			for i := range 12 {
				g.hit(40+2.5*g.Float64(), 40*noise*math.Exp(-float64(i)/4), 0.3)
			}
		}, "neither walking nor a vehicle", func(t []seismic.Trip) bool {
			return count(t, seismic.Walk)+count(t, seismic.Vehicle) == 0
		}, 0.95},
	} {
		got := rateOf(play(trials, c.act), c.ok)
		t.Logf("%s: %s %3.0f %%", c.name, c.what, 100*got)
		if got < c.least {
			t.Errorf("%s: %s in %.2f, at least %.2f wanted", c.name, c.what, got, c.least)
		}
	}
}

func TestNoiseAloneIsQuiet(t *testing.T) {
	t.Parallel()
	const hours = 2
	trips := newGround(7, hours*3600).trips(seismic.New(seismic.Config{}))
	t.Logf("%d trips in %d h of plain noise", len(trips), hours)
	if len(trips) > 2*hours {
		t.Errorf("more than one in half an hour: %v", trips)
	}
}

func TestOneTripInTheHoldOff(t *testing.T) {
	t.Parallel()
	g := newGround(3, 95)
	g.walk(30, 90, 1.8, 25)
	trips := g.trips(seismic.New(seismic.Config{}))
	for i := 1; i < len(trips); i++ {
		if gap := trips[i].Sample - trips[i-1].Sample; gap < 10*rate {
			t.Errorf("two trips within %d samples", gap)
		}
	}
	if len(trips) < 5 || len(trips) > 7 {
		t.Errorf("%d trips in a minute's walk: %v", len(trips), trips)
	}
	if hz := trips[len(trips)-1].CadenceHz; math.Abs(hz-1.8) > 0.1 {
		t.Errorf("a cadence of %.2f Hz, 1.8 walked", hz)
	}
}

func TestABreakMakesNoTrip(t *testing.T) {
	t.Parallel()
	d := seismic.New(seismic.Config{})
	g := newGround(4, 60)
	for i, x := range g.samples {
		if i > 0 && i%2000 == 0 {
			d.Break()
		}
		// The offset jumps with each break.
		if trip, ok := d.Push(x + float64(i/2000)*50000); ok {
			t.Errorf("sample %d: %+v", i, trip)
		}
	}
	if !d.Ready() {
		t.Error("the noise is not known after a minute")
	}
}

func TestNothingIsAllocated(t *testing.T) {
	g := newGround(5, 60)
	g.walk(25, 60, 1.8, 25)
	d := seismic.New(seismic.Config{})
	if n := testing.AllocsPerRun(1, func() { g.trips(d) }); n > 4 { // the slice of trips grows
		t.Errorf("%v allocations in %d samples", n, len(g.samples))
	}
}

func FuzzDetector(f *testing.F) {
	f.Add(1.0, 2.0, uint8(3))
	f.Add(math.Inf(1), math.NaN(), uint8(0))
	f.Fuzz(func(t *testing.T, a, b float64, step uint8) {
		d := seismic.New(seismic.Config{})
		for i := range 5000 {
			x := a
			if i%(int(step)+1) == 0 {
				x = b
			}
			if trip, ok := d.Push(x); ok && !(trip.Confidence >= 0 && trip.Confidence <= 1) {
				t.Fatalf("%+v", trip)
			}
		}
	})
}

func BenchmarkPush(b *testing.B) {
	g := newGround(6, 60)
	g.walk(25, 60, 1.8, 25)
	d := seismic.New(seismic.Config{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Push(g.samples[i%len(g.samples)])
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)*rate/1e9*100, "%core/geophone")
}

func ExampleDetector() {
	d := seismic.New(seismic.Config{})
	g := newGround(1, 45)
	g.walk(30, 40, 1.8, 20)
	for _, x := range g.samples {
		if trip, ok := d.Push(x); ok {
			fmt.Println(trip.Class)
		}
	}
	// Output: WALK
}
