package mavlink

import (
	"fmt"
	"math"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

func (p px4) plan(c Command, v Vehicle, modes *modeTable) ([]order, error) {
	kind := classOf(v.Type)
	switch c := c.(type) {
	case Takeoff:
		return p.takeoff(c, v)
	case Land:
		if !kind.flies() {
			return nil, senseless(c, v, "it does not fly")
		}
		return []order{long(common.MAV_CMD_NAV_LAND, 0, 0, 0, unset, unset, unset, unset)}, nil
	case LandAt:
		if kind == plane || !kind.flies() {
			return nil, senseless(c, v, "it does not land at a place that it is told; use land, or a mission with a landing")
		}
		return []order{reposition(c.Lat, c.Lon, c.AltAMSL, keepSpeed)}, nil
	case Goto:
		return p.goTo(c, v), nil
	case Hold, Pause:
		return modeOrders(p, v, modes, "AUTO.LOITER")
	case Follow:
		if kind != copter && kind != vtol {
			return nil, senseless(c, v, "it has no mode for it")
		}
		return modeOrders(p, v, modes, p.followMode())
	case Continue:
		return modeOrders(p, v, modes, "AUTO.MISSION")
	case Orbit:
		return p.orbit(c, v)
	case ChangeAltitude:
		if !kind.flies() {
			return nil, senseless(c, v, "it does not fly")
		}
		// What is not a number stays: the place, the heading.
		return []order{long(common.MAV_CMD_DO_REPOSITION, keepSpeed, changeMode, 0, unset, unset, unset, c.AltAMSL)}, nil
	case Heading:
		if kind != copter && kind != vtol {
			return nil, senseless(c, v, "its nose points where it goes; use goto")
		}
		return []order{long(common.MAV_CMD_DO_REPOSITION, keepSpeed, changeMode, 0, radiansOf(c.Deg), unset, unset, unset)}, nil
	default:
		return commonPlan(p, c, v, modes)
	}
}

// takeoff climbs to a height above mean sea level.
func (px4) takeoff(c Takeoff, v Vehicle) ([]order, error) {
	kind := classOf(v.Type)
	if !kind.flies() {
		return nil, senseless(c, v, "it does not fly")
	}
	ground, ok := groundAMSL(v)
	if !ok {
		return nil, fmt.Errorf("%w: vehicle %d has not told the height of its home", ErrInvalid, v.ID)
	}
	command := common.MAV_CMD_NAV_TAKEOFF
	if kind == vtol {
		command = common.MAV_CMD_NAV_VTOL_TAKEOFF
	}
	var orders []order
	if !v.Armed {
		orders = append(orders, long(common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	}
	return append(orders, long(command, unset, 0, 0, unset, unset, unset, ground+c.AltRelativeM)), nil
}

func (px4) goTo(c Goto, v Vehicle) []order {
	wanted := c.SpeedMS
	if wanted == 0 {
		wanted = keepSpeed
	}
	o := reposition(c.Lat, c.Lon, c.AltAMSL, wanted)
	o.params[2] = c.RadiusM
	kind := classOf(v.Type)
	switch {
	case c.HeadingDeg != nil && kind != plane:
		o.params[3] = radiansOf(*c.HeadingDeg)
	case c.Left && (kind == plane):
		o.params[3] = 1 // the side on which a plane circles
	}
	return []order{o}
}

// orbit is DO_ORBIT, whose radius is negative for anticlockwise, whose nose points to the middle, and which does not end.
func (px4) orbit(c Orbit, v Vehicle) ([]order, error) {
	if !classOf(v.Type).flies() {
		return nil, senseless(c, v, "use goto or a mission")
	}
	radius := c.RadiusM
	if c.Left {
		radius = -radius
	}
	velocity := c.SpeedMS
	if velocity == 0 {
		velocity = unset
	}
	const toTheMiddle, forEver = float64(common.ORBIT_YAW_BEHAVIOUR_HOLD_FRONT_TO_CIRCLE_CENTER), 0
	return []order{place(common.MAV_CMD_DO_ORBIT, c.Lat, c.Lon, c.AltAMSL, radius, velocity, toTheMiddle, forEver)}, nil
}

// radiansOf is a heading as DO_REPOSITION has it, from -π to π.
func radiansOf(deg float64) float64 { return math.Remainder(deg, 360) / radToDeg }
