package geopicture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"vedette/ui/maps/geopicture/testtiff"
)

func TestOverviewsAreUsedFromAfar(t *testing.T) {
	t.Parallel()
	spec := testtiff.Picture{Width: 512, Height: 512, EPSG: 3857, X: 1_000_000, Y: 6_000_000, StepX: 0.5972, StepY: 0.5972, Compression: 8, Tile: 64, Overviews: []int{2, 4, 8}}
	p := open(t, spec)
	if len(p.layers) != 4 || p.MaxZoom != 18 || p.MinZoom != 12 {
		t.Fatalf("%d layers, zoom %d to %d", len(p.layers), p.MinZoom, p.MaxZoom)
	}
	// Every overview has a colour of its own.
	for i, l := range p.layers {
		l.tone = make([]uint8, 256)
		for v := range l.tone {
			l.tone[v] = uint8(50 * (i + 1))
		}
	}
	for back, want := range []uint8{50, 100, 150, 200, 200} {
		z := p.MaxZoom - back
		lon, lat := p.place.at(256, 256)
		x, y, px, py := tileAt(lon, lat, z)
		if got := tile(t, p, z, x, y).NRGBAAt(px, py); got.R != want || got.A != 255 {
			t.Errorf("zoom %d: %v, not %d", z, got, want)
		}
	}
}

func TestAFileWithoutOverviewsIsNotShownFromTooFar(t *testing.T) {
	t.Parallel()
	spec := testtiff.Picture{Width: 40_000, Height: 40_000, EPSG: 3857, X: 1_000_000, Y: 6_000_000, StepX: 1, StepY: 1, Compression: 8, Tile: 512, Samples: 1, Hollow: true}
	p := open(t, spec)
	if p.MaxZoom != 18 || p.MinZoom < 13 || p.MinZoom > 14 {
		t.Errorf("zoom %d to %d", p.MinZoom, p.MaxZoom)
	}
	x, y, _, _ := tileAt((p.Bounds[0]+p.Bounds[2])/2, (p.Bounds[1]+p.Bounds[3])/2, p.MinZoom-1)
	if b, err := p.Tile(t.Context(), p.MinZoom-1, x, y); err != nil || b != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestATileEndsWithWhoAsked(t *testing.T) {
	t.Parallel()
	p := open(t, inSystem(3857))
	x, y, _, _ := tileAt((p.Bounds[0]+p.Bounds[2])/2, (p.Bounds[1]+p.Bounds[3])/2, p.MaxZoom)
	for range atOnce {
		p.reader.turns <- struct{}{} // others draw
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.Tile(gone, p.MaxZoom, x, y); err == nil {
		t.Error("a tile is drawn out of turn")
	}
	<-p.reader.turns
	if _, err := p.Tile(gone, p.MaxZoom, x, y); err == nil {
		t.Error("a tile is drawn for nobody")
	}
	if b, err := p.Tile(t.Context(), p.MaxZoom, x, y); err != nil || len(b) == 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestTheShelfIsBounded(t *testing.T) {
	t.Parallel()
	r := NewReader()
	p, other := &Picture{reader: r}, &Picture{reader: r}
	for i := range 20 {
		r.shelf.put(blockID{p, 0, i}, make(pixels, mostShelved/16))
	}
	r.shelf.put(blockID{other, 0, 0}, make(pixels, 100))
	if r.shelf.bytes > mostShelved || len(r.shelf.by) != r.shelf.order.Len() {
		t.Errorf("%d bytes, %d and %d blocks", r.shelf.bytes, len(r.shelf.by), r.shelf.order.Len())
	}
	if _, ok := r.shelf.get(blockID{p, 0, 19}); !ok {
		t.Error("the last block is gone")
	}
	if _, ok := r.shelf.get(blockID{p, 0, 0}); ok {
		t.Error("the first block is still there")
	}
	p.Close()
	if _, ok := r.shelf.get(blockID{other, 0, 0}); !ok || r.shelf.bytes != 100 || len(r.shelf.by) != 1 {
		t.Errorf("%d bytes and %d blocks after a picture was closed", r.shelf.bytes, len(r.shelf.by))
	}
}

func BenchmarkTile(b *testing.B) {
	for name, change := range map[string]func(*testtiff.Picture){
		"deflate": func(s *testtiff.Picture) { s.Compression = 8 },
		"JPEG":    func(s *testtiff.Picture) { s.Compression, s.Photometric = 7, 6 },
		"plain":   func(*testtiff.Picture) {},
	} {
		spec := testtiff.Picture{Width: 2048, Height: 2048, EPSG: 32755, X: 696698, Y: 6084548, StepX: 0.2, StepY: 0.2, Tile: 256}
		spec.At = func(x, y, band int) int { return (x*x/50 + y*y/70 + 50*band) & 255 }
		change(&spec)
		p := open(b, spec)
		lon, lat := p.place.at(1024, 1024)
		for _, z := range []int{p.MaxZoom, p.MaxZoom - 1, p.MaxZoom - 3} {
			x, y, _, _ := tileAt(lon, lat, z)
			for kind, cold := range map[string]bool{"cold": true, "warm": false} {
				b.Run(fmt.Sprintf("%s/%d/%s", name, p.MaxZoom-z, kind), func(b *testing.B) {
					for b.Loop() {
						if cold {
							p.Close()
						}
						if got, err := p.Tile(b.Context(), z, x, y); err != nil || len(got) == 0 {
							b.Fatal(len(got), err)
						}
					}
				})
			}
		}
	}
}

// A picture over the edge of the map is seen on both sides of it.
func TestAPictureOverTheDateLine(t *testing.T) {
	t.Parallel()
	for name, west := range map[string]float64{"east of it": 179.9, "west of it": -180.1} {
		p := open(t, testtiff.Picture{Width: 200, Height: 100, At: ramp, EPSG: 4326, X: west, Y: 10, StepX: 0.001, StepY: 0.001, Compression: 8})
		if p.Bounds[0] != -180 || p.Bounds[2] != 180 {
			t.Errorf("%s: %v", name, p.Bounds)
		}
		for lon, red := range map[float64]float64{179.95: 20 + 50 - 0.5, -179.95: 20 + 150 - 0.5} {
			for z := p.MinZoom; z <= p.MaxZoom; z++ {
				x, y, px, py := tileAt(lon, 9.95, z)
				got := tile(t, p, z, x, y).NRGBAAt(px, py)
				off := max(1.5, 360/(256*math.Exp2(float64(z)))/0.001)
				if got.A == 0 || math.Abs(float64(got.R)-red) > off {
					t.Errorf("%s: zoom %d, longitude %v: %v, not %v", name, z, lon, got, red)
				}
			}
		}
	}
}

func TestATileThatTakesTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	p := open(t, testtiff.Picture{Width: 40_000, Height: 40_000, EPSG: 3857, X: 1_000_000, Y: 6_000_000, StepX: 1, StepY: 1, Compression: 8, Tile: 1024, Samples: 1, Hollow: true})
	lon, lat := p.place.at(20_000, 20_000)
	p.MinZoom = 0 // as if the survey had been wrong
	x, y, _, _ := tileAt(lon, lat, 9)
	if b, err := p.Tile(t.Context(), 9, x, y); !errors.Is(err, errTooMuch) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestManyDrawAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t, testtiff.Picture{Width: 300, Height: 300, At: func(x, y, _ int) int { return (x + y) & 255 }, EPSG: 32632, X: 500_000, Y: 5_000_000, StepX: 1, StepY: 1, Compression: 8, Tile: 32})
	lon, lat := p.place.at(150, 150)
	x, y, _, _ := tileAt(lon, lat, p.MaxZoom)
	want, err := p.Tile(t.Context(), p.MaxZoom, x, y)
	if err != nil || len(want) == 0 {
		t.Fatal(len(want), err)
	}
	p.Close() // what is kept goes
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if got, err := p.Tile(t.Context(), p.MaxZoom, x, y); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
	if len(p.reader.turns) != 0 {
		t.Error("a turn is not given back")
	}
}
