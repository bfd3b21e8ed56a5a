package fusion

import "math"

const (
	// A trip counts for this much of an independent word, since what the ground does to a signal stays the same from trip to trip; so does
	// what the neighbours told or did not, which is asked again at the next trip.
	tripWorth, nearWorth = 0.5, 0.35
	// A track known better than this share of a geophone's range is asked at places around it, another one at places in the disc.
	narrowShare = 0.25
	// Shares of the variance of a place that one trip may leave: more would be no news, less would be more than it can know.
	leastLeft, mostLeft = 0.02, 0.98
	// A geophone may hear what should be too far away.
	beyondRange = 0.02
)

// abscissae and weights of the five-point Gauss-Hermite rule for the normal distribution.
var hermite = [...]struct{ at, weight float64 }{
	{0, 8. / 15}, {1.3556261799742659, 0.22207592200561263}, {-1.3556261799742659, 0.22207592200561263},
	{2.8569700138728056, 0.011257411327720691}, {-2.8569700138728056, 0.011257411327720691},
}

// hearing is what a trip of a geophone and the silence and the words of its neighbours say about places.
type hearing struct {
	m     *measurement
	near  []*sensor
	ahead float64 // s, how far the clock of the geophone is ahead
	told  [discNeighbours]bool
	ago   [discNeighbours]float64 // s, when each told, or the middle of the time in which it might have
}

// suits is how likely all that is, were a target of a class at a place, having come there with a velocity: who told seconds ago heard it
// where it was then.
func (h *hearing) suits(p, v vec2, c Class) float64 {
	l := math.Pow(h.m.signal(vec2{p[0] - h.ahead*v[0], p[1] - h.ahead*v[1]}, c), tripWorth)
	around := 1.0
	for k, n := range h.near {
		around *= n.agrees(vec2{p[0] - h.ago[k]*v[0], p[1] - h.ago[k]*v[1]}, c, h.told[k])
	}
	return l * math.Pow(around, nearWorth)
}

// signal is how likely the trip of a geophone is, and its strength, were a target of a class at a place.
func (m *measurement) signal(p vec2, c Class) float64 {
	reach := m.sensor.RangeM[c]
	de, dn := p[0]-m.sensor.pos[0], p[1]-m.sensor.pos[1]
	u2 := (de*de + dn*dn) / (reach * reach)
	l := max(beyondRange, 1-u2*u2)
	if snr := m.trip.SNRdB; snr != 0 {
		off := (snr - thresholdDB + 10*math.Log10(max(u2, 1e-4))) / strayDB
		l *= math.Exp(-off * off / 2)
	}
	return l
}

// way is how fast a track moves, and how much faster it does where it is farther on: who came farther than was thought came faster.
type way struct {
	v    vec2
	e, n vec2 // 1/s, change of the velocity to the east and to the north with the place
}

// way is that of a track.
func (t *track) way(pr *prior) (w way) {
	x, p := t.estimate()
	w.v = vec2{x[2], x[3]}
	if !(pr.cov.det() > 0) {
		return w
	}
	inv := pr.cov.inverse()
	w.e = inv.times(vec2{p[2][0] + pr.common[2][0], p[2][1] + pr.common[2][1]})
	w.n = inv.times(vec2{p[3][0] + pr.common[3][0], p[3][1] + pr.common[3][1]})
	return w
}

// at is the velocity with which the track would be at a place.
func (w *way) at(pr *prior, p vec2) vec2 {
	de, dn := p[0]-pr.mean[0], p[1]-pr.mean[1]
	return vec2{w.v[0] + w.e[0]*de + w.e[1]*dn, w.v[1] + w.n[0]*de + w.n[1]*dn}
}

// narrowed is the place of a track as a trip narrows it, put as a fix: a likelihood of any shape over the place, asked at points, and the
// mean and spread that it leaves of what was known before. A disc's middle would pull a track towards its node that is known to be
// near the edge; this does not.
func (h *hearing) narrowed(class ClassProbs, pr *prior, w *way) (f fixOf, ok bool) {
	a, b := pr.cov.axes()
	sa, sb := math.Hypot(a[0], a[1]), math.Hypot(b[0], b[1])
	if !(sa > 0.1 && sb > 0.1) {
		return f, false
	}
	var sum float64
	var first vec2
	var second sym2
	take := func(x, y, w float64) {
		sum += w
		first[0] += w * x
		first[1] += w * y
		second.ee += w * x * x
		second.en += w * x * y
		second.nn += w * y * y
	}
	for c, pc := range class {
		reach := h.m.sensor.RangeM[c]
		if pc < 0.02 || reach <= 0 {
			continue
		}
		if max(sa, sb) < narrowShare*reach {
			for _, p := range hermite {
				for _, q := range hermite {
					at := vec2{pr.mean[0] + p.at*a[0] + q.at*b[0], pr.mean[1] + p.at*a[1] + q.at*b[1]}
					take(p.at, q.at, pc*p.weight*q.weight*h.suits(at, w.at(pr, at), Class(c)))
				}
			}
			continue
		}
		cell := 2 * math.Pi * reach * reach / (discRings * discRays * 2 * math.Pi * sa * sb)
		for ring := range discRings {
			u := (float64(ring) + 0.5) / discRings
			for k := range discRays {
				sn, cs := math.Sincos((float64(k) + 0.5) * 2 * math.Pi / discRays)
				at := vec2{h.m.sensor.pos[0] + h.ahead*w.v[0] + u*reach*sn, h.m.sensor.pos[1] + h.ahead*w.v[1] + u*reach*cs}
				de, dn := at[0]-pr.mean[0], at[1]-pr.mean[1]
				x, y := (de*a[0]+dn*a[1])/(sa*sa), (de*b[0]+dn*b[1])/(sb*sb)
				share := pc * cell * u * math.Exp(-(x*x+y*y)/2)
				if share < 1e-12 {
					continue
				}
				take(x, y, share*h.suits(at, w.at(pr, at), Class(c)))
			}
		}
	}
	if !(sum > 1e-12) {
		return f, false
	}
	x, y := first[0]/sum, first[1]/sum
	left := sym2{second.ee/sum - x*x, second.en/sum - x*y, second.nn/sum - y*y}
	z, r := news(vec2{x, y}, left)
	f.sensor, f.tau = h.m.sensor.index, 1
	f.z = vec2{pr.mean[0] + z[0]*a[0] + z[1]*b[0], pr.mean[1] + z[0]*a[1] + z[1]*b[1]}
	f.r = sym2{
		ee: r.ee*a[0]*a[0] + 2*r.en*a[0]*b[0] + r.nn*b[0]*b[0],
		en: r.ee*a[0]*a[1] + r.en*(a[0]*b[1]+a[1]*b[0]) + r.nn*b[0]*b[1],
		nn: r.ee*a[1]*a[1] + 2*r.en*a[1]*b[1] + r.nn*b[1]*b[1],
	}
	return f, true
}

// news is the measurement that turns a normal distribution of mean zero and unit variance into one of another mean and covariance.
// Where the covariance has grown along an axis, the measurement says next to nothing there.
func news(mean vec2, left sym2) (z vec2, r sym2) {
	a, b := left.axes()
	for _, axis := range [2]vec2{a, b} {
		va := axis[0]*axis[0] + axis[1]*axis[1]
		unit := vec2{1, 0}
		if va > 1e-9 {
			unit = vec2{axis[0] / math.Sqrt(va), axis[1] / math.Sqrt(va)}
		} else if axis == b {
			unit = vec2{0, 1}
		}
		v := max(leastLeft, min(mostLeft, va))
		noise := v / (1 - v)
		shift := (unit[0]*mean[0] + unit[1]*mean[1]) * (noise + 1)
		z[0] += shift * unit[0]
		z[1] += shift * unit[1]
		r = r.add(rotated(unit, math.Sqrt(noise), 0))
	}
	return z, r
}

// hearing gathers what the neighbours of a geophone that tripped have told lately.
func (t *Tracker) hearing(s *state, m *measurement) hearing {
	h := hearing{m: m, near: t.neighbours(m.sensor)}
	for k, n := range h.near {
		h.ago[k] = hearingS / 2
		if last := s.heardAt(n.index); last != 0 && m.t-last < hearingS*1e9 {
			h.told[k], h.ago[k] = true, float64(m.t-last)/1e9
		}
	}
	return h
}

// classOf is the class of a track with what the trip says of it, and how well the two agree.
func (m *measurement) classOf(tr *track) (class ClassProbs, sum float64) {
	class = tr.class
	for c := range class {
		class[c] *= m.cls[c]
		sum += class[c]
	}
	for c := range class {
		class[c] /= sum
	}
	return class, sum
}

func (t *track) speed() float64 {
	v := t.velocity()
	return math.Hypot(v[0], v[1])
}
