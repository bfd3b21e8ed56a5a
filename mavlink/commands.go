package mavlink

import (
	"fmt"
	"math"
)

// Continue goes on with the stored mission after a Hold or a Pause.
type Continue struct{}

// Pause interrupts the mission where the autopilot can (DO_PAUSE_CONTINUE), and is a Hold elsewhere.
type Pause struct{}

// Orbit circles a place. A copter faces the place; a plane loiters.
type Orbit struct {
	Lat, Lon float64
	// AltAMSL is the height above mean sea level in metres.
	AltAMSL float64
	RadiusM float64
	// Left turns anticlockwise as seen from above.
	Left bool
	// SpeedMS is the speed along the circle; 0 leaves it to the vehicle, or is 5 m/s where the station leads it.
	SpeedMS float64
}

// LandAt flies to a place at the present height, or the given one, and lands there.
type LandAt struct{ Lat, Lon, AltAMSL float64 }

// ChangeAltitude climbs or descends to a height above mean sea level, on the way that the vehicle is on.
type ChangeAltitude struct{ AltAMSL float64 }

// Heading turns the nose of a vehicle that can hover.
type Heading struct {
	// Deg is clockwise from true north.
	Deg float64
	// RateDegS is how fast; 0 leaves it to the vehicle.
	RateDegS float64
}

// SetMissionItem makes the vehicle go on with an item of the stored mission, counted from 1 as in MissionState.
type SetMissionItem struct{ Item int }

// SetHome sets where the vehicle returns to.
type SetHome struct {
	// Here is where the vehicle is; else the place counts.
	Here              bool
	Lat, Lon, AltAMSL float64
}

// Reboot starts the autopilot anew; only a vehicle that stands and is disarmed is told so.
type Reboot struct{}

// Calibrate calibrates a sensor of a vehicle that stands still: "gyro", "barometer", "level" (what is level, by the
// accelerometers) or "accelerometer" (ArduPilot's simple one, standing level).
type Calibrate struct{ Sensor string }

// MessageInterval asks for a message by its id at a rate; 0 Hz stops it.
type MessageInterval struct {
	Message int
	RateHz  float64
}

// RequestMessage asks for one message by its id.
type RequestMessage struct{ Message int }

// PreflightCheck makes the autopilot check whether it could be armed; what it finds are texts.
type PreflightCheck struct{}

// Terminate ends the flight at once (DO_FLIGHTTERMINATION): the vehicle falls.
type Terminate struct{}

// Cancel asks the vehicle to give up the command that it is at (COMMAND_CANCEL).
type Cancel struct{}

// HighLatency makes the vehicle send sparse reports alone over the link that this goes by, or all of its telemetry again.
type HighLatency struct{ On bool }

func (Continue) word() string        { return "continue" }
func (Pause) word() string           { return "pause" }
func (Orbit) word() string           { return "orbit" }
func (LandAt) word() string          { return "land" }
func (ChangeAltitude) word() string  { return "changeAltitude" }
func (Heading) word() string         { return "heading" }
func (SetMissionItem) word() string  { return "setMissionItem" }
func (SetHome) word() string         { return "setHome" }
func (Reboot) word() string          { return "reboot" }
func (Calibrate) word() string       { return "calibrate" }
func (MessageInterval) word() string { return "setMessageInterval" }
func (RequestMessage) word() string  { return "requestMessage" }
func (PreflightCheck) word() string  { return "preflightCheck" }
func (Terminate) word() string       { return "terminate" }
func (Cancel) word() string          { return "cancel" }
func (HighLatency) word() string     { return "highLatency" }

const (
	minRadius, maxRadius = 1, 10_000
	maxTurnRate          = 360
	maxMessageID         = 1<<24 - 1
	maxMessageRate       = 200
	maxMissionItem       = 65534
)

func (Continue) validate() error       { return nil }
func (Pause) validate() error          { return nil }
func (Reboot) validate() error         { return nil }
func (PreflightCheck) validate() error { return nil }
func (Terminate) validate() error      { return nil }
func (Cancel) validate() error         { return nil }
func (HighLatency) validate() error    { return nil }

func (c Orbit) validate() error {
	if !(c.RadiusM >= minRadius && c.RadiusM <= maxRadius) {
		return fmt.Errorf("%w: a radius of %v m: %d to %d can be flown", ErrInvalid, c.RadiusM, minRadius, maxRadius)
	}
	if !(c.SpeedMS >= 0 && c.SpeedMS <= maxSpeed) {
		return fmt.Errorf("%w: a speed of %v m/s", ErrInvalid, c.SpeedMS)
	}
	return validatePlace(c.Lat, c.Lon, c.AltAMSL)
}

func (c LandAt) validate() error { return validatePlace(c.Lat, c.Lon, c.AltAMSL) }

func (c ChangeAltitude) validate() error {
	if math.IsNaN(c.AltAMSL) || math.Abs(c.AltAMSL) > maxHeight {
		return fmt.Errorf("%w: a height of %v m", ErrInvalid, c.AltAMSL)
	}
	return nil
}

func (c Heading) validate() error {
	if !(c.Deg >= 0 && c.Deg <= 360) || !(c.RateDegS >= 0 && c.RateDegS <= maxTurnRate) {
		return fmt.Errorf("%w: a heading of %v degrees at %v degrees a second", ErrInvalid, c.Deg, c.RateDegS)
	}
	return nil
}

func (c SetMissionItem) validate() error {
	if c.Item < 1 || c.Item > maxMissionItem {
		return fmt.Errorf("%w: item %d: they count from 1", ErrInvalid, c.Item)
	}
	return nil
}

func (c SetHome) validate() error {
	if c.Here {
		return nil
	}
	return validatePlace(c.Lat, c.Lon, c.AltAMSL)
}

func (c Calibrate) validate() error {
	if _, ok := calibrations[c.Sensor]; !ok {
		return fmt.Errorf("%w: there is no calibration of %q", ErrInvalid, c.Sensor)
	}
	return nil
}

func (c MessageInterval) validate() error {
	if c.Message < 0 || c.Message > maxMessageID || !(c.RateHz >= 0 && c.RateHz <= maxMessageRate) {
		return fmt.Errorf("%w: message %d at %v Hz", ErrInvalid, c.Message, c.RateHz)
	}
	return nil
}

func (c RequestMessage) validate() error {
	if c.Message < 0 || c.Message > maxMessageID {
		return fmt.Errorf("%w: message %d", ErrInvalid, c.Message)
	}
	return nil
}
