package klv

import "fmt"

// local is a local set within another one.
type local struct{ of dictionary }

func (f local) read(it *Item, b *budget) bool {
	items, err := readSet(it.Raw, f.of, b)
	if err != nil {
		return false
	}
	it.Kind, it.Items = Nested, items
	return true
}

func (f local) write(to []byte, it *Item) ([]byte, error) { return writeSet(to, it.Items, f.of) }

// series is a row of packs, each with its length, its number and then a local set (MISB ST 0903, VTargetSeries).
type series struct {
	name string // of each
	of   dictionary
}

func (f series) read(it *Item, b *budget) bool {
	if !b.enter() {
		return false
	}
	defer b.leave()
	var out Set
	for rest := it.Raw; len(rest) > 0; {
		var pack []byte
		var err error
		if pack, rest, err = takePart(rest); err != nil || !b.item() {
			return false
		}
		id, body, err := takeTag(pack)
		if err != nil {
			return false
		}
		one := Item{Tag: id, Name: f.name, Raw: body}
		if !(local{f.of}).read(&one, b) {
			one.Kind = Bad
		}
		out = append(out, one)
	}
	it.Kind, it.Items = Nested, out
	return true
}

func (f series) write(to []byte, it *Item) ([]byte, error) {
	for i := range it.Items {
		one := &it.Items[i]
		pack, err := appendTag(nil, one.Tag), error(nil)
		if one.Kind == Nested {
			pack, err = writeSet(pack, one.Items, f.of)
		} else {
			pack = append(pack, one.Raw...)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %d: %w", f.name, one.Tag, err)
		}
		to = append(appendLength(to, len(pack)), pack...)
	}
	return to, nil
}

// pack is a row of values without tags or lengths, which may end early (SMPTE ST 336, defined-length truncation pack).
// The items' tags are their places, from 1.
type pack []packed

type packed struct {
	field
	bytes int
}

func (f pack) read(it *Item, b *budget) bool {
	rest := it.Raw
	var out Set
	for i, p := range f {
		if len(rest) == 0 {
			break
		}
		if len(rest) < p.bytes || !b.item() {
			return false
		}
		one := Item{Tag: uint32(i + 1), Name: p.name, Raw: rest[:p.bytes:p.bytes]}
		if !p.form.read(&one, b) {
			return false
		}
		out = append(out, one)
		rest = rest[p.bytes:]
	}
	if len(rest) > 0 {
		return false
	}
	it.Kind, it.Items = Nested, out
	return true
}

func (f pack) write(to []byte, it *Item) ([]byte, error) {
	if len(it.Items) > len(f) {
		return nil, fmt.Errorf("%d values in a pack of %d", len(it.Items), len(f))
	}
	for i := range it.Items {
		one, err := writeValue(nil, &it.Items[i], f[i].form)
		if err == nil && len(one) != f[i].bytes {
			err = fmt.Errorf("%d bytes in place of %d", len(one), f[i].bytes)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f[i].name, err)
		}
		to = append(to, one...)
	}
	return to, nil
}
