package mavlink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
)

const (
	// gimbalSilence lets another source of attitudes take over.
	gimbalSilence = 3 * time.Second
	gimbalStale   = 2 * time.Second
	// sameClock is the difference up to which two components' times since boot are the same clock.
	sameClock = 200 * time.Millisecond
)

// gimbalState is what is known about the first gimbal.
type gimbalState struct {
	// manager is the component that takes gimbal commands, 0 while only the autopilot can be guessed; device is
	// the id of the gimbal there, 0 for all.
	manager, device uint8
	// primarySystem and primaryComponent are in control.
	primarySystem, primaryComponent uint8
	controlKnown                    bool
	// source is the component whose attitudes are used.
	source uint8
	last   gimbalSample
	made   time.Time
	heard  time.Time
	// components have shown themselves as gimbals.
	components map[uint8]bool
}

// applyGimbal takes what gimbals and their managers say; false for everything else.
func (st *state) applyGimbal(component uint8, m message.Message, at time.Time) bool {
	g := &st.gimbal
	switch m := m.(type) {
	case *common.MessageGimbalManagerInformation:
		if g.manager == 0 || g.manager == component {
			g.manager, g.device = component, m.GimbalDeviceId
		}
	case *common.MessageGimbalManagerStatus:
		if g.manager == 0 {
			g.manager, g.device = component, m.GimbalDeviceId
		}
		if g.manager == component && g.device == m.GimbalDeviceId {
			g.primarySystem, g.primaryComponent = m.PrimaryControlSysid, m.PrimaryControlCompid
			g.controlKnown = true
		}
	case *common.MessageGimbalDeviceAttitudeStatus:
		st.applyGimbalAttitude(component, m, at)
	default:
		return false
	}
	return true
}

func (st *state) applyGimbalAttitude(component uint8, m *common.MessageGimbalDeviceAttitudeStatus, at time.Time) {
	g := &st.gimbal
	if g.source != component && !g.heard.IsZero() && at.Sub(g.heard) < gimbalSilence {
		return // one gimbal seen twice, or a second one
	}
	q := quaternion{float64(m.Q[0]), float64(m.Q[1]), float64(m.Q[2]), float64(m.Q[3])}
	q, ok := q.normalised()
	if !ok {
		return
	}
	sample := gimbalSample{q: q, earth: earthFrame(m.Flags)}
	if finite(m.AngularVelocityX, m.AngularVelocityY, m.AngularVelocityZ) {
		sample.rates = [3]float64{float64(m.AngularVelocityX), float64(m.AngularVelocityY), float64(m.AngularVelocityZ)}
	}
	boot := int64(m.TimeBootMs) * int64(time.Millisecond)
	own := st.clock(component)
	if component != st.v.Component {
		own.arrived(boot, at)
	}
	made := at
	if offset, ok := own.offset(at); ok {
		made = time.Unix(0, boot+offset)
		// The history runs on the autopilot's clock; a gimbal with a clock of its own is put there.
		if main, ok := st.clock(st.v.Component).offset(at); ok && time.Duration(max(offset-main, main-offset)) > sameClock {
			boot += offset - main
		}
	}
	g.source, g.heard, g.last, g.made = component, at, sample, made
	st.poses.gimbals.add(boot, sample)
}

// earthFrame tells whether the yaw counts from north. Senders from before the two frame flags mean it by the lock.
func earthFrame(flags common.GIMBAL_DEVICE_FLAGS) bool {
	switch {
	case flags&common.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME != 0:
		return true
	case flags&common.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME != 0:
		return false
	default:
		return flags&common.GIMBAL_DEVICE_FLAGS_YAW_LOCK != 0
	}
}

func (st *state) gimbalView(now time.Time) *Gimbal {
	g := &st.gimbal
	if g.heard.IsZero() {
		return nil
	}
	view := Gimbal{Time: g.made.UTC(), Valid: now.Sub(g.heard) <= gimbalStale}
	q := g.last.q
	if !g.last.earth {
		n := len(st.poses.turns.values)
		if n == 0 || now.Sub(st.turned) > gimbalStale {
			view.Valid = false
		}
		if n > 0 {
			q = fromEuler(0, 0, st.poses.turns.values[n-1].q.yaw()).then(q)
		}
	}
	view.RollDeg, view.PitchDeg, view.YawDeg = q.eulerDeg()
	return &view
}

// PointAt makes the gimbal follow a place on the ground (degrees, metres above mean sea level).
func (s *Service) PointAt(ctx context.Context, id int, lat, lon, altAMSL float64) (Ack, error) {
	if err := validatePlace(lat, lon, altAMSL); err != nil {
		return Ack{}, fmt.Errorf("point at: %w", err)
	}
	return s.point(ctx, id, func(device float64) order {
		return place(common.MAV_CMD_DO_SET_ROI_LOCATION, lat, lon, altAMSL, device)
	})
}

// PointAngles turns the gimbal to a pitch (up from the horizon) and a yaw from true north, which it then keeps.
func (s *Service) PointAngles(ctx context.Context, id int, pitchDeg, yawDegTrueNorth float64) (Ack, error) {
	if !(math.Abs(pitchDeg) <= 180 && math.Abs(yawDegTrueNorth) <= 360) {
		return Ack{}, fmt.Errorf("point: %w: pitch %v°, yaw %v°", ErrInvalid, pitchDeg, yawDegTrueNorth)
	}
	yaw := math.Mod(yawDegTrueNorth+540, 360) - 180
	return s.point(ctx, id, func(device float64) order {
		return long(common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, pitchDeg, yaw, unset, unset, yawLock, 0, device)
	})
}

// PointRates turns the gimbal at rates in degrees a second (up, clockwise) until told otherwise.
func (s *Service) PointRates(ctx context.Context, id int, pitchDegS, yawDegS float64) (Ack, error) {
	if !(math.Abs(pitchDegS) <= 360 && math.Abs(yawDegS) <= 360) {
		return Ack{}, fmt.Errorf("point: %w: rates %v and %v°/s", ErrInvalid, pitchDegS, yawDegS)
	}
	return s.point(ctx, id, func(device float64) order {
		return long(common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, unset, unset, pitchDegS, yawDegS, yawLock, 0, device)
	})
}

// yawLock makes yaw count from true north and stay when the vehicle turns.
const yawLock = float64(common.GIMBAL_MANAGER_FLAGS_YAW_LOCK)

// point takes control of the gimbal where we do not have it, and sends a command to its manager.
func (s *Service) point(ctx context.Context, id int, command func(device float64) order) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	sys.mu.Lock()
	g := sys.state.gimbal
	sys.mu.Unlock()
	began := time.Now()
	if !g.controlKnown || g.primarySystem != s.systemID || g.primaryComponent != s.componentID {
		const unchanged = -1
		take := long(common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, float64(s.systemID), float64(s.componentID),
			unchanged, unchanged, 0, 0, float64(g.device)).to(g.manager)
		_, err := s.execute(ctx, sys, take, link.Urgent)
		var denied *DeniedError
		// An autopilot from before the second gimbal protocol does not know it and needs no permission.
		if err != nil && !(errors.As(err, &denied) && denied.Result == resultName(common.MAV_RESULT_UNSUPPORTED)) {
			return Ack{}, fmt.Errorf("take control of the gimbal: %w", err)
		}
	}
	ack, err := s.execute(ctx, sys, command(float64(g.device)).to(g.manager), link.Urgent)
	if err != nil {
		return Ack{}, fmt.Errorf("point the gimbal: %w", err)
	}
	ack.Elapsed = time.Since(began)
	return ack, nil
}
