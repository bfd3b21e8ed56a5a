package render

import (
	"math"
	"math/rand/v2"
)

// lumaOne is the scale of luma in the half picture.
const lumaOne = 16

// halfPicture is the background at half size; its luma has a border of one half pixel, so that its enlargement needs no
// special edges.
type halfPicture struct {
	width, height int
	stride        int
	luma          []uint16
	cb, cr        []uint8
	above         []uint16 // one row, scratch
}

func newHalfPicture(width, height int) halfPicture {
	return halfPicture{
		width: width, height: height, stride: width + 2,
		luma: make([]uint16, (width+2)*(height+2)),
		cb:   make([]uint8, width*height), cr: make([]uint8, width*height),
		above: make([]uint16, width+2),
	}
}

func (h *halfPicture) index(x, y int) int { return (y+1)*h.stride + x + 1 }

func (h *halfPicture) setChroma(x, y int, cb, cr float32) {
	i := y*h.width + x
	h.cb[i], h.cr[i] = uint8(cb), uint8(cr)
}

func (h *halfPicture) closeBorder() {
	for y := range h.height {
		row := h.luma[(y+1)*h.stride : (y+2)*h.stride]
		row[0], row[h.stride-1] = row[1], row[h.stride-2]
	}
	copy(h.luma[:h.stride], h.luma[h.stride:2*h.stride])
	copy(h.luma[(h.height+1)*h.stride:], h.luma[h.height*h.stride:(h.height+1)*h.stride])
}

// sensorNoise is what the sensor adds, in 1/256 of luma.
type sensorNoise struct {
	grain    []int16 // every pixel anew, from a random place
	column   []int32 // stripes and half of the vignette
	row      []int32 // the other half
	perFrame *rand.PCG
}

const grainSize = 1 << 15

func newSensorNoise(rng *rand.Rand, width, height int, l *look) *sensorNoise {
	n := &sensorNoise{
		grain: make([]int16, grainSize+width), column: make([]int32, width), row: make([]int32, height),
		perFrame: rand.NewPCG(0, 0),
	}
	for i := range n.grain {
		n.grain[i] = int16(256 * l.noiseSD * rng.NormFloat64())
	}
	fall := func(i, size int) float64 {
		d := 2*float64(i)/float64(size) - 1
		return -l.vignette / 2 * d * d * math.Abs(d)
	}
	for i := range n.column {
		n.column[i] = int32(256 * (fall(i, width) + l.stripeSD*rng.NormFloat64()))
	}
	for i := range n.row {
		n.row[i] = int32(256*fall(i, height)) + 128 // rounds
	}
	return n
}

// finish enlarges the half picture into the full one and adds the sensor's noise.
func (r *Renderer) finish(seed uint64) {
	h, dst := &r.half, r.dst
	h.closeBorder()
	r.noise.perFrame.Seed(seed, r.cfg.Seed)
	for y := range r.cfg.Height {
		near := h.luma[(y/2+1)*h.stride:][:h.stride]
		far := h.luma[(y/2+(y&1)*2)*h.stride:][:h.stride]
		mixed := h.above
		for x := range mixed {
			mixed[x] = 3*near[x] + far[x]
		}
		grain := r.noise.grain[r.noise.perFrame.Uint64()%grainSize:][:r.cfg.Width]
		out := dst.Y[y*dst.YStride:][:r.cfg.Width]
		column := r.noise.column[:len(out)]
		level := r.noise.row[y]
		for x := 0; x+1 < len(out); x += 2 {
			mid := 3 * int32(mixed[x/2+1])
			// 16 (weights) times lumaOne is 256.
			v0 := (mid + int32(mixed[x/2]) + int32(grain[x]) + column[x] + level) >> 8
			v1 := (mid + int32(mixed[x/2+2]) + int32(grain[x+1]) + column[x+1] + level) >> 8
			if uint32(v0) > 255 {
				v0 = limit(v0)
			}
			if uint32(v1) > 255 {
				v1 = limit(v1)
			}
			out[x], out[x+1] = uint8(v0), uint8(v1)
		}
	}
	if r.look.colour {
		for y := range h.height {
			copy(dst.Cb[y*dst.CStride:][:h.width], h.cb[y*h.width:])
			copy(dst.Cr[y*dst.CStride:][:h.width], h.cr[y*h.width:])
		}
		return
	}
	for y := range h.height {
		grey(dst.Cb[y*dst.CStride:][:h.width])
		grey(dst.Cr[y*dst.CStride:][:h.width])
	}
}

func limit(v int32) int32 { return min(max(v, 0), 255) }

func grey(row []uint8) {
	for i := range row {
		row[i] = 128
	}
}
