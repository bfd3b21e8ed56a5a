package station

import (
	"time"

	"vedette/ui/api"
)

const (
	// flyingEvery and restingEvery are how often the state of a vehicle goes to the record, armed and not.
	flyingEvery, restingEvery = time.Second, 10 * time.Second
)

// telemetryDue tells whether a state of a vehicle belongs on record, by when the last one went there.
func telemetryDue(v api.Vehicle, last, now time.Time) bool {
	every := restingEvery
	if v.Armed != nil && *v.Armed {
		every = flyingEvery
	}
	return now.Sub(last) >= every
}

// telemetryOf leaves of a vehicle what somebody who looks back wants to see. Lists that say what it can do are left out:
// they would be repeated every second.
func telemetryOf(v api.Vehicle) api.Vehicle {
	return api.Vehicle{
		ID: v.ID, Name: v.Name, State: v.State, LastSeen: v.LastSeen, Autopilot: v.Autopilot, Type: v.Type, Armed: v.Armed,
		Mode: v.Mode, Landed: v.Landed, VTOL: v.VTOL, Status: v.Status, Stale: v.Stale, Position: v.Position,
		Velocity: v.Velocity, HeadingDeg: v.HeadingDeg, GroundSpeed: v.GroundSpeed, ClimbRate: v.ClimbRate,
		Airspeed: v.Airspeed, Attitude: v.Attitude, Battery: v.Battery, Endurance: v.Endurance, GPS: v.GPS, Home: v.Home,
		Gimbal: v.Gimbal, Footprint: v.Footprint, Mission: v.Mission, Leading: v.Leading, Destination: v.Destination,
	}
}
