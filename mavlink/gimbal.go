package mavlink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

// Pointing is one thing that a gimbal can be told; the types below are all there are.
type Pointing interface {
	// order makes the command for a gimbal of a vehicle as it is now.
	order(to target) (order, error)
}

// LookAt makes the gimbal follow a place: degrees, and metres above mean sea level.
type LookAt struct{ Lat, Lon, AltAMSL float64 }

// LookAtVehicle makes the gimbal follow another MAVLink system, as far as the autopilot hears of it.
type LookAtVehicle struct{ System int }

// LookNowhere ends LookAt and LookAtVehicle.
type LookNowhere struct{}

// Angles turns the gimbal to a pitch (up from the horizon) and a yaw in degrees; nil leaves one as it is.
type Angles struct {
	PitchDeg, YawDeg *float64
	// VehicleFrame counts the yaw from the vehicle's nose and lets it turn with the vehicle; else it counts from true north
	// and stays.
	VehicleFrame bool
}

// HoldYaw changes how the yaw is held and leaves the direction as it is now.
type HoldYaw struct{ Follow bool }

// Neutral turns the gimbal to its rest position, Retract folds it away.
type (
	Neutral struct{}
	Retract struct{}
)

// ErrUnable means that the vehicle has said that it cannot do that: nothing was sent.
var ErrUnable = errors.New("it cannot do that")

// ErrOthersControl means that somebody else controls the gimbal and that the caller would not take it from them.
var ErrOthersControl = errors.New("another station controls the gimbal")

// target is the gimbal that a Pointing is for.
type target struct {
	gimbal.Device
	// view is where it looks now.
	view Gimbal
}

// stabilised are the flags of every command: roll and pitch against the horizon. PX4 takes a pitch without them as one
// against the airframe.
const stabilised = common.GIMBAL_MANAGER_FLAGS_ROLL_LOCK | common.GIMBAL_MANAGER_FLAGS_PITCH_LOCK

// yawFlags say what the yaw counts from; a yaw from north is one that stays.
func yawFlags(vehicleFrame bool) common.GIMBAL_MANAGER_FLAGS {
	if vehicleFrame {
		return stabilised | common.GIMBAL_MANAGER_FLAGS_YAW_IN_VEHICLE_FRAME
	}
	return stabilised | common.GIMBAL_MANAGER_FLAGS_YAW_LOCK | common.GIMBAL_MANAGER_FLAGS_YAW_IN_EARTH_FRAME
}

func (t target) pitchYaw(pitch, yaw, pitchRate, yawRate float64, flags common.GIMBAL_MANAGER_FLAGS) order {
	return long(common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, pitch, yaw, pitchRate, yawRate, float64(flags), 0, float64(t.ID)).to(t.Manager)
}

// roi orders go to the manager; without one they are the autopilot's business.
func (l LookAt) order(t target) (order, error) {
	if err := validatePlace(l.Lat, l.Lon, l.AltAMSL); err != nil {
		return order{}, err
	}
	return place(common.MAV_CMD_DO_SET_ROI_LOCATION, l.Lat, l.Lon, l.AltAMSL, float64(t.ID)).to(t.Manager), nil
}

func (l LookAtVehicle) order(t target) (order, error) {
	if l.System < 1 || l.System > 255 {
		return order{}, fmt.Errorf("%w: system %d", ErrInvalid, l.System)
	}
	return long(common.MAV_CMD_DO_SET_ROI_SYSID, float64(l.System), float64(t.ID)).to(t.Manager), nil
}

func (LookNowhere) order(t target) (order, error) {
	return long(common.MAV_CMD_DO_SET_ROI_NONE, float64(t.ID)).to(t.Manager), nil
}

func (a Angles) order(t target) (order, error) {
	pitch, yaw := unset, unset
	switch {
	case a.PitchDeg == nil && a.YawDeg == nil:
		return order{}, fmt.Errorf("%w: neither pitch nor yaw", ErrInvalid)
	case a.PitchDeg != nil && !(math.Abs(*a.PitchDeg) <= 180), a.YawDeg != nil && !(math.Abs(*a.YawDeg) <= 360):
		return order{}, fmt.Errorf("%w: angles beyond a turn", ErrInvalid)
	}
	if err := t.CheckAngles(a.PitchDeg, a.YawDeg, a.VehicleFrame); err != nil {
		return order{}, fmt.Errorf("%w: %w", ErrUnable, err)
	}
	// What is left goes as it is now: ArduPilot refuses a half that is not a number, and PX4 makes one quaternion of both.
	if a.PitchDeg != nil {
		pitch = *a.PitchDeg
	} else if t.view.Valid {
		pitch = t.view.PitchDeg
	}
	if a.YawDeg != nil {
		yaw = math.Remainder(*a.YawDeg, 360)
	} else if now, ok := t.yawNow(a.VehicleFrame); ok {
		yaw = now
	}
	if t.Mount {
		return t.mountAngles(pitch, yaw, a.VehicleFrame)
	}
	return t.pitchYaw(pitch, yaw, unset, unset, yawFlags(a.VehicleFrame)), nil
}

// yawNow is where the gimbal looks in a frame, in [-180, 180].
func (t target) yawNow(vehicleFrame bool) (float64, bool) {
	if vehicleFrame {
		if t.view.VehicleYawDeg == nil || !t.view.Valid {
			return 0, false
		}
		return *t.view.VehicleYawDeg, true
	}
	return math.Remainder(t.view.YawDeg, 360), t.view.Valid
}

func (h HoldYaw) order(t target) (order, error) {
	needs := common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK
	word := "keep a direction over ground"
	if h.Follow {
		needs, word = common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_FOLLOW, "follow the vehicle"
	}
	if t.Mount || !t.Can(needs) {
		return order{}, fmt.Errorf("%w: gimbal %d cannot %s", ErrUnable, t.ID, word)
	}
	yaw, ok := t.yawNow(h.Follow)
	if !ok {
		return order{}, fmt.Errorf("%w: gimbal %d does not tell where it looks", ErrUnable, t.ID)
	}
	return t.pitchYaw(t.view.PitchDeg, yaw, unset, unset, yawFlags(h.Follow)), nil
}

func (Neutral) order(t target) (order, error) {
	switch {
	case t.Mount:
		return t.mount(mountNeutral, 0, 0), nil
	case t.AbilitiesKnown && t.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_NEUTRAL):
		return t.pitchYaw(0, 0, unset, unset, yawFlags(true)|common.GIMBAL_MANAGER_FLAGS_NEUTRAL), nil
	default:
		return t.pitchYaw(0, 0, unset, unset, yawFlags(true)), nil
	}
}

func (Retract) order(t target) (order, error) {
	switch {
	case t.Mount:
		return t.mount(mountRetract, 0, 0), nil
	case !t.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_RETRACT):
		return order{}, fmt.Errorf("%w: gimbal %d cannot be retracted", ErrUnable, t.ID)
	default:
		return t.pitchYaw(unset, unset, unset, unset, yawFlags(true)|common.GIMBAL_MANAGER_FLAGS_RETRACT), nil
	}
}

// Modes of MAV_CMD_DO_MOUNT_CONTROL (MAV_MOUNT_MODE), for gimbals of before protocol v2.
const (
	mountRetract   = 0
	mountNeutral   = 1
	mountTargeting = 2
)

func (t target) mount(mode int, pitch, yaw float64) order {
	return long(common.MAV_CMD_DO_MOUNT_CONTROL, pitch, 0, yaw, 0, 0, 0, float64(mode))
}

// mountAngles turns a yaw from north into the one against the nose that an old mount takes; it will turn with the vehicle.
func (t target) mountAngles(pitch, yaw float64, vehicleFrame bool) (order, error) {
	if !vehicleFrame {
		if t.view.VehicleYawDeg == nil {
			return order{}, fmt.Errorf("%w: the heading of the vehicle is not known", ErrUnable)
		}
		yaw = math.Remainder(yaw-(t.view.YawDeg-*t.view.VehicleYawDeg), 360)
	}
	if math.IsNaN(pitch) || math.IsNaN(yaw) {
		return order{}, fmt.Errorf("%w: an old mount needs pitch and yaw", ErrUnable)
	}
	return t.mount(mountTargeting, pitch, yaw), nil
}

// Point tells a gimbal (0: the first) something. It takes control of it where that is needed; with yield, as for what
// machines propose, not from another station that has it. Errors are those of Command, ErrUnable and ErrOthersControl.
func (s *Service) Point(ctx context.Context, id int, device uint8, p Pointing, yield bool) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	to, err := sys.target(device)
	if err != nil {
		return Ack{}, err
	}
	o, err := p.order(to)
	if err != nil {
		return Ack{}, err
	}
	began := time.Now()
	if err := sys.turns.end(ctx, to.ID); err != nil {
		return Ack{}, err
	}
	ack, err := s.inControl(ctx, sys, to.Device, yield, func() (Ack, error) {
		ack, err := s.execute(ctx, sys, o, link.Urgent)
		if isDenied(err, common.MAV_RESULT_UNSUPPORTED) && o.component != 0 && o.component != sys.component {
			// A gimbal that manages itself knows angles; places are the autopilot's.
			return s.execute(ctx, sys, o.to(0), link.Urgent)
		}
		return ack, err
	})
	if err != nil {
		return Ack{}, fmt.Errorf("point the gimbal: %w", err)
	}
	ack.Elapsed = time.Since(began)
	return ack, nil
}

func (s *system) target(device uint8) (target, error) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.state.gimbal.set.Find(device)
	if !ok {
		return target{}, fmt.Errorf("%w: there is no gimbal %d", ErrInvalid, device)
	}
	t := target{Device: d}
	t.view.ID = d.ID
	s.state.turnView(&t.view, now)
	return t, nil
}

func isDenied(err error, r common.MAV_RESULT) bool {
	var denied *DeniedError
	return errors.As(err, &denied) && denied.Result == resultName(r)
}

// PointAt makes the first gimbal follow a place on the ground (degrees, metres above mean sea level).
func (s *Service) PointAt(ctx context.Context, id int, lat, lon, altAMSL float64) (Ack, error) {
	return s.Point(ctx, id, 0, LookAt{lat, lon, altAMSL}, false)
}

// PointAngles turns the first gimbal to a pitch (up from the horizon) and a yaw from true north, which it then keeps.
func (s *Service) PointAngles(ctx context.Context, id int, pitchDeg, yawDegTrueNorth float64) (Ack, error) {
	return s.Point(ctx, id, 0, Angles{PitchDeg: &pitchDeg, YawDeg: &yawDegTrueNorth}, false)
}
