package mavlink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

// Rates are how fast a gimbal turns.
type Rates = gimbal.Rates

// wantedTurn asks the vehicle's steersman to turn a gimbal, or, with end, not to turn it any more.
type wantedTurn struct {
	device uint8
	rates  gimbal.Rates
	end    bool
	// begun hears how it began, or that it has ended; it has room for one.
	begun chan error
}

// turning is a turn that is going on.
type turning struct {
	gimbal.Turn
	to      gimbal.Device
	cancel  context.CancelFunc // of the command that is going on
	number  int                // of that command, by which answers of cancelled ones are told apart
	waiting []wantedTurn
}

type turnAnswer struct {
	device uint8
	number int
	err    error
}

// Turn turns a gimbal (0: the first) at rates for the next 0.6 s: whoever wants it to go on says so again before they are
// over. When nobody does it is stopped, as it is at once by rates of zero. It waits until the gimbal has accepted to turn.
func (s *Service) Turn(ctx context.Context, id int, device uint8, r Rates) (Ack, error) {
	most := 360.0
	if r.Manual {
		most = 1
	}
	if !(math.Abs(r.PitchDegS) <= most && math.Abs(r.YawDegS) <= most) {
		return Ack{}, fmt.Errorf("turn: %w: rates %v and %v", ErrInvalid, r.PitchDegS, r.YawDegS)
	}
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	to, err := sys.target(device)
	switch {
	case err != nil:
		return Ack{}, fmt.Errorf("turn: %w", err)
	case to.Mount:
		return Ack{}, fmt.Errorf("turn: %w: a mount of before gimbal protocol v2 takes angles only", ErrUnable)
	case r.Manual && sys.pilot.name() == (ardupilot{}).name() && (to.Manager == 0 || to.Manager == sys.component):
		return Ack{}, fmt.Errorf("turn: %w: ArduPilot knows no manual control: give rates", ErrUnable)
	case r.YawDegS != 0 && !r.VehicleFrame && !to.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK):
		r.VehicleFrame = true // it can only follow
	}
	if _, err := sys.live(); err != nil {
		return Ack{}, err
	}
	began := time.Now()
	begun := make(chan error, 1)
	select {
	case sys.turns <- wantedTurn{device: to.ID, rates: r, begun: begun}:
	case <-ctx.Done():
		return Ack{}, fmt.Errorf("turn: %w: %w", ErrNoAnswer, ctx.Err())
	}
	select {
	case err = <-begun:
	case <-ctx.Done():
		err = fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
	}
	if err != nil {
		return Ack{}, fmt.Errorf("turn the gimbal: %w", err)
	}
	command := common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW
	if r.Manual && !r.Still() {
		command = common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE
	}
	return Ack{
		Command: uint16(command), Result: resultName(common.MAV_RESULT_ACCEPTED), Elapsed: time.Since(began),
	}, nil
}

// PointRates turns the first gimbal at rates in degrees a second (up, clockwise), as Turn does.
func (s *Service) PointRates(ctx context.Context, id int, pitchDegS, yawDegS float64) (Ack, error) {
	return s.Turn(ctx, id, 0, Rates{PitchDegS: pitchDegS, YawDegS: yawDegS})
}

// endTurn ends a turn of a gimbal that is about to be told something else, and waits until nothing more of it is sent.
func (s *system) endTurn(ctx context.Context, device uint8) error {
	ended := make(chan error, 1)
	select {
	case s.turns <- wantedTurn{device: device, end: true, begun: ended}:
		return <-ended
	case <-ctx.Done():
		return fmt.Errorf("end the turn of a gimbal: %w", ctx.Err())
	}
}

// steer keeps the gimbals of a vehicle turning as long as somebody wants it. It owns every turn.
func (s *Service) steer(ctx context.Context, sys *system) {
	all := make(map[uint8]*turning)
	answers := make(chan turnAnswer)
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
		case w := <-sys.turns:
			s.want(sys, all, w, time.Now())
		case a := <-answers:
			running--
			if t, ok := all[a.device]; ok && t.number == a.number {
				t.answered(a.err, time.Now())
			}
		case <-timer.C:
		}
		wake := time.Hour
		for device, t := range all {
			now := time.Now()
			step := t.Tick(now)
			if step.Cancel && t.cancel != nil {
				t.cancel()
				t.beginsNoMore()
			}
			if step.Stream != nil {
				s.streamTurn(sys, t.to, *step.Stream)
			}
			if step.Command != nil {
				running++
				told++
				s.tellTurn(ctx, sys, t, told, *step.Command, answers)
			}
			if step.Done {
				t.over(step.GaveUp, sys)
				delete(all, device)
				continue
			}
			wake = min(wake, max(0, step.Wake.Sub(now)))
		}
		timer.Reset(wake)
	}
}

// want begins, changes or drops a turn.
func (s *Service) want(sys *system, all map[uint8]*turning, w wantedTurn, now time.Time) {
	t, ok := all[w.device]
	if w.end {
		if ok {
			// What the gimbal is told next ends the turn; a stop after it would end that.
			t.over(false, sys)
			delete(all, w.device)
		}
		w.begun <- nil
		return
	}
	if ok && !t.Want(w.rates, now) {
		t.over(false, sys)
		ok = false
	}
	if !ok {
		to, err := sys.target(w.device)
		if err != nil {
			w.begun <- err
			return
		}
		t = &turning{to: to.Device}
		t.Want(w.rates, now)
		all[w.device] = t
	}
	if t.Accepted() {
		w.begun <- nil
		return
	}
	t.waiting = append(t.waiting, w)
}

func (t *turning) answered(err error, now time.Time) {
	var denied *DeniedError
	refused := errors.As(err, &denied) || errors.Is(err, ErrLost) && !t.Accepted()
	t.Answered(err == nil, refused, now)
	t.tellWaiting(err)
}

func (t *turning) tellWaiting(err error) {
	for _, w := range t.waiting {
		w.begun <- err // there is room: each hears once
	}
	t.waiting = nil
}

// beginsNoMore answers those who wait for a turn that is stopped before it was accepted; the answer to the stop is for
// those who asked for one.
func (t *turning) beginsNoMore() {
	t.waiting = slices.DeleteFunc(t.waiting, func(w wantedTurn) bool {
		if w.rates.Still() {
			return false
		}
		w.begun <- errTurnEnded
		return true
	})
}

func (t *turning) over(gaveUp bool, sys *system) {
	if t.cancel != nil {
		t.cancel()
	}
	t.tellWaiting(errTurnEnded)
	if gaveUp {
		sys.log.Warn("the stop of a turning gimbal was never acknowledged", "gimbal", t.to.ID)
	}
}

// errTurnEnded is for those who wait for the beginning of a turn that ended first.
var errTurnEnded = fmt.Errorf("%w: the turn ended before the gimbal accepted it", ErrNoAnswer)

// tellTurn sends rates as a command, and takes control first where we do not have it.
func (s *Service) tellTurn(ctx context.Context, sys *system, t *turning, number int, r gimbal.Rates, answers chan<- turnAnswer) {
	ctx, cancel := context.WithCancel(ctx)
	t.cancel, t.number = cancel, number
	d := t.to
	if now, err := sys.target(d.ID); err == nil {
		d = now.Device
	}
	go func() {
		defer cancel()
		o := turnOrder(d, r)
		tell := func() (Ack, error) {
			ack, err := s.execute(ctx, sys, o, link.Urgent)
			o.quick = false // an answer to what was refused must not count for what is told after control was taken
			return ack, err
		}
		var err error
		switch {
		case r.Manual && !r.Still():
			// There is no answer to manual control: having control is all that can be known.
			_, err = s.inControl(ctx, sys, d, false, func() (Ack, error) { return Ack{}, nil })
		case r.Still():
			_, err = tell() // whoever has control by now: it stops
		default:
			_, err = s.inControl(ctx, sys, d, false, tell)
		}
		answers <- turnAnswer{device: d.ID, number: number, err: err}
	}()
}

func turnOrder(d gimbal.Device, r gimbal.Rates) order {
	o := target{Device: d}.pitchYaw(unset, unset, r.PitchDegS, r.YawDegS, yawFlags(r.VehicleFrame))
	o.quick = !r.Still()
	return o
}

// streamTurn sends rates without asking for an answer.
func (s *Service) streamTurn(sys *system, d gimbal.Device, r gimbal.Rates) {
	p, err := sys.live()
	if err != nil {
		return // the acknowledged stop follows as long as it takes
	}
	manager := d.Manager
	if manager == 0 {
		manager = sys.component
	}
	nan := float32(math.NaN())
	if r.Manual {
		p.Send(link.Urgent, &common.MessageGimbalManagerSetManualControl{
			TargetSystem: sys.id, TargetComponent: manager, Flags: yawFlags(r.VehicleFrame), GimbalDeviceId: d.ID, Pitch: nan, Yaw: nan,
			PitchRate: float32(r.PitchDegS), YawRate: float32(r.YawDegS),
		})
		return
	}
	p.Send(link.Urgent, &common.MessageGimbalManagerSetPitchyaw{
		TargetSystem: sys.id, TargetComponent: manager, Flags: yawFlags(r.VehicleFrame), GimbalDeviceId: d.ID, Pitch: nan, Yaw: nan,
		PitchRate: float32(r.PitchDegS * degToRad), YawRate: float32(r.YawDegS * degToRad),
	})
}
