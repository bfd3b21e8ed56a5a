package geo

import "errors"

var errLZW = errors.New("the LZW data is damaged")

// Unlzw decodes the LZW of TIFF 6.0 (section 13): codes of 9 to 12 bits, most significant bit first, that grow one code early.
// compress/lzw cannot, because it grows them late. No more than limit bytes are given.
func Unlzw(src []byte, limit int) ([]byte, error) {
	const clearCode, endCode, first, most = 256, 257, 258, 4096
	var prefix [most]int16
	var suffix, initial [most]byte
	var length [most]int32
	for c := range 256 {
		suffix[c], initial[c], length[c], prefix[c] = byte(c), byte(c), 1, -1
	}
	out := make([]byte, 0, limit)
	next, width, old := first, 9, -1
	var acc uint32
	bits, at := 0, 0
	for len(out) < limit {
		for bits < width {
			if at == len(src) {
				return nil, errLZW
			}
			acc, bits, at = acc<<8|uint32(src[at]), bits+8, at+1
		}
		code := int(acc>>(bits-width)) & (1<<width - 1)
		bits -= width
		switch {
		case code == clearCode:
			next, width, old = first, 9, -1
			continue
		case code == endCode:
			return out, nil
		case code > next || (code == next && old < 0) || (code >= first && code > next):
			return nil, errLZW
		}
		if old >= 0 && next < most {
			prefix[next], initial[next], length[next] = int16(old), initial[old], length[old]+1 //nolint:gosec // next is below most, as every code before it
			if code == next {
				suffix[next] = initial[old] //nolint:gosec // the same
			} else {
				suffix[next] = initial[code]
			}
			next++
			if next >= 1<<width-1 && width < 12 {
				width++
			}
		} else if code >= next {
			return nil, errLZW
		}
		n := int(length[code])
		out = append(out, make([]byte, n)...)
		for c, k := code, len(out)-1; c >= 0; c, k = int(prefix[c]), k-1 {
			out[k] = suffix[c]
		}
		old = code
	}
	return out[:limit], nil
}
