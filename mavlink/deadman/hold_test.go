package deadman_test

import (
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"vedette/mavlink/deadman"
)

// rates are those of the tests: a speed, and a flag that outlives the stop.
type rates struct {
	speed float64
	flag  bool
}

func rest(r rates) rates { return rates{flag: r.flag} }

// line is a link with something that moves at its end, on a virtual clock. It loses, delays, repeats and reorders.
type line struct {
	t          *testing.T
	r          *rand.Rand
	lost, dups float64
	jitter     time.Duration
	deaf       bool // to commands
	noStream   bool
	refuses    bool
	now        time.Time
	due        []happening

	hold    deadman.Hold[rates]
	number  int // of the command that is going on; 0: none
	last    int
	stops   int // streamed
	rate    rates
	changed time.Time
}

type happening struct {
	at time.Time
	do func()
}

const roundTrip = 40 * time.Millisecond

func newLine(t *testing.T, seed uint64, streams bool) *line {
	return &line{
		t: t, r: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1_700_000_000, 0),
		hold: deadman.Hold[rates]{Rest: rest, Streams: streams},
	}
}

// each runs a test with and without a stream.
func each(t *testing.T, test func(t *testing.T, streams bool)) {
	t.Parallel()
	for name, streams := range map[string]bool{"commands and a stream": true, "commands only": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, streams)
		})
	}
}

func (l *line) after(d time.Duration, do func()) {
	l.due = append(l.due, happening{l.now.Add(d), do})
}

// send brings something over the link, perhaps.
func (l *line) send(do func()) {
	copies := 1
	if l.r.Float64() < l.dups {
		copies = 2
	}
	for range copies {
		if l.r.Float64() >= l.lost {
			l.after(roundTrip/2+time.Duration(l.r.Float64()*float64(l.jitter)), do)
		}
	}
}

func (l *line) set(r rates) {
	if l.rate != r {
		l.rate, l.changed = r, l.now
	}
}

// command is what package mavlink does: three tries of a second each.
func (l *line) command(r rates) {
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

func (l *line) answer(number int, accepted, refused bool) {
	if l.number == number {
		l.number = 0
		l.hold.Answered(accepted, refused, l.now)
	}
}

// run goes on until an instant, also when the movement is over: what is under way arrives all the same.
func (l *line) run(until time.Time) (done, gaveUp bool) {
	for l.now.Before(until) {
		step := l.hold.Tick(l.now)
		if step.Cancel {
			l.number = 0
		}
		if step.Command != nil {
			l.command(*step.Command)
		}
		if r := step.Stream; r != nil {
			if r.speed == 0 {
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
			next := l.due[0]
			l.due = l.due[1:]
			l.now = next.at
			next.do()
			continue
		}
		if !done && !wake.After(l.now) {
			l.t.Fatalf("the machine wants to be woken in the past: %v", l.now.Sub(wake))
		}
		l.now = wake
	}
	return done, gaveUp
}

func TestItMovesAsLongAsItIsAskedForAndStopsByItself(t *testing.T) {
	each(t, func(t *testing.T, streams bool) {
		l := newLine(t, 1, streams)
		forth := rates{0.5, true}
		for range 20 {
			if !l.hold.Want(forth, l.now) {
				t.Fatal("the movement has ended")
			}
			l.run(l.now.Add(250 * time.Millisecond))
		}
		if l.rate != forth || l.last != 1 {
			t.Errorf("after 5 s at one rate: %v, %d commands", l.rate, l.last)
		}
		l.hold.Want(rates{-1, true}, l.now)
		silent := l.now
		l.run(l.now.Add(250 * time.Millisecond))
		if l.rate != (rates{-1, true}) {
			t.Errorf("the other way: %v", l.rate)
		}
		done, gaveUp := l.run(l.now.Add(5 * time.Second))
		if l.rate != (rates{0, true}) || !done || gaveUp {
			t.Errorf("nobody asks any more: rate %v, done %v, gave up %v", l.rate, done, gaveUp)
		}
		if took := l.changed.Sub(silent); took < deadman.Patience || took > deadman.Patience+roundTrip {
			t.Errorf("it stopped %v after it was asked for last", took)
		}
		if l.hold.Want(forth, l.now) {
			t.Error("a movement that is over takes a rate")
		}
	})
}

func TestAManagerThatTakesNoStream(t *testing.T) {
	t.Parallel()
	l := newLine(t, 2, true)
	l.noStream = true
	for i := range 30 {
		l.hold.Want(rates{speed: float64(i/10 + 1)}, l.now)
		l.run(l.now.Add(100 * time.Millisecond))
	}
	if l.rate.speed != 3 {
		t.Errorf("moves at %v", l.rate)
	}
	if done, gaveUp := l.run(l.now.Add(3 * time.Second)); !done || gaveUp || l.rate.speed != 0 {
		t.Errorf("moves at %v, done %v, gave up %v", l.rate, done, gaveUp)
	}
}

func TestWhatIsLetGoStopsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, streams bool) {
		l := newLine(t, 2, streams)
		l.hold.Want(rates{speed: 1}, l.now)
		l.run(l.now.Add(200 * time.Millisecond))
		let := l.now
		l.hold.Want(rates{}, l.now)
		if done, gaveUp := l.run(l.now.Add(2 * time.Second)); !done || gaveUp || l.rate.speed != 0 || l.changed.Sub(let) > roundTrip {
			t.Errorf("rate %v after %v, done %v, gave up %v", l.rate, l.changed.Sub(let), done, gaveUp)
		}
		if want := map[bool]int{true: 3, false: 0}[streams]; l.stops != want {
			t.Errorf("%d stops were streamed", l.stops)
		}
	})
}

// TestABadLinkLeavesNothingMoving is the point of it all: whatever the link does, some time after the asker has fallen silent
// it stands still, and nothing late moves it again.
func TestABadLinkLeavesNothingMoving(t *testing.T) {
	each(t, func(t *testing.T, streams bool) {
		moved := 0
		for seed := range uint64(300) {
			l := newLine(t, seed, streams)
			l.lost, l.dups, l.jitter = 0.3, 0.2, 250*time.Millisecond
			if streams {
				l.jitter = 60 * time.Millisecond // a stop is streamed for 200 ms
			}
			for range 3 + l.r.IntN(10) {
				if !l.hold.Want(rates{[]float64{-1, 0.3, 1}[l.r.IntN(3)], seed%2 == 0}, l.now) {
					break
				}
				l.run(l.now.Add(time.Duration(50+l.r.IntN(400)) * time.Millisecond))
				if l.rate.speed != 0 {
					moved++
				}
			}
			if done, gaveUp := l.run(l.now.Add(40 * time.Second)); l.rate.speed != 0 || !done || gaveUp {
				t.Errorf("seed %d: rate %v, done %v, gave up %v", seed, l.rate, done, gaveUp)
			}
		}
		if moved < 1000 {
			t.Errorf("it hardly moved at all: %d times", moved)
		}
	})
}

func TestWhatRefusesOrHearsNothing(t *testing.T) {
	each(t, func(t *testing.T, streams bool) {
		l := newLine(t, 3, streams)
		l.refuses = true
		l.hold.Want(rates{speed: 1}, l.now)
		if done, gaveUp := l.run(l.now.Add(time.Second)); !done || gaveUp || l.last != 1 || l.stops != 0 || l.hold.Accepted() {
			t.Errorf("refused: done %v, gave up %v, %d commands, %d stops", done, gaveUp, l.last, l.stops)
		}
		l = newLine(t, 4, streams)
		l.deaf, l.noStream = true, true
		l.hold.Want(rates{speed: 1}, l.now)
		if done, gaveUp := l.run(l.now.Add(40 * time.Second)); !done || !gaveUp || l.last < 5 {
			t.Errorf("deaf: done %v, gave up %v, %d commands", done, gaveUp, l.last)
		}
	})
}
