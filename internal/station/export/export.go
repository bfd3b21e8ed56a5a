package export

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"vedette/internal/store"
)

// ErrInvalid is returned for a request that cannot be carried out.
var ErrInvalid = errors.New("cannot be exported")

// Request says what is wanted.
type Request struct {
	// Subject is "tracks" or "alerts", Format one of Formats.
	Subject, Format string
	// Within bounds the time. A track is cut to it; an alert is told as it stood at its end.
	Within store.Within
}

// Formats are what a request may ask for, the usual one first.
func Formats() []string { return []string{"geojson", "csv", "kml", "jsonl"} }

// Validate says what is wrong with a request.
func (r Request) Validate() error {
	if r.Subject != "tracks" && r.Subject != "alerts" {
		return fmt.Errorf("%w: %q: tracks and alerts are what is on record", ErrInvalid, r.Subject)
	}
	if !slices.Contains(Formats(), r.Format) {
		return fmt.Errorf("%w: format %q: use %s", ErrInvalid, r.Format, strings.Join(Formats(), ", "))
	}
	if w := r.Within; !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		return fmt.Errorf("%w: the time from which is not before the time to which", ErrInvalid)
	}
	return nil
}

// Summary counts what was written.
type Summary struct {
	// Things are tracks or alerts.
	Things int
	// Unreadable records were left out.
	Unreadable int
}

// Write writes what is wanted. What is missing in the record is no error: the file is then empty in its form.
func Write(ctx context.Context, w io.Writer, from *store.Reader, r Request) (Summary, error) {
	var sum Summary
	if err := r.Validate(); err != nil {
		return sum, err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	var err error
	if r.Subject == "tracks" {
		err = writeTracks(ctx, newTrackWriter(r.Format, out), from, r.Within, &sum)
	} else {
		err = writeAlerts(ctx, newAlertWriter(r.Format, out), from, r.Within, &sum)
	}
	if err != nil {
		return sum, fmt.Errorf("export %s: %w", r.Subject, err)
	}
	if err := out.Flush(); err != nil {
		return sum, fmt.Errorf("export %s: %w", r.Subject, err)
	}
	return sum, nil
}

// form writes things of one sort, one after the other.
type form[T any] interface {
	begin() error
	put(T) error
	end() error
}
