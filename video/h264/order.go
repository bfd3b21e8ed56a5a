package h264

import "vedette/video/rbsp"

// SliceHead is the beginning of a slice header (ITU-T H.264, section 7.3.3).
type SliceHead struct {
	// First is true for the first slice of a picture (first_mb_in_slice 0).
	First bool
	// IDR is true in an IDR picture.
	IDR bool
	// B is true for a slice that may be predicted from two pictures.
	B bool
	// Field is true where the picture is one field of a frame.
	Field bool

	bottom   bool
	order    int // pic_order_cnt_lsb
	hasOrder bool
}

// ParseSliceHead reads the beginning of a slice's header: header is the NAL unit's first byte, body what follows, of
// which 32 bytes are enough. f is the stream's format. ok is false where it cannot be read.
func ParseSliceHead(header byte, body []byte, f Format) (h SliceHead, ok bool) {
	r := rbsp.New(body[:min(len(body), 32)])
	h.IDR = header&0x1f == TypeIDR
	h.First = r.UE() == 0
	kind := r.UE()
	h.B = kind%5 == 1
	r.UE() // pic_parameter_set_id
	if f.separatePlanes {
		r.Skip(2) // colour_plane_id
	}
	r.Skip(f.frameNumBits)
	if f.Interlaced {
		if h.Field = r.Flag(); h.Field {
			h.bottom = r.Flag()
		}
	}
	if h.IDR {
		r.UE() // idr_pic_id
	}
	if f.orderType == 0 {
		h.order, h.hasOrder = int(r.Bits(f.orderBits)), true
	}
	return h, r.Err() == nil && kind <= 9
}

// Order watches the order in which pictures are sent. The zero value is ready; it is used by one goroutine.
type Order struct {
	highest int // the largest order count since the last IDR picture
	started bool

	// Reordered counts pictures that are shown before one that was sent before them.
	Reordered int
	// Pictures counts pictures; the two fields of a frame count as two.
	Pictures int
}

// Slice takes the head of the next slice of a stream of format f.
func (o *Order) Slice(h SliceHead, f Format) {
	if !h.First {
		return
	}
	o.Pictures++
	switch {
	case !h.hasOrder:
		// Type 2 forbids reordering; type 1 tells by counts that need all of the header, so a B slice must do.
		if f.orderType == 1 && h.B {
			o.Reordered++
		}
	case h.IDR || !o.started:
		o.highest, o.started = h.order, true
	default:
		// The counts wrap: the difference is taken as the standard does (section 8.2.1.1). Fields of one frame may
		// have the same count or come bottom first.
		span := 1 << f.orderBits
		step := (h.order - o.highest + span) % span
		switch {
		case step < span/2:
			o.highest = h.order
		case !h.Field || span-step > 1:
			o.Reordered++
		}
	}
}

// Restart forgets the order so far, as after loss or at another parameter set; the counters stay.
func (o *Order) Restart() { o.started = false }
