package groundsensor

import (
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/sim/world"
)

const (
	holdOff = 10 * time.Second
	// Distances at which a usual geophone node notices a walking person, an animal, a vehicle: a sensor's own range is that
	// for a person and scales the others.
	walkRangeM    = 40.0
	animalRangeM  = 25.0
	vehicleRangeM = 180.0
	pirRangeM     = 30.0
	stepSeconds   = 0.05
)

// chanceInStep is the chance in one step of something that happens with a rate per second.
func chanceInStep(perSecond float64) float64 { return 1 - math.Exp(-perSecond*stepSeconds) }

// seismic notices what walks or drives: nearer is surer, and at the edge of its range it misses and mistakes more.
func (n *node) seismic(objects []world.Object) (event, bool) {
	scale := 1.0
	if n.sensor.RangeM > 0 {
		scale = n.sensor.RangeM / walkRangeM
	}
	for i := range objects {
		o := &objects[i]
		if !o.Moving {
			continue
		}
		reach := scale * noticedM(o.Class)
		d, _ := n.bearing(o)
		if d >= reach {
			continue
		}
		near := 1 - (d/reach)*(d/reach)
		if n.rng.Float64() >= chanceInStep(2.2*near*near) {
			continue
		}
		return event{
			cause: o.ID, detail: n.classify(o.Class, near),
			confidence: int(45 + 45*near + 10*n.rng.Float64()),
		}, true
	}
	return event{}, false
}

func noticedM(c world.Class) float64 {
	switch c {
	case world.Animal:
		return animalRangeM
	case world.Vehicle:
		return vehicleRangeM
	default:
		return walkRangeM
	}
}

// classify is what the node's own classifier makes of an object: it errs more at the edge of its range.
func (n *node) classify(c world.Class, near float64) string {
	truth := detailWalk
	switch c {
	case world.Animal:
		truth = detailAnimal
	case world.Vehicle:
		truth = detailVehicle
	}
	r := n.rng.Float64()
	right := 0.62 + 0.34*near
	switch {
	case r < right:
		return truth
	case r < right+(1-right)*0.6 || c == world.Vehicle:
		return detailUnknown
	case c == world.Person:
		return detailAnimal
	default:
		return detailWalk
	}
}

// pir notices warm things that move across its sector; tall ones from farther away.
func (n *node) pir(objects []world.Object, ambientC float64) (event, bool) {
	reach := n.sensor.RangeM
	if reach <= 0 {
		reach = pirRangeM
	}
	for i := range objects {
		o := &objects[i]
		contrast := math.Abs(o.TempC - ambientC)
		d, b := n.bearing(o)
		if !o.Moving || contrast < 3 || math.Abs(geo.DiffDeg(n.sensor.AzimuthDeg, b)) > n.sensor.FOVDeg/2 {
			continue
		}
		size := math.Sqrt(o.HeightM * math.Max(o.WidthM, 0.3) / (1.75 * 0.55))
		near := 1 - d/(reach*math.Min(math.Max(size, 0.5), 1.5))
		if near <= 0 {
			continue
		}
		// It sees changes between its segments, so what comes straight at it is noticed late.
		across := math.Abs(o.VE*math.Cos(b*math.Pi/180)-o.VN*math.Sin(b*math.Pi/180)) / math.Max(math.Hypot(o.VE, o.VN), 0.1)
		rate := 2.5 * math.Min(near*3, 1) * (0.25 + 0.75*across) * math.Min(contrast/12, 1)
		if n.rng.Float64() < chanceInStep(rate) {
			return event{cause: o.ID, confidence: int(50 + 40*near + 10*n.rng.Float64())}, true
		}
	}
	return event{}, false
}

// beam notices what has crossed the line between its posts since the last step. The first such object counts.
func (f *field) beam(n *node, objects []world.Object) (event, bool) {
	const lowM, missed = 0.4, 0.02 // it runs knee-high
	a, b := [2]float64{n.sensor.E, n.sensor.N}, n.end
	for i := range objects {
		o := &objects[i]
		was, known := f.last[o.ID]
		is := [2]float64{o.E, o.N}
		if !known || o.HeightM < lowM {
			continue
		}
		before, after := side(a, b, was), side(a, b, is)
		if before > 0 == (after > 0) || side(was, is, a) > 0 == (side(was, is, b) > 0) || n.rng.Float64() < missed {
			continue
		}
		e := event{cause: o.ID, detail: detailR2L, confidence: 95}
		if before > 0 {
			e.detail = detailL2R
		}
		return e, true
	}
	return event{}, false
}

// side is positive for a point to the left of the way from a to b.
func side(a, b, p [2]float64) float64 {
	return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
}

// mistake is a trip without a cause: rain, a falling branch, a gust in the grass.
func (n *node) mistake(windMS float64) (event, bool) {
	gust := windMS / gustScaleMS
	if n.falseRate == 0 || n.rng.Float64() >= chanceInStep(n.falseRate*(1+min(gust*gust, 8))) {
		return event{}, false
	}
	e := event{cause: causeFalse, confidence: int(30 + 40*n.rng.Float64())}
	switch n.sensor.Kind {
	case world.Seismic:
		e.detail = detailUnknown
		if r := n.rng.Float64(); r < 0.15 {
			e.detail = detailWalk
		} else if r < 0.3 {
			e.detail = detailAnimal
		}
	case world.Beam:
		e.detail = detailL2R
		if n.rng.Float64() < 0.5 {
			e.detail = detailR2L
		}
	}
	return e, true
}
