package fusion

import "math"

// classPrior is what a new track is before anything is known of it.
var classPrior = ClassProbs{0.6, 0.25, 0.15}

// unseen is what is known of the class of what no camera has seen.
var unseen = ClassProbs{1. / numClasses, 1. / numClasses, 1. / numClasses}

func newClass(seen ClassProbs) ClassProbs {
	sum := 0.0
	for c := range seen {
		seen[c] *= classPrior[c]
		sum += seen[c]
	}
	for c := range seen {
		seen[c] /= sum
	}
	return seen
}

// birthFromCamera starts a track at a detection that no track explains.
func (t *Tracker) birthFromCamera(s *state, cam *cameraState, m *measurement, j int, free, clutter, fresh, ratio float64) {
	d := &m.dets[j]
	r := free * fresh * ratio / (clutter + fresh*ratio)
	if usual := free * fresh * ratio / (cam.density + fresh*ratio); usual < minBirthR {
		if free > 0.9 { // a neighbour's detection otherwise
			s.haunts.note(t.work.z[j], free)
		}
		return
	}
	if len(s.tracks) >= t.cfg.MaxTracks {
		return
	}
	// Where false detections are dense a newcomer is hard to tell from them, but a few frames that agree do.
	r = max(r, minBirthR)
	e := m.effect(d.z)
	f := fixOf{m.sensor.index, t.work.z[j], d.r, s.biasOf(cam, m.sensor, &e), m.sensor.Bias.PosTau.Seconds(), e}
	tr := newTrack(birthKey{m.t, m.sensor.index, int32(j), m.seq}, &f, newClass(d.class), r)
	tr.seen = d.class
	tr.credit(m.sensor.index, Camera, m.t)
	s.tracks = append(s.tracks, tr)
}

// newTrack is a track at a fix, standing still on average.
func newTrack(key birthKey, f *fixOf, class ClassProbs, r float64) track {
	tr := track{key: key, t: key.t, first: key.t, last: key.t, r: r, class: class, seen: unseen, mu: habit(class), turn: newTurnRate()}
	for m := range numModels {
		tr.x[m] = vec4{f.z[0], f.z[1], 0, 0}
		v := models[m].birthSigmaV * models[m].birthSigmaV
		tr.p[m] = mat4{{f.r.ee, f.r.en}, {f.r.en, f.r.nn}, {2: v}, {3: v}}
	}
	if f.bias.ee+f.bias.nn > 0 {
		in := tr.influenceOf(f.sensor)
		in.c, in.tau, in.view = f.bias, f.tau, f.view
		in.a[0][0], in.a[1][1] = 1, 1
	}
	return tr
}

// push gives a new track a mean speed in a direction: slow for those who walk, faster for those who drive.
func (t *track) push(dir vec2) {
	for m, v := range [numModels]float64{0, 1, 6, 2} {
		t.x[m][2], t.x[m][3] = v*dir[0], v*dir[1]
	}
	t.mu[standing] = math.Min(t.mu[standing], 0.02)
	t.normaliseModels()
}
