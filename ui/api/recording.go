package api

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
}

// RecordingRequest turns the recording of a feed on or off.
type RecordingRequest struct {
	On *bool `json:"on"`
}
