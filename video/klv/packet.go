package klv

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Limits on what is read.
const (
	// MaxPacket is the longest packet in bytes; MISB ones have a few hundred.
	MaxPacket = 64 << 10
	maxItems  = 2048 // of a packet, nested ones too
	maxDepth  = 5    // of nested sets
)

// Errors that callers decide on.
var (
	// ErrChecksum means that a packet was damaged on its way: its checksum does not match its bytes, or it has none.
	ErrChecksum = errors.New("the checksum does not match: the packet is damaged and is not used")
	// ErrMalformed means that the bytes are no ST 0601 packet; the text says why.
	ErrMalformed = errors.New("not an ST 0601 packet")
)

const (
	tagChecksum   = 1
	checksumBytes = 2
)

// key is the universal label of the UAS datalink local set (MISB ST 0601).
var key = []byte{0x06, 0x0e, 0x2b, 0x34, 0x02, 0x0b, 0x01, 0x01, 0x0e, 0x01, 0x03, 0x01, 0x01, 0x00, 0x00, 0x00}

// Decode reads the ST 0601 packet at the head of b and returns what follows it. A packet whose checksum does not match is an
// error that wraps ErrChecksum, with nothing to use; anything else that cannot be read wraps ErrMalformed. The items share
// memory with b.
func Decode(b []byte) (items Set, rest []byte, err error) {
	items, valid, rest, err := Inspect(b)
	if err == nil && !valid {
		return nil, rest, ErrChecksum
	}
	return items, rest, err
}

// Inspect is Decode for people who look at damaged packets: it returns the items whatever the checksum says.
func Inspect(b []byte) (items Set, checksumValid bool, rest []byte, err error) {
	if !bytes.HasPrefix(b, key) {
		return nil, false, nil, fmt.Errorf("%w: it does not begin with the key of the UAS datalink local set", ErrMalformed)
	}
	body, rest, err := takePart(b[len(key):])
	if err != nil {
		return nil, false, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	whole := b[:len(b)-len(rest)]
	checksumValid = checksumMatches(whole)
	budget := budget{items: maxItems}
	items, err = readSet(body, st0601, &budget)
	if err != nil && !checksumValid {
		return nil, false, rest, fmt.Errorf("%w (and %w)", ErrChecksum, err) // damage is the likelier reason
	}
	if err != nil {
		return nil, true, rest, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return items, checksumValid, rest, nil
}

// checksumMatches tells whether a packet ends with the right checksum (MISB ST 0601).
func checksumMatches(packet []byte) bool {
	n := len(packet)
	if n < len(key)+1+2+checksumBytes || packet[n-4] != tagChecksum || packet[n-3] != checksumBytes {
		return false
	}
	return bigEndian(packet[n-2:]) == uint64(checksum(packet[:n-2]))
}

// checksum is the sum of 16-bit words, the last one filled up with a zero.
func checksum(b []byte) (sum uint16) {
	for i, c := range b {
		sum += uint16(c) << (8 * ((i + 1) % 2))
	}
	return sum
}

// budget bounds what one packet may cost.
type budget struct{ items, depth int }

func (b *budget) item() bool {
	b.items--
	return b.items >= 0
}

func (b *budget) enter() bool {
	b.depth++
	if b.depth > maxDepth {
		b.depth--
		return false
	}
	return true
}

func (b *budget) leave() { b.depth-- }

var errTooMuch = errors.New("it has more items than anybody sends")

// readSet reads the items of a local set. An item that does not fit its tag is Bad and costs no other.
func readSet(raw []byte, d dictionary, b *budget) (Set, error) {
	if !b.enter() {
		return nil, errTooMuch
	}
	defer b.leave()
	var out Set
	for len(raw) > 0 {
		tag, rest, err := takeTag(raw)
		if err != nil {
			return nil, err
		}
		value, rest, err := takePart(rest)
		if err != nil {
			return nil, fmt.Errorf("tag %d: %w", tag, err)
		}
		if !b.item() {
			return nil, errTooMuch
		}
		out = append(out, readItem(tag, value, d, b))
		raw = rest
	}
	return out, nil
}

func readItem(tag uint32, value []byte, d dictionary, b *budget) Item {
	f, known := d[tag]
	it := Item{Tag: tag, Name: f.name, Raw: value}
	switch {
	case !known:
		it.Kind = Bytes
	case len(value) == 0:
		it.Kind = Absent // MISB ST 0601: unknown from here on
	case !f.form.read(&it, b):
		it.Kind = Bad
	}
	return it
}

// Encode writes an ST 0601 packet with the items in their order, and its checksum. A checksum among the items is left out.
// Of an item Tag, Kind and the value that Kind names count; items of the kinds Bytes, Absent and Bad are written as Raw.
func Encode(items Set) ([]byte, error) {
	items = slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.Tag == tagChecksum })
	body, err := writeSet(nil, items, st0601)
	if err != nil {
		return nil, err
	}
	out := appendLength(bytes.Clone(key), len(body)+2+checksumBytes)
	out = append(append(out, body...), tagChecksum, checksumBytes)
	out = appendBigEndian(out, uint64(checksum(out)), checksumBytes)
	if len(out) > MaxPacket {
		return nil, fmt.Errorf("a packet of %d bytes is longer than %d", len(out), MaxPacket)
	}
	return out, nil
}

func writeSet(to []byte, items Set, d dictionary) ([]byte, error) {
	for i := range items {
		it := &items[i]
		f := d[it.Tag]
		value, err := writeValue(nil, it, f.form)
		if err != nil {
			return nil, fmt.Errorf("tag %d %s: %w", it.Tag, f.name, err)
		}
		to = appendLength(appendTag(to, it.Tag), len(value))
		to = append(to, value...)
	}
	return to, nil
}

func writeValue(to []byte, it *Item, f form) ([]byte, error) {
	switch it.Kind {
	case Bytes, Absent, Bad:
		return append(to, it.Raw...), nil
	}
	if f == nil {
		return nil, errors.New("it is not known how to write that")
	}
	return f.write(to, it)
}
