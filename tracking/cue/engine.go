package cue

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/zone"
)

const (
	// keepFinal is how many cues that are over are remembered.
	keepFinal = 500
	// tellMoveM is how far a target has to move to be told again.
	tellMoveM = 5.0
)

// Engine proposes and guides. It belongs to one goroutine. Update wants calling twice a second or more.
type Engine struct {
	cfg    Config
	nextID int
	all    []*entry // in the order of their making
	quiet  map[string]time.Time
	failed map[string][]int // vehicles that failed, by alert

	looks   float64 // that may be proposed without an alert, as of looksAt
	looksAt time.Time

	eyes     map[int]*eyes        // by vehicle
	searches map[string]*searched // by alert
}

// entry is a cue and what guiding it needs.
type entry struct {
	cue      Cue
	about    string // key of its target
	changed  bool
	seen     time.Time // when its vehicle was last live
	approved time.Time
	active   time.Time
	seenLast time.Time // when a track of the target lived
	leaving  bool      // its battery forces it home soon
	taken    bool      // its vehicle was seen in the mode in which it takes places, after an order
	blind    bool      // it says that the ground's height is not known
	left     time.Duration
	onGround bool // its vehicle was on the ground when it was proposed, and takes off for it
	flew     bool // its vehicle was in the air since
	tookOff  bool
	watched  time.Time // since when its target has been followed from on station; zero: it is not
	looked   time.Time
	lookedAt geo.LatLon
	sent     time.Time
	sentTo   geo.LatLon
	stands   geo.LatLon // what it keeps its distance from
	sought   time.Time  // when it began to search
	choice   geo.LatLon // where a search looks, as of chosen
	chosen   time.Time
}

// New makes an engine.
func New(cfg Config) *Engine {
	cfg = cfg.withDefaults()
	return &Engine{cfg: cfg, nextID: cfg.FirstID, quiet: map[string]time.Time{}, failed: map[string][]int{}, eyes: map[int]*eyes{}, searches: map[string]*searched{}}
}

// SetZones has other no-fly zones hold from now on. A vehicle that is under way is not called back: what it is sent next heeds them.
func (e *Engine) SetZones(zones []zone.Zone) { e.cfg.Zones = zones }

// Update takes what is known now, and gives the cues that it proposed or changed and what is to be done for approved
// ones.
func (e *Engine) Update(in Input) Result {
	targets := make(map[string]Target, len(in.Targets))
	for _, t := range in.Targets {
		targets[t.key()] = t
		e.adopt(t, in.Now)
	}
	vehicles := make(map[int]Vehicle, len(in.Vehicles))
	for _, v := range in.Vehicles {
		vehicles[v.ID] = v
	}
	e.believe(in, targets)
	var out Result
	for _, c := range e.all {
		if c.cue.State.Final() {
			continue
		}
		t, open := targets[c.about]
		v, known := vehicles[c.cue.Vehicle]
		if known && v.Live {
			c.seen = in.Now
		}
		if !open {
			e.endWithAlert(c, in.Now)
			continue
		}
		c.aim(t)
		if c.cue.State == Proposed {
			e.judgeProposal(c, v, in.Now)
		} else if intent, ok := e.guide(c, t, v, in.Hints, in.Now); ok {
			out.Intents = append(out.Intents, intent)
		}
	}
	e.propose(in)
	for _, c := range e.all {
		if c.changed {
			c.changed = false
			out.Changed = append(out.Changed, c.copy())
		}
	}
	e.forget(targets)
	return out
}

// endWithAlert ends a cue whose alert was closed.
func (e *Engine) endWithAlert(c *entry, now time.Time) {
	why := "the alert was closed"
	switch {
	case c.hunch():
		why = "nothing more was sensed there"
	case c.following():
		why = "the track has ended"
	}
	if c.cue.State == Proposed {
		e.end(c, Expired, why, now)
		return
	}
	e.end(c, Done, why+e.unfoundWords(c), now)
}

// aim follows the target.
func (c *entry) aim(t Target) {
	if c.cue.TrackID != t.TrackID {
		c.cue.TrackID, c.changed = t.TrackID, true
	}
	if geo.Distance(c.cue.Target, t.place()) >= tellMoveM {
		c.cue.Target, c.changed = t.place(), true
	}
	c.tellGround(t)
}

// tellGround says once that a cue leads where the height of the ground is not known, be it proposed or under way.
func (c *entry) tellGround(t Target) {
	if !t.GroundUnknown || c.blind {
		return
	}
	c.blind, c.changed = true, true
	c.cue.Reasons = append(c.cue.Reasons, c.cue.Action.groundUnknown())
}

// groundUnknown says what is done where there is no terrain.
func (a Action) groundUnknown() string {
	if a == Look {
		return "no terrain there: the camera is aimed as if the ground were as high as the vehicle's home"
	}
	return "no terrain there: it flies as high above its home as otherwise above the ground, and no lower than it is"
}

// judgeProposal ends a proposal that has waited too long, or that its vehicle can no longer keep.
func (e *Engine) judgeProposal(c *entry, v Vehicle, now time.Time) {
	_, can := e.cfg.plan(c.cue.Target, v)
	switch {
	case !now.Before(c.cue.ExpiresAt):
		e.end(c, Expired, "nobody decided in time", now)
	case e.busyFor(c):
		e.end(c, Expired, fmt.Sprintf("vehicle %d was sent elsewhere", c.cue.Vehicle), now)
		delete(e.quiet, c.about) // another may be proposed at once
	case v.Live && (!v.Airborne && !c.onGround || v.flyingHome() && c.cue.Action != Look):
		e.end(c, Expired, fmt.Sprintf("vehicle %d is %s now", c.cue.Vehicle, v.whereabouts()), now)
		delete(e.quiet, c.about)
	case !can && now.Sub(c.seen) > e.cfg.LostAfter || !can && v.Live:
		e.end(c, Expired, fmt.Sprintf("vehicle %d can no longer do it", c.cue.Vehicle), now)
		delete(e.quiet, c.about)
	}
}

// end closes a cue.
func (e *Engine) end(c *entry, state State, detail string, now time.Time) {
	c.cue.State, c.cue.Detail, c.changed = state, detail, true
	if state == Failed {
		e.failed[c.about] = append(e.failed[c.about], c.cue.Vehicle)
		return
	}
	e.quiet[c.about] = now.Add(e.cfg.QuietAfter)
}

// propose makes a cue for every target that has none, the most urgent first.
func (e *Engine) propose(in Input) {
	targets := slices.Clone(in.Targets)
	slices.SortStableFunc(targets, func(a, b Target) int {
		return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), a.RaisedAt.Compare(b.RaisedAt), cmp.Compare(a.key(), b.key()))
	})
	for _, t := range targets {
		if isFollow(t.key()) { // somebody asked for it, and nothing is proposed
			continue
		}
		old, relief := e.relieved(t.key())
		if in.Now.Before(e.quiet[t.key()]) || !relief && e.has(t.key()) {
			continue
		}
		p, nearest, only, ok := e.choose(t, in.Vehicles, in.Now)
		if !ok || !e.allowed(t, in.Now) {
			continue
		}
		if t.AlertID == "" {
			e.looks--
		}
		c := &entry{changed: true, seen: in.Now, about: t.key(), onGround: !p.vehicle.Airborne}
		c.cue = Cue{
			ID: fmt.Sprintf("c-%d", e.nextID), State: Proposed, AlertID: t.AlertID, TrackID: t.TrackID,
			Vehicle: p.vehicle.ID, Action: p.action, Target: t.place(), ETAS: float64(int(p.eta.Seconds()*10)) / 10,
			Reasons: []string{p.words(nearest, only)}, CreatedAt: in.Now, ExpiresAt: in.Now.Add(e.cfg.expireAfter(t)),
		}
		if relief {
			c.cue.Relieves = old.cue.ID
			c.cue.Reasons = append(c.cue.Reasons, reliefWords(old))
		}
		if p.leaves != nil {
			c.cue.Leaves = p.leaves.cue.ID
			c.cue.Reasons = append(c.cue.Reasons, leaveWords(p.leaves, in.Now))
		}
		if p.action == LookAndApproach {
			c.cue.Approach, c.cue.StandoffM, c.cue.HeightAGL = &p.approach, e.cfg.StandoffM, e.cfg.HeightAGL
		}
		if len(t.Reasons) > 0 {
			c.cue.Reasons = append(c.cue.Reasons, t.Reasons[0])
		}
		c.tellGround(t)
		e.nextID++
		e.all = append(e.all, c)
	}
}

// has tells whether a target has a cue that is not over.
func (e *Engine) has(about string) bool {
	return slices.ContainsFunc(e.all, func(c *entry) bool { return c.about == about && !c.cue.State.Final() })
}

// failedAt tells whether a vehicle has failed at a target, and is not proposed for it again.
func (e *Engine) failedAt(about string, vehicle int) bool {
	return slices.Contains(e.failed[about], vehicle)
}

// busy tells whether a vehicle is under way for something that a target may not call it away from: an alert comes before a hunch.
func (e *Engine) busy(about string, vehicle int) bool {
	c := e.underWay(vehicle)
	return c != nil && (!c.hunch() || isHunch(about))
}

// busyFor tells whether the vehicle of a proposal has become busy with something that it was not to leave for this.
func (e *Engine) busyFor(c *entry) bool {
	other := e.underWay(c.cue.Vehicle)
	return other != nil && !c.leaves(other) && e.busy(c.about, c.cue.Vehicle)
}

// underWay gives the cue that a vehicle carries out, nil where there is none.
func (e *Engine) underWay(vehicle int) *entry {
	i := slices.IndexFunc(e.all, func(c *entry) bool {
		return c.cue.Vehicle == vehicle && (c.cue.State == Approved || c.cue.State == Active)
	})
	if i < 0 {
		return nil
	}
	return e.all[i]
}

func (e *Engine) proposed(vehicle int) bool {
	return slices.ContainsFunc(e.all, func(c *entry) bool { return c.cue.Vehicle == vehicle && c.cue.State == Proposed })
}

// forget drops what belongs to closed alerts, and the oldest cues that are over.
func (e *Engine) forget(targets map[string]Target) {
	for id := range e.quiet {
		if _, open := targets[id]; !open {
			delete(e.quiet, id)
		}
	}
	for id := range e.failed {
		if _, open := targets[id]; !open {
			delete(e.failed, id)
		}
	}
	over := 0
	for _, c := range e.all {
		if c.cue.State.Final() {
			over++
		}
	}
	e.all = slices.DeleteFunc(e.all, func(c *entry) bool {
		drop := over > keepFinal && c.cue.State.Final()
		if drop {
			over--
		}
		return drop
	})
}

// copy gives the cue with nothing shared.
func (c *entry) copy() Cue {
	out := c.cue
	out.Reasons = slices.Clone(out.Reasons)
	if out.Approach != nil {
		place := *out.Approach
		out.Approach = &place
	}
	return out
}
