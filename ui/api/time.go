// Package api holds every JSON object of the HTTP API and the live socket as Go types, exactly as docs/api.md describes
// them, and the problem documents that say what went wrong. It holds no behaviour: internal/station fills these types,
// package ui sends them.
//
// A member whose value is not known is left out: pointers are nil, times and strings are zero.
package api

import (
	"fmt"
	"math"
	"time"
)

// timeLayout is RFC 3339 with exactly three decimals, as docs/api.md promises.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Time is an instant that is written in UTC with milliseconds. The zero value is an unknown instant and is left out.
type Time struct{ time.Time }

// At is an instant for the API.
func At(t time.Time) Time { return Time{t} }

// MarshalJSON writes RFC 3339 in UTC with milliseconds; an unknown instant is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	b := make([]byte, 0, len(timeLayout)+2)
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeLayout)
	return append(b, '"'), nil
}

// UnmarshalJSON reads RFC 3339 with any number of decimals and any offset.
func (t *Time) UnmarshalJSON(b []byte) error {
	var plain time.Time
	if err := plain.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("instant %s: %w", b, err)
	}
	t.Time = plain.UTC()
	return nil
}

// Known is a pointer to a number, or nil where it is not one: JSON has neither NaN nor infinity, and an unknown value is
// left out.
func Known[T ~float64](v T) *T {
	if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
		return nil
	}
	return &v
}
