package cue

import (
	"errors"
	"fmt"
	"time"

	"vedette/internal/geo"
)

// Target is what needs a look: an open alert, or a hunch that is none yet, and where it is now.
type Target struct {
	AlertID string // empty for a hunch
	// HunchID is a hunch, or the one that the alert grew out of: what was proposed for that goes on for the alert.
	HunchID string
	// Sensed is when something was sensed of it last.
	Sensed   time.Time
	TrackID  string // empty while no track is bound
	Lat, Lon float64
	VE, VN   float64 // metres a second, east and north; zero when not known
	// EE, EN and NN are the covariance of the place in square metres, east-north; zero when not known.
	EE, EN, NN float64
	// Seen tells that a camera, or whatever else tells places all the time, follows it.
	Seen bool
	// Drives is how likely it drives; otherwise it is taken to walk.
	Drives float64
	// GroundUnknown tells that there is no terrain for its place: what is sent there flies by its home's height, and says so.
	GroundUnknown bool
	// Evidence is what told of it when, oldest first, while nothing follows it: trips of sensors.
	Evidence []Sensed
	// Glimpse is where a camera saw it last, while nothing follows it; nil: none did, or too long ago.
	Glimpse *Sensed
	// Urgency orders targets that compete for vehicles: caution 1, serious 2, critical 3.
	Urgency int
	// Reasons are the alert's; the first is told with the proposal.
	Reasons  []string
	RaisedAt time.Time
}

// Sensed is a place where a target was at an instant.
type Sensed struct {
	At         time.Time
	Lat, Lon   float64
	EE, EN, NN float64 // covariance in square metres, east-north
	VE, VN     float64 // metres a second, east and north, where Moving tells that they are known
	Moving     bool
	// HeadingDeg is roughly where it went, clockwise from north, where Headed tells that it is known.
	HeadingDeg float64
	Headed     bool
	// Driving is how many times farther off somebody who drives may have been than somebody who walks, for whom the covariance is; 0 is 1.
	Driving float64
}

func (s Sensed) place() geo.LatLon { return geo.LatLon{Lat: s.Lat, Lon: s.Lon} }

// Picture is one picture of a vehicle's camera that a detector has looked at.
type Picture struct {
	Vehicle          int
	At               time.Time
	From             geo.LatLon
	HeightM          float64 // of the camera above the ground
	HFOVDeg, VFOVDeg float64
	FocalPx          float64
	Footprint        []geo.LatLon // on the ground, not closed
	Before           []geo.LatLon // where not nil: the footprint of an earlier picture that must have shown what is told of
	Found            []geo.LatLon // places of what was detected
}

// Hint is something half seen, of which it is not sure that it is anything: a track that is not believed yet and that a camera saw just now.
type Hint struct {
	ID        string
	Lat, Lon  float64
	Existence float64
	Vehicle   float64 // probability that it drives
}

// Vehicle is what choosing and guiding need to know of one vehicle.
type Vehicle struct {
	ID              int // MAVLink system id
	Lat, Lon        float64
	AltAGL          float64
	Airborne        bool
	Live            bool          // its link works
	HasCamera       bool          // with a gimbal that can be pointed
	Speed           float64       // cruise, metres a second; 0 takes Config.Speed
	HomeLat         float64       // of its return point; both zero: not known
	HomeLon         float64       //
	BatteryTimeLeft time.Duration // flight time left; 0: not known
	// MinutesOnStation is how long it could stay at the target before it must return; 0: reckoned from BatteryTimeLeft.
	MinutesOnStation float64
	LeaseHolder      string // who holds its control lease; empty: nobody
	// Mode is its flight mode, and PlacesMode the one in which it flies to places that it is told; empty: not known.
	Mode, PlacesMode string
	// GoingHome tells that it returns or lands by itself or on somebody's order. Then only its camera is turned.
	GoingHome bool
}

// State is how far a cue is.
type State string

// The states of a cue. Done, failed, rejected and expired are final.
const (
	Proposed State = "proposed" // waits for an operator; nothing moves
	Approved State = "approved" // under way
	Active   State = "active"   // on target
	Done     State = "done"
	Failed   State = "failed"
	Rejected State = "rejected"
	Expired  State = "expired"
)

// Final tells whether a cue in this state is over.
func (s State) Final() bool { return s == Done || s == Failed || s == Rejected || s == Expired }

// Action is what the vehicle would do.
type Action string

// The actions.
const (
	Look            Action = "look"            // turn the camera only
	LookAndApproach Action = "lookAndApproach" // turn the camera and fly to the stand-off place
)

// Cue is a proposal to point a camera or send a vehicle, and what became of it. Its JSON is the cue object of docs/api.md.
type Cue struct {
	ID        string      `json:"id"`
	State     State       `json:"state"`
	AlertID   string      `json:"alertId,omitempty"` // empty: it is only worth a look
	TrackID   string      `json:"trackId,omitempty"`
	Vehicle   int         `json:"vehicle"`
	Action    Action      `json:"action"`
	Target    geo.LatLon  `json:"target"`
	Approach  *geo.LatLon `json:"approach,omitempty"` // where it would stand
	StandoffM float64     `json:"standoffM,omitempty"`
	HeightAGL float64     `json:"heightAGL,omitempty"`
	// Searching tells that the vehicle is on station, that nothing is followed there, and that its camera looks about; Reasons say how
	// far it is with that.
	Searching bool `json:"searching,omitempty"`
	// Relieves is the cue whose vehicle this one would take over from.
	Relieves string `json:"relieves,omitempty"`
	// Leaves is the cue, under way for another alert, which its vehicle would be called away from.
	Leaves    string    `json:"leaves,omitempty"`
	ETAS      float64   `json:"etaS"` // seconds until it sees the target, from the last reckoning
	Reasons   []string  `json:"reasons"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	DecidedBy string    `json:"decidedBy,omitempty"`
	DecidedAt time.Time `json:"decidedAt,omitzero"`
	Detail    string    `json:"detail,omitempty"` // why it ended
}

// Intent is what the station should do now for an approved cue. Members that are nil ask for nothing.
type Intent struct {
	Cue     string
	Vehicle int
	// Operator approved the cue; the commands are given under this name.
	Operator string
	// TakeOff asks a vehicle on the ground to take off to this height above ground in metres.
	TakeOff *float64
	LookAt  *geo.LatLon // on the ground
	GoTo    *GoTo
}

// GoTo is a place to fly to and hold.
type GoTo struct {
	Position  geo.LatLon
	HeightAGL float64 // metres above the ground there
	// KeepMode tells that the vehicle was in the mode for it already, and must not be brought out of another one for this.
	KeepMode bool
}

// Input is what is known at Now.
type Input struct {
	Now      time.Time
	Targets  []Target // every open alert; one that is missing is closed
	Vehicles []Vehicle
	Pictures []Picture // since the last call
	Hints    []Hint
}

// Result is what a call of Update changed and wants done.
type Result struct {
	Changed []Cue // whole
	Intents []Intent
}

// ErrNoCue means that no cue has that id.
var ErrNoCue = errors.New("there is no such cue")

// DecidedError means that the cue was decided, or ended, before, or that its vehicle is under way for another.
type DecidedError struct {
	ID    string
	State State
	By    string // empty when nobody decided: it expired
	Why   string // in words, where the state alone does not say it
}

func (e *DecidedError) Error() string {
	switch {
	case e.Why != "":
		return fmt.Sprintf("cue %s: %s", e.ID, e.Why)
	case e.State == Expired:
		return fmt.Sprintf("cue %s has expired and moves nothing; while its alert is open another look is proposed", e.ID)
	case e.By == "":
		return fmt.Sprintf("cue %s is already %s", e.ID, e.State)
	}
	return fmt.Sprintf("cue %s is already %s, decided by %s", e.ID, e.State, e.By)
}
