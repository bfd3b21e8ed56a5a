package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
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
	return s.Do(ctx, id, c, Given{})
}

// Given is how a command was given.
type Given struct {
	// By is whose it is, for those who watch what the station does in somebody's name.
	By string
	// NotAfter is when it must have begun at the latest; the zero time is never.
	NotAfter time.Time
}

// Do is Command for one that somebody gave at a time.
func (s *Service) Do(ctx context.Context, id int, c Command, given Given) (Ack, error) {
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
	if c, err = s.prepared(c); err != nil {
		return Ack{}, err
	}
	before := sys.snapshot(time.Now())
	if clash := func(w Warning) bool { return w.Kind == "systemIdClash" }; slices.ContainsFunc(before.Warnings, clash) {
		return Ack{}, fmt.Errorf("%s: %w", c.word(), ErrAmbiguous)
	}
	orders, err := sys.plan(c, before)
	if err != nil {
		return Ack{}, fmt.Errorf("%s: %w", c.word(), err)
	}
	if !keepsLeader(c) {
		if was := sys.leads.swap(nil, nil); was != nil {
			s.ended(sys, was, leadStep{why: "replaced by " + c.word()})
		}
	}
	ack, err := s.doAll(ctx, sys, c, orders, before, given)
	if err != nil {
		return Ack{}, err
	}
	sys.remember(c)
	if l := sys.leaderOf(c, s.Post); l != nil {
		s.beginLeading(sys, l, given.By)
	}
	return ack, nil
}

// doAll gives the orders of a command one after another.
func (s *Service) doAll(ctx context.Context, sys *system, c Command, orders []order, before Vehicle, given Given) (ack Ack, err error) {
	began := time.Now()
	for i, o := range orders {
		if i == 0 {
			o.notAfter = given.NotAfter // what has begun is carried through
		}
		if o.parameter != "" {
			_, err := s.SetParameter(ctx, int(sys.id), o.parameter, o.params[0])
			if errors.Is(err, ErrNoParameter) {
				return Ack{}, fmt.Errorf("%s: %w: it has no parameter %s", c.word(), ErrUnable, o.parameter)
			}
			if err != nil {
				return Ack{}, fmt.Errorf("%s: set %s: %w", c.word(), o.parameter, err)
			}
			continue
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

// leaderOf is what the station does after a command was accepted, nil for most.
func (s *system) leaderOf(c Command, post func() (Post, bool)) leader {
	switch c := c.(type) {
	case LandAt:
		return &landing{course: course{mode: s.pilot.takesPlaces()}, to: geo.LatLon{Lat: c.Lat, Lon: c.Lon}}
	case Follow:
		_, px4 := s.pilot.(px4)
		return newFollowing(c, s.pilot.followMode(), px4, post)
	case Orbit:
		if a, ok := s.pilot.(ardupilot); ok && classOf(a.airframe) == copter {
			return newOrbiting(c, s.pilot.takesPlaces())
		}
	}
	return nil
}

// remember keeps where a Goto leads; what else moves the vehicle makes it void.
func (s *system) remember(c Command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch c := c.(type) {
	case Goto:
		s.state.v.Destination = &Destination{Lat: c.Lat, Lon: c.Lon, AltAMSL: c.AltAMSL}
	case ChangeAltitude, ChangeSpeed, Heading:
	default:
		if !keepsLeader(c) {
			s.state.v.Destination = nil
		}
	}
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
