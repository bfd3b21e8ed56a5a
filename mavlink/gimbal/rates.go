package gimbal

// Rates are how fast a gimbal turns, in degrees a second: up, and clockwise.
type Rates struct {
	PitchDegS, YawDegS float64
	// Manual makes both shares, -1 to 1, of what the manager is set up for (GIMBAL_MANAGER_SET_MANUAL_CONTROL, 288).
	Manual bool
	// VehicleFrame lets the yaw turn with the vehicle; else it keeps its direction over ground between the turns.
	VehicleFrame bool
}

// Still tells that nothing turns.
func (r Rates) Still() bool { return r.PitchDegS == 0 && r.YawDegS == 0 }

// Rest are the rates that end a turn at these.
func (r Rates) Rest() Rates { return Rates{Manual: r.Manual, VehicleFrame: r.VehicleFrame} }
