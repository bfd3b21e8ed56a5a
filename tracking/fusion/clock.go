package fusion

import (
	"math"
	"time"
)

const (
	clockStepS   = 1.0 // s, between two offsets that are weighed
	clockReach   = 8   // so many of them each way
	clockOffsets = 2*clockReach + 1
	clockPriorS  = 2.5    // s, one sigma of the clocks of ground sensors before anything is known
	clockDriftS  = 3600.0 // s, in which what was learned loses its weight, since clocks drift
	clockEveryS  = 4.0    // s, between two trips of a geophone or PIR that are asked for the time; those between err as the first did
	clockWorth   = 0.5    // a trip counts for this much of an independent word
	clockTracks  = 4      // where more well-known tracks than this may have caused a trip, it tells nothing
	clockWords   = 6      // trips near well-known tracks before a clock is corrected
	clockSure    = 3      // and so many sigmas must the offset be from none
	clockTrackM  = 8.0    // a track tells a clock only while it is known better than this,
	clockFreshS  = 2.0    // a camera saw it within this time,
	clockSpeed   = 0.5    // m/s, and it moves
	clockStray   = 0.02   // 1/s, how fast a track may have turned away from the straight way back
)

// clockBelief is what tracks that cameras see have told of the clock of a ground sensor: the logarithms of the likelihoods of its offsets.
type clockBelief struct {
	at    int64 // ns, of the newest word
	words int32
	log   [clockOffsets]float32
	ahead float32 // s, mean of the offset
	sigma float32 // s
}

// clockAt is how far a sensor's clock is ahead, and how uncertain that is, as the tracker reckons with it.
type clockAt struct{ ahead, sigma float64 }

// clock is what a trip's time is taken for. A clock is corrected once enough words say that it is off; until then it has the error that its
// description claims.
func (s *state) clock(sen *sensor) clockAt {
	out := clockAt{sigma: sen.clock}
	if int(sen.index) < len(s.clocks) {
		if b := &s.clocks[sen.index]; b.off() {
			out = clockAt{float64(b.ahead), float64(b.sigma)}
		}
	}
	return out
}

// off tells whether the clock is surely off.
func (b *clockBelief) off() bool {
	return b.words >= clockWords && math.Abs(float64(b.ahead)) > clockSure*float64(b.sigma)
}

// clockWord gathers how likely a trip is at each offset: tracks that are known well make it likely at some offsets, everything else at all
// of them alike.
type clockWord struct {
	alike float64
	asked bool
	sharp int // tracks that are known well
	rates [clockOffsets]float64
}

func clockOffset(k int) float64 { return float64(k-clockReach) * clockStepS }

// hear adds a track: false where it is not known well enough to tell the time by it.
func (w *clockWord) hear(m *measurement, tr *track) bool {
	if !w.asked || tr.lastCamera == 0 || !tr.confirmed || float64(m.t-tr.lastCamera)/1e9 > clockFreshS || tr.speed() < clockSpeed {
		return false
	}
	x, p := tr.estimate()
	b := tr.common()
	own := p.pos().add(sym2{b[0][0], b[0][1], b[1][1]})
	if own.meanSigma() > clockTrackM {
		return false
	}
	v := vec2{x[2], x[3]}
	speed := math.Hypot(v[0], v[1])
	if math.Hypot(x[0]-m.sensor.pos[0], x[1]-m.sensor.pos[1]) > m.sensor.reach()+clockReach*clockStepS*speed+4*clockTrackM {
		return false
	}
	if w.sharp++; w.sharp > clockTracks {
		w.asked = false
		return true
	}
	for k := range w.rates {
		o := clockOffset(k)
		stray := clockStray * speed * o * o
		cov := sym2{
			ee: own.ee - 2*o*p[0][2] + o*o*p[2][2] + stray*stray,
			en: own.en - o*(p[0][3]+p[1][2]) + o*o*p[2][3],
			nn: own.nn - 2*o*p[1][3] + o*o*p[3][3] + stray*stray,
		}
		w.rates[k] += m.tells(tr, vec2{x[0] - o*v[0], x[1] - o*v[1]}, cov, v)
	}
	return true
}

// tells is how likely a trip is of a track at a place, but for a factor that is the same at all places.
func (m *measurement) tells(tr *track, mean vec2, cov sym2, v vec2) float64 {
	s := m.sensor
	switch s.Kind {
	case Seismic:
		class, _ := m.classOf(tr)
		sum := 0.0
		for c, p := range class {
			if p > 0.02 {
				sum += p * m.signal(mean, Class(c))
			}
		}
		return tr.r * s.Pd * sum / s.holdoff
	case PIR:
		return tr.r * s.Pd * s.inSector(mean, cov) / s.holdoff
	default:
		return tr.r * s.Pd * m.beamRate(tr, mean, cov, v, 0)
	}
}

// learn takes the word. It forgets slowly, and what it believes stays within the offsets that are weighed.
func (b *clockBelief) learn(w *clockWord, at int64) {
	keep := 1.0
	if b.words > 0 && at > b.at {
		keep = math.Exp(-float64(at-b.at) / 1e9 / clockDriftS)
	}
	b.at = max(b.at, at)
	b.words++
	most := math.Inf(-1)
	var post [clockOffsets]float64
	for k, r := range w.rates {
		l := keep*float64(b.log[k]) + clockWorth*math.Log(w.alike+r)
		b.log[k] = float32(l)
		o := clockOffset(k) / clockPriorS
		post[k] = l - o*o/2
		most = max(most, post[k])
	}
	var sum, mean, second float64
	top := float32(math.Inf(-1))
	for k := range post {
		p, o := math.Exp(post[k]-most), clockOffset(k)
		sum += p
		mean += p * o
		second += p * o * o
		top = max(top, b.log[k])
	}
	for k := range b.log {
		b.log[k] -= top
	}
	mean /= sum
	b.ahead = float32(mean)
	b.sigma = float32(math.Sqrt(max(0, second/sum-mean*mean) + clockStepS*clockStepS/12))
}

// askClock tells whether a trip is to be asked for the time.
func (s *state) askClock(m *measurement) bool {
	switch {
	case m.sensor.Kind == Bearing:
		return false
	case m.sensor.Kind == Beam || int(m.sensor.index) >= len(s.clocks):
		return true
	default:
		b := &s.clocks[m.sensor.index]
		return b.words == 0 || float64(m.t-b.at) > clockEveryS*1e9
	}
}

// learnClock takes what a trip told, where some track is known well enough to tell the time by it.
func (s *state) learnClock(w *clockWord, m *measurement) {
	if !w.asked || w.sharp == 0 {
		return
	}
	for int(m.sensor.index) >= len(s.clocks) {
		s.clocks = append(s.clocks, clockBelief{})
	}
	s.clocks[m.sensor.index].learn(w, m.t)
}

// ClockError is how far the clock of a ground sensor is ahead (negative: behind), as far as it could be told from tracks that cameras saw.
type ClockError struct {
	Sensor    string
	Ahead     time.Duration
	Sigma     time.Duration
	Words     int  // trips that told of it
	Corrected bool // the tracker reckons with it; otherwise it is not sure enough
}

// ClockErrors gives the clocks of which enough is known, in the order in which the sensors were made known, as they were at the newest
// instant that was asked for.
func (t *Tracker) ClockErrors() (out []ClockError) {
	for i := range t.state.clocks {
		b := &t.state.clocks[i]
		if b.words < clockWords {
			continue
		}
		out = append(out, ClockError{
			Sensor: t.names[i], Ahead: time.Duration(float64(b.ahead) * 1e9), Sigma: time.Duration(float64(b.sigma) * 1e9),
			Words: int(b.words), Corrected: b.off(),
		})
	}
	return out
}
