package api

import "strconv"

// Types of the live socket's messages.
const (
	TypeSnapshot     = "snapshot"
	TypeVehicle      = "vehicle"
	TypeFeed         = "feed"
	TypeSensor       = "sensor"
	TypeAlert        = "alert"
	TypeCue          = "cue"
	TypeTrack        = "track"
	TypeTracks       = "tracks" // several of them, to who takes their movements as rows
	TypeTrackGone    = "trackGone"
	TypeTrip         = "trip"
	TypeDetections   = "detections"
	TypeAircraft     = "aircraft"
	TypeAircraftGone = "aircraftGone"
	TypeSensorGone   = "sensorGone"
	TypeFeedGone     = "feedGone"
	TypeZones        = "zones"
	TypeConfigured   = "configured"
	TypeTime         = "time"
)

// Snapshot is the first message of the live socket: everything as it is now.
type Snapshot struct {
	Me         Me              `json:"me"`
	Vehicles   []Vehicle       `json:"vehicles"`
	Feeds      []Feed          `json:"feeds"`
	Sensors    []Sensor        `json:"sensors"`
	Tracks     TrackCollection `json:"tracks"`
	Alerts     []Alert         `json:"alerts"`
	Cues       []Cue           `json:"cues"`
	Zones      ZoneCollection  `json:"zones"`
	Traffic    []Aircraft      `json:"traffic"`
	ServerTime Time            `json:"serverTime"`
}

// TrackGone says that a track is no longer believed in.
type TrackGone struct {
	ID string `json:"id"`
}

// Trip is one event of a ground sensor.
type Trip struct {
	Sensor     string   `json:"sensor"`
	Kind       string   `json:"kind"` // seismic, pir, beam
	T          Time     `json:"t"`
	Detail     string   `json:"detail,omitempty"`     // WALK, VEHICLE, ANIMAL, UNKNOWN, L2R, R2L
	Confidence *float64 `json:"confidence,omitempty"` // 0 to 100
}

// Detections are the boxes of one frame of a feed.
type Detections struct {
	Feed   string `json:"feed"`
	T      Time   `json:"t"` // of the frame
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Boxes  []Box  `json:"boxes"` // never null
}

// Box is one detection in pixels of its frame, from the upper left corner.
type Box struct {
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
	Score float64 `json:"score"`
	Class string  `json:"class,omitempty"` // person, vehicle, animal, unknown
	// Object is the number of the object within its feed, the same from frame to frame; 0: not followed.
	Object uint64 `json:"object,omitempty"`
}

// ServerTime is the station's clock, once a second.
type ServerTime struct {
	ServerTime Time `json:"serverTime"`
}

// Change is one thing that is new for the live socket. The constructors below make them; Data is never changed after it
// was handed over.
type Change struct {
	Type string // one of the Type constants
	ID   string // the thing; changes of the same type and id replace each other for slow clients
	Data any    // the JSON object
}

// VehicleChanged says what a vehicle is now.
func VehicleChanged(v Vehicle) Change { return Change{TypeVehicle, strconv.Itoa(v.ID), v} }

// FeedChanged says what a feed is now.
func FeedChanged(f Feed) Change { return Change{TypeFeed, f.ID, f} }

// SensorChanged says what a sensor is now.
func SensorChanged(s Sensor) Change { return Change{TypeSensor, s.ID, s} }

// AlertChanged says what an alert is now.
func AlertChanged(a Alert) Change { return Change{TypeAlert, a.ID, a} }

// CueChanged says what a cue is now.
func CueChanged(c Cue) Change { return Change{TypeCue, c.ID, c} }

// TrackChanged says what a track is now.
func TrackChanged(t Track) Change { return Change{TypeTrack, t.ID, t} }

// TrackEnded says that a track is gone.
func TrackEnded(id string) Change { return Change{TypeTrackGone, id, TrackGone{ID: id}} }

// AircraftChanged says where an aircraft is now.
func AircraftChanged(a Aircraft) Change { return Change{TypeAircraft, a.ID, a} }

// AircraftEnded says that an aircraft is gone.
func AircraftEnded(id string) Change { return Change{TypeAircraftGone, id, AircraftGone{ID: id}} }

// Tripped says that a sensor tripped.
func Tripped(t Trip) Change { return Change{TypeTrip, t.Sensor, t} }

// Detected says what was found in a frame.
func Detected(d Detections) Change { return Change{TypeDetections, d.Feed, d} }
