//go:build !race

// Rays of all pixels of many images, which the race detector would make slow; each case runs on one goroutine.

package georef

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"vedette/internal/geo"
)

// ring is a polygon by its corners in metres east and north of home.
func ring(corners ...[2]float64) []geo.LatLon {
	var out []geo.LatLon
	frame := geo.NewFrame(home, 600)
	for _, c := range corners {
		p, _ := frame.FromENU([3]float64{c[0], c[1], 0})
		out = append(out, p)
	}
	return out
}

// box is a rectangle between two places east and north of home.
func box(e0, n0, e1, n1 float64) []geo.LatLon {
	return ring([2]float64{e0, n0}, [2]float64{e1, n0}, [2]float64{e1, n1}, [2]float64{e0, n1})
}

// mound is level ground with a long round ridge from west to east, so far north of home.
type mound struct{ north, high, wide float64 }

func (m mound) HeightHAE(p geo.LatLon) (geo.HAE, bool) {
	x := geo.NewFrame(home, 0).ToENU(p, 0)
	return geo.HAE(600 + m.high*math.Exp(-math.Pow((x[1]-m.north)/m.wide, 2))), true
}

// raised is ground whose height is told wrong.
type raised struct {
	Ground
	by float64
}

func (r raised) HeightHAE(p geo.LatLon) (geo.HAE, bool) {
	h, ok := r.Ground.HeightHAE(p)
	return h + geo.HAE(r.by), ok
}

// mistake is what is true where a view was told wrong.
type mistake struct {
	ground Ground
	pose   Pose
}

// sees follows the ray of a pixel in small steps, and so far: whether it ends on the block, and whether it passes through what stands there.
func sees(g Ground, cam Camera, pose Pose, b Block, far, u, v float64) (ends, passes bool) {
	d, ok := cam.ray(u, v)
	if !ok {
		return false, false
	}
	frame, dir := geo.NewFrame(pose.Position, pose.HAE), pose.rotation().enu(d)
	polygon := make(orb.Polygon, len(b.Rings))
	for i, r := range b.Rings {
		for _, p := range r {
			polygon[i] = append(polygon[i], p.Point())
		}
		polygon[i] = append(polygon[i], r[0].Point())
	}
	place := func(s float64) (orb.Point, float64) {
		p, h := frame.FromENU([3]float64{dir[0] * s, dir[1] * s, dir[2] * s})
		ground, _ := g.HeightHAE(p)
		return p.Point(), float64(h - ground)
	}
	for s := 0.0; s < far; {
		p, above := place(s)
		if above <= b.HeightM && planar.PolygonContains(polygon, p) {
			passes = true
		}
		next := s + max(0.7, (above-b.HeightM)/2.5)
		if _, then := place(next); then <= 0 {
			for range 12 {
				m := (s + next) / 2
				if _, above := place(m); above > 0 {
					s = m
				} else {
					next = m
				}
			}
			p, _ = place(next)
			ends = planar.PolygonContains(polygon, p)
			return ends, passes || ends
		}
		s = next
	}
	return false, passes
}

// coverProblem compares a cover with what each pixel shows, now and where the view is wrong: all that ends on the block must be covered,
// and nothing that is more than a margin of pixels away from what passes through it. It also counts the pixels that must be.
func coverProblem(g Ground, cam Camera, pose Pose, wrong []mistake, b Block, cover []image.Rectangle, margin int) (must int, problem string) {
	const stride = 4
	covered := func(x, y int) bool {
		return slices.ContainsFunc(cover, func(r image.Rectangle) bool { return (image.Point{x, y}).In(r) })
	}
	far := 0.0
	for _, p := range b.Rings[0] {
		far = max(far, min(5000, 20+math.Hypot(geo.Distance(home, p), 200)))
	}
	// What passes through it, in and beyond the image; in steps, so that the margin is too.
	reach := (margin + stride - 1) / stride
	w, h := (cam.WidthPx+stride-1)/stride+2*reach, (cam.HeightPx+stride-1)/stride+2*reach
	near := make([]bool, w*h)
	for j := range h {
		for i := range w {
			x, y := (i-reach)*stride, (j-reach)*stride
			ends, passes := sees(g, cam, pose, b, far, float64(x)+0.5, float64(y)+0.5)
			near[j*w+i] = passes
			if ends && (image.Point{x, y}).In(image.Rect(0, 0, cam.WidthPx, cam.HeightPx)) {
				must++
				if !covered(x, y) {
					return must, fmt.Sprintf("pixel %d, %d shows it", x, y)
				}
			}
		}
	}
	for k, is := range wrong {
		for y := 0; y < cam.HeightPx; y += 2 * stride {
			for x := 0; x < cam.WidthPx; x += 2 * stride {
				if ends, _ := sees(is.ground, cam, is.pose, b, far, float64(x)+0.5, float64(y)+0.5); ends && !covered(x, y) {
					return must, fmt.Sprintf("pixel %d, %d shows it where the view is wrong (%d)", x, y, k)
				}
			}
		}
	}
	for y := 0; y < cam.HeightPx; y += stride {
		for x := 0; x < cam.WidthPx; x += stride {
			if covered(x, y) && !anyWithin(near, w, h, x/stride+reach, y/stride+reach, reach) {
				return must, fmt.Sprintf("pixel %d, %d is covered, but shows nothing of it within %d pixels", x, y, margin)
			}
		}
	}
	return must, ""
}

func anyWithin(set []bool, w, h, x, y, reach int) bool {
	for j := max(0, y-reach); j <= min(h-1, y+reach); j++ {
		for i := max(0, x-reach); i <= min(w-1, x+reach); i++ {
			if set[j*w+i] && (i-x)*(i-x)+(j-y)*(j-y) <= (reach+1)*(reach+1) {
				return true
			}
		}
	}
	return false
}

func TestAllOfABlockIsCoveredAndLittleElse(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(320, 256, 40)
	bent := cam
	bent.Distortion = [4]float64{-0.25, 0.06, 0.001, -0.001}
	wide := CameraFromHFOV(320, 256, 90)
	at := func(up, yaw, pitch, roll float64) Pose {
		return Pose{Position: home, HAE: geo.HAE(600 + up), Attitude: Attitude{YawDeg: yaw, PitchDeg: pitch, RollDeg: roll}}
	}
	flown := at(80, 0, 0, 3)
	flown.Gimbal = &Gimbal{AzimuthDeg: 20, ElevationDeg: -35}
	unsure := Sigma{YawDeg: 0.5, PitchDeg: 0.3, RollDeg: 0.2, HorizontalM: 1, VerticalM: 0.7, TerrainM: 1}
	ahead := box(-30, 150, 10, 260)
	for name, c := range map[string]struct {
		ground Ground
		cam    Camera
		pose   Pose
		rings  [][]geo.LatLon
		sigma  Sigma
		// nearest is how far away the block is, from which the margin follows, or the ridge before it.
		nearest float64
		none    bool // nothing of it can be seen
	}{
		"from above":                           {Flat(600), cam, at(100, 0, -90, 0), [][]geo.LatLon{box(10, 5, 90, 90)}, Sigma{}, 100, false},
		"from above, view uncertain":           {Flat(600), cam, at(100, 30, -90, 0), [][]geo.LatLon{box(15, 5, 90, 90)}, unsure, 100, false},
		"a small garden":                       {Flat(600), cam, at(100, 0, -90, 0), [][]geo.LatLon{box(20, 5, 21, 6)}, Sigma{}, 100, false},
		"beside the picture":                   {Flat(600), cam, at(100, 0, -90, 0), [][]geo.LatLon{box(60, 5, 90, 90)}, Sigma{}, 100, true},
		"with the horizon in view":             {Flat(600), cam, at(60, 0, -6, 4), [][]geo.LatLon{ahead}, Sigma{}, 160, false},
		"with the horizon, view uncertain":     {Flat(600), cam, at(60, 0, -6, 4), [][]geo.LatLon{ahead}, unsure, 160, false},
		"beyond the horizon":                   {Flat(600), cam, at(60, 0, -6, 0), [][]geo.LatLon{box(20, 300, 4000, 60000)}, unsure, 300, false},
		"corners behind the camera":            {Flat(600), cam, at(40, 0, -25, 0), [][]geo.LatLon{box(-300, -300, 3, 80)}, unsure, 45, false},
		"behind the camera":                    {Flat(600), cam, at(40, 0, -25, 0), [][]geo.LatLon{box(-300, -300, 300, -30)}, unsure, 40, true},
		"a hole":                               {Flat(600), wide, at(100, 0, -90, 0), [][]geo.LatLon{box(-80, -80, 80, 80), box(-50, -40, 50, 40)}, unsure, 100, false},
		"a bent lens":                          {Flat(600), bent, at(100, 0, -75, 0), [][]geo.LatLon{box(5, 20, 90, 90)}, unsure, 100, false},
		"a gimbal":                             {Flat(600), cam, flown, [][]geo.LatLon{box(30, 60, 70, 140)}, unsure, 100, false},
		"a slope":                              {slope{base: 600, north: 0.3}, cam, at(60, 0, -10, 0), [][]geo.LatLon{ahead}, unsure, 150, false},
		"hills":                                {hills{}, cam, at(120, 0, -20, 0), [][]geo.LatLon{box(-300, 350, -20, 520)}, unsure, 330, false},
		"a notched polygon":                    {Flat(600), cam, at(100, 0, -60, 0), [][]geo.LatLon{ring([2]float64{-40, 30}, [2]float64{40, 30}, [2]float64{40, 90}, [2]float64{0, 50}, [2]float64{-40, 90})}, Sigma{}, 100, false},
		"on a ridge":                           {mound{200, 40, 60}, cam, at(60, 0, -6, 0), [][]geo.LatLon{box(-40, 185, 40, 215)}, unsure, 180, false},
		"behind a ridge that hides it":         {mound{200, 80, 60}, cam, at(20, 0, 0, 0), [][]geo.LatLon{box(-40, 340, 40, 380)}, unsure, 340, true},
		"behind a ridge that hides it in part": {mound{200, 50, 60}, cam, at(70, 0, -4, 0), [][]geo.LatLon{box(-40, 260, 40, 800)}, unsure, 70, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := Block{Rings: c.rings, HeightM: 3}
			l := Locator{Ground: c.ground}
			cover, err := l.Cover(c.cam, c.pose, c.sigma, []Block{{Rings: [][]geo.LatLon{box(7000, -90000, 7001, -89990)}, HeightM: 3}, b})
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range cover {
				for _, q := range cover[:i] {
					if r.Overlaps(q) {
						t.Fatalf("%v and %v overlap", r, q)
					}
				}
			}
			// By how much a pixel may lie beside what it should show, the side and half the diagonal of a square, and what the
			// lens is trusted with; a tenth more for the steps on the way.
			corner := math.Hypot(float64(c.cam.WidthPx), float64(c.cam.HeightPx)) / 2 / c.cam.FX
			angle := 3*math.Sqrt(c.sigma.YawDeg*c.sigma.YawDeg+c.sigma.PitchDeg*c.sigma.PitchDeg+c.sigma.RollDeg*c.sigma.RollDeg)*math.Pi/180 +
				3*math.Sqrt(2*c.sigma.HorizontalM*c.sigma.HorizontalM+c.sigma.VerticalM*c.sigma.VerticalM+c.sigma.TerrainM*c.sigma.TerrainM)/c.nearest
			margin := int(1.1*(1+corner*corner)*(c.cam.FX*(angle+0.02*corner/(1+corner*corner))+3+1.5*8*math.Sqrt2)) + 1
			rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's own poses
			var wrong []mistake
			if c.sigma != (Sigma{}) {
				for range 4 {
					wrong = append(wrong, mistake{raised{c.ground, c.sigma.TerrainM * rnd.NormFloat64()}, perturbed(rnd, c.pose, c.sigma)})
				}
			}
			must, problem := coverProblem(c.ground, c.cam, c.pose, wrong, b, cover, margin)
			if problem != "" {
				t.Error(problem)
			}
			if (must == 0) != c.none || c.none && len(cover) > 0 && c.sigma == (Sigma{}) {
				t.Errorf("%d pixels show it, %d squares are covered", must, len(cover))
			}
			t.Logf("margin %d, %d pixels must, %d squares", margin, must, len(cover))
		})
	}
}

// What is covered is checked by a test that finds too little and too much.
func TestACoverThatIsWrongIsFound(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(320, 256, 40)
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: -90}}
	b := Block{Rings: [][]geo.LatLon{box(10, 5, 90, 90)}, HeightM: 3}
	l := Locator{Ground: Flat(600)}
	cover, err := l.Cover(cam, pose, Sigma{}, []Block{b})
	if err != nil {
		t.Fatal(err)
	}
	var less []image.Rectangle
	for _, r := range cover {
		if !(image.Point{220, 60}).In(r) {
			less = append(less, r)
		}
	}
	turned := pose
	turned.Attitude.PitchDeg = -86
	for name, c := range map[string]struct {
		cover []image.Rectangle
		wrong []mistake
	}{
		"a square is missing":        {less, nil},
		"the whole image is covered": {[]image.Rectangle{image.Rect(0, 0, 320, 256)}, nil},
		"nothing is covered":         {nil, nil},
		"the view is more uncertain": {cover, []mistake{{l.Ground, turned}}},
	} {
		if _, problem := coverProblem(l.Ground, cam, pose, c.wrong, b, c.cover, 32); problem == "" {
			t.Errorf("%s: not found", name)
		}
	}
	if _, problem := coverProblem(l.Ground, cam, pose, nil, b, cover, 32); problem != "" || len(less) == len(cover) {
		t.Error(problem)
	}
}

func TestWithoutKnowingWhatTheImageShowsThereIsNoCover(t *testing.T) {
	t.Parallel()
	cam, pose := CameraFromHFOV(320, 256, 40), Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: -90}}
	garden := []Block{{Rings: [][]geo.LatLon{box(10, 5, 90, 90)}, HeightM: 3}}
	lost, below, blind := pose, pose, cam
	lost.Attitude.YawDeg = math.NaN()
	below.HAE = 590
	blind.FX = 0
	for name, c := range map[string]struct {
		ground Ground
		cam    Camera
		pose   Pose
		sigma  Sigma
		want   Reason
	}{
		"no attitude":            {Flat(600), cam, lost, Sigma{}, InvalidCamera},
		"below the ground":       {Flat(600), cam, below, Sigma{}, BelowGround},
		"no terrain":             {Terrain{}, cam, pose, Sigma{}, NoTerrain},
		"no ground at all":       {nil, cam, pose, Sigma{}, InvalidCamera},
		"no focal length":        {Flat(600), blind, pose, Sigma{}, InvalidCamera},
		"no idea where it looks": {Flat(600), cam, pose, Sigma{YawDeg: math.Inf(1)}, InvalidCamera},
	} {
		l := Locator{Ground: c.ground}
		cover, err := l.Cover(c.cam, c.pose, c.sigma, garden)
		if reason, none := IsNoGround(err); !none || reason != c.want || cover != nil {
			t.Errorf("%s: %v, %d squares", name, err, len(cover))
		}
	}

	// Where only the block's own ground is not known, all counts that may be it.
	all, known := pose, Locator{Ground: Flat(600)}
	all.Attitude.PitchDeg = -20
	east := Locator{Ground: slope{base: 600, reach: 40}}
	less, err1 := known.Cover(cam, all, Sigma{}, []Block{{Rings: [][]geo.LatLon{box(-20, 200, 20, 300)}, HeightM: 3}})
	more, err2 := east.Cover(cam, all, Sigma{}, []Block{{Rings: [][]geo.LatLon{box(-20, 200, 20, 300)}, HeightM: 3}})
	if err1 != nil || err2 != nil || len(less) == 0 || len(more) <= len(less) {
		t.Errorf("%d squares where the ground is known, %d where it is not, %v, %v", len(less), len(more), err1, err2)
	}
	// Where the view is so uncertain that all may show it, all is covered; where the camera is in it, too.
	for name, c := range map[string]struct {
		sigma Sigma
		up    float64
		block []geo.LatLon
	}{"uncertain": {Sigma{YawDeg: 40}, 100, garden[0].Rings[0]}, "low, beside it": {Sigma{HorizontalM: 2}, 2, box(3, 3, 9, 9)}} {
		at := pose
		at.HAE = geo.HAE(600 + c.up)
		cover, err := known.Cover(cam, at, c.sigma, []Block{{Rings: [][]geo.LatLon{c.block}, HeightM: 3}})
		area := 0
		for _, r := range cover {
			area += r.Dx() * r.Dy()
		}
		if err != nil || area != 320*256 {
			t.Errorf("%s: %d of %d pixels, %v", name, area, 320*256, err)
		}
	}
}

// A picture with the most that is drawn: how long its cover takes.
func BenchmarkCover(b *testing.B) {
	cam := CameraFromHFOV(640, 512, 40)
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: -30}}
	var round [][2]float64
	for i := range 2000 {
		s, c := math.Sincos(2 * math.Pi * float64(i) / 2000)
		round = append(round, [2]float64{60 + 50*s, 150 + 50*c})
	}
	for name, ring := range map[string][]geo.LatLon{"a garden": box(10, 120, 40, 170), "2,000 corners": ring(round...), "all": box(-900, -900, 900, 900)} {
		b.Run(name, func(b *testing.B) {
			l := Locator{Ground: hills{}}
			for b.Loop() {
				if _, err := l.Cover(cam, pose, DefaultSigma(), []Block{{Rings: [][]geo.LatLon{ring}, HeightM: 3}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
