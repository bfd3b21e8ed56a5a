package fusion

import "math"

// birthKey names the measurement that a track was born from. It is the same in every replay.
type birthKey struct {
	t      int64
	sensor int32
	index  int32
	seq    uint64
}

const (
	maxInfluences = 6
	maxSources    = 6
	hitMemory     = 12
)

// influence is how the systematic error of one sensor has gone into a track. With c the covariance of that error and a the
// sensitivity of the state to it, the part of the track's covariance that more measurements of the same sensor cannot lower is
// a c a'. It is the consider (Schmidt-Kalman) filter with one bias of two dimensions for each track and sensor.
type influence struct {
	sensor int32
	used   bool
	a      mat42
	c      sym2
	view   [2]errorVec // camera: how its errors displaced what has gone into the track, on average, had it stood still
	cross  mat2        // covariance of that displacement with the one that the camera makes now
	tau    float64     // s, correlation time of the error
}

type source struct {
	sensor int32
	kind   SensorKind
	count  int32
	last   int64
}

// track is a plain value without pointers, so that a snapshot is a copy.
type track struct {
	key     birthKey
	t       int64 // ns, time of the state
	x       [numModels]vec4
	p       [numModels]mat4 // without the systematic errors
	mu      [numModels]float64
	turn    turnRate
	r       float64 // probability that the target exists
	unmixed float64 // s since the models were mixed
	class   ClassProbs
	seen    ClassProbs // the part of it that cameras and other systems say, from equal chances

	influences [maxInfluences]influence
	sources    [maxSources]source
	numSources int

	first, last int64 // ns, of supporting measurements
	lastCamera  int64 // ns, the same by cameras only; 0 never
	lastTrip    int64 // ns, the same by ground sensors only; 0 never
	hits        int32 // supporting measurements
	confirmed   bool
	believed    bool // confirmed at some time, or part of one that is

	recent    [hitMemory]uint64 // scans in which this track was seen, to tell twins from one target tracked twice
	recentPos int
}

// predict brings the track to a time. A time before its state is left alone: the caller works in order.
func (t *track) predict(to int64, survival float64) {
	if to <= t.t {
		return
	}
	dt := float64(to-t.t) / 1e9
	t.t = to
	t.r *= decay(dt / survival)
	if t.unmixed += dt; t.unmixed >= mixEveryS {
		t.mixModels(t.unmixed)
		t.unmixed = 0
	}
	for m := range turning {
		models[m].move(&t.x[m], &t.p[m], dt)
	}
	t.moveTurning(dt)
	t.ageInfluences(dt)
}

// mixEveryS is how long the models of a track run side by side before they are mixed. It is short against the time that any way
// to move lasts; mixing at every frame of a fast camera would only cost time.
const mixEveryS = 0.2

// ageInfluences carries the sensitivities along with the motion. A bias that changes with time decorrelates from what it
// did to the track; that share becomes ordinary error.
func (t *track) ageInfluences(dt float64) {
	carry := dt * (1 - t.mu[standing])
	keep := 1 - t.mu[standing]*min(1, dt)
	var q mat4
	released := false
	for k := range t.influences {
		f := &t.influences[k]
		if !f.used {
			continue
		}
		for c := range 2 {
			f.a[0][c] += carry * f.a[2][c]
			f.a[1][c] += carry * f.a[3][c]
			f.a[2][c] *= keep
			f.a[3][c] *= keep
		}
		phi := decay(dt / f.tau)
		share := 1 - phi*phi
		if phi*(math.Abs(f.a[0][0])+math.Abs(f.a[1][1])) < 0.01 {
			share, f.used = 1, false
		}
		f.addError(&q, share)
		released = true
		for i := range f.a {
			f.a[i][0] *= phi
			f.a[i][1] *= phi
		}
	}
	if !released {
		return
	}
	for m := range numModels {
		t.p[m].addScaled(1, &q)
	}
}

// addError adds a share of the error that the influence has made to a covariance.
func (f *influence) addError(q *mat4, share float64) {
	ac := f.a.times(f.c)
	for i := range 4 {
		for j := range 4 {
			q[i][j] += share * (ac[i][0]*f.a[j][0] + ac[i][1]*f.a[j][1])
		}
	}
}

// release turns the whole error of an influence into ordinary error.
func (t *track) release(f *influence) {
	var q mat4
	f.addError(&q, 1)
	for m := range numModels {
		t.p[m].addScaled(1, &q)
	}
}

// influenceOf finds or makes the influence of a sensor; the smallest is given up when there is no room.
func (t *track) influenceOf(sensor int32) *influence {
	free, small, least := -1, 0, math.Inf(1)
	for k := range t.influences {
		f := &t.influences[k]
		if !f.used {
			if free < 0 {
				free = k
			}
			continue
		}
		if f.sensor == sensor {
			return f
		}
		size := (f.a[0][0]*f.a[0][0] + f.a[1][1]*f.a[1][1]) * (f.c.ee + f.c.nn)
		if size < least {
			small, least = k, size
		}
	}
	if free < 0 {
		t.release(&t.influences[small])
		free = small
	}
	t.influences[free] = influence{sensor: sensor, used: true, tau: 1}
	return &t.influences[free]
}

// common is the part of the covariance that all influences make together, as its 4x2 position columns.
func (t *track) common() (out mat42) {
	for k := range t.influences {
		f := &t.influences[k]
		if !f.used {
			continue
		}
		ac := f.a.times(f.c)
		for i := range 4 {
			out[i][0] += ac[i][0]*f.a[0][0] + ac[i][1]*f.a[0][1]
			out[i][1] += ac[i][0]*f.a[1][0] + ac[i][1]*f.a[1][1]
		}
	}
	return out
}

// estimate is the blend of the models; the covariance leaves the systematic errors out.
func (t *track) estimate() (x vec4, p mat4) {
	for m := range numModels {
		for k := range 4 {
			x[k] += t.mu[m] * t.x[m][k]
		}
	}
	for m := range numModels {
		p.addScaled(t.mu[m], &t.p[m])
		p.addOuter(t.mu[m], vec4{t.x[m][0] - x[0], t.x[m][1] - x[1], t.x[m][2] - x[2], t.x[m][3] - x[3]})
	}
	return x, p
}

// mean is the estimated place.
func (t *track) mean() (x vec2) {
	for m := range numModels {
		x[0] += t.mu[m] * t.x[m][0]
		x[1] += t.mu[m] * t.x[m][1]
	}
	return x
}

// spread is the covariance of the place around the mean; it leaves the systematic errors out.
func (t *track) spread(mean vec2) (c sym2) {
	for m := range numModels {
		de, dn := t.x[m][0]-mean[0], t.x[m][1]-mean[1]
		w := t.mu[m]
		c.ee += w * (t.p[m][0][0] + de*de)
		c.en += w * (t.p[m][0][1] + de*dn)
		c.nn += w * (t.p[m][1][1] + dn*dn)
	}
	return c
}

// position is the estimated place with its whole covariance.
func (t *track) position() (vec2, sym2) {
	x, b := t.mean(), t.common()
	return x, t.spread(x).add(sym2{b[0][0], b[0][1], b[1][1]})
}

func (t *track) velocity() (v vec2) {
	for m := range numModels {
		v[0] += t.mu[m] * t.x[m][2]
		v[1] += t.mu[m] * t.x[m][3]
	}
	return v
}

// credit notes that a sensor supported the track.
func (t *track) credit(sensor int32, kind SensorKind, at int64) {
	t.hits++
	t.last = max(t.last, at)
	if kind == Camera {
		t.lastCamera = max(t.lastCamera, at)
	} else {
		t.lastTrip = max(t.lastTrip, at)
	}
	oldest := 0
	for k := range t.numSources {
		s := &t.sources[k]
		if s.sensor == sensor {
			s.count++
			s.last = at
			return
		}
		if s.last < t.sources[oldest].last {
			oldest = k
		}
	}
	if t.numSources < maxSources {
		oldest = t.numSources
		t.numSources++
	}
	t.sources[oldest] = source{sensor: sensor, kind: kind, count: 1, last: at}
}

func (t *track) rememberHit(scan uint64) {
	t.recent[t.recentPos] = scan
	t.recentPos = (t.recentPos + 1) % hitMemory
}

// seenTogether tells whether one scan showed both tracks at once.
func (t *track) seenTogether(o *track) bool {
	for _, a := range t.recent {
		if a == 0 {
			continue
		}
		for _, b := range o.recent {
			if a == b {
				return true
			}
		}
	}
	return false
}
