package follow

// blob is a piece of a mask.
type blob struct{ x0, y0, x1, y1, pixels, sum int }

// blobs groups marked pixels that are next to each other or one apart.
type blobs struct {
	stack []int32
	found []blob
}

// label clears the mask while it gathers its pieces; values are summed over each.
func (b *blobs) label(mask, values []uint8, w, h int) []blob {
	b.found = b.found[:0]
	for i := range mask {
		if mask[i] == 0 {
			continue
		}
		one := blob{x0: w, y0: h}
		mask[i] = 0
		b.stack = append(b.stack[:0], int32(i))
		for len(b.stack) > 0 {
			at := int(b.stack[len(b.stack)-1])
			b.stack = b.stack[:len(b.stack)-1]
			x, y := at%w, at/w
			one.x0, one.y0, one.x1, one.y1 = min(one.x0, x), min(one.y0, y), max(one.x1, x+1), max(one.y1, y+1)
			one.pixels++
			one.sum += int(values[at])
			for ny := max(0, y-2); ny < min(h, y+3); ny++ {
				for nx := max(0, x-2); nx < min(w, x+3); nx++ {
					if n := ny*w + nx; mask[n] != 0 {
						mask[n] = 0
						b.stack = append(b.stack, int32(n))
					}
				}
			}
		}
		b.found = append(b.found, one)
	}
	return b.found
}
