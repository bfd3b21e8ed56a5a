package georef

import (
	"math"
	"testing"

	"vedette/internal/geo"
)

func TestFootprintIsWhatTheCornersShow(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 40)
	l := Locator{Ground: Flat(600)}
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{YawDeg: 30, PitchDeg: -45}}
	poly := l.Footprint(cam, pose, 3000)
	if len(poly) != 32 {
		t.Fatalf("%d corners", len(poly))
	}
	for k, px := range [][2]float64{{0, 0}, {640, 0}, {640, 512}, {0, 512}} {
		fix, err := l.Locate(cam, pose, px[0], px[1], Sigma{})
		if err != nil {
			t.Fatal(err)
		}
		if d := geo.Distance(fix.Position, poly[8*k]); d > 0.5 {
			t.Errorf("corner %d is %.2f m off", k, d)
		}
	}
}

func TestFootprintIsCutAtItsRange(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 40)
	l := Locator{Ground: Flat(600)}
	poly := l.Footprint(cam, Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: -5}}, 1200)
	if poly == nil {
		t.Fatal("no footprint, though the lower half of the image shows ground")
	}
	far := 0.0
	for _, p := range poly {
		far = max(far, geo.Distance(home, p))
	}
	if math.Abs(far-1200) > 2 {
		t.Errorf("farthest corner %.1f m away, want 1200", far)
	}
	if p := l.Footprint(cam, Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: 40}}, 1200); p != nil {
		t.Errorf("a camera looking at the sky has a footprint: %v", p)
	}
}

func TestHillBlocksTheLineOfSight(t *testing.T) {
	t.Parallel()
	l := Locator{Ground: hills{}}
	// A crest of 25 m lies about 377 m east of home.
	far := geo.Offset(home, 90, 754)
	if l.LineOfSight(home, 602, far, 602) {
		t.Error("sees through the hill")
	}
	if !l.LineOfSight(home, 680, far, 680) {
		t.Error("does not see over the hill")
	}
	if h, _ := l.Ground.HeightHAE(home); !l.LineOfSight(home, h, home, h) {
		t.Error("a place does not see itself")
	}
	if (&Locator{Ground: slope{base: 600, reach: 100}}).LineOfSight(home, 700, far, 700) {
		t.Error("sees over ground that is not known")
	}
}

func TestProjectRefusesWhatIsBehind(t *testing.T) {
	t.Parallel()
	cam := CameraFromHFOV(640, 512, 40)
	pose := Pose{Position: home, HAE: 700, Attitude: Attitude{PitchDeg: -10}}
	if _, _, ok := Project(cam, pose, geo.Offset(home, 180, 500), 600); ok {
		t.Error("a place behind the camera has a pixel")
	}
}
