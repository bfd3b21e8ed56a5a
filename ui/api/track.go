package api

import "vedette/internal/geo"

// Ellipse is where a thing is with the given confidence, around its position.
type Ellipse struct {
	SemiMajorM float64 `json:"semiMajorM"` // metres
	SemiMinorM float64 `json:"semiMinorM"` // metres
	BearingDeg float64 `json:"bearingDeg"` // of the major axis, clockwise from true north
	Confidence float64 `json:"confidence"` // 0.95: inside in 95 of 100 cases
}

// TrackProperties describe a track; its geometry is a Point.
type TrackProperties struct {
	Status             string             `json:"status"` // tentative, confirmed, coasting
	Class              string             `json:"class"`  // person, vehicle, animal, unknown
	ClassProbabilities map[string]float64 `json:"classProbabilities,omitempty"`
	Existence          *float64           `json:"existence,omitempty"` // probability that there is such a thing
	Speed              *float64           `json:"speed,omitempty"`     // m/s
	CourseDeg          *float64           `json:"courseDeg,omitempty"` // clockwise from true north
	Ellipse            *Ellipse           `json:"ellipse,omitempty"`
	FirstSeen          Time               `json:"firstSeen,omitzero"`
	LastSeen           Time               `json:"lastSeen,omitzero"` // the last measurement
	T                  Time               `json:"t,omitzero"`        // the instant of the position
	Sources            []TrackSource      `json:"sources,omitempty"`
	AlertID            string             `json:"alertId,omitempty"`
	SIDC               string             `json:"sidc,omitempty"` // MIL-STD-2525 symbol
}

// TrackSource is one thing that feeds a track.
type TrackSource struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"` // video, seismic, pir, beam
	LastSeen Time   `json:"lastSeen,omitzero"`
	Count    int    `json:"count"`
}

// Track is one object that fusion believes in, with a Point.
type Track = Feature[TrackProperties]

// TrackCollection is every track that lives.
type TrackCollection = FeatureCollection[TrackProperties]

// HistoryProperties hold an instant for each vertex of a track's past.
type HistoryProperties struct {
	Times []Time `json:"times"`
}

// TrackHistory is where a track has been: a LineString.
type TrackHistory = Feature[HistoryProperties]

// Alert is something that needs a person.
type Alert struct {
	ID         string       `json:"id"`
	State      string       `json:"state"`    // new, acknowledged, resolved, false
	Severity   string       `json:"severity"` // caution, serious, critical
	Title      string       `json:"title"`
	Probably   string       `json:"probably,omitempty"` // person, group, vehicle, animal, weather, fault, unknown
	Reasons    []string     `json:"reasons,omitempty"`
	Confidence *float64     `json:"confidence,omitempty"`
	Position   *geo.LatLon  `json:"position,omitempty"`
	Ellipse    *Ellipse     `json:"ellipse,omitempty"`
	TrackID    string       `json:"trackId,omitempty"`
	Tracks     []string     `json:"tracks,omitempty"` // all that it was ever about, oldest first
	CueID      string       `json:"cueId,omitempty"`
	Sources    []string     `json:"sources,omitempty"`
	RaisedAt   Time         `json:"raisedAt"`
	UpdatedAt  Time         `json:"updatedAt"`
	DecidedBy  string       `json:"decidedBy,omitempty"`
	DecidedAt  Time         `json:"decidedAt,omitzero"`
	AssignedTo string       `json:"assignedTo,omitempty"` // who looks after it
	AssignedBy string       `json:"assignedBy,omitempty"`
	AssignedAt Time         `json:"assignedAt,omitzero"`
	History    []AlertEntry `json:"history,omitempty"`
	// Pictures are the stills that are kept with it, the first sight first; left out: no camera had it in view.
	Pictures []AlertPicture `json:"pictures,omitempty"`
}

// AlertPicture is one still that is kept with an alert. What it shows never changes, but for what is made black in it.
type AlertPicture struct {
	N         int    `json:"n"`    // from 1
	Kind      string `json:"kind"` // first: the first sight; best: the best since; earlier: was the best before
	Feed      string `json:"feed"`
	At        Time   `json:"at"`                  // when it was taken
	TimeExact bool   `json:"timeExact,omitempty"` // At is by the camera's clock and not the time of arrival
	Width     int    `json:"width"`               // pixels, in which Box is
	Height    int    `json:"height"`

	Box AlertPictureBox `json:"box"` // what the alert is about
	geo.LatLon
	ErrorM float64 `json:"errorM"`           // semi-major axis of the 95 % ellipse of the place, metres
	Pose   string  `json:"pose"`             // how the camera's view was known: mavlink from its vehicle, klv from the metadata in its stream
	Masked bool    `json:"masked,omitempty"` // parts of it are black, since they may show a privacy zone

	Revision int `json:"revision,omitempty"` // how often it was masked again for a privacy zone that was drawn later
}

// AlertPictureBox is where in a picture that is, in its pixels.
type AlertPictureBox struct {
	X     float64 `json:"x"` // of the upper left corner
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
	Score float64 `json:"score"` // how sure the detector is, 0 to 1
}

// AlertHistory says where what an alert is about came from, and who looked when.
type AlertHistory struct {
	ID    string       `json:"id"`
	Words []string     `json:"words"` // in sentences
	Path  TrackHistory `json:"path"`
	Looks []AlertLook  `json:"looks"` // in the order of their beginnings
}

// AlertLook is a span in which a camera saw what an alert is about, in which somebody watched that camera's picture meanwhile, or in which
// a vehicle was sent to look.
type AlertLook struct {
	Kind string `json:"kind"`           // camera, person, vehicle
	Who  string `json:"who"`            // the feed, the person, the vehicle's id
	What string `json:"what,omitempty"` // the feed that a person watched, the cue of a vehicle
	By   string `json:"by,omitempty"`   // who sent a vehicle
	From Time   `json:"from"`
	To   Time   `json:"to,omitzero"` // left out: not known, or not over
}

// AlertEntry is one thing that happened to an alert.
type AlertEntry struct {
	T    Time   `json:"t"`
	Who  string `json:"who,omitempty"`
	What string `json:"what"`
	Note string `json:"note,omitempty"`
}

// Alert states and cue states that package ui decides on.
const (
	AlertNew          = "new"
	AlertAcknowledged = "acknowledged"
	CueProposed       = "proposed"
)

// AlertDecision is the body of POST /alerts/{id}/….
type AlertDecision struct {
	Note string `json:"note,omitempty"`
}

// AlertAssignment is the body of POST /alerts/{id}/assign.
type AlertAssignment struct {
	To *string `json:"to,omitempty"` // left out: oneself; empty: nobody
	// From is whom the asker takes it to be assigned to; left out: nobody.
	From string `json:"from,omitempty"`
}

// Cue is a proposal to point a camera or send a vehicle somewhere; nothing flies until an operator approves it.
type Cue struct {
	ID        string      `json:"id"`
	State     string      `json:"state"` // proposed, approved, active, done, rejected, expired, failed
	AlertID   string      `json:"alertId,omitempty"`
	TrackID   string      `json:"trackId,omitempty"`
	Vehicle   int         `json:"vehicle"`
	Action    string      `json:"action"` // lookAndApproach, look
	Target    *geo.LatLon `json:"target,omitempty"`
	StandoffM *float64    `json:"standoffM,omitempty"` // how near the vehicle goes, in metres over the ground
	HeightAGL *geo.AGL    `json:"heightAGL,omitempty"`
	Searching bool        `json:"searching,omitempty"` // on station, with nothing to follow
	Relieves  string      `json:"relieves,omitempty"`  // the cue whose vehicle it would take over from
	Leaves    string      `json:"leaves,omitempty"`    // the cue, under way for another alert, that its vehicle would be called away from
	ETAS      *float64    `json:"etaS,omitempty"`      // seconds
	Reasons   []string    `json:"reasons,omitempty"`
	CreatedAt Time        `json:"createdAt"`
	ExpiresAt Time        `json:"expiresAt,omitzero"`
	DecidedBy string      `json:"decidedBy,omitempty"`
	DecidedAt Time        `json:"decidedAt,omitzero"`
	Detail    string      `json:"detail,omitempty"` // what became of it
}

// Patrol is where one of our own patrols was last, by its report.
type Patrol struct {
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	Vehicle bool     `json:"vehicle,omitempty"` // in a vehicle, else on foot
	Lat     *float64 `json:"lat"`
	Lon     *float64 `json:"lon"`
	T       Time     `json:"t,omitzero"` // when it was there; left out: now
	Stale   bool     `json:"stale,omitempty"`
}

// Mute is the body of PUT /sensors/{id}/mute, and what is known of a muted sensor.
type Mute struct {
	Minutes float64 `json:"minutes,omitempty"` // in requests
	Until   Time    `json:"until,omitzero"`
	Who     string  `json:"who,omitempty"`
	Why     string  `json:"why"`
}

// Nuisance is what people decided about the alerts that a sensor had part in, or in an area; old decisions count less.
type Nuisance struct {
	Rate  float64 `json:"rate"` // 0 to 1; 0.5 where nobody decided anything
	Real  float64 `json:"real"`
	False float64 `json:"false"`
}

// CrossingCell is a square of ground with the crossings that were alerted there, by hour of the day (UTC).
type CrossingCell = Feature[CrossingProperties]

// CrossingProperties count the crossings of a square.
type CrossingProperties struct {
	Crossings int     `json:"crossings"`
	ByHour    [24]int `json:"byHour"`
	Nuisances int     `json:"nuisances"` // alerts there that people called false
}

// CrossingMap is every square in which something was alerted.
type CrossingMap = FeatureCollection[CrossingProperties]
