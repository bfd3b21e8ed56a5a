// Package rbsp reads the bit strings inside H.264 and H.265 NAL units: raw byte sequence payloads with their emulation
// prevention bytes (ITU-T H.264, section 7.4.1; H.265, section 7.4.2). It is pure.
package rbsp

import "errors"

// ErrShort means that the payload ended before what was to be read.
var ErrShort = errors.New("bit string is too short")

// ErrRange means that a number is larger than any that the standards allow.
var ErrRange = errors.New("number is out of range")

// Reader reads bits from the front of a payload. After the first failure everything reads as zero and Err says why.
type Reader struct {
	data  []byte
	at    int // of the next byte
	zeros int // zero bytes just before at
	cur   byte
	left  int // bits of cur still to be read
	err   error
}

// New returns a reader of a payload: a NAL unit without its header. It skips emulation prevention bytes as it goes, so
// the beginning of a unit can be read without a copy of the whole.
func New(payload []byte) *Reader { return &Reader{data: payload} }

// Err returns the first failure, nil while there was none.
func (r *Reader) Err() error { return r.err }

func (r *Reader) load() bool {
	if r.at < len(r.data) && r.zeros >= 2 && r.data[r.at] == 3 {
		r.at++
		r.zeros = 0
	}
	if r.at >= len(r.data) {
		if r.err == nil {
			r.err = ErrShort
		}
		return false
	}
	r.cur, r.left = r.data[r.at], 8
	r.at++
	if r.cur == 0 {
		r.zeros++
	} else {
		r.zeros = 0
	}
	return true
}

// Bits reads n bits, at most 32, as an unsigned number: u(n).
func (r *Reader) Bits(n int) uint32 {
	var v uint32
	for n > 0 && r.err == nil {
		if r.left == 0 && !r.load() {
			return 0
		}
		take := min(n, r.left)
		r.left -= take
		v = v<<take | uint32(r.cur>>r.left)&(1<<take-1)
		n -= take
	}
	return v
}

// Flag reads one bit: u(1).
func (r *Reader) Flag() bool { return r.Bits(1) == 1 }

// Skip passes over n bits.
func (r *Reader) Skip(n int) {
	for ; n > 0 && r.err == nil; n -= 32 {
		r.Bits(min(n, 32))
	}
}

// UE reads an unsigned Exp-Golomb number: ue(v) (H.264, section 9.1).
func (r *Reader) UE() uint32 {
	zeros := 0
	for !r.Flag() {
		if r.err != nil {
			return 0
		}
		if zeros++; zeros > 31 {
			r.err = ErrRange
			return 0
		}
	}
	return 1<<zeros - 1 + r.Bits(zeros)
}

// SE reads a signed Exp-Golomb number: se(v) (H.264, section 9.1.1).
func (r *Reader) SE() int32 {
	k := r.UE()
	if k&1 == 1 {
		return int32(k/2) + 1
	}
	return -int32(k / 2)
}
