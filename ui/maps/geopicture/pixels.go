package geopicture

import "slices"

// pixels are the points of a block: red, green, blue and opacity, the colours multiplied by it.
type pixels []byte

// pixelsOf gives a block of the layer, without its mask.
func (l *layer) pixelsOf(x, y int) (pixels, error) {
	samples, err := l.samplesOf(x, y)
	if err != nil {
		return nil, err
	}
	rows := l.rows(y)
	out := make(pixels, 4*l.blockW*rows)
	if samples == nil {
		return out, nil
	}
	row, colours := l.rowBytes(l.samples), l.colours()
	if l.bits == 8 && l.samples == 3 && colours == 3 && l.alpha < 0 && l.noData < 0 { // most orthophotos: this is faster
		for i, k := 0, 0; i+3 <= len(samples) && k < len(out); i, k = i+3, k+4 {
			out[k], out[k+1], out[k+2], out[k+3] = l.tone[samples[i]], l.tone[samples[i+1]], l.tone[samples[i+2]], 255
		}
		return out, nil
	}
	var s [mostSamples]int
	for line := range rows {
		b := samples[line*row : (line+1)*row]
		to := out[4*l.blockW*line:]
		for x := range l.blockW {
			for i := range l.samples {
				s[i] = l.sample(b, x*l.samples+i)
			}
			if l.noData >= 0 && !slices.ContainsFunc(s[:colours], func(v int) bool { return v != l.noData }) {
				continue
			}
			l.point(to[4*x:4*x+4], s[:l.samples], colours)
		}
	}
	return out, nil
}

// sample is the n-th of a row.
func (l *layer) sample(row []byte, n int) int {
	switch l.bits {
	case 8:
		return int(row[n])
	case 16:
		return int(l.t.order.Uint16(row[2*n:]))
	default:
		at := n * l.bits
		return int(row[at/8]) >> (8 - l.bits - at%8) & (1<<l.bits - 1)
	}
}

// point writes the colour that samples make.
func (l *layer) point(to []byte, s []int, colours int) {
	switch {
	case l.palette != nil:
		copy(to, l.palette[3*s[0]:3*s[0]+3])
	case colours == 1:
		v := l.tone[s[0]]
		to[0], to[1], to[2] = v, v, v
	default:
		to[0], to[1], to[2] = l.tone[s[0]], l.tone[s[1]], l.tone[s[2]]
	}
	to[3] = 255
	if l.alpha < 0 {
		return
	}
	a := s[l.alpha]
	if l.bits == 16 {
		a >>= 8
	}
	to[3] = uint8(a)
	for c := range 3 {
		if l.associated {
			to[c] = min(to[c], to[3])
		} else {
			to[c] = uint8((int(to[c])*a + 127) / 255)
		}
	}
}

// plainTone is the brightness of each value of so many bits.
func plainTone(bits int, inverted bool) []uint8 {
	n := 1 << bits
	tone := make([]uint8, n)
	for v := range n {
		tone[v] = uint8(v * 255 / (n - 1))
		if inverted {
			tone[v] = 255 - tone[v]
		}
	}
	return tone
}

// stretchedTone is a brightness that rises from one value of 16 bits to another: satellites and cameras use a part of the range.
func stretchedTone(from, to int, inverted bool) []uint8 {
	tone := make([]uint8, 1<<16)
	for v := range tone {
		tone[v] = uint8(max(0, min((v-from)*255/max(1, to-from), 255)))
		if inverted {
			tone[v] = 255 - tone[v]
		}
	}
	return tone
}

// spread finds the values of 16 bits between which all but the darkest and the brightest hundredth lie, in a few blocks.
func (l *layer) spread() (from, to int, err error) {
	const (
		mostLooked = 9
		mostRead   = 4 << 20
	)
	counts := make([]int, 1<<16)
	total := 0
	blocks := l.across() * l.down()
	looked := max(1, min(mostLooked, blocks, mostRead/(l.blockW*l.blockH)))
	for i := range looked {
		k := (2*i + 1) * blocks / (2 * looked)
		b, err := l.samplesOf(k%l.across(), k/l.across())
		if err != nil {
			return 0, 0, err
		}
		for n := range len(b) / 2 {
			if s := n % l.samples; s >= l.colours() {
				continue
			}
			v := int(l.t.order.Uint16(b[2*n:]))
			if v == l.noData || v == 0 { // what a camera has not seen is 0, said or not
				continue
			}
			counts[v]++
			total++
		}
	}
	from, to = 0, 1<<16-1
	for sum := 0; from < to && total > 0; from++ {
		if sum += counts[from]; sum > total/100 {
			break
		}
	}
	for sum := 0; to > from && total > 0; to-- {
		if sum += counts[to]; sum > total/100 {
			break
		}
	}
	return from, to, nil
}
