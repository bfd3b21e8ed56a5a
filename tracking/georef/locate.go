package georef

import (
	"errors"
	"math"

	"vedette/internal/geo"
)

// Reason says why a ray meets no ground.
type Reason string

// The reasons.
const (
	AboveHorizon  Reason = "above the horizon"
	TooFar        Reason = "no ground within range"
	NoTerrain     Reason = "terrain data ends before the ray meets ground"
	BelowGround   Reason = "the camera is below the ground"
	OutsideLens   Reason = "the pixel is outside the lens model"
	InvalidCamera Reason = "camera or pose is not valid"
)

// NoGround is the error of a pixel that shows no place on the ground that is known. It is never replaced by a guess.
type NoGround struct{ Reason Reason }

func (e *NoGround) Error() string { return "no ground: " + string(e.Reason) }

// IsNoGround gives the reason where err is or wraps a NoGround.
func IsNoGround(err error) (Reason, bool) {
	if none, ok := errors.AsType[*NoGround](err); ok {
		return none.Reason, true
	}
	return "", false
}

// Locator finds where rays meet the ground. Only Ground is needed.
type Locator struct {
	Ground    Ground
	MaxRangeM float64 // slant range at which a ray is given up, metres; default 15000
	StepM     float64 // longest step near the ground, metres: half a cell of the terrain; default 15
}

// Fix is a place on the ground that a pixel shows.
type Fix struct {
	Position geo.LatLon
	HAE      geo.HAE
	SlantM   float64 // from the camera

	CovEE, CovEN, CovNN float64 // covariance of the horizontal error, m^2
}

// Locate finds the ground under a pixel and how well it is known. The error is a *NoGround.
func (l *Locator) Locate(cam Camera, pose Pose, u, v float64, sigma Sigma) (Fix, error) {
	if l.Ground == nil || !cam.Valid() || !pose.valid() {
		return Fix{}, &NoGround{InvalidCamera}
	}
	d, ok := cam.ray(u, v)
	if !ok {
		return Fix{}, &NoGround{OutsideLens}
	}
	frame := geo.NewFrame(pose.Position, pose.HAE)
	dir := pose.rotation().enu(d)
	hit := l.march(frame, dir)
	if hit.reason != "" {
		return Fix{}, &NoGround{hit.reason}
	}
	x := [3]float64{dir[0] * hit.slant, dir[1] * hit.slant, dir[2] * hit.slant}
	fix := Fix{SlantM: hit.slant}
	fix.Position, fix.HAE = frame.FromENU(x)
	fix.CovEE, fix.CovEN, fix.CovNN = l.covariance(frame, cam, pose, u, v, x, sigma)
	return fix, nil
}

type hit struct {
	slant  float64 // of the hit, or how far the ray was followed
	reason Reason  // empty: hit
}

// steepest is the greatest slope between two terrain cells that the long steps high above ground allow for; a steeper
// cliff may be stepped over only by less than its width.
const steepest = 2.0

// march follows a ray from the frame's origin until it is below ground, then bisects. Heights are ellipsoidal at each
// point, so the curvature of the Earth needs no correction.
func (l *Locator) march(frame *geo.Frame, dir [3]float64) hit {
	far, step := orDefault(l.MaxRangeM, 15000), orDefault(l.StepM, 15)
	lost := TooFar
	if dir[2] > 0 {
		lost = AboveHorizon
	}
	clear, ok := l.clearance(frame, dir, 0)
	switch {
	case !ok:
		return hit{0, NoTerrain}
	case clear < 0:
		return hit{0, BelowGround}
	}
	down := max(0, -dir[2]) + steepest*math.Hypot(dir[0], dir[1])
	for s := 0.0; s < far; {
		next := min(far, s+max(step, clear/down))
		clear, ok = l.clearance(frame, dir, next)
		if !ok {
			if dir[2] > 0 {
				return hit{s, AboveHorizon}
			}
			return hit{s, NoTerrain}
		}
		if clear <= 0 {
			return l.bisect(frame, dir, s, next)
		}
		s = next
	}
	return hit{far, lost}
}

func (l *Locator) bisect(frame *geo.Frame, dir [3]float64, above, below float64) hit {
	for range 60 {
		if below-above < 1e-4 {
			break
		}
		mid := (above + below) / 2
		clear, ok := l.clearance(frame, dir, mid)
		if !ok {
			return hit{above, NoTerrain}
		}
		if clear > 0 {
			above = mid
		} else {
			below = mid
		}
	}
	return hit{slant: (above + below) / 2}
}

// clearance is the height of the ray above ground at a distance from the camera.
func (l *Locator) clearance(frame *geo.Frame, dir [3]float64, s float64) (float64, bool) {
	p, h := frame.FromENU([3]float64{dir[0] * s, dir[1] * s, dir[2] * s})
	g, ok := l.Ground.HeightHAE(p)
	return float64(h - g), ok
}

func orDefault(v, d float64) float64 {
	if v > 0 {
		return v
	}
	return d
}
