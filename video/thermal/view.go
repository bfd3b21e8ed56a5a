package thermal

import "math"

// View says from where a picture was taken, as far as that is known; sizes on the ground follow from it.
type View struct {
	// AltitudeAGLM is the camera's height above the ground in metres; 0: unknown.
	AltitudeAGLM float64
	// HFOVDeg is the horizontal field of view in degrees; 0: unknown.
	HFOVDeg float64
	// TiltDeg is the angle of the middle of the picture below the horizon, 90 looking straight down; 0: unknown.
	TiltDeg float64
}

func (v View) known() bool { return v.AltitudeAGLM > 0 && v.HFOVDeg > 0 }

// minDipDeg is how far below the horizon a ray must point for its range to mean something.
const minDipDeg = 2

// span is a range of lengths in metres.
type span struct{ least, most float64 }

// spans are the lengths of the longer sides of boxes, from a person seen from above to one standing, from a small car to a
// lorry, and from a dog to a horse. A box is often a pixel or two larger than the thing.
var spans = [kinds]span{person: {0.35, 2.8}, vehicle: {1.6, 20}, animal: {0.3, 3.5}, other: {0.3, 6}}

// groundSample returns the metres that a pixel at height y spans across the line of sight. exact is false where only
// the least that it may span is known, which is that of the ground straight below.
func (v View) groundSample(y float64, width, height int) (metres float64, exact bool) {
	focal := float64(width) / 2 / math.Tan(v.HFOVDeg*math.Pi/360) // pixels
	off := y - float64(height)/2
	if v.TiltDeg <= 0 {
		return v.AltitudeAGLM / focal, false
	}
	dip := v.TiltDeg*math.Pi/180 + math.Atan(off/focal)
	if dip < minDipDeg*math.Pi/180 {
		return v.AltitudeAGLM / focal, false
	}
	// Depth along the camera's axis, which is what the pixels of a flat sensor measure sizes by.
	depth := v.AltitudeAGLM / math.Sin(dip) * math.Cos(math.Atan(off/focal))
	return depth / focal, true
}

// plausible returns a factor for a score: 1 where the box's size fits its class, less the farther it is off.
func (v View) plausible(b *Box, width, height int) float64 {
	sample, exact := v.groundSample(b.Y+b.H/2, width, height)
	length := max(b.W, b.H) * sample
	factor := func(s span, p float64) float64 {
		switch {
		case length > s.most:
			return p * math.Pow(s.most/length, 3)
		case exact && length < s.least:
			return p * math.Pow(length/s.least, 3)
		}
		return p
	}
	return factor(spans[person], b.Class.Person) + factor(spans[vehicle], b.Class.Vehicle) +
		factor(spans[animal], b.Class.Animal) + factor(spans[other], b.Class.Other)
}
