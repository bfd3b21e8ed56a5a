package mission

import "slices"

// Part is a range of items, both ends included, counted as in the vehicle's list.
type Part struct{ First, Last int }

// Held is a list that a vehicle holds: as it was given to the vehicle, nil where it was not given by us, and as the vehicle told it,
// shortened and rounded. Both are in its own count.
type Held struct{ Given, Told []Item }

// Tells is what is known after the vehicle has told its list again: what it was given stands while it tells the same.
func (h Held) Tells(told []Item) Held {
	if !slices.EqualFunc(h.Told, told, same) {
		h.Given = nil
	}
	return Held{Given: h.Given, Told: told}
}

// Changed tells which part of a list is to be written from an item on, the first being 0. It answers false where nothing is to be
// written, the lengths differ, or the part is more than half of the list: then the whole list goes.
func (h Held) Changed(wanted []Item, from int) (Part, bool) {
	if len(h.Told) != len(wanted) {
		return Part{}, false
	}
	part := Part{First: -1}
	for i := from; i < len(wanted); i++ {
		if same(h.Told[i], wanted[i]) || len(h.Given) == len(wanted) && same(h.Given[i], wanted[i]) {
			continue
		}
		if part.First < 0 {
			part.First = i
		}
		part.Last = i
	}
	return part, part.First >= 0 && 2*(part.Last-part.First+1) <= len(wanted)
}

// same compares everything that an item tells a vehicle to do. What is not a number is never the same, and is written.
func same(a, b Item) bool {
	a.Seq, b.Seq = 0, 0
	a.Current, b.Current = false, false
	return a == b
}
