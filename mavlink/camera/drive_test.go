package camera_test

import (
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"vedette/mavlink/camera"
)

// line is a link with a lens at its end, on a virtual clock. It loses, delays, repeats and reorders.
type line struct {
	r          *rand.Rand
	lost, dups float64
	jitter     time.Duration
	deaf       bool
	refuses    bool
	now        time.Time
	due        []happening

	drive   camera.Drive
	number  int // of the command that is going on; 0: none
	last    int
	sent    int
	rate    float64
	changed time.Time
}

type happening struct {
	at time.Time
	do func()
}

const roundTrip = 40 * time.Millisecond

func newLine(seed uint64) *line {
	return &line{r: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1_700_000_000, 0)}
}

func (l *line) after(d time.Duration, do func()) {
	l.due = append(l.due, happening{l.now.Add(d), do})
}

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

// command is what package mavlink does: three tries of a second each.
func (l *line) command(rate float64) {
	l.last++
	l.sent++
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
				if !l.refuses && l.rate != rate {
					l.rate, l.changed = rate, l.now
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
		l.drive.Answered(accepted, refused, l.now)
	}
}

// run goes on until an instant, also when the drive is over: what is under way arrives all the same.
func (l *line) run(until time.Time) (done, gaveUp bool) {
	for l.now.Before(until) {
		step := l.drive.Tick(l.now)
		if step.Cancel {
			l.number = 0
		}
		if step.Command != nil {
			l.command(*step.Command)
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
		l.now = wake
	}
	return done, gaveUp
}

func TestALensMovesAsLongAsItIsAskedForAndStopsByItself(t *testing.T) {
	t.Parallel()
	l := newLine(1)
	for range 20 {
		if !l.drive.Want(0.5, l.now) {
			t.Fatal("the drive has ended")
		}
		l.run(l.now.Add(250 * time.Millisecond))
	}
	if l.rate != 0.5 || l.sent != 1 {
		t.Errorf("after 5 s at one rate: %v, %d commands", l.rate, l.sent)
	}
	l.drive.Want(-1, l.now)
	silent := l.now
	l.run(l.now.Add(250 * time.Millisecond))
	if l.rate != -1 {
		t.Errorf("the other way: %v", l.rate)
	}
	done, gaveUp := l.run(l.now.Add(5 * time.Second))
	if l.rate != 0 || !done || gaveUp {
		t.Errorf("nobody asks any more: rate %v, done %v, gave up %v", l.rate, done, gaveUp)
	}
	if took := l.changed.Sub(silent); took < camera.DeadMan || took > camera.DeadMan+roundTrip {
		t.Errorf("it stopped %v after it was asked for last", took)
	}
	if l.drive.Want(1, l.now) {
		t.Error("a drive that is over takes a rate")
	}
}

func TestALensThatIsLetGoStopsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLine(2)
	l.drive.Want(1, l.now)
	l.run(l.now.Add(200 * time.Millisecond))
	let := l.now
	l.drive.Want(0, l.now)
	if done, gaveUp := l.run(l.now.Add(2 * time.Second)); !done || gaveUp || l.rate != 0 || l.changed.Sub(let) > roundTrip {
		t.Errorf("rate %v after %v, done %v, gave up %v", l.rate, l.changed.Sub(let), done, gaveUp)
	}
}

func TestABadLinkLeavesNoLensMoving(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		l := newLine(seed)
		l.lost, l.dups, l.jitter = 0.3, 0.2, 250*time.Millisecond
		for range 3 + l.r.IntN(10) {
			if !l.drive.Want([]float64{-1, 0.3, 1}[l.r.IntN(3)], l.now) {
				break
			}
			l.run(l.now.Add(time.Duration(50+l.r.IntN(400)) * time.Millisecond))
		}
		if done, gaveUp := l.run(l.now.Add(40 * time.Second)); l.rate != 0 || !done || gaveUp {
			t.Errorf("seed %d: rate %v, done %v, gave up %v", seed, l.rate, done, gaveUp)
		}
	}
}

func TestACameraThatRefusesOrHearsNothing(t *testing.T) {
	t.Parallel()
	l := newLine(3)
	l.refuses = true
	l.drive.Want(1, l.now)
	if done, gaveUp := l.run(l.now.Add(time.Second)); !done || gaveUp || l.sent != 1 {
		t.Errorf("refused: done %v, gave up %v, %d commands", done, gaveUp, l.sent)
	}
	l = newLine(4)
	l.deaf = true
	l.drive.Want(1, l.now)
	if done, gaveUp := l.run(l.now.Add(40 * time.Second)); !done || !gaveUp || l.sent < 5 {
		t.Errorf("deaf: done %v, gave up %v, %d commands", done, gaveUp, l.sent)
	}
}
