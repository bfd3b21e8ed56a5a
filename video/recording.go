package video

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"vedette/video/klv"
	"vedette/video/record"
)

// What recordings are made of.
type (
	// RecordingState says what becomes of a feed's pictures.
	RecordingState = record.State
	// Segment is one file of a feed's recordings.
	Segment = record.Segment
)

var (
	// ErrNoRecordings means that the room has no place for recordings.
	ErrNoRecordings = errors.New("nothing is recorded here")
	// ErrUnknownRecording means that there is no such segment.
	ErrUnknownRecording = record.ErrUnknown
)

// SetRecording turns the recording of a feed on or off. Errors: ErrUnknownFeed, ErrNoRecordings.
func (s *Service) SetRecording(feedID string, on bool) error {
	f := s.feed(feedID)
	switch {
	case f == nil:
		return fmt.Errorf("%w: %q", ErrUnknownFeed, feedID)
	case f.rec == nil:
		return ErrNoRecordings
	}
	f.rec.Set(on)
	f.poke()
	return nil
}

// Segments returns those of a feed ("": of all) that touch a span of time, the oldest first; zero times leave a side open.
// Error: ErrNoRecordings.
func (s *Service) Segments(ctx context.Context, feedID string, from, to time.Time, limit int) ([]Segment, error) {
	if s.cfg.Recordings == nil {
		return nil, ErrNoRecordings
	}
	return s.cfg.Recordings.Find(ctx, feedID, from, to, limit)
}

// SegmentMetadata is what the KLV packets beside the pictures of a segment say of a span of time; zero times leave a side
// open. What is damaged is left out. Errors: ErrNoRecordings, ErrUnknownRecording.
func (s *Service) SegmentMetadata(name string, from, to time.Time) (all []Metadata, err error) {
	f, _, err := s.OpenSegment(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	kept, err := record.ReadKLV(f, info.Size())
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		if k.Time.Before(from) || !to.IsZero() && k.Time.After(to) {
			continue
		}
		if items, _, err := klv.Decode(k.Data); err == nil {
			all = append(all, Metadata{FrameTime: k.Time, Metadata: klv.Read(items), BadValues: items.BadItems()})
		}
	}
	return all, nil
}

// SegmentContents says where in the file of a segment its pictures are. Errors: ErrNoRecordings, ErrUnknownRecording.
func (s *Service) SegmentContents(name string) (record.Contents, error) {
	f, _, err := s.OpenSegment(name)
	if err != nil {
		return record.Contents{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return record.Contents{}, fmt.Errorf("read a recording: %w", err)
	}
	return record.ReadContents(f, info.Size())
}

// OpenSegment opens a segment for reading, also one that still grows, and names its feed. The caller closes it. Errors:
// ErrNoRecordings, ErrUnknownRecording.
func (s *Service) OpenSegment(name string) (f *os.File, feedID string, err error) {
	if s.cfg.Recordings == nil {
		return nil, "", ErrNoRecordings
	}
	return s.cfg.Recordings.File(name)
}
