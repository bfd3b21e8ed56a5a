package xz

import "encoding/binary"

const (
	probBits  = 11
	probStart = 1 << (probBits - 1)
	probMove  = 5
	topValue  = 1 << 24

	states      = 12
	posStates   = 16
	minMatch    = 2
	lenLow      = 3 // bits
	lenMid      = 3
	lenHigh     = 8
	slotBits    = 6
	lenStates   = 4
	firstDirect = 14 // the first slot whose middle bits are not modelled
	alignBits   = 4
	modelled    = 1<<(firstDirect/2) - firstDirect + 1
	// literalsUsed is the state from which on the last thing was no literal.
	literalsUsed = 7
)

// rangeCoder reads bits by their probability. Reading beyond the end gives zeros and sets overrun.
type rangeCoder struct {
	in      []byte
	at      int
	width   uint32
	code    uint32
	overrun bool
}

func newRangeCoder(b []byte) (*rangeCoder, error) {
	const head = 5
	if len(b) < head || b[0] != 0 {
		return nil, broken("a chunk does not begin as one")
	}
	return &rangeCoder{in: b, at: head, width: 0xFFFFFFFF, code: binary.BigEndian.Uint32(b[1:])}, nil
}

func (r *rangeCoder) normalize() {
	if r.width >= topValue {
		return
	}
	r.width <<= 8
	r.code <<= 8
	if r.at >= len(r.in) {
		r.overrun = true
		return
	}
	r.code |= uint32(r.in[r.at])
	r.at++
}

func (r *rangeCoder) bit(p *uint16) uint32 {
	r.normalize()
	bound := r.width >> probBits * uint32(*p)
	if r.code < bound {
		r.width = bound
		*p += (1<<probBits - *p) >> probMove
		return 0
	}
	r.width -= bound
	r.code -= bound
	*p -= *p >> probMove
	return 1
}

// direct reads bits that are as likely one as zero.
func (r *rangeCoder) direct(n int) (v uint32) {
	for ; n > 0; n-- {
		r.normalize()
		r.width >>= 1
		bit := uint32(0)
		if r.code >= r.width {
			r.code -= r.width
			bit = 1
		}
		v = v<<1 | bit
	}
	return v
}

// tree reads a number of n bits, the highest first.
func (r *rangeCoder) tree(probs []uint16, n int) uint32 {
	m := uint32(1)
	for range n {
		m = m<<1 | r.bit(&probs[m])
	}
	return m - 1<<n
}

// reverse reads a number of n bits, the lowest first. probs[0] stands for node 1.
func (r *rangeCoder) reverse(probs []uint16, n int) (v uint32) {
	m := uint32(1)
	for i := range n {
		bit := r.bit(&probs[m-1])
		m = m<<1 | bit
		v |= bit << i
	}
	return v
}

type lengths struct {
	choice [2]uint16
	low    [posStates][1 << lenLow]uint16
	mid    [posStates][1 << lenMid]uint16
	high   [1 << lenHigh]uint16
}

// read gives a length less the shortest one.
func (l *lengths) read(r *rangeCoder, posState int) int {
	if r.bit(&l.choice[0]) == 0 {
		return int(r.tree(l.low[posState][:], lenLow))
	}
	if r.bit(&l.choice[1]) == 0 {
		return 1<<lenLow + int(r.tree(l.mid[posState][:], lenMid))
	}
	return 1<<lenLow + 1<<lenMid + int(r.tree(l.high[:], lenHigh))
}

// model is every probability.
type model struct {
	match, rep0Long        [states][posStates]uint16
	rep, rep0, rep1, rep2  [states]uint16
	slots                  [lenStates][1 << slotBits]uint16
	middle                 [modelled + 1]uint16
	align                  [1 << alignBits]uint16
	matchLength, repLength lengths
	// literals are sets of 768 for each context.
	literals []uint16
}

const literalSet = 0x300

// decoder is the state of LZMA that goes on from chunk to chunk.
type decoder struct {
	f    *file
	dict uint64
	// base is where the dictionary begins in the output.
	base                int
	begun, known, ready bool
	lc, lp, pb          uint
	model               model
	state               int
	distances           [4]uint32
}

func (d *decoder) properties(b byte) error {
	const most, literalMost = 225, 4
	if b >= most {
		return broken("properties that cannot be")
	}
	d.lc, d.lp, d.pb = uint(b%9), uint(b/9%5), uint(b/45)
	if d.lc+d.lp > literalMost {
		return broken("properties that cannot be")
	}
	d.known = true
	return nil
}

func (d *decoder) reset() {
	m := model{literals: make([]uint16, literalSet<<(d.lc+d.lp))}
	fill := func(all []uint16) {
		for i := range all {
			all[i] = probStart
		}
	}
	for i := range states {
		fill(m.match[i][:])
		fill(m.rep0Long[i][:])
	}
	for _, all := range [][]uint16{m.rep[:], m.rep0[:], m.rep1[:], m.rep2[:], m.middle[:], m.align[:], m.literals} {
		fill(all)
	}
	for i := range m.slots {
		fill(m.slots[i][:])
	}
	for _, l := range []*lengths{&m.matchLength, &m.repLength} {
		fill(l.choice[:])
		fill(l.high[:])
		for i := range posStates {
			fill(l.low[i][:])
			fill(l.mid[i][:])
		}
	}
	d.model, d.state, d.distances, d.ready = m, 0, [4]uint32{}, true
}

// decode reads a chunk that makes size bytes and has nothing left over then.
func (d *decoder) decode(b []byte, size int) error {
	r, err := newRangeCoder(b)
	if err != nil {
		return err
	}
	for end := len(d.f.out) + size; len(d.f.out) < end; {
		posState := (len(d.f.out) - d.base) & (1<<d.pb - 1)
		if r.bit(&d.model.match[d.state][posState]) == 0 {
			if err := d.literal(r); err != nil {
				return err
			}
		} else if err := d.copies(r, posState, end); err != nil {
			return err
		}
		if r.overrun {
			return broken("a chunk ends early")
		}
	}
	r.normalize()
	if r.overrun || r.at != len(r.in) || r.code != 0 {
		return broken("a chunk has another length than it says")
	}
	return nil
}

// reaches tells whether a distance, counted from 0, lies in the dictionary.
func (d *decoder) reaches(distance uint32) bool {
	return uint64(distance) < uint64(len(d.f.out)-d.base) && uint64(distance) < d.dict
}

func (d *decoder) literal(r *rangeCoder) error {
	out := d.f.out
	context, previous := (len(out)-d.base)&(1<<d.lp-1)<<d.lc, byte(0)
	if len(out) > d.base {
		previous = out[len(out)-1]
	}
	context += int(previous) >> (8 - d.lc)
	probs := d.model.literals[literalSet*context : literalSet*(context+1)]
	symbol := uint32(1)
	if d.state >= literalsUsed {
		// The byte that the last match would go on with tells which bits are unlikely.
		if !d.reaches(d.distances[0]) {
			return broken("a distance beyond the beginning")
		}
		expected := uint32(out[len(out)-1-int(d.distances[0])])
		for symbol < 0x100 {
			bit := expected >> 7 & 1
			expected <<= 1
			got := r.bit(&probs[(1+bit)<<8+symbol])
			symbol = symbol<<1 | got
			if got != bit {
				break
			}
		}
	}
	for symbol < 0x100 {
		symbol = symbol<<1 | r.bit(&probs[symbol])
	}
	d.f.out = append(out, byte(symbol))
	switch {
	case d.state < 4:
		d.state = 0
	case d.state < 10:
		d.state -= 3
	default:
		d.state -= 6
	}
	return nil
}

// copies repeats what came before.
func (d *decoder) copies(r *rangeCoder, posState, end int) error {
	m := &d.model
	late := d.state >= literalsUsed
	var n int
	switch {
	case r.bit(&m.rep[d.state]) == 0:
		n = m.matchLength.read(r, posState)
		distance := d.distance(r, n)
		d.distances = [4]uint32{distance, d.distances[0], d.distances[1], d.distances[2]}
		d.state = pick(late, 7, 10)
	case d.repeated(r, posState):
		d.state = pick(late, 9, 11)
		n = 1 - minMatch
	default:
		n = m.repLength.read(r, posState)
		d.state = pick(late, 8, 11)
	}
	n += minMatch
	if !d.reaches(d.distances[0]) {
		return broken("a distance beyond the beginning")
	}
	if n > end-len(d.f.out) {
		return broken("a match beyond the end of its chunk")
	}
	for from := len(d.f.out) - 1 - int(d.distances[0]); n > 0; n-- {
		d.f.out = append(d.f.out, d.f.out[from])
		from++
	}
	return nil
}

func pick(late bool, early, other int) int {
	if late {
		return other
	}
	return early
}

// repeated takes one of the last distances to the front; short tells that a single byte is repeated.
func (d *decoder) repeated(r *rangeCoder, posState int) (short bool) {
	m, last := &d.model, &d.distances
	if r.bit(&m.rep0[d.state]) == 0 {
		return r.bit(&m.rep0Long[d.state][posState]) == 0
	}
	switch {
	case r.bit(&m.rep1[d.state]) == 0:
		*last = [4]uint32{last[1], last[0], last[2], last[3]}
	case r.bit(&m.rep2[d.state]) == 0:
		*last = [4]uint32{last[2], last[0], last[1], last[3]}
	default:
		*last = [4]uint32{last[3], last[0], last[1], last[2]}
	}
	return false
}

// distance reads how far back a match lies, counted from 0.
func (d *decoder) distance(r *rangeCoder, n int) uint32 {
	slot := r.tree(d.model.slots[min(n, lenStates-1)][:], slotBits)
	if slot < lenStates {
		return slot
	}
	bits := int(slot>>1) - 1
	distance := (2 | slot&1) << bits
	if slot < firstDirect {
		return distance + r.reverse(d.model.middle[distance-slot:], bits)
	}
	distance += r.direct(bits-alignBits) << alignBits
	return distance + r.reverse(d.model.align[:], alignBits)
}
