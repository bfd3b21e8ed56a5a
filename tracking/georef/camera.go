package georef

import "math"

// Camera is a pinhole camera with Brown-Conrady distortion. Pixel (0, 0) is the upper left corner of the image, u runs to the
// right and v down.
type Camera struct {
	WidthPx, HeightPx int
	FX, FY            float64    // focal lengths in pixels
	CX, CY            float64    // principal point in pixels
	Distortion        [4]float64 // k1, k2, p1, p2
}

// CameraFromHFOV is a camera without distortion, with square pixels and its principal point in the middle of the image.
func CameraFromHFOV(widthPx, heightPx int, hfovDeg float64) Camera {
	f := float64(widthPx) / 2 / math.Tan(hfovDeg*math.Pi/360)
	return Camera{
		WidthPx: widthPx, HeightPx: heightPx, FX: f, FY: f,
		CX: float64(widthPx) / 2, CY: float64(heightPx) / 2,
	}
}

// Valid tells whether the camera can be used: positive focal lengths and only finite numbers.
func (c Camera) Valid() bool {
	sum := c.FX + c.FY + c.CX + c.CY
	for _, k := range c.Distortion {
		sum += k
	}
	return c.FX > 0 && c.FY > 0 && !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// distort moves an ideal image point (in focal lengths from the principal point) to where the lens puts it, and gives the
// derivative of that.
func (c Camera) distort(x, y float64) (xd, yd float64, j [2][2]float64) {
	k1, k2, p1, p2 := c.Distortion[0], c.Distortion[1], c.Distortion[2], c.Distortion[3]
	r2 := x*x + y*y
	g := 1 + k1*r2 + k2*r2*r2
	dg := k1 + 2*k2*r2 // by r2
	xd = x*g + 2*p1*x*y + p2*(r2+2*x*x)
	yd = y*g + p1*(r2+2*y*y) + 2*p2*x*y
	j[0][0] = g + 2*x*x*dg + 2*p1*y + 6*p2*x
	j[0][1] = 2*x*y*dg + 2*p1*x + 2*p2*y
	j[1][0] = 2*x*y*dg + 2*p1*x + 2*p2*y
	j[1][1] = g + 2*y*y*dg + 6*p1*y + 2*p2*x
	return xd, yd, j
}

// undistort is the inverse of distort by Newton's method; false where the lens model has no inverse.
func (c Camera) undistort(xd, yd float64) (x, y float64, ok bool) {
	if c.Distortion == [4]float64{} {
		return xd, yd, true
	}
	x, y = xd, yd
	for range 20 {
		ex, ey, j := c.distort(x, y)
		ex, ey = ex-xd, ey-yd
		det := j[0][0]*j[1][1] - j[0][1]*j[1][0]
		// A determinant that is no longer positive means past the fold, where the model shows one pixel twice.
		if !(det > 1e-6) {
			return 0, 0, false
		}
		if math.Abs(ex)+math.Abs(ey) < 1e-13 {
			break
		}
		x -= (j[1][1]*ex - j[0][1]*ey) / det
		y -= (j[0][0]*ey - j[1][0]*ex) / det
	}
	ex, ey, _ := c.distort(x, y)
	return x, y, math.Abs(ex-xd)+math.Abs(ey-yd) < 1e-9
}

// ray is the direction of a pixel in camera axes, not normalised: x is 1.
func (c Camera) ray(u, v float64) ([3]float64, bool) {
	x, y, ok := c.undistort((u-c.CX)/c.FX, (v-c.CY)/c.FY)
	return [3]float64{1, x, y}, ok
}

// pixel is the inverse of ray; false for what is behind the camera or beyond the fold of the lens model.
func (c Camera) pixel(d [3]float64) (u, v float64, ok bool) {
	if !(d[0] > 1e-9) {
		return 0, 0, false
	}
	x, y := d[1]/d[0], d[2]/d[0]
	xd, yd, j := c.distort(x, y)
	if c.Distortion != [4]float64{} {
		if !(j[0][0]*j[1][1]-j[0][1]*j[1][0] > 1e-6) {
			return 0, 0, false
		}
		bx, by, back := c.undistort(xd, yd)
		if !back || math.Abs(bx-x)+math.Abs(by-y) > 1e-6 {
			return 0, 0, false
		}
	}
	return c.CX + c.FX*xd, c.CY + c.FY*yd, true
}
