package render

import (
	"math"

	"vedette/sim/world"
)

const degToRad = math.Pi / 180

type vec3 [3]float64 // east, north, up in metres

func (a vec3) dot(b vec3) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a vec3) plus(b vec3, k float64) vec3 {
	return vec3{a[0] + k*b[0], a[1] + k*b[1], a[2] + k*b[2]}
}

// view is the pinhole of one picture: continuous pixel coordinates with the middle of the first pixel at 0.5, 0.5 and the
// optical axis through the middle of the picture.
type view struct {
	eye                vec3
	right, down, ahead vec3
	focal              float64 // pixels
	cx, cy             float64
}

func newView(pose world.CameraPose, width, height int, focal float64) view {
	sy, cy := math.Sincos(pose.YawDeg * degToRad)
	sp, cp := math.Sincos(pose.PitchDeg * degToRad)
	sr, cr := math.Sincos(pose.RollDeg * degToRad)
	level := vec3{cy, -sy, 0}            // to the right before roll
	below := vec3{sy * sp, cy * sp, -cp} // down in the picture before roll
	return view{
		eye:   vec3{pose.E, pose.N, pose.U},
		ahead: vec3{sy * cp, cy * cp, sp},
		right: vec3{cr*level[0] + sr*below[0], cr*level[1] + sr*below[1], cr*level[2] + sr*below[2]},
		down:  vec3{cr*below[0] - sr*level[0], cr*below[1] - sr*level[1], cr*below[2] - sr*level[2]},
		focal: focal,
		cx:    float64(width) / 2,
		cy:    float64(height) / 2,
	}
}

// ray gives the direction through a pixel, scaled so that its component along the optical axis is 1: depths multiply it.
func (v *view) ray(x, y float64) vec3 {
	a, b := (x-v.cx)/v.focal, (y-v.cy)/v.focal
	return vec3{
		v.ahead[0] + a*v.right[0] + b*v.down[0],
		v.ahead[1] + a*v.right[1] + b*v.down[1],
		v.ahead[2] + a*v.right[2] + b*v.down[2],
	}
}

// spot is a point as the picture has it.
type spot struct {
	x, y  float64 // pixels
	depth float64 // metres along the optical axis; the rest means nothing unless it is positive
}

const nearest = 0.5 // metres; what is nearer is not drawn

func (v *view) project(p vec3) spot {
	d := p.plus(v.eye, -1)
	z := d.dot(v.ahead)
	if z < nearest {
		return spot{}
	}
	return spot{x: v.cx + v.focal*d.dot(v.right)/z, y: v.cy + v.focal*d.dot(v.down)/z, depth: z}
}
