package station

import (
	"bytes"
	"errors"
	"image/png"
	"math"
	"testing"

	"vedette/internal/geo"
)

// slope rises to the east: one metre for each thousandth of a degree, with nothing west of 149 E.
type slope struct{}

func (slope) ElevationAMSL(p geo.LatLon) (geo.AMSL, bool) {
	return geo.AMSL((p.Lon - 149) * 1000), p.Lon >= 149
}

func TestTerrainTileHoldsTheHeights(t *testing.T) {
	t.Parallel()
	tiles := newTerrainTiles(slope{})
	const z = 12
	lon, lat := 149.165, -35.363
	x := int((lon + 180) / 360 * (1 << z))
	latRad := lat * math.Pi / 180
	y := int((1 - math.Asinh(math.Tan(latRad))/math.Pi) / 2 * (1 << z))
	raw, err := tiles.tile(z, x, y)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, col := range []int{0, 100, 255} {
		r, g, b, _ := img.At(col, 128).RGBA()
		got := float64(r>>8)*256 + float64(g>>8) + float64(b>>8)/256 - 32768
		east := (float64(x*tilePx+col)+0.5)/float64(tilePx<<z)*360 - 180
		if want := (east - 149) * 1000; math.Abs(got-want) > 0.5 {
			t.Errorf("column %d: %.2f m, want %.2f", col, got, want)
		}
	}
	again, err := tiles.tile(z, x, y)
	if err != nil || &again[0] != &raw[0] {
		t.Errorf("a drawn tile was drawn again (%v)", err)
	}
}

func TestNoTerrainTile(t *testing.T) {
	t.Parallel()
	tiles := newTerrainTiles(slope{})
	for _, at := range [][3]int{{12, 0, 0}, {12, -1, 5}, {12, 1 << 12, 5}, {3, 1, 1}, {20, 5, 5}} {
		if _, err := tiles.tile(at[0], at[1], at[2]); !errors.Is(err, errNoTile) {
			t.Errorf("%v: %v", at, err)
		}
	}
}

func TestOldTilesAreForgotten(t *testing.T) {
	t.Parallel()
	tiles := newTerrainTiles(slope{})
	for i := range keptTiles + 3 {
		tiles.kept[[3]int{12, i, 0}] = []byte{1}
		tiles.order = append(tiles.order, [3]int{12, i, 0})
	}
	if _, err := tiles.tile(8, 234, 154); err != nil {
		t.Fatal(err)
	}
	if _, still := tiles.kept[[3]int{12, 0, 0}]; still {
		t.Error("the oldest tile is still there")
	}
}

func TestHighestBetween(t *testing.T) {
	t.Parallel()
	g := &ground{terrain: slope{}}
	a, b := geo.LatLon{Lat: -35, Lon: 149.1}, geo.LatLon{Lat: -35, Lon: 149.3}
	for _, way := range [][2]geo.LatLon{{a, b}, {b, a}} {
		if top, ok := g.highestBetween(way[0], way[1]); !ok || math.Abs(float64(top)-300) > 0.5 {
			t.Errorf("from %v to %v: %v, %v", way[0], way[1], top, ok)
		}
	}
	if _, ok := g.highestBetween(a, geo.LatLon{Lat: -35, Lon: 148.9}); ok {
		t.Error("a way over unknown ground has a height")
	}
	if _, ok := (&ground{}).highestBetween(a, b); ok {
		t.Error("without terrain there is a height")
	}
}
