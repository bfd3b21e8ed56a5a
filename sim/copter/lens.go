package copter

import "math"

// The pictures: full horizontal fields of view in degrees without zoom, and what the zooms can do.
const (
	ThermalHFOVDeg = 24.6
	EOHFOVDeg      = 50.0

	thermalMostZoom = 4.0
	eoMostZoom      = 20.0

	zoomStep = 10.0 // percent of the way
)

// lens is one of the camera's two. Its zoom is a percentage of the way from wide to narrow, on which the magnification grows
// evenly in proportion.
type lens struct {
	wideDeg  float64 // full horizontal field of view unzoomed
	mostZoom float64
	sensorMM float64 // width

	percent float64 // where the zoom is
	want    float64
	drive   float64 // while somebody holds it: -1 to 1 of the rate, else 0
	// focusM is the distance in metres that is sharp, in percent of its way; auto leaves it to the camera.
	focusPercent, focusDrive float64
	manualFocus              bool
}

// zoom is the magnification, 1 and up.
func (l *lens) zoom() float64 { return math.Pow(l.mostZoom, l.percent/100) }

// hfovDeg is the full horizontal field of view now.
func (l *lens) hfovDeg() float64 {
	return 2 * math.Atan(math.Tan(l.wideDeg*toRad/2)/l.zoom()) / toRad
}

// goTo moves the zoom to a percentage.
func (l *lens) goTo(percent float64) { l.want, l.drive = clamp(percent, 0, 100), 0 }

// goToZoom moves it to a magnification.
func (l *lens) goToZoom(zoom float64) {
	l.goTo(100 * math.Log(clamp(zoom, 1, l.mostZoom)) / math.Log(l.mostZoom))
}

// goToFocal and goToHFOV move it to a focal length in millimetres, or a field of view in degrees.
func (l *lens) goToFocal(mm float64) {
	l.goToZoom(mm * 2 * math.Tan(l.wideDeg*toRad/2) / l.sensorMM)
}

func (l *lens) goToHFOV(deg float64) {
	l.goToZoom(math.Tan(l.wideDeg*toRad/2) / math.Tan(clamp(deg, 0.1, l.wideDeg)*toRad/2))
}

// run lets the zoom move until it is stopped: rate from -1 (wide) to 1.
func (l *lens) run(rate float64) {
	l.drive = clamp(rate, -1, 1)
	l.want = l.percent
}

// step moves zoom and focus at a rate in percent of their way a second.
func (l *lens) step(dt, rate float64) {
	if l.drive != 0 {
		l.percent = clamp(l.percent+l.drive*rate*dt, 0, 100)
		l.want = l.percent
	} else {
		l.percent = slew(l.percent, l.want, rate*dt)
	}
	l.focusPercent = clamp(l.focusPercent+l.focusDrive*rate*dt, 0, 100)
}
