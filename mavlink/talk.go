package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/link"
)

const (
	// talkRoom holds what comes at once: a burst of a file, a list of parameters.
	talkRoom = 2048
	// showEvery bounds how often progress is shown.
	showEvery = 200 * time.Millisecond
)

// canceller is a machine that leaves something open at the vehicle when it is given up.
type canceller interface{ Cancel() []message.Message }

// measurer is a machine that knows how far it is.
type measurer interface{ Progress() (done, total int64) }

// talk lets a machine talk to a component of the vehicle until it is done. ids are the messages that it hears. With show
// the vehicle tells how far it is.
func (s *Service) talk(ctx context.Context, sys *system, component uint8, m dialog.Machine, show *Transfer, ids ...uint32) error {
	if _, err := sys.live(); err != nil {
		return err
	}
	sub := sys.inbox.subscribe(talkRoom, func(in inbound) bool {
		return in.message != nil && in.component == component && slices.Contains(ids, in.message.GetID())
	})
	defer sub.close()
	send := func(messages []message.Message) {
		if p, err := sys.live(); err == nil {
			for _, out := range messages {
				p.Send(link.Transfer, out)
			}
		}
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	shown := time.Now()
	for {
		var step dialog.Step
		select {
		case <-ctx.Done():
			if c, ok := m.(canceller); ok {
				send(c.Cancel())
			}
			return fmt.Errorf("%w: %w", ErrNoAnswer, context.Cause(ctx))
		case <-timer.C:
			step = m.Tick(time.Now())
		case in := <-sub.in:
			step = m.Handle(in.message, time.Now())
		}
		send(step.Send)
		if step.Done {
			if errors.Is(step.Err, dialog.ErrNoAnswer) {
				return fmt.Errorf("%w: %w", ErrNoAnswer, step.Err)
			}
			return step.Err
		}
		if how, ok := m.(measurer); ok && show != nil && time.Since(shown) > showEvery {
			shown = time.Now()
			s.show(sys, *show, how)
		}
		timer.Reset(time.Until(step.Wake))
	}
}

func (s *Service) show(sys *system, t Transfer, how measurer) {
	done, total := how.Progress()
	t.Done, t.Total = int(done), int(total)
	s.report(sys, &t)
}

// ErrCancelled is the cause of a transfer that somebody cancelled.
var ErrCancelled = errors.New("the transfer was cancelled")

// begin waits until no other transfer goes on with the vehicle, shows the new one and lets CancelTransfer end it. end must
// be called when err is nil.
func (s *Service) begin(ctx context.Context, sys *system, t Transfer) (during context.Context, end func(), err error) {
	if err := sys.transfer.enter(ctx); err != nil {
		return nil, nil, fmt.Errorf("wait for another transfer: %w", err)
	}
	during, cancel := context.WithCancelCause(ctx)
	sys.mu.Lock()
	sys.cancelTransfer = cancel
	sys.mu.Unlock()
	s.report(sys, &t)
	return during, func() {
		sys.mu.Lock()
		sys.cancelTransfer = nil
		sys.mu.Unlock()
		cancel(nil)
		s.report(sys, nil)
		sys.transfer.leave()
	}, nil
}

// CancelTransfer ends the file, parameter or log transfer that goes on with a vehicle; false when none does.
func (s *Service) CancelTransfer(id int) (bool, error) {
	sys, err := s.system(id)
	if err != nil {
		return false, err
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if sys.cancelTransfer == nil {
		return false, nil
	}
	sys.cancelTransfer(ErrCancelled)
	return true, nil
}

func (s *Service) peerOf(sys *system, component uint8) dialog.Peer {
	return dialog.Peer{System: sys.id, Component: component, OwnSystem: s.systemID, OwnComponent: s.componentID}
}

// roundTrip is the measured one, 0 while it is not known.
func (s *system) roundTrip() time.Duration {
	if rtt := s.snapshot(time.Now()).Link.RTT; rtt != nil {
		return *rtt
	}
	return 0
}
