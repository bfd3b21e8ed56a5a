package station

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"

	"vedette/internal/geo"
)

const (
	tilePx          = 256
	minTerrainZoom  = 8
	maxTerrainZoom  = 14 // finer than SRTM's 30 m; the map stretches it from there
	keptTiles       = 256
	smoothingM      = 30 // whole-metre samples make stairs in a hillshade; a blur of this radius takes them away
	maxBlurPx       = 8
	earthRoundM     = 40075017
	terrariumOffset = 32768
)

var errNoTile = errors.New("no terrain there")

// terrainTiles draws the station's own terrain as raster-dem tiles (web mercator, Terrarium encoding), so that the map's
// hillshade and every height that the station reasons with are of one source. Drawn tiles are kept.
type terrainTiles struct {
	terrain geo.Terrain

	mu    sync.Mutex
	kept  map[[3]int][]byte
	order [][3]int // oldest first
}

func newTerrainTiles(t geo.Terrain) *terrainTiles {
	return &terrainTiles{terrain: t, kept: map[[3]int][]byte{}}
}

// tile draws tile x, y of a zoom level as PNG; errNoTile where there is no height anywhere in it.
func (t *terrainTiles) tile(z, x, y int) ([]byte, error) {
	if z < minTerrainZoom || z > maxTerrainZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return nil, errNoTile
	}
	key := [3]int{z, x, y}
	t.mu.Lock()
	drawn, ok := t.kept[key]
	t.mu.Unlock()
	if ok {
		return drawn, nil
	}
	drawn, err := t.draw(z, x, y)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, again := t.kept[key]; !again {
		t.kept[key] = drawn
		t.order = append(t.order, key)
		if len(t.order) > keptTiles {
			delete(t.kept, t.order[0])
			t.order = t.order[1:]
		}
	}
	return drawn, nil
}

func (t *terrainTiles) draw(z, x, y int) ([]byte, error) {
	worldPx := float64(int(tilePx) << z)
	lat := mercatorLat((float64(y*tilePx) + tilePx/2) / worldPx)
	metresPerPx := earthRoundM * math.Cos(lat*math.Pi/180) / worldPx
	radius := min(maxBlurPx, int(math.Round(smoothingM/metresPerPx)))
	heights, found := t.sample(z, x, y, blurPasses*radius)
	if !found {
		return nil, errNoTile
	}
	heights.blur(radius)
	img := image.NewNRGBA(image.Rect(0, 0, tilePx, tilePx))
	for row := range tilePx {
		for col := range tilePx {
			img.SetNRGBA(col, row, terrarium(heights.at(col, row)))
		}
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("draw terrain tile: %w", err)
	}
	return out.Bytes(), nil
}

// sample reads the heights of a tile and of a margin around it; where there is none, the last one stands in. The second
// result is false where the tile itself has none.
func (t *terrainTiles) sample(z, x, y, margin int) (*raster, bool) {
	worldPx := float64(int(tilePx) << z)
	r := newRaster(tilePx+2*margin, margin)
	found := false
	last := float32(0)
	for row := -margin; row < tilePx+margin; row++ {
		lat := mercatorLat((float64(y*tilePx+row) + 0.5) / worldPx)
		for col := -margin; col < tilePx+margin; col++ {
			p := geo.LatLon{Lat: lat, Lon: (float64(x*tilePx+col)+0.5)/worldPx*360 - 180}
			if h, ok := t.terrain.ElevationAMSL(p); ok {
				last = float32(h)
				found = found || row >= 0 && row < tilePx && col >= 0 && col < tilePx
			}
			r.h[(row+margin)*r.size+col+margin] = last
		}
	}
	return r, found
}

// mercatorLat is the latitude in degrees at a fraction of the web mercator square, counted from the north.
func mercatorLat(fraction float64) float64 {
	return math.Atan(math.Sinh(math.Pi*(1-2*fraction))) * 180 / math.Pi
}

// terrarium encodes a height: (R*256 + G + B/256) - 32768 metres.
func terrarium(h float32) color.NRGBA {
	v := int(math.Round((float64(h) + terrariumOffset) * 256))
	v = max(0, min(v, 1<<24-1))
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}
