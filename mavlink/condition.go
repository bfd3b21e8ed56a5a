package mavlink

import "time"

// Battery is one battery. What the vehicle does not measure is nil.
type Battery struct {
	// ID is the vehicle's number for it, from 0. Function is "all", "propulsion", "avionics", "payload" or empty.
	ID       int
	Function string
	// Chemistry is "lipo", "life", "lion", "nimh" or empty.
	Chemistry string
	// Percent that remains.
	Percent *float64
	// Voltage is in volts, Current in amperes, drawn; ConsumedAh in ampere-hours since it was connected.
	Voltage, Current, ConsumedAh *float64
	// CellsV are the voltages of the cells, empty where only the whole is measured.
	CellsV       []float64
	TemperatureC *float64
	// TimeLeft until empty, as the vehicle estimates it.
	TimeLeft *time.Duration
	// Charge is "ok", "low", "critical", "emergency", "failed", "unhealthy", "charging" or empty; Faults say more.
	Charge string
	Faults []string
	Time   time.Time
}

// GPS is the state of one satellite receiver.
type GPS struct {
	// Fix is "none", "2d", "3d", "dgps", "rtkFloat" or "rtkFixed".
	Fix        string
	Satellites *int
	HDOP, VDOP *float64
	// HorizontalM and VerticalM are the receiver's own estimates of its error in metres.
	HorizontalM, VerticalM *float64
	// AltAMSL is the receiver's height, without the other sensors.
	AltAMSL *float64
	// Jamming is "ok", "mitigated", "detected" or empty, Spoofing the same.
	Jamming, Spoofing string
	Time              time.Time
}

// EKF is the health of the autopilot's estimate, from EKF_STATUS_REPORT (ArduPilot) or ESTIMATOR_STATUS (PX4).
type EKF struct {
	// Level is "ok", "caution" or "bad": "bad" where attitude, speed or place is not known or a ratio is at its limit.
	Level string
	// Attitude, Velocity, Position and Height tell whether these estimates are good; Position is the horizontal one on the
	// globe, Height the one above sea level.
	Attitude, Velocity, Position, Height bool
	// Held tells that the place is held for constant because nothing measures it. GPSGlitch tells of jumps in the GPS.
	Held, GPSGlitch bool
	// The ratios of what sensors say to what the estimate allows: 1 is the limit.
	VelocityRatio, HorizontalRatio, VerticalRatio, CompassRatio, TerrainRatio, AirspeedRatio *float64
	Time                                                                                     time.Time
}

// Wind is the vehicle's estimate: metres a second, and where it comes from, clockwise from true north.
type Wind struct {
	Speed, FromDeg float64
	// Up is the vertical part, upwards.
	Up   float64
	Time time.Time
}

// Vibration is in metres a second squared along the body's axes, with the counts of clipped samples of up to three
// accelerometers.
type Vibration struct {
	X, Y, Z  float64
	Clipping [3]uint32
	// Level is "ok", "caution" (above 30 m/s²) or "bad" (above 60, or when clipping goes on).
	Level string
	Time  time.Time
}

// Altitudes are the heights that a vehicle tells apart, in metres. Terrain is above the ground by map or sensor, Clearance
// the free space below as measured.
type Altitudes struct {
	AMSL, Relative, Local, Terrain, Clearance *float64
	Time                                      time.Time
}

// TerrainReport is what the vehicle knows of the ground below it from its own terrain map.
type TerrainReport struct {
	// GroundAMSL and AboveM are nil where its map holds nothing.
	GroundAMSL, AboveM *float64
	// Pending and Loaded count blocks of the map that it waits for and has.
	Pending, Loaded int
	Time            time.Time
}

// Rangefinder is the measured distance downwards in metres, nil out of its range.
type Rangefinder struct {
	DistanceM *float64
	Time      time.Time
}

// RC is the remote control at the vehicle.
type RC struct {
	// Channels that come in; 0 is none.
	Channels int
	// RSSIPercent is the strength of its signal, where told.
	RSSIPercent *float64
	Time        time.Time
}

// SensorHealth is what the autopilot says of its sensors and subsystems (SYS_STATUS).
type SensorHealth struct {
	// Present, Enabled and Healthy are the MAV_SYS_STATUS_SENSOR bits; Unhealthy names those that are present and enabled
	// but not healthy.
	Present, Enabled, Healthy uint32
	Unhealthy                 []string
	// LoadPercent is that of the autopilot's processor.
	LoadPercent *float64
	Time        time.Time
}

// FenceStatus is the state of the vehicle's geofence.
type FenceStatus struct {
	Breached bool
	// Kind of the last breach: "minimumAltitude", "maximumAltitude", "boundary" or empty.
	Kind  string
	Count int
	Time  time.Time
}

// Failsafe tells whether the autopilot acts, or wants to act, by itself.
type Failsafe struct {
	Active  bool
	Reasons []FailsafeReason
}

// FailsafeReason is one thing that brought a failsafe about.
type FailsafeReason struct {
	// Kind is "radio", "battery", "station", "ekf", "gps", "terrain", "fence", "vibration", "deadReckoning", "system" or "other".
	Kind, Text string
	Time       time.Time
}

// Arming tells whether the vehicle can be armed, and what is against it.
type Arming struct {
	// Ready is nil while the vehicle has not told.
	Ready   *bool
	Reasons []ArmingReason
	Time    time.Time
}

// ArmingReason is one thing against arming, in words.
type ArmingReason struct {
	Text string
	// Source is "text" (the vehicle's words), "event" (a PX4 event) or "remoteId".
	Source string
	// Warning tells that it does not keep the vehicle from arming.
	Warning bool
	Time    time.Time
}

// Component is one part of a MAVLink system.
type Component struct {
	ID int
	// Kind is "autopilot", "gimbal", "camera", "companion", "adsb", "remoteId", "battery", "parachute", "winch", "radio",
	// "station" or "other".
	Kind string
	// Vendor, Model and Version are empty where not told.
	Vendor, Model, Version string
	LastSeen               time.Time
}

// Warning is something about a vehicle that a person has to mend.
type Warning struct {
	// Kind is "systemIdClash" or "vehicleSwapped".
	Kind, Text string
	Since      time.Time
}

// Endurance estimates how far the flight battery reaches (docs/mavlink.md, Health, says how).
type Endurance struct {
	// ToReserve is the time until ReservePercent of the battery remains, at the present draw.
	ToReserve      time.Duration
	ReservePercent float64
	// ToHome is the time that the way home and the landing take, nil where home, place or speed is not known or the wind
	// is too strong to get there. Spare is ToReserve less ToHome: negative is too late.
	ToHome, Spare *time.Duration
	DistanceM     *float64
	// Basis is "vehicle" (its own estimate), "current" or "percent", by what the draw was measured.
	Basis string
	Time  time.Time
}

// RemoteID is what a vehicle's remote identification (Open Drone ID) says of arming.
type RemoteID struct {
	Ready bool
	// Error says why not.
	Error string
	Time  time.Time
}
