package station

import (
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/video"
)

// likelyPrivate is the chance of being in a privacy zone from which something counts as being in it: 0.7 standard deviations before a
// straight edge. Where what is likeliest is inside, it counts whatever its chance.
const likelyPrivate = 0.25

// privateAmong are the privacy zones among zones.
func privateAmong(zones []zone.Zone) []zone.Zone {
	var out []zone.Zone
	for _, z := range zones {
		if z.Kind == zone.Privacy {
			out = append(out, z)
		}
	}
	return out
}

// hides tells whether something is, or may well be, in one of the privacy zones.
func hides(private []zone.Zone, at geo.LatLon, s zone.Spread) bool {
	return zone.Within(private, at.Point(), s, likelyPrivate)
}

// guarded tells whether there is any privacy zone: boxes are then shown only once it is known where they are.
func (p *picture) guarded() bool {
	return slices.ContainsFunc(p.cfg.zones, func(z zone.Zone) bool { return z.Kind == zone.Privacy })
}

// withoutPrivate is a frame without the boxes that lie in a privacy zone, or may well lie in one, or whose place is not known. A box counts
// where it is told to be, and where it is by what was learned of the camera's errors.
func (p *picture) withoutPrivate(d video.Detections, s sight) video.Detections {
	private := privateAmong(p.cfg.zones)
	better, sigma := corrected(s, d.Feed, p.fusionStats(), d.TimeExact)
	down := math.Cos(s.pose.Attitude.PitchDeg * math.Pi / 180)
	d.Boxes = slices.DeleteFunc(slices.Clone(d.Boxes), func(b video.Box) bool {
		u, v := b.X+b.W/2, b.Y+b.H/2*(1+down)
		told, err := p.locator.Locate(s.camera, s.pose, u, v, georef.Sigma{})
		if err != nil || hides(private, told.Position, zone.Spread{}) {
			return true
		}
		fix, err := p.locator.Locate(better.camera, better.pose, u, v, sigma)
		return err != nil || hides(private, fix.Position, zone.Spread{EE: fix.CovEE, EN: fix.CovEN, NN: fix.CovNN})
	})
	return d
}

// concealed is what an alert is told of that cameras alone raised in what is a privacy zone now.
const concealed = "it lies in a privacy zone that was drawn since"

// conceal takes off the alerts what cameras told of privacy zones before those were drawn. It returns the alerts that it changed.
func (p *picture) conceal(now time.Time) []alert.Alert {
	private := privateAmong(p.cfg.zones)
	var out []alert.Alert
	for _, a := range p.alerts.Alerts() {
		if a.Position == (geo.LatLon{}) || !hides(private, a.Position, spreadOf(a.Ellipse)) {
			continue
		}
		heard := len(groundSensors(p, a.Sources)) > 0 || len(p.alerts.Sensed(a.ID).Trips) > 0
		if changed, did := p.alerts.Conceal(a.ID, heard, concealed, now); did {
			out = append(out, changed)
		}
	}
	return out
}

// spreadOf is the covariance of a place with an ellipse of 95 %.
func spreadOf(e *alert.Ellipse) zone.Spread {
	if e == nil {
		return zone.Spread{}
	}
	long, short := e.SemiMajorM/georef.Scale95, e.SemiMinorM/georef.Scale95
	sin, cos := math.Sincos(e.BearingDeg * math.Pi / 180)
	return zone.Spread{
		EE: long*long*sin*sin + short*short*cos*cos, NN: long*long*cos*cos + short*short*sin*sin, EN: (long*long - short*short) * sin * cos,
	}
}
