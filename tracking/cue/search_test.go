package cue_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/cue"
)

const (
	hfovDeg, vfovDeg = 24.6, 19.8
	focalPx          = 1467.0
	slewDegS         = 60.0
	cruiseMS         = 10.0
)

// hunt is a world in which somebody walks away from a sensor, a drone is sent there, and its camera looks where it is told.
type hunt struct {
	cfg              cue.Config
	chance           *rand.Rand
	walkerE, walkerN float64
	heading, speed   float64
	drives           float64 // how likely, as the alert says
	glimpse          *cue.Sensed
	droneE, droneN   float64
	yaw, pitch       float64   // of the camera, degrees
	every            float64   // seconds from picture to picture
	hidden           time.Time // until then nothing shows
	hits             []time.Time
	aim              geo.LatLon
	goal             *geo.LatLon
	now              time.Time
	pictured         time.Time
	twice            bool         // the detector tells of what two of the last three pictures showed
	candid           bool         // and says so
	showed           [2]bool      // the walker, in the pictures before
	before           []geo.LatLon // footprint of the picture before
}

func newHunt(seed uint64, every float64) *hunt {
	c := rand.New(rand.NewPCG(seed, 3))
	away := 2 * math.Pi * c.Float64()
	return &hunt{
		chance: c, walkerE: 15 * c.NormFloat64(), walkerN: 15 * c.NormFloat64(), heading: 2 * math.Pi * c.Float64(), speed: 0.8 + c.Float64(),
		droneE: 900 * math.Cos(away), droneN: 900 * math.Sin(away), pitch: -20, every: every, now: start, aim: origin,
	}
}

const huntStep = 200 * time.Millisecond

// step lets the world go on for a moment.
func (h *hunt) step() {
	h.now = h.now.Add(huntStep)
	dt := huntStep.Seconds()
	h.heading += 0.08 * math.Sqrt(dt) * h.chance.NormFloat64()
	h.walkerE, h.walkerN = h.walkerE+h.speed*math.Sin(h.heading)*dt, h.walkerN+h.speed*math.Cos(h.heading)*dt
	if h.chance.Float64() < dt/60 { // a bush now and then
		h.hidden = h.now.Add(6 * time.Second)
	}
	if h.goal != nil {
		e, n := enu(*h.goal)
		if d := math.Hypot(e-h.droneE, n-h.droneN); d > 1 {
			step := min(d, cruiseMS*dt)
			h.droneE, h.droneN = h.droneE+(e-h.droneE)/d*step, h.droneN+(n-h.droneN)/d*step
		}
	}
	e, n := enu(h.aim)
	yaw, pitch := h.towards(e, n)
	h.yaw += min(slewDegS*dt, max(-slewDegS*dt, geo.DiffDeg(h.yaw, yaw)))
	h.pitch += min(slewDegS*dt, max(-slewDegS*dt, pitch-h.pitch))
}

func enu(p geo.LatLon) (e, n float64) {
	d := geo.Distance(origin, p)
	s, c := math.Sincos(geo.BearingDeg(origin, p) * math.Pi / 180)
	return d * s, d * c
}

const huntHeightM = 60.0

func (h *hunt) towards(e, n float64) (yaw, pitch float64) {
	d := math.Hypot(e-h.droneE, n-h.droneN)
	return math.Atan2(e-h.droneE, n-h.droneN) * 180 / math.Pi, -math.Atan2(huntHeightM, d) * 180 / math.Pi
}

// picture gives what a detector sees now, if it looks now; the footprint is a trapezium.
func (h *hunt) picture() (cue.Picture, bool) {
	if h.now.Sub(h.pictured).Seconds() < h.every {
		return cue.Picture{}, false
	}
	h.pictured = h.now
	l := cue.Picture{Vehicle: 1, At: h.now, From: at(h.droneE, h.droneN), HeightM: huntHeightM, HFOVDeg: hfovDeg, VFOVDeg: vfovDeg, FocalPx: focalPx}
	for _, c := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		down := max(3, -h.pitch-c[1]*vfovDeg/2)
		d := min(350, huntHeightM/math.Tan(down*math.Pi/180))
		s, cos := math.Sincos((h.yaw + c[0]*hfovDeg/2) * math.Pi / 180)
		l.Footprint = append(l.Footprint, at(h.droneE+d*s, h.droneN+d*cos))
	}
	yaw, pitch := h.towards(h.walkerE, h.walkerN)
	slant := math.Hypot(huntHeightM, math.Hypot(h.walkerE-h.droneE, h.walkerN-h.droneN))
	pd := 0.7 * min(1, max(0, (focalPx*1.7/slant-3)/5))
	in := math.Abs(geo.DiffDeg(h.yaw, yaw)) <= hfovDeg/2 && math.Abs(pitch-h.pitch) <= vfovDeg/2
	found := in && h.now.After(h.hidden) && h.chance.Float64() < pd
	told := found && (!h.twice || h.showed[0] || h.showed[1])
	h.showed = [2]bool{found, h.showed[0]}
	if h.candid {
		l.Before = append([]geo.LatLon{}, h.before...)
	}
	h.before = l.Footprint
	if told {
		l.Found = append(l.Found, at(h.walkerE, h.walkerN))
		h.hits = append(h.hits, h.now)
	}
	return l, true
}

// sure tells whether the detector found the walker three times within some pictures.
func (h *hunt) sure() bool {
	n := len(h.hits)
	return n >= 3 && h.hits[n-1].Sub(h.hits[n-3]).Seconds() <= 5*h.every+0.01
}

// hint is the walker as a track that is not believed yet.
func (h *hunt) hint() []cue.Hint {
	if n := len(h.hits); n == 0 || h.now.Sub(h.hits[n-1]) > 4*time.Second {
		return nil
	}
	p := at(h.walkerE, h.walkerN)
	return []cue.Hint{{ID: "t-9", Lat: p.Lat, Lon: p.Lon, Existence: 0.3}}
}

const (
	huntApproval = 40 * time.Second // after the trip
	huntFor      = 240 * time.Second
)

// aimed plays a hunt with the engine and gives how long after the approval the walker was surely found; huntFor: not.
func (h *hunt) aimed(t *testing.T, evidence func(h *hunt) []cue.Sensed) time.Duration {
	t.Helper()
	e := cue.New(h.cfg)
	lost := target("a-1", origin)
	lost.Seen, lost.Drives, lost.Glimpse = false, h.drives, h.glimpse
	for h.now.Before(start.Add(huntApproval + huntFor)) {
		h.step()
		if evidence != nil {
			lost.Evidence = evidence(h)
		}
		in := cue.Input{Now: h.now, Targets: []cue.Target{lost}, Vehicles: []cue.Vehicle{drone(1, at(h.droneE, h.droneN))}, Hints: h.hint()}
		if l, ok := h.picture(); ok {
			in.Pictures = []cue.Picture{l}
		}
		for _, i := range e.Update(in).Intents {
			if i.LookAt != nil {
				h.aim = *i.LookAt
			}
			if i.GoTo != nil {
				h.goal = &i.GoTo.Position
			}
		}
		if h.now.Sub(start) < huntApproval {
			h.hits = nil // it was looked at by chance
			continue
		}
		if c := e.Cues()[0]; c.State == cue.Proposed {
			if _, err := e.Approve(c.ID, "ann", h.now); err != nil {
				t.Fatal(err)
			}
		}
		if h.sure() {
			return h.now.Sub(start) - huntApproval
		}
	}
	return huntFor
}

// spiral plays a hunt with what this search took the place of: outward along rings round the place, four seconds each.
func (h *hunt) spiral() time.Duration {
	var arrived time.Time
	for h.now.Before(start.Add(huntApproval + huntFor)) {
		h.step()
		h.picture()
		if h.now.Sub(start) < huntApproval {
			h.hits = nil
			continue
		}
		away := math.Hypot(h.droneE, h.droneN)
		stand := at(h.droneE/away*120, h.droneN/away*120)
		h.goal = &stand
		if h.aim = origin; away < 154 && arrived.IsZero() {
			arrived = h.now
		}
		if lost := h.now.Sub(arrived) - 8*time.Second; !arrived.IsZero() && lost >= 0 {
			h.aim = ring(int(lost/(4*time.Second)) % 91)
		}
		if h.sure() {
			return h.now.Sub(start) - huntApproval
		}
	}
	return huntFor
}

func ring(k int) geo.LatLon {
	if k == 0 {
		return origin
	}
	ring := 1
	for k--; k >= 6*ring; ring++ {
		k -= 6 * ring
	}
	return geo.Offset(origin, float64(k)*360/float64(6*ring), float64(ring)*30)
}

// within counts how many were found in time.
func within(all []time.Duration, d time.Duration) int {
	n := 0
	for _, one := range all {
		if one < d {
			n++
		}
	}
	return n
}

func TestASearchFindsWhoWalkedAway(t *testing.T) {
	t.Parallel()
	const worlds = 20
	for _, every := range []float64{0.4, 1.2} { // a detector with time, and one on a busy machine
		var aimed, spiral []time.Duration
		for seed := range uint64(worlds) {
			trip := func(*hunt) []cue.Sensed {
				return []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 24 * 24, NN: 24 * 24}}
			}
			aimed = append(aimed, newHunt(seed, every).aimed(t, trip))
			spiral = append(spiral, newHunt(seed, every).spiral())
		}
		slices.Sort(aimed)
		slices.Sort(spiral)
		words := fmt.Sprintf("a picture each %.1f s: found within 100 and 150 s in %d and %d of %d worlds (spiral: %d and %d), p50 %v (%v), p90 %v (%v)",
			every, within(aimed, 100*time.Second), within(aimed, 150*time.Second), worlds, within(spiral, 100*time.Second), within(spiral, 150*time.Second),
			aimed[worlds/2], spiral[worlds/2], aimed[worlds*9/10], spiral[worlds*9/10])
		t.Log(words)
		if within(aimed, 150*time.Second) < worlds*8/10 || within(aimed, 100*time.Second) <= within(spiral, 100*time.Second) {
			t.Error(words)
		}
	}
}

func TestASecondTripTellsWhereItWent(t *testing.T) {
	t.Parallel()
	const worlds = 12
	trips := func(h *hunt) []cue.Sensed { // a walker northward past two sensors 20 m apart
		out := []cue.Sensed{{At: start, Lat: origin.Lat, Lon: origin.Lon, EE: 100, NN: 100}}
		if second := at(0, 20); h.now.Sub(start) >= 15*time.Second {
			out = append(out, cue.Sensed{At: start.Add(14 * time.Second), Lat: second.Lat, Lon: second.Lon, EE: 100, NN: 100})
		}
		return out
	}
	var found []time.Duration
	for seed := range uint64(worlds) {
		h := newHunt(seed, 1.2)
		h.walkerE, h.walkerN, h.heading, h.speed = 0, 0, 0, 1.4
		found = append(found, h.aimed(t, trips))
	}
	slices.Sort(found)
	if within(found, 100*time.Second) < worlds*8/10 {
		t.Errorf("found after %v", found)
	}
}

func TestASearchSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	h := newHunt(1, 0.5)
	h.walkerE, h.walkerN = 5000, 0 // nobody is there
	e := cue.New(cue.Config{})
	lost := target("a-1", origin)
	lost.Seen = false
	said := false
	var last cue.Cue
	for h.now.Before(start.Add(6 * time.Minute)) {
		h.step()
		in := cue.Input{Now: h.now, Targets: []cue.Target{lost}, Vehicles: []cue.Vehicle{drone(1, at(h.droneE, h.droneN))}}
		if l, ok := h.picture(); ok {
			in.Pictures = []cue.Picture{l}
		}
		r := e.Update(in)
		for _, i := range r.Intents {
			if i.LookAt != nil {
				h.aim = *i.LookAt
			}
			if i.GoTo != nil {
				h.goal = &i.GoTo.Position
			}
		}
		for _, c := range r.Changed {
			last = c
			for _, reason := range c.Reasons {
				said = said || strings.HasPrefix(reason, "searching: ") && strings.HasSuffix(reason, "0 % of where it may be looked through")
			}
		}
		if last.State == cue.Proposed {
			if _, err := e.Approve(last.ID, "ann", h.now); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !said || last.State != cue.Done ||
		!strings.HasPrefix(last.Detail, "looked for 180 s, found nobody; ") || !strings.HasSuffix(last.Detail, " % of where it may be was looked through") {
		t.Errorf("%t, %+v", said, last)
	}
}

func TestTheSameEvidenceMakesTheSameSearch(t *testing.T) {
	t.Parallel()
	if a, b := newHunt(5, 1).aimed(t, nil), newHunt(5, 1).aimed(t, nil); a != b {
		t.Errorf("%v and %v", a, b)
	}
}
