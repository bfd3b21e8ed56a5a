package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const (
	// An autopilot that has just changed mode or armed may refuse the next step for a moment.
	settleTries = 4
	settlePause = 700 * time.Millisecond
)

// Command makes a vehicle do something and waits for its answer; some commands are a sequence of MAVLink commands,
// which ends at the first that is refused. Errors are ErrUnknownVehicle, ErrInvalid, ErrLost, ErrTooLate, ErrNoAnswer
// (whether the vehicle acted is not known; a *UnknownError says what can be seen) or a *DeniedError.
func (s *Service) Command(ctx context.Context, id int, c Command) (Ack, error) {
	return s.CommandUntil(ctx, id, c, time.Time{})
}

// CommandUntil is Command for something that must not begin after a time; the zero time is never.
func (s *Service) CommandUntil(ctx context.Context, id int, c Command, notAfter time.Time) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	if err := c.validate(); err != nil {
		return Ack{}, fmt.Errorf("%s: %w", c.word(), err)
	}
	if cancel, ok := c.(Cancel); ok {
		return s.cancel(sys, cancel)
	}
	if _, err := sys.live(); err != nil {
		return Ack{}, fmt.Errorf("%s: %w", c.word(), err)
	}
	before := sys.snapshot(time.Now())
	orders, err := sys.plan(c, before)
	if err != nil {
		return Ack{}, fmt.Errorf("%s: %w", c.word(), err)
	}
	began := time.Now()
	var ack Ack
	for i, o := range orders {
		o.strict = true
		if i == 0 {
			o.notAfter = notAfter // what has begun is carried through
		}
		ack, err = s.executeSettling(ctx, sys, o, i > 0)
		if errors.Is(err, ErrNoAnswer) {
			err = &UnknownError{Command: uint16(o.command), Evidence: s.evidence(ctx, sys, before, began), cause: err}
		}
		if err != nil {
			return Ack{}, fmt.Errorf("%s (%s): %w", c.word(), o.command, err)
		}
	}
	ack.Elapsed = time.Since(began)
	return ack, nil
}

// cancel asks the vehicle to give up what it says that it is at.
func (s *Service) cancel(sys *system, c Cancel) (Ack, error) {
	if sys.running.cancel() == 0 {
		return Ack{}, fmt.Errorf("%s: %w: vehicle %d is at no command that could be cancelled", c.word(), ErrInvalid, sys.id)
	}
	return Ack{Command: uint16((&common.MessageCommandCancel{}).GetID()), Result: "asked"}, nil
}

func (s *system) plan(c Command, now Vehicle) ([]order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pilot.plan(c, now, &s.state.modes)
}

// executeSettling repeats a later step of a sequence that is refused only because the earlier one is still going on.
func (s *Service) executeSettling(ctx context.Context, sys *system, o order, follows bool) (Ack, error) {
	for try := 1; ; try++ {
		ack, err := s.execute(ctx, sys, o, link.Urgent)
		var denied *DeniedError
		if err == nil || !errors.As(err, &denied) {
			return ack, err
		}
		if o.command == common.MAV_CMD_NAV_TAKEOFF && try > 1 && sys.leavesGround() {
			// The first of two takeoffs was heard, its answer was not.
			return Ack{Command: uint16(o.command), Result: resultName(common.MAV_RESULT_ACCEPTED)}, nil
		}
		passing := denied.Result == resultName(common.MAV_RESULT_TEMPORARILY_REJECTED) ||
			denied.Result == resultName(common.MAV_RESULT_FAILED) && denied.Reason == ""
		if !follows || !passing || try == settleTries {
			return Ack{}, err
		}
		timer := time.NewTimer(settlePause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return Ack{}, err
		case <-timer.C:
		}
	}
}

func (s *system) leavesGround() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.v.Armed && (s.state.v.Landed == "takingOff" || s.state.v.Landed == "inAir")
}
