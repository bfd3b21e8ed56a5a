package testtiff

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// count is how many parts there are.
func (p Picture) count() int {
	w, h, bands := p.Tile, p.Tile, 1
	if p.Tile == 0 {
		w, h = p.Width, p.StripRows
	}
	if p.Planar {
		bands = p.Samples
	}
	return bands * ((p.Width + w - 1) / w) * ((p.Height + h - 1) / h)
}

// parts are the strips or tiles of a picture, packed.
func (p Picture) parts(order binary.ByteOrder) (all [][]byte, err error) {
	w, h := p.Tile, p.Tile
	if p.Tile == 0 {
		w, h = p.Width, p.StripRows
	}
	bands := 1
	if p.Planar {
		bands = p.Samples
	}
	for band := range bands {
		for y := 0; y < p.Height; y += h {
			for x := 0; x < p.Width; x += w {
				rows := h
				if p.Tile == 0 {
					rows = min(h, p.Height-y)
				}
				part, err := p.part(order, x, y, w, rows, band)
				if err != nil {
					return nil, err
				}
				all = append(all, part)
			}
		}
	}
	return all, nil
}

func (p Picture) part(order binary.ByteOrder, x0, y0, w, h, band int) ([]byte, error) {
	first, samples := 0, p.Samples
	if p.Planar {
		first, samples = band, 1
	}
	at := func(x, y, s int) int {
		return p.At(min(x0+x, p.Width-1), min(y0+y, p.Height-1), first+s)
	}
	if p.Compression == 7 {
		return p.jpeg(at, w, h)
	}
	var raw []byte
	for y := range h {
		row := packRow(order, p.Bits, w*samples, func(i int) int { return at(i/samples, y, i%samples) })
		if p.Predictor == 2 {
			differences(order, row, p.Bits, samples)
		}
		raw = append(raw, row...)
	}
	switch p.Compression {
	case 1:
		return raw, nil
	case 5:
		return lzw(raw), nil
	case 8, 32946:
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if _, err := z.Write(raw); err != nil {
			return nil, fmt.Errorf("deflate: %w", err)
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("deflate: %w", err)
		}
		return b.Bytes(), nil
	case 32773:
		return packBits(raw), nil
	default:
		return raw, nil // of a file that is to be refused
	}
}

func packRow(order binary.ByteOrder, bits, n int, at func(i int) int) []byte {
	row := make([]byte, (n*bits+7)/8)
	for i := range n {
		v := at(i)
		switch bits {
		case 8:
			row[i] = byte(v)
		case 16:
			order.PutUint16(row[2*i:], uint16(v)) //nolint:gosec // as many bits as are asked for
		case 1, 2, 4:
			row[i*bits/8] |= byte(v << (8 - bits - i*bits%8))
		}
	}
	return row
}

func differences(order binary.ByteOrder, row []byte, bits, samples int) {
	step := samples * bits / 8
	for x := len(row) - bits/8; x >= step; x -= bits / 8 {
		if bits == 16 {
			order.PutUint16(row[x:], order.Uint16(row[x:])-order.Uint16(row[x-step:]))
		} else {
			row[x] -= row[x-step]
		}
	}
}

// lzw is TIFF's, with codes of 9 bits only: the table is cleared before they would grow.
func lzw(raw []byte) (out []byte) {
	var acc uint32
	bits := 0
	put := func(code uint32) {
		acc, bits = acc<<9|code, bits+9
		for ; bits >= 8; bits -= 8 {
			out = append(out, byte(acc>>(bits-8)))
		}
	}
	for i, b := range raw {
		if i%200 == 0 {
			put(256)
		}
		put(uint32(b))
	}
	put(257)
	put(0) // pushes the rest out
	return out
}

// packBits writes runs of at least three as such and all else as it is.
func packBits(raw []byte) (out []byte) {
	for len(raw) > 0 {
		run := 1
		for run < min(len(raw), 128) && raw[run] == raw[0] {
			run++
		}
		if run >= 3 {
			out, raw = append(out, byte(257-run), raw[0]), raw[run:]
			continue
		}
		n := min(len(raw), 100)
		for i := 1; i+2 < n; i++ {
			if raw[i] == raw[i+1] && raw[i] == raw[i+2] {
				n = i
				break
			}
		}
		out, raw = append(append(out, byte(n-1)), raw[:n]...), raw[n:]
	}
	return out
}

// jpeg writes a part as JPEG. With photometric 2 the three planes are red, green and blue.
func (p Picture) jpeg(at func(x, y, s int) int, w, h int) ([]byte, error) {
	var m image.Image
	if p.Samples == 1 || p.Planar {
		grey := image.NewGray(image.Rect(0, 0, w, h))
		for i := range w * h {
			grey.Pix[i] = byte(at(i%w, i/w, 0))
		}
		m = grey
	} else {
		planes := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio444)
		for i := range w * h {
			r, g, b := byte(at(i%w, i/w, 0)), byte(at(i%w, i/w, 1)), byte(at(i%w, i/w, 2))
			if p.Photometric == 6 {
				r, g, b = color.RGBToYCbCr(r, g, b)
			}
			planes.Y[i], planes.Cb[i], planes.Cr[i] = r, g, b
		}
		m = planes
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 98}); err != nil {
		return nil, fmt.Errorf("encode JPEG: %w", err)
	}
	if !p.JPEGTables {
		return b.Bytes(), nil
	}
	_, rest := splitJPEG(b.Bytes())
	return rest, nil
}

// jpegTables are those of all parts: they are made with the same quality.
func jpegTables() []byte {
	var b bytes.Buffer
	m := image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio444)
	_ = jpeg.Encode(&b, m, &jpeg.Options{Quality: 98}) // a buffer takes all
	tables, _ := splitJPEG(b.Bytes())
	return tables
}

// splitJPEG takes the tables out of a JPEG picture.
func splitJPEG(b []byte) (tables, rest []byte) {
	tables, rest = []byte{0xff, 0xd8}, []byte{0xff, 0xd8}
	for b = b[2:]; len(b) > 4; {
		n := 2 + int(binary.BigEndian.Uint16(b[2:]))
		switch b[1] {
		case 0xdb, 0xc4:
			tables = append(tables, b[:n]...)
		case 0xda:
			return append(tables, 0xff, 0xd9), append(rest, b...)
		default:
			rest = append(rest, b[:n]...)
		}
		b = b[n:]
	}
	return tables, rest
}
