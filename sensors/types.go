package sensors

import (
	"time"

	"vedette/internal/geo"
)

// LatLon is a position on WGS 84 in degrees.
type LatLon = geo.LatLon

// Kind says what a sensor senses.
type Kind string

// The kinds of ground sensors.
const (
	Seismic Kind = "seismic" // vibration of the ground, all around
	PIR     Kind = "pir"     // movement of something warm, in a sector
	Beam    Kind = "beam"    // interruption of a line between two posts
)

// Health is what the registry believes about a sensor.
type Health string

// The health of a sensor. Tamper outweighs silent, silent outweighs low battery.
const (
	Unknown    Health = "unknown"    // not heard since the start
	OK         Health = "ok"         //
	Silent     Health = "silent"     // not heard for SensorConfig.SilentAfter
	Tamper     Health = "tamper"     // reported tampering; a status report a minute later lifts it
	LowBattery Health = "lowBattery" // at or below 20 %
)

// State is what is known of one sensor. Members that are not known are zero, or nil where zero means something.
type State struct {
	ID         string     `json:"id"`
	Kind       Kind       `json:"kind"`
	Position   LatLon     `json:"position"`
	Line       *[2]LatLon `json:"line,omitempty"`       // beam: its end points a and b
	AzimuthDeg *float64   `json:"azimuthDeg,omitempty"` // PIR: axis of the sector, clockwise from true north
	FOVDeg     *float64   `json:"fovDeg,omitempty"`     // PIR: width of the sector
	RangeM     float64    `json:"rangeM,omitempty"`     // reach for a walking person
	Gateway    string     `json:"gateway,omitempty"`
	Health     Health     `json:"state"`
	LastSeen   time.Time  `json:"lastSeen,omitzero"` // when the newest message arrived
	LastTrip   time.Time  `json:"lastTrip,omitzero"` // when the newest trip was observed
	// BatteryPercent is 0 to 100, nil where the sensor does not tell.
	BatteryPercent *int   `json:"batteryPercent,omitempty"`
	Trips          uint64 `json:"trips"` // since the start
	// ClockOffsetS is the smallest arrival minus observation time of the last minutes, in seconds: the error of the
	// sensor's clock plus the shortest delay of its way here. Nil until a message came.
	ClockOffsetS *float64 `json:"clockOffsetS,omitempty"`
}

// EventType says what an Event reports.
type EventType string

// The types of events.
const (
	EventTrip   EventType = "trip"   // the sensor sensed something
	EventStatus EventType = "status" // a sign of life
	EventTamper EventType = "tamper" // somebody handles the sensor
)

// The details of trips. Beams that do not know the direction, and PIR, leave the detail empty.
const (
	DetailWalk    = "WALK"
	DetailVehicle = "VEHICLE"
	DetailAnimal  = "ANIMAL"
	DetailUnknown = "UNKNOWN"
	DetailL2R     = "L2R" // crossed from the left of the line a to b to its right
	DetailR2L     = "R2L"
)

// Event is one message of a sensor.
type Event struct {
	Sensor string    `json:"sensor"`
	Kind   Kind      `json:"kind"`
	Type   EventType `json:"type"`
	// ObservedAt is by the sensor's clock, or the arrival where that clock is more than two minutes off or ahead.
	ObservedAt time.Time `json:"observedAt"`
	ArrivedAt  time.Time `json:"arrivedAt"`
	Confidence float64   `json:"confidence"` // 0 to 1
	Detail     string    `json:"detail"`
	SNRdB      float64   `json:"snrDb,omitempty"` // seismic sensors whose waveform is processed here
	Seq        uint64    `json:"seq"`
	State      State     `json:"-"` // of the sensor, after this event
}

// Stats counts since the start.
type Stats struct {
	Lines         uint64 // complete lines of serial gateways
	Datagrams     uint64 // of geophones
	Events        uint64 // handed out
	BadChecksum   uint64 // lines
	Malformed     uint64 // lines and datagrams that cannot be read, or were cut
	UnknownSensor uint64 // messages of a sensor or sender that is not configured on that gateway
	Repeated      uint64 // messages seen before
	Restarts      uint64 // sensors that began their sequence anew
	ClockFar      uint64 // messages more than two minutes off
	Gaps          uint64 // breaks in a waveform
	Overflow      uint64 // events lost because nobody took them
	Panics        uint64 // gateway goroutines that were restarted after a fault of the program
}
