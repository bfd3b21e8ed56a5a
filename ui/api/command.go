package api

import "vedette/internal/geo"

// ControlRequest is the body of POST /vehicles/{id}/control.
type ControlRequest struct {
	Force  bool   `json:"force,omitempty"`  // take it from whoever holds it
	Reason string `json:"reason,omitempty"` // needed with force; goes to the audit
}

// ControlAsking is the body of POST /vehicles/{id}/control/ask.
type ControlAsking struct {
	Reason string `json:"reason,omitempty"`
}

// ControlAnswer is the body of POST /vehicles/{id}/control/grant and /control/refuse.
type ControlAnswer struct {
	To   string `json:"to"`             // who asked
	Note string `json:"note,omitempty"` // why it is refused
}

// Command is the body of POST /vehicles/{id}/commands. Package ui has validated it before a Station sees it: the command
// is known and has just the members that it needs.
type Command struct {
	Command      string    `json:"command"`                // arm, takeoff, goto, …: docs/api.md
	Lat          *float64  `json:"lat,omitempty"`          // goto, orbit (the middle), land, setHome
	Lon          *float64  `json:"lon,omitempty"`          // with lat
	AltitudeAGL  *geo.AGL  `json:"altitudeAGL,omitempty"`  // over the terrain below the target
	AltitudeAMSL *geo.AMSL `json:"altitudeAMSL,omitempty"` // instead of AGL; neither keeps the present height
	Mode         string    `json:"mode,omitempty"`         // mode
	Speed        *float64  `json:"speed,omitempty"`        // m/s: changeSpeed, goto, orbit
	HeadingDeg   *float64  `json:"headingDeg,omitempty"`   // from true north: heading, goto
	RateDegS     *float64  `json:"rateDegS,omitempty"`     // heading
	RadiusM      *float64  `json:"radiusM,omitempty"`      // orbit; goto: how wide a plane circles there
	Clockwise    *bool     `json:"clockwise,omitempty"`    // orbit, goto of planes; missing: true
	Item         *int      `json:"item,omitempty"`         // setMissionItem: counts from 1
	Sensor       string    `json:"sensor,omitempty"`       // calibrate: gyro, barometer, level, accelerometer
	Message      *int      `json:"message,omitempty"`      // setMessageInterval, requestMessage: the MAVLink id
	RateHz       *float64  `json:"rateHz,omitempty"`       // setMessageInterval; 0 stops it. follow: how often the post is told
	On           *bool     `json:"on,omitempty"`           // highLatency: sparse reports alone
	MoveHome     *bool     `json:"moveHome,omitempty"`     // follow: keep the vehicle's home at the post

	ID         string   `json:"id,omitempty"`         // ULID of this command, by which its sender tells repetitions; the station makes one where it is missing
	IssuedAt   *Time    `json:"issuedAt,omitempty"`   // when its sender decided
	ValidForMs *float64 `json:"validForMs,omitempty"` // how long after that it may still begin
	Confirm    string   `json:"confirm,omitempty"`    // typed by a person, where a command asks for it: "TERMINATE 3"
}

// CommandResult is what the vehicle answered.
type CommandResult struct {
	ID        string  `json:"id"` // ULID of this command, as in the event log
	Vehicle   int     `json:"vehicle"`
	Command   string  `json:"command"`
	Result    string  `json:"result"` // accepted
	ElapsedMs float64 `json:"elapsedMs"`
	Detail    string  `json:"detail,omitempty"` // what the vehicle does now, in words
}
