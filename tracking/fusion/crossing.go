package fusion

import (
	"math"
	"slices"
	"time"
)

// watchedLine is a Line in the local plane and what is known of each track's side.
type watchedLine struct {
	id     string
	points []vec2
	sides  map[uint64]stand
}

// stand is where a track was last surely seen, or, as long as it was not, where it probably came from.
type stand struct {
	side  int     // +1 left, -1 right; 0: not known for sure
	first float64 // signed distance when the track was first shown, metres; 0: it began too close to the line to tell
	at    int64   // ns, when that was
}

// Crossings gives the crossings noticed since the last call of Crossings.
func (t *Tracker) Crossings() []Crossing {
	c := t.fresh
	t.fresh = nil
	return c
}

// SetLines watches other lines from now on. Of a line that is the same it is still known on which side each track is.
func (t *Tracker) SetLines(lines []Line) {
	if !t.plane.set {
		t.cfg.Lines = lines
		return
	}
	old := t.lines
	t.lines, t.cfg.Lines = nil, lines
	t.setLines()
	for n := range t.lines {
		for _, was := range old {
			if was.id == t.lines[n].id && slices.Equal(was.points, t.lines[n].points) {
				t.lines[n].sides = was.sides
			}
		}
	}
}

// setLines converts the lines of the configuration; it needs the origin of the plane.
func (t *Tracker) setLines() {
	for _, l := range t.cfg.Lines {
		w := watchedLine{id: l.ID, sides: map[uint64]stand{}}
		for _, p := range l.Points {
			if p.Valid() {
				w.points = append(w.points, t.plane.to(p))
			}
		}
		if len(w.points) > 1 {
			t.lines = append(t.lines, w)
		}
	}
	t.cfg.Lines = nil
}

// watch compares confirmed tracks with the lines. A side counts once the track is on it beyond its own uncertainty, so a track
// that walks along a line does not cross it again and again. A track that appears close to a line has no such side yet; when it
// is surely on one later, it has crossed if its first place was more likely on the other and its way leads from there.
func (t *Tracker) watch(tracks []Track, at time.Time) {
	if !t.plane.set {
		return
	}
	if t.cfg.Lines != nil {
		t.setLines()
	}
	for n := range t.lines {
		l := &t.lines[n]
		for k := range tracks {
			if tr := &tracks[k]; tr.Status == Confirmed {
				t.watchOne(l, tr, at)
			}
		}
	}
	for k := range tracks {
		tracks[k].Crossings = append([]Crossing(nil), t.crossed[tracks[k].ID]...)
	}
	t.forgetCrossings(tracks)
}

func (t *Tracker) watchOne(l *watchedLine, tr *Track, at time.Time) {
	pos := t.plane.to(tr.Position)
	d, normal := l.distance(pos)
	if math.IsInf(d, 0) {
		return
	}
	sigma := math.Sqrt(max(0, sym2{tr.EE, tr.EN, tr.NN}.form(normal)))
	old, known := l.sides[tr.ID]
	towards := tr.VE*normal[0] + tr.VN*normal[1]
	sure := unseenSigmas
	if tr.seenBy(Camera) {
		sure = crossingSigmas
	}
	if math.Abs(d) < 2+sure*sigma {
		if !known {
			first := stand{at: at.UnixNano()}
			if math.Abs(d) > firstSideSigmas*sigma {
				first.first = d
			}
			l.sides[tr.ID] = first
		}
		return
	}
	side := 1
	if d < 0 {
		side = -1
	}
	l.sides[tr.ID] = stand{side: side}
	speed := towards * float64(side)
	switch {
	case old.side == side || !known:
		return
	case old.side == 0 && !(old.first*float64(side) < 0 && speed > 0.3 && math.Abs(d) < 1.5*speed*float64(at.UnixNano()-old.at)/1e9+sigma):
		return
	}
	// How long ago it was on the line, if it moved as it does now.
	ago := 0.0
	if speed > 0.2 {
		ago = min(15, math.Abs(d)/speed)
	}
	c := Crossing{
		Line: l.id, Direction: side, Track: tr.ID,
		Time:     at.Add(-time.Duration(ago * float64(time.Second))),
		Position: t.plane.from(vec2{pos[0] - ago*tr.VE, pos[1] - ago*tr.VN}),
	}
	t.fresh = append(t.fresh, c)
	const keep = 16
	list := append(t.crossed[tr.ID], c)
	t.crossed[tr.ID] = list[max(0, len(list)-keep):]
}

// seenBy tells whether a sensor of a kind is among those that support the track.
func (t *Track) seenBy(kind SensorKind) bool {
	return slices.ContainsFunc(t.Sources, func(s Source) bool { return s.Kind == kind })
}

// forgetCrossings drops what belongs to tracks whose number cannot come back.
func (t *Tracker) forgetCrossings(tracks []Track) {
	most := len(t.crossed)
	for n := range t.lines {
		most = max(most, len(t.lines[n].sides))
	}
	if most <= 2*len(tracks)+64 {
		return
	}
	alive := map[uint64]bool{}
	for _, s := range t.public.last {
		alive[s.id] = true
	}
	for id := range t.crossed {
		if !alive[id] {
			delete(t.crossed, id)
		}
	}
	for n := range t.lines {
		for id := range t.lines[n].sides {
			if !alive[id] {
				delete(t.lines[n].sides, id)
			}
		}
	}
}

// distance is the signed distance to the nearest stretch of the line, positive to its left, with the left normal there. It is
// infinite for what lies beyond the ends.
func (l *watchedLine) distance(p vec2) (float64, vec2) {
	best, signed, normal := math.Inf(1), math.Inf(1), vec2{}
	for i := 0; i+1 < len(l.points); i++ {
		a, b := l.points[i], l.points[i+1]
		d := vec2{b[0] - a[0], b[1] - a[1]}
		length := math.Hypot(d[0], d[1])
		if length < 1e-6 {
			continue
		}
		u := ((p[0]-a[0])*d[0] + (p[1]-a[1])*d[1]) / (length * length)
		if (i == 0 && u < 0) || (i+2 == len(l.points) && u > 1) {
			continue
		}
		u = max(0, min(1, u))
		q := vec2{p[0] - a[0] - u*d[0], p[1] - a[1] - u*d[1]}
		if dist := math.Hypot(q[0], q[1]); dist < best {
			n := vec2{-d[1] / length, d[0] / length}
			best, normal, signed = dist, n, dist
			if q[0]*n[0]+q[1]*n[1] < 0 {
				signed = -dist
			}
		}
	}
	return signed, normal
}
