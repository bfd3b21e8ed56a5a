package avcodec

import (
	"errors"
	"fmt"
	"unsafe"

	"vedette/video/decode/luma"
)

// Where the fields lie that are read and written: AVPacket of libavcodec 59 to 61, AVFrame of libavutil 57 to 59, on machines
// of 64 bits.
const (
	packetPTS, packetData                                            = 8, 24
	frameLuma, frameStride, frameWidth, frameHeight, frameFmt, frPTS = 0, 64, 104, 108, 116, 136
)

// codeAgain is AVERROR(EAGAIN): no picture yet.
const codeAgain = -11

// lumaFormats are the pixel formats that begin with a plane of 8-bit luma: yuv420p, yuv422p, yuv444p, gray, yuvj420p, yuvj422p,
// yuvj444p, nv12.
var lumaFormats = map[int32]bool{0: true, 4: true, 5: true, 8: true, 12: true, 13: true, 14: true, 23: true}

// Decoder is one decoder, used by one goroutine at a time.
type Decoder struct {
	lib                    *library
	context, packet, frame unsafe.Pointer
}

// NewDecoder loads the library and makes a decoder of "hevc" or "h264". The version is the library's.
func NewDecoder(codec string) (d *Decoder, version string, err error) {
	lib, err := load()
	if err != nil {
		return nil, "", err
	}
	found := lib.findDecoder(codec)
	if found == nil {
		return nil, "", fmt.Errorf("libavcodec %s has no decoder for %s", lib.version, codec)
	}
	d = &Decoder{lib: lib, context: lib.allocContext(found), packet: lib.allocPacket(), frame: lib.allocFrame()}
	if d.context == nil || d.packet == nil || d.frame == nil {
		d.Close()
		return nil, "", errors.New("no memory for a decoder")
	}
	// Threads would hold pictures back, one each.
	var options unsafe.Pointer
	lib.setOption(&options, "threads", "1", 0)
	lib.setOption(&options, "flags", "low_delay", 0)
	code := lib.open(d.context, found, &options)
	lib.freeOptions(&options)
	if code < 0 {
		d.Close()
		return nil, "", fmt.Errorf("start decoder: code %d", code)
	}
	return d, lib.version, nil
}

// Close frees the decoder. It may be called twice.
func (d *Decoder) Close() {
	d.lib.freeContext(&d.context)
	d.lib.freePacket(&d.packet)
	d.lib.freeFrame(&d.frame)
}

// Decode feeds one access unit in Annex B form. ok says whether a picture came out, which may be that of an earlier access
// unit; its ID tells. Where several come out, it is the last.
func (d *Decoder) Decode(data []byte, id uint64) (p luma.Picture, ok bool, err error) {
	if len(data) == 0 {
		return p, false, errors.New("decode: empty access unit")
	}
	if code := d.lib.newPacket(d.packet, int32(len(data))); code < 0 {
		return p, false, fmt.Errorf("decode: no memory for %d bytes", len(data))
	}
	copy(unsafe.Slice(*field[*byte](d.packet, packetData), len(data)), data) //nolint:gosec // the library has just made room for that many
	*field[uint64](d.packet, packetPTS) = id
	code := d.lib.send(d.context, d.packet)
	d.lib.unrefPacket(d.packet)
	if code < 0 {
		return p, false, fmt.Errorf("decode: code %d", code)
	}
	for {
		d.lib.unrefFrame(d.frame)
		code := d.lib.receive(d.context, d.frame)
		if code == codeAgain {
			return p, ok, nil
		}
		if code < 0 {
			return p, false, fmt.Errorf("decode: code %d", code)
		}
		if p, err = d.picture(p); err != nil {
			return p, false, err
		}
		ok = true
	}
}

// picture copies the luma of the frame that has come out; what is given is used again.
func (d *Decoder) picture(old luma.Picture) (luma.Picture, error) {
	p := luma.Picture{
		ID: *field[uint64](d.frame, frPTS), Stride: int(*field[int32](d.frame, frameStride)),
		Width: int(*field[int32](d.frame, frameWidth)), Height: int(*field[int32](d.frame, frameHeight)),
	}
	plane := *field[*byte](d.frame, frameLuma)
	if format := *field[int32](d.frame, frameFmt); !lumaFormats[format] {
		return p, fmt.Errorf("decode: pixel format %d is not read", format)
	}
	if plane == nil || p.Width < 1 || p.Height < 1 || p.Width > 1<<14 || p.Height > 1<<14 || p.Stride < p.Width {
		return p, fmt.Errorf("decode: a frame of %d x %d in rows of %d", p.Width, p.Height, p.Stride)
	}
	p.Luma = append(old.Luma[:0], unsafe.Slice(plane, (p.Height-1)*p.Stride+p.Width)...) //nolint:gosec // the sizes are the library's
	return p, nil
}

// field is what lies at an offset of a C struct.
func field[T any](of unsafe.Pointer, offset int) *T { return (*T)(unsafe.Add(of, offset)) }
