package testcam

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	lib "github.com/y9o/go-openh264"

	"vedette/video/decode/openh264"
)

// Clip is a piece of coded video that can be played in a loop: it begins with a key picture.
type Clip struct {
	// SPS and PPS are the parameter sets; Pictures have none.
	SPS, PPS []byte
	// Pictures holds the NAL units of each picture, without start codes.
	Pictures [][][]byte
	// Width, Height are in pixels, FPS is the pictures a second, GOP the pictures from one key picture to the next.
	Width, Height, FPS, GOP int
}

// Spot is the rectangle that is warm in picture n of a clip. It moves, so that a picture can be told from others.
func Spot(n int) (x, y, w, h int) { return 60 + 2*(n%60), 90, 14, 30 }

// Profile is an H.264 profile (ITU-T H.264, annex A), by its profile_idc.
type Profile int

// The profiles of clips. Main and High are coded with CABAC.
const (
	Baseline Profile = lib.PRO_BASELINE
	Main     Profile = lib.PRO_MAIN
	High     Profile = lib.PRO_HIGH
)

// Encode makes a clip of a given number of groups of pictures with OpenH264, in Baseline profile: mild texture and one
// warm spot. It fails with words where the library is not installed.
func Encode(width, height, fps, gop, groups int) (*Clip, error) {
	return EncodeAs(Baseline, width, height, fps, gop, groups)
}

// EncodeAs is Encode in any profile.
func EncodeAs(profile Profile, width, height, fps, gop, groups int) (*Clip, error) {
	return EncodePainted(profile, width, height, fps, gop, groups, Picture)
}

// EncodePainted is EncodeAs with the luma of picture n as paint gives it.
func EncodePainted(profile Profile, width, height, fps, gop, groups int, paint func(width, height, n int) []byte) (*Clip, error) {
	if _, err := openh264.Load(); err != nil {
		return nil, fmt.Errorf("the video tests need OpenH264: %w (make deps)", err)
	}
	var enc *lib.ISVCEncoder
	if r := lib.WelsCreateSVCEncoder(&enc); r != 0 || enc == nil {
		return nil, fmt.Errorf("create encoder: code %d", r)
	}
	defer lib.WelsDestroySVCEncoder(enc)
	p := new(lib.SEncParamExt)
	if r := enc.GetDefaultParams(p); r != 0 {
		return nil, fmt.Errorf("encoder defaults: code %d", r)
	}
	p.IUsageType = lib.CAMERA_VIDEO_REAL_TIME
	p.IPicWidth, p.IPicHeight = int32(width), int32(height)
	p.ITargetBitrate, p.IRCMode = 1_500_000, lib.RC_QUALITY_MODE
	p.FMaxFrameRate = float32(fps)
	p.UiIntraPeriod = uint32(gop)
	p.BEnableFrameSkip, p.BEnableSceneChangeDetect = false, false
	p.IMultipleThreadIdc = 1
	p.ESpsPpsIdStrategy = lib.CONSTANT_ID
	l := &p.SSpatialLayers[0]
	l.IVideoWidth, l.IVideoHeight, l.FFrameRate = p.IPicWidth, p.IPicHeight, p.FMaxFrameRate
	l.ISpatialBitrate, l.UiProfileIdc = p.ITargetBitrate, uint32(profile)
	if profile != Baseline {
		p.IEntropyCodingModeFlag = 1
	}
	if r := enc.InitializeExt(p); r != 0 {
		return nil, fmt.Errorf("start encoder: code %d", r)
	}
	defer enc.Uninitialize()
	c := &Clip{Width: width, Height: height, FPS: fps, GOP: gop}
	for n := range gop * groups {
		nals, err := encodeOne(enc, paint(width, height, n), width, height, n*1000/fps)
		if err != nil {
			return nil, err
		}
		c.add(nals)
	}
	if c.SPS == nil || c.PPS == nil {
		return nil, errors.New("encoder gave no parameter sets")
	}
	return c, nil
}

func (c *Clip) add(nals [][]byte) {
	var picture [][]byte
	for _, n := range nals {
		switch n[0] & 0x1f {
		case 7:
			c.SPS = n
		case 8:
			c.PPS = n
		default:
			picture = append(picture, n)
		}
	}
	c.Pictures = append(c.Pictures, picture)
}

// Picture paints the luma of picture n.
func Picture(width, height, n int) []byte {
	out := make([]byte, width*height)
	for y := range height {
		for x := range width {
			out[y*width+x] = byte(90 + (x*7+y*13)%5 + (x/40+y/40)%2*4)
		}
	}
	sx, sy, sw, sh := Spot(n)
	for y := sy; y < min(sy+sh, height); y++ {
		for x := sx; x < min(sx+sw, width); x++ {
			out[y*width+x] = 200
		}
	}
	return out
}

func encodeOne(enc *lib.ISVCEncoder, luma []byte, width, height, ms int) ([][]byte, error) {
	chroma := make([]byte, width*height/4)
	for i := range chroma {
		chroma[i] = 128
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&luma[0])
	pin.Pin(&chroma[0])
	src := &lib.SSourcePicture{
		IColorFormat: lib.VideoFormatI420, IPicWidth: int32(width), IPicHeight: int32(height), UiTimeStamp: int64(ms),
		IStride: [4]int32{int32(width), int32(width / 2), int32(width / 2)},
		PData:   [4]*uint8{&luma[0], &chroma[0], &chroma[0]},
	}
	info := new(lib.SFrameBSInfo)
	if r := enc.EncodeFrame(src, info); r != lib.CmResultSuccess {
		return nil, fmt.Errorf("encode: code %d", r)
	}
	var nals [][]byte
	for i := range int(info.ILayerNum) {
		layer := &info.SLayerInfo[i]
		at := 0
		for _, size := range unsafe.Slice(layer.PNalLengthInByte, layer.INalCount) { //nolint:gosec // the library says how long its memory is
			nal := unsafe.Slice(layer.PBsBuf, at+int(size))[at:] //nolint:gosec // the library says how long its memory is
			at += int(size)
			nals = append(nals, append([]byte(nil), nal[4:]...)) // without its start code
		}
	}
	if len(nals) == 0 {
		return nil, errors.New("encode: no output")
	}
	return nals, nil
}
