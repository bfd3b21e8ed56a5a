package copter

import (
	"math"

	"vedette/internal/geo"
)

// What the gimbal can do.
const (
	gimbalRate     = 60.0 // deg/s about each axis
	gimbalPitchMin = -90.0
	gimbalPitchMax = 25.0
	gimbalNeutral  = -25.0 // pitch at power-up, degrees
)

type gimbalMode int

const (
	gimbalAngles gimbalMode = iota // pitch and yaw, held
	gimbalRates                    // turning at given rates
	gimbalROI                      // looking at a place
)

// gimbal is a three-axis camera mount: levelled, with its pitch against the horizon, its yaw followed against the vehicle or
// locked against north, and every motion limited to gimbalRate.
type gimbal struct {
	mode               gimbalMode
	pitchDeg           float64 // wanted
	yawDeg             float64 // wanted: from north where locked, else from the vehicle's heading
	yawLock            bool
	pitchRate, yawRate float64 // wanted in gimbalRates, deg/s
	roi                vec
	neutral            bool
	stowed             bool
	byTracker          bool  // the camera's tracker moves roi
	system             uint8 // of the vehicle that it looks at; 0: none

	control [2][2]uint8 // primary and secondary controller: system and component

	truePitch float64 // where the camera truly looks
	trueYaw   float64 // from north
	relYaw    float64 // from the vehicle's heading, as the encoder measures it
	rateUp    float64 // deg/s, of the last step
	ratePan   float64
}

// take begins a mode, and ends what the gimbal did before.
func (g *gimbal) take(m gimbalMode) {
	g.mode, g.neutral, g.stowed, g.byTracker, g.system = m, false, false, false, 0
}

// point sets angles in degrees.
func (g *gimbal) point(pitchDeg, yawDeg float64, lock bool) {
	g.take(gimbalAngles)
	g.yawLock = lock
	if !math.IsNaN(pitchDeg) {
		g.pitchDeg = clamp(pitchDeg, gimbalPitchMin, gimbalPitchMax)
	}
	if !math.IsNaN(yawDeg) {
		g.yawDeg = wrap360(yawDeg)
	}
}

// turn sets rates in deg/s.
func (g *gimbal) turn(pitchRate, yawRate float64, lock bool) {
	g.take(gimbalRates)
	g.yawLock = lock
	g.pitchRate = clamp(pitchRate, -gimbalRate, gimbalRate)
	g.yawRate = clamp(yawRate, -gimbalRate, gimbalRate)
}

// lookAt keeps looking at a place until another order.
func (g *gimbal) lookAt(place vec) {
	g.take(gimbalROI)
	g.roi = place
}

// retract stows the camera: level, along the nose.
func (g *gimbal) retract() {
	g.point(0, 0, false)
	g.stowed = true
}

// release ends looking at a place and goes back to the neutral angles.
func (g *gimbal) release() {
	g.point(gimbalNeutral, 0, false)
}

// step moves the camera. The target is computed from what the autopilot believes, the motion happens to the true camera.
func (g *gimbal) step(dt float64, est belief, b *body, panError, upError float64) {
	wantPitch, wantYaw := g.pitchDeg, g.yawDeg // wantYaw as the autopilot believes, from north
	switch g.mode {
	case gimbalROI:
		d := g.roi.sub(est.pos)
		wantPitch = clamp(math.Atan2(d[2], d.horizontal())*180/math.Pi, gimbalPitchMin, gimbalPitchMax)
		wantYaw = d.courseDeg()
		if d.horizontal() < 0.5 { // straight below: any yaw will do
			wantYaw = est.yawDeg + g.relYaw
		}
	case gimbalRates:
		g.pitchDeg = clamp(g.pitchDeg+g.pitchRate*dt, gimbalPitchMin, gimbalPitchMax)
		g.yawDeg = wrap360(g.yawDeg + g.yawRate*dt)
		wantPitch, wantYaw = g.pitchDeg, g.yawDeg
		if !g.yawLock {
			wantYaw += est.yawDeg
		}
	case gimbalAngles:
		if !g.yawLock {
			wantYaw += est.yawDeg
		}
	}
	// The mount knows its yaw only against the vehicle: an error of the vehicle's heading turns the camera with it.
	rel := wantYaw - est.yawDeg
	before := [2]float64{g.truePitch, g.trueYaw}
	g.truePitch = slew(g.truePitch, wantPitch+upError, gimbalRate*dt)
	g.trueYaw = wrap360(g.trueYaw + clamp(geo.DiffDeg(g.trueYaw, b.yawDeg+rel+panError), -gimbalRate*dt, gimbalRate*dt))
	g.relYaw = geo.DiffDeg(b.yawDeg, g.trueYaw)
	g.rateUp, g.ratePan = (g.truePitch-before[0])/dt, geo.DiffDeg(before[1], g.trueYaw)/dt
}

// hold freezes the present direction, so that rates start from it.
func (g *gimbal) hold(est belief) {
	g.pitchDeg = g.truePitch
	g.yawDeg = wrap360(g.relYaw)
	if g.yawLock {
		g.yawDeg = wrap360(est.yawDeg + g.relYaw)
	}
}
