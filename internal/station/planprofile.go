package station

import (
	"math"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// mostProfile is how many places of a mission are shown; a long one is looked at in longer steps.
const mostProfile, legProfile = 4000, 60

// note adds a leg to the profile: the ground below it as the check sees it, and the height of flight.
func (c *planChecker) note(n int, from, to geo.LatLon, length float64, a, b *geo.AMSL, aglA, aglB *float64) {
	if !c.wantsProfile || len(c.profile) >= mostProfile {
		return
	}
	steps := max(1, min(int(math.Ceil(length/legStepM)), legProfile, mostProfile-len(c.profile)))
	bearing := geo.BearingDeg(from, to)
	for i := range steps + 1 {
		part := float64(i) / float64(steps)
		point := api.ProfilePoint{Item: n, AlongM: math.Round((c.length+part*length)*10) / 10}
		if c.ground.terrain != nil {
			if below, ok := c.ground.elevation(geo.Offset(from, bearing, part*length)); ok {
				point.GroundAMSL = new(tenths(below))
			}
		}
		switch {
		case aglA != nil && aglB != nil && point.GroundAMSL != nil:
			point.PlanAMSL = new(tenths(*point.GroundAMSL + geo.AMSL(*aglA+part*(*aglB-*aglA))))
		case aglA != nil && aglB != nil:
		case a != nil && b != nil:
			point.PlanAMSL = new(tenths(*a + geo.AMSL(part)*(*b-*a)))
		}
		c.profile = append(c.profile, point)
	}
}

func tenths(h geo.AMSL) geo.AMSL { return geo.AMSL(math.Round(float64(h)*10) / 10) }
