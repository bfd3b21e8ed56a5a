package api

import "vedette/internal/geo"

// Plan is a mission, a fence and rally points together, as the console edits them. A list that is left out is not spoken of;
// an empty one says that there shall be none.
type Plan struct {
	Mission *Mission `json:"mission,omitempty"`
	Fence   *Fence   `json:"fence,omitempty"`
	Rally   *Rally   `json:"rally,omitempty"`
	Home    *Home    `json:"home,omitempty"` // where the plan is thought to start; a vehicle's own home counts before it
	// Autopilot (ardupilot, px4) and Airframe (wings, rotors, rover, …) are what a file says that it was made for.
	Autopilot string `json:"autopilot,omitempty"`
	Airframe  string `json:"airframe,omitempty"`
	// Shapes are the points, lines and areas of a KML file, in which nothing says what they are for.
	Shapes []Shape `json:"shapes,omitempty"`
}

// Shape is something drawn in a KML file.
type Shape struct {
	Name   string       `json:"name,omitempty"`
	Kind   string       `json:"kind"` // point, line, area; the ring of an area closes by itself
	Points []geo.LatLon `json:"points"`
	// HeightsAMSL or HeightsAGL are the heights of the points in metres, where the file gives them so.
	HeightsAMSL []float64 `json:"heightsAMSL,omitempty"`
	HeightsAGL  []float64 `json:"heightsAGL,omitempty"`
}

// ProfilePoint is a place along a mission: the ground there, and the height at which it is flown. What is not known is left out.
type ProfilePoint struct {
	Item       int       `json:"item"` // that the leg leads to
	AlongM     float64   `json:"alongM"`
	GroundAMSL *geo.AMSL `json:"groundAMSL,omitempty"`
	PlanAMSL   *geo.AMSL `json:"planAMSL,omitempty"`
}

// Override lets a plan go to a vehicle although errors were found in it. The reason goes to the audit.
type Override struct {
	On     bool
	Reason string
}
