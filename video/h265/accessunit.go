package h265

import "bytes"

// maxAccessUnit bounds the bytes of one access unit; a larger one is dropped.
const maxAccessUnit = 4 << 20

// AccessUnit is one coded picture.
type AccessUnit struct {
	// Data is the picture in Annex B form. A key picture begins with its parameter sets.
	Data []byte
	// Timestamp is the RTP timestamp, 90 kHz.
	Timestamp uint32
	// Key is true where decoding can begin.
	Key bool
}

// Assembler puts access units together from RTP payloads in order. After loss it is silent until the next key picture,
// because what lies between cannot be decoded cleanly. The zero value is ready. It is used by one goroutine.
type Assembler struct {
	vps, sps, pps []byte
	buf           []byte
	timestamp     uint32
	open          bool // buf holds the beginning of an access unit
	bad           bool // the open access unit lacks a part
	inNAL         bool // the last fragment did not end its NAL unit
	key           bool
	hasSlice      bool
	synced        bool // a key picture has been emitted and nothing was lost since
	lastSize      int
}

// SetParameterSets gives the parameter sets that the session description holds; in-band ones replace them.
func (a *Assembler) SetParameterSets(vps, sps, pps []byte) {
	for _, s := range []struct {
		to   *[]byte
		from []byte
	}{{&a.vps, vps}, {&a.sps, sps}, {&a.pps, pps}} {
		if len(s.from) > 0 {
			*s.to = bytes.Clone(s.from)
		}
	}
}

// SPS returns the present sequence parameter set, nil before the first.
func (a *Assembler) SPS() []byte { return a.sps }

// Reset forgets the open access unit and waits for a key picture. Call it when the source starts anew.
func (a *Assembler) Reset() {
	a.drop()
	a.synced = false
}

// Push takes the next payload. lost says that packets before it are missing. It emits at most two access units: one
// that a changed timestamp ends, and one that marker ends.
func (a *Assembler) Push(payload []byte, timestamp uint32, marker, lost bool, emit func(AccessUnit)) {
	if a.open && timestamp != a.timestamp {
		a.finish(emit)
	}
	if lost {
		a.synced = false
		a.bad = true
	}
	a.open, a.timestamp = true, timestamp
	if !a.add(payload) {
		a.bad = true
	}
	if marker {
		a.finish(emit)
	}
}

// add appends the payload's NAL units and reports whether they were whole and in place.
func (a *Assembler) add(payload []byte) bool {
	if len(payload) <= headerSize || len(a.buf)+len(payload) > maxAccessUnit {
		return false
	}
	switch t := Type(payload); {
	case t == typeFU:
		return a.addFragment(payload)
	case a.inNAL:
		return false
	case t == typeAP:
		return eachAggregated(payload, a.addNAL)
	case t < typeAP:
		a.addNAL(payload)
		return true
	default:
		return false
	}
}

func (a *Assembler) addFragment(payload []byte) bool {
	if len(payload) <= fuSize {
		return false
	}
	start, end := payload[2]&0x80 != 0, payload[2]&0x40 != 0
	if start == a.inNAL {
		return false
	}
	if start {
		nalType := payload[2] & 0x3f
		a.note(nalType)
		a.startCode()
		a.buf = append(a.buf, payload[0]&0x81|nalType<<1, payload[1])
	}
	a.buf = append(a.buf, payload[fuSize:]...)
	a.inNAL = !end
	return true
}

func (a *Assembler) addNAL(nal []byte) {
	switch Type(nal) {
	case TypeVPS:
		a.vps = bytes.Clone(nal)
		return // written again before the key picture
	case TypeSPS:
		a.sps = bytes.Clone(nal)
		return
	case TypePPS:
		a.pps = bytes.Clone(nal)
		return
	}
	a.note(Type(nal))
	a.startCode()
	a.buf = append(a.buf, nal...)
}

// note keeps what the type of a NAL unit tells, and puts the parameter sets before the first slice of a key picture.
func (a *Assembler) note(nalType byte) {
	if nalType > lastVCL {
		return
	}
	if IsKey(nalType) && !a.hasSlice {
		a.key = true
		for _, set := range [][]byte{a.vps, a.sps, a.pps} {
			if len(set) > 0 {
				a.startCode()
				a.buf = append(a.buf, set...)
			}
		}
	}
	a.hasSlice = true
}

func (a *Assembler) startCode() {
	if a.buf == nil {
		a.buf = make([]byte, 0, a.lastSize+a.lastSize/4+256)
	}
	a.buf = append(a.buf, 0, 0, 0, 1)
}

func (a *Assembler) finish(emit func(AccessUnit)) {
	whole := !a.bad && !a.inNAL && a.hasSlice
	if whole && (a.key || a.synced) && len(a.sps) > 0 {
		a.synced = true
		a.lastSize = len(a.buf)
		emit(AccessUnit{Data: a.buf, Timestamp: a.timestamp, Key: a.key})
		a.buf = nil // the receiver's now
	} else if a.hasSlice || a.bad {
		a.synced = false
	}
	a.drop()
}

func (a *Assembler) drop() {
	a.buf = a.buf[:0]
	a.open, a.bad, a.inNAL, a.key, a.hasSlice = false, false, false, false, false
}
