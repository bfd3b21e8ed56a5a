package ui

import (
	"context"
	"slices"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

// Cameras are told what to do; what they are is part of their vehicle.
type Cameras interface {
	Camera(ctx context.Context, who access.Principal, id int, c api.CameraCommand) (api.CommandResult, error)
	// Track follows a point or box of the picture; StopTracking ends it. Camera 0 is the first.
	Track(ctx context.Context, who access.Principal, id int, t api.TrackingCommand) (api.CommandResult, error)
	StopTracking(ctx context.Context, who access.Principal, id, camera int) (api.CommandResult, error)
}

func getCameras(c *call) error {
	return known(c, func(id int) ([]api.Camera, error) {
		v, err := c.s.cfg.Station.Vehicle(id)
		return list(v.Cameras), err
	})
}

// camera tells a camera something.
func camera(c *call) error {
	var b api.CameraCommand
	if err := c.body(&b); err != nil {
		return err
	}
	if err := checkCamera(b); err != nil {
		return err
	}
	do := func(ctx context.Context, id int) (api.CommandResult, error) {
		return c.s.cfg.Station.Camera(ctx, c.who, id, b)
	}
	if b.Rate != nil {
		id, err := c.vehicle()
		if err != nil {
			return err
		}
		if c.s.turning.goesOn(turnKey{id, b.Camera, b.Command, c.who.Name}, *b.Rate == 0, time.Now()) {
			return c.tellOn("camera", b, do)
		}
	}
	return c.tell("camera", b, do)
}

func track(c *call) error {
	var b api.TrackingCommand
	if err := c.body(&b); err != nil {
		return err
	}
	if err := checkTracking(b); err != nil {
		return err
	}
	return c.tell("track", b, func(ctx context.Context, id int) (api.CommandResult, error) {
		return c.s.cfg.Station.Track(ctx, c.who, id, b)
	})
}

func stopTracking(c *call) error {
	number, err := c.integer("camera", 0, 1, maxComponent)
	if err != nil {
		return err
	}
	request := api.TrackingCommand{Camera: int(number)}
	return c.tell("stopTracking", request, func(ctx context.Context, id int) (api.CommandResult, error) {
		return c.s.cfg.Station.StopTracking(ctx, c.who, id, int(number))
	})
}

const (
	maxComponent = 255
	maxPhotos    = 30000
)

// cameraMembers are the members of a camera command besides its name and camera; one of those in ways is needed where there
// are any.
var cameraMembers = map[string]struct{ ways, may []string }{
	"zoom":       {ways: []string{"rate", "step", "percent", "focalLengthMM", "hfovDeg"}},
	"focus":      {ways: []string{"rate", "step", "percent", "distanceM", "auto"}},
	"photo":      {may: []string{"intervalS", "count"}},
	"stopPhoto":  {},
	"record":     {may: []string{"stream"}},
	"stopRecord": {may: []string{"stream"}},
	"source":     {ways: []string{"source"}, may: []string{"second"}},
	"mode":       {ways: []string{"mode"}},
	"stream":     {ways: []string{"on"}, may: []string{"stream"}},
	"format":     {ways: []string{"storage"}, may: []string{"confirm"}},
	"reset":      {may: []string{"confirm"}},
}

// checkCamera refuses what no camera could make sense of.
func checkCamera(b api.CameraCommand) error {
	rule, known := cameraMembers[b.Command]
	if !known {
		return api.BadRequest("command %.40q: use zoom, focus, photo, stopPhoto, record, stopRecord, source, mode, stream, format or reset", b.Command)
	}
	ways := 0
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"rate", b.Rate != nil}, {"step", b.Step != nil}, {"percent", b.Percent != nil}, {"focalLengthMM", b.FocalLengthMM != nil},
		{"hfovDeg", b.HFOVDeg != nil}, {"distanceM", b.DistanceM != nil}, {"auto", b.Auto != ""}, {"intervalS", b.IntervalS != nil},
		{"count", b.Count != 0}, {"stream", b.Stream != 0}, {"on", b.On != nil}, {"mode", b.Mode != ""}, {"source", b.Source != ""},
		{"second", b.Second != ""}, {"storage", b.Storage != 0}, {"confirm", b.Confirm != ""},
	} {
		way := slices.Contains(rule.ways, m.name)
		if m.given && !way && !slices.Contains(rule.may, m.name) {
			return api.BadRequest("%s takes no %s", b.Command, m.name)
		}
		if m.given && way {
			ways++
		}
	}
	if len(rule.ways) > 0 && ways != 1 {
		return api.BadRequest("%s needs one of %v", b.Command, rule.ways)
	}
	return first(checkCameraValues(b), checkConfirmed(b))
}

func checkCameraValues(b api.CameraCommand) error {
	switch {
	case b.Camera < 0 || b.Camera > maxComponent:
		return api.BadRequest("camera must be from 1 to %d", maxComponent)
	case b.Stream < 0 || b.Stream > maxComponent || b.Storage < 0 || b.Storage > maxComponent:
		return api.BadRequest("stream and storage must be from 1 to %d", maxComponent)
	case b.Step != nil && *b.Step != 1 && *b.Step != -1:
		return api.BadRequest("step must be -1 or 1")
	case b.Count < 0 || b.Count > maxPhotos:
		return api.BadRequest("count must be from 1 to %d", maxPhotos)
	case b.Count > 0 && b.IntervalS == nil:
		return api.BadRequest("count goes with intervalS")
	case b.Auto != "" && !slices.Contains([]string{"on", "single", "continuous"}, b.Auto):
		return api.BadRequest("auto %.40q: use on, single or continuous", b.Auto)
	case b.Mode != "" && !slices.Contains([]string{"photo", "video", "survey"}, b.Mode):
		return api.BadRequest("mode %.40q: use photo, video or survey", b.Mode)
	}
	for _, source := range []string{b.Source, b.Second} {
		if source != "" && !slices.Contains([]string{"default", "eo", "ir", "ndvi"}, source) {
			return api.BadRequest("source %.40q: use default, eo, ir or ndvi", source)
		}
	}
	return first(
		within("rate", b.Rate, -1, 1),
		within("percent", b.Percent, 0, 100),
		within("focalLengthMM", b.FocalLengthMM, 0.1, 10000),
		within("hfovDeg", b.HFOVDeg, 0.1, 179),
		within("distanceM", b.DistanceM, 0.01, 100000),
		within("intervalS", b.IntervalS, 0.1, 24*3600),
	)
}

// checkConfirmed asks for the typed word where something is lost for good.
func checkConfirmed(b api.CameraCommand) error {
	word := map[string]string{"format": "FORMAT", "reset": "RESET"}[b.Command]
	switch {
	case word == "" || b.Confirm == word:
		return nil
	case b.Command == "format":
		return api.BadRequest(`format erases storage %d: confirm it with "confirm":"FORMAT"`, b.Storage)
	default:
		return api.BadRequest(`reset forgets the camera's settings: confirm it with "confirm":"RESET"`)
	}
}

// checkTracking allows a point or a box within the picture.
func checkTracking(b api.TrackingCommand) error {
	if b.Camera < 0 || b.Camera > maxComponent {
		return api.BadRequest("camera must be from 1 to %d", maxComponent)
	}
	if (b.Point == nil) == (b.Box == nil) {
		return api.BadRequest("give a point or a box")
	}
	if p := b.Point; p != nil {
		return first(within("point.x", &p.X, 0, 1), within("point.y", &p.Y, 0, 1), within("point.radius", &p.Radius, 0, 1))
	}
	x := b.Box
	right, bottom := x.X+x.W, x.Y+x.H
	if !(x.W > 0 && x.H > 0) {
		return api.BadRequest("box.w and box.h must be more than 0, as shares of the picture")
	}
	const rounding = 1e-6
	return first(within("box.x", &x.X, 0, 1), within("box.y", &x.Y, 0, 1), within("box.x + box.w", &right, 0, 1+rounding), within("box.y + box.h", &bottom, 0, 1+rounding))
}
