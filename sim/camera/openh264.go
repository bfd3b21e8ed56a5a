package camera

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/y9o/go-openh264"
)

// Places of the library by falling preference: the loader's own search path first, then Debian's folders for the two
// architectures that we build for, in case the loader's cache is missing.
var openH264Names = []string{
	"libopenh264.so.7",
	"/usr/lib/x86_64-linux-gnu/libopenh264.so.7",
	"/usr/lib/aarch64-linux-gnu/libopenh264.so.7",
	"/usr/local/lib/libopenh264.so.7",
	"libopenh264.so",
}

// openH264 is the loaded library. The binding's own Open keeps its handle in unguarded globals, which another room of the
// same process may use too, so the simulator loads the library by itself and takes only structs and calls from the binding.
type openH264 struct {
	create  func(**openh264.ISVCEncoder) int32
	destroy func(*openh264.ISVCEncoder)
	version func(*openh264.OpenH264Version)
}

var loadOpenH264 = sync.OnceValues(func() (*openH264, error) {
	var errs []error
	for _, name := range openH264Names {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		lib := &openH264{}
		purego.RegisterLibFunc(&lib.create, handle, "WelsCreateSVCEncoder")
		purego.RegisterLibFunc(&lib.destroy, handle, "WelsDestroySVCEncoder")
		purego.RegisterLibFunc(&lib.version, handle, "WelsGetCodecVersionEx")
		var v openh264.OpenH264Version
		lib.version(&v)
		// The binding's structs are those of 2.4; 2.5 inserted fields, so that a newer library would read them wrongly.
		if v.UMajor != 2 || v.UMinor < 3 || v.UMinor > 4 {
			errs = append(errs, fmt.Errorf("%s is version %d.%d.%d, need 2.3 or 2.4", name, v.UMajor, v.UMinor, v.URevision))
			continue
		}
		return lib, nil
	}
	return nil, fmt.Errorf("%w (%w)", ErrNoEncoder, errors.Join(errs...))
})

// openH264Encoder is an Encoder on Cisco's OpenH264.
type openH264Encoder struct {
	lib  *openH264
	enc  *openh264.ISVCEncoder
	pic  *openh264.SSourcePicture
	info *openh264.SFrameBSInfo
	buf  []byte
	nals [][]byte
	pins runtime.Pinner
}

var _ Encoder = (*openH264Encoder)(nil)

// NewEncoder opens an encoder for constrained baseline H.264 with one slice a picture and one thread. The error is
// ErrNoEncoder where the machine lacks the library.
func NewEncoder(cfg EncoderConfig) (Encoder, error) {
	if cfg.Width < 16 || cfg.Height < 16 || cfg.Width%2 != 0 || cfg.Height%2 != 0 || cfg.FPS <= 0 || cfg.BitsPerSecond <= 0 {
		return nil, fmt.Errorf("encoder settings %+v make no stream", cfg)
	}
	lib, err := loadOpenH264()
	if err != nil {
		return nil, err
	}
	e := &openH264Encoder{lib: lib, pic: &openh264.SSourcePicture{}, info: &openh264.SFrameBSInfo{}}
	if rc := lib.create(&e.enc); rc != 0 || e.enc == nil {
		return nil, fmt.Errorf("create OpenH264 encoder: code %d", rc)
	}
	if err := e.configure(cfg); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *openH264Encoder) configure(cfg EncoderConfig) error {
	quiet := openh264.WELS_LOG_QUIET // it would write to standard error
	e.enc.SetOption(openh264.ENCODER_OPTION_TRACE_LEVEL, &quiet)
	p := &openh264.SEncParamExt{}
	if rc := e.enc.GetDefaultParams(p); rc != 0 {
		return fmt.Errorf("read OpenH264 defaults: code %d", rc)
	}
	p.IUsageType = openh264.CAMERA_VIDEO_REAL_TIME
	p.IPicWidth, p.IPicHeight = int32(cfg.Width), int32(cfg.Height)
	p.ITargetBitrate, p.IMaxBitrate = int32(cfg.BitsPerSecond), openh264.UNSPECIFIED_BIT_RATE
	p.IRCMode = openh264.RC_BITRATE_MODE
	p.FMaxFrameRate = float32(cfg.FPS)
	p.ITemporalLayerNum, p.ISpatialLayerNum = 1, 1
	p.UiIntraPeriod = uint32(max(cfg.IDRFrames, 0))
	p.INumRefFrame = 1
	p.ESpsPpsIdStrategy = openh264.CONSTANT_ID
	p.IComplexityMode = openh264.LOW_COMPLEXITY
	p.IEntropyCodingModeFlag = 0 // CAVLC, as baseline demands
	p.BEnableFrameSkip = false
	p.IMultipleThreadIdc = 1
	p.BEnableDenoise = false
	p.BEnableSceneChangeDetect = false // it would put IDRs where the stream does not plan them
	p.BEnableBackgroundDetection = false
	p.BEnableAdaptiveQuant = false
	p.BEnableLongTermReference = false
	p.IMinQp, p.IMaxQp = 18, 42
	layer := &p.SSpatialLayers[0]
	layer.IVideoWidth, layer.IVideoHeight = p.IPicWidth, p.IPicHeight
	layer.FFrameRate = p.FMaxFrameRate
	layer.ISpatialBitrate, layer.IMaxSpatialBitrate = p.ITargetBitrate, openh264.UNSPECIFIED_BIT_RATE
	layer.UiProfileIdc = openh264.PRO_BASELINE
	layer.SSliceArgument.UiSliceMode = openh264.SM_SINGLE_SLICE
	if rc := e.enc.InitializeExt(p); rc != openh264.CmResultSuccess {
		return fmt.Errorf("initialize OpenH264 encoder %dx%d: code %d", cfg.Width, cfg.Height, rc)
	}
	format := openh264.VideoFormatI420
	e.enc.SetOption(openh264.ENCODER_OPTION_DATAFORMAT, &format)
	e.pic.IColorFormat = openh264.VideoFormatI420
	e.pic.IPicWidth, e.pic.IPicHeight = p.IPicWidth, p.IPicHeight
	return nil
}

// Encode implements Encoder.
func (e *openH264Encoder) Encode(img *image.YCbCr, idr bool) ([][]byte, error) {
	if e.enc == nil {
		return nil, errors.New("encode: the encoder is closed")
	}
	w, h := int(e.pic.IPicWidth), int(e.pic.IPicHeight)
	if img.Rect.Dx() != w || img.Rect.Dy() != h || img.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return nil, fmt.Errorf("encode: got a picture of %v %v, want %dx%d in 4:2:0", img.Rect, img.SubsampleRatio, w, h)
	}
	if idr {
		e.enc.ForceIntraFrame(true)
	}
	// The library reads these Go pointers out of a struct, where the runtime cannot see them: pinned for the call.
	e.pins.Pin(&img.Y[0])
	e.pins.Pin(&img.Cb[0])
	e.pins.Pin(&img.Cr[0])
	defer e.pins.Unpin()
	e.pic.PData = [4]*uint8{&img.Y[0], &img.Cb[0], &img.Cr[0]}
	e.pic.IStride = [4]int32{int32(img.YStride), int32(img.CStride), int32(img.CStride)}
	e.pic.UiTimeStamp += 66 // milliseconds; only rate control modes that we do not use look at it
	rc := e.enc.EncodeFrame(e.pic, e.info)
	e.pic.PData = [4]*uint8{}
	if rc != openh264.CmResultSuccess {
		return nil, fmt.Errorf("encode: OpenH264 code %d", rc)
	}
	return e.collect(), nil
}

// collect copies the NAL units out of the library's memory, which the next call reuses, and drops their start codes.
func (e *openH264Encoder) collect() [][]byte {
	e.buf = e.buf[:0]
	e.nals = e.nals[:0]
	if e.info.EFrameType == openh264.VideoFrameTypeSkip {
		return e.nals
	}
	e.buf = slices.Grow(e.buf, max(int(e.info.IFrameSizeInBytes), 0)+4096) // never moves below: nals point into it
	for i := range int(e.info.ILayerNum) {
		layer := &e.info.SLayerInfo[i]
		at := 0
		for _, n := range unsafe.Slice(layer.PNalLengthInByte, int(layer.INalCount)) { //nolint:gosec // the library says how long its memory is
			unit := unsafe.Slice(layer.PBsBuf, at+int(n))[at:] //nolint:gosec // the library says how long its memory is
			at += int(n)
			start := len(e.buf)
			e.buf = append(e.buf, trimStartCode(unit)...)
			e.nals = append(e.nals, e.buf[start:len(e.buf):len(e.buf)])
		}
	}
	return e.nals
}

func trimStartCode(unit []byte) []byte {
	for i, b := range unit {
		if b == 1 && i >= 2 {
			return unit[i+1:]
		}
		if b != 0 {
			break
		}
	}
	return unit
}

// ParameterSets implements Encoder.
func (e *openH264Encoder) ParameterSets() (sps, pps []byte, err error) {
	if e.enc == nil {
		return nil, nil, errors.New("parameter sets: the encoder is closed")
	}
	if rc := e.enc.EncodeParameterSets(e.info); rc != openh264.CmResultSuccess {
		return nil, nil, fmt.Errorf("parameter sets: OpenH264 code %d", rc)
	}
	e.info.EFrameType = openh264.VideoFrameTypeI
	for _, unit := range e.collect() {
		switch nalType(unit) {
		case nalSPS:
			sps = slices.Clone(unit)
		case nalPPS:
			pps = slices.Clone(unit)
		}
	}
	if sps == nil || pps == nil {
		return nil, nil, errors.New("parameter sets: OpenH264 gave none")
	}
	return sps, pps, nil
}

// Close implements Encoder.
func (e *openH264Encoder) Close() {
	if e.enc == nil {
		return
	}
	e.enc.Uninitialize()
	e.lib.destroy(e.enc)
	e.enc = nil
}

// NAL unit types (ITU-T H.264, table 7-1).
const (
	nalIDR = 5
	nalSPS = 7
	nalPPS = 8
)

func nalType(unit []byte) int {
	if len(unit) == 0 {
		return 0
	}
	return int(unit[0] & 0x1f)
}
