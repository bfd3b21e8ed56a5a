package api

import "vedette/internal/geo"

// Vehicle is one MAVLink system, whole, as the station sees it now.
type Vehicle struct {
	ID           int            `json:"id"` // MAVLink system id
	Name         string         `json:"name"`
	State        string         `json:"state"` // live, lost
	LastSeen     Time           `json:"lastSeen,omitzero"`
	AgeS         *float64       `json:"ageS,omitempty"`      // seconds since lastSeen, by the monotonic clock
	Autopilot    string         `json:"autopilot,omitempty"` // ardupilot, px4, generic
	Type         string         `json:"type,omitempty"`      // quadrotor, …
	Armed        *bool          `json:"armed,omitempty"`
	Mode         string         `json:"mode,omitempty"`
	Modes        []string       `json:"modes,omitempty"`   // what "mode" may be set to
	Landed       string         `json:"landed,omitempty"`  // onGround, takingOff, inAir, landing
	VTOL         string         `json:"vtol,omitempty"`    // transitionToFixedWing, transitionToHover, hover, fixedWing
	Status       string         `json:"status,omitempty"`  // boot, calibrating, standby, active, critical, emergency, powerOff, terminated
	Version      string         `json:"version,omitempty"` // of the firmware
	UID          string         `json:"uid,omitempty"`     // of the hardware, in hex
	Components   []Component    `json:"components,omitempty"`
	Warnings     []Warning      `json:"warnings,omitempty"`
	HighLatency  bool           `json:"highLatency,omitempty"`  // known by sparse reports alone
	IntendedMode string         `json:"intendedMode,omitempty"` // asked for, where the vehicle is in another mode
	RemoteID     *RemoteID      `json:"remoteId,omitempty"`
	Stale        []string       `json:"stale,omitempty"` // members below that are too old to go by
	Position     *Position      `json:"position,omitempty"`
	Velocity     *Velocity      `json:"velocity,omitempty"`
	HeadingDeg   *float64       `json:"headingDeg,omitempty"`  // clockwise from true north
	GroundSpeed  *float64       `json:"groundSpeed,omitempty"` // m/s
	ClimbRate    *float64       `json:"climbRate,omitempty"`   // m/s, up positive
	Airspeed     *float64       `json:"airspeed,omitempty"`    // m/s
	Throttle     *float64       `json:"throttlePercent,omitempty"`
	Attitude     *Attitude      `json:"attitude,omitempty"`
	Battery      *Battery       `json:"battery,omitempty"`   // the first one
	Batteries    []Battery      `json:"batteries,omitempty"` // all, by id
	Endurance    *Endurance     `json:"endurance,omitempty"` // in flight
	GPS          *GPS           `json:"gps,omitempty"`
	GPS2         *GPS           `json:"gps2,omitempty"`
	EKF          *EKF           `json:"ekf,omitempty"`
	Wind         *Wind          `json:"wind,omitempty"`
	Vibration    *Vibration     `json:"vibration,omitempty"`
	Altitudes    *Altitudes     `json:"altitudes,omitempty"`
	Terrain      *TerrainReport `json:"terrain,omitempty"`
	Rangefinder  *Rangefinder   `json:"rangefinder,omitempty"`
	RC           *RC            `json:"rc,omitempty"`
	Sensors      *SensorHealth  `json:"sensors,omitempty"`
	Fence        *FenceStatus   `json:"fence,omitempty"`
	Failsafe     *Failsafe      `json:"failsafe,omitempty"`
	Arming       *Arming        `json:"arming,omitempty"`
	Clock        *Clock         `json:"clock,omitempty"`
	Home         *Home          `json:"home,omitempty"`
	Gimbal       *Gimbal        `json:"gimbal,omitempty"`
	Gimbals      []GimbalState  `json:"gimbals,omitempty"` // all of them; gimbal is the first that tells where it looks
	Cameras      []Camera       `json:"cameras,omitempty"`
	Footprint    *Geometry      `json:"footprint,omitempty"` // Polygon: what the camera sees of the ground
	Link         *Link          `json:"link,omitempty"`      // the one in use
	Links        []Link         `json:"links,omitempty"`     // all on which it was heard, the one in use first
	Mission      *MissionState  `json:"mission,omitempty"`
	Plans        []PlanState    `json:"plans,omitempty"`    // what is known about its mission, fence and rally points
	Transfer     *Transfer      `json:"transfer,omitempty"` // going on now
	Pending      *Pending       `json:"pending,omitempty"`  // a command that the vehicle is at
	Leading      *Leading       `json:"leading,omitempty"`  // what the station does with it step by step
	Destination  *Destination   `json:"destination,omitempty"`
	Control      *Control       `json:"control,omitempty"`  // who holds the lease; package ui fills it in
	Messages     []Message      `json:"messages,omitempty"` // newest last, at most 20
}

// Position is a place with its heights in metres, each with its datum.
type Position struct {
	Lat         float64   `json:"lat"` // degrees
	Lon         float64   `json:"lon"`
	AltAMSL     *geo.AMSL `json:"altAMSL,omitempty"`     // above mean sea level (EGM96)
	AltRelative *float64  `json:"altRelative,omitempty"` // above home
	AltAGL      *geo.AGL  `json:"altAGL,omitempty"`      // above the terrain below
	T           Time      `json:"t,omitzero"`            // when it was there
}

// Velocity is in m/s.
type Velocity struct {
	North float64 `json:"north"`
	East  float64 `json:"east"`
	Up    float64 `json:"up"`
	T     Time    `json:"t,omitzero"`
}

// Attitude is the airframe's attitude in degrees, yaw from true north.
type Attitude struct {
	RollDeg  float64 `json:"rollDeg"`
	PitchDeg float64 `json:"pitchDeg"`
	YawDeg   float64 `json:"yawDeg"`
	T        Time    `json:"t,omitzero"`
}

// Battery is one battery.
type Battery struct {
	ID           int       `json:"id"`
	Function     string    `json:"function,omitempty"`  // all, propulsion, avionics, payload
	Chemistry    string    `json:"chemistry,omitempty"` // lipo, life, lion, nimh
	Percent      *float64  `json:"percent,omitempty"`
	Voltage      *float64  `json:"voltage,omitempty"`    // V
	Current      *float64  `json:"current,omitempty"`    // A, out of the battery
	ConsumedAh   *float64  `json:"consumedAh,omitempty"` // since it was connected
	CellsV       []float64 `json:"cellsV,omitempty"`
	TemperatureC *float64  `json:"temperatureC,omitempty"`
	TimeLeftS    *float64  `json:"timeLeftS,omitempty"` // seconds at the present draw, by the vehicle
	Charge       string    `json:"charge,omitempty"`    // ok, low, critical, emergency, failed, unhealthy, charging
	Faults       []string  `json:"faults,omitempty"`
	T            Time      `json:"t,omitzero"`
}

// GPS is the state of one satellite receiver.
type GPS struct {
	Fix         string    `json:"fix"` // none, 2d, 3d, dgps, rtkFloat, rtkFixed
	Satellites  *int      `json:"satellites,omitempty"`
	HDOP        *float64  `json:"hdop,omitempty"`
	VDOP        *float64  `json:"vdop,omitempty"`
	HorizontalM *float64  `json:"horizontalM,omitempty"` // the receiver's own estimate of its error
	VerticalM   *float64  `json:"verticalM,omitempty"`
	AltAMSL     *geo.AMSL `json:"altAMSL,omitempty"`  // by the receiver alone
	Jamming     string    `json:"jamming,omitempty"`  // ok, mitigated, detected
	Spoofing    string    `json:"spoofing,omitempty"` // ok, mitigated, detected
	T           Time      `json:"t,omitzero"`
}

// Home is where the vehicle returns to.
type Home struct {
	Lat     float64   `json:"lat"`
	Lon     float64   `json:"lon"`
	AltAMSL *geo.AMSL `json:"altAMSL,omitempty"`
	T       Time      `json:"t,omitzero"`
}

// Gimbal is where the camera points: degrees, yaw from true north, pitch negative below the horizon.
type Gimbal struct {
	PitchDeg float64     `json:"pitchDeg"`
	YawDeg   float64     `json:"yawDeg"`
	RollDeg  float64     `json:"rollDeg"`
	Target   *geo.LatLon `json:"target,omitempty"` // the place it is told to look at
	T        Time        `json:"t,omitzero"`
}

// MissionState says how far the vehicle's mission is.
type MissionState struct {
	Current int  `json:"current"`
	Count   int  `json:"count"`
	T       Time `json:"t,omitzero"`
}

// Transfer is a mission, a list of parameters, a file or a log on its way to or from a vehicle.
type Transfer struct {
	Kind   string `json:"kind"` // mission, fence, rally, parameters, file, log
	Upload bool   `json:"upload"`
	Done   int    `json:"done"`            // items, or bytes of files and logs
	Total  int    `json:"total,omitempty"` // missing while not known
}

// Pending is a command that a vehicle is at.
type Pending struct {
	Command string `json:"command"` // its name in MAVLink
	Percent *int   `json:"percent,omitempty"`
	Since   Time   `json:"since"`
}

// Leading is what the station does with a vehicle step by step.
type Leading struct {
	Kind  string `json:"kind"` // orbit, landAt, follow
	By    string `json:"by,omitempty"`
	Since Time   `json:"since"`
}

// Destination is where the last goto led.
type Destination struct {
	Lat     float64  `json:"lat"`
	Lon     float64  `json:"lon"`
	AltAMSL geo.AMSL `json:"altAMSL"`
}

// Control is the control lease of a vehicle.
type Control struct {
	Holder    string       `json:"holder"`
	Since     Time         `json:"since"`
	ExpiresAt Time         `json:"expiresAt"`
	Asks      []ControlAsk `json:"asks,omitempty"` // requests of others, the oldest first
}

// ControlAsk is a request for the lease that another holds. It stands for two minutes.
type ControlAsk struct {
	Who     string `json:"who"`
	Reason  string `json:"reason,omitempty"`
	At      Time   `json:"at"`
	Refused bool   `json:"refused,omitempty"`
	Note    string `json:"note,omitempty"` // why it was refused
}

// Message is one text of the vehicle.
type Message struct {
	T         Time   `json:"t"`        // when it came last
	Severity  string `json:"severity"` // info, notice, warning, error, critical
	Text      string `json:"text"`
	FirstT    Time   `json:"firstT,omitzero"` // when it came first, where it came more than once
	Count     int    `json:"count,omitempty"` // how often, where more than once
	Component int    `json:"component,omitempty"`
}
