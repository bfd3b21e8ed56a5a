// Package record keeps the pictures of feeds in files: fragmented MP4 segments (ISO/IEC 14496-12 and -15) of the access
// units as the camera sent them, with the time at which they were taken and the KLV packets that came beside them.
//
// A segment begins with a key picture and ends at one, about a minute later. Fragments of about a second are written and
// brought to disk one by one, so that a crash or a power cut loses the open fragment and no more: what was left open is
// mended when the folder is opened again. A Recorder takes the pictures of one feed and never makes its caller wait; its
// Run owns the writing. Library.Run keeps the folder within its limits.
package record

import (
	"context"
	"log/slog"
	"time"
)

// Config sets up a Library. Folder is required.
type Config struct {
	// Folder holds a folder for each feed.
	Folder string
	// Segment is after how long a segment ends at the next key picture. Default 60 s.
	Segment time.Duration
	// Fragment is how much a crash may lose. Default 1 s.
	Fragment time.Duration
	// Keep is the age at which segments are removed. 0: never.
	Keep time.Duration
	// KeepFree is how many bytes of the disk stay free: below it the oldest segments are removed, and below half of it
	// recording stops. Default 2 GiB.
	KeepFree uint64
	// KeepLeast is the age below which segments are not removed to make room. Default 1 h; negative: none.
	KeepLeast time.Duration
	// Index is told of every segment. nil: nobody is.
	Index Index
	// Free returns the bytes that are free at a path. nil: what the system says.
	Free func(path string) (uint64, error)
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Index keeps the list of segments. Its methods may be called from many goroutines.
type Index interface {
	// Put adds a segment, or changes the one of the same name.
	Put(ctx context.Context, s Segment) error
	// Remove takes a segment out; an unknown one is no error.
	Remove(ctx context.Context, name string) error
	// Find returns the segments of a feed ("": of all) that touch a span of time, the oldest first, at most limit.
	Find(ctx context.Context, feed string, from, to time.Time, limit int) ([]Segment, error)
}

// Segment is one file.
type Segment struct {
	// Name is that of the file without its extension: the feed and the time, as in 1-eo_20261126T134500.120Z.
	Name string
	// Feed is the feed's id.
	Feed string
	// Start is when its first picture was taken, End when its last one ends, UTC.
	Start, End time.Time
	// Bytes is the size of the file.
	Bytes int64
	// Codec, WidthPx and HeightPx are those of its pictures.
	Codec             Codec
	WidthPx, HeightPx int
	// Open is true while it grows.
	Open bool
}

// Unit is one picture of a feed.
type Unit struct {
	// Codec is that of the picture.
	Codec Codec
	// Data is the access unit in Annex B form, a key picture with its parameter sets before it. Nobody changes it.
	Data []byte
	// Key is true where decoding can begin.
	Key bool
	// Timestamp is the RTP timestamp, 90 kHz.
	Timestamp uint32
	// Time is when it was taken, Exact whether that is by the camera's clock and not the time of arrival.
	Time  time.Time
	Exact bool
}

// Condition says what becomes of a feed's pictures.
type Condition string

// The conditions of a recorder: not wanted, waiting for a key picture, at work, or kept from it by what Reason says.
const (
	Off       Condition = "off"
	Waiting   Condition = "waiting"
	Recording Condition = "recording"
	Stopped   Condition = "stopped"
)

// State is what is known of a recorder.
type State struct {
	// State is off, waiting, recording or stopped.
	State Condition
	// Reason says in words why it has stopped.
	Reason string
	// Since is when the state began, UTC.
	Since time.Time
}

// Counts is what recorders have done.
type Counts struct {
	// Segments and Fragments count what was written whole, Pictures and Bytes what is in them, KLV the metadata packets.
	Segments, Fragments, Pictures, Bytes, KLV uint64
	// PicturesDropped counts pictures that were not written: the disk was too slow, full, or failed.
	PicturesDropped uint64
	// KLVDropped counts metadata packets that came while nothing was being recorded, or too many at once.
	KLVDropped uint64
	// Failures counts errors of the disk, IndexFailures segments that the index did not take.
	Failures, IndexFailures uint64
}

// Stats is what a Library knows of itself.
type Stats struct {
	Counts
	// Recovered counts segments that were mended, Lost those that held nothing, when the folder was opened.
	Recovered, Lost uint64
	// Removed counts segments removed for their age or for room.
	Removed uint64
	// FreeBytes is what the disk has.
	FreeBytes uint64
	// Full is 1 while nothing is recorded for want of room.
	Full uint64
}
