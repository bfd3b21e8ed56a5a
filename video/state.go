package video

import (
	"time"

	"vedette/video/ingest"
	"vedette/video/record"
	"vedette/video/thermal"
)

// State is the condition of a feed's signal.
type State string

// The states of a feed. An on-demand feed that nobody watches rests in Connecting.
const (
	StateLive       State = "live"
	StateConnecting State = "connecting"
	StateNoSignal   State = "noSignal"
)

// DetectorCondition says whether a feed's frames are being looked at.
type DetectorCondition string

// The conditions of a detector: at work, waiting for something that Reason names, or not wanted on this feed.
const (
	DetectorRunning DetectorCondition = "running"
	DetectorIdle    DetectorCondition = "idle"
	DetectorOff     DetectorCondition = "off"
)

// DetectorState describes the detector of one feed.
type DetectorState struct {
	// State is running, idle or off.
	State DetectorCondition
	// Reason says in words why the detector does not run, and how to mend it, or that it looks at fewer pictures than it
	// should.
	Reason string
	// FramesPerS is how many frames a second it has looked at lately.
	FramesPerS float64
}

// FeedState is what is known of a feed at one moment.
type FeedState struct {
	// ID is the feed's name.
	ID string
	// Kind is thermal or eo.
	Kind Kind
	// URL is the source's address without its password.
	URL string
	// HFOVDeg is the configured horizontal field of view in degrees; 0: unknown.
	HFOVDeg float64
	// State is live, connecting or noSignal.
	State State
	// Idle is true for an on-demand feed that is not pulled because nobody watches.
	Idle bool
	// Since is when the state began; for noSignal, the time of the last packet where there was one.
	Since time.Time
	// LastFrame is the arrival time of the last whole frame; zero before the first.
	LastFrame time.Time
	// WidthPx and HeightPx are the picture's size; 0 until known.
	WidthPx, HeightPx int
	// FPS is the rate of frames measured over the last second or two.
	FPS float64
	// Codec is "H264", "H265" or "" until known.
	Codec string
	// Kbps is the measured bit rate of the stream in kbit/s.
	Kbps float64
	// Viewers counts the viewers of this feed.
	Viewers int
	// Problem is what stands against the feed: a stream that browsers cannot play, or a source that does not let us
	// in. Its Code is "" when nothing does.
	Problem Problem
	// Hints say what would make a better picture of a feed that plays.
	Hints []Hint
	// Tracks are what the source offers, by its last description. Nobody changes the slice.
	Tracks []TrackInfo
	// Alternate is the feed that shows the same picture by another stream of the camera; "": none.
	Alternate string
	// Metadata is what the last good KLV packet says; nil: none has come. Nobody changes it.
	Metadata *Metadata
	// MetadataCounts says what became of the feed's KLV packets.
	MetadataCounts MetadataCounts
	// Detector is the state of the feed's detector.
	Detector DetectorState
	// Recording is the state of the feed's recording; its State is "" where nothing can be recorded.
	Recording RecordingState
	// Removed is true in the last update of a feed that has been removed.
	Removed bool
}

// TrackInfo names one track that a source offers.
type TrackInfo = ingest.TrackInfo

// Box is one detection in pixels of its frame.
type Box = thermal.Box

// Classes holds a probability for each class; they sum to one.
type Classes = thermal.Classes

// Detections is what the detector saw in one frame. It is published for every processed frame, also when empty.
type Detections struct {
	// Feed is the feed's id.
	Feed string
	// FrameTime is when the frame was captured, UTC.
	FrameTime time.Time
	// TimeExact is true when FrameTime comes from an RTCP sender report; false when it is the arrival time.
	TimeExact bool
	// Before is the frame that an object must have shown in as well to be among the boxes: an earlier one that the detector
	// looked at, or this one (equal to FrameTime) where a single look is enough. What this frame shows for the first time is not told of,
	// however plain it is. Zero: there is no such frame, so that an empty picture says nothing.
	Before time.Time
	// WidthPx and HeightPx are the frame's size.
	WidthPx, HeightPx int
	// Boxes are the objects seen in this frame, best first, each with the number that it keeps from frame to frame. The
	// receiver owns the slice.
	Boxes []Box
	// Kept is true where LookedAt has the picture for a while.
	Kept bool
}

// Stats counts what the room has done since it started.
type Stats struct {
	// Feeds and Viewers are present numbers.
	Feeds, Viewers uint64
	// PacketsIn and BytesIn count RTP packets from sources and their payload bytes.
	PacketsIn, BytesIn uint64
	// PacketsLost counts RTP packets that sources sent and that never came.
	PacketsLost uint64
	// PacketsMalformed counts packets that could not be read or belong to no track in use, and tracks described so
	// that nobody can read them; PacketsRepeated those that came twice or too late; PacketPanics those whose handling
	// failed in a way that nobody foresaw.
	PacketsMalformed, PacketsRepeated, PacketPanics uint64
	// DataPackets counts packets of KLV metadata, DataPacketsDropped those that were incomplete or too large.
	DataPackets, DataPacketsDropped uint64
	// Metadata says what became of the packets of metadata. MetadataOut counts messages about them on viewers' data channels,
	// MetadataOutDropped those that a slow viewer did not get.
	Metadata                        MetadataCounts
	MetadataOut, MetadataOutDropped uint64
	// PacketsOut and BytesOut count RTP packets to viewers and their payload bytes, without retransmissions.
	PacketsOut, BytesOut uint64
	// PacketsResent counts packets that viewers asked for again and got.
	PacketsResent uint64
	// ViewerPacketsDropped counts packets that a slow viewer's queue refused; ViewerOverflows how often that began.
	ViewerPacketsDropped, ViewerOverflows uint64
	// Resyncs counts replays of the key-frame cache that viewers asked for after loss.
	Resyncs uint64
	// Reconnects counts attempts to reach a source after the first.
	Reconnects uint64
	// FramesDecoded counts access units decoded for the detector, FramesDetected those it looked at.
	FramesDecoded, FramesDetected uint64
	// FramesSkipped counts access units that were dropped undecoded because the decoder was behind or unavailable.
	FramesSkipped uint64
	// DecoderErrors counts access units that the decoder refused, DecoderRestarts its ends by crash or hang.
	DecoderErrors, DecoderRestarts uint64
	// FramesUnseen counts frames that were due while the detector program was not there to look, DetectorRestarts its ends by
	// crash, hang or nonsense, DetectorRefused those for answers that could not be used.
	FramesUnseen, DetectorRestarts, DetectorRefused uint64
	// Boxes counts detections; DetectionsDropped the results that nobody fetched in time.
	Boxes, DetectionsDropped uint64
	// ClockRefused counts frames whose sender-report time was so far from arrival that it was not believed.
	ClockRefused uint64
	// Recordings is what was recorded.
	Recordings record.Stats
	// WebRTC counts what became of viewers' connections.
	WebRTC Connections
	// UDP counts what the relay's UDP sockets have sent.
	UDP Sent
}
