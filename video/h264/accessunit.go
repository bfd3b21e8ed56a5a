package h264

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
	sps, pps  []byte
	buf       []byte
	timestamp uint32
	open      bool // buf holds the beginning of an access unit
	bad       bool // the open access unit lacks a part
	inNAL     bool // the last fragment did not end its NAL unit
	key       bool
	hasSlice  bool
	synced    bool // a key picture has been emitted and nothing was lost since
	lastSize  int
}

// SetParameterSets gives the parameter sets that the session description holds; in-band ones replace them.
func (a *Assembler) SetParameterSets(sps, pps []byte) {
	if len(sps) > 0 {
		a.sps = bytes.Clone(sps)
	}
	if len(pps) > 0 {
		a.pps = bytes.Clone(pps)
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
	if len(payload) == 0 || len(a.buf)+len(payload) > maxAccessUnit {
		return false
	}
	switch t := payload[0] & 0x1f; {
	case t == typeFUA:
		return a.addFragment(payload)
	case a.inNAL:
		return false
	case t == typeSTAPA:
		return eachAggregated(payload, a.addNAL)
	case t > 0 && t < typeSTAPA:
		a.addNAL(payload)
		return true
	default:
		return false
	}
}

func (a *Assembler) addFragment(payload []byte) bool {
	if len(payload) < 3 {
		return false
	}
	start, end := payload[1]&0x80 != 0, payload[1]&0x40 != 0
	if start == a.inNAL {
		return false
	}
	if start {
		nalType := payload[1] & 0x1f
		a.note(nalType)
		a.startCode()
		a.buf = append(a.buf, payload[0]&0xe0|nalType)
	}
	a.buf = append(a.buf, payload[2:]...)
	a.inNAL = !end
	return true
}

func (a *Assembler) addNAL(nal []byte) {
	switch nal[0] & 0x1f {
	case TypeSPS:
		a.sps = bytes.Clone(nal)
		return // written again before the key picture
	case TypePPS:
		a.pps = bytes.Clone(nal)
		return
	}
	a.note(nal[0] & 0x1f)
	a.startCode()
	a.buf = append(a.buf, nal...)
}

// note keeps what the type of a NAL unit tells, and puts the parameter sets before the first slice of a key picture.
func (a *Assembler) note(nalType byte) {
	if nalType < TypeSlice || nalType > TypeIDR {
		return
	}
	if nalType == TypeIDR && !a.hasSlice {
		a.key = true
		for _, set := range [][]byte{a.sps, a.pps} {
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
