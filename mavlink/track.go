package mavlink

import (
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/camera"
)

// Rates in hertz at which a camera tells what it follows, as long as it does.
const (
	trackedHz = 5
	placeHz   = 2
)

// tracks notes that a camera agreed to follow something, or nothing any more. What it then sees is not sent by itself
// everywhere: it is asked for.
func (s *system) tracks(cam Camera, c CameraCommand) {
	s.mu.Lock()
	p, ok := s.state.parts[cam.Component]
	if !ok {
		p = &part{}
		s.state.parts[cam.Component] = p
	}
	switch c.(type) {
	case camera.TrackPoint, camera.TrackBox:
		p.tracking++
		p.follows = true
	case camera.StopTracking:
		if p.follows {
			p.tracking++
		}
		p.follows = false
		s.state.cameras.Stopped(cam.ID, time.Now())
	default:
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	s.poke()
}

// trackingWishes ask for what a camera follows while it does, as often as the link has room for, and for silence afterwards.
func (p *part) trackingWishes(component uint8, scaled func(hz float64) float64) []wish {
	if p.tracking == 0 {
		return nil
	}
	var all []wish
	for _, m := range []struct {
		id uint32
		hz float64
	}{{idTracked, trackedHz}, {idPlace, placeHz}} {
		hz := scaled(m.hz)
		o := interval(m.id, hz)
		if !p.follows {
			o = long(common.MAV_CMD_SET_MESSAGE_INTERVAL, float64(m.id), -1)
		}
		all = append(all, wish{name: fmt.Sprintf("tracking %d of %d at %.3g, change %d", m.id, component, hz, p.tracking), order: o.to(component)})
	}
	return all
}

// shows notes what became of the wish to see an imager. A refusal counts where the protocol says that asking again is of no use.
func (s *system) shows(cam Camera, c CameraCommand, err error) {
	source, ok := c.(camera.Source)
	refused := isDenied(err, common.MAV_RESULT_DENIED) || isDenied(err, common.MAV_RESULT_UNSUPPORTED)
	if !ok || source.First == "default" || source.Second != "" || err != nil && !refused {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.cameras.Shows(cam.ID, source.First, err == nil)
}
