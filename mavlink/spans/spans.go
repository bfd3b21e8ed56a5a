// Package spans keeps which parts of a file have come.
package spans

import (
	"slices"
)

// Span is the half-open range of bytes [From, To).
type Span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Set is a set of bytes as sorted spans that do not touch. The zero value is empty.
type Set struct{ all []Span }

// Of makes a set of spans in any order; spans that are empty or begin before zero are left out.
func Of(list []Span) Set {
	var s Set
	for _, one := range list {
		s.Add(one.From, one.To)
	}
	return s
}

// Add puts [from, to) in and answers how many of its bytes were not there before.
func (s *Set) Add(from, to int64) (added int64) {
	if from < 0 || to <= from {
		return 0
	}
	first, _ := slices.BinarySearchFunc(s.all, from, func(one Span, at int64) int {
		if one.To < at {
			return -1
		}
		return 1
	})
	last, had := first, int64(0)
	merged := Span{from, to}
	for ; last < len(s.all) && s.all[last].From <= to; last++ {
		one := s.all[last]
		had += max(0, min(one.To, to)-max(one.From, from))
		merged.From, merged.To = min(merged.From, one.From), max(merged.To, one.To)
	}
	s.all = slices.Replace(s.all, first, last, merged)
	return to - from - had
}

// Len is how many bytes are in.
func (s *Set) Len() (n int64) {
	for _, one := range s.all {
		n += one.To - one.From
	}
	return n
}

// End is the end of the last span, 0 for an empty set.
func (s *Set) End() int64 {
	if len(s.all) == 0 {
		return 0
	}
	return s.all[len(s.all)-1].To
}

// Gap is the first part of [from, to) that is missing.
func (s *Set) Gap(from, to int64) (gap Span, found bool) {
	i, _ := slices.BinarySearchFunc(s.all, from, func(one Span, at int64) int {
		if one.To <= at {
			return -1
		}
		return 1
	})
	for ; from < to; i++ {
		if i == len(s.all) || s.all[i].From >= to {
			return Span{from, to}, true
		}
		if s.all[i].From > from {
			return Span{from, s.all[i].From}, true
		}
		from = s.all[i].To
	}
	return Span{}, false
}

// Holds tells whether all of [from, to) is in.
func (s *Set) Holds(from, to int64) bool {
	_, missing := s.Gap(from, to)
	return !missing
}

// Spans are the spans in order, as a copy.
func (s *Set) Spans() []Span { return slices.Clone(s.all) }
