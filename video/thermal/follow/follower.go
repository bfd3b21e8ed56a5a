package follow

import (
	"cmp"
	"math"
	"slices"
	"time"

	"vedette/video/thermal"
)

const (
	// hitsToBirth in the last looksToBirth looks make an object.
	hitsToBirth, looksToBirth = 2, 3
	// forgetAfter is how long an object may be out of sight, and forgetLooks in how many looks at least.
	forgetAfter = 1200 * time.Millisecond
	forgetLooks = 3
	// maxGap is the time between two pictures beyond which nothing is known to be the same.
	maxGap = 3 * time.Second
	// scoreMemory is over how many hits the score is averaged.
	scoreMemory = 4
	// positionGain and speedGain are how much a new place moves an object and its speed.
	positionGain, speedGain = 0.7, 0.25
	// fastest is how many of its own lengths an object moves in a second over the ground, for the gate.
	fastest = 3
	// minGate is the least distance in pixels at which a box can still be the object; blindGate is added where the camera's
	// motion is not known.
	minGate, blindGate = 6, 40
	// alike is by how much two boxes' sizes may differ.
	alike    = 2.5
	maxThing = 200 // bounds the objects, and the boxes of a picture that are looked at
)

// thing is one object.
type thing struct {
	id           uint64 // 0 before birth
	x, y         float64
	vx, vy       float64 // over the ground, in pixels a second
	w, h         float64
	score        float64
	hits         int
	class        thermal.Classes // sums over the hits
	looks        uint8           // of the last looks the newest in the lowest bit
	unseen       int             // looks since the last hit
	seen         time.Time
	box          int // in this picture; -1: none
	predX, predY float64
}

// pair is a box that may be an object.
type pair struct {
	thing, box int
	far        float64
}

// Config holds what a detector's scores are worth.
type Config struct {
	// Born is the averaged score that an object needs to be born; once born it lives on with weaker ones. Default 0: any.
	Born float64
	// Told is the averaged score from which on an object is told of. Default 0: any.
	Told float64
}

// Follower keeps the objects of one feed. It is used by one goroutine at a time.
type Follower struct {
	cfg    Config
	motion estimator
	things []thing
	pairs  []pair
	taken  [maxThing]bool
	out    []thermal.Box
	next   uint64
	last   time.Time
	before time.Time // the look before the last; zero when the last began anew
}

// New makes a follower.
func New(cfg Config) *Follower {
	return &Follower{
		cfg:    cfg,
		things: make([]thing, 0, 2*maxThing),
		pairs:  make([]pair, 0, 4*maxThing),
		out:    make([]thermal.Box, 0, maxThing),
	}
}

// Follow takes the boxes of the next picture, best first, and returns those that belong to objects: each with the object's
// ID, its score averaged over the last hits and its class over its life, and with place and size as they are in this very
// picture. An object that is not seen in a picture, or is
// hardly believed, is not in the answer. The slice belongs to the follower and is valid
// until the next call.
func (f *Follower) Follow(g *thermal.Gray, at time.Time, boxes []thermal.Box) []thermal.Box {
	boxes = boxes[:min(len(boxes), maxThing)]
	m, known := f.motion.step(g)
	dt := at.Sub(f.last)
	if dt < 0 || dt > maxGap || !f.motion.before.like(&f.motion.now) {
		f.things, dt = f.things[:0], 0
		f.before = time.Time{}
	} else {
		f.before = f.last
	}
	f.last = at
	f.predict(m, dt.Seconds())
	f.pairUp(boxes, known, dt.Seconds())
	f.update(boxes, at, dt.Seconds())
	f.begin(boxes, at)
	return f.tell(boxes)
}

// Before is the time of the picture before the last one, if objects were followed from it. What only the last one shows is
// not told of yet, since an object is made of hits in two pictures. It is zero when the last picture began anew.
func (f *Follower) Before() time.Time { return f.before }

// predict moves the objects as the ground moved, and by their own speed.
func (f *Follower) predict(m Motion, dt float64) {
	for i := range f.things {
		t := &f.things[i]
		x, y := m.at(t.x, t.y)
		t.vx, t.vy = m.XX*t.vx+m.XY*t.vy, m.YX*t.vx+m.YY*t.vy
		t.predX, t.predY = x+t.vx*dt, y+t.vy*dt
		t.box = -1
	}
}

// pairUp gives each object at most one box, the nearest pairs first.
func (f *Follower) pairUp(boxes []thermal.Box, known bool, dt float64) {
	f.pairs = f.pairs[:0]
	for i := range f.things {
		t := &f.things[i]
		size := max(t.w, t.h)
		gate := minGate + 0.4*size + fastest*size*dt*float64(1+min(t.unseen, 4))
		if t.hits > 2 {
			gate = minGate + 0.4*size + 0.5*fastest*size*dt*float64(1+min(t.unseen, 4)) // its speed is known
		}
		if !known {
			gate += blindGate
		}
		for j := range boxes {
			b := &boxes[j]
			far := math.Hypot(b.X+b.W/2-t.predX, b.Y+b.H/2-t.predY)
			long := max(b.W, b.H)
			if far <= gate && long <= alike*size && size <= alike*long && len(f.pairs) < cap(f.pairs) {
				// An object that is born has the first call on a box that a passing one could be as well.
				if t.id == 0 {
					far += minGate
				}
				f.pairs = append(f.pairs, pair{i, j, far})
			}
		}
	}
	slices.SortFunc(f.pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.thing, b.thing), cmp.Compare(a.box, b.box))
	})
	f.taken = [maxThing]bool{}
	for _, p := range f.pairs {
		if t := &f.things[p.thing]; t.box < 0 && !f.taken[p.box] {
			t.box, f.taken[p.box] = p.box, true
		}
	}
}

// update takes in what was seen of the objects, and forgets those that are gone.
func (f *Follower) update(boxes []thermal.Box, at time.Time, dt float64) {
	kept := f.things[:0]
	for _, t := range f.things {
		t.looks <<= 1
		if t.box >= 0 {
			t.hit(&boxes[t.box], at, dt)
			if t.id == 0 && t.recent() >= hitsToBirth && t.score >= f.cfg.Born {
				f.next++
				t.id = f.next
			}
		} else {
			t.unseen++
			t.x, t.y = t.predX, t.predY
		}
		if !t.gone(at) {
			kept = append(kept, t)
		}
	}
	f.things = kept
}

// recent counts the hits of the last looks.
func (t *thing) recent() (n int) {
	for i := range looksToBirth {
		n += int(t.looks >> i & 1)
	}
	return n
}

// gone says whether an object is forgotten: one that is not born when it cannot be any more by its hits so far.
func (t *thing) gone(at time.Time) bool {
	if t.id == 0 {
		return t.unseen > looksToBirth-hitsToBirth
	}
	return t.unseen >= forgetLooks && at.Sub(t.seen) > forgetAfter
}

func (t *thing) hit(b *thermal.Box, at time.Time, dt float64) {
	x, y := b.X+b.W/2, b.Y+b.H/2
	if since := dt * float64(t.unseen+1); since > 0 {
		gain := speedGain
		if t.hits == 1 {
			gain = 0.5
		}
		t.vx += gain * (x - t.predX) / since
		t.vy += gain * (y - t.predY) / since
	}
	t.x, t.y = t.predX+positionGain*(x-t.predX), t.predY+positionGain*(y-t.predY)
	t.w += 0.5 * (b.W - t.w)
	t.h += 0.5 * (b.H - t.h)
	t.hits++
	t.score += (b.Score - t.score) / float64(min(t.hits, scoreMemory))
	t.class.Person += b.Class.Person
	t.class.Vehicle += b.Class.Vehicle
	t.class.Animal += b.Class.Animal
	t.class.Other += b.Class.Other
	t.looks |= 1
	t.unseen, t.seen = 0, at
}

// begin makes an object to be of every box that belongs to none.
func (f *Follower) begin(boxes []thermal.Box, at time.Time) {
	for j := range boxes {
		if f.taken[j] || len(f.things) == cap(f.things) {
			continue
		}
		b := &boxes[j]
		f.things = append(f.things, thing{
			x: b.X + b.W/2, y: b.Y + b.H/2, w: b.W, h: b.H, score: b.Score, class: b.Class, hits: 1, looks: 1, seen: at, box: j,
		})
	}
}

// tell lists the objects that are born and in this picture, the surest first.
func (f *Follower) tell(boxes []thermal.Box) []thermal.Box {
	f.out = f.out[:0]
	for i := range f.things {
		t := &f.things[i]
		if t.id == 0 || t.box < 0 || t.score < f.cfg.Told {
			continue
		}
		b := boxes[t.box]
		n := float64(t.hits)
		b.ID, b.Score = t.id, t.score
		b.Class = thermal.Classes{Person: t.class.Person / n, Vehicle: t.class.Vehicle / n, Animal: t.class.Animal / n, Other: t.class.Other / n}
		f.out = append(f.out, b)
	}
	slices.SortFunc(f.out, func(a, b thermal.Box) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return f.out
}
