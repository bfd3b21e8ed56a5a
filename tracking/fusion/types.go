package fusion

import (
	"time"

	"vedette/internal/geo"
)

// Class is what kind of thing a track is.
type Class uint8

// The classes, in the order in which ClassProbs has them.
const (
	Person Class = iota
	Vehicle
	Animal
	numClasses = 3
)

// String is the word of the HTTP API and of the batch format for a class.
func (c Class) String() string {
	switch c {
	case Person:
		return "person"
	case Vehicle:
		return "vehicle"
	case Animal:
		return "animal"
	default:
		return "unknown"
	}
}

// ClassProbs holds a probability for each Class. The zero value means that nothing is known.
type ClassProbs [numClasses]float64

// SensorKind says how a sensor measures.
type SensorKind uint8

// The kinds of sensors.
const (
	Camera  SensorKind = iota // scans of a footprint with detections
	Seismic                   // presence of something that moves, within a disc that depends on its class
	PIR                       // motion within a sector
	Beam                      // something crossed the line from A to B
	Bearing                   // something lies in a direction; no distance
	System                    // another system, which sends tracks of its own
)

// String is the word of the HTTP API for a kind of source.
func (k SensorKind) String() string {
	switch k {
	case Camera:
		return "video"
	case Seismic:
		return "seismic"
	case PIR:
		return "pir"
	case Beam:
		return "beam"
	case Bearing:
		return "bearing"
	case System:
		return "system"
	default:
		return "unknown"
	}
}

// Bias is the size of the systematic errors of a camera, which stay the same from frame to frame. They are not part of the
// covariance of its detections; the tracker accounts for them, so that many frames of one camera do not pretend to an
// accuracy that only several cameras could give.
type Bias struct {
	PosSigmaM     float64       // horizontal position, metres, one sigma each axis
	YawSigmaDeg   float64       // heading, degrees
	PitchSigmaDeg float64       // pitch, degrees
	PosTau        time.Duration // how long the position error keeps its value; default 180 s
	ClockSigma    time.Duration // the frames' times against the poses' and against other sensors; 0: they agree, and nothing is learned of it
}

// Sensor describes a source of measurements. Only the fields of its kind are used.
type Sensor struct {
	ID   string
	Kind SensorKind

	Pd float64 // probability to detect a target; default 0.85 (camera), 0.95 (beam), 0.9 (others)

	ClutterPerScan float64 // camera: mean number of false detections in one scan; default 1
	Bias           Bias    // camera

	Position geo.LatLon          // seismic, PIR, bearing
	RangeM   [numClasses]float64 // seismic: by class, default 40, 180, 25; PIR: index 0 is the range, default 25; bearing: the same, default 2000
	AzDeg    float64             // PIR: middle of the sector, clockwise from true north
	FovDeg   float64             // PIR: width of the sector, default 90
	A, B     geo.LatLon          // beam: its ends

	Holdoff    time.Duration // shortest time between two trips; default 2 s (seismic), 4 s (PIR), 1 s (beam, bearing)
	FAPerHour  float64       // false alarms in an hour; default 4
	ClockSigma time.Duration // standard deviation of the sensor's clock; default 0
}

// Sector is the part of a ring around a camera that one frame looked at.
type Sector struct {
	AzDeg   float64 // middle, clockwise from true north
	HFovDeg float64 // width; 360 is all round
	RMinM   float64 // nearest ground range, metres
	RMaxM   float64 // farthest ground range, metres; zero: no sector
}

// Detection is one object found in one frame.
type Detection struct {
	Position   geo.LatLon
	EE, EN, NN float64    // covariance of the random error, m^2, east-north
	Score      float64    // 0..1; zero means unknown
	Class      ClassProbs // zero means unknown
}

// Motion is how a camera moves at the time of a frame. It says where a frame that was taken at another time than it claims is placed.
type Motion struct {
	VE, VN, VUp                      float64 // m/s
	TurnEDegS, TurnNDegS, TurnUpDegS float64 // rate of turn about axes to the east, to the north and up, right-handed: a camera that pans clockwise turns about up by less than nothing
}

// Scan is one camera frame after detection. A scan without detections is information too.
type Scan struct {
	Sensor     string
	Seq        uint64 // the same number from the same sensor again is a repeat and ignored; zero: never a repeat
	Time       time.Time
	Arrival    time.Time
	Position   geo.LatLon   // of the camera
	HeightM    float64      // of the camera above ground; zero: 100 m
	Motion     Motion       // of the camera; zero: it stands still, or its motion is not known
	Sector     Sector       // what the frame looked at; used when Footprint is empty
	Footprint  []geo.LatLon // polygon, not closed
	Before     []geo.LatLon // where not nil: what must have shown an object before as well, of a detector that tells of what two looks showed
	Detections []Detection
}

// Direction says which way a beam was crossed.
type Direction int8

// The directions of a crossing, seen from A to B.
const (
	DirectionUnknown Direction = 0
	LeftToRight      Direction = 1
	RightToLeft      Direction = -1
)

// Trip is one message of a ground sensor.
type Trip struct {
	Sensor     string
	Seq        uint64 // the same number from the same sensor again is a repeat and ignored; zero: never a repeat
	Time       time.Time
	Arrival    time.Time
	Confidence float64    // 0..1; zero means unknown
	Class      ClassProbs // seismic
	SNRdB      float64    // seismic: strength over noise, dB; zero means unknown
	Direction  Direction  // beam

	BearingDeg      float64 // bearing: clockwise from true north
	BearingSigmaDeg float64 // bearing: standard deviation; default 2
}

// ForeignTrack is what another system says of one of its tracks. What it has seen may be what this tracker's own sensors saw, so it is
// joined by covariance intersection, which stays true whatever the two have in common.
type ForeignTrack struct {
	Sensor     string // of kind System
	Seq        uint64 // the same number from the same system again is a repeat and ignored; zero: never a repeat
	Time       time.Time
	Arrival    time.Time
	Position   geo.LatLon
	EE, EN, NN float64    // covariance of the position, m^2, east-north
	Existence  float64    // 0..1; zero means unknown
	Class      ClassProbs // zero means unknown
}

// Status is how sure the tracker is of a track.
type Status uint8

// The states of a track.
const (
	Tentative Status = iota // may still be nothing
	Confirmed               // believed, and its place is known
	Coasting                // believed, but not measured for so long that its place is vague
)

// String is the word of the HTTP API and of the batch format for a status.
func (s Status) String() string {
	switch s {
	case Confirmed:
		return "confirmed"
	case Coasting:
		return "coasting"
	default:
		return "tentative"
	}
}

// Source is one sensor's part in a track.
type Source struct {
	ID       string
	Kind     SensorKind
	Count    int
	LastSeen time.Time
}

// Crossing is the passage of a track over a line of Config.Lines.
type Crossing struct {
	Line      string
	Time      time.Time // estimated
	Position  geo.LatLon
	Direction int // +1: from the right of the line, walked from first to last point, to its left; -1: the other way
	Track     uint64
}

// Track is one object that the tracker believes in, at the instant that was asked for.
type Track struct {
	ID         uint64
	Position   geo.LatLon
	VE, VN     float64 // m/s
	EE, EN, NN float64 // covariance of the position, m^2, biases of the cameras included
	Status     Status
	Existence  float64
	Class      ClassProbs
	Seen       ClassProbs // what the class is without the names that ground sensors give, from equal chances
	FirstSeen  time.Time
	LastSeen   time.Time // of the last measurement that supports it
	Sources    []Source  // most recent first
	Crossings  []Crossing
}

// Best is the most probable class; ok is false when none is more probable than one half.
func (p ClassProbs) Best() (c Class, ok bool) {
	for i := range p {
		if p[i] > p[c] {
			c = Class(i)
		}
	}
	return c, p[c] > 0.5
}
