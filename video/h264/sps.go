package h264

import (
	"errors"
	"fmt"

	codec "github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// maxSide is the largest picture side that is believed.
const maxSide = 8192

// Format is what a sequence parameter set says of a stream.
type Format struct {
	// Width and Height are the picture's size in pixels, cropping applied.
	Width, Height int
	// Profile is profile_idc: 66 Baseline, 77 Main, 100 High.
	Profile int
	// Level is level_idc: ten times the level, so 31 is 3.1.
	Level int
	// BitDepth is the larger bit depth of luma and chroma.
	BitDepth int
	// Chroma is chroma_format_idc: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
	Chroma int
	// Interlaced is true when pictures may be coded as fields (frame_mbs_only_flag 0).
	Interlaced bool
	// MayReorder is true when pictures may be shown in another order than they are sent (B-frames): browsers
	// cannot play that over WebRTC. It is true only when the stream says so.
	MayReorder bool
	// FullRange is true where luma and chroma use all values of a byte, and not 16 to 235 and 16 to 240.
	FullRange bool

	separatePlanes bool
	frameNumBits   int
	orderType      int // pic_order_cnt_type
	orderBits      int // of pic_order_cnt_lsb, where orderType is 0
}

// ParseSPS reads a sequence parameter set, given as a NAL unit without start code.
func ParseSPS(nal []byte) (Format, error) {
	if len(nal) < 4 || len(nal) > 1024 {
		return Format{}, fmt.Errorf("parse SPS: %d bytes", len(nal))
	}
	var s codec.SPS
	if err := s.Unmarshal(nal); err != nil {
		return Format{}, fmt.Errorf("parse SPS: %w", err)
	}
	// Bounded before Width and Height, which multiply.
	if s.PicWidthInMbsMinus1 >= maxSide/16 || s.PicHeightInMapUnitsMinus1 >= maxSide/16 {
		return Format{}, errors.New("parse SPS: picture larger than 8192 pixels")
	}
	if s.ChromaFormatIdc > 3 || s.BitDepthLumaMinus8 > 6 || s.BitDepthChromaMinus8 > 6 ||
		s.Log2MaxFrameNumMinus4 > 12 || s.Log2MaxPicOrderCntLsbMinus4 > 12 {
		return Format{}, errors.New("parse SPS: a number is out of the standard's range")
	}
	f := Format{
		Width: s.Width(), Height: s.Height(), Profile: int(s.ProfileIdc), Level: int(s.LevelIdc),
		BitDepth: 8 + int(max(s.BitDepthLumaMinus8, s.BitDepthChromaMinus8)), Chroma: int(s.ChromaFormatIdc),
		Interlaced: !s.FrameMbsOnlyFlag, separatePlanes: s.SeparateColourPlaneFlag,
		frameNumBits: int(s.Log2MaxFrameNumMinus4) + 4,
		orderType:    int(s.PicOrderCntType), orderBits: int(s.Log2MaxPicOrderCntLsbMinus4) + 4,
	}
	f.FullRange = s.VUI != nil && s.VUI.VideoSignalTypePresentFlag && s.VUI.VideoFullRangeFlag
	// Cropping that leaves nothing comes out as a huge size.
	if f.Width <= 0 || f.Height <= 0 || f.Width > maxSide || f.Height > maxSide {
		return Format{}, fmt.Errorf("parse SPS: picture of %d x %d pixels", f.Width, f.Height)
	}
	// Baseline has no B slices; the other profiles may name the depth of reordering in the VUI.
	if f.Profile != 66 && s.PicOrderCntType != 2 && s.VUI != nil && s.VUI.BitstreamRestriction != nil {
		f.MayReorder = s.VUI.BitstreamRestriction.MaxNumReorderFrames > 0
	}
	return f, nil
}
