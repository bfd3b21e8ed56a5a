package thermal_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"vedette/video/thermal"
)

// labelled is a real picture with the boxes of the people and vehicles in it.
type labelled struct {
	name  string
	gray  *thermal.Gray
	truth []thermal.Box
}

func realPictures(t *testing.T) (out []labelled) {
	t.Helper()
	text, err := os.ReadFile("testdata/hit-uav/truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][][5]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for name, rows := range all {
		g, err := thermal.ReadGray(filepath.Join("testdata/hit-uav", name))
		if err != nil {
			t.Fatal(err)
		}
		p := labelled{name: name, gray: g}
		for _, r := range rows {
			if r[0] == "person" || r[0] == "vehicle" {
				p.truth = append(p.truth, thermal.Box{X: r[1].(float64), Y: r[2].(float64), W: r[3].(float64), H: r[4].(float64)})
			}
		}
		out = append(out, p)
	}
	return out
}

func negative(g *thermal.Gray) *thermal.Gray {
	out := *g
	out.Pix = make([]byte, len(g.Pix))
	for i, v := range g.Pix {
		out.Pix[i] = 255 - v
	}
	return &out
}

func overlapOf(a, b thermal.Box) float64 {
	w, h := min(a.X+a.W, b.X+b.W)-max(a.X, b.X), min(a.Y+a.H, b.Y+b.H)-max(a.Y, b.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.W*a.H + b.W*b.H - w*h)
}

// found counts the true boxes that a detector finds with a probability.
func found(d thermal.Detector, g *thermal.Gray, truth []thermal.Box, least float64) (n int) {
	boxes := d.Detect(g)
	for _, want := range truth {
		for _, b := range boxes {
			if b.Score >= least && overlapOf(b, want) >= 0.5 {
				n++
				break
			}
		}
	}
	return n
}

// TestBlackHotIsLikeWhiteHot looks at real pictures and at their negatives.
func TestBlackHotIsLikeWhiteHot(t *testing.T) {
	d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{})
	if err != nil {
		t.Fatal(err)
	}
	pictures := realPictures(t)
	if len(pictures) < 3 {
		t.Fatalf("%d pictures", len(pictures))
	}
	for _, p := range pictures {
		white, black := found(d, p.gray, p.truth, 0.2), found(d, negative(p.gray), p.truth, 0.2)
		t.Logf("%s: of %d, %d white-hot and %d black-hot", p.name, len(p.truth), white, black)
		if white*10 < len(p.truth)*7 || black*10 < white*8 {
			t.Errorf("%s: of %d, %d are found white-hot and %d black-hot", p.name, len(p.truth), white, black)
		}
	}
}

// TestNothingIsSeenWhereThereIsNothing looks at pictures that show nothing, between real ones of another size.
func TestNothingIsSeenWhereThereIsNothing(t *testing.T) {
	detectors := map[string]thermal.Detector{"hotspots": thermal.NewHotSpots(thermal.Config{})}
	d, err := thermal.NewLearned(standard(t), thermal.LearnedConfig{})
	if err != nil {
		t.Fatal(err)
	}
	detectors["network"] = d
	random := rand.New(rand.NewPCG(1, 2))
	fill := func(width, height int, level func() byte) *thermal.Gray {
		g := &thermal.Gray{Pix: make([]byte, width*height), Stride: width, Width: width, Height: height}
		for i := range g.Pix {
			g.Pix[i] = level()
		}
		return g
	}
	blanks := map[string]*thermal.Gray{
		"white":        fill(640, 512, func() byte { return 255 }),
		"black":        fill(320, 256, func() byte { return 0 }),
		"grey":         fill(333, 257, func() byte { return 128 }),
		"noise":        fill(640, 512, func() byte { return byte(random.Uint32()) }),
		"faint noise":  fill(384, 288, func() byte { return byte(120 + random.IntN(9)) }),
		"salt, pepper": fill(640, 512, func() byte { return byte(255 * random.IntN(2)) }),
	}
	scene := realPictures(t)[0]
	seen := found(d, scene.gray, scene.truth, 0.2)
	if seen == 0 {
		t.Fatal("nothing is seen in a real picture")
	}
	for name, d := range detectors {
		for what, blank := range blanks {
			for _, b := range d.Detect(blank) {
				if b.Score >= 0.2 {
					t.Errorf("%s: %+v in a picture that is %s", name, b, what)
				}
			}
			if name == "network" && found(d, scene.gray, scene.truth, 0.2) != seen {
				t.Errorf("a real picture is not seen as before after one that is %s", what)
			}
		}
	}
}
