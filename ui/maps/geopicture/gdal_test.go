package geopicture

import (
	"image/color"
	"math"
	"os"
	"testing"
)

// The files of testdata are what GDAL 3.6.2 made of the test picture in EPSG:3857: as it is, packed in several ways, and drawn anew
// in other systems (testdata/README.md).
func TestFilesOfGDALShowTheSame(t *testing.T) {
	t.Parallel()
	plain := open(t, inSystem(3857))
	for name, tc := range map[string]struct {
		off   float64 // of the colours
		shift float64 // of the places, in points: a picture that was drawn anew has lost some
	}{
		"lzw2.tif":                 {0, 0},
		"deflate-separate-big.tif": {0, 0},
		"jpeg-ycbcr-tiled.tif":     {12, 0},
		"jpeg-rgb.tif":             {8, 0},
		"utm-alpha.tif":            {3, 0.6},
		"degrees-mask.tif":         {12, 0.6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			p, err := openBytes(b)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range p.Bounds {
				if math.Abs(v-plain.Bounds[i]) > 1e-8+5e-5*tc.shift {
					t.Errorf("bounds %v, not %v", p.Bounds, plain.Bounds)
				}
			}
			seen := 0
			z := plain.MaxZoom
			around(plain, z, func(x, y int) {
				want, got := tile(t, plain, z, x, y), tile(t, p, z, x, y)
				for i := range 256 * 256 {
					a, b := want.NRGBAAt(i%256, i/256), got.NRGBAAt(i%256, i/256)
					if tc.shift > 0 && edge(plain, z, x, y, i%256, i/256) {
						continue
					}
					if a.A != b.A || a.A > 0 && apart(a, b) > tc.off+tc.shift {
						t.Fatalf("tile %d/%d, pixel %d,%d: %v, not %v", x, y, i%256, i/256, b, a)
					}
					if a.A > 0 {
						seen++
					}
				}
			})
			if seen < wide*high {
				t.Errorf("%d pixels", seen)
			}
		})
	}
}

func apart(a, b color.NRGBA) float64 {
	return max(math.Abs(float64(a.R)-float64(b.R)), math.Abs(float64(a.G)-float64(b.G)), math.Abs(float64(a.B)-float64(b.B)))
}

// edge tells whether a pixel is near the picture's edge.
func edge(p *Picture, z, x, y, px, py int) bool {
	u, v := p.place.from(placeOf(z, x, y, px, py))
	near := func(v, side float64) bool { return math.Abs(v) < 2.5 || math.Abs(v-side) < 2.5 }
	return near(u, wide) || near(v, high)
}
