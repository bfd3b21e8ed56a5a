package mavlinktest

// Faults are switched on and off by tests.
type Faults struct {
	// Silent sends nothing at all; Deaf hears nothing.
	Silent, Deaf bool
	// LoseAcks loses that many command acknowledgements.
	LoseAcks int
	// PreArm refuses arming with this text, which comes after the refusal as on ArduPilot.
	PreArm string
	// RefusePlaces refuses repositions.
	RefusePlaces bool
	// Progress reports that many times 'in progress' before a takeoff is accepted.
	Progress int
	// DuplicateItems answers each mission item twice, as a link that duplicates makes ArduPilot do.
	DuplicateItems bool
	// LoseParameters leaves out every n-th parameter of a list.
	LoseParameters int
	// CameraDeaf makes the camera hear nothing, CameraFails answer every request with FAILED.
	CameraDeaf, CameraFails bool
	// LoseSettings loses every n-th answer of PARAM_EXT, SlowSettings says so often first that it works on it.
	LoseSettings, SlowSettings int
	// LoseMissionAck loses the acknowledgement of an upload; ForgetMission stores nothing.
	LoseMissionAck, ForgetMission bool
	// LoseFiles loses every n-th answer of MAVFTP, LoseLogs every n-th message of a log.
	LoseFiles, LoseLogs int
	// ForgetLists acknowledges that many uploads and holds nothing afterwards; BusyUploads denies that many.
	ForgetLists, BusyUploads int
	// RefuseParts refuses to have a part of a list written.
	RefuseParts bool
	// OldAutopilot knows MISSION_SET_CURRENT only.
	OldAutopilot bool
}

// Change switches faults.
func (a *Autopilot) Change(change func(*Faults)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.faults)
}
