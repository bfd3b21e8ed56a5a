package geo

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func drawLatLon(t *rapid.T, maxLat float64) LatLon {
	return LatLon{
		Lat: rapid.Float64Range(-maxLat, maxLat).Draw(t, "lat"),
		Lon: rapid.Float64Range(-180, 180).Draw(t, "lon"),
	}
}

func TestECEFRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawLatLon(t, 89.9999)
		h := HAE(rapid.Float64Range(-1000, 50000).Draw(t, "hae"))
		q, g := FromECEF(ECEF(p, h))
		if math.Abs(q.Lat-p.Lat) > 1e-9 || math.Abs(DiffDeg(p.Lon, q.Lon)) > 1e-7 || math.Abs(float64(g-h)) > 1e-4 {
			t.Fatalf("%v %v came back as %v %v", p, h, q, g)
		}
	})
}

func TestFrameIsEastNorthUp(t *testing.T) {
	t.Parallel()
	origin := LatLon{-35.363, 149.165}
	f := NewFrame(origin, 600)
	north := f.ToENU(LatLon{-35.353, 149.165}, 600)
	if math.Abs(north[0]) > 0.01 || math.Abs(north[1]-1109.4) > 1 {
		t.Errorf("a hundredth of a degree north is at %v", north)
	}
	east := f.ToENU(LatLon{-35.363, 149.175}, 650)
	if math.Abs(east[0]-909) > 1 || math.Abs(east[2]-50) > 0.2 {
		t.Errorf("a hundredth of a degree east and 50 m up is at %v", east)
	}
	rapid.Check(t, func(t *rapid.T) {
		enu := [3]float64{
			rapid.Float64Range(-20000, 20000).Draw(t, "e"),
			rapid.Float64Range(-20000, 20000).Draw(t, "n"),
			rapid.Float64Range(-500, 5000).Draw(t, "u"),
		}
		p, h := f.FromENU(enu)
		back := f.ToENU(p, h)
		for i := range enu {
			if math.Abs(back[i]-enu[i]) > 1e-4 {
				t.Fatalf("%v came back as %v", enu, back)
			}
		}
	})
}

func TestDistanceBearingOffsetAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawLatLon(t, 75)
		bearing := rapid.Float64Range(0, 359.99).Draw(t, "bearing")
		dist := rapid.Float64Range(1, 30000).Draw(t, "dist")
		q := Offset(p, bearing, dist)
		if got := Distance(p, q); math.Abs(got-dist) > dist*0.001 {
			t.Fatalf("asked for %g m, got %g", dist, got)
		}
		if got := BearingDeg(p, q); math.Abs(DiffDeg(got, bearing)) > 0.1 {
			t.Fatalf("asked for %g°, got %g°", bearing, got)
		}
	})
	// One minute of arc of latitude at 45 degrees: 1852.2 m on WGS 84.
	if d := Distance(LatLon{45 - 1.0/120, 7}, LatLon{45 + 1.0/120, 7}); math.Abs(d-1852.2) > 0.1 {
		t.Errorf("a minute of latitude at 45 degrees is %g m", d)
	}
	if d := Distance(LatLon{0, 179.999}, LatLon{0, -179.999}); math.Abs(d-222.6) > 0.1 {
		t.Errorf("across the antimeridian: %g m", d)
	}
}

func TestAngles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want float64 }{{350, 10, 20}, {10, 350, -20}, {0, 180, 180}, {-90, 90, 180}, {720, 1, 1}} {
		if got := DiffDeg(c.a, c.b); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("from %g to %g is %g, want %g", c.a, c.b, got, c.want)
		}
	}
	if got := NormalizeDeg(-1e-17); got != 0 {
		t.Errorf("a hair below zero is %g", got)
	}
}

// TestUndulation has the check points that NGA publishes with EGM96.
func TestUndulation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lat, lon, want float64 }{
		{38.6281550, -90.2208450, -31.628},
		{-14.6212170, -54.9788860, -2.969},
		{46.8743190, 102.4487290, -43.575},
		{-23.6174460, 133.8747120, 15.871},
		{38.6254730, -0.0005000, 50.066},
		{-0.4667440, 0.0023000, 17.329},
	} {
		p := LatLon{c.lat, c.lon}
		if got := Undulation(p); math.Abs(got-c.want) > 0.1 {
			t.Errorf("%v: %.3f m, want %.3f", p, got, c.want)
		}
		if back := ToAMSL(p, ToHAE(p, 100)); math.Abs(float64(back)-100) > 1e-9 {
			t.Errorf("100 m AMSL came back as %v", back)
		}
	}
	for _, p := range []LatLon{{90, 0}, {-90, 180}, {0, 180}, {0, -180}, {math.NaN(), 0}, {91, 0}} {
		if u := Undulation(p); math.IsNaN(u) || math.Abs(u) > 110 {
			t.Errorf("%v: %g m", p, u)
		}
	}
	if west, east := Undulation(LatLon{10, -180}), Undulation(LatLon{10, 180}); west != east {
		t.Errorf("the antimeridian has two heights: %g and %g", west, east)
	}
}

func slopeTile(size int) *Tile {
	t := &Tile{South: -36, West: 149, Size: size, Data: make([]int16, size*size)}
	for r := range size {
		for c := range size {
			t.Data[r*size+c] = int16(c) // rises by one metre a sample to the east
		}
	}
	return t
}

func TestTileRoundTripAndInterpolation(t *testing.T) {
	t.Parallel()
	tile := slopeTile(1201)
	tile.Data[5*1201+5] = Void
	dir := t.TempDir()
	var buf bytes.Buffer
	if err := tile.WriteHGT(&buf); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, TileName(-36, 149)), buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "N00E006.hgt"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h, ok := f.ElevationAMSL(LatLon{-35.5, 149.5}); !ok || math.Abs(float64(h)-600) > 1e-6 {
		t.Errorf("the middle is at %v, %v", h, ok)
	}
	if h, ok := f.ElevationAMSL(LatLon{-35.5, 149 + 10.25/1200}); !ok || math.Abs(float64(h)-10.25) > 1e-6 {
		t.Errorf("between samples: %v, %v", h, ok)
	}
	if _, ok := f.ElevationAMSL(LatLon{-35 - 5.5/1200, 149 + 5.5/1200}); ok {
		t.Error("a void cell gave a height")
	}
	if _, ok := f.ElevationAMSL(LatLon{-34.5, 149.5}); ok {
		t.Error("a missing tile gave a height")
	}
	if _, ok := f.ElevationAMSL(LatLon{0.5, 6.5}); ok {
		t.Error("a damaged tile gave a height")
	}
	if p := f.Problems(); len(p) != 1 || !errors.Is(p[0], ErrNotHGT) {
		t.Errorf("problems: %v", p)
	}
	if w, s, e, n, ok := f.Bounds(); !ok || w != 6 || s != -36 || e != 150 || n != 1 {
		t.Errorf("bounds %v %v %v %v %v", w, s, e, n, ok)
	}
}

func FuzzParseTileName(f *testing.F) {
	for _, s := range []string{"S36E149.hgt", "N00W001.hgt", "", "X99E999.hgt", "S36E149.hgt.hgt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		south, west, err := ParseTileName(name)
		if err == nil && TileName(south, west) != filepath.Base(name) {
			t.Errorf("%q became %d %d", name, south, west)
		}
	})
}
