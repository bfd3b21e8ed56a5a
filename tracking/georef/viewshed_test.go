package georef

import (
	"math"
	"math/rand/v2"
	"testing"

	"vedette/internal/geo"
)

func TestViewshedAgreesWithLinesOfSight(t *testing.T) {
	t.Parallel()
	l := Locator{Ground: hills{}, StepM: 10}
	v := l.Viewshed(home, 640, 1500, 1.7)
	if s := v.Share(); s < 0.3 || s > 0.95 {
		t.Fatalf("%.2f of the hills are seen; the test needs both kinds", s)
	}
	rnd := rand.New(rand.NewPCG(4, 4))
	agree, n := 0, 0
	for range 2000 {
		p := geo.Offset(home, 360*rnd.Float64(), 30+1400*math.Sqrt(rnd.Float64()))
		g, _ := l.Ground.HeightHAE(p)
		n++
		if v.Sees(p) == l.LineOfSight(home, 640, p, g+1.7) {
			agree++
		}
	}
	// They may differ in the cells that the edge of a shadow passes through.
	if share := float64(agree) / float64(n); share < 0.97 {
		t.Errorf("%.3f of the places agree", share)
	}
}

func TestViewshedOfAPlainReachesToTheCurveOfTheEarth(t *testing.T) {
	t.Parallel()
	l := Locator{Ground: Flat(600), StepM: 100}
	v := l.Viewshed(home, 602, 20000, 0)
	// From two metres above the ellipsoid the horizon is sqrt(2 R h) away, without refraction.
	want := math.Sqrt(2 * 6371e3 * 2)
	for _, bearing := range []float64{0, 90, 200} {
		if !v.Sees(geo.Offset(home, bearing, want-300)) || v.Sees(geo.Offset(home, bearing, want+300)) {
			t.Errorf("bearing %v: the horizon is not at %.0f m", bearing, want)
		}
	}
}

func TestViewshedEndsWithTheData(t *testing.T) {
	t.Parallel()
	l := Locator{Ground: slope{base: 600, reach: 500}}
	v := l.Viewshed(home, 700, 1000, 0)
	if !v.Sees(geo.Offset(home, 45, 400)) || v.Sees(geo.Offset(home, 45, 600)) {
		t.Error("what lies beyond the data must not count as seen, what lies before it must")
	}
	if v := l.Viewshed(home, geo.HAE(math.NaN()), 1000, 0); v.Sees(home) || v.Share() != 0 {
		t.Error("an eye at no height sees something")
	}
}
