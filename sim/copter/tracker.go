package copter

import (
	"math"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/sim/world"
)

const (
	// trackEvery is how many steps pass between two looks: ten a second.
	trackEvery = 10
	// A target that is not seen for so many seconds is given up; until then the tracker coasts.
	coastS = 3.0
	// boxMargin is how much wider than its target a box is drawn.
	boxMargin = 1.3
	// groundBoxM is the size of what is tracked where nothing but ground was marked.
	groundBoxM = 3.0
)

// onlookers sees what moves in the world. A vehicle in tests may have none.
type onlookers interface {
	ObjectsAt(t time.Time) []world.Object
}

// tracker follows what an operator marked in the picture, and keeps the gimbal on it, as the payloads of such drones do. It knows
// the truth, and loses sight of what leaves the picture.
type tracker struct {
	mode    mav.CAMERA_TRACKING_MODE // none: idle
	id      string                   // of the object; empty: a spot on the ground
	at, vel vec
	sizeM   [2]float64 // width and height
	radius  float64    // as marked, of the picture's width
	box     [4]float64 // left, top, right, bottom now
	unseenS float64
	failed  bool // the last target was lost
}

// trackAt begins to track what is nearest to the middle of a box (left, top, right, bottom in 0 to 1); false where the
// picture shows neither an object nor ground.
func (f *flight) trackAt(mode mav.CAMERA_TRACKING_MODE, box [4]float64, radius float64) bool {
	s := f.sight(f.camera.source)
	x, y := (box[0]+box[2])/2, (box[1]+box[3])/2
	reach := max(f.camera.settings.reach, (box[2]-box[0])/2)
	t := tracker{mode: mode, radius: radius, sizeM: [2]float64{groundBoxM, groundBoxM}}
	nearestSoFar := reach
	for _, o := range f.objects() {
		at := vec{o.E, o.N, o.U + o.HeightM/2}
		px, py, _, ok := s.project(at)
		if !ok || !inPicture(px, py) {
			continue
		}
		if d := math.Hypot(px-x, (py-y)*s.tanV/s.tanH); d < nearestSoFar {
			nearestSoFar = d
			t.id, t.at, t.vel, t.sizeM = o.ID, at, vec{o.VE, o.VN, 0}, [2]float64{max(o.LengthM, o.WidthM), o.HeightM}
		}
	}
	if t.id == "" {
		ground, ok := f.groundAlong(s.eye, s.ray(x, y))
		if !ok {
			return false
		}
		t.at = ground
	}
	f.camera.tracker = t
	f.gimbal.lookAt(t.wished(f))
	f.gimbal.byTracker = true
	f.lookForTarget()
	return true
}

// stopTracking leaves the camera looking where it looks.
func (f *flight) stopTracking() {
	if f.gimbal.byTracker {
		f.gimbal.yawLock = true
		f.gimbal.hold(f.est)
		f.gimbal.mode, f.gimbal.byTracker = gimbalAngles, false
	}
	f.camera.tracker = tracker{}
}

func (f *flight) objects() []world.Object {
	all, ok := f.land.(onlookers)
	if !ok {
		return nil
	}
	return all.ObjectsAt(f.now())
}

func (f *flight) stepTracker() {
	t := &f.camera.tracker
	if t.mode == mav.CAMERA_TRACKING_MODE_NONE {
		return
	}
	if f.steps%trackEvery == 0 {
		f.lookForTarget()
	}
	// Whoever points the gimbal meanwhile has it; the tracker goes on in the picture.
	if t.mode != mav.CAMERA_TRACKING_MODE_NONE && f.gimbal.byTracker {
		f.gimbal.roi = t.wished(f)
	}
}

// wished is where the gimbal must look, in the place where the autopilot believes to be: the tracker steers by the picture,
// so that an error of the position does not matter.
func (t *tracker) wished(f *flight) vec { return t.at.add(f.est.pos.sub(f.body.pos)) }

// lookForTarget looks where the target is now. One that is out of sight is expected to go on as it went.
func (f *flight) lookForTarget() {
	t := &f.camera.tracker
	s := f.sight(f.camera.source)
	seen := t.id == ""
	for _, o := range f.objects() {
		if t.id != "" && o.ID == t.id {
			at := vec{o.E, o.N, o.U + o.HeightM/2}
			if x, y, _, ok := s.project(at); ok && inPicture(x, y) {
				t.at, t.vel, seen = at, vec{o.VE, o.VN, 0}, true
			}
		}
	}
	x, y, depth, ok := s.project(t.at)
	seen = seen && ok && inPicture(x, y)
	if !seen {
		t.unseenS += trackEvery * dt
		t.at = t.at.add(t.vel.scale(trackEvery * dt))
		if t.unseenS > coastS {
			f.stopTracking()
			f.camera.tracker.failed = true
		}
		return
	}
	t.unseenS = 0
	halfW := boxMargin * t.sizeM[0] / 2 / depth / s.tanH / 2
	halfH := boxMargin * t.sizeM[1] / 2 / depth / s.tanV / 2
	t.box = [4]float64{x - halfW, y - halfH, x + halfW, y + halfH}
}

// status is the tracker's state as MAVLink has it.
func (t *tracker) status() mav.CAMERA_TRACKING_STATUS_FLAGS {
	switch {
	case t.mode == mav.CAMERA_TRACKING_MODE_NONE && t.failed:
		return mav.CAMERA_TRACKING_STATUS_FLAGS_ERROR
	case t.mode == mav.CAMERA_TRACKING_MODE_NONE:
		return mav.CAMERA_TRACKING_STATUS_FLAGS_IDLE
	case t.unseenS > 0:
		return mav.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE | mav.CAMERA_TRACKING_STATUS_FLAGS_COASTING
	default:
		return mav.CAMERA_TRACKING_STATUS_FLAGS_ACTIVE
	}
}
