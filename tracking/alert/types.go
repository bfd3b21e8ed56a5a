package alert

import (
	"errors"
	"fmt"
	"time"

	"vedette/internal/geo"
)

// Trip is one reading of a ground sensor that sensed something.
type Trip struct {
	Sensor     string  // id
	Kind       string  // "seismic", "pir" or "beam"
	Detail     string  // "WALK", "VEHICLE", "ANIMAL", "UNKNOWN", "L2R", "R2L" or empty
	Confidence float64 // 0 to 1
	At         time.Time
	Lat, Lon   float64 // of the sensor, degrees
	// RangeM is the sensor's reach for a walking person in metres; 0 takes Config's for its kind.
	RangeM float64
	// HalfM is half the length of a beam, whose middle is the trip's place, and AxisDeg the bearing from its first post to its second.
	HalfM, AxisDeg float64
}

// Track is what fusion believes at Input.Now about one object.
type Track struct {
	ID       string
	Lat, Lon float64 // degrees
	VE, VN   float64 // metres a second, east and north
	// CovEE, CovEN and CovNN are the covariance of the place in square metres.
	CovEE, CovEN, CovNN float64
	// Class holds the probabilities of "person", "vehicle" and "animal"; what is missing to 1 is unknown.
	Class map[string]float64
	// Seen is the part of Class that cameras and other systems say, and how the track moves, as likelihoods: the names that sensors give
	// are weighed once, with their trips. Nil: Class.
	Seen      map[string]float64
	Existence float64 // probability that there is an object at all
	Status    string  // "tentative", "confirmed" or "coasting"
	Sources   []Source
	FirstSeen time.Time
}

// Source is one sensor or feed that a track rests on.
type Source struct {
	ID       string
	Kind     string // "video", "seismic", "pir" or "beam"
	LastSeen time.Time
	Count    int // detections or trips
}

// Input is what happened up to Now.
type Input struct {
	Now time.Time
	// Trips are new since the last call, in any order. A trip more than a minute older than Now is only counted.
	Trips []Trip
	// Tracks are all that live now; a track that is missing has ended.
	Tracks []Track
	// Own are reports of ours since the last call.
	Own []Own
}

// Result is what a call of Update changed.
type Result struct {
	// Changed holds every alert that was raised or changed, whole, in the order of their raising.
	Changed []Alert
	// Notes tell what was decided without an alert, for the log.
	Notes []Note
}

// NoteKind says what a Note is about.
type NoteKind string

// The kinds of notes.
const (
	NoteIsolated NoteKind = "isolated" // a trip that nothing confirmed within the pair window
	NoteWeather  NoteKind = "weather"  // many sensors of one kind at once over a wide front
	NoteAnimal   NoteKind = "animal"   // would have been an alert, were it not most likely an animal
	NoteOwn      NoteKind = "own"      // one of ours, by its own report
	NoteKnown    NoteKind = "known"    // expected there at that time, by a zone of that kind
	NoteMuted    NoteKind = "muted"    // of a sensor that somebody muted
	NoteFault    NoteKind = "fault"    // of a sensor that trips without end
	NoteClosed   NoteKind = "closed"   // evidence of an event that an operator has already closed
)

// Note is something worth a line in the log but nobody's attention.
type Note struct {
	At      time.Time `json:"t"`
	Kind    NoteKind  `json:"kind"`
	Text    string    `json:"text"`
	Sensors []string  `json:"sensors,omitempty"`
}

// State is how far people are with an alert.
type State string

// The states of an alert: new, then acknowledged (or not), then resolved or false for good.
const (
	StateNew          State = "new"
	StateAcknowledged State = "acknowledged"
	StateResolved     State = "resolved"
	StateFalse        State = "false"
)

// Open tells whether an alert in this state still needs somebody.
func (s State) Open() bool { return s == StateNew || s == StateAcknowledged }

// Severity is how urgent an alert is.
type Severity string

// The severities, from the least to the most urgent.
const (
	Caution  Severity = "caution"
	Serious  Severity = "serious"
	Critical Severity = "critical"
)

// Probably is the likeliest explanation of an alert.
type Probably string

// The explanations.
const (
	Person  Probably = "person"
	Group   Probably = "group"
	Vehicle Probably = "vehicle"
	Animal  Probably = "animal"
	Unknown Probably = "unknown"
	Fault   Probably = "fault" // of a sensor
)

// Ellipse is the region that holds the true place with the given probability.
type Ellipse struct {
	SemiMajorM float64 `json:"semiMajorM"`
	SemiMinorM float64 `json:"semiMinorM"`
	BearingDeg float64 `json:"bearingDeg"` // of the long axis, clockwise from true north, 0 to 180
	Confidence float64 `json:"confidence"`
}

// Alert is one event in the world that needs a person. Its JSON is the alert object of docs/api.md.
type Alert struct {
	ID         string     `json:"id"`
	State      State      `json:"state"`
	Severity   Severity   `json:"severity"`
	Title      string     `json:"title"`
	Probably   Probably   `json:"probably"`
	Reasons    []string   `json:"reasons"`
	Confidence float64    `json:"confidence"` // 0 to 1
	Position   geo.LatLon `json:"position"`
	Ellipse    *Ellipse   `json:"ellipse,omitempty"`
	TrackID    string     `json:"trackId,omitempty"` // the track that it follows
	Tracks     []string   `json:"tracks,omitempty"`  // all that it was ever about, oldest first
	CueID      string     `json:"cueId,omitempty"`
	Sources    []string   `json:"sources"` // sensors and feeds
	RaisedAt   time.Time  `json:"raisedAt"`
	UpdatedAt  time.Time  `json:"updatedAt"`
	// Stale says that nothing new was sensed for Config.StaleAfter.
	Stale     bool      `json:"stale,omitempty"`
	DecidedBy string    `json:"decidedBy,omitempty"`
	DecidedAt time.Time `json:"decidedAt,omitzero"`
	// AssignedTo is who looks after it; empty: nobody in particular.
	AssignedTo string     `json:"assignedTo,omitempty"`
	AssignedBy string     `json:"assignedBy,omitempty"`
	AssignedAt time.Time  `json:"assignedAt,omitzero"`
	History    []Decision `json:"history"`
	// Pictures are the stills that are kept with it, the first sight first; none: no camera had it in view.
	Pictures []Picture `json:"pictures,omitempty"`
}

// Decision is one entry of an alert's history.
type Decision struct {
	At   time.Time `json:"t"`
	Who  string    `json:"who"` // the operator, or "station"
	What string    `json:"what"`
	Note string    `json:"note,omitempty"`
}

// ErrNoAlert means that no alert has that id.
var ErrNoAlert = errors.New("there is no such alert")

// DecidedError means that somebody decided first.
type DecidedError struct {
	ID    string
	State State // what was decided
	By    string
	At    time.Time
}

func (e *DecidedError) Error() string {
	return fmt.Sprintf("alert %s is already %s, decided by %s at %s", e.ID, e.State, e.By, clock(e.At))
}

// clock writes an instant as people read it: UTC to the second, with Z.
func clock(t time.Time) string { return t.UTC().Format("15:04:05Z") }
