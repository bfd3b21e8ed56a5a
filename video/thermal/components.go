package thermal

// run is a stretch of marked pixels in one row.
type run struct {
	y, x0, x1 int32 // x1 is one past the end
	root      int32
}

// components groups marked pixels that touch, diagonally too.
type components struct {
	runs []run
}

// maxRuns bounds the work on a picture that is all speckle; such a picture holds nothing to find anyway.
const maxRuns = 1 << 14

func (c *components) resize(int, int) { c.runs = make([]run, 0, maxRuns) }

func (c *components) find(i int32) int32 {
	for c.runs[i].root != i {
		c.runs[i].root = c.runs[c.runs[i].root].root
		i = c.runs[i].root
	}
	return i
}

func (c *components) join(a, b int32) {
	ra, rb := c.find(a), c.find(b)
	// The earlier run is the root, so that every root comes before its members.
	if ra < rb {
		c.runs[rb].root = ra
	} else {
		c.runs[ra].root = rb
	}
}

// label groups the mask's pixels. It reports false where there are too many pieces.
func (c *components) label(mask []uint8, w, h int) bool {
	c.runs = c.runs[:0]
	above, aboveEnd := int32(0), int32(0) // the runs of the row before
	for y := range h {
		first := int32(len(c.runs))
		row := mask[y*w : (y+1)*w]
		for x := 0; x < w; {
			if row[x] == 0 {
				x++
				continue
			}
			x0 := x
			for x < w && row[x] != 0 {
				x++
			}
			if len(c.runs) == maxRuns {
				return false
			}
			i := int32(len(c.runs))
			c.runs = append(c.runs, run{y: int32(y), x0: int32(x0), x1: int32(x), root: i})
			for above < aboveEnd && c.runs[above].x1 < int32(x0) {
				above++
			}
			for j := above; j < aboveEnd && c.runs[j].x0 <= int32(x); j++ {
				c.join(i, j)
			}
		}
		above, aboveEnd = first, int32(len(c.runs))
	}
	return true
}
