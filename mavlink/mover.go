package mavlink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"vedette/mavlink/deadman"
)

// mover keeps what a vehicle has of one kind moving as long as somebody wants it: its gimbals, or its lenses. K names one of
// them, R is how fast it moves.
type mover[K, R comparable] struct {
	wishes chan moveWish[K, R]
	// rest and streams are those of deadman.Hold.
	rest    func(R) R
	streams bool
	// begin finds what a new movement moves.
	begin func(K) (moved[R], error)
	log   *slog.Logger
	kind  string
}

// moved is something that moves: tell tells it a rate and waits for its answer, stream does not wait.
type moved[R comparable] struct {
	tell   func(ctx context.Context, rate R) error
	stream func(rate R)
}

// moveWish asks to move something, or, with end, not to move it any more.
type moveWish[K, R comparable] struct {
	key  K
	rate R
	end  bool
	// begun hears how it began or stopped, or that it has ended; it has room for one.
	begun chan error
}

// movement is one that is going on.
type movement[K, R comparable] struct {
	deadman.Hold[R]
	moved[R]
	cancel  context.CancelFunc // of the command that is going on
	number  int                // of that command, by which answers of cancelled ones are told apart
	waiting []moveWish[K, R]
}

type moverAnswer[K comparable] struct {
	key    K
	number int
	err    error
}

// errMoveEnded is for those who wait for the beginning of a movement that ended first.
var errMoveEnded = fmt.Errorf("%w: the movement ended before it was accepted", ErrNoAnswer)

// move wants something to move at a rate from now on, and waits until it has begun, or stopped.
func (m *mover[K, R]) move(ctx context.Context, key K, rate R) error {
	return m.ask(ctx, moveWish[K, R]{key: key, rate: rate})
}

// end ends the movement of what is about to be told something else, and waits until nothing more of it is sent.
func (m *mover[K, R]) end(ctx context.Context, key K) error {
	return m.ask(ctx, moveWish[K, R]{key: key, end: true})
}

func (m *mover[K, R]) ask(ctx context.Context, w moveWish[K, R]) error {
	w.begun = make(chan error, 1)
	select {
	case m.wishes <- w:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
	}
	select {
	case err := <-w.begun:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
	}
}

// run owns every movement until ctx ends.
func (m *mover[K, R]) run(ctx context.Context) {
	all := make(map[K]*movement[K, R])
	answers := make(chan moverAnswer[K])
	ctx, cancel := context.WithCancel(ctx)
	running, told := 0, 0
	defer func() {
		cancel()
		for ; running > 0; running-- {
			<-answers
		}
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-m.wishes:
			m.want(all, w, time.Now())
		case a := <-answers:
			running--
			if v, ok := all[a.key]; ok && v.number == a.number {
				v.answered(a.err, time.Now())
			}
		case <-timer.C:
		}
		wake := time.Hour
		for key, v := range all {
			now := time.Now()
			step := v.Tick(now)
			if step.Cancel {
				v.cancel()
				v.number = 0
				v.beginsNoMore()
			}
			if step.Stream != nil {
				v.stream(*step.Stream)
			}
			if step.Command != nil {
				running++
				told++
				v.command(ctx, key, told, *step.Command, answers)
			}
			if step.Done {
				m.over(key, v, step.GaveUp)
				delete(all, key)
				continue
			}
			wake = min(wake, max(0, step.Wake.Sub(now)))
		}
		timer.Reset(wake)
	}
}

// want begins, changes or drops a movement.
func (m *mover[K, R]) want(all map[K]*movement[K, R], w moveWish[K, R], now time.Time) {
	v, ok := all[w.key]
	if w.end {
		if ok {
			// What it is told next ends the movement; a stop after it would end that.
			m.over(w.key, v, false)
			delete(all, w.key)
		}
		w.begun <- nil
		return
	}
	still := m.rest(w.rate) == w.rate
	if ok && !v.Want(w.rate, now) {
		if still {
			v.waiting = append(v.waiting, w) // it is being stopped
			return
		}
		m.over(w.key, v, false)
		delete(all, w.key)
		ok = false
	}
	if !ok {
		found, err := m.begin(w.key)
		if err != nil {
			w.begun <- err
			return
		}
		v = &movement[K, R]{Hold: deadman.Hold[R]{Rest: m.rest, Streams: m.streams}, moved: found}
		v.Want(w.rate, now)
		all[w.key] = v
	}
	if !still && v.Accepted() {
		w.begun <- nil
		return
	}
	v.waiting = append(v.waiting, w)
}

func (m *mover[K, R]) over(key K, v *movement[K, R], gaveUp bool) {
	if v.cancel != nil {
		v.cancel()
	}
	v.tellWaiting(errMoveEnded)
	if gaveUp {
		m.log.Warn("the stop of what moves was never acknowledged", "kind", m.kind, "which", key)
	}
}

// command sends a rate as a command.
func (v *movement[K, R]) command(ctx context.Context, key K, number int, rate R, answers chan<- moverAnswer[K]) {
	ctx, cancel := context.WithCancel(ctx)
	v.cancel, v.number = cancel, number
	go func() {
		defer cancel()
		answers <- moverAnswer[K]{key: key, number: number, err: v.tell(ctx, rate)}
	}()
}

func (v *movement[K, R]) answered(err error, now time.Time) {
	var denied *DeniedError
	refused := errors.As(err, &denied) || errors.Is(err, ErrLost) && !v.Accepted()
	v.Answered(err == nil, refused, now)
	v.tellWaiting(err)
}

func (v *movement[K, R]) tellWaiting(err error) {
	for _, w := range v.waiting {
		w.begun <- err // there is room: each hears once
	}
	v.waiting = nil
}

// beginsNoMore answers those who wait for a movement that is stopped before it was accepted; the answer to the stop is for
// those who asked for one.
func (v *movement[K, R]) beginsNoMore() {
	v.waiting = slices.DeleteFunc(v.waiting, func(w moveWish[K, R]) bool {
		if v.Still(w.rate) {
			return false
		}
		w.begun <- errMoveEnded
		return true
	})
}
