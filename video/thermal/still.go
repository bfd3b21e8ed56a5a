package thermal

import (
	"fmt"
	"image"
	"image/draw"
	"io"
	"os"

	// The formats of still pictures.
	_ "image/jpeg"
	_ "image/png"
)

// ReadGray reads a PNG or JPEG picture, in grey or colour, as grey levels. Its errors name the file. A picture of more
// than MaxPixels is refused before it is decoded.
func ReadGray(path string) (*Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	g, err := decodeGray(f)
	if err != nil {
		return nil, fmt.Errorf("read picture %s: %w", path, err)
	}
	return g, nil
}

func decodeGray(f io.ReadSeeker) (*Gray, error) {
	head, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, err
	}
	if head.Width < 1 || head.Height < 1 || head.Width > MaxPixels/head.Height {
		return nil, fmt.Errorf("%d x %d pixels; at most %d are read", head.Width, head.Height, MaxPixels)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, err
	}
	gray := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(gray, gray.Rect, img, img.Bounds().Min, draw.Src)
	return &Gray{Pix: gray.Pix, Stride: gray.Stride, Width: gray.Rect.Dx(), Height: gray.Rect.Dy()}, nil
}
