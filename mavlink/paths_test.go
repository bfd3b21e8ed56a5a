package mavlink

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

// ways plays the links of one vehicle on a virtual clock.
type ways struct {
	*paths
	now      time.Time
	sequence map[*link.Peer]uint8
	priority map[*link.Peer]int
}

func newWays() *ways {
	p := newPaths(1)
	return &ways{&p, time.Unix(1000, 0), map[*link.Peer]uint8{}, map[*link.Peer]int{}}
}

func (w *ways) frame(peer *link.Peer) {
	w.sequence[peer]++
	w.heardFrame(peer, w.priority[peer], frameOf(w.sequence[peer], 30, 0), w.now)
}

// pass lets time go by in steps of 10 ms; each peer brings a frame at its interval. It ends early when done says so.
func (w *ways) pass(d time.Duration, every map[*link.Peer]time.Duration, done func() bool) time.Duration {
	began := w.now
	for w.now.Sub(began) < d {
		w.now = w.now.Add(10 * time.Millisecond)
		for peer, interval := range every {
			if w.now.UnixNano()%int64(interval) == 0 {
				w.frame(peer)
			}
		}
		if done != nil && done() {
			break
		}
		w.best(w.now)
	}
	return w.now.Sub(began)
}

type rhythm = map[*link.Peer]time.Duration

func TestASecondLinkTakesOverWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	for name, interval := range map[string]time.Duration{
		"nothing but heartbeats": time.Second, "a radio's profile": 40 * time.Millisecond, "a full profile": 10 * time.Millisecond,
	} {
		w := newWays()
		a, b := new(link.Peer), new(link.Peer)
		w.pass(5*time.Second, rhythm{a: interval}, nil)
		w.pass(10*time.Second, rhythm{a: interval, b: interval}, func() bool { return w.best(w.now) != a && t.Failed() })
		if w.best(w.now) != a {
			t.Fatalf("%s: the one in use was left for its equal", name)
		}
		took := w.pass(10*time.Second, rhythm{b: interval}, func() bool { return w.best(w.now) == b })
		if took > 2*time.Second || took < 300*time.Millisecond {
			t.Errorf("%s: taken over after %v", name, took)
		}
		if w.changes != 1 {
			t.Errorf("%s: %d changes", name, w.changes)
		}
		// It stays when its equal comes back: nothing is gained by another change.
		w.pass(20*time.Second, rhythm{a: interval, b: interval}, nil)
		if w.best(w.now) != b || w.changes != 1 {
			t.Errorf("%s: back after %d changes", name, w.changes)
		}
	}
}

func TestTheOnlyLinkStaysInUseThroughAnOutage(t *testing.T) {
	t.Parallel()
	w := newWays()
	a, b := new(link.Peer), new(link.Peer)
	w.pass(3*time.Second, rhythm{b: 100 * time.Millisecond}, nil)
	w.pass(3*time.Second, rhythm{a: 100 * time.Millisecond}, nil)
	w.pass(time.Minute, nil, nil)
	if w.best(w.now) != a || w.changes != 1 {
		t.Errorf("not the one heard last; %d changes", w.changes)
	}
	w.forget(a)
	if w.best(w.now) != b {
		t.Error("not the one that is left")
	}
	w.forget(b)
	if w.best(w.now) != nil {
		t.Error("a way that is gone")
	}
	if received, lost := w.totals(); received != 60 || lost != 0 {
		t.Errorf("%d received, %d lost", received, lost)
	}
}

func TestThePreferredLinkIsTakenBackOnlyWhenItIsSteady(t *testing.T) {
	t.Parallel()
	w := newWays()
	lan, radio := new(link.Peer), new(link.Peer)
	w.priority[lan] = 10
	both := rhythm{lan: 20 * time.Millisecond, radio: 50 * time.Millisecond}
	w.pass(3*time.Second, rhythm{radio: 50 * time.Millisecond}, nil)
	if took := w.pass(20*time.Second, both, func() bool { return w.best(w.now) == lan }); took < betterFor || took > betterFor+time.Second {
		t.Errorf("the preferred one is in use after %v", took)
	}
	// It comes and goes every second: the radio is used throughout.
	w.pass(5*time.Second, rhythm{radio: 50 * time.Millisecond}, nil)
	before := w.changes
	for range 20 {
		w.pass(time.Second, both, nil)
		w.pass(time.Second, rhythm{radio: 50 * time.Millisecond}, nil)
	}
	if w.best(w.now) != radio || w.changes != before {
		t.Errorf("%d changes on a link that comes and goes", w.changes-before)
	}
	w.pass(10*time.Second, both, nil)
	if w.best(w.now) != lan {
		t.Error("the preferred one is not taken back")
	}
}

func TestALinkThatLosesMuchIsLeft(t *testing.T) {
	t.Parallel()
	w := newWays()
	a, b := new(link.Peer), new(link.Peer)
	w.priority[a] = 1
	w.pass(3*time.Second, rhythm{a: 50 * time.Millisecond}, nil)
	n := 0
	for range 2000 {
		w.now = w.now.Add(10 * time.Millisecond)
		w.frame(b)
		if n++; n%2 == 0 {
			w.frame(a)
		} else {
			w.sequence[a]++ // lost
		}
		w.best(w.now)
	}
	if w.best(w.now) != b {
		t.Error("half of what comes is lost, and it is still in use")
	}
	states := map[*link.Peer]float64{}
	for peer, way := range w.all {
		states[peer] = way.loss(w.now)
	}
	if states[a] < 45 || states[a] > 55 || states[b] != 0 {
		t.Errorf("losses %v", states)
	}
}

func TestAQuickerLinkOfTheSameRankIsTaken(t *testing.T) {
	t.Parallel()
	w := newWays()
	satellite, lte := new(link.Peer), new(link.Peer)
	w.pass(3*time.Second, rhythm{satellite: 50 * time.Millisecond}, nil)
	both := rhythm{satellite: 50 * time.Millisecond, lte: 50 * time.Millisecond}
	w.pass(time.Second, both, nil)
	w.answered(satellite, 700*time.Millisecond, w.now)
	w.answered(lte, 60*time.Millisecond, w.now)
	w.pass(betterFor+time.Second, both, nil)
	if w.best(w.now) != lte {
		t.Error("700 ms are preferred to 60 ms")
	}
}

func TestAComponentIsReachedWhereItIsHeard(t *testing.T) {
	t.Parallel()
	w := newWays()
	radio, lte := new(link.Peer), new(link.Peer)
	camera := link.Frame{ComponentID: 100}
	w.pass(time.Second, rhythm{radio: 50 * time.Millisecond}, nil)
	w.heardFrame(lte, 0, camera, w.now)
	if w.to(100, w.now) != lte || w.to(1, w.now) != radio || w.to(154, w.now) != radio {
		t.Error("the wrong way")
	}
	if w.best(w.now) != radio || w.all[lte].autopilot != nil {
		t.Error("a link with a camera alone leads to the autopilot")
	}
	w.heardFrame(radio, 0, camera, w.now)
	if w.to(100, w.now) != radio {
		t.Error("not by the one in use")
	}
}

func frameOf(sequence uint8, message uint32, sum uint16) link.Frame {
	return link.Frame{ComponentID: 1, Sequence: sequence, MessageID: message, Raw: []byte{1, 2, byte(sum), byte(sum >> 8)}}
}

func TestCopiesOnAnotherLinkAreFound(t *testing.T) {
	t.Parallel()
	var r repeats
	a, b := new(link.Peer), new(link.Peer)
	now := time.Unix(1000, 0)
	at := func(ms int) time.Time { return now.Add(time.Duration(ms) * time.Millisecond) }
	for i, c := range []struct {
		peer *link.Peer
		f    link.Frame
		ms   int
		want bool
	}{
		{a, frameOf(1, 30, 7), 0, false},
		{b, frameOf(1, 30, 7), 300, true},
		{b, frameOf(1, 30, 8), 310, false}, // another content
		{a, frameOf(1, 31, 8), 320, false}, // another message
		{a, frameOf(2, 0, 9), 400, false},  // one that repeats itself on one link,
		{a, frameOf(2, 0, 9), 1400, false}, // as a sender without sequence numbers does
		{b, frameOf(2, 0, 9), 1500, true},  //
		{b, frameOf(3, 0, 9), 1600, false}, // the other link is quicker this time
		{a, frameOf(3, 0, 9), 1700, true},  //
		{a, frameOf(4, 0, 9), 2000, false}, //
		{b, frameOf(4, 0, 9), 4500, false}, // too long ago: the numbers began again
		{b, frameOf(200, 0, 9), 4600, false},
	} {
		if got := r.again(c.peer, c.f, at(c.ms)); got != c.want {
			t.Errorf("number %d: %v", i, got)
		}
	}
}

func TestASlowLinkDoesNotUndoWhatTheQuickOneTold(t *testing.T) {
	t.Parallel()
	s := newSystem(1, 1, &common.MessageHeartbeat{Type: 2, Autopilot: 3}, time.Unix(1000, 0), slog.New(slog.DiscardHandler))
	now := time.Unix(1000, 0)
	quick, slow := new(link.Peer), new(link.Peer)
	hear := func(p *link.Peer, sequence uint8, base common.MAV_MODE_FLAG, ms int) bool {
		at := now.Add(time.Duration(ms) * time.Millisecond)
		f := frameOf(sequence, 0, uint16(sequence)<<8|uint16(base))
		s.state.paths.heardFrame(p, 0, f, at)
		if s.state.repeats.again(p, f, at) || s.state.repeats.behind(p, s.state.paths.best(at), 0, at) {
			return false
		}
		s.receive(p, f, &common.MessageHeartbeat{Type: 2, Autopilot: 3, BaseMode: base}, at)
		return true
	}
	const armed = common.MAV_MODE_FLAG_SAFETY_ARMED
	for i := range 5 {
		hear(quick, uint8(i), 0, i*1000)
		hear(slow, uint8(100+i), 0, i*1000+700)
	}
	hear(quick, 5, armed, 5000)
	if hear(slow, 105, 0, 5700) || !s.state.v.Armed {
		t.Error("an older heartbeat of the slow link disarms")
	}
	// The quick one dies: the slow one stands for it.
	hear(slow, 106, 0, 6700)
	if s.state.v.Armed {
		t.Error("the slow link is not believed after the quick one fell silent")
	}
}
