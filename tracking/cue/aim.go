package cue

import (
	"math"
	"time"

	"vedette/internal/geo"
)

const (
	// aims is how many places are compared as the next to look at.
	aims = 30
	// inPicture is the part of a picture, from its middle, in which something is surely seen.
	inPicture = 0.85
	// settle is what every turn of a camera costs beside its angle.
	settle = 500 * time.Millisecond
	// presence is what it counts that something may be in view where a detector would hardly find it.
	presence = 0.02
	// eyesForget is after how long without a picture it is not known any more what a camera sees.
	eyesForget = 20 * time.Second
	// byEye is how likely somebody who watches a picture of which nothing is known finds a target in SearchEvery.
	byEye = 0.5
)

// eyes are what is known of a vehicle's camera and of the detector that looks through it.
type eyes struct {
	last       time.Time
	every      float64 // seconds from picture to picture
	tanH, tanV float64 // of half the angle of view
	focalPx    float64
}

// note takes a picture.
func (y *eyes) note(l Picture) {
	const slowest, keep = 10.0, 0.8
	if dt := l.At.Sub(y.last).Seconds(); dt > 0 {
		switch {
		case y.every == 0 || dt > slowest:
			y.every = min(dt, 1)
		default:
			y.every = keep*y.every + (1-keep)*dt
		}
	}
	y.last = l.At
	y.tanH, y.tanV, y.focalPx = math.Tan(l.HFOVDeg*math.Pi/360), math.Tan(l.VFOVDeg*math.Pi/360), l.FocalPx
}

func (y *eyes) known(now time.Time) bool {
	return y != nil && now.Sub(y.last) <= eyesForget && y.tanH > 0 && y.tanV > 0
}

// viewpoint is a camera that has to choose where to look.
type viewpoint struct {
	e, n, h float64 // metres from the belief's origin; above ground
	eyes    *eyes   // nil: what it sees is not known
	gain    [motes]float64
	ray     [motes][3]float64
}

// viewpoint prepares a choice: what a look of SearchEvery would gain at each place.
func (b *belief) viewpoint(v Vehicle, y *eyes, now time.Time) *viewpoint {
	out := &viewpoint{h: max(5, v.AltAGL)}
	out.e, out.n = b.enu(v.place())
	if y.known(now) {
		out.eyes = y
	}
	dwell := b.cfg.SearchEvery.Seconds()
	for i := range b.motes {
		m := &b.motes[i]
		out.ray[i] = out.towards(m.e, m.n)
		missed := m.missed * (1 - byEye)
		if out.eyes != nil {
			pd := b.cfg.pd(y.focalPx, math.Hypot(m.e-out.e, m.n-out.n), out.h, m.drives)
			missed = m.missed * math.Pow(1-pd, dwell/max(0.05, y.every))
		}
		out.gain[i] = m.weight * (1 - b.cfg.unfound(missed)/b.cfg.unfound(m.missed) + presence)
	}
	return out
}

// towards is the direction of a place on the ground, as a unit vector east, north and up.
func (w *viewpoint) towards(e, n float64) [3]float64 {
	x, y := e-w.e, n-w.n
	d := math.Sqrt(x*x + y*y + w.h*w.h)
	return [3]float64{x / d, y / d, -w.h / d}
}

// frame is a camera aimed at a place: what it looks along, to its right and upward in its picture.
type frame struct{ along, right, up [3]float64 }

func (w *viewpoint) frame(e, n float64) frame {
	f := w.towards(e, n)
	flat := max(1e-6, math.Hypot(f[0], f[1]))
	return frame{f, [3]float64{f[1] / flat, -f[0] / flat, 0}, [3]float64{-f[0] * f[2] / flat, -f[1] * f[2] / flat, flat}}
}

func dot(a, b *[3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// worth is what an aim gains for each second, the turn to it counted, and the middle of what is in its picture.
func (w *viewpoint) worth(b *belief, e, n float64, from *[3]float64) (rate, midE, midN float64) {
	f := w.frame(e, n)
	var tanH, tanV, gain float64
	if w.eyes != nil {
		tanH, tanV = inPicture*w.eyes.tanH, inPicture*w.eyes.tanV
	}
	for i := range b.motes {
		m, r := &b.motes[i], &w.ray[i]
		if w.eyes == nil {
			if math.Hypot(m.e-e, m.n-n) > b.cfg.SearchStepM {
				continue
			}
		} else if z := dot(&f.along, r); z <= 0 || math.Abs(dot(&f.right, r)) > tanH*z || math.Abs(dot(&f.up, r)) > tanV*z {
			continue
		}
		g := w.gain[i]
		gain, midE, midN = gain+g, midE+g*m.e, midN+g*m.n
	}
	if gain > 0 {
		midE, midN = midE/gain, midN/gain
	}
	took := b.cfg.SearchEvery.Seconds()
	if from != nil {
		if angle := math.Acos(min(1, max(-1, dot(from, &f.along)))); angle > 0.01 {
			took += settle.Seconds() + angle/(math.Pi/2)*b.cfg.SlewTime.Seconds()
		}
	}
	return gain / took, midE, midN
}

// next is where a camera is best aimed that is aimed at a place now, or not yet.
func (b *belief) next(v Vehicle, y *eyes, aimed *geo.LatLon, now time.Time) geo.LatLon {
	w := b.viewpoint(v, y, now)
	var from *[3]float64
	var bestE, bestN, best, middleE, middleN float64
	found := false
	try := func(e, n float64) {
		rate, midE, midN := w.worth(b, e, n, from)
		if near := math.Hypot(e, n) <= b.cfg.SearchMostM; near && (!found || rate > best) {
			bestE, bestN, best, middleE, middleN, found = e, n, rate, midE, midN, true
		}
	}
	if aimed != nil {
		e, n := b.enu(*aimed)
		ray := w.towards(e, n)
		from = &ray
		try(e, n)
	}
	at, sum := 0.5/aims, 0.0
	for i := range b.motes {
		for sum += b.motes[i].weight; at < sum; at += 1.0 / aims {
			try(b.motes[i].e, b.motes[i].n)
		}
	}
	if !found {
		return b.ahead(0)
	}
	try(middleE, middleN) // rather amid what it shows than at its edge
	return b.place(bestE, bestN)
}

// assume takes what somebody sees who watches a picture of which nothing is known, for a while.
func (b *belief) assume(at geo.LatLon, d time.Duration) {
	e, n := b.enu(at)
	pd := 1 - math.Pow(1-byEye, d.Seconds()/b.cfg.SearchEvery.Seconds())
	b.miss(func(m *mote) float64 {
		if math.Hypot(m.e-e, m.n-n) > b.cfg.SearchStepM {
			return 0
		}
		return pd
	})
}
