package mavlink

import (
	"context"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/camera"
	"vedette/mavlink/link"
)

// lensKey is one thing that moves: the zoom or the focus of a camera.
type lensKey struct {
	camera uint8
	focus  bool
}

// lensOf tells which lens a command is about, and the rate of one that goes on until it is stopped.
func lensOf(cameraID uint8, c camera.Command) (key lensKey, rate float64, steady, ok bool) {
	key.camera = cameraID
	switch c := c.(type) {
	case camera.Zoom:
		return key, c.Value, c.How == camera.Rate, true
	case camera.Focus:
		key.focus = true
		return key, c.Value, c.How == camera.Rate, true
	case camera.AutoFocus:
		key.focus = true
		return key, 0, false, true
	default:
		return key, 0, false, false
	}
}

func (k lensKey) at(rate float64) camera.Command {
	if k.focus {
		return camera.Focus{How: camera.Rate, Value: rate}
	}
	return camera.Zoom{How: camera.Rate, Value: rate}
}

// moveLens moves a lens at a rate for the next 0.6 s: whoever wants it to go on says so again before they are over. When nobody
// does it is stopped, as it is at once by a rate of zero. It waits until the camera has accepted.
func (s *Service) moveLens(ctx context.Context, sys *system, key lensKey, rate float64) (Ack, error) {
	_, o, err := sys.cameraOrder(key.camera, key.at(rate))
	if err != nil {
		return Ack{}, err
	}
	if _, err := sys.live(); err != nil {
		return Ack{}, err
	}
	began := time.Now()
	if err := sys.lenses.move(ctx, key, rate); err != nil {
		return Ack{}, fmt.Errorf("camera %d: %w", key.camera, err)
	}
	return Ack{Command: uint16(o.Command), Result: resultName(common.MAV_RESULT_ACCEPTED), Elapsed: time.Since(began)}, nil
}

// lensMover moves the lenses of a vehicle. A camera goes on by itself until it hears a rate of 0.
func (s *Service) lensMover(sys *system) *mover[lensKey, float64] {
	return &mover[lensKey, float64]{
		wishes: make(chan moveWish[lensKey, float64]), rest: func(float64) float64 { return 0 }, log: sys.log, kind: "lens",
		begin: func(key lensKey) (moved[float64], error) {
			return moved[float64]{tell: func(ctx context.Context, rate float64) error { return s.tellLens(ctx, sys, key, rate) }}, nil
		},
	}
}

func (s *Service) tellLens(ctx context.Context, sys *system, key lensKey, rate float64) error {
	cam, o, err := sys.cameraOrder(key.camera, key.at(rate))
	if err != nil {
		return err
	}
	_, err = s.execute(ctx, sys, o.on(cam), link.Urgent)
	sys.refresh(cam.Component, o.Shows...)
	return err
}
