package klv

// Kind says what an item holds.
type Kind uint8

// The kinds of items.
const (
	// Bytes are kept as they came: the tag is unknown, or its content is not interpreted.
	Bytes Kind = iota
	// Number is in Item.Number, in the unit that the name says.
	Number
	// Integer is in Item.Integer: a time in microseconds since 1970 UTC, a count, or a code.
	Integer
	// Text is in Item.Text.
	Text
	// Nested items are in Item.Items.
	Nested
	// Absent is a value that the sender marks as unknown or in error.
	Absent
	// Bad is a value that does not fit its tag.
	Bad
)

// Item is one value of a set.
type Item struct {
	// Tag is its number in its set; in a series of targets, the target's id.
	Tag uint32
	// Name says what it is, with its unit; "" for an unknown tag.
	Name string
	// Kind says which of the following counts.
	Kind    Kind
	Number  float64
	Integer uint64
	Text    string
	Items   Set
	// Raw is the value as it came, a part of the packet.
	Raw []byte
}

// Set is a local set in the order of the wire. Where a tag comes twice the first one counts.
type Set []Item

// Find returns the first item of a tag, nil for none.
func (s Set) Find(tag uint32) *Item {
	for i := range s {
		if s[i].Tag == tag {
			return &s[i]
		}
	}
	return nil
}

// Number returns the number of a tag, nil where it is absent or none.
func (s Set) Number(tag uint32) *float64 {
	it := s.Find(tag)
	if it == nil {
		return nil
	}
	v := it.Number
	switch it.Kind {
	case Number:
	case Integer:
		v = float64(it.Integer)
	default:
		return nil
	}
	return &v
}

// Integer returns the integer of a tag.
func (s Set) Integer(tag uint32) (uint64, bool) {
	if it := s.Find(tag); it != nil && it.Kind == Integer {
		return it.Integer, true
	}
	return 0, false
}

// Text returns the text of a tag, "" where it is absent.
func (s Set) Text(tag uint32) string {
	if it := s.Find(tag); it != nil && it.Kind == Text {
		return it.Text
	}
	return ""
}

// Nested returns the items within an item, none where it is absent.
func (s Set) Nested(tag uint32) Set {
	if it := s.Find(tag); it != nil && it.Kind == Nested {
		return it.Items
	}
	return nil
}

// BadItems counts values that do not fit their tags, nested ones too.
func (s Set) BadItems() (n int) {
	for i := range s {
		if s[i].Kind == Bad {
			n++
		}
		n += s[i].Items.BadItems()
	}
	return n
}
