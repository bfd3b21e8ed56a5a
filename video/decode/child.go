package decode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"vedette/video/decode/avcodec"
	"vedette/video/decode/luma"
	"vedette/video/decode/openh264"
)

// childHeap is the Go heap that the child may use before it collects hard. The decoder's own memory is not in it; the
// data limit that confine sets holds both.
const childHeap = 64 << 20

// RunChild is the body of the decoder child process: it reads access units of a codec from in and writes luma planes to out
// until in ends. It confines its own process first, so call it only where the process has nothing else to do.
func RunChild(in io.Reader, out io.Writer, codec Codec) error {
	debug.SetMemoryLimit(childHeap)
	w := bufio.NewWriterSize(out, 64<<10)
	inForce := ""
	dec, name, err := newDecoder(codec)
	if err == nil {
		defer dec.Close()
		inForce, err = confine()
	}
	if err != nil {
		return greet(w, false, err.Error())
	}
	if err := greet(w, true, name+" ("+inForce+")"); err != nil {
		return err
	}
	return serve(dec, in, w)
}

// newDecoder makes a decoder of the library that there is: OpenH264 for H.264, else FFmpeg's.
func newDecoder(codec Codec) (dec closingDecoder, name string, err error) {
	if codec == H265 {
		d, version, err := avcodec.NewDecoder("hevc")
		if err != nil {
			return nil, "", fmt.Errorf("no decoder for H.265: %w; or give the station an H.264 stream", err)
		}
		return d, "libavcodec " + version, nil
	}
	first, version, err := openh264.NewDecoder()
	if err == nil {
		return first, "openh264 " + version, nil
	}
	second, version, errSecond := avcodec.NewDecoder("h264")
	if errSecond != nil {
		return nil, "", err // the first is the one to install
	}
	return second, "libavcodec " + version, nil
}

type closingDecoder interface {
	pictureDecoder
	Close()
}

// pictureDecoder turns access units into luma planes.
type pictureDecoder interface {
	Decode(data []byte, id uint64) (luma.Picture, bool, error)
}

func serve(dec pictureDecoder, in io.Reader, w *bufio.Writer) error {
	reader := messageReader{r: in}
	var scratch []byte
	for {
		m, err := reader.next(maxAccessUnit)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		req, err := parseRequest(m)
		if err != nil {
			return err
		}
		pic, ok, err := dec.Decode(req.data, req.id)
		switch {
		case err != nil || !ok || !req.picture || !fits(pic):
			head := append(binary.BigEndian.AppendUint64(nil, req.id), 0)
			if err != nil {
				head[8] = 1
			}
			scratch, err = writeMessage(w, scratch, kindNone, head, nil)
		default:
			err = writePicture(w, pic)
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			return fmt.Errorf("write reply: %w", err)
		}
	}
}

func fits(p luma.Picture) bool {
	return p.Width > 0 && p.Height > 0 && p.Width <= maxSide && p.Height <= maxSide && p.Stride >= p.Width &&
		len(p.Luma) >= (p.Height-1)*p.Stride+p.Width
}

// writePicture sends the rows of a picture without their padding.
func writePicture(w *bufio.Writer, p luma.Picture) error {
	head := binary.BigEndian.AppendUint32(make([]byte, 0, 17), uint32(1+12+p.Width*p.Height))
	head = append(head, kindPicture)
	head = binary.BigEndian.AppendUint64(head, p.ID)
	head = binary.BigEndian.AppendUint16(head, uint16(p.Width))
	head = binary.BigEndian.AppendUint16(head, uint16(p.Height))
	if _, err := w.Write(head); err != nil {
		return err
	}
	for y := range p.Height {
		if _, err := w.Write(p.Luma[y*p.Stride : y*p.Stride+p.Width]); err != nil {
			return err
		}
	}
	return nil
}

func greet(w *bufio.Writer, ready bool, text string) error {
	head := []byte{0}
	if ready {
		head[0] = 1
	}
	if _, err := writeMessage(w, nil, kindHello, head, []byte(text[:min(len(text), maxText)])); err != nil {
		return fmt.Errorf("greet: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("greet: %w", err)
	}
	return nil
}
