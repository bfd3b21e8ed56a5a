package mavlink

import (
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
)

// actor is a vehicle as the identity sees it: what it sends on one way.
type actor struct {
	peer *link.Peer
	// boot is when it started, late how long its messages travel.
	boot time.Time
	late time.Duration
	seq  uint8
	lat  float64
	// speed is how fast it goes north in metres a second; jump is when after its boot it was put 300 m north.
	speed float64
	jump  time.Duration
	// board is what AUTOPILOT_VERSION says when it is asked for; 0 never answers.
	board byte
}

// stage plays vehicles against an identity on a virtual clock.
type stage struct {
	d     identity
	codec *link.Codec
	now   time.Time
	// seen counts judgements of each actor.
	seen map[*actor]map[judgement]int
	// asked counts the questions for the hardware.
	asked int
}

func newStage(t *testing.T) *stage {
	t.Helper()
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return &stage{codec: codec, now: time.Unix(1_700_000_000, 0), seen: make(map[*actor]map[judgement]int)}
}

func (s *stage) actor(p *link.Peer, uptime time.Duration, seq uint8) *actor {
	a := &actor{peer: p, boot: s.now.Add(-uptime), seq: seq, lat: -35}
	s.seen[a] = make(map[judgement]int)
	return a
}

func (s *stage) send(a *actor, m message.Message) (v judgement) {
	a.seq++
	wire, err := s.codec.Encode(nil, m, a.seq, 1, 1)
	if err != nil {
		panic(err)
	}
	link.NewScanner(s.codec).Datagram(wire, func(f link.Frame) {
		v = s.d.judge(a.peer, f, true, s.now)
		if board, ok := m.(*common.MessageAutopilotVersion); ok && v.usable() {
			v = s.d.board(a.peer, f, board, s.now)
		}
	})
	s.seen[a][v]++
	return v
}

// play has every actor send at 10 Hz for a time, and its heartbeat once a second.
func (s *stage) play(d time.Duration, actors ...*actor) {
	for end := s.now.Add(d); s.now.Before(end); s.now = s.now.Add(100 * time.Millisecond) {
		for _, a := range actors {
			made := s.now.Sub(a.boot.Add(a.late))
			ms := uint32(made.Milliseconds())
			s.send(a, &common.MessageAttitude{TimeBootMs: ms})
			s.send(a, &common.MessageGlobalPositionInt{TimeBootMs: ms, Lat: int32(a.place(made) * 1e7), Lon: 1490000000})
			if s.now.UnixMilli()%1000 == 0 && s.send(a, &common.MessageHeartbeat{}).usable() && s.d.doubtful(a.peer, s.now) {
				s.ask(a.peer, actors)
			}
		}
		if v, _ := s.d.tick(s.now); v != mine {
			s.seen[actors[0]][v]++
		}
	}
}

// place is its latitude some time after its boot.
func (a *actor) place(made time.Duration) float64 {
	north := a.speed * (made - time.Hour).Seconds()
	if a.jump > 0 && made >= a.jump {
		north += 300
	}
	return a.lat + north/metresADegree
}

// ask has everybody on a way say what hardware it is.
func (s *stage) ask(p *link.Peer, actors []*actor) {
	s.asked++
	for _, a := range actors {
		if a.peer == p && a.board != 0 {
			s.send(a, a.version())
		}
	}
}

func (s *stage) quiet(d time.Duration) (events []judgement) {
	for end := s.now.Add(d); s.now.Before(end); s.now = s.now.Add(100 * time.Millisecond) {
		if v, _ := s.d.tick(s.now); v != mine {
			events = append(events, v)
		}
	}
	return events
}

func (s *stage) clash() bool { return !s.d.clash.IsZero() }

func TestARebootIsOneVehicle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.actor(&link.Peer{}, time.Hour, 0)
	s.play(10*time.Second, a)
	s.quiet(3 * time.Second)
	a.boot = s.now
	s.play(10*time.Second, a)
	if s.clash() || s.seen[a][anew] != 1 || s.seen[a][theirs] != 0 || s.seen[a][unclear] > 1 {
		t.Errorf("%v, clash %v", s.seen[a], s.clash())
	}
	// A boot so quick that two messages are all that comes of it.
	a.boot = s.now
	s.send(a, &common.MessageSystemTime{TimeBootMs: 5})
	s.send(a, &common.MessageSystemTime{TimeBootMs: 5})
	if events := s.quiet(2 * time.Second); len(events) != 1 || events[0] != anew {
		t.Errorf("%v", events)
	}
}

func TestTwoVehiclesWithOneIDOnOneWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := &link.Peer{}
	first, second := s.actor(p, time.Hour, 10), s.actor(p, time.Minute, 200)
	s.play(5*time.Second, first)
	s.play(20*time.Second, first, second)
	if !s.clash() || len(s.d.warnings(1)) != 1 {
		t.Fatalf("no clash: first %v, second %v", s.seen[first], s.seen[second])
	}
	// Of the second one nothing but heartbeats before the clash was proven may have passed.
	if n := s.seen[second][mine] + s.seen[second][anew] + s.seen[second][jumped]; n > 2 {
		t.Errorf("%d messages of the second were taken: %v", n, s.seen[second])
	}
	if n := s.seen[first][theirs] + s.seen[first][unclear]; n != 0 {
		t.Errorf("of the first: %v", s.seen[first])
	}
	s.play(rivalAge+2*time.Second, first)
	if s.clash() {
		t.Error("the second has gone")
	}
}

func TestTwoVehiclesWithOneIDOnTwoWays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := s.actor(&link.Peer{}, time.Hour, 10), s.actor(&link.Peer{}, 2*time.Hour, 10)
	s.play(5*time.Second, first)
	s.play(20*time.Second, first, second)
	if !s.clash() || s.seen[second][mine]+s.seen[second][anew]+s.seen[second][jumped] != 0 || s.seen[first][mine] != 25*21 {
		t.Errorf("clash %v, first %v, second %v", s.clash(), s.seen[first], s.seen[second])
	}
	// The first one leaves: the second may have the id, after a while.
	s.play(rivalAge+5*time.Second, second)
	if s.clash() || s.seen[second][mine] == 0 {
		t.Errorf("the first has gone: %v", s.seen[second])
	}
}

func TestTwoVehiclesThatBootedTogetherAreApart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first, second := s.actor(&link.Peer{}, time.Hour, 10), s.actor(&link.Peer{}, time.Hour, 90)
	second.lat += 0.01
	s.play(5*time.Second, first)
	s.play(5*time.Second, first, second)
	if !s.clash() || s.seen[second][theirs] == 0 || s.seen[first][theirs] != 0 {
		t.Errorf("clash %v, first %v, second %v", s.clash(), s.seen[first], s.seen[second])
	}
}

func TestTwoLinksAreOneVehicle(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]time.Duration{"quick": 20 * time.Millisecond, "slow": 3 * time.Second, "satellite": 12 * time.Second} {
		s := newStage(t)
		quick := s.actor(&link.Peer{}, time.Hour, 10)
		slow := s.actor(&link.Peer{}, time.Hour, 90)
		slow.late = late
		s.play(5*time.Second, quick)
		s.play(20*time.Second, quick, slow)
		s.play(20*time.Second, slow)
		if s.clash() || s.seen[slow][anew]+s.seen[slow][jumped]+s.seen[slow][theirs]+s.seen[quick][unclear] != 0 || s.seen[slow][mine] < 20*20 {
			t.Errorf("%s: clash %v, quick %v, slow %v", name, s.clash(), s.seen[quick], s.seen[slow])
		}
	}
}

func TestAClockThatJumpsIsOneVehicle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.actor(&link.Peer{}, time.Hour, 0)
	s.play(5*time.Second, a)
	a.boot = a.boot.Add(-30 * time.Minute)
	s.play(10*time.Second, a)
	a.boot = a.boot.Add(30 * time.Minute)
	s.play(10*time.Second, a)
	if s.clash() || s.seen[a][jumped] != 2 || s.seen[a][theirs] != 0 || s.d.jumps != 2 {
		t.Errorf("%v, clash %v", s.seen[a], s.clash())
	}
	// The counter of milliseconds ends after 49 days.
	b := newStage(t)
	w := b.actor(&link.Peer{}, math.MaxUint32*time.Millisecond-5*time.Second, 0)
	b.play(10*time.Second, w)
	if b.clash() || b.seen[w][wrapped] != 1 || b.seen[w][anew]+b.seen[w][jumped]+b.seen[w][theirs]+b.seen[w][unclear] != 0 {
		t.Errorf("after 49 days: %v", b.seen[w])
	}
}

func TestARecordingAtAnySpeedIsOneVehicle(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{0.1, 1, 30, 500} {
		s := newStage(t)
		a := s.actor(&link.Peer{}, time.Minute, 0)
		for i := range 2000 {
			s.send(a, &common.MessageAttitude{TimeBootMs: uint32(60000 + i*100)})
			s.now = s.now.Add(time.Duration(100 / speed * float64(time.Millisecond)))
			s.d.tick(s.now)
		}
		if s.seen[a][mine] != 2000 {
			t.Errorf("at %v: %v", speed, s.seen[a])
		}
	}
}

func TestTheHardwareTellsASwap(t *testing.T) {
	t.Parallel()
	board := func(b byte) *common.MessageAutopilotVersion {
		return &common.MessageAutopilotVersion{Uid: 7, Uid2: [18]uint8{b}}
	}
	s := newStage(t)
	p := &link.Peer{}
	a := s.actor(p, time.Hour, 0)
	s.play(time.Second, a)
	for _, m := range []*common.MessageAutopilotVersion{board(1), {}, {Uid: 7}, board(1)} {
		if v := s.send(a, m); v != mine {
			t.Errorf("%+v: %v", m, v)
		}
	}
	// Another board in the middle of a life: two vehicles.
	other := s.actor(&link.Peer{}, time.Hour, 0)
	s.play(time.Second, a, other)
	if v := s.send(other, board(2)); v != theirs || !s.clash() {
		t.Errorf("%v, clash %v", v, s.clash())
	}
	s.play(time.Second, a, other)
	if n := s.seen[other][theirs]; n < 20 {
		t.Errorf("the way of the other is not told apart: %v", s.seen[other])
	}
	// Another board after a boot: a swap.
	b := newStage(t)
	a = b.actor(p, time.Hour, 0)
	b.play(time.Second, a)
	b.send(a, board(1))
	b.quiet(2 * time.Second)
	a.boot = b.now
	b.play(2*time.Second, a)
	b.d.unsettle() // as the vehicle's state does on a boot
	if v := b.send(a, board(2)); v != swapped || b.clash() {
		t.Errorf("%v, clash %v", v, b.clash())
	}
	if w := b.d.warnings(1); len(w) != 1 || w[0].Kind != warnSwap {
		t.Errorf("%+v", w)
	}
	b.quiet(swapShown + time.Minute)
	if w := b.d.warnings(1); len(w) != 0 {
		t.Errorf("much later: %+v", w)
	}
}

func TestTheComputersClockIsSet(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_700_000_000, 0)
	var c stationClock
	for i := range 100 {
		passed := time.Duration(i) * tick
		// A clock that is slewed, not set.
		if by := c.step(start.Add(passed).UnixNano()+int64(i)*50_000, passed); by != 0 {
			t.Fatalf("%v: %v", i, by)
		}
	}
	if by := c.step(start.Add(100*tick).UnixNano()+int64(time.Hour), 100*tick); (by - time.Hour).Abs() > 10*time.Millisecond {
		t.Errorf("set by %v", by)
	}
	if by := c.step(start.Add(101*tick).UnixNano()+int64(time.Hour), 101*tick); by != 0 {
		t.Errorf("set again by %v", by)
	}
	for _, by := range []time.Duration{time.Hour, -time.Hour, 7 * time.Second, -400 * time.Millisecond} {
		var k clock
		now := start
		for i := range 300 {
			now = start.Add(time.Duration(i) * 100 * time.Millisecond)
			k.arrived(now.Sub(start).Nanoseconds()-2*ms, now)
		}
		k.answered(now.Sub(start).Nanoseconds()-ms, now.Add(-2*time.Millisecond), now)
		k.shift(by)
		got, ok := k.offset(now.Add(by))
		if want := start.Add(by).UnixNano(); !ok || math.Abs(float64(got-want)) > float64(3*ms) {
			t.Errorf("after a step of %v the clock is off by %v", by, time.Duration(got-want))
		}
		if q, ok := k.quickest(now.Add(by)); !ok || math.Abs(float64(q-start.Add(by).UnixNano())) > float64(3*ms) {
			t.Errorf("after a step of %v the arrivals are off by %v", by, time.Duration(q-start.Add(by).UnixNano()))
		}
	}
}
