package thermal_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"vedette/video/thermal"
	"vedette/video/thermal/network"
)

// goldenScene makes the picture of export.py's scene() again.
func goldenScene(width, height int) []byte {
	pix := make([]byte, width*height)
	for y := range height {
		for x := range width {
			pix[y*width+x] = byte(60 + x/8 + (x*x*7+y*y*13+x*y*3)%11)
		}
	}
	for k, b := range [][4]int{{20, 30, 7, 14}, {60, 90, 8, 16}, {100, 20, 34, 18}, {120, 80, 18, 36}, {70, 40, 6, 12}} {
		for y := b[1]; y < b[1]+b[3]; y++ {
			for x := b[0]; x < b[0]+b[2]; x++ {
				pix[y*width+x] = byte(170 + 10*k)
			}
		}
	}
	return pix
}

type vector struct {
	Width, Height int
	Output        [][4]float64 // channel, y, x, value
	Detections    [][6]float64 // x0, y0, x1, y1, score, class
}

func golden(t *testing.T) vector {
	t.Helper()
	text, err := os.ReadFile("testdata/standard.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func standard(t testing.TB) *network.Weights {
	t.Helper()
	w, err := thermal.StandardWeights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestOutputIsThatOfTorch(t *testing.T) {
	v := golden(t)
	if len(v.Output) < 100 {
		t.Fatalf("%d values test nothing", len(v.Output))
	}
	for _, k := range network.All() {
		out := network.New(standard(t), k).Run(goldenScene(v.Width, v.Height), v.Width, v.Width, v.Height)
		for _, row := range v.Output {
			c, y, x := int(row[0]), int(row[1]), int(row[2])
			if got := float64(out.At(x, y)[c]); !(math.Abs(got-row[3]) <= 1e-3) {
				t.Fatalf("%s: channel %d at %d, %d is %g, torch says %g", k.Name, c, x, y, got, row[3])
			}
		}
	}
}

func TestDetectionsAreThoseOfTorch(t *testing.T) {
	v := golden(t)
	if len(v.Detections) == 0 {
		t.Fatal("no detections test nothing")
	}
	d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{})
	if err != nil {
		t.Fatal(err)
	}
	got := d.Detect(&thermal.Gray{Pix: goldenScene(v.Width, v.Height), Stride: v.Width, Width: v.Width, Height: v.Height})
	if len(got) != len(v.Detections) {
		t.Fatalf("%d detections, torch has %d", len(got), len(v.Detections))
	}
	for i, want := range v.Detections {
		b := got[i]
		want[4] = standard(t).Calibration.Probability(want[4])
		for k, side := range []float64{b.X, b.Y, b.X + b.W, b.Y + b.H, b.Score} {
			tolerance := 0.02
			if k == 4 {
				tolerance = 0.005 // the line that makes probabilities of scores rises by up to 5 in 1
			}
			if math.Abs(side-want[k]) > tolerance {
				t.Errorf("detection %d is %+v, torch says %v", i, b, want)
				break
			}
		}
		if sum := b.Class.Person + b.Class.Vehicle + b.Class.Animal + b.Class.Other; math.Abs(sum-1) > 1e-9 {
			t.Errorf("detection %d: the classes sum to %g", i, sum)
		}
	}
}

func TestLearnedTakesAnyPicture(t *testing.T) {
	d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]*thermal.Gray{
		"none":        nil,
		"empty":       {},
		"too short":   {Pix: make([]byte, 99), Stride: 10, Width: 10, Height: 10},
		"negative":    {Pix: make([]byte, 99), Stride: 10, Width: -10, Height: 1},
		"one pixel":   {Pix: []byte{200}, Stride: 1, Width: 1, Height: 1},
		"all black":   {Pix: make([]byte, 64*64), Stride: 64, Width: 64, Height: 64},
		"very narrow": {Pix: make([]byte, 3*500), Stride: 3, Width: 3, Height: 500},
	} {
		for _, b := range d.Detect(g) {
			if g == nil || !(b.X >= 0 && b.Y >= 0 && b.X+b.W <= float64(g.Width) && b.Y+b.H <= float64(g.Height) && b.W > 0 && b.H > 0) {
				t.Errorf("%s: a box that is not in the picture: %+v", name, b)
			}
		}
	}
}

func TestDetectAllocatesNothing(t *testing.T) {
	d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{View: thermal.View{AltitudeAGLM: 60, HFOVDeg: 30, TiltDeg: 60}})
	if err != nil {
		t.Fatal(err)
	}
	g := &thermal.Gray{Pix: goldenScene(160, 128), Stride: 160, Width: 160, Height: 128}
	d.Detect(g)
	if a := testing.AllocsPerRun(5, func() { d.Detect(g) }); a != 0 {
		t.Errorf("%g allocations a picture", a)
	}
}

// TestImplausibleSizesLoseScore looks at the same picture as if from several places.
func TestImplausibleSizesLoseScore(t *testing.T) {
	g := &thermal.Gray{Pix: goldenScene(160, 128), Stride: 160, Width: 160, Height: 128}
	best := func(v thermal.View) float64 {
		d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{View: v})
		if err != nil {
			t.Fatal(err)
		}
		most := 0.0
		for _, b := range d.Detect(g) {
			most = max(most, b.Score)
		}
		return most
	}
	free := best(thermal.View{})
	if free < 0.2 {
		t.Fatalf("the best score is %g: too low to test with", free)
	}
	// 160 pixels of 8 degrees at 100 m are 0.09 m each: a person of 14 pixels is 1.2 m, a car of 36 is 3.1 m.
	fits := thermal.View{AltitudeAGLM: 100, HFOVDeg: 8, TiltDeg: 90}
	if got := best(fits); got > free || got < 0.85*free {
		t.Errorf("plausible sizes: %g, without hints %g", got, free)
	}
	if got := best(thermal.View{AltitudeAGLM: 10_000, HFOVDeg: 8, TiltDeg: 90}); got > free/3 {
		t.Errorf("giants: %g, without hints %g", got, free)
	}
	if got := best(thermal.View{AltitudeAGLM: 3, HFOVDeg: 8, TiltDeg: 90}); got > free/3 {
		t.Errorf("insects: %g, without hints %g", got, free)
	}
	if got := best(thermal.View{AltitudeAGLM: 3, HFOVDeg: 8}); math.Abs(got-free) > 1e-9 {
		t.Errorf("what may be far away loses score where the tilt is unknown: %g, without hints %g", got, free)
	}
}

func BenchmarkLearned640x512(b *testing.B) {
	d, err := thermal.NewLearned(standard(b), thermal.LearnedConfig{})
	if err != nil {
		b.Fatal(err)
	}
	g := &thermal.Gray{Pix: goldenScene(640, 512), Stride: 640, Width: 640, Height: 512}
	for b.Loop() {
		d.Detect(g)
	}
}
