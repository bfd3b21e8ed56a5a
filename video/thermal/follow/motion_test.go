package follow

import (
	"math"
	"math/rand/v2"
	"testing"

	"vedette/video/thermal"
)

const testWidth, testHeight = 480, 384

// ground is a smooth random landscape of grey levels, without end.
type ground struct{ waves [16][4]float64 }

func newGround(seed uint64) *ground {
	rng := rand.New(rand.NewPCG(seed, 1))
	g := &ground{}
	for i := range g.waves {
		turn, long := rng.Float64()*2*math.Pi, 20*math.Exp(rng.Float64()*3)
		g.waves[i] = [4]float64{math.Cos(turn) * 2 * math.Pi / long, math.Sin(turn) * 2 * math.Pi / long, rng.Float64() * 2 * math.Pi, 1 + long/60}
	}
	return g
}

func (g *ground) at(x, y float64) float64 {
	v := 110.0
	for _, w := range g.waves {
		v += w[3] * math.Sin(w[0]*x+w[1]*y+w[2])
	}
	return v
}

// shot is a picture of the ground by a camera that has been turned, zoomed and moved, with a sensor's noise.
func (g *ground) shot(m Motion, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 2))
	pix := make([]byte, testWidth*testHeight)
	// The place of a pixel on the ground: the inverse of the motion.
	det := m.XX*m.YY - m.XY*m.YX
	for y := range testHeight {
		for x := range testWidth {
			u, v := float64(x)+0.5-m.X, float64(y)+0.5-m.Y
			pix[y*testWidth+x] = byte(min(max(g.at((m.YY*u-m.XY*v)/det, (m.XX*v-m.YX*u)/det)+rng.NormFloat64(), 0), 255))
		}
	}
	return pix
}

func gray(pix []byte) *thermal.Gray {
	return &thermal.Gray{Pix: pix, Stride: testWidth, Width: testWidth, Height: testHeight}
}

// turned is a motion about the middle of the picture.
func turned(deg, scale, dx, dy float64) Motion {
	s, c := math.Sincos(deg * math.Pi / 180)
	const cx, cy = testWidth / 2, testHeight / 2
	m := Motion{XX: scale * c, XY: -scale * s, YX: scale * s, YY: scale * c}
	m.X, m.Y = cx-m.XX*cx-m.XY*cy+dx, cy-m.YX*cx-m.YY*cy+dy
	return m
}

func TestTheCamerasMotionIsMeasured(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Motion{
		"still":               still,
		"a fraction":          turned(0, 1, 0.6, -1.3),
		"a pan":               turned(0, 1, -37.4, 12.8),
		"a fast pan":          turned(0, 1, 121, -66),
		"a turn":              turned(2, 1, 3, 0),
		"zoom":                turned(0, 1.03, 0, 5),
		"all of them":         turned(-1.5, 0.98, 22, -17),
		"the other way round": turned(1.5, 1.01, -60, -30),
	} {
		t.Run(name, func(t *testing.T) {
			g := newGround(7)
			var e estimator
			if _, ok := e.step(gray(g.shot(still, 1))); ok {
				t.Error("a first picture tells a motion")
			}
			got, ok := e.step(gray(g.shot(want, 2)))
			if !ok {
				t.Fatal("no motion is told")
			}
			for _, p := range [][2]float64{{80, 80}, {400, 80}, {240, 192}, {80, 300}, {400, 300}} {
				gx, gy := got.at(p[0], p[1])
				wx, wy := want.at(p[0], p[1])
				if off := math.Hypot(gx-wx, gy-wy); off > 2 {
					t.Errorf("%v moves to %.1f, %.1f instead of %.1f, %.1f", p, gx, gy, wx, wy)
				}
			}
		})
	}
}

// TestWhatMovesByItselfIsNotTheCamera has a large warm thing cross a still picture.
func TestWhatMovesByItselfIsNotTheCamera(t *testing.T) {
	t.Parallel()
	g := newGround(9)
	a, b := g.shot(still, 1), g.shot(still, 2)
	for y := 150; y < 220; y++ {
		for x := 150; x < 240; x++ {
			a[y*testWidth+x] = 230
			b[(y+10)*testWidth+x+40] = 230
		}
	}
	var e estimator
	e.step(gray(a))
	m, ok := e.step(gray(b))
	if x, y := m.at(320, 256); !ok || math.Hypot(x-320, y-256) > 1 {
		t.Errorf("the camera moved by %.1f, %.1f (%v)", x-320, y-256, ok)
	}
}

// TestPicturesThatTellNothing have nothing to hold on to.
func TestPicturesThatTellNothing(t *testing.T) {
	t.Parallel()
	flat := func(v byte) []byte {
		pix := make([]byte, testWidth*testHeight)
		for i := range pix {
			pix[i] = v
		}
		return pix
	}
	noise := func(seed uint64) []byte {
		rng := rand.New(rand.NewPCG(seed, 3))
		pix := flat(0)
		for i := range pix {
			pix[i] = byte(rng.IntN(256))
		}
		return pix
	}
	for name, pair := range map[string][2][]byte{
		"white": {flat(255), flat(255)}, "black": {flat(0), flat(0)}, "a flash": {flat(20), flat(250)},
		"noise": {noise(1), noise(2)}, "another scene": {newGround(1).shot(still, 1), newGround(2).shot(still, 1)},
	} {
		var e estimator
		e.step(gray(pair[0]))
		if m, ok := e.step(gray(pair[1])); ok {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// TestBrightnessIsNoMotion has the camera's gain change between two pictures.
func TestBrightnessIsNoMotion(t *testing.T) {
	t.Parallel()
	g := newGround(5)
	a, b := g.shot(still, 1), g.shot(turned(0, 1, 18, 9), 2)
	for i := range b {
		b[i] = byte(min(int(b[i])+25, 255))
	}
	var e estimator
	e.step(gray(a))
	m, ok := e.step(gray(b))
	if x, y := m.at(320, 256); !ok || math.Hypot(x-338, y-265) > 1 {
		t.Errorf("the camera moved by %.1f, %.1f (%v)", x-320, y-256, ok)
	}
}

func BenchmarkMotion(b *testing.B) {
	g := newGround(7)
	shots := [2][]byte{g.shot(still, 1), g.shot(turned(1, 1.01, 20, -9), 2)}
	var e estimator
	for i := 0; b.Loop(); i++ {
		e.step(gray(shots[i&1]))
	}
}
