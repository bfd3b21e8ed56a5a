package georef

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vedette/internal/geo"
)

// figure is a drawing of a piece of ground, one metre a unit, north up.
type figure struct {
	b             strings.Builder
	west, north   float64
	width, height float64
	scale         float64
}

func newFigure(west, south, east, north float64, title string) *figure {
	f := &figure{west: west, north: north, width: east - west, height: north - south, scale: 720 / (east - west)}
	fmt.Fprintf(&f.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 %.0f" font-family="sans-serif" font-size="13"><title>%s</title>`+"\n"+
		`<rect width="100%%" height="100%%" fill="#fff"/>`+"\n", f.height*f.scale, title)
	return f
}

func (f *figure) at(e, n float64) (x, y float64) {
	return (e - f.west) * f.scale, (f.north - n) * f.scale
}

func (f *figure) dot(e, n, r float64, colour string) {
	x, y := f.at(e, n)
	fmt.Fprintf(&f.b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s"/>`+"\n", x, y, r, colour)
}

func (f *figure) text(e, n float64, s string) {
	x, y := f.at(e, n)
	fmt.Fprintf(&f.b, `<text x="%.1f" y="%.1f">%s</text>`+"\n", x, y, s)
}

func (f *figure) path(points [][2]float64, stroke, fill string, shut bool) {
	var d strings.Builder
	for k, p := range points {
		x, y := f.at(p[0], p[1])
		fmt.Fprintf(&d, "%c%.1f %.1f", "ML"[min(k, 1)], x, y)
	}
	if shut {
		d.WriteByte('Z')
	}
	fmt.Fprintf(&f.b, `<path d="%s" stroke="%s" stroke-width="1.5" fill="%s"/>`+"\n", d.String(), stroke, fill)
}

func ellipsePoints(e, n float64, el Ellipse) (out [][2]float64) {
	s, c := math.Sincos(el.BearingDeg * math.Pi / 180)
	for k := range 72 {
		b, a := math.Sincos(2 * math.Pi * float64(k) / 72)
		out = append(out, [2]float64{e + el.SemiMajorM*a*s + el.SemiMinorM*b*c, n + el.SemiMajorM*a*c - el.SemiMinorM*b*s})
	}
	return out
}

// keep holds the figure to the file in docs/figures; UPDATE_FIGURES=1 writes it.
func (f *figure) keep(t *testing.T, name string) {
	t.Helper()
	text := f.b.String() + "</svg>\n"
	path := filepath.Join("..", "..", "docs", "figures", name)
	if os.Getenv("UPDATE_FIGURES") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Processors differ in the last digits of a coordinate, so only what is drawn is compared.
	if strings.Count(string(old), "<") != strings.Count(text, "<") {
		t.Errorf("%s is out of date: run with UPDATE_FIGURES=1", name)
	}
}

// TestFigureOfErrorEllipses draws the ellipses of a camera 120 m up along the middle of its picture, with the places that 150 poses drawn
// from the same errors would have given.
func TestFigureOfErrorEllipses(t *testing.T) {
	t.Parallel()
	f := newFigure(-220, -20, 220, 560, "Error ellipses")
	cam := CameraFromHFOV(640, 512, 24.6)
	sigma := Sigma{YawDeg: 1.5, PitchDeg: 0.5, RollDeg: 0.5, HorizontalM: 2.5, VerticalM: 3, Pixel: 1, TerrainM: 1}
	l := Locator{Ground: Flat(600)}
	frame := geo.NewFrame(home, 600)
	rnd := rand.New(rand.NewPCG(8, 8))
	f.dot(0, 0, 5, "#333")
	f.text(8, -8, "camera, 120 m above ground")
	for _, pitch := range []float64{-50, -27, -17} {
		pose := Pose{Position: home, HAE: 720, Attitude: Attitude{PitchDeg: pitch}}
		fix, err := l.Locate(cam, pose, 320, 256, sigma)
		if err != nil {
			t.Fatal(err)
		}
		for range 150 {
			other, err := l.Locate(cam, perturbed(rnd, pose, sigma), 320+rnd.NormFloat64(), 256+rnd.NormFloat64(), Sigma{})
			if err == nil {
				x := frame.ToENU(other.Position, other.HAE)
				f.dot(x[0], x[1], 1.6, "#8ab")
			}
		}
		x := frame.ToENU(fix.Position, fix.HAE)
		f.path(ellipsePoints(x[0], x[1], fix.Ellipse95()), "#c30", "none", true)
		f.dot(x[0], x[1], 3, "#c30")
		e := fix.Ellipse95()
		f.text(x[0]+60, x[1], fmt.Sprintf("%.0f° down: 95 %% within %.0f by %.0f m", -pitch, e.SemiMajorM, e.SemiMinorM))
	}
	f.keep(t, "ellipses.svg")
}

// TestFigureOfAFootprint draws what a camera sees of rolling hills, and what they hide from it.
func TestFigureOfAFootprint(t *testing.T) {
	t.Parallel()
	f := newFigure(-700, -80, 700, 1150, "Footprint and viewshed")
	l := Locator{Ground: hills{}}
	pose := Pose{Position: home, HAE: 640, Attitude: Attitude{YawDeg: -22, PitchDeg: -8}}
	cam := CameraFromHFOV(640, 512, 40)
	frame := geo.NewFrame(home, 600)
	view := l.Viewshed(home, pose.HAE, 1300, 0)
	for e := -690.0; e < 700; e += 20 {
		for n := -70.0; n < 1150; n += 20 {
			if p, _ := frame.FromENU([3]float64{e, n, 0}); !view.Sees(p) {
				f.dot(e, n, 4, "#c9a27a")
			}
		}
	}
	var ring [][2]float64
	for _, p := range l.Footprint(cam, pose, 1100) {
		x := frame.ToENU(p, 600)
		ring = append(ring, [2]float64{x[0], x[1]})
	}
	if len(ring) < 10 {
		t.Fatalf("footprint of %d points", len(ring))
	}
	f.path(ring, "#06c", "rgba(0,100,200,0.15)", true)
	f.dot(0, 0, 6, "#333")
	f.text(-680, -60, "camera 40 m up; blue: its footprint, cut at 1,100 m; brown: hidden by hills")
	f.keep(t, "footprint.svg")
}
