package mavlink

import (
	"fmt"
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

func (a ardupilot) plan(c Command, v Vehicle, modes *modeTable) ([]order, error) {
	kind := classOf(a.airframe)
	switch c := c.(type) {
	case Takeoff:
		return a.takeoff(c, v, modes)
	case Arm:
		return a.arm(v, modes), nil
	case Goto:
		return a.goTo(c, v), nil
	case Orbit:
		return a.orbit(c, v)
	case LandAt:
		if kind != copter {
			return nil, senseless(c, v, "it does not land at a place that it is told; use land, or a mission with a landing")
		}
		return []order{a.reposition(c.Lat, c.Lon, c.AltAMSL)}, nil
	case Land:
		return a.land(c, v, modes)
	case Hold:
		return a.hold(v, modes)
	case Pause:
		if kind == copter && v.Mode == "AUTO" {
			return []order{long(common.MAV_CMD_DO_PAUSE_CONTINUE, 0)}, nil
		}
		return a.hold(v, modes)
	case Continue:
		if kind == copter && v.Mode == "AUTO" {
			return []order{long(common.MAV_CMD_DO_PAUSE_CONTINUE, 1)}, nil
		}
		return modeOrders(a, v, modes, "AUTO")
	case Return:
		if kind == sub {
			return nil, senseless(c, v, "it has no mode that leads home; use the mode SURFACE")
		}
		return commonPlan(a, c, v, modes)
	case ChangeAltitude:
		return a.changeAltitude(c, v)
	case Heading:
		return a.heading(c, v)
	case Follow:
		return a.follow(c, v, modes)
	default:
		return commonPlan(a, c, v, modes)
	}
}

// reposition leaves the yaw at 0, since ArduPilot refuses what is not a number.
func (ardupilot) reposition(lat, lon, altAMSL float64) order {
	return place(common.MAV_CMD_DO_REPOSITION, lat, lon, altAMSL, keepSpeed, changeMode)
}

// loiter circles a place with a plane: the fourth number is its side, clockwise where it is 0.
func (ardupilot) loiter(lat, lon, altAMSL, radius float64, left bool) order {
	side := 0.0
	if left {
		side = 1
	}
	return place(common.MAV_CMD_DO_REPOSITION, lat, lon, altAMSL, keepSpeed, changeMode, radius, side)
}

// goTo sends speed and heading after the place, since DO_REPOSITION learned the speed late and knows no heading here.
func (a ardupilot) goTo(c Goto, v Vehicle) []order {
	orders := []order{a.reposition(c.Lat, c.Lon, c.AltAMSL)}
	winged := classOf(a.airframe) == plane || classOf(a.airframe) == vtol
	if winged && (c.RadiusM > 0 || c.Left) {
		orders[0] = a.loiter(c.Lat, c.Lon, c.AltAMSL, c.RadiusM, c.Left)
	}
	if c.KeepMode {
		orders[0].params[1] = 0 // it then answers DENIED outside GUIDED
	}
	if c.SpeedMS > 0 {
		orders = append(orders, speed(v, c.SpeedMS))
	}
	if c.HeadingDeg != nil && classOf(a.airframe) == copter {
		orders = append(orders, long(common.MAV_CMD_CONDITION_YAW, *c.HeadingDeg))
	}
	return orders
}

func (a ardupilot) takeoff(c Takeoff, v Vehicle, modes *modeTable) ([]order, error) {
	switch classOf(a.airframe) {
	case rover, sub:
		return nil, senseless(c, v, "it does not fly")
	case plane:
		return a.launch(c, v, modes)
	}
	guided, ok := modes.find("GUIDED")
	if !ok {
		return nil, fmt.Errorf("%w: a %s cannot be told to take off to a height", ErrInvalid, v.Type)
	}
	var orders []order
	if v.Mode != guided.name {
		orders = append(orders, a.setMode(guided))
	}
	if !v.Armed {
		// It disarms again after ten seconds on the ground.
		orders = append(orders, long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	}
	return append(orders, long(common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, c.AltRelativeM)), nil
}

// launch takes off a plane, which does so in a mode of its own, to a height that is a parameter.
func (a ardupilot) launch(c Takeoff, v Vehicle, modes *modeTable) ([]order, error) {
	m, ok := modes.find("TAKEOFF")
	if !ok {
		return nil, fmt.Errorf("%w: vehicle %d has no mode TAKEOFF: use a mission that takes off", ErrInvalid, v.ID)
	}
	height := order{parameter: "TKOFF_ALT"}
	height.params[0] = c.AltRelativeM
	orders := []order{height, a.setMode(m)}
	if !v.Armed {
		orders = append(orders, long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	}
	return orders, nil
}

// arm leaves LAND and RTL first, in which a copter stands after a landing and which refuse to arm.
func (a ardupilot) arm(v Vehicle, modes *modeTable) []order {
	orders := []order{long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1)}
	guided, ok := modes.find("GUIDED")
	if ok && !v.Armed && (v.Mode == "LAND" || v.Mode == "RTL") {
		orders = append([]order{a.setMode(guided)}, orders...)
	}
	return orders
}

func (a ardupilot) land(c Land, v Vehicle, modes *modeTable) ([]order, error) {
	switch classOf(a.airframe) {
	case rover, sub:
		return nil, senseless(c, v, "it does not fly")
	case vtol:
		return modeOrders(a, v, modes, "QLAND")
	case plane:
		// The landing is part of its mission.
		return []order{long(common.MAV_CMD_DO_LAND_START)}, nil
	default:
		return []order{long(common.MAV_CMD_NAV_LAND)}, nil
	}
}

// hold stops a copter by going to the place where it can stop. LOITER would read the throttle stick, which nobody may
// hold, and a paused GUIDED flight may not hear the next place. The others have a mode for it.
func (a ardupilot) hold(v Vehicle, modes *modeTable) ([]order, error) {
	switch classOf(a.airframe) {
	case plane, vtol:
		return modeOrders(a, v, modes, "LOITER")
	case rover:
		return modeOrders(a, v, modes, "HOLD")
	case sub:
		return modeOrders(a, v, modes, "POSHOLD")
	}
	stop, err := stopOf(v)
	if err != nil {
		return nil, err
	}
	return []order{a.reposition(stop.Lat, stop.Lon, v.Position.AltAMSL)}, nil
}

// stopOf is where a copter comes to rest that begins to stop now.
func stopOf(v Vehicle) (geo.LatLon, error) {
	if v.Position == nil || v.Velocity == nil {
		return geo.LatLon{}, fmt.Errorf("%w: vehicle %d has not told its position", ErrInvalid, v.ID)
	}
	const deceleration = 2.5 // m/s², ArduCopter's default for waypoints
	speed := math.Hypot(v.Velocity.North, v.Velocity.East)
	course := math.Atan2(v.Velocity.East, v.Velocity.North) * radToDeg
	return geo.Offset(geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, course, speed*speed/(2*deceleration)), nil
}

// orbit has planes loiter. ArduCopter knows no DO_ORBIT, and its mode CIRCLE turns about a place that cannot be told and
// reads the throttle stick: there the station leads the vehicle in GUIDED, after it has flown to the circle.
func (a ardupilot) orbit(c Orbit, v Vehicle) ([]order, error) {
	switch classOf(a.airframe) {
	case plane, vtol:
		orders := []order{a.loiter(c.Lat, c.Lon, c.AltAMSL, c.RadiusM, c.Left)}
		if c.SpeedMS > 0 {
			orders = append(orders, speed(v, c.SpeedMS))
		}
		return orders, nil
	case rover, sub:
		return nil, senseless(c, v, "use goto or a mission")
	}
	entry, err := c.entry(v)
	if err != nil {
		return nil, err
	}
	return []order{a.reposition(entry.Lat, entry.Lon, c.AltAMSL)}, nil
}

// changeAltitude keeps a copter on its way where we sent it, or stops it.
func (a ardupilot) changeAltitude(c ChangeAltitude, v Vehicle) ([]order, error) {
	switch classOf(a.airframe) {
	case rover:
		return nil, senseless(c, v, "it does not fly")
	case plane:
		return []order{long(common.MAV_CMD_DO_CHANGE_ALTITUDE, c.AltAMSL, float64(common.MAV_FRAME_GLOBAL))}, nil
	}
	to, ok := v.bound()
	if !ok {
		var err error
		if to, err = stopOf(v); err != nil {
			return nil, err
		}
	}
	return []order{a.reposition(to.Lat, to.Lon, c.AltAMSL)}, nil
}

func (a ardupilot) heading(c Heading, v Vehicle) ([]order, error) {
	switch classOf(a.airframe) {
	case plane:
		const course = 0
		return []order{long(common.MAV_CMD_GUIDED_CHANGE_HEADING, course, math.Mod(c.Deg, 360))}, nil
	case rover:
		return nil, senseless(c, v, "it turns only by driving; use goto")
	}
	return []order{long(common.MAV_CMD_CONDITION_YAW, c.Deg, c.RateDegS)}, nil
}

// follow makes our own position the one that the mode FOLLOW goes by.
func (a ardupilot) follow(c Follow, v Vehicle, modes *modeTable) ([]order, error) {
	if kind := classOf(a.airframe); kind != copter && kind != rover {
		return nil, senseless(c, v, "it has no mode for it")
	}
	change, err := modeOrders(a, v, modes, a.followMode())
	if err != nil {
		return nil, err
	}
	enable, whom := order{parameter: "FOLL_ENABLE"}, order{parameter: "FOLL_SYSID"}
	enable.params[0], whom.params[0] = 1, float64(c.own)
	return append([]order{enable, whom}, change...), nil
}
