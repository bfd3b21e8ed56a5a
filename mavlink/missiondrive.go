package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
	"vedette/mavlink/mission"
)

// machine is a transfer of the mission protocol.
type machine interface {
	Tick(now time.Time) mission.Step
	Handle(m mission.Message, now time.Time) mission.Step
}

// claim takes the vehicle for one transfer of ours.
func (s *Service) claim(ctx context.Context, sys *system) error {
	if err := sys.transfer.enter(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return nil
}

func (s *Service) missionPeer(sys *system) mission.Peer {
	p := mission.Peer{
		System: sys.id, Component: sys.component, OwnSystem: s.systemID, OwnComponent: s.componentID, Home: sys.pilot.homeItem(), Window: 1,
	}
	if sys.pilot.name() == (ardupilot{}).name() {
		p.Window = requestsOnWay
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if rtt, ok := sys.state.clock(sys.component).synchronised(time.Now()); ok {
		p.RTT = rtt
	}
	return p
}

// withPatience lets a machine talk to the vehicle while no other station does; when the vehicle says that another one
// transfers, it waits and begins again.
func (s *Service) withPatience(ctx context.Context, sys *system, kind PlanKind, begin func() (machine, func() Transfer)) error {
	deadline := time.Now().Add(otherPatience)
	for {
		if err := sys.awaitOthers(ctx, deadline); err != nil {
			return err
		}
		m, progress := begin()
		err := s.drive(ctx, sys, m, progress)
		var refused *mission.RefusedError
		if !errors.As(err, &refused) || refused.Result != uint8(common.MAV_MISSION_DENIED) {
			return missionError(err)
		}
		if time.Now().After(deadline) {
			if who, _ := sys.otherStation(time.Now(), otherPatience); who != "" {
				return fmt.Errorf("%w: %s transfers a plan", ErrBusy, who)
			}
			return &DeniedError{Result: mission.ResultName(refused.Result), Reason: "it takes no " + string(kind) + " now, perhaps because another station transfers one"}
		}
		sys.log.Info("the vehicle is busy with another station's plan; waiting", "kind", kind)
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// awaitOthers waits until no transfer of another station was overheard for a while. One that reads without end holds us up only
// for so long.
func (s *system) awaitOthers(ctx context.Context, deadline time.Time) error {
	for {
		now := time.Now()
		who, writes := s.otherStation(now, otherQuiet)
		late := now.After(deadline)
		if who == "" || late && !writes {
			return nil
		}
		if late {
			return fmt.Errorf("%w: %s transfers a plan", ErrBusy, who)
		}
		if err := pause(ctx, otherQuiet/10); err != nil {
			return fmt.Errorf("%w: %s transfers a plan", ErrBusy, who)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}

// drive lets a machine talk to the vehicle until it is done. The vehicle may be lost meanwhile: the machine says for how long.
func (s *Service) drive(ctx context.Context, sys *system, m machine, progress func() Transfer) error {
	if _, err := sys.live(); err != nil {
		return err
	}
	sub := sys.inbox.subscribe(256, func(in inbound) bool {
		if in.component != sys.component {
			return false
		}
		switch in.message.(type) {
		case *common.MessageMissionRequest, *common.MessageMissionRequestInt, *common.MessageMissionAck,
			*common.MessageMissionCount, *common.MessageMissionItemInt:
			return true
		}
		return false
	})
	defer sub.close()
	send := func(messages []mission.Message) {
		if p, err := sys.live(); err == nil {
			for _, out := range messages {
				p.Send(link.Transfer, out)
			}
		}
	}
	began, shown := time.Now(), time.Time{}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var step mission.Step
		select {
		case <-ctx.Done():
			if c, ok := m.(canceller); ok {
				send(c.Cancel())
			}
			return fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		case <-timer.C:
			step = m.Tick(time.Now())
		case in := <-sub.in:
			step = m.Handle(in.message, time.Now())
		}
		send(step.Send)
		if step.Done {
			return step.Err
		}
		now := time.Now()
		if now.Sub(shown) >= showEvery {
			shown = now
			t := progress()
			t.Began = began
			s.report(sys, &t)
		}
		timer.Reset(max(0, step.Wake.Sub(now)))
	}
}

func missionError(err error) error {
	var refused *mission.RefusedError
	var differs *mission.DiffersError
	switch {
	case errors.As(err, &refused):
		return &DeniedError{Result: mission.ResultName(refused.Result), Reason: mission.ResultText(refused.Result)}
	case errors.As(err, &differs):
		return &DeniedError{Result: "differs", Reason: differs.Error()}
	case errors.Is(err, mission.ErrNoAnswer):
		return ErrNoAnswer
	default:
		return err
	}
}
