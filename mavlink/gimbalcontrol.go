package mavlink

import (
	"context"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

// The meanings of negative ids in MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE.
const (
	controlUnchanged = -1
	controlGivenUp   = -3 // whoever sends it gives up the control that it has
)

// inControl tells a gimbal something, and takes control of it first where we do not have it. PX4 obeys nobody else;
// ArduPilot obeys everybody. With yield it is not taken from another station.
func (s *Service) inControl(ctx context.Context, sys *system, d gimbal.Device, yield bool, tell func() (Ack, error)) (Ack, error) {
	who, known := d.Control(time.Now())
	ours := known && who == gimbal.Controller{System: s.systemID, Component: s.componentID}
	// The vehicle's own autopilot has it while a mission points; nobody is system 0.
	free := who.System == 0 || who == gimbal.Controller{System: sys.id, Component: sys.component}
	switch {
	case d.Mount:
		return tell()
	case known && yield && !free && !ours:
		return Ack{}, fmt.Errorf("gimbal %d: %w: %d/%d", d.ID, ErrOthersControl, who.System, who.Component)
	case !ours:
		if err := s.takeGimbal(ctx, sys, d); err != nil {
			return Ack{}, err
		}
		if known && !free {
			sys.log.Info("control of a gimbal taken", "gimbal", d.ID, "from", fmt.Sprintf("%d/%d", who.System, who.Component))
		}
		return tell()
	}
	ack, err := tell()
	if !yield && (isDenied(err, common.MAV_RESULT_DENIED) || isDenied(err, common.MAV_RESULT_NOT_IN_CONTROL)) {
		// Somebody may have taken it since its manager told.
		if taken := s.takeGimbal(ctx, sys, d); taken == nil {
			return tell()
		}
	}
	return ack, err
}

func (s *Service) takeGimbal(ctx context.Context, sys *system, d gimbal.Device) error {
	_, err := s.configureGimbal(ctx, sys, d, float64(s.systemID), float64(s.componentID))
	// An autopilot from before the second gimbal protocol does not know it and needs no permission.
	if err != nil && !isDenied(err, common.MAV_RESULT_UNSUPPORTED) {
		return fmt.Errorf("take control of the gimbal: %w", err)
	}
	return nil
}

func (s *Service) configureGimbal(ctx context.Context, sys *system, d gimbal.Device, system, component float64) (Ack, error) {
	return s.execute(ctx, sys, long(common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, system, component,
		controlUnchanged, controlUnchanged, 0, 0, float64(d.ID)).to(d.Manager), link.Urgent)
}

// TakeGimbal takes primary control of a gimbal (0: the first) from whoever has it.
func (s *Service) TakeGimbal(ctx context.Context, id int, device uint8) (Ack, error) {
	return s.changeControl(ctx, id, device, float64(s.systemID), float64(s.componentID))
}

// ReleaseGimbal gives up the control that we have of a gimbal (0: the first).
func (s *Service) ReleaseGimbal(ctx context.Context, id int, device uint8) (Ack, error) {
	return s.changeControl(ctx, id, device, controlGivenUp, controlGivenUp)
}

func (s *Service) changeControl(ctx context.Context, id int, device uint8, system, component float64) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	to, err := sys.target(device)
	switch {
	case err != nil:
		return Ack{}, fmt.Errorf("control of a gimbal: %w", err)
	case to.Mount:
		return Ack{}, fmt.Errorf("control of a gimbal: %w: a mount of before gimbal protocol v2 obeys everybody", ErrUnable)
	}
	if system == controlGivenUp {
		if err := sys.turns.end(ctx, to.ID); err != nil {
			return Ack{}, err
		}
	}
	ack, err := s.configureGimbal(ctx, sys, to.Device, system, component)
	if err != nil {
		return Ack{}, fmt.Errorf("control of gimbal %d: %w", to.ID, err)
	}
	return ack, nil
}
