package fusion

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// field is a seeded sector for the benchmark: people, vehicles and animals on open ground between cameras that hover, with a row of
// geophones through the middle. It needs nothing beside the repository; the project's referee is the trackbench of docs/benchmarks.md.
type field struct {
	rnd     *rand.Rand
	half    float64 // m, half an edge of the sector
	targets []walker
	cameras []Sensor
	bias    []vec2
	nodes   []Sensor
	seq     uint64

	seconds int
	turns   bool    // vehicles take bends of 5 to 12 degrees a second
	blind   float64 // s, from when on no camera sees anything; 0: never
	beam    bool    // one stands in the place of the geophones
	ahead   float64 // s, its clock
}

type walker struct {
	pos, vel vec2
	class    Class
	turn     float64 // rad/s
	left     float64 // s, of it
	since    float64 // s, since it crossed the middle
}

const benchSeconds = 60

func newField(seed uint64, targets int) *field {
	f := &field{rnd: rand.New(rand.NewPCG(seed, 77)), seconds: benchSeconds}
	f.half = 250 * math.Sqrt(float64(targets)/2)
	for k := range targets {
		w := walker{since: math.Inf(1), pos: vec2{f.half * (2*f.rnd.Float64() - 1), f.half * (2*f.rnd.Float64() - 1)}}
		speed := 0.5 + 1.5*f.rnd.Float64()
		switch k % 10 {
		case 0, 1, 2:
			w.class, speed = Vehicle, 5+12*f.rnd.Float64()
		case 3:
			w.class = Animal
		}
		a := 2 * math.Pi * f.rnd.Float64()
		w.vel = vec2{speed * math.Sin(a), speed * math.Cos(a)}
		f.targets = append(f.targets, w)
	}
	n := max(1, int(math.Ceil(f.half/1000)))
	for k := range n * n {
		c := camera(fmt.Sprintf("cam-%d", k))
		c.Pd, c.ClutterPerScan = 0.85, 3
		c.Bias = Bias{PosSigmaM: 2, YawSigmaDeg: 0.1, PitchSigmaDeg: 0.03}
		cell := 2 * f.half / float64(n)
		c.Position = place(-f.half+cell*(float64(k%n)+0.5), -f.half+cell*(float64(k/n)+0.5))
		f.cameras = append(f.cameras, c)
		f.bias = append(f.bias, vec2{2 * f.rnd.NormFloat64(), 2 * f.rnd.NormFloat64()})
	}
	for k := range targets {
		f.nodes = append(f.nodes, seismic(fmt.Sprintf("sei-%d", k), -f.half+2*f.half*(float64(k)+0.5)/float64(targets), 0))
	}
	return f
}

func (f *field) move(dt float64) {
	for k := range f.targets {
		w := &f.targets[k]
		turn := 0.05 * f.rnd.NormFloat64() * math.Sqrt(dt)
		if f.turns && w.class == Vehicle {
			turn = f.bend(w, dt)
		}
		s, c := math.Sincos(turn)
		w.vel = vec2{c*w.vel[0] + s*w.vel[1], c*w.vel[1] - s*w.vel[0]}
		was := w.pos[1]
		w.since += dt
		for i := range 2 {
			w.pos[i] += w.vel[i] * dt
			if math.Abs(w.pos[i]) > f.half {
				w.vel[i] = -math.Copysign(w.vel[i], w.pos[i])
			}
		}
		if was*w.pos[1] < 0 {
			w.since = w.pos[1] / w.vel[1]
		}
	}
}

// bend is how far a vehicle turns in a step: half of the time straight on, half of it in bends of some seconds.
func (f *field) bend(w *walker, dt float64) float64 {
	if w.left -= dt; w.left <= 0 {
		w.left = 4 + 6*f.rnd.Float64()
		if w.turn != 0 {
			w.turn = 0
		} else {
			w.turn = math.Copysign((5+7*f.rnd.Float64())*math.Pi/180, f.rnd.Float64()-0.5)
		}
	}
	return w.turn * dt
}

// frame is what camera k sees at s seconds; it arrives up to a second later.
func (f *field) frame(k int, s float64) Scan {
	cam, reach := f.cameras[k], 1500.0
	f.seq++
	sc := Scan{
		Sensor: cam.ID, Seq: f.seq, Time: at(s), Arrival: at(s + 0.3 + 0.7*f.rnd.Float64()),
		Position: cam.Position, HeightM: 300, Sector: Sector{HFovDeg: 360, RMaxM: reach},
	}
	e, n := offset(cam.Position)
	add := func(p vec2, noise bool, class Class, score float64) {
		u := vec2{p[0] - e, p[1] - n}
		r := math.Hypot(u[0], u[1])
		u = vec2{u[0] / r, u[1] / r}
		slant2 := r*r + 300*300
		along, across := math.Hypot(slant2/300*0.0017, 1.5), math.Hypot(math.Sqrt(slant2)*0.0017, 1.5)
		if noise {
			a, c := along*f.rnd.NormFloat64(), across*f.rnd.NormFloat64()
			p = vec2{p[0] + a*u[0] - c*u[1] + f.bias[k][0], p[1] + a*u[1] + c*u[0] + f.bias[k][1]}
		}
		cov := rotated(u, along, across)
		d := Detection{Position: place(p[0], p[1]), EE: cov.ee, EN: cov.en, NN: cov.nn, Score: score, Class: ClassProbs{0.2, 0.2, 0.2}}
		d.Class[class] = 0.6
		sc.Detections = append(sc.Detections, d)
	}
	for _, w := range f.targets {
		if math.Hypot(w.pos[0]-e, w.pos[1]-n) < reach && f.rnd.Float64() < 0.85 {
			add(w.pos, true, w.class, 0.6+0.35*f.rnd.Float64())
		}
	}
	for range f.rnd.IntN(7) {
		r, a := reach*math.Sqrt(f.rnd.Float64()), 2*math.Pi*f.rnd.Float64()
		add(vec2{e + r*math.Sin(a), n + r*math.Cos(a)}, false, Class(f.rnd.IntN(numClasses)), 0.1+0.6*f.rnd.Float64())
	}
	return sc
}

// trips are those of all geophones at s seconds; they arrive up to five seconds later.
func (f *field) trips(s float64) (out []Trip) {
	for _, node := range f.nodes {
		e, n := offset(node.Position)
		heard := f.rnd.Float64() < 0.001
		for _, w := range f.targets {
			reach := [numClasses]float64{40, 180, 25}[w.class]
			r := math.Hypot(w.pos[0]-e, w.pos[1]-n) / reach
			heard = heard || (r < 1 && f.rnd.Float64() < 0.9*(1-r*r*r*r))
		}
		if heard {
			f.seq++
			out = append(out, Trip{Sensor: node.ID, Seq: f.seq, Time: at(s), Arrival: at(s + 0.5 + 4.5*f.rnd.Float64()), Confidence: 0.7})
		}
	}
	return out
}

// standBeam puts a beam in the place of the row of geophones, with a clock that is off.
func (f *field) standBeam(ahead float64) {
	f.beam, f.ahead, f.nodes = true, ahead, f.nodes[:1]
	f.nodes[0] = Sensor{ID: "beam", Kind: Beam, A: place(-f.half, 0), B: place(f.half, 0), FAPerHour: 1}
}

// broken are the trips of the beam for those who crossed it in the half second before s; they arrive up to five seconds later.
func (f *field) broken(s float64) (out []Trip) {
	for _, w := range f.targets {
		if w.since >= 0.5 {
			continue
		}
		f.seq++
		out = append(out, Trip{Sensor: f.nodes[0].ID, Seq: f.seq, Time: at(s - w.since + f.ahead), Arrival: at(s + 0.5 + 4.5*f.rnd.Float64())})
	}
	return out
}

// arrival is a frame or a trip in the order in which they come in.
type arrival struct {
	at   time.Time
	scan *Scan
	trip *Trip
}

// story is everything that comes in, and the truth at each second.
func (f *field) story() (in []arrival, truth [][]walker) {
	for step := range 2 * f.seconds {
		s := float64(step) / 2
		for k := range f.cameras {
			if f.blind > 0 && s >= f.blind {
				break
			}
			sc := f.frame(k, s)
			in = append(in, arrival{at: sc.Arrival, scan: &sc})
		}
		if f.beam {
			for _, tr := range f.broken(s) {
				in = append(in, arrival{at: tr.Arrival, trip: &tr})
			}
		} else if step%4 == 0 {
			for _, tr := range f.trips(s) {
				in = append(in, arrival{at: tr.Arrival, trip: &tr})
			}
		}
		if step%2 == 0 {
			truth = append(truth, slices.Clone(f.targets))
		}
		f.move(0.5)
	}
	slices.SortStableFunc(in, func(a, b arrival) int { return a.at.Compare(b.at) })
	return in, truth
}

// score adds up GOSPA (p 2, alpha 2, c 30 m; nearest pairs first) over the reports, and how often a target changed its number.
type score struct {
	squares        float64
	targets, false int
	switches       int
	numbers        map[int]uint64
}

func (sc *score) add(truth []walker, tracks []Track) {
	const c = 30.0
	type pair struct {
		d    float64
		i, j int
	}
	var pairs []pair
	confirmed := confirmedOf(tracks)
	for j, tk := range confirmed {
		e, n := offset(tk.Position)
		for i, w := range truth {
			if d := math.Hypot(w.pos[0]-e, w.pos[1]-n); d < c {
				pairs = append(pairs, pair{d, i, j})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.d, b.d) })
	usedTrack, usedTruth := map[int]bool{}, map[int]bool{}
	for _, p := range pairs {
		if usedTrack[p.j] || usedTruth[p.i] {
			continue
		}
		usedTrack[p.j], usedTruth[p.i] = true, true
		sc.squares += p.d * p.d
		id := confirmed[p.j].ID
		if old, known := sc.numbers[p.i]; known && old != id {
			sc.switches++
		}
		sc.numbers[p.i] = id
	}
	missed, wrong := len(truth)-len(usedTruth), len(confirmed)-len(usedTrack)
	sc.squares += float64(missed+wrong) * c * c / 2
	sc.targets += len(truth)
	sc.false += wrong
}

// addCrossed adds only how far across the beam, up to 100 m, the nearest track is from each target that crossed it between two and seven
// seconds ago.
func (sc *score) addCrossed(truth []walker, tracks []Track) {
	for _, w := range truth {
		if w.since >= 2 && w.since < 7 {
			tk, _ := nearest(tracks, w.pos)
			_, n := offset(tk.Position)
			d := min(100, math.Abs(n-w.pos[1]))
			sc.squares += d * d
			sc.targets++
		}
	}
}

// BenchmarkFusion runs a minute of a seeded sector with a report a second, from seeds that nothing was tuned on. It prints how near the
// tracks are to the truth, beside time and allocations; GOSPA counts from the tenth second. In one sector the vehicles take bends; in another
// a long beam has a clock that is 3 s behind, cameras watch for ten minutes and then no more, and what counts, in the half minute after, is how
// far off the tracks of those are who have just crossed it.
func BenchmarkFusion(b *testing.B) {
	for _, c := range []struct {
		name    string
		targets int
		change  func(f *field) (from int)
	}{
		{"targets=20", 20, nil},
		{"targets=100", 100, nil},
		{"targets=400", 400, nil},
		{"bends", 20, func(f *field) int {
			f.turns = true
			return 10
		}},
		{"clocks", 20, func(f *field) int {
			f.blind, f.seconds = 600, 630
			f.standBeam(-3)
			return 605
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			sc := score{numbers: map[int]uint64{}}
			var worst []float64
			reports, unit := 0, ""
			for round := range uint64(b.N) {
				b.StopTimer()
				f, from := newField(1000+round, c.targets), 10
				if c.change != nil {
					from = c.change(f)
				}
				unit = "GOSPA/target"
				add := sc.add
				if f.beam {
					add, unit = sc.addCrossed, "m-off"
				}
				in, truth := f.story()
				tr := newTracker(b, Config{}, append(slices.Clone(f.cameras), f.nodes...)...)
				clear(sc.numbers)
				b.StartTimer()
				for s := 1; s < f.seconds; s++ {
					began := time.Now()
					for len(in) > 0 && !in[0].at.After(at(float64(s))) {
						if in[0].scan != nil {
							tr.AddScan(*in[0].scan)
						} else {
							tr.AddTrip(*in[0].trip)
						}
						in = in[1:]
					}
					tracks := tr.Tracks(at(float64(s)))
					worst = append(worst, time.Since(began).Seconds()*1000)
					b.StopTimer()
					if s >= from {
						add(truth[s], tracks)
						reports++
					}
					b.StartTimer()
				}
			}
			slices.Sort(worst)
			b.ReportMetric(math.Sqrt(sc.squares/float64(sc.targets)), unit)
			b.ReportMetric(float64(sc.false)/float64(reports), "false/report")
			b.ReportMetric(float64(sc.switches)/float64(b.N), "switches/min")
			b.ReportMetric(worst[len(worst)*95/100], "p95-ms/report")
		})
	}
}

// TestBenchmarkSectorIsTracked holds the benchmark's sector to a bound far above what it reaches, so that it goes on meaning something.
func TestBenchmarkSectorIsTracked(t *testing.T) {
	t.Parallel()
	f := newField(7, 20)
	in, truth := f.story()
	tr := newTracker(t, Config{}, append(slices.Clone(f.cameras), f.nodes...)...)
	sc := score{numbers: map[int]uint64{}}
	for s := 1; s < benchSeconds; s++ {
		for ; len(in) > 0 && !in[0].at.After(at(float64(s))); in = in[1:] {
			if in[0].scan != nil {
				tr.AddScan(*in[0].scan)
			} else {
				tr.AddTrip(*in[0].trip)
			}
		}
		if tracks := tr.Tracks(at(float64(s))); s >= 10 {
			sc.add(truth[s], tracks)
		}
	}
	if g := math.Sqrt(sc.squares / float64(sc.targets)); g > 12 || g < 1 {
		t.Errorf("GOSPA %.2f per target", g)
	}
}
