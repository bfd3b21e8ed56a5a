package fusion

// state is all that measurements change. It has no pointers into itself, so that a snapshot is a plain copy, and working the
// same measurements from the same snapshot gives the same state.
type state struct {
	now      int64 // all measurements before this are in, ns
	nextTick int64
	tracks   []track
	cameras  []cameraState // by sensor index
	errors   errorBelief
	heard    []int64       // ns, when each sensor told last of something, by its index
	clocks   []clockBelief // of ground sensors, by index
	rays     []ray         // directions that no track explained, of the last seconds
	haunts   haunts        // where false detections are dense
}

// cameraState is what the tracker learns about a camera while it works.
type cameraState struct {
	lastScan   int64
	lastView   footprint
	lastHeight float64 // m above ground
	scores     scoreModel
	slot       int32   // in the errorBelief; -1: none
	looks      int32   // frames since the last second began
	density    float64 // false detections in a frame and a square metre, as described
	seen       sight   // how often it shows what is there
}

const tick = int64(1e9)

func (s *state) copyFrom(o *state) {
	s.now, s.nextTick = o.now, o.nextTick
	s.tracks = append(s.tracks[:0], o.tracks...)
	s.cameras = append(s.cameras[:0], o.cameras...)
	s.errors.copyFrom(&o.errors)
	s.heard = append(s.heard[:0], o.heard...)
	s.clocks = append(s.clocks[:0], o.clocks...)
	s.rays = append(s.rays[:0], o.rays...)
	s.haunts = append(s.haunts[:0], o.haunts...)
}

func (s *state) camera(index int32) *cameraState {
	for int(index) >= len(s.cameras) {
		s.cameras = append(s.cameras, cameraState{})
	}
	return &s.cameras[index]
}

// sight learns how often a camera shows a target that is surely there and surely in view. Until it has looked often, the description counts.
type sight struct{ looks, hits float64 }

const (
	sightPrior = 30   // looks that the description is worth
	sightMost  = 600  // looks that are remembered
	sightHits  = 10   // a target must have been seen as often as this
	sightSure  = 0.95 // and be as sure as this to tell
	leastPd    = 0.1  // who is hardly ever shown is not tracked by what is not shown
)

// pd is the probability to show a target.
func (v *sight) pd(described float64) float64 {
	return max(leastPd, (v.hits+sightPrior*described)/(v.looks+sightPrior))
}

// learn takes one look at a target that is there, which counts by a weight and showed it with a probability.
func (v *sight) learn(shown, weight float64) {
	v.looks += weight
	v.hits += weight * shown
	if v.looks > sightMost {
		v.hits *= sightMost / v.looks
		v.looks = sightMost
	}
}

// scoreModel learns how a detector scores targets and how it scores clutter. Until it has seen some of both, a score counts as
// a probability with even odds.
type scoreModel struct {
	target, clutter [scoreBins]float32
}

const (
	scoreBins  = 10
	scorePrior = 40 // observations that the prior is worth
)

func scoreBin(score float64) int { return min(scoreBins-1, int(score*scoreBins)) }

// ratio is the likelihood of a score from a target against one from clutter. Score zero says nothing.
func (m *scoreModel) ratio(score float64) float64 {
	if score <= 0 {
		return 1
	}
	var nt, nc float64
	for i := range scoreBins {
		nt += float64(m.target[i])
		nc += float64(m.clutter[i])
	}
	b := scoreBin(score)
	mid := (float64(b) + 0.5) / scoreBins
	pt := (float64(m.target[b]) + scorePrior*2*mid/scoreBins) / (nt + scorePrior)
	pc := (float64(m.clutter[b]) + scorePrior*2*(1-mid)/scoreBins) / (nc + scorePrior)
	return max(0.05, min(20, pt/pc))
}

func (m *scoreModel) learn(score, target, clutter float64) {
	if score <= 0 {
		return
	}
	b := scoreBin(score)
	m.target[b] += float32(target)
	m.clutter[b] += float32(clutter)
}
