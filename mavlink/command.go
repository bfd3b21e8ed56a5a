package mavlink

import (
	"errors"
	"fmt"
	"math"
	"time"

	"vedette/internal/geo"
)

// Command is something that a vehicle can be told to do; the types below are all there are.
type Command interface {
	// word is the command in errors and logs.
	word() string
	validate() error
}

// Arm lets the motors turn.
type Arm struct{}

// Disarm stops the motors; a flying vehicle refuses.
type Disarm struct {
	// Force stops them in the air too: the vehicle falls.
	Force bool
}

// Takeoff climbs from where the vehicle stands; it changes the mode and arms first where that is needed.
type Takeoff struct {
	// AltRelativeM is the height above home in metres.
	AltRelativeM float64
}

// Goto flies to a place and stays there.
type Goto struct {
	Lat, Lon float64
	// AltAMSL is the height above mean sea level in metres.
	AltAMSL float64
	// SpeedMS is the ground speed; 0 leaves it to the vehicle.
	SpeedMS float64
	// HeadingDeg is where the nose of a vehicle that can hover shall point, nil leaves it to the vehicle.
	HeadingDeg *float64
	// RadiusM is how wide a plane circles there, 0 leaves it to the vehicle; Left is anticlockwise.
	RadiusM float64
	Left    bool
	// KeepMode goes there only in the mode in which the vehicle takes places already: in another one, to which its pilot may have changed a
	// moment ago, an ArduPilot refuses. A PX4 knows no such order and changes its mode.
	KeepMode bool
}

// Return flies home and lands, or whatever the vehicle is set up to do.
type Return struct{}

// Land lands where the vehicle is.
type Land struct{}

// Hold stops and stays.
type Hold struct{}

// SetMode changes the flight mode, named as in Vehicle.Modes; upper and lower case do not matter.
type SetMode struct{ Name string }

// StartMission flies the stored mission; the vehicle must be armed.
type StartMission struct{}

// ChangeSpeed sets the ground speed in metres a second.
type ChangeSpeed struct{ SpeedMS float64 }

func (Arm) word() string          { return "arm" }
func (Disarm) word() string       { return "disarm" }
func (Takeoff) word() string      { return "takeoff" }
func (Goto) word() string         { return "goto" }
func (Return) word() string       { return "return" }
func (Land) word() string         { return "land" }
func (Hold) word() string         { return "hold" }
func (SetMode) word() string      { return "mode" }
func (StartMission) word() string { return "startMission" }
func (ChangeSpeed) word() string  { return "changeSpeed" }

const (
	maxHeight = 10000
	maxSpeed  = 100
)

func (Arm) validate() error          { return nil }
func (Disarm) validate() error       { return nil }
func (Return) validate() error       { return nil }
func (Land) validate() error         { return nil }
func (Hold) validate() error         { return nil }
func (StartMission) validate() error { return nil }

func (c Takeoff) validate() error {
	if !(c.AltRelativeM > 0 && c.AltRelativeM <= maxHeight) {
		return fmt.Errorf("%w: a takeoff to %v m", ErrInvalid, c.AltRelativeM)
	}
	return nil
}

func (c Goto) validate() error {
	if !(c.SpeedMS >= 0 && c.SpeedMS <= maxSpeed) {
		return fmt.Errorf("%w: a speed of %v m/s", ErrInvalid, c.SpeedMS)
	}
	if !(c.RadiusM == 0 || c.RadiusM >= minRadius && c.RadiusM <= maxRadius) {
		return fmt.Errorf("%w: a radius of %v m", ErrInvalid, c.RadiusM)
	}
	if c.HeadingDeg != nil && !(*c.HeadingDeg >= 0 && *c.HeadingDeg <= 360) {
		return fmt.Errorf("%w: a heading of %v degrees", ErrInvalid, *c.HeadingDeg)
	}
	return validatePlace(c.Lat, c.Lon, c.AltAMSL)
}

func (c SetMode) validate() error {
	if c.Name == "" {
		return fmt.Errorf("%w: no mode named", ErrInvalid)
	}
	return nil
}

func (c ChangeSpeed) validate() error {
	if !(c.SpeedMS > 0 && c.SpeedMS <= maxSpeed) {
		return fmt.Errorf("%w: a speed of %v m/s", ErrInvalid, c.SpeedMS)
	}
	return nil
}

func validatePlace(lat, lon, altAMSL float64) error {
	place := geo.LatLon{Lat: lat, Lon: lon}
	if !place.Valid() || math.IsNaN(altAMSL) || math.Abs(altAMSL) > maxHeight {
		return fmt.Errorf("%w: the place %v, %v at %v m", ErrInvalid, lat, lon, altAMSL)
	}
	return nil
}

// Ack is a vehicle's answer.
type Ack struct {
	// Command is the MAV_CMD that was answered, the last one of a sequence.
	Command uint16
	// Result is "accepted".
	Result string
	// Reason is what the vehicle said about it, if anything.
	Reason string
	// Elapsed is the time from the request to the answer, over all of a sequence.
	Elapsed time.Duration
}

// Errors that callers decide on.
var (
	// ErrUnknownVehicle means that no vehicle of that id was ever heard.
	ErrUnknownVehicle = errors.New("unknown vehicle")
	// ErrLost means that the vehicle is not heard now: nothing was sent.
	ErrLost = errors.New("vehicle lost")
	// ErrNoAnswer means that the vehicle did not answer in time: whether it acted is not known.
	ErrNoAnswer = errors.New("no answer from the vehicle")
	// ErrAmbiguous means that two vehicles use one system id, so that nobody knows which of them would act: nothing was sent.
	ErrAmbiguous = errors.New("two vehicles use this system id")
	// ErrTooLate means that a command waited longer than it is valid: nothing was sent.
	ErrTooLate = errors.New("the command comes too late")
	// ErrInvalid means that the request itself cannot be used: nothing was sent.
	ErrInvalid = errors.New("invalid request")
	// ErrNoPose means that the vehicle has not told position and attitude yet.
	ErrNoPose = errors.New("no pose known")
	// ErrPoseTooOld means that no pose is near enough to the asked time: it is before the history, in a gap, or more than
	// 300 ms after the newest one.
	ErrPoseTooOld = errors.New("no pose near that time")
)

// UnknownError is an ErrNoAnswer with what the vehicle shows since.
type UnknownError struct {
	// Command is the MAV_CMD that was not answered.
	Command uint16
	// Evidence is what can be seen of the vehicle since the command was sent, as "it reports armed since".
	Evidence string
	cause    error
}

func (e *UnknownError) Error() string {
	if e.Evidence == "" {
		return ErrNoAnswer.Error()
	}
	return ErrNoAnswer.Error() + ", but " + e.Evidence
}

// Unwrap gives the ErrNoAnswer and what ended the wait.
func (e *UnknownError) Unwrap() error { return e.cause }

// DeniedError means that the vehicle answered and refused.
type DeniedError struct {
	// Command is the MAV_CMD that was refused, 0 where it was something else.
	Command uint16
	// Result is "denied", "failed", "unsupported", "temporarilyRejected", "cancelled" and so on.
	Result string
	// Reason is what the vehicle said at that time, as "PreArm: Compass not calibrated".
	Reason string
}

func (e *DeniedError) Error() string {
	if e.Reason == "" {
		return "refused by the vehicle: " + e.Result
	}
	return "refused by the vehicle: " + e.Result + ": " + e.Reason
}
