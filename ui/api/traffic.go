package api

import "vedette/internal/geo"

// Aircraft is one aircraft that an ADS-B receiver hears; our own vehicles are left out.
type Aircraft struct {
	ID           string     `json:"id"` // ICAO address, six hexadecimal digits
	Callsign     string     `json:"callsign,omitempty"`
	Squawk       string     `json:"squawk,omitempty"`
	Emitter      string     `json:"emitter,omitempty"` // light, small, large, heavy, fast, rotorcraft, glider, balloon, parachutist, ultralight, uav, space, surface, obstacle
	Position     geo.LatLon `json:"position"`
	AltitudeM    *float64   `json:"altitudeM,omitempty"`
	AltitudeType string     `json:"altitudeType,omitempty"` // pressure (QNH), geometric (above the ellipsoid)
	CourseDeg    *float64   `json:"courseDeg,omitempty"`    // over ground, from true north
	Speed        *float64   `json:"speed,omitempty"`        // m/s
	ClimbRate    *float64   `json:"climbRate,omitempty"`    // m/s, up positive
	Simulated    bool       `json:"simulated,omitempty"`
	Receiver     int        `json:"receiver"` // MAVLink system id that heard it last
	T            Time       `json:"t"`        // when its transponder was heard last
	Stale        bool       `json:"stale,omitempty"`
	Vehicle      int        `json:"vehicle,omitempty"`   // the nearest of our live vehicles
	DistanceM    *float64   `json:"distanceM,omitempty"` // from that vehicle
	AboveM       *float64   `json:"aboveM,omitempty"`    // above that vehicle, by pressure
}

// AircraftGone says that an aircraft has not been heard for a minute.
type AircraftGone struct {
	ID string `json:"id"`
}

// RemoteID is what a vehicle's remote identification (Open Drone ID) says of arming.
type RemoteID struct {
	Ready bool   `json:"ready"`
	Error string `json:"error,omitempty"`
	T     Time   `json:"t"`
}
