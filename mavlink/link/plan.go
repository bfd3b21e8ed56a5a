package link

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unsafe"

	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// maxPayload is the longest payload that a frame can name.
const maxPayload = 255

// plan says how the payload of one message fills its Go struct. It is drawn up once from the description that gomavlib itself
// reads (the struct's types and tags), because looking that up for every message is most of what gomavlib's decoder does.
type plan struct {
	goType reflect.Type
	// sizeV1 is the length of a MAVLink 1 payload, sizeV2 that of a whole MAVLink 2 payload.
	sizeV1, sizeV2 int
	// steps in the order of the payload; those of extensions, which MAVLink 1 lacks, begin at the extension-th.
	steps      []step
	extensions int
}

// step fills one field, or one array of them.
type step struct {
	offset uintptr // of the field in the struct
	count  int     // of elements, or of characters
	store  store
}

// store is how one element goes from the payload into the struct. Only sizes matter: a float has the bits of an integer.
type store uint8

const (
	store8 store = iota
	store16
	store32
	store64
	// Enumerations are 64 bits wide in Go, whatever their size on the wire.
	widen8
	widen16
	widen32
	text
)

// wireSize is what one element takes in the payload.
func (s store) wireSize() int {
	switch s {
	case store16, widen16:
		return 2
	case store32, widen32:
		return 4
	case store64:
		return 8
	default:
		return 1
	}
}

// newPlan reads the description of a message. Fields stand on the wire by size, the largest first, each size in the order of the
// definition; extensions follow in that order whatever their size (MAVLink 'Packet Serialization', field reordering).
func newPlan(m message.Message) (*plan, error) {
	p := &plan{goType: reflect.TypeOf(m).Elem()}
	var extensions []step
	for field := range p.goType.Fields() {
		s, err := newStep(field)
		if err != nil {
			return nil, fmt.Errorf("%T, field %s: %w", m, field.Name, err)
		}
		if field.Tag.Get("mavext") == "true" {
			extensions = append(extensions, s)
		} else {
			p.steps = append(p.steps, s)
		}
	}
	slices.SortStableFunc(p.steps, func(a, b step) int { return b.store.wireSize() - a.store.wireSize() })
	p.extensions = len(p.steps)
	for _, s := range p.steps {
		p.sizeV1 += s.count * s.store.wireSize()
	}
	p.sizeV2 = p.sizeV1
	for _, s := range extensions {
		p.sizeV2 += s.count * s.store.wireSize()
	}
	p.steps = append(p.steps, extensions...)
	if p.sizeV2 > maxPayload {
		return nil, fmt.Errorf("%T: %d bytes are longer than any payload", m, p.sizeV2)
	}
	return p, nil
}

var errFieldType = errors.New("no such type in MAVLink")

func newStep(field reflect.StructField) (step, error) {
	s := step{offset: field.Offset, count: 1}
	element := field.Type
	if element.Kind() == reflect.Array {
		s.count, element = element.Len(), element.Elem()
	}
	if wire := field.Tag.Get("mavenum"); wire != "" {
		stores := map[string]store{
			"uint8": widen8, "int8": widen8, "uint16": widen16, "uint32": widen32, "int32": widen32, "uint64": store64,
		}
		var ok bool
		if s.store, ok = stores[wire]; !ok || element.Kind() != reflect.Uint64 {
			return step{}, fmt.Errorf("%w: %s as %s", errFieldType, element, wire)
		}
		return s, nil
	}
	switch element.Kind() {
	case reflect.Uint8, reflect.Int8:
		s.store = store8
	case reflect.Uint16, reflect.Int16:
		s.store = store16
	case reflect.Uint32, reflect.Int32, reflect.Float32:
		s.store = store32
	case reflect.Uint64, reflect.Int64, reflect.Float64:
		s.store = store64
	case reflect.String:
		if field.Type.Kind() == reflect.Array {
			return step{}, fmt.Errorf("%w: %s", errFieldType, field.Type)
		}
		s.store = text
		if length := field.Tag.Get("mavlen"); length != "" {
			n, err := strconv.ParseUint(length, 10, 8)
			if err != nil {
				return step{}, fmt.Errorf("length of the text: %w", err)
			}
			s.count = int(n)
		}
	default:
		return step{}, fmt.Errorf("%w: %s", errFieldType, element)
	}
	return s, nil
}

// read makes the message of a payload: a MAVLink 2 one is filled up with the zeros that were cut off its end, and what stands
// behind the last field that is known here is left out; a MAVLink 1 one has exactly its length.
func (p *plan) read(payload []byte, version uint8) (message.Message, error) {
	steps := p.steps
	var full [maxPayload]byte
	switch {
	case version == 1 && len(payload) != p.sizeV1:
		return nil, fmt.Errorf("%d bytes: a MAVLink 1 payload of this message has %d", len(payload), p.sizeV1)
	case version == 1:
		steps = p.steps[:p.extensions]
	case len(payload) < p.sizeV2:
		copy(full[:], payload)
		payload = full[:p.sizeV2]
	}
	made := reflect.New(p.goType)
	fill(made.UnsafePointer(), steps, payload)
	m, ok := reflect.TypeAssert[message.Message](made)
	if !ok {
		return nil, fmt.Errorf("%s is no message", p.goType)
	}
	return m, nil
}

// fill stores a payload that is long enough for the steps, which were made for the struct at base.
func fill(base unsafe.Pointer, steps []step, w []byte) {
	for i := range steps {
		s := &steps[i]
		at := unsafe.Add(base, s.offset) //nolint:gosec // the offset is that of a field of the struct
		part := w[:s.count*s.store.wireSize()]
		w = w[len(part):]
		switch s.store {
		case store8:
			copy(elements[byte](at, s), part)
		case store16:
			for j, to := 0, elements[uint16](at, s); j < len(to); j, part = j+1, part[2:] {
				to[j] = binary.LittleEndian.Uint16(part)
			}
		case store32:
			for j, to := 0, elements[uint32](at, s); j < len(to); j, part = j+1, part[4:] {
				to[j] = binary.LittleEndian.Uint32(part)
			}
		case store64:
			for j, to := 0, elements[uint64](at, s); j < len(to); j, part = j+1, part[8:] {
				to[j] = binary.LittleEndian.Uint64(part)
			}
		case widen8:
			for j, to := 0, elements[uint64](at, s); j < len(to); j++ {
				to[j] = uint64(part[j])
			}
		case widen16:
			for j, to := 0, elements[uint64](at, s); j < len(to); j, part = j+1, part[2:] {
				to[j] = uint64(binary.LittleEndian.Uint16(part))
			}
		case widen32:
			for j, to := 0, elements[uint64](at, s); j < len(to); j, part = j+1, part[4:] {
				to[j] = uint64(binary.LittleEndian.Uint32(part))
			}
		case text:
			if end := bytes.IndexByte(part, 0); end >= 0 {
				part = part[:end]
			}
			*(*string)(at) = string(part)
		}
	}
}

// elements are a field's, which has as many of this size as the step says.
func elements[T byte | uint16 | uint32 | uint64](at unsafe.Pointer, s *step) []T {
	return unsafe.Slice((*T)(at), s.count) //nolint:gosec // newStep took the count from the field
}
