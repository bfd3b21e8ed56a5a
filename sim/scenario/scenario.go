package scenario

import "vedette/internal/geo"

// Scenario is a decoded scenario file.
type Scenario struct {
	Name     string   `yaml:"name"`  // shown in logs
	About    string   `yaml:"about"` // one sentence
	Site     Site     `yaml:"site"`
	AmbientC float64  `yaml:"ambientC"` // air and ground temperature
	Wind     Wind     `yaml:"wind"`
	Objects  []Object `yaml:"objects"`
	Animals  []Animal `yaml:"animals"`
	Sensors  []Sensor `yaml:"sensors"`
	Drones   []Drone  `yaml:"drones"`
}

// Point is a place in metres east and north of the site's centre.
type Point [2]float64

// Site is where everything happens.
type Site struct {
	Centre geo.LatLon `yaml:"centre"` // zero of all east and north metres; must lie in the tile S36E149
	Border []Point    `yaml:"border"` // the line, from west to east: crossing it northward is "in"
	Post   Point      `yaml:"post"`   // where the command post stands
	Sector []Point    `yaml:"sector"` // polygon that the post watches
	Roads  [][]Point  `yaml:"roads"`  // drawn by the cameras, kept free of trees
}

// Wind blows over the whole site.
type Wind struct {
	SpeedMS float64 `yaml:"speedMS"` // mean at 10 m above the ground
	FromDeg float64 `yaml:"fromDeg"` // where it comes from, clockwise from true north
	GustMS  float64 `yaml:"gustMS"`  // standard deviation of the gusts
}

// Object is a person, a group or a vehicle on a path.
type Object struct {
	ID       string  `yaml:"id"`
	Class    string  `yaml:"class"`    // person, vehicle, animal
	Path     []Point `yaml:"path"`     // way points, at least two
	SpeedMS  float64 `yaml:"speedMS"`  // default: person 1.4, vehicle 8, animal 1
	StartS   float64 `yaml:"startS"`   // when it appears, seconds after the start
	Pauses   []Pause `yaml:"pauses"`   // stops at way points
	GaitHz   float64 `yaml:"gaitHz"`   // steps a second of one pair of legs while moving; default: person 1.9, animal 2.6, vehicle 0
	Count    int     `yaml:"count"`    // members of a group, one behind the other; default 1
	SpacingM float64 `yaml:"spacingM"` // between them; default 2.5
	Shuttle  bool    `yaml:"shuttle"`  // goes to and fro for ever, instead of leaving at the end of its path
	Repeat   *Repeat `yaml:"repeat"`   // comes again
	TempC    float64 `yaml:"tempC"`    // default: person 30, vehicle 38, animal 28
	Own      bool    `yaml:"own"`      // one of ours: a patrol that tells where it is
}

// Pause is a stop on a path.
type Pause struct {
	At   int     `yaml:"at"`   // index of the way point
	ForS float64 `yaml:"forS"` // how long
}

// Repeat lets an object come again and again.
type Repeat struct {
	EveryS  float64   `yaml:"everyS"`  // mean time between two starts
	JitterS float64   `yaml:"jitterS"` // each start is moved by up to this, by the seed
	ShiftsM []float64 `yaml:"shiftsM"` // each repetition's path is moved east by one of these, by the seed; the first comes unmoved
}

// Animal is a herd that wanders about a place.
type Animal struct {
	ID      string  `yaml:"id"`
	Count   int     `yaml:"count"`   // default 1
	Around  Point   `yaml:"around"`  // middle of its range
	RadiusM float64 `yaml:"radiusM"` // default 100
	SpeedMS float64 `yaml:"speedMS"` // while it moves; default 1
	LengthM float64 `yaml:"lengthM"` // default 1.2
	HeightM float64 `yaml:"heightM"` // default 0.9
	Hops    bool    `yaml:"hops"`    // on its hind feet, as kangaroos do; otherwise it walks, or trots where it is fast for its height
}

// Sensor is a ground sensor.
type Sensor struct {
	ID         string  `yaml:"id"`
	Kind       string  `yaml:"kind"` // seismic, pir, beam
	At         Point   `yaml:"at"`
	To         *Point  `yaml:"to"`         // second post of a beam
	AzimuthDeg float64 `yaml:"azimuthDeg"` // of a PIR
	FOVDeg     float64 `yaml:"fovDeg"`     // of a PIR; default 60
	RangeM     float64 `yaml:"rangeM"`     // default: seismic 25, PIR 30
	Gateway    string  `yaml:"gateway"`    // a serial gateway's name, or shake
	Address    string  `yaml:"address"`    // of a shake
	Channel    string  `yaml:"channel"`    // of a shake; default EHZ
}

// Drone is a multirotor.
type Drone struct {
	ID           int     `yaml:"id"` // MAVLink system id
	Home         Point   `yaml:"home"`
	Patrol       []Point `yaml:"patrol"`         // flown round and round; empty: none
	AltitudeAGL  float64 `yaml:"altitudeAGL"`    // of the patrol, metres above the terrain at each point; default 70
	SpeedMS      float64 `yaml:"speedMS"`        // of the patrol; default 7
	Airborne     bool    `yaml:"airborne"`       // starts in the air on its patrol, in AUTO; otherwise on the ground at home
	StartAt      int     `yaml:"startAt"`        // index of the patrol point where an airborne drone starts
	LookAt       *Point  `yaml:"lookAt"`         // region of interest of the patrol; left out: ahead and down
	YawBiasDeg   float64 `yaml:"yawBiasDeg"`     // constant error of its compass
	BatteryPct   float64 `yaml:"batteryPercent"` // at the start; default 100
	LossPct      float64 `yaml:"loss"`           // of the datagrams on its radio, percent, each way
	DuplicatePct float64 `yaml:"duplicate"`      // of the datagrams, percent
	DelayMS      float64 `yaml:"delayMs"`        // each way
	JitterMS     float64 `yaml:"jitterMs"`       // added to the delay, at most
	Relaunch     bool    `yaml:"relaunch"`       // after a landing for low battery the crew changes it and sends the drone back on its patrol

	Parameters map[string]float64 `yaml:"parameters"` // of its autopilot, by name, where they differ from what it starts with
	Events     []Event            `yaml:"events"`     // that set parameters later, as faults do
}

// Event sets parameters of a drone's autopilot at an instant: SIM_GPS1_JAM: 1 after two minutes, say.
type Event struct {
	AtS float64            `yaml:"atS"` // seconds after the start
	Set map[string]float64 `yaml:"set"`
}
