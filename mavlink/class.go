package mavlink

// class is what an airframe can do at all.
type class int

const (
	copter class = iota // hovers
	plane               // must keep moving
	vtol                // both
	rover               // on land or water
	sub
)

func classOf(airframe string) class {
	switch airframe {
	case "fixedWing", "flappingWing", "parafoil":
		return plane
	case "vtol":
		return vtol
	case "groundRover", "surfaceBoat", "quadruped":
		return rover
	case "submarine":
		return sub
	default:
		return copter
	}
}

// flies tells whether it leaves the ground.
func (c class) flies() bool { return c != rover && c != sub }
