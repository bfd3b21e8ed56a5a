package station

// raster is a square of heights in metres around a terrain tile.
type raster struct {
	size, margin int
	h            []float32
	line         []float32 // scratch
}

func newRaster(size, margin int) *raster {
	return &raster{size: size, margin: margin, h: make([]float32, size*size), line: make([]float32, size)}
}

// at is the height at a pixel of the tile.
func (r *raster) at(col, row int) float32 { return r.h[(row+r.margin)*r.size+col+r.margin] }

// blurPasses box blurs one after the other come near to a Gaussian one.
const blurPasses = 2

// blur smooths with a box of the radius in pixels, by rows and by columns.
func (r *raster) blur(radius int) {
	if radius <= 0 {
		return
	}
	for range blurPasses {
		for i := range r.size {
			r.blurLine(i*r.size, 1, radius)
		}
		for i := range r.size {
			r.blurLine(i, r.size, radius)
		}
	}
}

// blurLine blurs the line of heights that begins at an index, each step further than the one before. Ends repeat.
func (r *raster) blurLine(first, step, radius int) {
	at := func(i int) float32 { return r.h[first+max(0, min(i, r.size-1))*step] }
	sum := float32(0)
	for i := -radius; i <= radius; i++ {
		sum += at(i)
	}
	for i := range r.size {
		r.line[i] = sum / float32(2*radius+1)
		sum += at(i+radius+1) - at(i-radius)
	}
	for i := range r.size {
		r.h[first+i*step] = r.line[i]
	}
}
