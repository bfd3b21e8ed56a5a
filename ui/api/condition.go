package api

import "vedette/internal/geo"

// Component is one part of a vehicle's MAVLink system.
type Component struct {
	ID       int      `json:"id"`   // MAVLink component id
	Kind     string   `json:"kind"` // autopilot, gimbal, camera, companion, adsb, remoteId, battery, parachute, winch, radio, station, other
	Vendor   string   `json:"vendor,omitempty"`
	Model    string   `json:"model,omitempty"`
	Version  string   `json:"version,omitempty"`
	LastSeen Time     `json:"lastSeen"`
	AgeS     *float64 `json:"ageS,omitempty"`
}

// Warning is something about a vehicle that a person has to mend.
type Warning struct {
	Kind  string `json:"kind"` // systemIdClash, vehicleSwapped
	Text  string `json:"text"`
	Since Time   `json:"since"`
}

// Endurance is how far the flight battery reaches.
type Endurance struct {
	ToReserveS     float64  `json:"toReserveS"`     // seconds until reservePercent remains, at the present draw
	ReservePercent float64  `json:"reservePercent"` //
	ToHomeS        *float64 `json:"toHomeS,omitempty"`
	SpareS         *float64 `json:"spareS,omitempty"` // toReserveS less toHomeS; negative: too late
	DistanceM      *float64 `json:"distanceM,omitempty"`
	Basis          string   `json:"basis"` // vehicle, current, percent
	T              Time     `json:"t"`
}

// EKF is the health of the estimate of position and attitude.
type EKF struct {
	Level           string   `json:"level"` // ok, caution, bad
	Attitude        bool     `json:"attitude"`
	Velocity        bool     `json:"velocity"`
	Position        bool     `json:"position"` // on the globe
	Height          bool     `json:"height"`
	Held            bool     `json:"held,omitempty"` // the place is held, for nothing measures it
	GPSGlitch       bool     `json:"gpsGlitch,omitempty"`
	VelocityRatio   *float64 `json:"velocityRatio,omitempty"` // 1 is the limit
	HorizontalRatio *float64 `json:"horizontalRatio,omitempty"`
	VerticalRatio   *float64 `json:"verticalRatio,omitempty"`
	CompassRatio    *float64 `json:"compassRatio,omitempty"`
	TerrainRatio    *float64 `json:"terrainRatio,omitempty"`
	AirspeedRatio   *float64 `json:"airspeedRatio,omitempty"`
	T               Time     `json:"t"`
}

// Wind is the vehicle's estimate of it.
type Wind struct {
	Speed   float64 `json:"speed"`   // m/s
	FromDeg float64 `json:"fromDeg"` // where it comes from, clockwise from true north
	Up      float64 `json:"up"`      // m/s, the vertical part
	T       Time    `json:"t"`
}

// Vibration is in m/s² along the body's axes.
type Vibration struct {
	X        float64   `json:"x"`
	Y        float64   `json:"y"`
	Z        float64   `json:"z"`
	Clipping [3]uint32 `json:"clipping"` // clipped samples of up to three accelerometers
	Level    string    `json:"level"`    // ok, caution, bad
	T        Time      `json:"t"`
}

// Altitudes are heights in metres by their kind, as the vehicle tells them apart.
type Altitudes struct {
	AMSL      *geo.AMSL `json:"amsl,omitempty"`
	Relative  *float64  `json:"relative,omitempty"`  // above home
	Local     *float64  `json:"local,omitempty"`     // above the origin of the estimate
	Terrain   *float64  `json:"terrain,omitempty"`   // above the ground, by its map or sensors
	Clearance *float64  `json:"clearance,omitempty"` // free space below, measured
	T         Time      `json:"t"`
}

// TerrainReport is what the vehicle's own terrain map says.
type TerrainReport struct {
	GroundAMSL *geo.AMSL `json:"groundAMSL,omitempty"`
	AboveM     *float64  `json:"aboveM,omitempty"`
	Pending    int       `json:"pending"` // blocks of the map that it waits for
	Loaded     int       `json:"loaded"`
	T          Time      `json:"t"`
}

// Rangefinder is the measured distance downwards.
type Rangefinder struct {
	DistanceM *float64 `json:"distanceM,omitempty"` // missing: out of range
	T         Time     `json:"t"`
}

// RC is the remote control at the vehicle.
type RC struct {
	Channels    int      `json:"channels"` // 0: none
	RSSIPercent *float64 `json:"rssiPercent,omitempty"`
	T           Time     `json:"t"`
}

// SensorHealth is what the autopilot says of its sensors.
type SensorHealth struct {
	Unhealthy   []string `json:"unhealthy"` // never null
	LoadPercent *float64 `json:"loadPercent,omitempty"`
	T           Time     `json:"t"`
}

// FenceStatus is the state of the vehicle's geofence.
type FenceStatus struct {
	Breached bool   `json:"breached"`
	Kind     string `json:"kind,omitempty"` // of the last breach: minimumAltitude, maximumAltitude, boundary
	Count    int    `json:"count"`
	T        Time   `json:"t"`
}

// Failsafe tells whether the autopilot acts by itself.
type Failsafe struct {
	Active  bool             `json:"active"`
	Reasons []FailsafeReason `json:"reasons,omitempty"`
}

// FailsafeReason is one thing that brought a failsafe about.
type FailsafeReason struct {
	Kind string `json:"kind"` // radio, battery, station, ekf, gps, terrain, fence, vibration, deadReckoning, system, other
	Text string `json:"text"`
	T    Time   `json:"t"`
}

// Arming tells whether the vehicle can be armed, and what is against it.
type Arming struct {
	Ready   *bool          `json:"ready,omitempty"` // missing: not told
	Reasons []ArmingReason `json:"reasons,omitempty"`
	T       Time           `json:"t,omitzero"`
}

// ArmingReason is one thing against arming, in words.
type ArmingReason struct {
	Text    string `json:"text"`
	Source  string `json:"source"` // text, event, remoteId
	Warning bool   `json:"warning,omitempty"`
	T       Time   `json:"t"`
}

// Clock is what is known about the vehicle's clock.
type Clock struct {
	Synchronised  bool     `json:"synchronised"`
	UncertaintyMs *float64 `json:"uncertaintyMs,omitempty"`
	AheadS        *float64 `json:"aheadS,omitempty"` // its UTC less ours
}
