package mavlink

// The numbers of PX4's main modes and of the sub modes of AUTO and POSCTL (px4_custom_mode.h).
const (
	px4Manual, px4Altitude, px4Position, px4Auto, px4Acro    = 1, 2, 3, 4, 5
	px4Offboard, px4Stabilized, px4Termination, px4AltCruise = 6, 7, 10, 11
)

// px4NavigationState is the number by which PX4's reports name a mode (vehicle_status, nav_state).
func px4NavigationState(custom uint32) (bit uint32, ok bool) {
	states := map[uint32]uint32{
		px4Mode(px4Manual, 0, "").custom: 0, px4Mode(px4Altitude, 0, "").custom: 1, px4Mode(px4Position, 0, "").custom: 2,
		px4Mode(px4Auto, 4, "").custom: 3, px4Mode(px4Auto, 3, "").custom: 4, px4Mode(px4Auto, 5, "").custom: 5,
		px4Mode(px4Position, 2, "").custom: 6, px4Mode(px4AltCruise, 0, "").custom: 8, px4Mode(px4Acro, 0, "").custom: 10,
		px4Mode(px4Termination, 0, "").custom: 13, px4Mode(px4Offboard, 0, "").custom: 14, px4Mode(px4Stabilized, 0, "").custom: 15,
		px4Mode(px4Auto, 2, "").custom: 17, px4Mode(px4Auto, 6, "").custom: 18, px4Mode(px4Auto, 8, "").custom: 19,
		px4Mode(px4Auto, 9, "").custom: 20, px4Mode(px4Position, 1, "").custom: 21, px4Mode(px4Auto, 10, "").custom: 22,
	}
	// AUTO 11 to 18 are modes that run outside of the autopilot, from 23 on.
	const firstExternal, lastExternal, externalState = 11, 18, 23
	if sub := custom >> 24; custom>>16&0xFF == px4Auto && sub >= firstExternal && sub <= lastExternal {
		return externalState + sub - firstExternal, true
	}
	bit, ok = states[custom]
	return bit, ok
}
