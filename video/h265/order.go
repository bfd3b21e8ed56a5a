package h265

import "vedette/video/rbsp"

// PictureSet is what the beginning of a picture parameter set says of slice headers (ITU-T H.265, section 7.3.2.3).
type PictureSet struct {
	outputFlag bool
	extraBits  int
}

// ParsePPS reads the beginning of a picture parameter set, given as a NAL unit without start code.
func ParsePPS(nal []byte) (p PictureSet, ok bool) {
	if len(nal) <= headerSize || Type(nal) != TypePPS {
		return p, false
	}
	r := rbsp.New(nal[headerSize:])
	id, sps := r.UE(), r.UE()
	r.Skip(1) // dependent_slice_segments_enabled_flag
	p.outputFlag = r.Flag()
	p.extraBits = int(r.Bits(3))
	return p, r.Err() == nil && id < 64 && sps < 16
}

// SliceHead is the beginning of a slice segment header (section 7.3.6.1).
type SliceHead struct {
	// First is true for the first slice segment of a picture; only then the rest is known.
	First bool
	// Key is true in an IRAP picture.
	Key bool
	// B is true for a slice that may be predicted from two pictures.
	B bool

	idr   bool
	order int // slice_pic_order_cnt_lsb
}

// ParseSliceHead reads the beginning of a slice's header: body is what follows the NAL unit's header, of which 32 bytes
// are enough. f and p are the stream's parameter sets. ok is false where it cannot be read.
func ParseSliceHead(nalType byte, body []byte, f Format, p PictureSet) (h SliceHead, ok bool) {
	r := rbsp.New(body[:min(len(body), 32)])
	h.Key = IsKey(nalType)
	h.idr = nalType == TypeIDR || nalType == TypeIDR+1
	if h.First = r.Flag(); !h.First {
		return h, r.Err() == nil
	}
	if h.Key {
		r.Skip(1) // no_output_of_prior_pics_flag
	}
	r.UE() // slice_pic_parameter_set_id
	r.Skip(p.extraBits)
	kind := r.UE()
	h.B = kind == 0
	if p.outputFlag {
		r.Skip(1) // pic_output_flag
	}
	if f.separatePlanes {
		r.Skip(2) // colour_plane_id
	}
	if !h.idr {
		h.order = int(r.Bits(f.orderBits))
	}
	return h, r.Err() == nil && kind <= 2
}

// Order watches the order in which pictures are sent. The zero value is ready; it is used by one goroutine.
type Order struct {
	highest int // the largest order count since the last key picture
	started bool

	// Reordered counts pictures that are shown before one that was sent before them, Pictures all.
	Reordered, Pictures int
}

// Slice takes the head of the next slice of a stream of format f.
func (o *Order) Slice(h SliceHead, f Format) {
	if !h.First {
		return
	}
	o.Pictures++
	span := 1 << f.orderBits
	switch step := (h.order - o.highest + span) % span; {
	case h.Key || !o.started:
		// Pictures that follow a CRA and are shown before it are reordered too: their count is lower than its.
		o.highest, o.started = h.order, true
	case step < span/2:
		o.highest = h.order
	default:
		o.Reordered++
	}
}

// Restart forgets the order so far, as after loss or at another parameter set; the counters stay.
func (o *Order) Restart() { o.started = false }
