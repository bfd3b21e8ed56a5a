package station

import (
	"math"
	"slices"

	"vedette/internal/geo"
	"vedette/tracking/zone"
	"vedette/video"
)

// private tells whether a place lies in a privacy zone.
func (p *picture) private(at geo.LatLon) bool {
	return slices.ContainsFunc(p.cfg.zones, func(z zone.Zone) bool { return z.Kind == zone.Privacy && z.Contains(at.Point()) })
}

// guarded tells whether there is any privacy zone: boxes are then shown only once it is known where they are.
func (p *picture) guarded() bool {
	return slices.ContainsFunc(p.cfg.zones, func(z zone.Zone) bool { return z.Kind == zone.Privacy })
}

// withoutPrivate is a frame without the boxes that lie in a privacy zone, or whose place is not known.
func (p *picture) withoutPrivate(d video.Detections, s sight) video.Detections {
	sigma := sightSigma(d.TimeExact)
	down := math.Cos(s.pose.Attitude.PitchDeg * math.Pi / 180)
	d.Boxes = slices.DeleteFunc(slices.Clone(d.Boxes), func(b video.Box) bool {
		fix, err := p.locator.Locate(s.camera, s.pose, b.X+b.W/2, b.Y+b.H/2*(1+down), sigma)
		return err != nil || p.private(fix.Position)
	})
	return d
}
