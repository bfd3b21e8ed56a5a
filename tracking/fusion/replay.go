package fusion

import (
	"math"
	"slices"
	"sort"
)

// insert puts a measurement into the log at its place in time.
func (t *Tracker) insert(m *measurement) {
	k := sort.Search(len(t.log), func(i int) bool { return m.before(t.log[i]) })
	t.log = slices.Insert(t.log, k, m)
	if len(t.snapshots) == 0 {
		t.start(m.t)
	}
	if m.t < t.state.now {
		t.stats.Late++
	}
	t.dirty = min(t.dirty, m.t)
}

// start makes the empty state from which everything is worked, old enough for what comes late.
func (t *Tracker) start(first int64) {
	at := (first - t.cfg.Lag.Nanoseconds()) / tick * tick
	t.state = state{now: at, nextTick: at + tick}
	t.snapshot()
}

// advance works the log in up to and including an instant. When something came in before what has been worked in already, or
// an earlier instant is asked for, it goes back to a snapshot first.
func (t *Tracker) advance(to int64) {
	if len(t.snapshots) == 0 {
		return
	}
	if back := min(t.dirty, to+1); back < t.state.now {
		t.restore(back)
	}
	t.dirty = math.MaxInt64
	k := sort.Search(len(t.log), func(i int) bool { return t.log[i].t >= t.state.now })
	for {
		next := to + 1
		if k < len(t.log) {
			next = min(next, t.log[k].t)
		}
		for t.state.nextTick <= next {
			t.tickTo(next)
		}
		if k >= len(t.log) || t.log[k].t > to {
			break
		}
		t.work1(t.log[k])
		k++
	}
	t.state.now = max(t.state.now, to+1)
	t.trim()
}

// tickTo does the housekeeping of one second; where there is nothing to keep, many seconds at once.
func (t *Tracker) tickTo(limit int64) {
	s := &t.state
	if len(s.tracks) == 0 && limit-s.nextTick > 100*tick {
		s.nextTick = limit / tick * tick
	}
	s.errors.advance(s.nextTick)
	t.work.evidence.settle(s)
	t.housekeep(s, s.nextTick)
	s.ageHaunts(s.nextTick)
	s.now = s.nextTick
	s.nextTick += tick
	t.snapshot()
}

func (t *Tracker) work1(m *measurement) {
	t.stats.Worked++
	switch m.kind {
	case scanEntry:
		t.scan(&t.state, m)
	case tripEntry:
		t.trip(&t.state, m)
	case foreignEntry:
		t.foreign(&t.state, m)
	case resetEntry:
		if cam := t.state.camera(m.sensor.index); cam.lastScan != 0 && cam.slot >= 0 {
			t.work.evidence.settle(&t.state)
			t.state.errors.forget(int(cam.slot))
		}
	}
}

func (t *Tracker) snapshot() {
	var s *state
	if n := len(t.spare); n > 0 {
		s, t.spare = t.spare[n-1], t.spare[:n-1]
	} else {
		s = &state{}
	}
	s.copyFrom(&t.state)
	t.snapshots = append(t.snapshots, s)
}

// restore goes back to the last snapshot that lies before all measurements from an instant on.
func (t *Tracker) restore(before int64) {
	n := len(t.snapshots)
	for n > 1 && t.snapshots[n-1].now > before {
		n--
		t.spare = append(t.spare, t.snapshots[n])
	}
	t.snapshots = t.snapshots[:n]
	t.work.evidence.clear()
	t.stats.Replays++
	t.state.copyFrom(t.snapshots[n-1])
}

// trim forgets what lies beyond the lag.
func (t *Tracker) trim() {
	horizon := t.horizon()
	n := 0
	for n+1 < len(t.snapshots) && t.snapshots[n+1].now <= horizon {
		n++
	}
	if n == 0 {
		return
	}
	t.spare = append(t.spare, t.snapshots[:n]...)
	t.snapshots = slices.Delete(t.snapshots, 0, n)
	base := t.snapshots[0].now
	k := sort.Search(len(t.log), func(i int) bool { return t.log[i].t >= base })
	t.unused = append(t.unused, t.log[:k]...)
	t.log = slices.Delete(t.log, 0, k)
}

// horizon is the oldest instant that a measurement may have.
func (t *Tracker) horizon() int64 { return t.clock - t.cfg.Lag.Nanoseconds() }
