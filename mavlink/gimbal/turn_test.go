package gimbal_test

import (
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"vedette/mavlink/gimbal"
)

// radio is a link with a gimbal at its end, on a virtual clock. It loses, delays, repeats and reorders.
type radio struct {
	t          *testing.T
	r          *rand.Rand
	lost, dups float64
	jitter     time.Duration
	now        time.Time
	due        []event
	deaf       bool // takes the stream only: commands are lost
	noStream   bool // takes commands only
	refuses    bool

	turn    gimbal.Turn
	number  int // of the command that is going on; 0: none
	last    int
	rate    gimbal.Rates
	changed time.Time
	stops   int
}

type event struct {
	at time.Time
	do func()
}

const rtt = 40 * time.Millisecond

func (l *radio) after(d time.Duration, do func()) { l.due = append(l.due, event{l.now.Add(d), do}) }

// send brings something over the link, perhaps.
func (l *radio) send(do func()) {
	copies := 1
	if l.r.Float64() < l.dups {
		copies = 2
	}
	for range copies {
		if l.r.Float64() >= l.lost {
			l.after(rtt/2+time.Duration(l.r.Float64()*float64(l.jitter)), do)
		}
	}
}

func (l *radio) set(r gimbal.Rates) {
	if l.rate != r {
		l.rate, l.changed = r, l.now
	}
}

// command is what package mavlink does: three tries of a second each.
func (l *radio) command(r gimbal.Rates) {
	l.last++
	number := l.last
	l.number = number
	for try := range 3 {
		l.after(time.Duration(try)*time.Second, func() {
			if l.number != number {
				return
			}
			l.send(func() {
				if l.deaf {
					return
				}
				if !l.refuses {
					l.set(r)
				}
				l.send(func() { l.answer(number, !l.refuses, l.refuses) })
			})
		})
	}
	l.after(3*time.Second, func() { l.answer(number, false, false) })
}

func (l *radio) answer(number int, accepted, refused bool) {
	if l.number != number {
		return
	}
	l.number = 0
	l.turn.Answered(accepted, refused, l.now)
}

// run goes on until an instant or the end of the turn.
func (l *radio) run(until time.Time) (done, gaveUp bool) {
	for l.now.Before(until) {
		step := l.turn.Tick(l.now)
		if step.Cancel {
			l.number = 0
		}
		if step.Command != nil {
			l.command(*step.Command)
		}
		if r := step.Stream; r != nil {
			if r.Still() {
				l.stops++
			}
			l.send(func() {
				if !l.noStream && !l.refuses {
					l.set(*r)
				}
			})
		}
		if step.Done && !done {
			done, gaveUp = true, step.GaveUp
		}
		wake := until
		if !done && step.Wake.Before(wake) {
			wake = step.Wake
		}
		sort.SliceStable(l.due, func(i, j int) bool { return l.due[i].at.Before(l.due[j].at) })
		if len(l.due) > 0 && !l.due[0].at.After(wake) {
			l.now = l.due[0].at
			do := l.due[0].do
			l.due = l.due[1:]
			do()
			continue
		}
		if !done && !wake.After(l.now) {
			l.t.Fatalf("the machine wants to be woken in the past: %v", l.now.Sub(wake))
		}
		l.now = wake
	}
	return done, gaveUp
}

func newRadio(t *testing.T, seed uint64) *radio {
	return &radio{t: t, r: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1_800_000_000, 0)}
}

func TestATurnEndsWhenItsAskerFallsSilent(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]*radio{
		"both ways":     newRadio(t, 1),
		"commands only": func() *radio { l := newRadio(t, 2); l.noStream = true; return l }(),
	} {
		up := gimbal.Rates{PitchDegS: 5}
		for range 20 { // two seconds of a held key
			if !l.turn.Want(up, l.now) {
				t.Fatalf("%s: not taken", name)
			}
			l.run(l.now.Add(100 * time.Millisecond))
		}
		if l.rate != up {
			t.Fatalf("%s: turns at %v", name, l.rate)
		}
		silent := l.now.Add(-100 * time.Millisecond)
		if done, gaveUp := l.run(l.now.Add(3 * time.Second)); !done || gaveUp {
			t.Errorf("%s: done %v, gave up %v", name, done, gaveUp)
		}
		if took := l.changed.Sub(silent); l.rate != (gimbal.Rates{}) || took > gimbal.DeadMan+rtt || took < gimbal.DeadMan-rtt {
			t.Errorf("%s: turns at %v, stopped %v after the last word", name, l.rate, took)
		}
	}
}

func TestANewRateIsTakenWhileItTurns(t *testing.T) {
	t.Parallel()
	for name, noStream := range map[string]bool{"stream": false, "commands only": true} {
		l := newRadio(t, 3)
		l.noStream = noStream
		for i := range 30 {
			l.turn.Want(gimbal.Rates{PitchDegS: float64(i/10 + 1)}, l.now)
			l.run(l.now.Add(100 * time.Millisecond))
		}
		if l.rate.PitchDegS != 3 {
			t.Errorf("%s: turns at %v", name, l.rate)
		}
		l.turn.Want(gimbal.Rates{}, l.now)
		asked := l.now
		if done, _ := l.run(l.now.Add(time.Second)); !done || !l.rate.Still() || l.changed.Sub(asked) > rtt {
			t.Errorf("%s: a stop that is asked for: %v, rate %v after %v", name, done, l.rate, l.changed.Sub(asked))
		}
	}
}

// TestABadLinkNeverLeavesAGimbalTurning is the point of it all: whatever the link does, some time after the asker has
// fallen silent the gimbal stands still, and nothing late turns it again.
func TestABadLinkNeverLeavesAGimbalTurning(t *testing.T) {
	t.Parallel()
	turned := 0
	for seed := range uint64(300) {
		l := newRadio(t, seed)
		l.lost, l.dups, l.jitter = 0.3, 0.1, 60*time.Millisecond
		for i := range 15 {
			l.turn.Want(gimbal.Rates{YawDegS: float64(1 + i/5), VehicleFrame: seed%2 == 0}, l.now)
			l.run(l.now.Add(100 * time.Millisecond))
			if !l.rate.Still() {
				turned++
			}
		}
		done, gaveUp := l.run(l.now.Add(40 * time.Second))
		if !done || gaveUp || !l.rate.Still() {
			t.Fatalf("seed %d: done %v, gave up %v, turns at %v", seed, done, gaveUp, l.rate)
		}
	}
	if turned < 1000 {
		t.Errorf("it hardly turned at all: %d times", turned)
	}
}

func TestAStopThatNobodyAcknowledges(t *testing.T) {
	t.Parallel()
	l := newRadio(t, 4)
	l.turn.Want(gimbal.Rates{YawDegS: 9}, l.now)
	l.run(l.now.Add(200 * time.Millisecond))
	l.deaf, l.noStream = true, true
	if done, gaveUp := l.run(l.now.Add(time.Minute)); !done || !gaveUp {
		t.Errorf("done %v, gave up %v", done, gaveUp)
	}
	if l.turn.Want(gimbal.Rates{}, l.now) {
		t.Error("a turn that is over takes rates")
	}
}

func TestARefusedTurnSendsNothingMore(t *testing.T) {
	t.Parallel()
	l := newRadio(t, 5)
	l.refuses = true
	l.turn.Want(gimbal.Rates{YawDegS: 9}, l.now)
	if done, _ := l.run(l.now.Add(time.Second)); !done || l.stops != 0 || l.turn.Accepted() {
		t.Errorf("done %v, %d stops, accepted %v", done, l.stops, l.turn.Accepted())
	}
}
