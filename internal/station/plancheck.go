package station

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

const (
	// farM is how far an item may be from the vehicle without a warning; strayM looks like a slip.
	farM, strayM = 20e3, 500e3
	// legStepM is how close the ground below a leg is looked at, mostSteps how often for one mission.
	legStepM, mostSteps = 25, 40000
	// Speeds in metres a second where neither the plan nor the vehicle tells.
	copterMS, wingMS = 8, 16
	climbMS          = 2.5
)

// planChecker looks through a mission before it goes to a vehicle. It is used for one mission.
type planChecker struct {
	ground  *ground
	zones   []zone.Zone
	areas   mission.Areas
	vehicle *mavlink.Vehicle // nil: none in particular

	findings []api.Finding
	at       *geo.LatLon // where the vehicle would be now in the mission, nil while not known
	height   *geo.AMSL   // and how high
	agl      *float64    // its height above the ground where the plan counts so, nil elsewhere
	speed    float64
	length   float64
	seconds  float64
	steps    int
	legs     []api.Leg // of those that are flown in the air
	blind    bool      // some of the ground is not known
	planned  *geo.AMSL // the home that the plan was made for, which counts where the vehicle's is not known
	airborne bool

	boxes        []orb.Bound // of the zones
	wantsProfile bool
	profile      []api.ProfilePoint
}

func (c *planChecker) add(severity string, item int, format string, args ...any) {
	c.findings = append(c.findings, api.Finding{Severity: severity, Item: item, Text: fmt.Sprintf(format, args...)})
}

// check walks through the items in their order; jumps are looked at, not followed.
func (c *planChecker) check(items []mavlink.MissionItem) ([]api.Finding, *api.Estimate) {
	c.begin()
	speed := c.speed
	c.checkFirst(items)
	for n, it := range items {
		c.item(n+1, it, len(items))
	}
	if c.blind {
		c.add("warning", 0, "the height of the ground is not known along all of the way: load terrain to have it checked")
	}
	if len(items) == 0 {
		return c.findings, nil
	}
	e := &api.Estimate{LengthM: math.Round(c.length), DurationS: math.Round(c.seconds), SpeedMS: speed}
	c.checkBattery(e)
	return c.findings, e
}

// begin puts the vehicle where it is, or on its home.
func (c *planChecker) begin() {
	c.speed = copterMS
	v := c.vehicle
	if v == nil {
		return
	}
	if v.Type == "fixedWing" || v.Type == "vtol" {
		c.speed = wingMS
	}
	c.airborne = v.Landed != "" && v.Landed != "onGround"
	switch {
	case v.Position != nil:
		amsl := geo.AMSL(v.Position.AltAMSL)
		c.at, c.height = &geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, &amsl
	case v.Home != nil:
		amsl := geo.AMSL(v.Home.AltAMSL)
		c.at, c.height = &geo.LatLon{Lat: v.Home.Lat, Lon: v.Home.Lon}, &amsl
	}
}

// checkFirst warns of what ArduCopter refuses to start on the ground.
func (c *planChecker) checkFirst(items []mavlink.MissionItem) {
	v := c.vehicle
	if v == nil || v.Autopilot != "ardupilot" || v.Landed != "onGround" {
		return
	}
	const vtolTakeoff = 84
	for n, it := range items {
		if it.Command >= firstDo {
			continue
		}
		if it.Command != mission.Takeoff && it.Command != vtolTakeoff {
			c.add("warning", n+1, "the vehicle is on the ground and the first thing to fly is %s: ArduPilot starts a mission there only with a takeoff", mission.CommandName(it.Command))
		}
		return
	}
}

func (c *planChecker) item(n int, it mavlink.MissionItem, count int) {
	switch {
	case it.Command == mission.Takeoff:
		c.takeoff(n, it)
	case it.Command == mission.Return:
		if v := c.vehicle; v != nil && v.Home != nil {
			c.travel(n, geo.LatLon{Lat: v.Home.Lat, Lon: v.Home.Lon}, c.height, nil)
		}
	case mission.FliesThere(it.Command):
		c.flyTo(n, it)
	case it.Command == mission.Jump:
		if to := it.Params[0]; !(to >= 1 && to <= float64(count)) || to != math.Trunc(to) || int(to) == n {
			c.add("error", n, "jumps to item %v of %d", to, count)
		}
	case it.Command == mission.Speed:
		if it.Params[1] > 0 && it.Params[1] < 1000 {
			c.speed = it.Params[1]
		}
	}
	const delay, loiterTime = 93, 19
	if it.Command == mission.Waypoint || it.Command == loiterTime || it.Command == delay {
		if s := it.Params[0]; s > 0 && s < longestHold {
			c.seconds += s
		}
	}
	if v := c.vehicle; v != nil && v.Autopilot == "px4" && mission.HasPlace(it.Command) && mission.HeightOf(it.Frame) == mission.HeightAGL {
		c.add("error", n, "PX4 knows no heights above the terrain: give altitudeAMSL or altitudeRelative")
	}
}

// heightOf is the height of an item at a place, above the sea and, where it counts so, above the ground.
func (c *planChecker) heightOf(it mavlink.MissionItem, at geo.LatLon) (amsl *geo.AMSL, agl *float64) {
	switch mission.HeightOf(it.Frame) {
	case mission.HeightAMSL:
		h := geo.AMSL(it.Alt)
		return &h, nil
	case mission.HeightRelative:
		if v := c.vehicle; v != nil && v.Home != nil {
			return new(geo.AMSL(v.Home.AltAMSL + it.Alt)), nil
		}
		if c.planned != nil {
			return new(*c.planned + geo.AMSL(it.Alt)), nil
		}
	case mission.HeightAGL:
		if below, ok := c.ground.elevation(at); ok {
			h := below + geo.AMSL(it.Alt)
			return &h, &it.Alt
		}
		return nil, &it.Alt
	case mission.HeightNone:
	}
	return nil, nil
}

func (c *planChecker) takeoff(n int, it mavlink.MissionItem) {
	c.airborne = true
	if c.at == nil {
		return
	}
	amsl, agl := c.heightOf(it, *c.at)
	if amsl != nil && c.height != nil {
		climb := float64(*amsl - *c.height)
		if climb < 0 && c.vehicle != nil && c.vehicle.Landed == "onGround" {
			c.add("warning", n, "takes off to a height below the vehicle")
		}
		c.seconds += math.Abs(climb) / climbMS
	}
	c.height, c.agl = amsl, agl
}

// flyTo checks an item with a place and the straight way there.
func (c *planChecker) flyTo(n int, it mavlink.MissionItem) {
	to := geo.LatLon{Lat: it.Lat, Lon: it.Lon}
	if to == (geo.LatLon{}) {
		if c.at == nil {
			return
		}
		to = *c.at // 'here'
	}
	if !to.Valid() {
		return
	}
	if v := c.vehicle; v != nil && v.Position != nil {
		switch d := geo.Distance(geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, to); {
		case d > strayM:
			c.add("warning", n, "is %.0f km away from the vehicle: are latitude and longitude right?", d/1000)
			c.at, c.height = nil, nil
			return
		case d > farM:
			c.add("warning", n, "is %.0f km away from the vehicle", d/1000)
		}
	}
	amsl, agl := c.heightOf(it, to)
	if it.Command == mission.Land {
		amsl, agl = c.height, c.agl // it flies there as high as it is, and comes down
	}
	c.travel(n, to, amsl, agl)
}

// travel flies straight to a place, looking at zones, fences and the ground on the way.
func (c *planChecker) travel(n int, to geo.LatLon, amsl *geo.AMSL, agl *float64) {
	from, fromHeight, fromAGL := c.at, c.height, c.agl
	if from == nil {
		from, fromHeight, fromAGL = &to, amsl, agl
	}
	c.checkZones(n, *from, to)
	c.checkAreas(n, *from, to)
	c.checkGround(n, *from, to, fromHeight, amsl, fromAGL, agl)
	d := geo.Distance(*from, to)
	c.length += d
	c.seconds += d / c.speed
	c.at, c.height, c.agl = &to, amsl, agl
}

func (c *planChecker) checkZones(n int, from, to geo.LatLon) {
	way := orb.MultiPoint{from.Point(), to.Point()}.Bound()
	for i, z := range c.zones {
		if z.Kind == zone.NoFly && c.box(i).Intersects(way) && z.Blocks(from.Point(), to.Point()) {
			c.add("error", n, "the way there leads through %s, where nothing may fly", z.Label())
		}
	}
}

// box bounds a zone. There may be thousands, and most are far from most legs.
func (c *planChecker) box(i int) orb.Bound {
	if c.boxes == nil {
		for _, z := range c.zones {
			c.boxes = append(c.boxes, z.Geometry.Bound())
		}
	}
	return c.boxes[i]
}

// checkGround measures the least clearance of a leg. A vehicle on the ground has none, and that is no finding.
func (c *planChecker) checkGround(n int, from, to geo.LatLon, a, b *geo.AMSL, aglA, aglB *float64) {
	if !c.airborne && c.vehicle != nil {
		return
	}
	l := c.leg(n, from, to, a, b, aglA, aglB)
	c.legs = append(c.legs, l)
	switch {
	case l.State == legBelow && l.At != nil:
		c.add("error", n, "the way there leads into the ground: %.0f m below it at %.5f, %.5f", -*l.LeastM, l.At.Lat, l.At.Lon)
	case l.State == legLow && l.At != nil:
		c.add("warning", n, "the way there leads only %.0f m above the ground at %.5f, %.5f", *l.LeastM, l.At.Lat, l.At.Lon)
	case l.State == legBelow || l.State == legLow:
		c.add("warning", n, "the way there leads %.0f m above the ground", *l.LeastM)
	}
}

func (c *planChecker) checkBattery(e *api.Estimate) {
	v := c.vehicle
	if v == nil {
		return
	}
	left := 0.0
	switch {
	case v.Endurance != nil:
		left = v.Endurance.ToReserve.Seconds()
	case v.Battery != nil && v.Battery.TimeLeft != nil:
		left = v.Battery.TimeLeft.Seconds()
	default:
		return
	}
	if e.DurationS > left {
		c.add("warning", 0, "takes about %.0f min, and the battery lasts for %.0f min", e.DurationS/60, left/60)
	}
}
