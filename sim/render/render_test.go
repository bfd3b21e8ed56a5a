package render

import (
	"image"
	"math"
	"testing"
	"time"

	"vedette/sim/world"
)

// land is a scene made for a test.
type land struct {
	ground func(e, n float64) float64
	trees  []world.Tree
}

func (l land) GroundU(e, n float64) float64 {
	if l.ground == nil {
		return 0
	}
	return l.ground(e, n)
}
func (l land) Vegetation(_, _ float64) float64 { return 0.4 }
func (l land) OnRoad(e, _ float64) bool        { return math.Abs(e-200) < 3 }
func (l land) Trees() []world.Tree             { return l.trees }
func (l land) AmbientC() float64               { return 9 }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func man(e, n, u float64) world.Object {
	return world.Object{ID: "man", Class: world.Person, E: e, N: n, U: u, HeadingDeg: 40,
		LengthM: 0.4, WidthM: 0.55, HeightM: 1.75, TempC: 30, Moving: true, GaitHz: 1.9}
}

func newCamera(t testing.TB, s Scene, mode Mode) *Renderer {
	t.Helper()
	cfg := Config{Scene: s, Mode: mode, Width: 640, Height: 512, HFOVDeg: 24.6, Seed: 3}
	if mode != Thermal {
		cfg.Width, cfg.Height, cfg.HFOVDeg = 960, 540, 50
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func take(r *Renderer, pose world.CameraPose, objects ...world.Object) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, r.cfg.Width, r.cfg.Height), image.YCbCrSubsampleRatio420)
	r.Render(img, pose, objects, noon)
	return img
}

type matrix [3][3]float64

func (m matrix) times(o matrix) (p matrix) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				p[i][j] += m[i][k] * o[k][j]
			}
		}
	}
	return p
}

// expect projects by the aerospace convention, written out apart from the renderer's: the turns about down, right and
// ahead take the camera's axes to north-east-down.
func expect(pose world.CameraPose, hfovDeg float64, width, height int, e, n, u float64) (x, y float64) {
	rad := func(d float64) (s, c float64) { return math.Sincos(d * math.Pi / 180) }
	sy, cy := rad(pose.YawDeg)
	sp, cp := rad(pose.PitchDeg)
	sr, cr := rad(pose.RollDeg)
	turn := matrix{{cy, -sy, 0}, {sy, cy, 0}, {0, 0, 1}}.
		times(matrix{{cp, 0, sp}, {0, 1, 0}, {-sp, 0, cp}}).
		times(matrix{{1, 0, 0}, {0, cr, -sr}, {0, sr, cr}})
	ned := [3]float64{n - pose.N, e - pose.E, pose.U - u}
	var cam [3]float64 // ahead, right, down
	for i := range 3 {
		for j := range 3 {
			cam[i] += turn[j][i] * ned[j]
		}
	}
	perTan := float64(width) / (2 * math.Tan(hfovDeg*math.Pi/360))
	return float64(width)/2 + perTan*cam[1]/cam[0], float64(height)/2 + perTan*cam[2]/cam[0]
}

// blob is what has become brighter than a threshold: its centroid weighted by brightness, its rows and its size.
type blob struct {
	x, y        float64
	top, bottom float64
	count       int
}

func findBlob(img *image.YCbCr, threshold uint8) (b blob) {
	var sum float64
	b.top = math.Inf(1)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			v := img.Y[y*img.YStride+x]
			if v < threshold {
				continue
			}
			w := float64(v) - 96
			b.x += w * (float64(x) + 0.5)
			b.y += w * (float64(y) + 0.5)
			sum += w
			b.top, b.bottom = math.Min(b.top, float64(y)), math.Max(b.bottom, float64(y+1))
			b.count++
		}
	}
	b.x, b.y = b.x/sum, b.y/sum
	return b
}

func TestObjectsAppearWhereAnIndependentFormulaPutsThem(t *testing.T) {
	t.Parallel()
	r := newCamera(t, land{}, Thermal)
	for name, pose := range map[string]world.CameraPose{
		"north":        {U: 60, PitchDeg: -35},
		"west rolled":  {U: 80, YawDeg: 271, PitchDeg: -40, RollDeg: 12},
		"steep rolled": {E: 500, N: -300, U: 70, YawDeg: 133, PitchDeg: -72, RollDeg: -20},
		"far":          {U: 110, YawDeg: 20, PitchDeg: -19},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range [][2]float64{{320, 256}, {90, 60}, {560, 120}, {100, 450}, {600, 480}} {
				view := newView(pose, 640, 512, r.focal)
				ray := view.ray(at[0], at[1])
				k := -pose.U / ray[2] // the ground is level
				o := man(pose.E+k*ray[0], pose.N+k*ray[1], 0)
				got := findBlob(take(r, pose, o), 160)
				if got.count == 0 {
					t.Fatalf("nobody near pixel %v", at)
				}
				x, y := expect(pose, 24.6, 640, 512, o.E, o.N, 0.6*o.HeightM) // chest and head are broader and warmer than legs
				if d := math.Hypot(got.x-x, got.y-y); d > 1 {
					t.Errorf("a man at pixel %.1f, %.1f appears at %.1f, %.1f", x, y, got.x, got.y)
				}
				if pose.RollDeg != 0 {
					continue
				}
				_, head := expect(pose, 24.6, 640, 512, o.E, o.N, o.HeightM)
				_, feet := expect(pose, 24.6, 640, 512, o.E, o.N, 0)
				top, bottom := changedRows(take(r, pose), take(r, pose, o))
				if math.Abs(top-head) > 2.2 || math.Abs(bottom-feet) > 2.2 {
					t.Errorf("a man from row %.1f to %.1f appears from %.0f to %.0f", head, feet, top, bottom)
				}
			}
		})
	}
}

// changedRows gives the first and the last row of what is warmer in the second picture by a fifth of a man's contrast.
func changedRows(a, b *image.YCbCr) (top, bottom float64) {
	top = math.Inf(1)
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			if i := y*a.YStride + x; int(b.Y[i])-int(a.Y[i]) > 28 {
				top, bottom = math.Min(top, float64(y)), float64(y+1)
			}
		}
	}
	return top, bottom
}

func TestHalfPixelFractionsAreKept(t *testing.T) {
	t.Parallel()
	r := newCamera(t, land{}, Thermal)
	pose := world.CameraPose{U: 100, PitchDeg: -90}
	for i := range 8 {
		o := man(float64(i)*0.01, 0, 0)
		got := findBlob(take(r, pose, o), 160)
		x, y := expect(pose, 24.6, 640, 512, o.E, o.N, 0.7*o.HeightM)
		if math.Abs(got.x-x) > 0.7 || math.Abs(got.y-y) > 0.7 {
			t.Errorf("seen from above at %.2f, %.2f, expected %.2f, %.2f", got.x, got.y, x, y)
		}
	}
}

func TestSizesAreTrue(t *testing.T) {
	t.Parallel()
	r := newCamera(t, land{}, Thermal)
	pose := world.CameraPose{N: -80, U: 60, PitchDeg: -37}
	car := world.Object{ID: "car", Class: world.Vehicle, HeadingDeg: 90, LengthM: 4.6, WidthM: 1.9, HeightM: 1.8, TempC: 38, Moving: true}
	with, without := take(r, pose, car), take(r, pose)
	left, right := 640, 0
	for y := range 512 {
		for x := range 640 {
			i := y*with.YStride + x
			if d := int(with.Y[i]) - int(without.Y[i]); d > 25 || d < -25 {
				left, right = min(left, x), max(right, x+1)
			}
		}
	}
	x0, _ := expect(pose, 24.6, 640, 512, -2.3, 0, 0.5)
	x1, _ := expect(pose, 24.6, 640, 512, 2.3, 0, 0.5)
	if math.Abs(float64(left)-x0) > 2 || math.Abs(float64(right)-x1) > 2 {
		t.Errorf("a car from column %.1f to %.1f appears from %d to %d", x0, x1, left, right)
	}
}

func differ(a, b *image.YCbCr) (count int) {
	for i := range a.Y {
		if a.Y[i] != b.Y[i] {
			count++
		}
	}
	return count
}

func TestTerrainHides(t *testing.T) {
	t.Parallel()
	hill := func(height float64) land {
		return land{ground: func(_, n float64) float64 { return height * math.Exp(-math.Pow((n-100)/25, 2)) }}
	}
	pose := world.CameraPose{U: 12, PitchDeg: -2}
	for name, c := range map[string]struct {
		height float64
		seen   bool
	}{"behind a hill": {30, false}, "without the hill": {0, true}, "behind a hump": {3, true}} {
		t.Run(name, func(t *testing.T) {
			r := newCamera(t, hill(c.height), Thermal)
			o := man(0, 200, hill(c.height).GroundU(0, 200))
			if n := differ(take(r, pose), take(r, pose, o)); n > 0 != c.seen {
				t.Errorf("%d pixels of him", n)
			}
		})
	}
	// Half a man over a crest that hides his lower half.
	r := newCamera(t, land{ground: func(_, n float64) float64 {
		return math.Max(0, 10-math.Abs(n-100))
	}}, Thermal)
	low := world.CameraPose{U: 10, PitchDeg: 0}
	b := findBlob(take(r, low, man(0, 101.2, 8.8+0.02)), 160)
	_, head := expect(low, 24.6, 640, 512, 0, 101.2, 8.82+1.75)
	_, feet := expect(low, 24.6, 640, 512, 0, 101.2, 8.82)
	crest := 256.0
	if math.Abs(b.top-head) > 2 || b.bottom > crest+2 || feet < crest+10 {
		t.Errorf("head %.1f, crest %.1f, feet %.1f; seen from %.0f to %.0f", head, crest, feet, b.top, b.bottom)
	}
}

func TestTreeHides(t *testing.T) {
	t.Parallel()
	pose := world.CameraPose{U: 20, PitchDeg: -10}
	o := man(0, 110, 0)
	open := newCamera(t, land{}, Thermal)
	full := differ(take(open, pose), take(open, pose, o))
	behind := newCamera(t, land{trees: []world.Tree{{N: 100, HeightM: 8, RadiusM: 4}}}, Thermal)
	if n := differ(take(behind, pose), take(behind, pose, o)); n > full/4 {
		t.Errorf("%d of %d pixels of a man behind a tree", n, full)
	}
	before := newCamera(t, land{trees: []world.Tree{{N: 120, HeightM: 8, RadiusM: 4}}}, Thermal)
	if n := differ(take(before, pose), take(before, pose, o)); n < full*3/4 {
		t.Errorf("%d of %d pixels of a man before a tree", n, full)
	}
}

// TestTheZoomMakesThingsLarger looks for a man above the middle of the picture, who moves away from it and grows.
func TestTheZoomMakesThingsLarger(t *testing.T) {
	t.Parallel()
	r := newCamera(t, land{}, Thermal)
	pose := world.CameraPose{U: 80, PitchDeg: -35}
	o := man(0, 80/math.Tan(32*math.Pi/180), 0)
	wide := findBlob(take(r, pose, o), 160)
	pose.ThermalZoom, pose.EOZoom = 2, 7
	near := findBlob(take(r, pose, o), 160)
	if wide.count == 0 || math.Abs((near.y-256)/(wide.y-256)-2) > 0.05 || math.Abs((near.bottom-near.top)/(wide.bottom-wide.top)-2) > 0.35 {
		t.Errorf("%+v becomes %+v", wide, near)
	}
}

// TestGroundMovesAsGroundDoes looks straight down, moves the camera, and finds the shift at which the two pictures agree best.
func TestGroundMovesAsGroundDoes(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{Thermal, Day} {
		r := newCamera(t, land{}, mode)
		a := take(r, world.CameraPose{U: 80, PitchDeg: -90})
		b := take(r, world.CameraPose{E: 2, N: 1, U: 80, PitchDeg: -90})
		perMetre := r.focal / 80
		wantX, wantY := -2*perMetre, perMetre
		best, bestX, bestY := math.Inf(1), 0, 0
		for dy := -40; dy <= 40; dy++ {
			for dx := -60; dx <= 60; dx++ {
				var sum float64
				for y := 100; y < 400; y += 7 {
					for x := 100; x < 500; x += 7 {
						d := float64(a.Y[y*a.YStride+x]) - float64(b.Y[(y+dy)*b.YStride+x+dx])
						sum += d * d
					}
				}
				if sum < best {
					best, bestX, bestY = sum, dx, dy
				}
			}
		}
		if math.Abs(float64(bestX)-wantX) > 1.1 || math.Abs(float64(bestY)-wantY) > 1.1 {
			t.Errorf("mode %d: the ground moved by %d, %d pixels, want %.1f, %.1f", mode, bestX, bestY, wantX, wantY)
		}
	}
}

func TestEveryViewIsDrawn(t *testing.T) {
	t.Parallel()
	s := land{
		ground: func(e, n float64) float64 { return 25 * math.Sin(e/90) * math.Cos(n/70) },
		trees:  []world.Tree{{E: 10, N: 60, HeightM: 6, RadiusM: 3}, {E: -30, N: 160, HeightM: 9, RadiusM: 4}},
	}
	for _, mode := range []Mode{Thermal, Day, Dusk} {
		r := newCamera(t, s, mode)
		for _, pose := range []world.CameraPose{
			{U: 60, PitchDeg: 30}, {U: 60, PitchDeg: 0, RollDeg: 180}, {U: -100, PitchDeg: -20}, {U: 30, PitchDeg: -90},
			{U: 60, YawDeg: 720, PitchDeg: -5, RollDeg: 45}, {E: 1e5, N: -1e5, U: 500, PitchDeg: -45},
		} {
			img := take(r, pose, man(0, 100, s.GroundU(0, 100)), man(pose.E, pose.N, pose.U))
			var sum int
			for _, v := range img.Y {
				sum += int(v)
			}
			if mean := sum / len(img.Y); mean < 5 || mean > 250 {
				t.Errorf("mode %d, %+v: mean luma %d", mode, pose, mean)
			}
		}
	}
}

func TestRefusesWhatItCannotDraw(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{}, {Scene: land{}, Width: 641, Height: 512, HFOVDeg: 20}, {Scene: land{}, Width: 640, Height: 512, HFOVDeg: 170},
		{Scene: land{}, Width: 640, Height: 512, HFOVDeg: 20, Mode: 9},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("a camera of %+v", c)
		}
	}
}

func benchmark(b *testing.B, mode Mode) {
	w, err := world.New(world.Config{Seed: 1, Start: noon})
	if err != nil {
		b.Fatal(err)
	}
	r := newCamera(b, w, mode)
	img := image.NewYCbCr(image.Rect(0, 0, r.cfg.Width, r.cfg.Height), image.YCbCrSubsampleRatio420)
	objects := w.ObjectsAt(noon.Add(70 * time.Second))
	pose := world.CameraPose{E: -100, N: -250, U: w.GroundU(-100, -250) + 70, YawDeg: 20, PitchDeg: -25}
	b.ReportAllocs()
	for b.Loop() {
		pose.E += 0.3
		r.Render(img, pose, objects, noon.Add(70*time.Second))
	}
}

func BenchmarkRenderThermal(b *testing.B) { benchmark(b, Thermal) }
func BenchmarkRenderDay(b *testing.B)     { benchmark(b, Day) }
func BenchmarkRenderDusk(b *testing.B)    { benchmark(b, Dusk) }
