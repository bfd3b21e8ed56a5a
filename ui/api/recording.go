package api

import "vedette/video/klv"

// Recording is one file of what was recorded of a feed.
type Recording struct {
	Name   string `json:"name"`
	Feed   string `json:"feed"`
	Start  Time   `json:"start"` // when its first picture was taken
	End    Time   `json:"end"`   // when its last picture ends
	Bytes  int64  `json:"bytes"`
	Codec  string `json:"codec"`          // H264, H265
	Width  int    `json:"width"`          // pixels
	Height int    `json:"height"`         // pixels
	Open   bool   `json:"open,omitempty"` // it still grows
}

// FeedRecording says what becomes of a feed's pictures.
type FeedRecording struct {
	State  string `json:"state"`            // off, waiting, recording, stopped
	Reason string `json:"reason,omitempty"` // why it has stopped
	Since  Time   `json:"since"`
	// By is whose word counts: configuration, or hand, and then that of Who since SwitchedAt.
	By         string `json:"by"`
	Who        string `json:"who,omitempty"`
	SwitchedAt Time   `json:"switchedAt,omitzero"`
}

// RecordingIndex says where in the file of a recording its pictures are.
type RecordingIndex struct {
	Name        string              `json:"name"`
	Feed        string              `json:"feed"`
	Codecs      string              `json:"codecs"`      // by RFC 6381, as in avc1.42C01F
	HeaderBytes int64               `json:"headerBytes"` // the file's beginning, which describes all fragments
	Fragments   []RecordingFragment `json:"fragments"`
}

// RecordingFragment is a run of pictures of about a second.
type RecordingFragment struct {
	At    int64   `json:"at"` // in the file
	Bytes int64   `json:"bytes"`
	T     Time    `json:"t"`             // when its first picture was taken
	FromS float64 `json:"fromS"`         // when that is shown, in the file's time
	ToS   float64 `json:"toS"`           // when its last one ends
	Key   bool    `json:"key,omitempty"` // begins with a key picture
}

// RecordedMetadata is what a KLV packet beside a recording says of its frame.
type RecordedMetadata struct {
	T Time `json:"t"` // of the frame
	klv.Metadata
	BadValues int `json:"badValues,omitempty"` // that do not fit their tags
}

// RecordingRequest turns the recording of a feed on or off.
type RecordingRequest struct {
	On *bool `json:"on"`
}
