package mavlink

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

// Rates are how fast a gimbal turns.
type Rates = gimbal.Rates

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
	if err := sys.turns.move(ctx, to.ID, r); err != nil {
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

// turnMover turns the gimbals of a vehicle.
func (s *Service) turnMover(sys *system) *mover[uint8, gimbal.Rates] {
	return &mover[uint8, gimbal.Rates]{
		wishes: make(chan moveWish[uint8, gimbal.Rates]), rest: gimbal.Rates.Rest, streams: true, log: sys.log, kind: "gimbal",
		begin: func(device uint8) (moved[gimbal.Rates], error) {
			to, err := sys.target(device)
			if err != nil {
				return moved[gimbal.Rates]{}, err
			}
			return moved[gimbal.Rates]{
				tell:   func(ctx context.Context, r gimbal.Rates) error { return s.tellTurn(ctx, sys, to.Device, r) },
				stream: func(r gimbal.Rates) { s.streamTurn(sys, to.Device, r) },
			}, nil
		},
	}
}

// tellTurn sends rates as a command, and takes control first where we do not have it.
func (s *Service) tellTurn(ctx context.Context, sys *system, d gimbal.Device, r gimbal.Rates) error {
	if now, err := sys.target(d.ID); err == nil {
		d = now.Device
	}
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
	return err
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
