package camera

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

func (e *entry) track(m *common.MessageCameraTrackingImageStatus, at time.Time) Change {
	was := e.Tracking
	t := Tracking{State: trackingState(m.TrackingStatus), Time: at.UTC()}
	if t.State == "idle" {
		changed := was == nil || was.State != "idle"
		e.Tracking = &t
		if changed {
			return State
		}
		return Nothing
	}
	if was != nil {
		t.Geo = was.Geo
	}
	// Some senders fill in what the mode does not name.
	switch m.TrackingMode {
	case common.CAMERA_TRACKING_MODE_POINT:
		t.point(m)
	case common.CAMERA_TRACKING_MODE_RECTANGLE:
		t.box(m)
	default:
		if t.box(m); t.Box == nil {
			t.point(m)
		}
	}
	e.Tracking = &t
	return State
}

func (t *Tracking) point(m *common.MessageCameraTrackingImageStatus) {
	t.Point = inPicture(m.PointX, m.PointY)
	if t.Point != nil && m.Radius > 0 && m.Radius <= 1 {
		t.Radius = float64(m.Radius)
	}
}

// box takes corners that lie in the picture, or at most a little outside where the target leaves it.
func (t *Tracking) box(m *common.MessageCameraTrackingImageStatus) {
	const margin = 0.5
	inside := func(v float32) bool { return v >= -margin && v <= 1+margin }
	if inside(m.RecTopX) && inside(m.RecTopY) && inside(m.RecBottomX) && inside(m.RecBottomY) &&
		m.RecTopX < m.RecBottomX && m.RecTopY < m.RecBottomY {
		t.Box = &[4]float64{float64(m.RecTopX), float64(m.RecTopY), float64(m.RecBottomX), float64(m.RecBottomY)}
	}
}

func trackingState(f common.CAMERA_TRACKING_STATUS_FLAGS) string {
	switch {
	case f&common.CAMERA_TRACKING_STATUS_FLAGS_ERROR != 0:
		return "error"
	case f&common.CAMERA_TRACKING_STATUS_FLAGS_COASTING != 0:
		return "coasting"
	case f&common.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE != 0:
		return "active"
	default:
		return "idle"
	}
}

func (e *entry) place(m *common.MessageCameraTrackingGeoStatus, at time.Time) Change {
	t := Tracking{State: trackingState(m.TrackingStatus), Time: at.UTC()}
	if was := e.Tracking; was != nil {
		t.Point, t.Radius, t.Box, t.Geo = was.Point, was.Radius, was.Box, was.Geo
		if was.State == "idle" {
			return Nothing // a word that was on its way when the tracking ended
		}
		if t.State == "idle" {
			return Nothing // the status of the picture says when it ends
		}
	}
	g := Geo{
		Lat: float64(m.Lat) / 1e7, Lon: float64(m.Lon) / 1e7, AltAMSL: float64(m.Alt), HorizontalM: float64(m.HAcc), VerticalM: float64(m.VAcc),
		VelNorth: float64(m.VelN), VelEast: float64(m.VelE), VelUp: -float64(m.VelD), DistanceM: float64(m.Dist), Time: at.UTC(),
	}
	if t.State == "idle" || !onEarth(g.Lat, g.Lon) || m.Lat == 0 && m.Lon == 0 {
		return Nothing
	}
	t.Geo = &g
	e.Tracking = &t
	return State
}
