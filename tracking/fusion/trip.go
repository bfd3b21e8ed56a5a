package fusion

import "math"

// claim is how fast a track would make a sensor trip just now, in trips per second, and what the trip then says of its place.
type claim struct {
	track int32
	rate  float64
	fix   fixOf
}

// trip works one message of a ground sensor in. Tracks, false alarms and targets not yet known compete for it by their rates.
func (t *Tracker) trip(s *state, m *measurement) {
	t.claims = t.claims[:0]
	clock := s.clock(m.sensor)
	if m.sensor.Kind == Seismic {
		t.work.hearing = t.hearing(s, m)
		t.work.hearing.ahead = clock.ahead
		t.work.disc = t.work.hearing.disc()
		s.noteHeard(m.sensor.index, m.t-int64(clock.ahead*1e9))
	}
	fresh := newPerSensor / 3600 * s.unwatched(m.sensor.pos, m.t)
	total := m.sensor.fa + fresh
	t.work.clock = clockWord{alike: total, asked: s.askClock(m)}
	for i := range s.tracks {
		tr := &s.tracks[i]
		if !m.sensor.mayReach(tr, m.t) {
			continue
		}
		tr.predict(m.t, survivalS)
		c := claim{track: int32(i)}
		c.rate, c.fix = m.rate(tr, &t.work.disc, clock)
		if !t.work.clock.hear(m, tr) {
			t.work.clock.alike += c.rate
		}
		if c.rate > 1e-7 {
			total += c.rate
			t.claims = append(t.claims, c)
		}
	}
	taken := 0.0
	for k := range t.claims {
		c := &t.claims[k]
		taken += c.rate / total
		t.applyTrip(&s.tracks[c.track], m, c, c.rate/(total-t.companions(s, k)), clock)
	}
	s.learnClock(&t.work.clock, m)
	switch {
	case taken >= 0.5:
	case m.sensor.Kind == Bearing: // a direction alone is no place to begin at
		t.unexplained(s, m, fresh/total)
	default:
		t.birthFromTrip(s, m, fresh/total, math.Hypot(clock.sigma, clock.ahead))
	}
}

// companions is the sum of the rates of those who walk with the claimant of number k: a camera showed them side by side, and they are close
// together still. They part sooner or later, so the word of the camera fades. A presence sensor hears them all, so they do not compete for its trips.
func (t *Tracker) companions(s *state, k int) (sum float64) {
	a := &s.tracks[t.claims[k].track]
	at := a.mean()
	for j := range t.claims {
		b := &s.tracks[t.claims[j].track]
		if j == k {
			continue
		}
		if to := b.mean(); math.Hypot(to[0]-at[0], to[1]-at[1]) < groupM && a.seenTogether(b) {
			age := float64(a.t-min(a.lastCamera, b.lastCamera)) / 1e9
			sum += t.claims[j].rate * decay(max(0, age)/companionS)
		}
	}
	return sum
}

// unwatched is how much rarer newcomers are at a place because cameras look at it: who is there would have been seen.
func (s *state) unwatched(p vec2, at int64) float64 {
	const lookS, unseen = 3, 0.15
	for k := range s.cameras {
		if c := &s.cameras[k]; at-c.lastScan < lookS*1e9 && c.lastView.contains(p) {
			return unseen
		}
	}
	return 1
}

// mayReach is a coarse test, before a track is brought to the time of the trip.
func (s *sensor) mayReach(tr *track, at int64) bool {
	reach := 250 + 25*float64(at-tr.t)/1e9 + 4*math.Sqrt(tr.p[walking][0][0]+tr.p[walking][1][1])
	for _, r := range s.RangeM {
		reach = max(reach, 2*r)
	}
	return math.Abs(tr.x[walking][0]-s.pos[0]) < reach && math.Abs(tr.x[walking][1]-s.pos[1]) < reach
}

func (t *Tracker) applyTrip(tr *track, m *measurement, c *claim, share float64, clock clockAt) {
	if share < 1e-3 {
		return
	}
	if m.sensor.Kind != Bearing && tr.watched(m.t, &c.fix) {
		if share > 0.4 {
			tr.credit(m.sensor.index, m.sensor.Kind, m.t)
		}
		return
	}
	tr.r = min(1-1e-6, share+(1-share)*tr.r)
	pr := tr.prior()
	fix := c.fix
	if m.sensor.Kind == Seismic {
		class, _ := m.classOf(tr)
		w := tr.way(&pr)
		if f, ok := t.work.hearing.narrowed(class, &pr, &w); ok {
			fix = f
			slip := clock.sigma * tr.speed()
			fix.r.ee += slip * slip
			fix.r.nn += slip * slip
		}
		var gain [numClasses]float64
		for k := range gain {
			gain[k] = 0.7 * share * math.Log(numClasses*m.cls[k])
		}
		tr.class.add(gain)
	}
	tr.refreshInfluence(m.sensor.index, fix.bias)
	hit := tr.likely(&pr, &fix)
	var miss [numModels]float64
	for mo := range numModels {
		hit[mo] *= share
		miss[mo] = 1 - share
	}
	tr.absorb(&pr, []fixOf{fix}, [][numModels]float64{hit}, miss)
	if share > 0.4 {
		tr.credit(m.sensor.index, m.sensor.Kind, m.t)
	}
	tr.judge()
}

// likely is how well each model explains a fix of a ground sensor, one on average.
func (t *track) likely(pr *prior, f *fixOf) (out [numModels]float64) {
	add, _ := t.innovation(pr, f)
	sum := 0.0
	for m := range numModels {
		out[m], _ = gauss(vec2{f.z[0] - t.x[m][0], f.z[1] - t.x[m][1]}, t.p[m].pos().add(add))
		if m == standing {
			out[m] *= 0.1 // what stands still trips nothing
		}
		sum += t.mu[m] * out[m]
	}
	for m := range numModels {
		if sum > 0 {
			out[m] /= sum
		} else {
			out[m] = 1
		}
	}
	return out
}

// birthFromTrip starts a diffuse track where a sensor tripped that no track explains.
func (t *Tracker) birthFromTrip(s *state, m *measurement, share, slip float64) {
	if len(s.tracks) >= t.cfg.MaxTracks {
		return
	}
	conf := m.trip.Confidence
	if conf <= 0 || conf > 1 {
		conf = 0.7
	}
	class := newClass(m.cls)
	var f fixOf
	switch m.sensor.Kind {
	case Seismic:
		f = m.discFix(&t.work.disc, class, 1, slip)
	case PIR:
		f = m.sectorFix(1, slip)
	default:
		f = m.beamFix(1, slip)
	}
	r := share * conf / (share*conf + (1-share)*(1-0.7*conf))
	tr := newTrack(birthKey{m.t, m.sensor.index, -1, m.seq}, &f, class, min(0.8, r))
	if m.sensor.Kind == Beam && m.trip.Direction != DirectionUnknown {
		n := m.sensor.leftNormal()
		k := -float64(m.trip.Direction)
		tr.push(vec2{k * n[0], k * n[1]})
	}
	tr.credit(m.sensor.index, m.sensor.Kind, m.t)
	s.tracks = append(s.tracks, tr)
}

// rate is how fast a track trips the sensor, were it the only one there, and where that puts it. A clock that is ahead tells of where the
// track was.
func (m *measurement) rate(tr *track, disc *[numClasses]discPart, clock clockAt) (rate float64, fix fixOf) {
	mean, cov := tr.position()
	v := tr.velocity()
	speed := math.Hypot(v[0], v[1])
	way := vec2{clock.ahead * v[0], clock.ahead * v[1]}
	mean = vec2{mean[0] - way[0], mean[1] - way[1]}
	moving := 1 - 0.9*tr.mu[standing]
	s := m.sensor
	rate = tr.r * s.Pd
	switch s.Kind {
	case Seismic:
		class, sum := m.classOf(tr)
		p := 0.0
		for c := range class {
			p += class[c] * s.heard(mean, cov, s.RangeM[c])
		}
		rate *= p * moving / s.holdoff * numClasses * sum
		fix = m.discFix(disc, class, speed, clock.sigma)
	case PIR:
		rate *= s.inSector(mean, cov) * moving / s.holdoff
		fix = m.sectorFix(speed, clock.sigma)
	case Bearing:
		rate *= m.bearingRate(mean, cov) / s.holdoff
		fix = m.bearingFix(mean)
	default:
		rate *= m.beamRate(tr, mean, cov, v, clock.sigma)
		fix = m.beamFix(speed, clock.sigma)
	}
	fix.z = vec2{fix.z[0] + way[0], fix.z[1] + way[1]}
	return rate, fix
}

// beyond is the probability that a presence sensor senses somebody out of its range, by the square of the distance over the range: ranges are
// not that sharp, but who is several of them away is somebody else. Were it more, a trip far off would spread a known place over all that way.
func beyond(u2 float64) float64 { return 0.001 * math.Exp(-max(0, u2-1)) }

// heard is the probability that a geophone of a range senses a target whose place is uncertain: near one close by, falling with
// the fourth power to next to nothing at its range.
func (s *sensor) heard(mean vec2, cov sym2, reach float64) float64 {
	return sigmaMean(mean, cov, func(p vec2) float64 {
		de, dn := p[0]-s.pos[0], p[1]-s.pos[1]
		u2 := (de*de + dn*dn) / (reach * reach)
		return max(beyond(u2), 1-u2*u2)
	})
}

func (s *sensor) inSector(mean vec2, cov sym2) float64 {
	face, half := s.face(), s.FovDeg/2*math.Pi/180
	return sigmaMean(mean, cov, func(p vec2) float64 {
		de, dn := p[0]-s.pos[0], p[1]-s.pos[1]
		r := math.Hypot(de, dn)
		off := math.Abs(math.Remainder(math.Atan2(de, dn)-math.Atan2(face[0], face[1]), 2*math.Pi))
		// The edge is softened by a few metres, since sensors are surveyed and aimed by hand.
		u := r / s.RangeM[0]
		return max(beyond(u*u), soft((s.RangeM[0]-r)/3)*soft((half-off)*max(r, 1)/3))
	})
}

// soft goes from 0 to 1 around zero.
func soft(x float64) float64 { return 1 / (1 + math.Exp(-2*x)) }

// sigmaMean is the mean of a function over a normally distributed place, from five points.
func sigmaMean(mean vec2, c sym2, f func(vec2) float64) float64 {
	a, b := c.axes()
	const k = 1.7320508075688772
	sum := 2 * f(mean)
	sum += f(vec2{mean[0] + k*a[0], mean[1] + k*a[1]}) + f(vec2{mean[0] - k*a[0], mean[1] - k*a[1]})
	sum += f(vec2{mean[0] + k*b[0], mean[1] + k*b[1]}) + f(vec2{mean[0] - k*b[0], mean[1] - k*b[1]})
	return sum / 6
}

// discFix is the place that a geophone gives: where in its disc something of such a class is, with the spread as the systematic error,
// since it stays the same from trip to trip while the target is there.
func (m *measurement) discFix(disc *[numClasses]discPart, class ClassProbs, speed, slip float64) fixOf {
	var z vec2
	for c, p := range class {
		z[0] += p * disc[c].mean[0]
		z[1] += p * disc[c].mean[1]
	}
	var spread sym2
	for c, p := range class {
		d := &disc[c]
		e, n := d.mean[0]-z[0], d.mean[1]-z[1]
		spread.ee += p * (d.cov.ee + e*e)
		spread.en += p * (d.cov.en + e*n)
		spread.nn += p * (d.cov.nn + n*n)
	}
	slip = 1 + slip*max(1, speed)
	return fixOf{
		sensor: m.sensor.index, z: z, r: sym2{ee: slip * slip, nn: slip * slip},
		bias: spread, tau: max(0.5, 0.7*spread.meanSigma()/max(1, speed)),
	}
}

// sectorFix is the same for the sector of a PIR.
func (m *measurement) sectorFix(speed, slip float64) fixOf {
	s := m.sensor
	r, half, face := s.RangeM[0], min(math.Pi, s.FovDeg/2*math.Pi/180), s.face()
	d := 2 * r * math.Sin(half) / (3 * max(half, 1e-3))
	slip = 1 + slip*max(1, speed)
	across := r * math.Sqrt(max(0.01, (0.5-math.Sin(2*half)/(4*max(half, 1e-3)))/2))
	return fixOf{
		sensor: s.index, z: vec2{s.pos[0] + d*face[0], s.pos[1] + d*face[1]}, r: sym2{ee: slip * slip, nn: slip * slip},
		bias: rotated(face, 0.25*r, across), tau: max(2, 0.5*r/max(1, speed)),
	}
}

// beamFix is a place on the line: anywhere along it, sharp across.
func (m *measurement) beamFix(speed, slip float64) fixOf {
	s := m.sensor
	along, length := s.along()
	return fixOf{
		sensor: s.index, z: s.pos, tau: 1,
		r: rotated(along, length/math.Sqrt(12), 1.5+slip*max(1, speed)),
	}
}

// beamRate is how fast a track crosses the line: its speed towards it times the density of its place on it.
func (m *measurement) beamRate(tr *track, mean vec2, cov sym2, v vec2, slip float64) float64 {
	s := m.sensor
	along, length := s.along()
	n := s.leftNormal()
	off := vec2{mean[0] - s.pos[0], mean[1] - s.pos[1]}
	d := off[0]*n[0] + off[1]*n[1]
	l := off[0]*along[0] + off[1]*along[1]
	slip *= max(1, math.Hypot(v[0], v[1]))
	va := cov.form(n) + 1.5*1.5 + slip*slip
	sl := math.Sqrt(cov.form(along)) + 2
	inside := soft((length/2-l)/sl) * soft((length/2+l)/sl)
	towards := v[0]*n[0] + v[1]*n[1] // to the left
	var spread float64
	for mo := range numModels {
		spread += tr.mu[mo] * tr.p[mo][2][2]
	}
	rate := math.Sqrt(towards*towards+min(4, spread)+0.05) * math.Exp(-d*d/(2*va)) / math.Sqrt(2*math.Pi*va) * inside
	if k := float64(m.trip.Direction); k != 0 {
		rate *= 0.05 + 0.95*soft(-k*towards/(0.3+math.Sqrt(min(4, spread))))
	}
	return rate
}

func (s *sensor) along() (vec2, float64) {
	d := vec2{s.b[0] - s.a[0], s.b[1] - s.a[1]}
	l := math.Hypot(d[0], d[1])
	return vec2{d[0] / l, d[1] / l}, l
}

// leftNormal points to the left of the beam, seen from A to B.
func (s *sensor) leftNormal() vec2 {
	u, _ := s.along()
	return vec2{-u[1], u[0]}
}

// watched tells whether a camera has seen the track lately and knows its place better than the trip does.
func (t *track) watched(at int64, f *fixOf) bool {
	if t.lastCamera == 0 || float64(at-t.lastCamera)/1e9 > 3 {
		return false
	}
	_, c := t.position()
	return c.meanSigma() < 0.5*f.r.add(f.bias).meanSigma()
}
