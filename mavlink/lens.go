package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/camera"
	"vedette/mavlink/link"
)

// lensKey is one thing that moves: the zoom or the focus of a camera.
type lensKey struct {
	camera uint8
	focus  bool
}

// wantedLens asks the vehicle's lens driver to move a lens, or, with end, not to move it any more.
type wantedLens struct {
	lensKey
	rate float64
	end  bool
	// begun hears how it began or stopped, or that it has ended; it has room for one.
	begun chan error
}

// lensDrive is a movement that is going on.
type lensDrive struct {
	camera.Drive
	lensKey

	cancel  context.CancelFunc // of the command that is going on
	number  int                // of that command, by which answers of cancelled ones are told apart
	waiting []wantedLens
}

type lensAnswer struct {
	lensKey
	number int
	err    error
}

// lensOf tells which lens a command is about, and the rate of one that goes on until it is stopped.
func lensOf(cameraID uint8, c camera.Command) (key lensKey, rate float64, steady, ok bool) {
	key.camera = cameraID
	switch c := c.(type) {
	case camera.Zoom:
		return key, c.Value, c.How == camera.Rate, true
	case camera.Focus:
		key.focus = true
		return key, c.Value, c.How == camera.Rate, true
	case camera.AutoFocus:
		key.focus = true
		return key, 0, false, true
	default:
		return key, 0, false, false
	}
}

func (k lensKey) at(rate float64) camera.Command {
	if k.focus {
		return camera.Focus{How: camera.Rate, Value: rate}
	}
	return camera.Zoom{How: camera.Rate, Value: rate}
}

// moveLens moves a lens at a rate for the next 0.6 s: whoever wants it to go on says so again before they are over. When nobody
// does it is stopped, as it is at once by a rate of zero. It waits until the camera has accepted.
func (s *Service) moveLens(ctx context.Context, sys *system, key lensKey, rate float64) (Ack, error) {
	_, o, err := sys.cameraOrder(key.camera, key.at(rate))
	if err != nil {
		return Ack{}, err
	}
	if _, err := sys.live(); err != nil {
		return Ack{}, err
	}
	began := time.Now()
	if err := sys.tellLens(ctx, wantedLens{lensKey: key, rate: rate}); err != nil {
		return Ack{}, fmt.Errorf("camera %d: %w", key.camera, err)
	}
	return Ack{Command: uint16(o.Command), Result: resultName(common.MAV_RESULT_ACCEPTED), Elapsed: time.Since(began)}, nil
}

// endLens ends the movement of a lens that is about to be told something else, and waits until nothing more of it is sent.
func (s *system) endLens(ctx context.Context, key lensKey) error {
	return s.tellLens(ctx, wantedLens{lensKey: key, end: true})
}

func (s *system) tellLens(ctx context.Context, w wantedLens) error {
	w.begun = make(chan error, 1)
	select {
	case s.lenses <- w:
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

// driveLenses keeps the lenses of a vehicle moving as long as somebody wants it. It owns every movement.
func (s *Service) driveLenses(ctx context.Context, sys *system) {
	all := make(map[lensKey]*lensDrive)
	answers := make(chan lensAnswer)
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
		case w := <-sys.lenses:
			wantLens(sys, all, w, time.Now())
		case a := <-answers:
			running--
			if d, ok := all[a.lensKey]; ok && d.number == a.number {
				d.answered(a.err, time.Now())
			}
		case <-timer.C:
		}
		wake := time.Hour
		for key, d := range all {
			now := time.Now()
			step := d.Tick(now)
			if step.Cancel {
				d.cancel()
				d.number = 0
				d.beginsNoMore()
			}
			if step.Command != nil {
				running++
				told++
				s.driveLens(ctx, sys, d, told, *step.Command, answers)
			}
			if step.Done {
				d.over(step.GaveUp, sys)
				delete(all, key)
				continue
			}
			wake = min(wake, max(0, step.Wake.Sub(now)))
		}
		timer.Reset(wake)
	}
}

// wantLens begins, changes or drops a movement.
func wantLens(sys *system, all map[lensKey]*lensDrive, w wantedLens, now time.Time) {
	d, ok := all[w.lensKey]
	if w.end {
		if ok {
			// What the camera is told next ends the movement; a stop after it would end that.
			d.over(false, sys)
			delete(all, w.lensKey)
		}
		w.begun <- nil
		return
	}
	if ok && !d.Want(w.rate, now) {
		if w.rate == 0 {
			d.waiting = append(d.waiting, w) // it is being stopped
			return
		}
		d.over(false, sys)
		ok = false
	}
	if !ok {
		d = &lensDrive{lensKey: w.lensKey}
		d.Want(w.rate, now)
		all[w.lensKey] = d
	}
	if w.rate != 0 && d.Accepted() {
		w.begun <- nil
		return
	}
	d.waiting = append(d.waiting, w)
}

func (d *lensDrive) answered(err error, now time.Time) {
	var denied *DeniedError
	refused := errors.As(err, &denied) || errors.Is(err, ErrLost) && !d.Accepted()
	d.Answered(err == nil, refused, now)
	d.tellWaiting(err)
}

func (d *lensDrive) tellWaiting(err error) {
	for _, w := range d.waiting {
		w.begun <- err // there is room: each hears once
	}
	d.waiting = nil
}

// beginsNoMore answers those who wait for a movement that is stopped before it was accepted; the answer to the stop is for
// those who asked for one.
func (d *lensDrive) beginsNoMore() {
	d.waiting = slices.DeleteFunc(d.waiting, func(w wantedLens) bool {
		if w.rate == 0 {
			return false
		}
		w.begun <- errMoveEnded
		return true
	})
}

func (d *lensDrive) over(gaveUp bool, sys *system) {
	if d.cancel != nil {
		d.cancel()
	}
	d.tellWaiting(errMoveEnded)
	if gaveUp {
		sys.log.Warn("the stop of a moving lens was never acknowledged", "camera", d.camera, "focus", d.focus)
	}
}

// errMoveEnded is for those who wait for the beginning of a movement that ended first.
var errMoveEnded = fmt.Errorf("%w: the movement ended before the camera accepted it", ErrNoAnswer)

// driveLens sends a rate as a command.
func (s *Service) driveLens(ctx context.Context, sys *system, d *lensDrive, number int, rate float64, answers chan<- lensAnswer) {
	ctx, cancel := context.WithCancel(ctx)
	d.cancel, d.number = cancel, number
	key := d.lensKey
	go func() {
		defer cancel()
		err := s.tellLensOnce(ctx, sys, key, rate)
		answers <- lensAnswer{lensKey: key, number: number, err: err}
	}()
}

func (s *Service) tellLensOnce(ctx context.Context, sys *system, key lensKey, rate float64) error {
	cam, o, err := sys.cameraOrder(key.camera, key.at(rate))
	if err != nil {
		return err
	}
	_, err = s.execute(ctx, sys, o.on(cam), link.Urgent)
	sys.refresh(cam.Component, o.Shows...)
	return err
}
