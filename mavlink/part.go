package mavlink

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	firstCamera, lastCamera = 100, 105 // MAV_COMP_ID_CAMERA to CAMERA6
	gimbalComponent         = 154      // MAV_COMP_ID_GIMBAL; 171 to 175 are GIMBAL2 to GIMBAL6
	gimbal2, gimbal6        = 171, 175
	// partSilence of a component's heartbeats, sent once a second, may hide a restart.
	partSilence = 10 * time.Second
	// maxParts bounds what a vehicle can make us ask.
	maxParts = 24
)

// part is a component that carries a gimbal or a camera.
type part struct {
	gimbal, camera bool
	heard          time.Time
	boot           bootTime
	// life counts its restarts: what a life was asked and told does not count in the next. born is when it began.
	life int
	born time.Time
	// follows tells that the camera was told to follow something in its picture, tracking counts those changes.
	follows  bool
	tracking int
}

// meet notes a component by its heartbeat; true when it must be asked who it is, because it is new or may have restarted.
func (st *state) meet(component uint8, hb *common.MessageHeartbeat, at time.Time) bool {
	camera := hb.Type == common.MAV_TYPE_CAMERA || component >= firstCamera && component <= lastCamera
	gimbal := hb.Type == common.MAV_TYPE_GIMBAL || component == gimbalComponent || component >= gimbal2 && component <= gimbal6
	if !camera && !gimbal {
		return false
	}
	p, known := st.parts[component]
	if !known {
		if len(st.parts) >= maxParts {
			return false
		}
		p = &part{}
		st.parts[component] = p
	}
	anew := !known || at.Sub(p.heard) > partSilence || camera && !p.camera || gimbal && !p.gimbal
	p.gimbal, p.camera, p.heard = p.gimbal || gimbal, p.camera || camera, at
	if known && anew {
		p.reborn(at)
	}
	if camera {
		st.cameras.Meet(component)
	}
	return anew
}

// restarted notices by its time since boot that a component other than the autopilot has started again. One whose messages
// do not agree on the time is not asked again and again for it.
func (st *state) restarted(component uint8, m message.Message, at time.Time) bool {
	p, ok := st.parts[component]
	if !ok {
		return false
	}
	millis, ok := partMillis(m)
	if !ok || millis == 0 {
		return false
	}
	if _, again := p.boot.note(millis); !again || at.Sub(p.born) < partSilence {
		return false
	}
	p.reborn(at)
	delete(st.clocks, component)
	st.forgetPolls(component)
	st.gimbal.set.Forget(component)
	return true
}

func (p *part) reborn(at time.Time) {
	p.life++
	p.born = at
	p.follows, p.tracking = false, 0
}

// partMillis gives the time since boot in the messages that gimbals and cameras send often.
func partMillis(m message.Message) (uint32, bool) {
	switch m := m.(type) {
	case *common.MessageGimbalDeviceAttitudeStatus:
		return m.TimeBootMs, true
	case *common.MessageCameraCaptureStatus:
		return m.TimeBootMs, true
	case *common.MessageCameraFovStatus:
		return m.TimeBootMs, true
	default:
		return 0, false
	}
}
