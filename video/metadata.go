package video

import (
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"vedette/video/ingest"
	"vedette/video/klv"
)

const (
	// metadataKept is how many packets of a feed are kept for the poses of its frames, metadataFor how long.
	metadataKept = 512
	metadataFor  = 10 * time.Second
	// metadataRate is how many packets a second are read; cameras send one for each picture at most.
	metadataRate = 120
	// metadataClock is how far the clock of the metadata may be from a frame's whose time is known.
	metadataClock = time.Second
)

// Metadata is what one KLV packet says about the frame that it belongs to.
type Metadata struct {
	// FrameTime is when that frame was taken, UTC, by the same clock as Detections.FrameTime.
	FrameTime time.Time `json:"t"`
	// TimeExact is true when FrameTime comes from an RTCP sender report.
	TimeExact bool `json:"exact"`
	klv.Metadata
	// BadValues counts values of the packet that do not fit their tags.
	BadValues int `json:"badValues,omitempty"`
}

// MetadataCounts says what became of a feed's KLV packets.
type MetadataCounts struct {
	// Good packets are used. BadChecksum counts damaged ones, Malformed those that are no ST 0601 set, TooMany those beyond
	// 120 a second; none of them is used.
	Good, BadChecksum, Malformed, TooMany uint64
	// ClockOff counts good packets whose own time is so far from their frame's that it is not believed.
	ClockOff uint64
}

// metadataCounters are MetadataCounts in the making.
type metadataCounters struct {
	good, badChecksum, malformed, tooMany, clockOff atomic.Uint64
}

func (c *metadataCounters) counts() MetadataCounts {
	return MetadataCounts{
		Good: c.good.Load(), BadChecksum: c.badChecksum.Load(), Malformed: c.malformed.Load(), TooMany: c.tooMany.Load(),
		ClockOff: c.clockOff.Load(),
	}
}

// metadataIntake is what the metadata tells of the camera's clock. It belongs to the source's goroutine.
type metadataIntake struct {
	since time.Time // of the second that is counted
	read  int
	// ahead is the camera's clock less the time of arrival, by the last packet that was believed.
	ahead   time.Duration
	aheadAt time.Time
}

// Data implements ingest.Handler: it reads the packets and passes on what they say.
func (in *intake) Data(d ingest.Data) {
	f := in.feed
	in.keepKLV(d)
	for rest := d.KLV; len(rest) > 0; {
		if !in.metadata.due(d.Arrival) {
			f.metadata.tooMany.Add(1)
			return
		}
		var items klv.Set
		var err error
		items, rest, err = klv.Decode(rest)
		switch {
		case errors.Is(err, klv.ErrChecksum):
			f.metadata.badChecksum.Add(1)
		case err != nil:
			f.metadata.malformed.Add(1)
		default:
			f.metadata.good.Add(1)
			in.takeMetadata(d, items)
		}
	}
}

// due bounds how many packets are read in a second.
func (m *metadataIntake) due(now time.Time) bool {
	if age := now.Sub(m.since); age >= time.Second || age < 0 {
		m.since, m.read = now, 0
	}
	m.read++
	return m.read <= metadataRate
}

func (in *intake) takeMetadata(d ingest.Data, items klv.Set) {
	f := in.feed
	m := Metadata{Metadata: klv.Read(items), BadValues: items.BadItems()}
	m.FrameTime, m.TimeExact = in.metadataTime(d, m.Time)
	text, err := json.Marshal(m)
	if err != nil { // nothing that Read returns is known to be so
		f.metadata.malformed.Add(1)
		return
	}
	f.keepMetadata(m)
	f.stream.Tell(string(text))
}

// metadataTime is when the frame of a packet was taken: by the source's sender reports where they are believable, else by the
// packet's own clock where that is, else when it came.
func (in *intake) metadataTime(d ingest.Data, own time.Time) (at time.Time, exact bool) {
	f := in.feed
	at, tolerance := d.Arrival, clockTolerance
	if !d.Capture.IsZero() && d.Capture.Sub(d.Arrival).Abs() <= clockTolerance {
		at, exact, tolerance = d.Capture, true, metadataClock
	}
	switch {
	case own.IsZero():
	case own.Sub(at).Abs() > tolerance:
		f.metadata.clockOff.Add(1)
		f.verdict.metadataClock(own.Sub(at), exact, d.Arrival)
	case !exact:
		in.metadata.ahead, in.metadata.aheadAt = own.Sub(d.Arrival), d.Arrival
		at = own
	}
	return at, exact
}

// byMetadata is the time of a picture that came at some time, by the clock that the metadata has told lately.
func (m *metadataIntake) byMetadata(arrival time.Time) time.Time {
	if m.aheadAt.IsZero() || arrival.Sub(m.aheadAt).Abs() > metadataFor {
		return arrival
	}
	return arrival.Add(m.ahead)
}

// keepMetadata adds a packet to those that are kept, in the order of their frames.
func (f *feed) keepMetadata(m Metadata) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := f.kept
	for len(kept) > 0 && !kept[len(kept)-1].FrameTime.Before(m.FrameTime) {
		kept = kept[:len(kept)-1] // the clock was set back, or two packets belong to one frame
	}
	for len(kept) > 0 && (len(kept) >= metadataKept || m.FrameTime.Sub(kept[0].FrameTime) > metadataFor) {
		kept = kept[1:]
	}
	f.kept = append(kept, m)
	f.now.Metadata = &m
}

// MetadataAround returns what a feed's metadata says of the frames just before (or at) and after an instant, nil where there
// is none.
func (s *Service) MetadataAround(feedID string, t time.Time) (before, after *Metadata) {
	f := s.feed(feedID)
	if f == nil {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range slices.Backward(f.kept) {
		if !m.FrameTime.After(t) {
			return &m, after
		}
		after = &m
	}
	return nil, after
}
