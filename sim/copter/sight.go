package copter

import "math"

// sight is the camera's true view through one of its lenses, as a pinhole that is held level.
type sight struct {
	eye                vec
	right, down, ahead vec
	tanH, tanV         float64 // of half the fields of view
}

const (
	sightReach = 15000.0 // metres
	nearest    = 0.5
)

func (f *flight) sight(source int) sight {
	l, s := &f.camera.lenses[source], videoStreams[source]
	sy, cy := math.Sincos(f.gimbal.trueYaw * toRad)
	sp, cp := math.Sincos(max(-90, f.gimbal.truePitch) * toRad)
	tanH := math.Tan(l.hfovDeg() * toRad / 2)
	return sight{
		eye:   f.body.pos.add(vec{0, 0, cameraAboveFeet}),
		ahead: vec{sy * cp, cy * cp, sp}, right: vec{cy, -sy, 0}, down: vec{sy * sp, cy * sp, -cp},
		tanH: tanH, tanV: tanH * float64(s.height) / float64(s.width),
	}
}

// ray is the direction through a place in the picture, from 0, 0 in the upper left corner to 1, 1; its length is 1.
func (s *sight) ray(x, y float64) vec {
	a, b := (2*x-1)*s.tanH, (2*y-1)*s.tanV
	d := s.ahead.add(s.right.scale(a)).add(s.down.scale(b))
	return d.scale(1 / d.length())
}

// project gives the place of a point in the picture and its distance along the axis; false for what is behind the camera.
func (s *sight) project(at vec) (x, y, depth float64, ok bool) {
	d := at.sub(s.eye)
	depth = d.dot(s.ahead)
	if depth < nearest {
		return 0, 0, 0, false
	}
	return (d.dot(s.right)/depth/s.tanH + 1) / 2, (d.dot(s.down)/depth/s.tanV + 1) / 2, depth, true
}

func inPicture(x, y float64) bool { return x >= 0 && x <= 1 && y >= 0 && y <= 1 }

// groundAlong is where a ray meets the ground; false where it meets none within reach.
func (f *flight) groundAlong(eye, dir vec) (vec, bool) {
	above := func(d float64) bool {
		at := eye.add(dir.scale(d))
		return at[2] > f.land.GroundU(at[0], at[1])
	}
	if !above(0) {
		return vec{}, false
	}
	near, far := 0.0, 2.0
	for above(far) {
		near, far = far, far*1.05+1
		if far > sightReach {
			return vec{}, false
		}
	}
	for range 30 {
		if middle := (near + far) / 2; above(middle) {
			near = middle
		} else {
			far = middle
		}
	}
	return eye.add(dir.scale(far)), true
}
