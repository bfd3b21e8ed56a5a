package render

import "math"

const (
	farthest    = 6000.0 // metres; beyond is haze
	usualSlope  = 0.35   // of terrain, for the length of steps
	marchSteps  = 96
	refineSteps = 4
)

// meet finds the depth at which a ray from the eye meets the ground, beginning at depth from, or false where it meets none.
func (r *Renderer) meet(ray vec3, from float64) (float64, bool) {
	run := math.Hypot(ray[0], ray[1])
	speed := math.Sqrt(run*run + ray[2]*ray[2])
	limit := farthest / speed
	t := math.Max(from, nearest)
	gap := r.gap(ray, t)
	for gap <= 0 && t > nearest {
		t /= 2
		gap = r.gap(ray, t)
	}
	if gap <= 0 {
		return nearest, true
	}
	closing := math.Max(usualSlope*run-ray[2], 0.02)
	for range marchSteps {
		next := t + math.Max(1.2*gap/closing, 0.004*t+0.3)
		if next > limit || ray[2] > 0 && gap > 400 {
			return 0, false
		}
		after := r.gap(ray, next)
		if after <= 0 {
			return r.refine(ray, t, gap, next, after), true
		}
		t, gap = next, after
	}
	return 0, false
}

// refine narrows a crossing by false position, halving the kept end's weight (Illinois) so that both ends move.
func (r *Renderer) refine(ray vec3, a, gapA, b, gapB float64) float64 {
	mid := b
	for range refineSteps {
		mid = a + (b-a)*gapA/(gapA-gapB)
		gap := r.gap(ray, mid)
		switch {
		case math.Abs(gap) < 0.01:
			return mid
		case gap > 0:
			a, gapA = mid, gap
			gapB /= 2
		default:
			b, gapB = mid, gap
			gapA /= 2
		}
	}
	return mid
}

func (r *Renderer) gap(ray vec3, t float64) float64 {
	return r.view.eye[2] + t*ray[2] - r.cfg.Scene.GroundU(r.view.eye[0]+t*ray[0], r.view.eye[1]+t*ray[1])
}

// hiddenBelow gives how much of something upright at a place is behind terrain: heights above its foot up to the result are
// not seen. The result is height when nothing of it is seen.
func (r *Renderer) hiddenBelow(foot vec3, height float64) float64 {
	if r.seen(foot.plus(vec3{0, 0, 1}, 0.05)) {
		return 0
	}
	if !r.seen(foot.plus(vec3{0, 0, 1}, height)) {
		return height
	}
	low, high := 0.0, height
	for range 6 {
		mid := (low + high) / 2
		if r.seen(foot.plus(vec3{0, 0, 1}, mid)) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// seen tells whether no terrain lies between the eye and a point.
func (r *Renderer) seen(p vec3) bool {
	d := r.view.eye.plus(p, -1)
	run := math.Hypot(d[0], d[1])
	if run < 1 {
		return true
	}
	d = vec3{d[0] / run, d[1] / run, d[2] / run}
	closing := math.Max(usualSlope-d[2], 0.05)
	for s := 1.0; s < run; {
		gap := p[2] + s*d[2] - r.cfg.Scene.GroundU(p[0]+s*d[0], p[1]+s*d[1])
		if gap <= 0 {
			return false
		}
		s += math.Max(gap/closing, 2+0.01*s)
	}
	return true
}
