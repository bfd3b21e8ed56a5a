package seismic

import (
	"math"
	"math/rand/v2"
)

const (
	trainRate  = 100.0
	trainQuiet = 25.0 // seconds before anything happens, in which the noise is learnt
)

// site is a piece of ground with a geophone in it, whose soil, noise and visitors vary more than those of the simulator.
type site struct {
	*rand.Rand
	out []float64

	hertz, width float64 // of a footfall's waves: middle and spread
	decayS       float64
	noise        float64
}

func newSite(seed uint64, seconds float64) *site {
	s := &site{Rand: rand.New(rand.NewPCG(seed, 4711)), out: make([]float64, int(seconds*trainRate))}
	s.hertz, s.width = s.between(14, 30), s.between(0.1, 0.35)
	s.decayS = s.between(0.03, 0.08)
	s.noise = 100
	slow, mix := 0.0, s.between(0, 0.9)
	for i := range s.out {
		white := s.NormFloat64()
		slow = 0.93*slow + 0.3*white
		s.out[i] = 10000 + s.noise*(mix*slow+(1-0.6*mix)*s.NormFloat64())
	}
	return s
}

func (s *site) between(a, b float64) float64 { return a + (b-a)*s.Float64() }

func (s *site) thump(at, amplitude, hertz, decayS float64) {
	phase := 2 * math.Pi * s.Float64()
	if s.IntN(2) == 0 {
		phase = 0
	}
	for i := max(0, int(math.Ceil(at*trainRate))); i < len(s.out); i++ {
		t := float64(i)/trainRate - at
		if t > 7*decayS {
			return
		}
		s.out[i] += amplitude * math.Exp(-t/decayS) * math.Sin(2*math.Pi*hertz*t+phase)
	}
}

// passing is how strong something is as it comes by: amplitudes against the noise, over time.
func (s *site) passing(seconds float64) func(t float64) float64 {
	most := s.noise * math.Pow(10, s.between(8, 50)/20)
	if s.IntN(4) == 0 {
		return func(float64) float64 { return most }
	}
	power, near := s.between(0.8, 1.6), s.between(0.05, 0.6)
	return func(t float64) float64 {
		x := (t/seconds - 0.5) * 2 / near
		return most * math.Pow(1+x*x, -power/2)
	}
}

// foot lets a foot of a person fall, from heel to toe, or an animal's.
func (s *site) foot(at, amplitude, toe, toeS float64) {
	hertz := s.hertz * (1 + s.width*(2*s.Float64()-1))
	s.thump(at, amplitude, hertz, s.decayS)
	if toe > 0 {
		s.thump(at+toeS*(1+0.15*s.NormFloat64()), amplitude*toe*(0.8+0.4*s.Float64()), hertz*s.between(1, 1.4), s.decayS)
	}
}

func (s *site) walker(from, seconds, stepsHz, late float64, strength func(float64) float64) {
	clock, drift := s.between(0.01, 0.03), s.between(0, 0.025)
	toe, toeS := s.between(0.15, 0.65), s.between(0.08, 0.14)
	if stepsHz > 2.35 || s.IntN(5) == 0 {
		toe = 0 // who runs, or treads softly
	}
	limp, loose := s.between(0, 0.2), s.between(0.03, 0.3)
	at := from + late/stepsHz
	for k := 0; at < from+seconds; k++ {
		a := strength(at-from) * (1 + limp*float64(k%2)) * math.Exp(loose*s.NormFloat64())
		s.foot(at+clock*s.NormFloat64()/stepsHz, a, toe, toeS)
		at += (1 + drift*s.NormFloat64()) / stepsHz
	}
}

func (s *site) people(n int, from, seconds float64) {
	hz, together := s.between(1.45, 2.25), s.IntN(2) == 0
	if s.IntN(10) == 0 {
		hz = s.between(2.2, 2.9) // they run
	}
	pass := s.passing(seconds)
	for range n {
		own := hz
		if !together && s.IntN(3) == 0 {
			pass = s.passing(seconds) // they do not go side by side
		}
		if !together {
			own = hz * (1 + 0.08*s.NormFloat64())
		}
		part, pass := math.Pow(10, -s.between(0, 4)/20), pass
		s.walker(from, seconds, own, s.Float64(), func(t float64) float64 { return part * pass(t) })
	}
}

// animals come by as they do: a walk of four feet, a trot, a hop, with halts.
func (s *site) animals(n int, from, seconds float64) {
	kind := s.IntN(14)
	strideHz := s.between(0.7, 1.4)
	feet, strength := []float64{0, s.between(0.17, 0.3), 0.5, s.between(0.67, 0.8)}, []float64{1, s.between(0.5, 0.9), 1, s.between(0.5, 0.9)}
	strength[3] = strength[1]
	uneven := s.between(0.045, 0.09)
	switch kind {
	case 0, 2, 3, 4:
		strideHz, feet, strength = s.between(1.5, 3), []float64{0, 0.5}, []float64{1, 1}
	case 1:
		strideHz, feet, strength, uneven = s.between(1.8, 2.35), []float64{0}, []float64{1}, s.between(0.02, 0.05)
	}
	for range n {
		pass, late := s.passing(seconds), s.Float64()
		own := strideHz * (1 + 0.04*s.NormFloat64())
		stops, goes := 0.0, s.between(6, 30)
		for k := 0.0; (k+late)/own+stops < seconds; k++ {
			if goes -= 1 / own; goes < 0 {
				stops += s.between(2, 20)
				goes = s.between(6, 30)
			}
			for i, f := range feet {
				at := (k+late+f+uneven*(2*s.Float64()-1))/own + stops
				s.foot(from+at, pass(at)*strength[i]*math.Exp(s.between(0.05, 0.3)*s.NormFloat64()), 0, 0)
			}
		}
	}
}

// vehicle is noise about a resonance, whose strength changes with the bumps, and an engine's line.
func (s *site) vehicle(from, seconds float64) {
	pass := s.passing(seconds)
	hertz, radius := s.between(9, 28), s.between(0.7, 0.96)
	engine, line := s.between(12, 40), s.between(0, 0.8)
	bumps, rough := s.between(0.2, 3), s.between(0, 0.5)
	turn := 2 * radius * math.Cos(2*math.Pi*hertz/trainRate)
	var a, b float64
	gain := 1 - radius*0.8
	for i := int(from * trainRate); i < min(len(s.out), int((from+seconds)*trainRate)); i++ {
		t := float64(i)/trainRate - from
		next := turn*a - radius*radius*b + gain*s.NormFloat64()
		a, b = next, a
		s.out[i] += 0.3 * pass(t) * (1 + rough*math.Sin(2*math.Pi*bumps*t)) * (2*next + line*math.Sin(2*math.Pi*engine*t))
	}
}

// nothing is what nobody makes: gusts, knocks, rain, a shock, thunder.
func (s *site) nothing(from, seconds float64) {
	switch s.IntN(5) {
	case 0: // gusts
		a, b := HighPass(trainRate, 1, 0.7), LowPass(trainRate, s.between(6, 12), 0.7)
		c, e := HighPass(trainRate, 1, 0.7), LowPass(trainRate, 40, 0.7)
		most, part := s.between(1, 12), s.between(0.05, 0.3)
		length := s.between(5, 20)
		for i := int(from * trainRate); i < len(s.out); i++ {
			t := math.Mod(float64(i)/trainRate-from, length) / length
			swell := most * math.Sin(math.Pi*t) * s.noise
			s.out[i] += 4*swell*b.Filter(a.Filter(s.NormFloat64())) + 4*part*swell*e.Filter(c.Filter(s.NormFloat64()))
		}
	case 1: // knocks, branches
		rate := s.between(0.05, 1.5)
		for t := from; t < from+seconds; t += s.ExpFloat64() / rate {
			s.thump(t, s.noise*math.Pow(10, s.between(5, 30)/20), s.between(8, 35), s.between(0.02, 0.1))
		}
	case 2: // rain
		rate, most := s.between(2, 14), s.between(4, 22)
		for t := from; t < from+seconds; t += s.ExpFloat64() / rate {
			s.thump(t, s.noise*math.Pow(10, (most-6*s.ExpFloat64())/20), s.between(15, 45), s.between(0.01, 0.04))
		}
	case 3: // a shock
		for range 1 + s.IntN(3) {
			s.thump(from+seconds*s.Float64(), s.noise*math.Pow(10, s.between(15, 45)/20), s.between(8, 35), s.between(0.1, 0.7))
		}
	default: // thunder
		at := from + seconds*s.Float64()/2
		for i := range 12 {
			s.thump(at+s.between(1, 4)*s.Float64(), s.noise*s.between(5, 60)*math.Exp(-float64(i)/4), s.between(8, 30), s.between(0.1, 0.5))
		}
	}
}
