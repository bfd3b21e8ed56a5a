package mavlink

// GoingHome tells by its mode that a vehicle returns, lands or comes down, be it by a failsafe, its plan, its pilot or an order: it should
// not be sent elsewhere. It may be on the ground already.
func (v Vehicle) GoingHome() bool {
	switch v.Mode {
	case "RTL", "SMART_RTL", "AUTO_RTL", "QRTL", "LAND", "QLAND", "AUTOLAND", "LOITER_ALT_QLAND", "AUTOROTATE", // ArduPilot
		"AUTO.RTL", "AUTO.LAND", "AUTO.PRECLAND", "TERMINATION": // PX4
		return true
	}
	return false
}
