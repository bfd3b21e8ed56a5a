package thermal

import (
	"math"
	"math/rand/v2"
	"testing"
)

// scene paints a picture: ground whose temperature drifts, with texture of a given amplitude blurred over
// blur pixels, and sensor noise of sigma 3 added last by render.
type scene struct {
	rng  *rand.Rand
	w, h int
	v    []float64
}

func newScene(seed uint64, drift, texture float64, blur int) *scene {
	return sizedScene(640, 512, seed, drift, texture, blur)
}

func sizedScene(w, h int, seed uint64, drift, texture float64, blur int) *scene {
	s := &scene{rng: rand.New(rand.NewPCG(seed, 7)), w: w, h: h}
	s.v = make([]float64, s.w*s.h)
	fine := make([]float64, s.w*s.h)
	for i := range fine {
		fine[i] = s.rng.NormFloat64()
	}
	for range 2 { // a box blurred twice is near a Gaussian
		fine = boxBlur(fine, s.w, s.h, blur)
	}
	var sq float64
	for _, f := range fine {
		sq += f * f
	}
	gain := texture / math.Sqrt(sq/float64(len(fine)))
	for y := range s.h {
		for x := range s.w {
			s.v[y*s.w+x] = 90 + drift*math.Sin(float64(x)/140)*math.Cos(float64(y)/110) + gain*fine[y*s.w+x]
		}
	}
	return s
}

// boxBlur takes the mean over a square of half side r, first along rows, then along columns.
func boxBlur(in []float64, w, h, r int) []float64 {
	return blurLines(blurLines(in, w, 1, h, w, r), h, w, w, 1, r)
}

// blurLines blurs lines of n values that are step apart; the lines begin lineStep apart.
func blurLines(in []float64, n, step, lines, lineStep, r int) []float64 {
	out := make([]float64, len(in))
	sums := make([]float64, n+2*r+2)
	for l := range lines {
		for i := range n + 2*r + 1 {
			sums[i+1] = sums[i] + in[l*lineStep+min(max(i-r, 0), n-1)*step]
		}
		for i := range n {
			out[l*lineStep+i*step] = (sums[i+2*r+1] - sums[i]) / float64(2*r+1)
		}
	}
	return out
}

// spot adds an ellipse of a contrast, with edges about a pixel wide.
func (s *scene) spot(x, y, w, h, contrast float64) {
	cx, cy := x+w/2, y+h/2
	for py := int(y) - 3; py < int(y+h)+4; py++ {
		for px := int(x) - 3; px < int(x+w)+4; px++ {
			if px < 0 || py < 0 || px >= s.w || py >= s.h {
				continue
			}
			d := math.Hypot((float64(px)+0.5-cx)/(w/2), (float64(py)+0.5-cy)/(h/2))
			edge := (1 - d) * min(w, h) / 2
			s.v[py*s.w+px] += contrast * min(max(edge+0.5, 0), 1)
		}
	}
}

func (s *scene) render() *Gray {
	g := &Gray{Pix: make([]byte, s.w*s.h), Stride: s.w, Width: s.w, Height: s.h}
	for i, v := range s.v {
		g.Pix[i] = uint8(min(max(v+3*s.rng.NormFloat64(), 0), 255))
	}
	return g
}

func iou(a, b Box) float64 {
	w := min(a.X+a.W, b.X+b.W) - max(a.X, b.X)
	h := min(a.Y+a.H, b.Y+b.H) - max(a.Y, b.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.W*a.H + b.W*b.H - w*h)
}

func TestTexturedGroundRaisesFewFalseBoxes(t *testing.T) {
	t.Parallel()
	d := NewHotSpots(Config{})
	frames, boxes := 0, 0
	for blur := 1; blur <= 4; blur++ {
		for seed := range uint64(2) {
			for _, texture := range []float64{4, 12} {
				boxes += len(d.Detect(newScene(seed, 30, texture, blur).render()))
				frames++
			}
		}
	}
	if got := float64(boxes) / float64(frames); got >= 0.5 {
		t.Errorf("%.2f false boxes a frame, want below 0.5", got)
	}
}

func TestHotSpotsAreFoundWithTightBoxes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		w, h, contrast float64
	}{
		{"person from 120 m", 5, 12, 45},
		{"person from 60 m", 10, 26, 45},
		{"person from 30 m", 20, 50, 45},
		{"lying person", 24, 9, 45},
		{"animal", 12, 9, 40},
		{"car", 44, 22, 40},
		{"lorry", 90, 40, 40},
		{"weak person", 9, 20, 28},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := NewHotSpots(Config{})
			found, tight, false_ := 0, 0, 0
			const n = 10
			for seed := range uint64(n) {
				s := sizedScene(256, 200, seed, 20, 5, 3)
				x, y := 40+s.rng.Float64()*90, 40+s.rng.Float64()*80
				s.spot(x, y, tc.w, tc.h, tc.contrast)
				want := Box{X: x, Y: y, W: tc.w, H: tc.h}
				best := 0.0
				for _, b := range d.Detect(s.render()) {
					v := iou(b, want)
					best = max(best, v)
					if v < 0.1 {
						false_++
					}
				}
				if best >= 0.3 {
					found++
				}
				if best >= 0.5 {
					tight++
				}
			}
			if found < n-1 || tight < n*7/10 || false_ > n/2 {
				t.Errorf("of %d: %d found, %d tight, %d false boxes", n, found, tight, false_)
			}
		})
	}
}

func TestPeopleInAGroupDoNotHideOneAnother(t *testing.T) {
	t.Parallel()
	d := NewHotSpots(Config{})
	s := newScene(3, 20, 5, 3)
	for i := range 6 {
		s.spot(200+float64(i%3)*22, 200+float64(i/3)*34, 9, 20, 50)
	}
	if got := len(d.Detect(s.render())); got < 5 {
		t.Errorf("%d boxes for 6 people", got)
	}
}

func TestWarmGroundIsNotAnObject(t *testing.T) {
	t.Parallel()
	d := NewHotSpots(Config{})
	s := newScene(1, 10, 4, 3)
	for i := range s.v {
		x, y := i%s.w, i/s.w
		if x > 300 { // a field warmed by the sun, with a straight edge
			s.v[i] += 40
		}
		if y > 250 && y < 256 { // a warm road
			s.v[i] += 35
		}
	}
	if got := d.Detect(s.render()); len(got) > 1 {
		t.Errorf("%d boxes on a warm field and a road: %+v", len(got), got)
	}
}

func TestOddPicturesDoNoHarm(t *testing.T) {
	t.Parallel()
	d := NewHotSpots(Config{})
	fill := func(w, h int, f func(i int) byte) *Gray {
		g := &Gray{Pix: make([]byte, w*h), Stride: w, Width: w, Height: h}
		for i := range g.Pix {
			g.Pix[i] = f(i)
		}
		return g
	}
	rng := rand.New(rand.NewPCG(1, 1))
	pictures := map[string]*Gray{
		"none":         nil,
		"lying size":   {Pix: make([]byte, 10), Stride: 640, Width: 640, Height: 512},
		"tiny":         fill(8, 8, func(int) byte { return 1 }),
		"black":        fill(640, 512, func(int) byte { return 0 }),
		"white":        fill(640, 512, func(int) byte { return 255 }),
		"noise":        fill(640, 512, func(int) byte { return byte(rng.Uint32()) }),
		"checkerboard": fill(641, 511, func(i int) byte { return byte(i % 2 * 255) }),
		"odd size":     fill(333, 77, func(i int) byte { return byte(i) }),
	}
	for name, g := range pictures {
		for _, b := range d.Detect(g) {
			if b.X < 0 || b.Y < 0 || b.W <= 0 || b.H <= 0 || b.X+b.W > float64(g.Width) || b.Y+b.H > float64(g.Height) {
				t.Errorf("%s: box %+v outside the picture", name, b)
			}
			if b.Score < 0 || b.Score > 1 || math.IsNaN(b.Score) {
				t.Errorf("%s: score %v", name, b.Score)
			}
			if c := b.Class; math.Abs(c.Person+c.Vehicle+c.Animal+c.Other-1) > 1e-9 {
				t.Errorf("%s: class probabilities do not sum to one: %+v", name, c)
			}
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	d := NewHotSpots(Config{})
	s := newScene(1, 20, 5, 3)
	s.spot(100, 100, 10, 20, 50)
	g := s.render()
	d.Detect(g)
	if n := testing.AllocsPerRun(5, func() { d.Detect(g) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add(uint16(64), uint16(48), uint16(64), []byte{1, 200, 3})
	f.Add(uint16(33), uint16(32), uint16(40), []byte{0, 255})
	f.Fuzz(func(t *testing.T, w, h, stride uint16, pattern []byte) {
		w, h, stride = w%200, h%200, stride%300
		g := &Gray{Pix: make([]byte, int(stride)*int(h)), Stride: int(stride), Width: int(w), Height: int(h)}
		for i := range g.Pix {
			if len(pattern) > 0 {
				g.Pix[i] = pattern[i%len(pattern)]
			}
		}
		NewHotSpots(Config{}).Detect(g)
	})
}

func BenchmarkDetect640x512(b *testing.B) {
	d := NewHotSpots(Config{})
	s := newScene(1, 20, 8, 3)
	for i := range 10 {
		s.spot(50+float64(i)*50, 200, 10, 24, 50)
	}
	g := s.render()
	for b.Loop() {
		d.Detect(g)
	}
}
