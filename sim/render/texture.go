package render

import (
	"math"
	"math/rand/v2"
)

// A tile is a square of ground texture that repeats, with smaller copies for greater distances. A texel holds a tone in its
// high byte and how much grows there in its low byte, both with 128 for the average.
type tile struct {
	size   int // texels a side, a power of two
	texelM float64
	levels [][]uint16 // level m has size>>m texels a side
}

const (
	fineSize, fineTexelM     = 512, 0.1
	coarseSize, coarseTexelM = 256, 1.6
	broadSize, broadTexelM   = 256, 25.6
	levelStep                = 4 // the coarse tile takes over after so many halvings of the fine one
)

// textures are the three tiles; together they hold wavelengths from 0.2 m to kilometres.
type textures struct{ fine, coarse, broad *tile }

func newTextures(seed uint64) *textures {
	rng := rand.New(rand.NewPCG(seed, 0x7e87))
	return &textures{fine: fineTile(rng), coarse: coarseTile(rng), broad: broadTile(rng)}
}

// fineTile has tufts, stones and small bushes.
func fineTile(rng *rand.Rand) *tile {
	n := fineSize
	tufts := fractal(rng, n, 64, 6, 0.62)
	clumps := fractal(rng, n, 16, 4, 0.5)
	tone, plant := make([]float64, n*n), make([]float64, n*n)
	for i := range tone {
		tone[i] = 16 * tufts[i]
		bush := smooth(0.75, 1.35, clumps[i]+0.25*tufts[i])
		plant[i] = 18*tufts[i] + 95*bush
	}
	for range 500 {
		splash(tone, n, rng.Float64()*float64(n), rng.Float64()*float64(n), 1+2.5*rng.Float64(), 8+12*rng.Float64())
	}
	return newTile(n, fineTexelM, tone, plant)
}

// coarseTile has patches of bare soil and scrub with clear edges, and animals' trails.
func coarseTile(rng *rand.Rand) *tile {
	n := coarseSize
	patches, edges, trails := fractal(rng, n, 6, 5, 0.55), fractal(rng, n, 9, 5, 0.6), fractal(rng, n, 5, 3, 0.45)
	tone, plant := make([]float64, n*n), make([]float64, n*n)
	for i := range tone {
		bare := smooth(0.5, 0.75, patches[i])
		scrub := smooth(0.35, 0.7, edges[i])
		trail := math.Max(0, 1-math.Abs(trails[i])/0.06)
		tone[i] = 20*bare + 9*edges[i] + 12*trail - 8*scrub
		plant[i] = 60*scrub - 45*bare - 40*trail + 15*patches[i]
	}
	return newTile(n, coarseTexelM, tone, plant)
}

func broadTile(rng *rand.Rand) *tile {
	n := broadSize
	a, b := fractal(rng, n, 12, 4, 0.5), fractal(rng, n, 10, 4, 0.5)
	tone, plant := make([]float64, n*n), make([]float64, n*n)
	for i := range tone {
		tone[i], plant[i] = 14*a[i], 22*b[i]
	}
	return newTile(n, broadTexelM, tone, plant)
}

func newTile(size int, texelM float64, tone, plant []float64) *tile {
	centre(tone)
	centre(plant)
	t := &tile{size: size, texelM: texelM}
	for n := size; n >= 8; n /= 2 {
		level := make([]uint16, n*n)
		for i := range level {
			level[i] = uint16(clampByte(128+tone[i]))<<8 | uint16(clampByte(128+plant[i]))
		}
		t.levels = append(t.levels, level)
		tone, plant = halve(tone, n), halve(plant, n)
	}
	return t
}

// at reads the tile between its texels.
func (t *tile) at(e, n float64) (tone, plant float64) {
	x, y := e/t.texelM-0.5, n/t.texelM-0.5
	fx, fy := math.Floor(x), math.Floor(y)
	wx, wy := x-fx, y-fy
	mask := t.size - 1
	x0, y0 := int(fx)&mask, int(fy)&mask
	x1, y1 := (x0+1)&mask, (y0+1)&mask
	for _, c := range [4]struct {
		i int
		w float64
	}{
		{y0*t.size + x0, (1 - wx) * (1 - wy)}, {y0*t.size + x1, wx * (1 - wy)},
		{y1*t.size + x0, (1 - wx) * wy}, {y1*t.size + x1, wx * wy},
	} {
		v := t.levels[0][c.i]
		tone += c.w * (float64(v>>8) - 128)
		plant += c.w * (float64(v&0xff) - 128)
	}
	return tone, plant
}

// fractal is repeating value noise of the given number of octaves, with mean 0 and a standard deviation of 0.5; the first
// octave has cells cells a side.
func fractal(rng *rand.Rand, size, cells, octaves int, gain float64) []float64 {
	out := make([]float64, size*size)
	amplitude := 1.0
	for range octaves {
		if cells > size {
			break
		}
		lattice := make([]float64, cells*cells)
		for i := range lattice {
			lattice[i] = rng.NormFloat64()
		}
		k := float64(cells) / float64(size)
		for y := range size {
			fy := float64(y) * k
			y0 := int(fy)
			wy := ease(fy - float64(y0))
			row0, row1 := lattice[y0*cells:(y0+1)*cells], lattice[(y0+1)%cells*cells:]
			for x := range size {
				fx := float64(x) * k
				x0 := int(fx)
				x1 := (x0 + 1) % cells
				wx := ease(fx - float64(x0))
				top := row0[x0] + wx*(row0[x1]-row0[x0])
				bottom := row1[x0] + wx*(row1[x1]-row1[x0])
				out[y*size+x] += amplitude * (top + wy*(bottom-top))
			}
		}
		amplitude *= gain
		cells *= 2
	}
	centre(out)
	var square float64
	for _, v := range out {
		square += v * v
	}
	k := 0.5 / math.Sqrt(square/float64(len(out)))
	for i := range out {
		out[i] *= k
	}
	return out
}

// splash adds a round spot to a repeating field.
func splash(field []float64, size int, x, y, radius, height float64) {
	reach := int(radius) + 1
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			if d := math.Hypot(float64(dx), float64(dy)); d < radius {
				i := ((int(y)+dy)&(size-1))*size + (int(x)+dx)&(size-1)
				field[i] += height * (1 - d/radius)
			}
		}
	}
}

func halve(field []float64, n int) []float64 {
	half := n / 2
	out := make([]float64, half*half)
	for y := range half {
		for x := range half {
			i := 2*y*n + 2*x
			out[y*half+x] = (field[i] + field[i+1] + field[i+n] + field[i+n+1]) / 4
		}
	}
	return out
}

func centre(field []float64) {
	var sum float64
	for _, v := range field {
		sum += v
	}
	mean := sum / float64(len(field))
	for i := range field {
		field[i] -= mean
	}
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }

func smooth(low, high, v float64) float64 {
	return ease(math.Min(math.Max((v-low)/(high-low), 0), 1))
}

func clampByte(v float64) uint8 { return uint8(math.Min(math.Max(math.Round(v), 0), 255)) }
