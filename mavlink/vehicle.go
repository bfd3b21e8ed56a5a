package mavlink

import (
	"time"

	"vedette/internal/geo"
)

// State tells whether a vehicle is heard.
type State string

// The states of a vehicle.
const (
	// Live means that a heartbeat came within the last four seconds.
	Live State = "live"
	// Lost means that none did; everything else then says what was known last, and when.
	Lost State = "lost"
)

// Vehicle is what is known about one MAVLink system, as a copy that never changes. A pointer is nil while the value is
// not known; every group carries the time at which its last value came (station clock, UTC).
type Vehicle struct {
	// ID is the MAVLink system id, Component the component id of its autopilot.
	ID        int
	Component uint8
	// Autopilot is "ardupilot", "px4" or "generic".
	Autopilot string
	// Type is the kind of airframe: "quadrotor", "fixedWing", "groundRover" and so on.
	Type string
	// State is live or lost; LastSeen is the arrival of the last heartbeat, FirstSeen of the first.
	State               State
	FirstSeen, LastSeen time.Time
	// HighLatency tells that the vehicle is known only by the sparse reports of a high-latency link: values are seconds old,
	// whether it is armed is not known anew, and it is lost after four missed reports.
	HighLatency bool
	// Armed tells whether the motors may turn.
	Armed bool
	// Mode is the flight mode by the autopilot's own name ("GUIDED", "AUTO.MISSION"); Modes are the ones to choose from.
	Mode  string
	Modes []string
	// PlacesMode is the mode in which it flies to places that it is told one by one, empty where that is not one mode or not known.
	PlacesMode string
	// IntendedMode is the mode that was asked for last where the vehicle is in another one, empty otherwise.
	IntendedMode string
	// Landed is "onGround", "takingOff", "inAir", "landing", or empty while not known.
	Landed string
	// VTOL is "transitionToFixedWing", "transitionToHover", "hover", "fixedWing", or empty for what cannot do both.
	VTOL string
	// StateTime is when Landed and VTOL were told last.
	StateTime time.Time
	// SystemStatus is the autopilot's own word for how it is: "boot", "calibrating", "standby", "active", "critical",
	// "emergency", "powerOff", "terminated", or empty while not known.
	SystemStatus string

	Position *Position
	Velocity *Velocity
	// HeadingDeg is where the nose points, clockwise from true north.
	HeadingDeg *float64
	// GroundSpeed, Airspeed and ClimbRate (up) are in metres a second, ThrottlePercent from 0 to 100; SpeedTime is theirs.
	GroundSpeed, Airspeed, ClimbRate, ThrottlePercent *float64
	SpeedTime                                         time.Time
	Attitude                                          *Attitude
	// Battery is the first battery, or the sum where only that is told; Batteries are all of them, by id.
	Battery   *Battery
	Batteries []Battery
	// Endurance is how far the flight battery reaches, nil where it cannot be estimated.
	Endurance *Endurance
	// GPS and GPS2 are the first and the second receiver.
	GPS, GPS2 *GPS
	Home      *Home
	// EKF is the health of the estimate of position and attitude.
	EKF         *EKF
	Wind        *Wind
	Vibration   *Vibration
	Altitudes   *Altitudes
	Terrain     *TerrainReport
	Rangefinder *Rangefinder
	RC          *RC
	Sensors     *SensorHealth
	Fence       *FenceStatus
	Failsafe    Failsafe
	Arming      Arming
	// RemoteID is nil where the vehicle has none.
	RemoteID *RemoteID
	// Components are the parts of the system that send heartbeats, by component id.
	Components []Component
	// Warnings are what people must know about the vehicle as a whole.
	Warnings []Warning
	// Clash tells that two vehicles use the system id at the same time: nobody knows which of them a command would reach. What
	// is shown is the one that was heard first.
	Clash bool
	// Gimbal is the first gimbal that tells where it looks, Gimbals are all that are known, by id.
	Gimbal  *Gimbal
	Gimbals []Gimbal
	// Cameras are all that are known, by id.
	Cameras []Camera
	// Link is the one in use; Links are all on which the vehicle was heard, that one first.
	Link    LinkState
	Links   []LinkState
	Mission *MissionState
	// Plans are the mission, fence and rally points as far as they were transferred or talked about.
	Plans []PlanState
	// Transfer is going on, nil when none is.
	Transfer *Transfer
	// Pending is a command that the vehicle is at, nil when there is none.
	Pending *Pending
	// Leading is what the station does with the vehicle step by step, nil when it does nothing.
	Leading *Leading
	// Destination is where the last Goto led, nil when something else was commanded since.
	Destination *Destination
	// Messages are the last texts of the vehicle, the one that came last at the end, at most 20; a text that comes again
	// moves to the end and is counted.
	Messages []Text
	// Capabilities are the MAV_PROTOCOL_CAPABILITY bits, 0 while not known; Version is the firmware's, as "4.7.0-dev";
	// UID is the hardware's own id in hex.
	Capabilities uint64
	Version, UID string
	Clock        Clock
}

// Position is where the vehicle is: WGS 84 degrees, heights in metres above mean sea level (EGM96 as the autopilot has
// it) and above home.
type Position struct {
	Lat, Lon             float64
	AltAMSL, AltRelative float64
	Time                 time.Time
}

// Velocity is in metres a second over ground.
type Velocity struct {
	North, East, Up float64
	Time            time.Time
}

// Attitude is the vehicle's, in degrees: yaw clockwise from true north, pitch nose up, roll right wing down.
type Attitude struct {
	RollDeg, PitchDeg, YawDeg float64
	Time                      time.Time
}

// Destination is a place that the vehicle was sent to.
type Destination struct{ Lat, Lon, AltAMSL float64 }

// bound is where the vehicle is going because we sent it there.
func (v Vehicle) bound() (geo.LatLon, bool) {
	if v.Destination == nil || v.Mode != "GUIDED" {
		return geo.LatLon{}, false
	}
	return geo.LatLon{Lat: v.Destination.Lat, Lon: v.Destination.Lon}, true
}

// Home is where the vehicle returns to.
type Home struct {
	Lat, Lon, AltAMSL float64
	Time              time.Time
}

// Gimbal is where the camera looks: yaw clockwise from true north, pitch up from the horizon, in degrees.
type Gimbal struct {
	RollDeg, PitchDeg, YawDeg float64
	// Valid tells that the values are not older than two seconds and that the vehicle's own yaw was known for them.
	Valid bool
	// Time is when they were measured; the zero time means that the gimbal has not told where it looks.
	Time time.Time
	// VehicleYawDeg is the yaw against the nose of the vehicle, in [-180, 180]; nil while that is not known.
	VehicleYawDeg *float64

	// ID is the device: its component id, or 1 to 6 for one that the autopilot drives itself. Manager is the component that
	// takes its commands, 0 while none has told.
	ID, Manager uint8
	// Name is the vendor's and the model's, empty while not known.
	Name string
	// Mode is "follow" (the yaw turns with the vehicle), "lock" (it keeps its direction over ground), "neutral", "retracted",
	// or empty while not known.
	Mode string
	// Abilities are what it says it can do: "retract", "neutral", "roll", "pitch", "yaw", "follow", "lock", "endlessYaw", "rc",
	// "lookAt"; nil while not known.
	Abilities []string
	// PitchRange and YawRange are the least and greatest angles in degrees, yaw against the nose; nil while not known.
	PitchRange, YawRange *[2]float64
	// Control is who controls it, nil while not known.
	Control *GimbalControl
	// Failures are what the device complains of, in words.
	Failures []string
}

// GimbalControl tells which MAVLink component controls a gimbal; system 0 is nobody.
type GimbalControl struct {
	System, Component                   int
	SecondarySystem, SecondaryComponent int
	// Ours tells that it is this station.
	Ours bool
}

// LinkState is how the vehicle is reached.
type LinkState struct {
	// Name is the link's, Remote the address or device.
	Name, Remote string
	// Used tells that it is what we send on; Silent that the vehicle is not heard on it now.
	Used, Silent bool
	// LastHeard is when the autopilot was last heard on it.
	LastHeard time.Time
	// LossPercent is the loss from the vehicle to us over ten seconds.
	LossPercent *float64
	// RTT is the usual round trip, smoothed; nil where the vehicle does not answer TIMESYNC.
	RTT *time.Duration
	// BytesIn a second came from the vehicle; BytesOut a second went to the far end, which other vehicles may share.
	BytesIn, BytesOut float64
}

// MissionState is the progress of the stored mission.
type MissionState struct {
	// Current counts from 1, the first item after home; 0 is none. Count is the number of items, home left out.
	Current, Count int
	// State is "none", "notStarted", "active", "paused", "complete", or empty while not known.
	State string
	Time  time.Time
}

// Text is one message of the vehicle to people.
type Text struct {
	// Time is when it came last, First when it came first, Count how often.
	Time, First time.Time
	Count       int
	// Component said it.
	Component uint8
	// Severity is "critical", "error", "warning", "notice" or "info".
	Severity string
	Text     string
}

// Clock is what is known about the vehicle's clock.
type Clock struct {
	// Synchronised tells that the vehicle answers TIMESYNC; else measurement times come from the quickest arrivals.
	Synchronised bool
	// Uncertainty bounds the error of measurement times, as far as known: half the shortest round trip.
	Uncertainty time.Duration
	// Ahead is the vehicle's own UTC less ours, nil while it has none.
	Ahead *time.Duration
}

// Update is news about a vehicle.
type Update struct {
	Vehicle Vehicle
	// Event is one of the constants below.
	Event string
}

// The events of an Update.
const (
	EventFound    = "found"
	EventLost     = "lost"
	EventBack     = "back"
	EventState    = "state"
	EventText     = "text"
	EventStreams  = "streams"
	EventRebooted = "rebooted"
	// EventClash tells that two vehicles have begun, or ceased, to use one system id; EventSwapped that another vehicle has
	// taken an id over.
	EventClash   = "clash"
	EventSwapped = "swapped"
)
