package cue

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

const (
	// motes is how many places a belief holds.
	motes = 400
	// standing is the share of targets that wait where they were sensed.
	standing = 0.1
	// turning is how much who walks or drives turns, in radians for each root of a second: 40 degrees in a minute.
	turning = 0.09
	// acrossSigma is by how much, in radians, the way across a border may differ from the shortest.
	acrossSigma = 0.5
	// headedSigma is by how much, in radians, somebody's way may differ from the side of a beam to which it went: 45 degrees.
	headedSigma = 0.8
	// longestStep is the longest time that is moved at once, so that turns come in between.
	longestStep = 5 * time.Second
	// showsAgain is after how long without a look most of what hid something from a camera hides it no more.
	showsAgain = 30.0
	// surprise keeps a likelihood from ruling a place out: sensors err in place and time.
	surprise = 0.02
	// strange is the mean likelihood below which evidence fits nothing that was believed; reborn and strangers are the parts that
	// are then, and else, believed to be where it says.
	strange, strangers, reborn = 0.05, 0.5, 0.1
	// foundM is how near something that a camera found keeps a place from having been looked at in vain.
	foundM = 15.0
	// trackSpeedSigma is how well a track knows its velocity, in metres a second along each axis.
	trackSpeedSigma = 0.4
)

// mote is one place where a target may be, and how it moves there.
type mote struct {
	e, n    float64 // metres from the belief's origin
	heading float64 // radians, clockwise from north
	speed   float64 // metres a second
	drives  bool
	weight  float64 // that of all is 1
	missed  float64 // the probability that the looks of late would all have missed it, were it in the open
}

// belief is where the target of an alert may be that no camera follows: a few hundred places that move as somebody on foot or a
// vehicle would, from where and when it was sensed. What a camera looks at in vain weighs less. The same evidence and looks give the
// same belief.
type belief struct {
	cfg    *Config
	origin geo.LatLon
	drives float64  // how likely it drives, as it was told last
	across *float64 // radians clockwise from north: the way across a border near by, which somebody on foot may take
	at     time.Time
	told   time.Time // the time of the newest evidence in it
	motes  [motes]mote
	unseen float64 // the probability that the looks since then would have missed it
	chance *rand.Rand
}

// newBelief is what one piece of evidence says.
func newBelief(cfg *Config, id string, drives float64, s Sensed) *belief {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash takes everything
	b := &belief{cfg: cfg, origin: s.place(), drives: drives, at: s.At, told: s.At, unseen: 1, chance: rand.New(rand.NewPCG(h.Sum64(), 1))}
	b.across = cfg.acrossBorder(b.origin)
	for i := range b.motes {
		b.motes[i] = b.mote(s)
		b.motes[i].weight = 1.0 / motes
	}
	return b
}

// acrossBorder is the shortest way across the nearest border within SearchMostM of a place; nil: there is none.
func (c *Config) acrossBorder(p geo.LatLon) *float64 {
	var way *float64
	nearest := c.SearchMostM
	for _, z := range c.Zones {
		if z.Kind != zone.Border {
			continue
		}
		if along, d := z.Along(p.Point()); d <= nearest {
			across := (along + 90) * math.Pi / 180
			way, nearest = &across, d
		}
	}
	return way
}

func (b *belief) enu(p geo.LatLon) (e, n float64) {
	d := geo.Distance(b.origin, p)
	s, c := math.Sincos(geo.BearingDeg(b.origin, p) * math.Pi / 180)
	return d * s, d * c
}

func (b *belief) place(e, n float64) geo.LatLon {
	return geo.Offset(b.origin, math.Atan2(e, n)*180/math.Pi, math.Hypot(e, n))
}

// mote draws a place and a way to move there from evidence.
func (b *belief) mote(s Sensed) mote {
	e, n := b.enu(s.place())
	m := mote{missed: 1, drives: b.chance.Float64() < b.drives}
	slow, fast := b.cfg.SearchWalkSlow, b.cfg.SearchWalkFast
	if m.drives {
		slow, fast = b.cfg.SearchDriveSlow, b.cfg.SearchDriveFast
	}
	ee, en, nn := s.spread(m.drives)
	a := math.Sqrt(ee)
	c := en / a
	d := math.Sqrt(max(1, nn-c*c))
	x, y := b.chance.NormFloat64(), b.chance.NormFloat64()
	m.e, m.n = e+a*x, n+c*x+d*y
	m.speed, m.heading = slow+(fast-slow)*b.chance.Float64(), 2*math.Pi*b.chance.Float64()
	if b.across != nil && b.chance.Float64() < b.cfg.SearchAcross {
		m.heading = *b.across + acrossSigma*b.chance.NormFloat64() + math.Pi*float64(b.chance.IntN(2))
	}
	if s.Moving {
		ve, vn := s.VE+trackSpeedSigma*b.chance.NormFloat64(), s.VN+trackSpeedSigma*b.chance.NormFloat64()
		m.speed, m.heading = min(2*fast, math.Hypot(ve, vn)), math.Atan2(ve, vn)
	}
	switch {
	case s.Headed:
		m.heading = s.HeadingDeg*math.Pi/180 + headedSigma*b.chance.NormFloat64()
	case b.chance.Float64() < standing:
		m.speed = 0
	}
	return m
}

// spread is the covariance of where somebody was when it was sensed.
func (s Sensed) spread(drives bool) (ee, en, nn float64) {
	k := 1.0
	if drives && s.Driving > 1 {
		k = s.Driving * s.Driving
	}
	return max(1, k*s.EE), k * s.EN, max(1, k*s.NN)
}

// weighDriving takes how likely it drives.
func (b *belief) weighDriving(p float64) {
	const least, change = 0.02, 0.02
	p = min(1-least, max(least, p))
	was := min(1-least, max(least, b.drives))
	if math.Abs(p-was) < change {
		return
	}
	b.drives = p
	for i := range b.motes {
		if b.motes[i].drives {
			b.motes[i].weight *= p / was
		} else {
			b.motes[i].weight *= (1 - p) / (1 - was)
		}
	}
	b.normalise()
}

// move lets time pass.
func (b *belief) move(now time.Time) {
	for b.at.Before(now) {
		step := min(longestStep, now.Sub(b.at))
		b.at = b.at.Add(step)
		dt := step.Seconds()
		turn, kept := turning*math.Sqrt(dt), math.Exp(-dt/showsAgain)
		for i := range b.motes {
			m := &b.motes[i]
			m.heading += turn * b.chance.NormFloat64()
			s, c := math.Sincos(m.heading)
			m.e, m.n = m.e+m.speed*s*dt, m.n+m.speed*c*dt
			m.missed = 1 - (1-m.missed)*kept
		}
	}
}

// hear takes evidence that is newer than all before: ways that lead there weigh more, and part of what is believed begins anew.
func (b *belief) hear(s Sensed) {
	if !s.At.After(b.told) {
		return
	}
	b.move(s.At)
	b.told, b.unseen = s.At, 1
	late := b.at.Sub(s.At).Seconds()
	se, sn := b.enu(s.place())
	mean := 0.0
	for i := range b.motes {
		m := &b.motes[i]
		sin, cos := math.Sincos(m.heading)
		x, y := m.e-m.speed*sin*late-se, m.n-m.speed*cos*late-sn
		ee, en, nn := s.spread(m.drives)
		det := max(1, ee*nn-en*en)
		like := math.Exp(-(nn*x*x - 2*en*x*y + ee*y*y) / det / 2)
		if s.Headed {
			like *= s.along(m)
		}
		mean += m.weight * like
		m.weight *= like + surprise
		m.missed = 1
	}
	b.normalise()
	b.resample()
	anew := reborn
	if mean < strange {
		anew = strangers
	}
	for i := range int(anew * motes) {
		k := i * int(1/anew)
		w := b.motes[k].weight
		b.motes[k] = b.mote(s)
		m := &b.motes[k]
		sin, cos := math.Sincos(m.heading)
		m.e, m.n, m.weight = m.e+m.speed*sin*late, m.n+m.speed*cos*late, w
	}
}

// along is how well somebody's way fits where it was told to go.
func (s Sensed) along(m *mote) float64 {
	if m.speed == 0 {
		return 0
	}
	off := geo.DiffDeg(s.HeadingDeg, m.heading*180/math.Pi) * math.Pi / 180 / headedSigma
	return math.Exp(-off * off / 2)
}

// miss lowers the places that were looked at in vain: pd is how likely a look finds what is there and shows.
func (b *belief) miss(pd func(m *mote) float64) {
	lost := 0.0
	for i := range b.motes {
		m := &b.motes[i]
		p := pd(m)
		if p <= 0 {
			continue
		}
		was := b.cfg.unfound(m.missed)
		m.missed *= 1 - p
		gone := m.weight * (1 - b.cfg.unfound(m.missed)/was)
		m.weight -= gone
		lost += gone
	}
	if lost <= 0 {
		return
	}
	b.unseen *= 1 - lost
	b.normalise()
	if b.effective() < motes/3 {
		b.resample()
	}
}

// unfound is the probability that something is missed by looks that miss what shows with the given one.
func (c *Config) unfound(missed float64) float64 { return c.SearchHidden + (1-c.SearchHidden)*missed }

// look takes one picture of a camera.
func (b *belief) look(l Picture) {
	if l.At.Before(b.told) || len(l.Footprint) < 3 {
		return
	}
	ring, before, found := b.plane(l.Footprint), b.plane(l.Before), b.plane(l.Found)
	fe, fn := b.enu(l.From)
	b.miss(func(m *mote) float64 {
		if !inside(ring, m.e, m.n) || l.Before != nil && !inside(before, m.e, m.n) {
			return 0
		}
		for _, f := range found {
			if math.Hypot(m.e-f[0], m.n-f[1]) <= foundM {
				return 0
			}
		}
		return b.cfg.pd(l.FocalPx, math.Hypot(m.e-fe, m.n-fn), l.HeightM, m.drives)
	})
}

// plane gives places in metres east and north.
func (b *belief) plane(places []geo.LatLon) [][2]float64 {
	out := make([][2]float64, len(places))
	for i, p := range places {
		out[i][0], out[i][1] = b.enu(p)
	}
	return out
}

// pd is how likely one picture shows a detector what is so far away: it needs some pixels of it.
func (c *Config) pd(focalPx, distanceM, heightM float64, vehicle bool) float64 {
	const least, enough = 3.0, 8.0
	high, long := 1.6, 0.4 // metres that it shows from the side and from above
	if vehicle {
		high, long = 1.8, 3.5
	}
	slant := max(1, math.Hypot(distanceM, heightM))
	px := focalPx * (high*distanceM + long*heightM) / slant / slant
	return c.SearchPd * min(1, max(0, (px-least)/(enough-least)))
}

// inside tells whether a place lies in a ring.
func inside(ring [][2]float64, e, n float64) bool {
	in := false
	j := len(ring) - 1
	for i := range ring {
		a, b := ring[i], ring[j]
		if (a[1] > n) != (b[1] > n) && e < (b[0]-a[0])*(n-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
		j = i
	}
	return in
}

func (b *belief) normalise() {
	sum := 0.0
	for i := range b.motes {
		sum += b.motes[i].weight
	}
	if sum < 1e-12 {
		for i := range b.motes {
			b.motes[i].weight = 1.0 / motes
		}
		return
	}
	for i := range b.motes {
		b.motes[i].weight /= sum
	}
}

// effective is how many motes of equal weight would say as much.
func (b *belief) effective() float64 {
	sum := 0.0
	for i := range b.motes {
		sum += b.motes[i].weight * b.motes[i].weight
	}
	return 1 / sum
}

// resample replaces what weighs little by more of what weighs much.
func (b *belief) resample() {
	const jitterM, jitterRad = 2.0, 0.1
	old := b.motes
	at, sum, k := b.chance.Float64()/motes, old[0].weight, 0
	for i := range b.motes {
		for sum < at && k < motes-1 {
			k++
			sum += old[k].weight
		}
		m := old[k]
		m.e, m.n = m.e+jitterM*b.chance.NormFloat64(), m.n+jitterM*b.chance.NormFloat64()
		m.heading += jitterRad * b.chance.NormFloat64()
		m.weight = 1.0 / motes
		b.motes[i] = m
		at += 1.0 / motes
	}
}

// ahead is where the target will be on average after some time.
func (b *belief) ahead(after time.Duration) geo.LatLon {
	var e, n float64
	dt := after.Seconds()
	for i := range b.motes {
		m := &b.motes[i]
		s, c := math.Sincos(m.heading)
		e, n = e+m.weight*(m.e+m.speed*s*dt), n+m.weight*(m.n+m.speed*c*dt)
	}
	return b.within(e, n)
}

// within is a place no farther from where the target was sensed than is searched.
func (b *belief) within(e, n float64) geo.LatLon {
	if d := math.Hypot(e, n); d > b.cfg.SearchMostM {
		e, n = e*b.cfg.SearchMostM/d, n*b.cfg.SearchMostM/d
	}
	return b.place(e, n)
}
