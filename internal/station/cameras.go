package station

import (
	"context"
	"net/url"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/camera"
	"vedette/ui/api"
)

// cameras is what people do with the cameras of vehicles.
type cameras struct{ vehicles *vehicles }

// Camera implements ui.Cameras.
func (c *cameras) Camera(ctx context.Context, _ access.Principal, id int, asked api.CameraCommand) (api.CommandResult, error) {
	command, err := cameraCommand(asked)
	if err != nil {
		return api.CommandResult{}, err
	}
	return c.tell(ctx, id, asked.Camera, "camera", command)
}

// Track implements ui.Cameras.
func (c *cameras) Track(ctx context.Context, _ access.Principal, id int, asked api.TrackingCommand) (api.CommandResult, error) {
	if b := asked.Box; b != nil {
		box := camera.TrackBox{Left: b.X, Top: b.Y, Right: min(1, b.X+b.W), Bottom: min(1, b.Y+b.H)}
		return c.tell(ctx, id, asked.Camera, "track", box)
	}
	p := asked.Point
	return c.tell(ctx, id, asked.Camera, "track", camera.TrackPoint{X: p.X, Y: p.Y, Radius: p.Radius})
}

// StopTracking implements ui.Cameras.
func (c *cameras) StopTracking(ctx context.Context, _ access.Principal, id, number int) (api.CommandResult, error) {
	return c.tell(ctx, id, number, "stopTracking", camera.StopTracking{})
}

func (c *cameras) tell(ctx context.Context, id, number int, name string, command mavlink.CameraCommand) (api.CommandResult, error) {
	result, err := c.vehicles.carryOut(ctx, id, name, func(ctx context.Context) (mavlink.Ack, error) {
		return c.vehicles.mavlink.Camera(ctx, id, uint8(number), command)
	})
	result.ID = "" // it is that of the record, which the caller makes
	return result, err
}

// cameraCommand turns an API command into one for the camera.
func cameraCommand(c api.CameraCommand) (mavlink.CameraCommand, error) {
	switch c.Command {
	case "zoom":
		how, value := lensChange(c)
		return camera.Zoom{How: how, Value: value}, nil
	case "focus":
		if c.Auto != "" {
			return camera.AutoFocus{How: c.Auto}, nil
		}
		how, value := lensChange(c)
		return camera.Focus{How: how, Value: value}, nil
	case "photo":
		interval := time.Duration(valueOr(c.IntervalS, 0) * float64(time.Second))
		return camera.TakePhotos{Interval: interval, Count: c.Count}, nil
	case "stopPhoto":
		return camera.StopPhoto{}, nil
	case "record":
		return camera.Record{Stream: c.Stream}, nil
	case "stopRecord":
		return camera.StopRecord{Stream: c.Stream}, nil
	case "source":
		return camera.Source{First: c.Source, Second: c.Second}, nil
	case "mode":
		return camera.Mode{Name: c.Mode}, nil
	case "stream":
		return camera.Play{Stream: c.Stream, On: c.On != nil && *c.On}, nil
	case "format":
		return camera.Format{Storage: c.Storage}, nil
	case "reset":
		return camera.Reset{}, nil
	default:
		return nil, api.BadRequest("there is no camera command %q", c.Command)
	}
}

// lensChange is how a zoom or focus is to change, of which exactly one is given.
func lensChange(c api.CameraCommand) (how int, value float64) {
	for _, way := range []struct {
		how   int
		value *float64
	}{
		{camera.Rate, c.Rate}, {camera.Step, c.Step}, {camera.Percent, c.Percent}, {camera.FocalLength, c.FocalLengthMM},
		{camera.Distance, c.DistanceM}, {camera.HFOV, c.HFOVDeg},
	} {
		if way.value != nil {
			return way.how, *way.value
		}
	}
	return camera.Rate, 0
}

// describeCameras are a vehicle's cameras as the API has them.
func (v *vehicles) describeCameras(m mavlink.Vehicle, now time.Time) []api.Camera {
	var out []api.Camera
	for _, c := range m.Cameras {
		d := api.Camera{
			ID: int(c.ID), Component: int(c.Component), Name: c.Name, Firmware: c.Firmware, Kind: c.Kind(), Abilities: c.AbilityNames(),
			Gimbal: int(c.Gimbal), Mode: c.Mode, ZoomPercent: c.ZoomPercent, FocusPercent: c.FocusPercent,
			DefinitionURI: c.DefinitionURI, LastPhoto: photoOf(c.LastPhoto), Tracking: trackingOf(c.Tracking), NoSources: c.NoSources,
		}
		if view := c.View; view != nil {
			d.HFOVDeg, d.VFOVDeg = &view.HFOVDeg, positive(view.VFOVDeg)
		} else {
			d.HFOVDeg = positive(c.LensHFOVDeg)
		}
		describeCapture(&d, c.Capture, now)
		for _, s := range c.Storages {
			d.Storages = append(d.Storages, api.Storage{
				ID: s.ID, Status: s.Status, Name: s.Name, Kind: s.Kind, TotalMiB: s.TotalMiB, UsedMiB: s.UsedMiB, FreeMiB: s.FreeMiB,
				Photos: s.Photos, Videos: s.Videos,
			})
		}
		for _, s := range c.Streams {
			d.Streams = append(d.Streams, v.streamOf(m.ID, s, now))
		}
		for _, r := range c.Thermal {
			d.ThermalRanges = append(d.ThermalRanges, api.ThermalRange{
				Stream: r.StreamID, MinC: r.MinC, MaxC: r.MaxC, MinPoint: partOf(r.MinPlace, 0), MaxPoint: partOf(r.MaxPlace, 0), T: api.At(r.Time),
			})
		}
		out = append(out, d)
	}
	return out
}

func describeCapture(d *api.Camera, c *camera.Capture, now time.Time) {
	if c == nil {
		return
	}
	d.Photo, d.Photos, d.FreeMiB = c.Photo, c.Photos, c.FreeMiB
	d.Recording = &c.Recording
	if c.Interval > 0 {
		d.IntervalS = api.Known(c.Interval.Seconds())
	}
	if c.Recording && c.RecordingTime > 0 {
		d.RecordingS = api.Known((c.RecordingTime + max(0, now.Sub(c.Time))).Seconds())
	}
}

func (v *vehicles) streamOf(vehicle int, s mavlink.VideoStream, now time.Time) api.CameraStream {
	out := api.CameraStream{
		ID: s.StreamID, Name: s.Name, Kind: "eo", URI: s.URI, Running: s.Running, Width: s.WidthPx, Height: s.HeightPx, FPS: s.FrameRate,
		HFOVDeg: positive(v.mavlink.HFOVAt(vehicle, uint8(s.CameraID), s.StreamID, now)), Codec: s.Encoding,
	}
	if s.Thermal {
		out.Kind = "thermal"
	}
	if u, err := url.Parse(s.URI); err == nil && u.User != nil {
		u.User = nil
		out.URI = u.String()
	}
	return out
}

func photoOf(p *camera.Photo) *api.CameraPhoto {
	if p == nil {
		return nil
	}
	out := &api.CameraPhoto{Index: p.Index, OK: p.OK, T: api.At(p.Time), URL: p.URL}
	if p.Placed {
		amsl := geo.AMSL(p.AltAMSL)
		out.Position = &api.Position{Lat: p.Lat, Lon: p.Lon, AltAMSL: &amsl}
	}
	return out
}

func trackingOf(k *camera.Tracking) *api.Tracking {
	if k == nil {
		return nil
	}
	out := &api.Tracking{State: k.State, Point: partOf(k.Point, k.Radius), T: api.At(k.Time)}
	if b := k.Box; b != nil {
		out.Box = &api.PictureBox{X: b[0], Y: b[1], W: b[2] - b[0], H: b[3] - b[1]}
	}
	if g := k.Geo; g != nil {
		out.Position = &api.Position{Lat: g.Lat, Lon: g.Lon}
		if amsl := api.Known(geo.AMSL(g.AltAMSL)); amsl != nil {
			out.Position.AltAMSL = amsl
		}
		out.HorizontalM, out.VerticalM, out.DistanceM = api.Known(g.HorizontalM), api.Known(g.VerticalM), api.Known(g.DistanceM)
	}
	return out
}

func partOf(p *[2]float64, radius float64) *api.PicturePart {
	if p == nil {
		return nil
	}
	return &api.PicturePart{X: p[0], Y: p[1], Radius: radius}
}

// positive is a value that counts only above 0.
func positive(v float64) *float64 {
	if !(v > 0) {
		return nil
	}
	return &v
}
