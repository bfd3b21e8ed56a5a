package openh264

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	lib "github.com/y9o/go-openh264"

	"vedette/video/decode/luma"
)

// Picture is one decoded picture.
type Picture = luma.Picture

// Decoder is one OpenH264 decoder, used by one goroutine at a time.
type Decoder struct {
	dec  *lib.ISVCDecoder
	info *lib.SBufferInfo
	pin  runtime.Pinner
}

// NewDecoder loads the library and makes a decoder. The version is the library's.
func NewDecoder() (d *Decoder, version string, err error) {
	if version, err = Load(); err != nil {
		return nil, "", err
	}
	d = &Decoder{info: new(lib.SBufferInfo)}
	d.pin.Pin(d.info)
	if r := lib.WelsCreateDecoder(&d.dec); r != 0 || d.dec == nil {
		return nil, "", fmt.Errorf("create decoder: code %d", r)
	}
	param := new(lib.SDecodingParam)
	param.SVideoProperty.Size = uint32(unsafe.Sizeof(param.SVideoProperty))
	param.SVideoProperty.EVideoBsType = lib.VIDEO_BITSTREAM_AVC
	// Damaged pictures are not guessed at: what the detector would see in them is not there.
	param.EEcActiveIdc = lib.ERROR_CON_DISABLE
	if r := d.dec.Initialize(param); r != 0 {
		lib.WelsDestroyDecoder(d.dec)
		return nil, "", fmt.Errorf("start decoder: code %d", r)
	}
	return d, version, nil
}

// Close frees the decoder.
func (d *Decoder) Close() {
	if d.dec == nil {
		return
	}
	d.dec.Uninitialize()
	lib.WelsDestroyDecoder(d.dec)
	d.dec = nil
	d.pin.Unpin()
}

// Decode feeds one access unit in Annex B form. ok says whether a picture came out, which may be that of an earlier
// access unit; its ID tells.
func (d *Decoder) Decode(data []byte, id uint64) (p Picture, ok bool, err error) {
	if len(data) == 0 {
		return Picture{}, false, errors.New("decode: empty access unit")
	}
	var planes [3][]byte
	*d.info = lib.SBufferInfo{UiInBsTimeStamp: id}
	code := d.dec.DecodeFrameNoDelay(data, len(data), &planes, d.info)
	runtime.KeepAlive(data)
	if code&^lib.DsFramePending != 0 {
		return Picture{}, false, fmt.Errorf("decode: code %#x", code)
	}
	if d.info.IBufferStatus != 1 || len(planes[0]) == 0 {
		return Picture{}, false, nil
	}
	b := d.info.UsrData_sSystemBuffer()
	return Picture{
		ID: d.info.UiOutYuvTimeStamp, Luma: planes[0],
		Stride: int(b.IStride[0]), Width: int(b.IWidth), Height: int(b.IHeight),
		Cb: planes[1], Cr: planes[2], ChromaStride: int(b.IStride[1]),
	}, true, nil
}
