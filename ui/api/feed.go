package api

import (
	"vedette/internal/geo"
	"vedette/video/klv"
)

// Feed is one live video stream.
type Feed struct {
	ID            string    `json:"id"`
	Vehicle       int       `json:"vehicle,omitempty"` // MAVLink system id that carries the camera
	Camera        int       `json:"camera,omitempty"`  // of the vehicle, by its id
	Gimbal        int       `json:"gimbal,omitempty"`  // that carries the camera
	HFOVDeg       *float64  `json:"hfovDeg,omitempty"` // now
	Kind          string    `json:"kind"`              // thermal, eo
	State         string    `json:"state"`             // live, connecting, noSignal
	NoSignalSince Time      `json:"noSignalSince,omitzero"`
	Width         int       `json:"width,omitempty"`  // pixels
	Height        int       `json:"height,omitempty"` // pixels
	FPS           *float64  `json:"fps,omitempty"`
	Codec         string    `json:"codec,omitempty"` // H264, …
	Kbps          *float64  `json:"kbps,omitempty"`
	Viewers       int       `json:"viewers"`
	Detector      *Detector `json:"detector,omitempty"`
	// Recording is left out where nothing can be recorded.
	Recording *FeedRecording `json:"recording,omitempty"`
	// Problem is what stands against the feed, Hints what would make a better picture.
	Problem   *FeedProblem `json:"problem,omitempty"`
	Hints     []FeedHint   `json:"hints,omitempty"`
	Tracks    []FeedTrack  `json:"tracks,omitempty"`    // what the source offers
	Alternate string       `json:"alternate,omitempty"` // the feed with the camera's other stream
	// Metadata is what the last good KLV packet says; only where one feed is asked for.
	Metadata        *FeedMetadata    `json:"metadata,omitempty"`
	MetadataPackets *MetadataPackets `json:"metadataPackets,omitempty"`
}

// FeedMetadata is what a KLV packet says of its frame.
type FeedMetadata struct {
	T     Time    `json:"t"`     // of the frame
	Exact bool    `json:"exact"` // t comes from the camera's sender reports
	AgeS  float64 `json:"ageS"`  // of the frame, now
	klv.Metadata
	BadValues int `json:"badValues,omitempty"` // that do not fit their tags
}

// MetadataPackets counts what became of a feed's KLV packets.
type MetadataPackets struct {
	Good        uint64 `json:"good"`
	BadChecksum uint64 `json:"badChecksum"`
	Malformed   uint64 `json:"malformed"`
	TooMany     uint64 `json:"tooMany"`
	ClockOff    uint64 `json:"clockOff"` // good ones whose own time is far off their frame's
}

// FeedProblem says why a feed does not play, or not everywhere, and how to mend it.
type FeedProblem struct {
	Code  string `json:"code"`
	Words string `json:"words"`
	Plays string `json:"plays"` // no, some (browsers)
}

// FeedHint says what would make a better picture.
type FeedHint struct {
	Code  string `json:"code"`
	Words string `json:"words"`
}

// FeedTrack is one track that a feed's source offers.
type FeedTrack struct {
	Kind        string `json:"kind"` // video, audio, metadata, other
	Codec       string `json:"codec"`
	ClockRateHz int    `json:"clockRateHz,omitempty"`
	Used        bool   `json:"used"`
}

// Detector says whether somebody looks at a feed by machine.
type Detector struct {
	State      string   `json:"state"`            // running, idle, off
	Reason     string   `json:"reason,omitempty"` // why it is not running and how to mend it
	FramesPerS *float64 `json:"framesPerS,omitempty"`
}

// Waveform is what a geophone felt around its newest trip.
type Waveform struct {
	Sensor string  `json:"sensor"`
	RateHz int     `json:"rateHz"`
	From   Time    `json:"from"` // of the first sample
	Trip   Time    `json:"trip"`
	Detail string  `json:"detail,omitempty"` // what the trip was
	Counts []int32 `json:"counts"`           // of the digitizer, with its offset
}

// Sensor is one ground sensor.
type Sensor struct {
	ID             string       `json:"id"`
	Kind           string       `json:"kind"` // seismic, pir, beam
	Position       *geo.LatLon  `json:"position,omitempty"`
	Line           []geo.LatLon `json:"line,omitempty"` // both ends of a beam
	AzimuthDeg     *float64     `json:"azimuthDeg,omitempty"`
	FOVDeg         *float64     `json:"fovDeg,omitempty"`
	RangeM         *float64     `json:"rangeM,omitempty"`
	Gateway        string       `json:"gateway,omitempty"`
	State          string       `json:"state"` // unknown, ok, silent, tamper, lowBattery
	LastSeen       Time         `json:"lastSeen,omitzero"`
	LastTrip       Time         `json:"lastTrip,omitzero"`
	BatteryPercent *float64     `json:"batteryPercent,omitempty"`
	Trips          uint64       `json:"trips"` // since the start
	Nuisance       *Nuisance    `json:"nuisance,omitempty"`
	Mute           *Mute        `json:"mute,omitempty"`
}
