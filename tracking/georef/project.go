package georef

import (
	"math"

	"vedette/internal/geo"
)

// Project is the pixel that shows a place. The result is false for a place behind the camera or beyond what the lens model
// covers; a pixel outside the image is given as it is. Whether terrain hides the place is for LineOfSight to say.
func Project(cam Camera, pose Pose, p geo.LatLon, h geo.HAE) (u, v float64, ok bool) {
	if !cam.Valid() || !pose.valid() || !p.Valid() {
		return 0, 0, false
	}
	x := geo.NewFrame(pose.Position, pose.HAE).ToENU(p, h)
	return cam.pixel(pose.rotation().camera(x))
}

// LineOfSight tells whether the ground leaves the straight line between two places free. Where the ground's height is not
// known the line counts as blocked.
func (l *Locator) LineOfSight(a geo.LatLon, ha geo.HAE, b geo.LatLon, hb geo.HAE) bool {
	if l.Ground == nil || !a.Valid() || !b.Valid() {
		return false
	}
	frame := geo.NewFrame(a, ha)
	x := frame.ToENU(b, hb)
	length := math.Sqrt(dot(x, x))
	if length < 1e-6 {
		return true
	}
	dir := [3]float64{x[0] / length, x[1] / length, x[2] / length}
	step := orDefault(l.StepM, 15)
	// Both ends may stand on the ground itself, so the line must only not run below it by more than a centimetre.
	const slack = 0.01
	for s := 0.0; ; s = min(length, s+step) {
		clear, ok := l.clearance(frame, dir, s)
		if !ok || clear < -slack {
			return false
		}
		if s == length {
			return true
		}
	}
}

// Footprint is the polygon on the ground that the image shows, along the border of the image from its upper left corner
// clockwise, not closed. Where a ray meets no ground within maxRangeM (ground range, metres; zero: the Locator's MaxRangeM), the
// polygon is cut there. It is empty when no ray of the border meets ground in range.
func (l *Locator) Footprint(cam Camera, pose Pose, maxRangeM float64) []geo.LatLon {
	if l.Ground == nil || !cam.Valid() || !pose.valid() || cam.WidthPx <= 0 || cam.HeightPx <= 0 {
		return nil
	}
	clip := *l
	if maxRangeM > 0 {
		// Cut by ground range below; the slant range only has to be long enough to get there.
		clip.MaxRangeM = min(orDefault(l.MaxRangeM, 15000), 2*maxRangeM+1000)
	} else {
		maxRangeM = orDefault(l.MaxRangeM, 15000)
	}
	frame, rot := geo.NewFrame(pose.Position, pose.HAE), pose.rotation()
	var out []geo.LatLon
	met := false
	for _, px := range border(cam) {
		d, ok := cam.ray(px[0], px[1])
		if !ok {
			continue
		}
		dir := rot.enu(d)
		flat := math.Hypot(dir[0], dir[1])
		h := clip.march(frame, dir)
		ground := h.slant * flat
		switch {
		case h.reason == "" && ground <= maxRangeM:
			met = true
		case h.reason == NoTerrain, h.reason == BelowGround:
			ground = min(ground, maxRangeM)
		default:
			ground = maxRangeM
		}
		if flat < 1e-12 {
			out = append(out, pose.Position)
			continue
		}
		p, _ := frame.FromENU([3]float64{dir[0] / flat * ground, dir[1] / flat * ground, dir[2] * h.slant})
		out = append(out, p)
	}
	if !met || len(out) < 3 {
		return nil
	}
	return out
}

// border is a ring of pixels along the edge of the image, eight to a side.
func border(cam Camera) [][2]float64 {
	const n = 8
	w, h := float64(cam.WidthPx), float64(cam.HeightPx)
	out := make([][2]float64, 0, 4*n)
	for i := range n {
		out = append(out, [2]float64{w * float64(i) / n, 0})
	}
	for i := range n {
		out = append(out, [2]float64{w, h * float64(i) / n})
	}
	for i := range n {
		out = append(out, [2]float64{w - w*float64(i)/n, h})
	}
	for i := range n {
		out = append(out, [2]float64{0, h - h*float64(i)/n})
	}
	return out
}
