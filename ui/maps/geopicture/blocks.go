package geopicture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"math/bits"

	"vedette/internal/geo"
)

// samplesOf are the samples of a block, those of a point side by side; none where the file has left it out.
func (l *layer) samplesOf(x, y int) ([]byte, error) {
	if !l.planar {
		return l.band(x, y, 0)
	}
	rows, size := l.rows(y), l.bits/8
	if size == 0 {
		return nil, damaged("bands of %d bits apart", l.bits)
	}
	out := make([]byte, l.blockW*rows*l.samples*size)
	empty := true
	for s := range l.samples {
		band, err := l.band(x, y, s)
		if err != nil {
			return nil, err
		}
		empty = empty && band == nil
		for i, to := 0, s*size; i < len(band); i, to = i+size, to+l.samples*size {
			copy(out[to:to+size], band[i:i+size])
		}
	}
	if empty {
		return nil, nil
	}
	return out, nil
}

// band is a block as it is stored, unpacked.
func (l *layer) band(x, y, band int) ([]byte, error) {
	row, rows := l.rowBytes(l.blockSamples()), l.rows(y)
	want := row * rows
	raw, err := l.packed(x, y, band, want)
	if err != nil || raw == nil {
		return nil, err
	}
	if l.flip && l.compression != packJPEG {
		for i, b := range raw {
			raw[i] = bits.Reverse8(b)
		}
	}
	out, err := l.unpack(raw, want, rows)
	if err != nil {
		return nil, fmt.Errorf("a part of the picture is damaged: %w", err)
	}
	if len(out) < want {
		return nil, errors.New("a part of the picture is damaged: it is cut off")
	}
	out = out[:want]
	if l.predictor == 2 {
		l.sum(out, row)
	}
	return out, nil
}

// packed reads the bytes of a block.
func (l *layer) packed(x, y, band, want int) ([]byte, error) {
	if l.strips && l.compression == packNone {
		return l.plainRows(y*l.blockH, band, want)
	}
	offset, length, err := l.part(band*l.across()*l.down() + y*l.across() + x)
	if err != nil || length == 0 {
		return nil, err
	}
	if length > int64(2*want+1<<16) {
		return nil, fmt.Errorf("a part of the picture is damaged: %d bytes for %d", length, want)
	}
	raw := make([]byte, length)
	if _, err := l.t.r.ReadAt(raw, offset); err != nil {
		return nil, fmt.Errorf("read a part of the picture: %w", err)
	}
	return raw, nil
}

// plainRows reads rows of strips that are not compressed, however many are in a strip.
func (l *layer) plainRows(from, band, want int) ([]byte, error) {
	row := l.rowBytes(l.blockSamples())
	raw := make([]byte, want)
	strips := (l.height + l.stripRows - 1) / l.stripRows
	empty := true
	for done := 0; done < want; {
		strip, skip := from/l.stripRows, from%l.stripRows
		n := min(l.stripRows-skip, (want-done)/row)
		offset, length, err := l.part(band*strips + strip)
		if err != nil {
			return nil, err
		}
		if length > 0 {
			empty = false
			if length < int64(row)*int64(skip+n) {
				return nil, errors.New("a part of the picture is damaged: it is too short")
			}
			if _, err := l.t.r.ReadAt(raw[done:done+n*row], offset+int64(skip)*int64(row)); err != nil {
				return nil, fmt.Errorf("read a part of the picture: %w", err)
			}
		}
		done, from = done+n*row, from+n
	}
	if empty {
		return nil, nil
	}
	return raw, nil
}

// part says where a strip or tile lies; one without a length has been left out.
func (l *layer) part(n int) (offset, length int64, err error) {
	at, err := l.t.whole(l.offsets, uint64(n), 1)
	if err != nil {
		return 0, 0, err
	}
	size, err := l.t.whole(l.lengths, uint64(n), 1)
	if err != nil {
		return 0, 0, err
	}
	if len(at) == 0 || len(size) == 0 || at[0] > uint64(l.t.size) || size[0] > uint64(l.t.size) {
		return 0, 0, damaged("a part is missing")
	}
	return int64(at[0]), int64(size[0]), nil
}

func (l *layer) unpack(raw []byte, want, rows int) ([]byte, error) {
	switch l.compression {
	case packLZW:
		return geo.Unlzw(raw, want)
	case packDeflate, packOldDeflate:
		z, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		out := make([]byte, want)
		_, err = io.ReadFull(z, out)
		return out, err
	case packBits:
		return unpackBits(raw, want)
	case packJPEG:
		return l.unpackJPEG(raw, rows)
	default:
		return raw, nil
	}
}

// unpackBits is of TIFF 6.0, section 9.
func unpackBits(raw []byte, want int) ([]byte, error) {
	out := make([]byte, 0, want)
	for len(out) < want && len(raw) > 0 {
		n := int(int8(raw[0]))
		raw = raw[1:]
		switch {
		case n >= 0:
			if len(raw) < n+1 {
				return nil, io.ErrUnexpectedEOF
			}
			out, raw = append(out, raw[:n+1]...), raw[n+1:]
		case n > -128:
			if len(raw) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			out, raw = append(out, bytes.Repeat(raw[:1], 1-n)...), raw[1:]
		}
	}
	return out, nil
}

// unpackJPEG decodes a block that is a JPEG picture whose tables may stand in the directory (TIFF technical note 2).
func (l *layer) unpackJPEG(raw []byte, rows int) ([]byte, error) {
	if n := len(l.jpegTables); n > 4 && len(raw) > 2 {
		raw = append(append([]byte(nil), l.jpegTables[:n-2]...), raw[2:]...) // without the end of one and the beginning of the other
	}
	about, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if about.Width != l.blockW || about.Height < rows || about.Height > l.blockH {
		return nil, fmt.Errorf("a JPEG of %d x %d points instead of %d x %d", about.Width, about.Height, l.blockW, rows)
	}
	m, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	out := make([]byte, l.blockW*rows*l.blockSamples())
	switch m := m.(type) {
	case *image.Gray:
		if l.blockSamples() != 1 {
			return nil, errors.New("a JPEG without colours")
		}
		for y := range rows {
			copy(out[y*l.blockW:(y+1)*l.blockW], m.Pix[y*m.Stride:])
		}
	case *image.YCbCr:
		if l.blockSamples() != 3 {
			return nil, errors.New("a JPEG with colours")
		}
		fromYCbCr(out, m, l.blockW, rows, l.photometric == photoYCbCr)
	case *image.RGBA:
		if l.blockSamples() != 3 {
			return nil, errors.New("a JPEG with colours")
		}
		for i := range l.blockW * rows {
			from := i/l.blockW*m.Stride + i%l.blockW*4
			copy(out[3*i:3*i+3], m.Pix[from:])
		}
	default:
		return nil, errors.New("a JPEG of another kind")
	}
	return out, nil
}

// fromYCbCr writes the colours, or, where the file has said that they are RGB, the planes as they are: the decoder cannot know.
func fromYCbCr(out []byte, m *image.YCbCr, width, rows int, convert bool) {
	if convert {
		rgba := image.NewRGBA(image.Rect(0, 0, width, rows))
		draw.Draw(rgba, rgba.Rect, m, m.Rect.Min, draw.Src)
		for i := range width * rows {
			copy(out[3*i:3*i+3], rgba.Pix[4*i:4*i+3])
		}
		return
	}
	for y := range rows {
		for x := range width {
			i, k, c := 3*(y*width+x), m.YOffset(x, y), m.COffset(x, y)
			out[i], out[i+1], out[i+2] = m.Y[k], m.Cb[c], m.Cr[c]
		}
	}
}

// sum undoes the predictor: each sample is stored as its difference from that of the point to the left.
func (l *layer) sum(b []byte, row int) {
	step := l.blockSamples() * l.bits / 8
	for ; len(b) >= row; b = b[row:] {
		line := b[:row]
		if l.bits == 16 {
			for x := step; x+1 < row; x += 2 {
				l.t.order.PutUint16(line[x:], l.t.order.Uint16(line[x:])+l.t.order.Uint16(line[x-step:]))
			}
			continue
		}
		for x := step; x < row; x++ {
			line[x] += line[x-step]
		}
	}
}
