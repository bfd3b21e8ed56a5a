package mavlink

import (
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const metresADegree = 111_195

// A vehicle's time since boot tells nothing where another one was switched on in the same second: the tests here give all the
// vehicles one boot.
func TestTwinsWithOneIDAreNoticedByTheirPlaces(t *testing.T) {
	t.Parallel()
	shared := &link.Peer{}
	for name, ways := range map[string][2]*link.Peer{"one way": {shared, shared}, "two ways": {{}, {}}} {
		for booted, early := range map[string]time.Duration{"together": 0, "a second later": -time.Second, "ten seconds later": -10 * time.Second} {
			s := newStage(t)
			first, second := s.actor(ways[0], time.Hour, 10), s.actor(ways[1], time.Hour+early, 90)
			second.lat += 80.0 / metresADegree
			s.play(5*time.Second, first)
			s.play(15*time.Second, first, second)
			if !s.clash() || len(s.d.warnings(1)) != 1 {
				t.Errorf("%s, booted %s: no clash: first %v, second %v", name, booted, s.seen[first], s.seen[second])
				continue
			}
			if s.seen[first][theirs] != 0 {
				t.Errorf("%s, booted %s: of the first %v", name, booted, s.seen[first])
			}
			clear(s.seen[second])
			s.play(10*time.Second, first, second)
			if n := len(s.seen[second]); n != 1 || s.seen[second][theirs] == 0 || s.seen[first][theirs] != 0 {
				t.Errorf("%s, booted %s, proven: first %v, second %v", name, booted, s.seen[first], s.seen[second])
			}
			s.play(rivalAge+2*time.Second, first)
			if s.clash() || s.seen[first][theirs] != 0 {
				t.Errorf("%s, booted %s: the second has gone: clash %v, first %v", name, booted, s.clash(), s.seen[first])
			}
			s.play(15*time.Second, first, second)
			if !s.clash() {
				t.Errorf("%s, booted %s: the second is back", name, booted)
			}
			s.play(rivalAge+12*time.Second, second)
			if s.clash() || s.seen[second][mine] == 0 {
				t.Errorf("%s, booted %s: the first has gone: clash %v, second %v", name, booted, s.clash(), s.seen[second])
			}
		}
	}
}

func TestTwinsAtOnePlaceAreNoticedByTheirHardware(t *testing.T) {
	t.Parallel()
	shared := &link.Peer{}
	for name, ways := range map[string][2]*link.Peer{"one way": {shared, shared}, "two ways": {{}, {}}} {
		for _, seq := range []uint8{10, 12, 138} {
			s := newStage(t)
			first, second := s.actor(ways[0], time.Hour, 10), s.actor(ways[1], time.Hour, seq)
			first.board, second.board = 1, 2
			s.send(first, first.version())
			s.play(5*time.Second, first)
			s.play(time.Minute, first, second)
			if !s.clash() {
				t.Errorf("%s, from %d: no clash: first %v, second %v", name, seq, s.seen[first], s.seen[second])
			}
			// The clash stands as long as both are heard.
			s.play(3*rivalAge, first, second)
			if !s.clash() {
				t.Errorf("%s, from %d: it ended while both are heard", name, seq)
			}
			s.play(rivalAge+12*time.Second, first)
			if s.clash() {
				t.Errorf("%s, from %d: the second has gone", name, seq)
			}
		}
	}
}

func TestTwinsThatAreThereFromTheFirstMomentAreNoticed(t *testing.T) {
	t.Parallel()
	shared := &link.Peer{}
	for name, ways := range map[string][2]*link.Peer{"one way": {shared, shared}, "two ways": {{}, {}}} {
		s := newStage(t)
		first, second := s.actor(ways[0], time.Second, 0), s.actor(ways[1], time.Second, 0)
		second.lat += 80.0 / metresADegree
		s.play(20*time.Second, first, second)
		if !s.clash() {
			t.Errorf("%s: no clash: first %v, second %v", name, s.seen[first], s.seen[second])
		}
	}
}

func TestOneVehicleHasNoTwin(t *testing.T) {
	t.Parallel()
	shared := &link.Peer{}
	for name, ways := range map[string][2]*link.Peer{"a router joins its two channels": {shared, shared}, "two ways": {{}, {}}} {
		for _, late := range []time.Duration{0, 80 * time.Millisecond, time.Second, 4 * time.Second, 12 * time.Second} {
			s := newStage(t)
			quick, slow := s.actor(ways[0], time.Hour, 10), s.actor(ways[1], time.Hour, 90)
			slow.late = late
			quick.speed, slow.speed = 45, 45
			quick.board, slow.board = 1, 1
			s.send(quick, quick.version())
			s.play(5*time.Second, quick)
			s.play(30*time.Second, quick, slow)
			// The estimate of its place jumps.
			at := s.now.Sub(quick.boot)
			quick.jump, slow.jump = at, at
			s.play(40*time.Second, quick, slow)
			// The quick link ends and returns.
			s.play(20*time.Second, slow)
			s.play(20*time.Second, quick, slow)
			if s.clash() || s.seen[slow][theirs]+s.seen[quick][theirs] != 0 {
				t.Errorf("%s, %v late: clash %v, quick %v, slow %v", name, late, s.clash(), s.seen[quick], s.seen[slow])
			}
			// A link that lags by more than this is not used while a quicker one is heard.
			if n := s.seen[slow][unclear] + s.seen[quick][unclear]; late <= latest && n > 0 {
				t.Errorf("%s, %v late: %d held back: quick %v, slow %v", name, late, n, s.seen[quick], s.seen[slow])
			}
		}
	}
}

func TestAnUnsteadyPlaceOnASteadyLinkIsOneVehicle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.actor(&link.Peer{}, time.Hour, 0)
	for i := range 60 {
		a.lat = -35 + float64(i%2)*80/metresADegree
		s.play(200*time.Millisecond, a)
	}
	if s.clash() || s.seen[a][theirs]+s.seen[a][unclear] != 0 {
		t.Errorf("clash %v, %v", s.clash(), s.seen[a])
	}
}

func TestAVehicleThatRebootsElsewhereHasNoTwin(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	quick, slow := s.actor(&link.Peer{}, time.Hour, 10), s.actor(&link.Peer{}, time.Hour, 90)
	s.play(10*time.Second, quick, slow)
	s.quiet(20 * time.Second)
	for _, a := range []*actor{quick, slow} {
		a.boot = s.now
		a.lat += 500.0 / metresADegree
	}
	s.play(20*time.Second, quick, slow)
	if s.clash() || s.seen[quick][theirs]+s.seen[slow][theirs] != 0 {
		t.Errorf("clash %v, quick %v, slow %v", s.clash(), s.seen[quick], s.seen[slow])
	}
}

func TestHardwareIsAskedForSeldomWhereItStaysTheSame(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := &link.Peer{}
	first, second := s.actor(p, time.Hour, 10), s.actor(p, time.Hour, 90)
	first.board, second.board = 1, 1
	s.play(time.Hour, first, second)
	if s.asked < 3 || s.asked > 20 || s.clash() {
		t.Errorf("asked %d times in an hour, clash %v", s.asked, s.clash())
	}
	steady := newStage(t)
	a := steady.actor(p, time.Hour, 0)
	a.board = 1
	steady.play(10*time.Minute, a)
	if steady.asked != 0 {
		t.Errorf("asked %d times on a steady link", steady.asked)
	}
}

func (a *actor) version() *common.MessageAutopilotVersion {
	return &common.MessageAutopilotVersion{Uid2: [18]uint8{a.board}}
}
