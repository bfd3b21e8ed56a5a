package thermal

import "math"

// Config tunes HotSpots. The zero value is made for 640 x 512 pictures from 30 to 130 m.
type Config struct {
	// SeedSigma is how many local standard deviations above the background a spot must reach somewhere. Default 4.5.
	SeedSigma float64
	// GrowSigma is how many it must keep everywhere. Default 2.5.
	GrowSigma float64
	// MinContrast is the least contrast of a spot in grey levels. Default 14.
	MinContrast float64
	// MaxSide is the longest side of a spot in pixels. Default 200.
	MaxSide int
	// MaxBoxes bounds the boxes of one picture; the surest stay. Default 64.
	MaxBoxes int
}

// HotSpots finds regions that are warmer than the ground around them by more than that ground varies. It works on a
// picture of half the size, where noise is half as strong, compares each pixel with rings of two sizes around it, and
// fits the boxes on the full picture. After the first picture of a size it allocates nothing.
type HotSpots struct {
	cfg   Config
	w, h  int // of the half picture
	half  []uint16
	clip  []uint16
	mask  []uint8
	sums  integral
	cells grid
	runs  components
	boxes []candidate
	spare candidate // takes what does not fit into boxes
	out   []Box
}

var _ Detector = (*HotSpots)(nil)

// NewHotSpots makes a detector.
func NewHotSpots(cfg Config) *HotSpots {
	def := func(v *float64, d float64) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&cfg.SeedSigma, 4.5)
	def(&cfg.GrowSigma, 2.5)
	def(&cfg.MinContrast, 14)
	if cfg.MaxSide <= 0 {
		cfg.MaxSide = 200
	}
	if cfg.MaxBoxes <= 0 {
		cfg.MaxBoxes = 64
	}
	return &HotSpots{cfg: cfg}
}

// MaxPixels bounds the pictures that are looked at.
const MaxPixels = 4096 * 4096

// scale is the half picture's grey levels per grey level: four pixels are summed, not averaged.
const scale = 4

// rings are the backgrounds that a pixel is compared with: the square of half side outer without that of inner, in
// pixels of the half picture. The first suits people and animals, the second vehicles.
var rings = [2]struct{ inner, outer int }{{8, 18}, {24, 48}}

const (
	grow = 1 // mask values
	seed = 2
)

// Detect implements Detector.
func (d *HotSpots) Detect(g *Gray) []Box {
	d.out = d.out[:0]
	if !g.valid() || g.Width < 32 || g.Height < 32 || g.Width*g.Height > MaxPixels {
		return d.out
	}
	d.resize(g.Width/2, g.Height/2)
	d.shrink(g)

	// Warm things inside a ring would raise its spread and hide one another, so the rings are measured on a copy in
	// which everything far above its surroundings is cut down.
	d.sums.build(d.half, d.w, d.h)
	d.cells.measure(&d.sums, d.w, d.h, 0, rings[1].outer)
	for y := range d.h {
		row, cut := d.half[y*d.w:(y+1)*d.w], d.clip[y*d.w:(y+1)*d.w]
		for x, v := range row {
			c := d.cells.at(x, y)
			cut[x] = min(v, uint16(c.mean+2*c.spread+4*scale))
		}
	}
	d.sums.build(d.clip, d.w, d.h)
	clear(d.mask)
	for _, r := range rings {
		d.cells.measure(&d.sums, d.w, d.h, r.inner, r.outer)
		d.mark()
	}
	d.collect(g)
	d.merge()
	d.emit()
	return d.out
}

// mark sets the mask where the half picture is above the background by enough to grow or seed a spot.
func (d *HotSpots) mark() {
	least := float32(d.cfg.MinContrast * scale)
	for i := range d.cells.c {
		c := &d.cells.c[i]
		c.seed = uint16(min(c.mean+max(float32(d.cfg.SeedSigma)*c.spread, least), math.MaxUint16))
		c.grow = uint16(min(c.mean+max(float32(d.cfg.GrowSigma)*c.spread, least/2), math.MaxUint16))
	}
	for y := range d.h {
		row, mask := d.half[y*d.w:(y+1)*d.w], d.mask[y*d.w:(y+1)*d.w]
		cells := d.cells.row(y)
		for x, v := range row {
			c := &cells[x/cellSize]
			if v > c.grow {
				m := uint8(grow)
				if v > c.seed {
					m = seed
				}
				mask[x] = max(mask[x], m)
			}
		}
	}
}

func (d *HotSpots) resize(w, h int) {
	if w == d.w && h == d.h {
		return
	}
	d.w, d.h = w, h
	d.half, d.clip, d.mask = make([]uint16, w*h), make([]uint16, w*h), make([]uint8, w*h)
	d.sums.resize(w, h)
	d.cells.resize(w, h)
	d.runs.resize(w, h)
	d.boxes = make([]candidate, 0, maxCandidates)
	d.out = make([]Box, 0, d.cfg.MaxBoxes)
}

// shrink sums each 2 x 2 pixels.
func (d *HotSpots) shrink(g *Gray) {
	for y := range d.h {
		a := g.Pix[2*y*g.Stride:][:2*d.w]
		b := g.Pix[(2*y+1)*g.Stride:][:2*d.w]
		out := d.half[y*d.w:][:d.w]
		for x := range out {
			out[x] = uint16(a[2*x]) + uint16(a[2*x+1]) + uint16(b[2*x]) + uint16(b[2*x+1])
		}
	}
}
