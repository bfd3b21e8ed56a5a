package cue

import (
	"fmt"
	"math"
	"strings"
	"time"

	"vedette/internal/geo"
)

const (
	// unknownSigmaM is how vague a place is of which nothing more is known.
	unknownSigmaM = 20.0
	// hintReachM is how near something half seen must be to where the target may be, and hintLeast how much of the belief must lie
	// there, that it is worth a longer look.
	hintReachM, hintLeast = 40.0, 0.002
	// hintFor is how long a camera stays on it.
	hintFor = 10 * time.Second
	// notDriven and driven are the probabilities of a vehicle below and above which something half seen is none, and is one.
	notDriven, driven = 0.2, 0.6
	// farOff is how many stand-off distances away a place is looked at from where the vehicle stands.
	farOff = 2.5
	// searchingWords begin what a cue says while it searches.
	searchingWords = "searching: "
)

// searched is what an engine keeps of an alert whose target no camera follows now, or followed once.
type searched struct {
	belief *belief
	seen   *Sensed         // what a camera saw last
	tried  map[string]bool // hints that were looked at for long enough in vain
	hint   string
	hinted time.Time
}

// believe brings what is believed of every target that a cue is under way for to now.
func (e *Engine) believe(in Input, targets map[string]Target) {
	for _, l := range in.Pictures {
		y := e.eyes[l.Vehicle]
		if y == nil {
			y = &eyes{}
			e.eyes[l.Vehicle] = y
		}
		y.note(l)
	}
	for id, t := range targets {
		s := e.searches[id]
		if s == nil {
			s = &searched{tried: map[string]bool{}}
			e.searches[id] = s
		}
		if t.Seen {
			s.belief, s.hint = nil, ""
			s.seen = &Sensed{At: in.Now, Lat: t.Lat, Lon: t.Lon, EE: t.EE, EN: t.EN, NN: t.NN, VE: t.VE, VN: t.VN, Moving: true}
			continue
		}
		if t.Glimpse != nil && (s.seen == nil || t.Glimpse.At.After(s.seen.At)) {
			s.seen = t.Glimpse
		}
		if s.belief == nil {
			if !e.flown(id) {
				continue
			}
			e.begin(s, t, in.Now)
		}
		s.belief.weighDriving(t.Drives)
		for _, told := range t.Evidence {
			s.belief.hear(told)
		}
		s.belief.move(in.Now)
		for _, l := range in.Pictures {
			s.belief.look(l)
		}
	}
	for id := range e.searches {
		if _, open := targets[id]; !open {
			delete(e.searches, id)
		}
	}
}

// begin starts a belief from where a camera saw the target last, else from its first evidence.
func (e *Engine) begin(s *searched, t Target, now time.Time) {
	first := Sensed{At: now, Lat: t.Lat, Lon: t.Lon, EE: unknownSigmaM * unknownSigmaM, NN: unknownSigmaM * unknownSigmaM}
	switch {
	case s.seen != nil:
		first = *s.seen
	case len(t.Evidence) > 0:
		first = t.Evidence[0]
	}
	s.belief = newBelief(&e.cfg, t.key(), t.Drives, first)
}

// flown tells whether a cue of a target is under way.
func (e *Engine) flown(about string) bool {
	for _, c := range e.all {
		if c.about == about && (c.cue.State == Approved || c.cue.State == Active) {
			return true
		}
	}
	return false
}

// aimed is where the camera of a cue should look: at what it follows; else at what may be the target and is half seen; else where most of
// what is believed is found soonest.
func (e *Engine) aimed(c *entry, t Target, v Vehicle, hints []Hint, now time.Time) geo.LatLon {
	s := e.searches[t.key()]
	if t.Seen || s == nil || s.belief == nil {
		c.seenLast = now
		c.found(now)
		return t.place()
	}
	lost := c.cue.State == Active && now.Sub(later(c.seenLast, c.active)) >= e.cfg.SearchAfter
	c.searching(lost, s.belief.unseen, now)
	if place, ok := s.halfSeen(hints, now); ok {
		return place
	}
	if c.chosen.IsZero() || now.Sub(c.chosen) >= e.cfg.LookEvery {
		var from *geo.LatLon
		if !c.looked.IsZero() {
			from = &c.lookedAt
		}
		y := e.eyes[v.ID]
		if from != nil && !y.known(now) && geo.Distance(v.place(), *from) <= e.cfg.LookRangeM {
			s.belief.assume(*from, min(2*e.cfg.LookEvery, now.Sub(c.chosen)))
		}
		c.choice, c.chosen = s.belief.next(v, y, from, now), now
	}
	return c.choice
}

// halfSeen gives the place of the best hint, for as long as one is looked at.
func (s *searched) halfSeen(hints []Hint, now time.Time) (geo.LatLon, bool) {
	var best *Hint
	most := 0.0
	for i := range hints {
		h := &hints[i]
		if s.tried[h.ID] || s.belief.drives > driven && h.Vehicle < notDriven || s.belief.drives < notDriven && h.Vehicle > driven {
			continue
		}
		mass := s.belief.near(geo.LatLon{Lat: h.Lat, Lon: h.Lon}, hintReachM)
		if mass < hintLeast {
			continue
		}
		worth := mass * h.Existence
		if h.ID == s.hint {
			worth *= 2 // rather this one to its end
		}
		if worth > most {
			best, most = h, worth
		}
	}
	if best == nil {
		s.hint = ""
		return geo.LatLon{}, false
	}
	if best.ID != s.hint {
		s.hint, s.hinted = best.ID, now
	}
	if now.Sub(s.hinted) >= hintFor {
		s.tried[best.ID] = true
	}
	return geo.LatLon{Lat: best.Lat, Lon: best.Lon}, true
}

// near is how much of what is believed lies about a place.
func (b *belief) near(p geo.LatLon, withinM float64) float64 {
	e, n := b.enu(p)
	sum := 0.0
	for i := range b.motes {
		if math.Hypot(b.motes[i].e-e, b.motes[i].n-n) <= withinM {
			sum += b.motes[i].weight
		}
	}
	return sum
}

// stand is what a vehicle keeps its distance from: what it follows, or where that will be when the vehicle comes. One on station stays where
// it is while it searches, but for what is too far off.
func (e *Engine) stand(c *entry, t Target, v Vehicle) (geo.LatLon, bool) {
	s := e.searches[t.key()]
	switch {
	case t.Seen || s == nil || s.belief == nil:
		return t.place(), true
	case c.cue.State == Approved:
		way := max(0, geo.Distance(v.place(), t.place())-e.cfg.StandoffM)
		return s.belief.ahead(e.cfg.flight(v, way, e.cfg.HeightAGL-v.AltAGL)), true
	case !c.looked.IsZero() && geo.Distance(v.place(), c.lookedAt) > farOff*e.cfg.StandoffM:
		return c.lookedAt, true
	}
	return geo.LatLon{}, false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// searching says that the camera of a cue searches, and, in steps of ten, what share of where the target may be it has looked through.
func (c *entry) searching(on bool, unseen float64, now time.Time) {
	if on && !c.cue.Searching {
		c.cue.Searching, c.sought, c.changed = true, now, true
		c.unsay()
	}
	if !c.cue.Searching {
		return
	}
	done := 10 * int(10*(1-unseen)+1e-9)
	c.say(fmt.Sprintf("%s%d %% of where it may be looked through", searchingWords, done))
}

// found ends a search.
func (c *entry) found(now time.Time) {
	if !c.cue.Searching {
		return
	}
	c.cue.Searching, c.changed = false, true
	c.say(fmt.Sprintf("%sfound after %.0f s", searchingWords, now.Sub(c.sought).Seconds()))
}

// say puts what the search says in the place of what it said before.
func (c *entry) say(text string) {
	for i, r := range c.cue.Reasons {
		if strings.HasPrefix(r, searchingWords) {
			if r != text {
				c.cue.Reasons[i], c.changed = text, true
			}
			return
		}
	}
	c.cue.Reasons, c.changed = append(c.cue.Reasons, text), true
}

func (c *entry) unsay() {
	kept := c.cue.Reasons[:0:0]
	for _, r := range c.cue.Reasons {
		if !strings.HasPrefix(r, searchingWords) {
			kept = append(kept, r)
		}
	}
	c.cue.Reasons = kept
}

// unfoundWords say how far a search came that found nothing.
func (e *Engine) unfoundWords(c *entry) string {
	s := e.searches[c.about]
	if !c.cue.Searching || s == nil || s.belief == nil {
		return ""
	}
	return fmt.Sprintf(", found nobody; %.0f %% of where it may be was looked through", math.Floor(100*(1-s.belief.unseen)))
}
