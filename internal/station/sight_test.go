//go:build !race

// Pictures are drawn and looked at by one goroutine; the race detector would only make it ten times as long.

package station_test

import (
	"fmt"
	"image"
	"math"
	"testing"
	"time"

	"vedette/sim/render"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/video/thermal"
)

const (
	sightWidth, sightHeight = 640, 512
	sightHFOV               = 24.6
)

// set is a simulated camera over the simulator's terrain, with objects put where the test wants them.
type set struct {
	world    *world.World
	renderer *render.Renderer
	picture  *image.YCbCr
}

func newSet(t testing.TB) *set {
	t.Helper()
	plan, err := scenario.Load("crossing")
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Config{Seed: 1, Start: sightStart, Scenario: plan})
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.New(render.Config{Scene: w, Mode: render.Thermal, Width: sightWidth, Height: sightHeight, HFOVDeg: sightHFOV, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return &set{world: w, renderer: r, picture: image.NewYCbCr(image.Rect(0, 0, sightWidth, sightHeight), image.YCbCrSubsampleRatio420)}
}

var sightStart = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// take draws a picture and gives its grey levels, which are overwritten by the next.
func (s *set) take(pose world.CameraPose, at time.Time, objects ...world.Object) *thermal.Gray {
	s.renderer.Render(s.picture, pose, objects, at)
	return &thermal.Gray{Pix: s.picture.Y, Stride: s.picture.YStride, Width: sightWidth, Height: sightHeight}
}

// above is a pose over a place, a height above the ground there.
func (s *set) above(e, n, height, yaw, tilt float64) world.CameraPose {
	return world.CameraPose{E: e, N: n, U: s.world.GroundU(e, n) + height, YawDeg: yaw, PitchDeg: -tilt}
}

// ground is the place that a pixel sees.
func (s *set) ground(p world.CameraPose, x, y float64) (e, n float64, ok bool) {
	focal := sightWidth / 2 / math.Tan(sightHFOV/2*math.Pi/180)
	a, b := (x-sightWidth/2)/focal, (y-sightHeight/2)/focal
	sy, cy := math.Sincos(p.YawDeg * math.Pi / 180)
	sp, cp := math.Sincos(p.PitchDeg * math.Pi / 180)
	de, dn, du := sy*cp+a*cy+b*sy*sp, cy*cp-a*sy+b*cy*sp, sp-b*cp
	for t := 1.0; t < 600; t += 0.25 {
		if e, n = p.E+t*de, p.N+t*dn; p.U+t*du <= s.world.GroundU(e, n) {
			return e, n, true
		}
	}
	return 0, 0, false
}

func (s *set) walker(id string, e, n, heading float64) world.Object {
	return world.Object{
		ID: id, Class: world.Person, E: e, N: n, U: s.world.GroundU(e, n), HeadingDeg: heading,
		LengthM: 0.4, WidthM: 0.55, HeightM: 1.75, TempC: 30, Moving: true, GaitHz: 1.9,
	}
}

func (s *set) car(id string, e, n, heading float64) world.Object {
	return world.Object{
		ID: id, Class: world.Vehicle, E: e, N: n, U: s.world.GroundU(e, n), HeadingDeg: heading,
		LengthM: 4.6, WidthM: 1.9, HeightM: 1.8, TempC: 38, Moving: true,
	}
}

// outline is the box of what an object changes in the picture: what of it is truly seen. It has no area where that is next
// to nothing.
func (s *set) outline(empty []byte, pose world.CameraPose, at time.Time, o world.Object) thermal.Box {
	g := s.take(pose, at, o)
	x0, y0, x1, y1, count := sightWidth, sightHeight, 0, 0, 0
	for y := range sightHeight {
		for x := range sightWidth {
			i := y*g.Stride + x
			if d := int(g.Pix[i]) - int(empty[i]); d > 10 || d < -10 {
				x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+1), max(y1, y+1)
				count++
			}
		}
	}
	if count < 12 {
		return thermal.Box{}
	}
	return thermal.Box{X: float64(x0), Y: float64(y0), W: float64(x1 - x0), H: float64(y1 - y0)}
}

func common(a, b thermal.Box) float64 {
	w, h := min(a.X+a.W, b.X+b.W)-max(a.X, b.X), min(a.Y+a.H, b.Y+b.H)-max(a.Y, b.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.W*a.H + b.W*b.H - w*h)
}

// tally counts what a detector made of pictures.
type tally struct{ pictures, people, peopleFound, cars, carsFound, animals, animalsFound, wrong int }

// look counts the objects of a picture that are found, and the boxes on nothing.
func (c *tally) look(s *set, d thermal.Detector, pose world.CameraPose, at time.Time, objects []world.Object, least float64) {
	empty := append([]byte(nil), s.take(pose, at).Pix...)
	truth := make([]thermal.Box, len(objects))
	for i, o := range objects {
		truth[i] = s.outline(empty, pose, at, o)
	}
	c.pictures++
	found := make([]bool, len(objects))
	for _, b := range d.Detect(s.take(pose, at, objects...)) {
		if b.Score < least {
			continue
		}
		best, which := 0.0, 0
		for i := range truth {
			if v := common(b, truth[i]); v > best {
				best, which = v, i
			}
		}
		switch {
		case best >= 0.3:
			found[which] = true
		case best == 0:
			c.wrong++
		}
	}
	for i, o := range objects {
		switch {
		case truth[i].W == 0: // behind a tree or a hill
		case o.Class == world.Person:
			c.people++
			c.peopleFound += count(found[i])
		case o.Class == world.Animal:
			c.animals++
			c.animalsFound += count(found[i])
		default:
			c.cars++
			c.carsFound += count(found[i])
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// survey looks at people and cars from several heights, tilts and places.
func survey(s *set, d thermal.Detector, heights []float64, least float64) (c tally) {
	no := 0
	for _, height := range heights {
		for _, tilt := range []float64{30, 60, 90} {
			for _, place := range [][2]float64{{-100, -250}, {-480, -150}, {300, -100}} {
				no++
				pose := s.above(place[0], place[1], height, float64(no*70), tilt)
				var objects []world.Object
				for k, at := range [][2]float64{{140, 130}, {470, 110}, {330, 270}, {170, 400}} {
					e, n, ok := s.ground(pose, at[0]+float64(no*37%60), at[1]+float64(no*53%60))
					if !ok {
						continue
					}
					if k == 1 {
						objects = append(objects, s.car(fmt.Sprintf("car-%d", no), e, n, float64(no*40)))
						continue
					}
					objects = append(objects, s.walker(fmt.Sprintf("walker-%d-%d", no, k), e, n, float64(no*71+k*133)))
				}
				c.look(s, d, pose, sightStart.Add(time.Duration(no)*700*time.Millisecond), objects, least)
			}
		}
	}
	return c
}

// TestTheNetworkSeesTheSimulatorsPeople holds the simulator's thermal picture to what the network learned on real ones.
func TestTheNetworkSeesTheSimulatorsPeople(t *testing.T) {
	t.Parallel()
	w, err := thermal.StandardWeights()
	if err != nil {
		t.Fatal(err)
	}
	d, err := thermal.NewLearned(w, thermal.LearnedConfig{})
	if err != nil {
		t.Fatal(err)
	}
	s := newSet(t)
	for name, v := range map[string]struct {
		heights []float64
		wrong   float64 // boxes on nothing in a picture
	}{"30 to 80 m": {[]float64{30, 55, 80}, 0.2}, "100 and 130 m": {[]float64{100, 130}, 0.5}} {
		c := survey(s, d, v.heights, 0.06)
		t.Logf("%s: %+v", name, c)
		if c.people < 40 || float64(c.peopleFound) < 0.9*float64(c.people) {
			t.Errorf("%s: %d of %d people are found", name, c.peopleFound, c.people)
		}
		if c.cars < 10 || float64(c.carsFound) < 0.9*float64(c.cars) {
			t.Errorf("%s: %d of %d cars are found", name, c.carsFound, c.cars)
		}
		if float64(c.wrong) > v.wrong*float64(c.pictures) {
			t.Errorf("%s: %d false alarms in %d pictures", name, c.wrong, c.pictures)
		}
	}
}

// TestHotSpotsStillSeeTheSimulatorsPeople does the same for the detector that knows no shapes.
func TestHotSpotsStillSeeTheSimulatorsPeople(t *testing.T) {
	t.Parallel()
	c := survey(newSet(t), thermal.NewHotSpots(thermal.Config{}), []float64{50, 80}, 0.3)
	t.Logf("%+v", c)
	if c.people < 40 || float64(c.peopleFound) < 0.9*float64(c.people) {
		t.Errorf("%d of %d people are found", c.peopleFound, c.people)
	}
	if float64(c.wrong) > 0.5*float64(c.pictures) {
		t.Errorf("%d false alarms in %d pictures", c.wrong, c.pictures)
	}
}
