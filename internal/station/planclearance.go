package station

import (
	"math"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// How a leg stands to the ground.
const (
	legClear   = "clear"
	legLow     = "low"
	legBelow   = "below"
	legPartly  = "partly"
	legUnknown = "unknown"
)

// leg looks at the ground below a straight way, from a height to a height above the sea. What is not known is said and never
// guessed: of a way that is known in part, the least clearance is that of the known part.
func (c *planChecker) leg(n int, from, to geo.LatLon, a, b *geo.AMSL, aglA, aglB *float64) api.Leg {
	length := geo.Distance(from, to)
	c.note(n, from, to, length, a, b, aglA, aglB)
	out := api.Leg{Item: n, LengthM: math.Round(length)}
	unknown := func(why string, ground bool) api.Leg {
		c.blind = c.blind || ground
		out.State, out.Why, out.UnknownM = legUnknown, why, out.LengthM
		return out
	}
	switch {
	case aglA != nil && aglB != nil:
		// The vehicle keeps these heights by what it knows of the ground itself.
		out.FollowsTerrain, out.LeastM = true, new(min(*aglA, *aglB))
		judge(&out)
		return out
	case c.ground.terrain == nil:
		return unknown("the station has no terrain", true)
	case (a == nil && aglA != nil) || (b == nil && aglB != nil):
		return unknown("the ground at an end of the leg is not known", true)
	case a == nil || b == nil:
		return unknown("a height of the leg above the sea is not known: it counts from a home that is not known, or the plan gives none", false)
	}
	steps := max(1, int(math.Ceil(length/legStepM)))
	if c.steps += steps; c.steps > mostSteps {
		return unknown("the plan is too long to be looked at whole", true)
	}
	bearing := geo.BearingDeg(from, to)
	missing := 0
	for i := range steps + 1 {
		part := float64(i) / float64(steps)
		p := geo.Offset(from, bearing, part*length)
		below, ok := c.ground.elevation(p)
		if !ok {
			missing++
			continue
		}
		if clear := float64(*a) + part*float64(*b-*a) - float64(below); out.LeastM == nil || clear < *out.LeastM {
			out.LeastM, out.At, out.GroundAMSL = &clear, &p, &below
		}
	}
	if out.LeastM == nil {
		return unknown("there is no terrain along the leg", true)
	}
	out.UnknownM = math.Round(length * float64(missing) / float64(steps+1))
	if missing > 0 {
		c.blind = true
		out.UnknownM, out.Why = max(1, out.UnknownM), "there is no terrain along a part of the leg"
	}
	judge(&out)
	return out
}

// judge names the state of a leg whose least clearance is known for a part of it at least.
func judge(l *api.Leg) {
	switch {
	case *l.LeastM < 0:
		l.State = legBelow
	case *l.LeastM < leastClearanceM:
		l.State = legLow
	case l.UnknownM > 0:
		l.State = legPartly
	default:
		l.State = legClear
	}
}

// clearance sums the legs up.
func (c *planChecker) clearance() *api.Clearance {
	out := &api.Clearance{StepM: legStepM, WantedM: leastClearanceM, Legs: c.legs, Profile: c.profile}
	for _, l := range c.legs {
		if l.State == legUnknown || l.State == legPartly || l.UnknownM > 0 {
			out.Unknown++
		}
		if l.LeastM != nil && (out.LeastM == nil || *l.LeastM < *out.LeastM) {
			out.LeastM, out.Item = l.LeastM, l.Item
		}
	}
	return out
}
