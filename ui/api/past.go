package api

import "encoding/json"

// PastChange is one thing as it was from an instant on: what the live socket said of it then.
type PastChange struct {
	T    Time            `json:"t"`
	Type string          `json:"type"` // vehicle, track, alert, trip
	ID   string          `json:"id"`
	Data json.RawMessage `json:"data"`
}

// Past is a span of recorded time: how things stood at its beginning, and what changed until its end.
type Past struct {
	From  Time    `json:"from"`
	To    Time    `json:"to"`    // how far it reaches, which may be less than was asked for
	StepS float64 `json:"stepS"` // of each vehicle and track at most one state in so many seconds
	// Changes are in the order of their time. Those before From say how things stood then.
	Changes []PastChange `json:"changes"` // never null
}

// PastAlert is an alert on the timeline, as it stood last.
type PastAlert struct {
	ID       string `json:"id"`
	T        Time   `json:"t"` // when it was raised
	Severity string `json:"severity"`
	Title    string `json:"title"`
	State    string `json:"state"`
}

// PastStretch counts what was recorded in one stretch of the timeline.
type PastStretch struct {
	T        Time    `json:"t"`        // its beginning
	Tracks   float64 `json:"tracks"`   // that were believed in, on average
	Vehicles int     `json:"vehicles"` // states of vehicles that were recorded
	Trips    int     `json:"trips"`
}

// Timeline says what there is to look back on in a span of time.
type Timeline struct {
	From     Time          `json:"from"`
	To       Time          `json:"to"`
	Oldest   Time          `json:"oldest,omitzero"` // the oldest record; missing: there is none
	StretchS float64       `json:"stretchS"`
	Activity []PastStretch `json:"activity"` // never null; stretches in which nothing was recorded are left out
	Alerts   []PastAlert   `json:"alerts"`   // never null; the oldest first
	More     bool          `json:"more,omitempty"`
}
