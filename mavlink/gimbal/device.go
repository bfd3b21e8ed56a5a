// Package gimbal holds what gimbals and their managers say about themselves (gimbal protocol v2, messages 280 to 285, and
// the mounts of before it, 158 and 265), checks what may be asked of them, and keeps a turn going only as long as somebody
// asks for it. It has no clock, no network and no goroutine: it takes messages and the time, and gives decisions.
package gimbal

import (
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Device is one gimbal, as a copy that does not change.
type Device struct {
	// ID is the component id of the device, or 1 to 6 for one without a component of its own.
	ID uint8
	// Manager is the component that takes its commands, 0 while none has told.
	Manager uint8
	// Mount marks one of before protocol v2, known by MOUNT_STATUS or MOUNT_ORIENTATION alone.
	Mount bool
	// Name is the vendor's and the model's.
	Name string
	// Abilities count when AbilitiesKnown is set.
	Abilities      common.GIMBAL_MANAGER_CAP_FLAGS
	AbilitiesKnown bool
	// Pitch, Yaw and Roll are how far it turns in degrees; nil while not known.
	Pitch, Yaw, Roll *Range
	// Flags are how it holds its axes now.
	Flags common.GIMBAL_MANAGER_FLAGS
	// Primary and Secondary are who controls it, as of ControlAt; the zero time means that nobody has told.
	Primary, Secondary Controller
	ControlAt          time.Time
	// Failures are the device's, in words.
	Failures []string
}

// Controller is a MAVLink component in control; zero is nobody.
type Controller struct{ System, Component uint8 }

// Range is an interval in degrees.
type Range struct{ Min, Max float64 }

// controlAge is how long a GIMBAL_MANAGER_STATUS, asked for once a second and on slow links every ten, is believed.
const controlAge = 25 * time.Second

// Control tells who is in primary control; known is false while that is not known any more.
func (d Device) Control(now time.Time) (c Controller, known bool) {
	return d.Primary, !d.ControlAt.IsZero() && now.Sub(d.ControlAt) <= controlAge
}

// Can tells whether the gimbal has an ability; one that has not told its abilities may have any.
func (d Device) Can(a common.GIMBAL_MANAGER_CAP_FLAGS) bool {
	return !d.AbilitiesKnown || d.Abilities&a != 0
}

// Mode says how the yaw is held: "retracted", "neutral", "lock" (it keeps its direction over ground) or "follow" (it turns
// with the vehicle).
func (d Device) Mode() string {
	switch {
	case d.Flags&common.GIMBAL_MANAGER_FLAGS_RETRACT != 0:
		return "retracted"
	case d.Flags&common.GIMBAL_MANAGER_FLAGS_NEUTRAL != 0:
		return "neutral"
	case d.Flags&common.GIMBAL_MANAGER_FLAGS_YAW_LOCK != 0:
		return "lock"
	default:
		return "follow"
	}
}

var abilities = []struct {
	flag common.GIMBAL_MANAGER_CAP_FLAGS
	name string
}{
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_RETRACT, "retract"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_NEUTRAL, "neutral"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_ROLL_AXIS, "roll"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS, "pitch"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS, "yaw"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_FOLLOW, "follow"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK, "lock"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_SUPPORTS_INFINITE_YAW, "endlessYaw"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_HAS_RC_INPUTS, "rc"},
	{common.GIMBAL_MANAGER_CAP_FLAGS_CAN_POINT_LOCATION_GLOBAL, "lookAt"},
}

// AbilityNames lists what the gimbal says it can do, by short names; nil while it has not told.
func (d Device) AbilityNames() []string {
	var names []string
	for _, a := range abilities {
		if d.AbilitiesKnown && d.Abilities&a.flag != 0 {
			names = append(names, a.name)
		}
	}
	return names
}

// CheckAngles says in words why the gimbal cannot take a pitch and a yaw (degrees; nil leaves one), or nothing. A yaw from
// north is not checked, since how far it is from the vehicle's changes as the vehicle turns.
func (d Device) CheckAngles(pitch, yaw *float64, vehicleFrame bool) error {
	if pitch != nil && !d.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS) {
		return fmt.Errorf("gimbal %d has no pitch axis", d.ID)
	}
	if yaw != nil && vehicleFrame && !d.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS) {
		return fmt.Errorf("gimbal %d has no yaw axis", d.ID)
	}
	if yaw != nil && !vehicleFrame && !d.Can(common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK) {
		return fmt.Errorf("gimbal %d cannot hold a direction over ground: give yawDeg against the vehicle (frame vehicle)", d.ID)
	}
	if err := d.Pitch.check("pitch", pitch); err != nil {
		return fmt.Errorf("gimbal %d: %w", d.ID, err)
	}
	endless := d.AbilitiesKnown && d.Abilities&common.GIMBAL_MANAGER_CAP_FLAGS_SUPPORTS_INFINITE_YAW != 0
	if vehicleFrame && !endless {
		if err := d.Yaw.check("yaw", yaw); err != nil {
			return fmt.Errorf("gimbal %d: %w", d.ID, err)
		}
	}
	return nil
}

func (r *Range) check(axis string, v *float64) error {
	const tolerance = 0.05 // degrees: limits are rounded on their way
	if r == nil || v == nil || *v >= r.Min-tolerance && *v <= r.Max+tolerance {
		return nil
	}
	return fmt.Errorf("the %s reaches from %.0f° to %.0f°, not to %.1f°", axis, r.Min, r.Max, *v)
}

// degrees makes a range of limits in radians. Zeros, NaN and what is more than two turns are senders that do not know.
func degrees(low, high float32) *Range {
	const twoTurns = 4 * math.Pi
	l, h := float64(low), float64(high)
	if !(l < h && l >= -twoTurns && h <= twoTurns) {
		return nil
	}
	inDegrees := func(v float64) float64 { return math.Round(v*180/math.Pi*1000) / 1000 } // they are float32
	return &Range{Min: inDegrees(l), Max: inDegrees(h)}
}

var failures = []struct {
	flag common.GIMBAL_DEVICE_ERROR_FLAGS
	name string
}{
	{common.GIMBAL_DEVICE_ERROR_FLAGS_AT_ROLL_LIMIT, "at its roll limit"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_AT_PITCH_LIMIT, "at its pitch limit"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_AT_YAW_LIMIT, "at its yaw limit"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_ENCODER_ERROR, "encoder error"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_POWER_ERROR, "power error"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_MOTOR_ERROR, "motor error"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_SOFTWARE_ERROR, "software error"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_COMMS_ERROR, "communication error"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_CALIBRATION_RUNNING, "calibrating"},
	{common.GIMBAL_DEVICE_ERROR_FLAGS_NO_MANAGER, "no manager"},
}

func failureNames(f common.GIMBAL_DEVICE_ERROR_FLAGS) []string {
	var names []string
	for _, known := range failures {
		if f&known.flag != 0 {
			names = append(names, known.name)
		}
	}
	return names
}
