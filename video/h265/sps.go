package h265

import (
	"fmt"

	"vedette/video/rbsp"
)

// maxSide is the largest picture side that is believed.
const maxSide = 8192

// Format is what a sequence parameter set says of a stream.
type Format struct {
	// Width and Height are the picture's size in pixels, conformance window applied.
	Width, Height int
	// Profile is general_profile_idc: 1 Main, 2 Main 10.
	Profile int
	// Level is general_level_idc: 30 times the level, so 93 is 3.1.
	Level int
	// HighTier is general_tier_flag.
	HighTier bool
	// BitDepth is the larger bit depth of luma and chroma.
	BitDepth int
	// Chroma is chroma_format_idc: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
	Chroma int
	// Interlaced is true when the stream says that its source is interlaced and not progressive.
	Interlaced bool
	// MaxReorder is sps_max_num_reorder_pics of the highest sub-layer: how many pictures may go before one in decoding
	// order and follow it in output order. 0: output order is sending order, there are no reordered B-frames.
	MaxReorder int

	separatePlanes bool
	orderBits      int // of slice_pic_order_cnt_lsb
}

// MayReorder is true when pictures may be shown in another order than they are sent.
func (f Format) MayReorder() bool { return f.MaxReorder > 0 }

// ParseSPS reads the beginning of a sequence parameter set (ITU-T H.265, section 7.3.2.2), given as a NAL unit without
// start code.
func ParseSPS(nal []byte) (Format, error) {
	if len(nal) <= headerSize || len(nal) > 1024 {
		return Format{}, fmt.Errorf("parse SPS: %d bytes", len(nal))
	}
	if t := Type(nal); t != TypeSPS {
		return Format{}, fmt.Errorf("parse SPS: NAL unit type %d", t)
	}
	r := rbsp.New(nal[headerSize:])
	var f Format
	r.Skip(4) // sps_video_parameter_set_id
	subLayers := int(r.Bits(3))
	r.Skip(1) // sps_temporal_id_nesting_flag
	f.profileTierLevel(r, subLayers)
	if id := r.UE(); id > 15 {
		return Format{}, fmt.Errorf("parse SPS: id %d", id)
	}
	f.Chroma = int(r.UE())
	if f.Chroma > 3 {
		return Format{}, fmt.Errorf("parse SPS: chroma format %d", f.Chroma)
	}
	f.separatePlanes = f.Chroma == 3 && r.Flag()
	if err := f.size(r); err != nil {
		return Format{}, err
	}
	luma, chroma := r.UE(), r.UE()
	if luma > 8 || chroma > 8 {
		return Format{}, fmt.Errorf("parse SPS: bit depth %d and %d", 8+luma, 8+chroma)
	}
	f.BitDepth = 8 + int(max(luma, chroma))
	if f.orderBits = int(r.UE()) + 4; f.orderBits > 16 {
		return Format{}, fmt.Errorf("parse SPS: picture order counts of %d bits", f.orderBits)
	}
	first := subLayers
	if r.Flag() { // sps_sub_layer_ordering_info_present_flag
		first = 0
	}
	for range subLayers - first + 1 { // the highest sub-layer is the last
		r.UE() // sps_max_dec_pic_buffering_minus1
		f.MaxReorder = int(r.UE())
		r.UE() // sps_max_latency_increase_plus1
	}
	if f.MaxReorder > 15 {
		return Format{}, fmt.Errorf("parse SPS: %d pictures to reorder", f.MaxReorder)
	}
	if err := r.Err(); err != nil {
		return Format{}, fmt.Errorf("parse SPS: %w", err)
	}
	return f, nil
}

// profileTierLevel reads profile_tier_level (section 7.3.3) with profiles present.
func (f *Format) profileTierLevel(r *rbsp.Reader, subLayers int) {
	r.Skip(2) // general_profile_space
	f.HighTier = r.Flag()
	f.Profile = int(r.Bits(5))
	r.Skip(32) // compatibility flags
	progressive, interlaced := r.Flag(), r.Flag()
	f.Interlaced = interlaced && !progressive
	r.Skip(46) // constraint flags
	f.Level = int(r.Bits(8))
	if subLayers == 0 {
		return
	}
	var profiles, levels [8]bool
	for i := range subLayers {
		profiles[i], levels[i] = r.Flag(), r.Flag()
	}
	r.Skip(2 * (8 - subLayers)) // reserved
	for i := range subLayers {
		if profiles[i] {
			r.Skip(88)
		}
		if levels[i] {
			r.Skip(8)
		}
	}
}

// size reads the picture's size and the conformance window.
func (f *Format) size(r *rbsp.Reader) error {
	width, height := int64(r.UE()), int64(r.UE())
	if r.Flag() {
		unitX, unitY := int64(1), int64(1)
		if !f.separatePlanes && (f.Chroma == 1 || f.Chroma == 2) {
			unitX = 2
		}
		if f.Chroma == 1 {
			unitY = 2
		}
		left, right, top, bottom := int64(r.UE()), int64(r.UE()), int64(r.UE()), int64(r.UE())
		width -= unitX * (left + right)
		height -= unitY * (top + bottom)
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("parse SPS: %w", err)
	}
	if width <= 0 || height <= 0 || width > maxSide || height > maxSide {
		return fmt.Errorf("parse SPS: picture of %d x %d pixels", width, height)
	}
	f.Width, f.Height = int(width), int(height)
	return nil
}
