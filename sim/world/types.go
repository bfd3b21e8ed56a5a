package world

import (
	"time"

	"vedette/internal/geo"
)

// Class is what an object is.
type Class string

// The classes of objects.
const (
	Person  Class = "person"
	Vehicle Class = "vehicle"
	Animal  Class = "animal"
)

// Object is one moving thing at one instant.
type Object struct {
	ID                       string // unique over the whole run; a repetition has its number appended, as in walker.2
	Class                    Class
	LatLon                   geo.LatLon // where its feet or wheels are
	GroundAMSL               geo.AMSL   // terrain height there
	E, N, U                  float64    // metres in World.Frame, feet on the ground
	VE, VN                   float64    // velocity in m/s
	HeadingDeg               float64    // direction it faces, clockwise from true north
	LengthM, WidthM, HeightM float64    // bounding box, length along the heading
	TempC                    float64    // mean temperature of its surface
	Moving                   bool       // false while it pauses, grazes or is parked
	GaitHz                   float64    // steps a second of one pair of legs, 0 = none (a vehicle, or standing still)
	Gait                     Gait       // in which order the feet of an animal fall
	Own                      bool       // one of ours
}

// Gait is the order in which feet fall.
type Gait string

// The gaits of animals; people, who walk on two legs, have none of them.
const (
	GaitWalk Gait = "walk" // four beats a stride, one foot after the other
	GaitTrot Gait = "trot" // two beats a stride, diagonal feet together
	GaitHop  Gait = "hop"  // one beat a stride, both hind feet together
)

// Tree is a tree or a large bush, standing on the ground.
type Tree struct {
	E, N    float64 // metres in World.Frame
	HeightM float64
	RadiusM float64 // of its crown
}

// SensorKind is what a ground sensor measures.
type SensorKind string

// The kinds of ground sensors.
const (
	Seismic SensorKind = "seismic" // a geophone
	PIR     SensorKind = "pir"     // passive infrared
	Beam    SensorKind = "beam"    // a light beam between two posts
)

// Ways in which a sensor reaches the station.
const (
	GatewayShake = "shake" // Raspberry Shake datagrams over UDP; every other gateway name is a serial line
)

// Sensor is one ground sensor as it stands in the field.
type Sensor struct {
	ID         string        `json:"id"` // "s-01" to "s-20" in the built-in scenarios
	Kind       SensorKind    `json:"kind"`
	LatLon     geo.LatLon    `json:"position"`
	E          float64       `json:"-"`                    // metres in World.Frame
	N          float64       `json:"-"`                    // metres in World.Frame
	Line       [2]geo.LatLon `json:"line,omitzero"`        // the two posts of a beam; L2R crosses it from the left of first to second
	AzimuthDeg float64       `json:"azimuthDeg,omitempty"` // where a PIR looks, clockwise from true north
	FOVDeg     float64       `json:"fovDeg,omitempty"`     // full horizontal field of view of a PIR
	RangeM     float64       `json:"rangeM"`               // how far it notices a walking person; 0 for a beam
	Gateway    string        `json:"gateway"`              // "north", or GatewayShake
	Address    string        `json:"address,omitempty"`    // source address of a shake's datagrams
	Channel    string        `json:"channel,omitempty"`    // SEED channel of a shake, "EHZ"
}

// CameraPose is where a camera truly is and how it is turned at an instant.
type CameraPose struct {
	Time     time.Time
	E, N, U  float64 // metres in World.Frame
	YawDeg   float64 // of the optical axis, clockwise from true north
	PitchDeg float64 // of the optical axis, -90 looks straight down
	RollDeg  float64 // about the optical axis, positive = right side down
	// BodyYawDeg, BodyPitchDeg and BodyRollDeg are the airframe's: heading from true north, nose up, right side down.
	BodyYawDeg, BodyPitchDeg, BodyRollDeg float64
	// ThermalZoom and EOZoom are the magnifications of the two lenses; 0 counts as 1.
	ThermalZoom, EOZoom float64
}
