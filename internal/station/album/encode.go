package album

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"vedette/video"
)

// MostBytes is the size of the largest file that is kept.
const MostBytes = 200 << 10

// ErrTooLarge means that a picture cannot be made small enough.
var ErrTooLarge = errors.New("the picture cannot be made small enough")

// Encode makes a JPEG file of at most MostBytes: with less quality where it has to be, then with half as many pixels each way. It returns
// by how much the picture was shrunk.
func Encode(g video.Gray) (file []byte, shrunkBy int, err error) {
	if g.Width <= 0 || g.Height <= 0 || g.Stride < g.Width || len(g.Pix) < (g.Height-1)*g.Stride+g.Width {
		return nil, 0, fmt.Errorf("encode a picture of %d x %d in %d bytes", g.Width, g.Height, len(g.Pix))
	}
	m := &image.Gray{Pix: g.Pix, Stride: g.Stride, Rect: image.Rect(0, 0, g.Width, g.Height)}
	for shrunkBy = 1; shrunkBy <= 4; shrunkBy *= 2 {
		for _, quality := range []int{85, 70, 50} {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
				return nil, 0, fmt.Errorf("encode a picture: %w", err)
			}
			if out.Len() <= MostBytes {
				return out.Bytes(), shrunkBy, nil
			}
		}
		m = half(m)
	}
	return nil, 0, fmt.Errorf("%w: %d x %d", ErrTooLarge, g.Width, g.Height)
}

// half makes one pixel of four.
func half(m *image.Gray) *image.Gray {
	w, h := m.Rect.Dx()/2, m.Rect.Dy()/2
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		upper, lower := m.Pix[2*y*m.Stride:], m.Pix[(2*y+1)*m.Stride:]
		for x := range w {
			sum := int(upper[2*x]) + int(upper[2*x+1]) + int(lower[2*x]) + int(lower[2*x+1])
			out.Pix[y*out.Stride+x] = byte(sum / 4)
		}
	}
	return out
}
