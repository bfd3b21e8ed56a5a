package mavlink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/camera"
	"vedette/mavlink/link"
)

// Camera is what is known about one camera of a vehicle.
type Camera = camera.Camera

// VideoStream is one stream that a camera of the vehicle offers.
type VideoStream = camera.Stream

// applyCamera takes what cameras say about themselves and their streams; ok is false for everything else.
func (st *state) applyCamera(component uint8, m message.Message, at time.Time) (events []string, ok bool) {
	made := at
	if v, seen := m.(*common.MessageCameraFovStatus); seen {
		made = st.madeAt(component, v.TimeBootMs, at)
	}
	change, ok := st.cameras.Apply(component, m, made, at)
	if !ok {
		return nil, false
	}
	st.polled(component, m.GetID(), at)
	if _, identified := m.(*common.MessageCameraInformation); identified {
		st.pollCameras(component, at)
	}
	switch change {
	case camera.Streams:
		return []string{EventStreams, EventState}, true
	case camera.State:
		return []string{EventState}, true
	default:
		return nil, true
	}
}

// madeAt is the time at which a gimbal or camera made a message, by the clock of its component.
func (st *state) madeAt(component uint8, millis uint32, at time.Time) time.Time {
	const strange = 3 * time.Second
	if millis == 0 {
		return at
	}
	boot := int64(millis) * int64(time.Millisecond)
	own := st.clock(component)
	if component != st.v.Component {
		own.arrived(boot, at)
	}
	offset, ok := own.offset(at)
	if made := time.Unix(0, boot+offset); ok && at.Sub(made).Abs() < strange {
		return made
	}
	return at
}

// Streams gives the video streams that the cameras of a vehicle offer, by camera and stream.
func (s *Service) Streams(id int) []VideoStream {
	sys, err := s.system(id)
	if err != nil {
		return nil
	}
	now := time.Now()
	sys.mu.Lock()
	defer sys.mu.Unlock()
	var all []VideoStream
	for _, c := range sys.state.cameras.List() {
		for _, stream := range c.Streams {
			stream.HFOVDeg = sys.state.cameras.HFOVAt(c.ID, stream.StreamID, now)
			all = append(all, stream)
		}
	}
	return all
}

// HFOVAt is the horizontal field of view of a camera's stream at a time, in degrees, as the camera measured it around that
// time where it does, else as it was described; 0 while not known.
func (s *Service) HFOVAt(id int, cameraID uint8, stream int, t time.Time) float64 {
	sys, err := s.system(id)
	if err != nil {
		return 0
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	return sys.state.cameras.HFOVAt(cameraID, stream, t)
}

// MeasuredHFOVAt is HFOVAt where the camera measured it; false where it did not.
func (s *Service) MeasuredHFOVAt(id int, cameraID uint8, stream int, t time.Time) (float64, bool) {
	sys, err := s.system(id)
	if err != nil {
		return 0, false
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	return sys.state.cameras.MeasuredAt(cameraID, stream, t)
}

// CameraCommand is something that a camera can be told; package camera has them.
type CameraCommand = camera.Command

// Camera tells a camera (0: the first that is a component, else the autopilot's) something and waits for its answer. Errors
// are those of Command, and ErrUnable. A rate of a zoom or focus counts for 0.6 s: see moveLens.
func (s *Service) Camera(ctx context.Context, id int, cameraID uint8, c CameraCommand) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	if photo, ok := c.(camera.TakePhotos); ok {
		photo.Sequence = int(sys.photos.Add(1))
		c = photo
	}
	cam, o, err := sys.cameraOrder(cameraID, c)
	if err != nil {
		return Ack{}, err
	}
	if key, rate, steady, ok := lensOf(cam.ID, c); steady {
		return s.moveLens(ctx, sys, key, rate)
	} else if ok {
		if err := sys.lenses.end(ctx, key); err != nil {
			return Ack{}, err
		}
	}
	began := time.Now()
	ack, err := s.execute(ctx, sys, o.on(cam), link.Urgent)
	if err != nil {
		ack, err = s.recordsAnyway(ctx, sys, cam, c, began, err)
	}
	sys.refresh(cam.Component, o.Shows...)
	sys.shows(cam, c, err)
	if err != nil {
		return Ack{}, fmt.Errorf("camera %d: %w", cam.ID, err)
	}
	sys.tracks(cam, c)
	return ack, nil
}

// cameraOrder checks a command against what the camera can do.
func (s *system) cameraOrder(id uint8, c CameraCommand) (Camera, cameraOrder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cam, ok := s.state.cameras.Find(id)
	if !ok {
		return Camera{}, cameraOrder{}, fmt.Errorf("%w: there is no camera %d", ErrInvalid, id)
	}
	o, err := camera.Of(cam, c)
	var unable *camera.UnableError
	switch {
	case errors.As(err, &unable):
		return Camera{}, cameraOrder{}, fmt.Errorf("%w: %w", ErrUnable, err)
	case err != nil:
		return Camera{}, cameraOrder{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return cam, cameraOrder{o}, nil
}

type cameraOrder struct{ camera.Order }

func (o cameraOrder) on(c Camera) order {
	return order{command: o.Command, params: o.Params, component: c.Component, once: o.Once}
}

// recordsAnyway asks a camera what it is doing when it did not agree to begin or end a recording: it may do so already, or
// its agreement was lost and the repeated command refused.
func (s *Service) recordsAnyway(ctx context.Context, sys *system, cam Camera, c CameraCommand, began time.Time, failed error) (Ack, error) {
	_, begin := c.(camera.Record)
	_, end := c.(camera.StopRecord)
	if !begin && !end || errors.Is(failed, ErrLost) || isDenied(failed, common.MAV_RESULT_UNSUPPORTED) {
		return Ack{}, failed
	}
	status := &common.MessageCameraCaptureStatus{}
	if err := s.fetch(ctx, sys, request(status).to(cam.Component), status.GetID()); err != nil {
		return Ack{}, failed
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	now, ok := sys.state.cameras.Find(cam.ID)
	if !ok || now.Capture == nil || now.Capture.Time.Before(began) || now.Capture.Recording != begin {
		return Ack{}, failed
	}
	word := "the camera records"
	if end {
		word = "the camera does not record"
	}
	return Ack{Result: resultName(common.MAV_RESULT_ACCEPTED), Reason: word, Elapsed: time.Since(began)}, nil
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
