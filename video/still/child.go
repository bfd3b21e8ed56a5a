package still

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime/debug"

	"vedette/video/decode"
	"vedette/video/decode/openh264"
)

const (
	// exitAbsent is how a child ends that has no decoder.
	exitAbsent = 3
	childHeap  = 64 << 20
	quality    = 90
	mostUnit   = 5 << 20
)

// frame is what a child that uses OpenH264 reads: a byte that says whether the range is full, and each unit after its length.
func frame(g Group) []byte {
	out := []byte{0}
	if g.FullRange {
		out[0] = 1
	}
	for _, u := range g.Units {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(u))), u...)
	}
	return out
}

// RunChild is the body of the child process, which args say the work of: a codec, and, to use it, the path of an ffmpeg. It
// reads the group from in and writes the JPEG to out. What it returns is the process's exit status, and what to say.
func RunChild(args []string, in io.Reader, out io.Writer) (exit int, err error) {
	switch {
	case len(args) == 1 && args[0] == string(H264):
		debug.SetMemoryLimit(childHeap)
		return decodeH264(in, out)
	case len(args) == 2 && (args[0] == string(H264) || args[0] == string(H265)):
		return 1, becomeFFmpeg(args[1], Codec(args[0]))
	}
	return 2, fmt.Errorf("make a picture: arguments %q", args)
}

func decodeH264(in io.Reader, out io.Writer) (exit int, err error) {
	dec, _, err := openh264.NewDecoder()
	if err != nil {
		return exitAbsent, err
	}
	defer dec.Close()
	if _, err := decode.Confine(); err != nil {
		return exitAbsent, err
	}
	if err := encodeLast(dec, bufio.NewReader(in), out); err != nil {
		return 1, err
	}
	return 0, nil
}

// encodeLast decodes units to the end and writes the last picture that came out.
func encodeLast(dec *openh264.Decoder, in io.Reader, out io.Writer) error {
	var full [1]byte
	if _, err := io.ReadFull(in, full[:]); err != nil {
		return fmt.Errorf("read pictures: %w", err)
	}
	var last *image.YCbCr
	var refused error
	for id := uint64(1); ; id++ {
		unit, err := readUnit(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		p, ok, err := dec.Decode(unit, id)
		if err != nil {
			refused = err
			continue
		}
		if ok && whole(p) {
			last = reuse(last, p)
			copyPlanes(last, p)
		}
	}
	if last == nil {
		return errors.Join(errors.New("no picture came out"), refused)
	}
	if full[0] == 0 {
		stretch(last)
	}
	if err := jpeg.Encode(out, last, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

func readUnit(in io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err // io.EOF at the end
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > mostUnit {
		return nil, fmt.Errorf("read pictures: one of %d bytes", n)
	}
	unit := make([]byte, n)
	if _, err := io.ReadFull(in, unit); err != nil {
		return nil, fmt.Errorf("read pictures: cut short: %w", io.ErrUnexpectedEOF)
	}
	return unit, nil
}

// whole says whether the planes are as large as they must be.
func whole(p openh264.Picture) bool {
	cw, ch := (p.Width+1)/2, (p.Height+1)/2
	return p.Width > 0 && p.Height > 0 && p.Width <= mostSide && p.Height <= mostSide && p.Stride >= p.Width && p.ChromaStride >= cw &&
		len(p.Luma) >= (p.Height-1)*p.Stride+p.Width &&
		min(len(p.Cb), len(p.Cr)) >= (ch-1)*p.ChromaStride+cw
}

// reuse is an image of the picture's size, the old one where it fits.
func reuse(old *image.YCbCr, p openh264.Picture) *image.YCbCr {
	r := image.Rect(0, 0, p.Width, p.Height)
	if old != nil && old.Rect == r {
		return old
	}
	return image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
}

func copyPlanes(to *image.YCbCr, p openh264.Picture) {
	rows := func(to []byte, toStride int, from []byte, stride, width, height int) {
		for y := range height {
			copy(to[y*toStride:y*toStride+width], from[y*stride:])
		}
	}
	rows(to.Y, to.YStride, p.Luma, p.Stride, p.Width, p.Height)
	cw, ch := (p.Width+1)/2, (p.Height+1)/2
	rows(to.Cb, to.CStride, p.Cb, p.ChromaStride, cw, ch)
	rows(to.Cr, to.CStride, p.Cr, p.ChromaStride, cw, ch)
}

// stretch turns light of 16 to 235 and colour of 16 to 240 (ITU-R BT.601, section 2.5) into the whole bytes of a JPEG.
func stretch(m *image.YCbCr) {
	var light, colour [256]byte
	for i := range 256 {
		light[i] = byte(min(max(((i-16)*255+109)/219, 0), 255))
		colour[i] = byte(min(max((i-128)*255/224+128, 0), 255))
	}
	for i, v := range m.Y {
		m.Y[i] = light[v]
	}
	for _, plane := range [][]byte{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = colour[v]
		}
	}
}
