package scenario

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
)

// reach is how far from the centre anything may be placed: the world caches its ground within 6 km.
const reach = 5500.0

// Limits that keep a scenario file from asking for more than a machine has.
const (
	mostOfAKind = 200
	mostMembers = 50
)

// tile is the south-west corner of the one terrain tile that the world makes.
var tile = [2]float64{-36, 149}

// problems lists everything that is wrong, each with the path of its key.
func (s *Scenario) problems() []error {
	c := &checker{ids: map[string]bool{}}
	c.site(s.Site)
	c.need(s.Wind.SpeedMS >= 0 && s.Wind.SpeedMS <= 25, "wind.speedMS: must be 0 to 25")
	c.need(math.Abs(s.Wind.FromDeg) <= 360, "wind.fromDeg: must be an angle")
	c.need(math.Abs(s.AmbientC) <= 60, "ambientC: must be within 60")
	c.need(s.Wind.GustMS >= 0 && s.Wind.GustMS <= 10, "wind.gustMS: must be 0 to 10")
	c.need(len(s.Objects) <= mostOfAKind && len(s.Animals) <= mostOfAKind && len(s.Sensors) <= mostOfAKind && len(s.Drones) <= mostOfAKind,
		"at most %d objects, animals, sensors and drones each", mostOfAKind)
	for i, o := range s.Objects {
		c.object(fmt.Sprintf("objects[%d]", i), o)
	}
	for i, a := range s.Animals {
		p := fmt.Sprintf("animals[%d]", i)
		c.id(p, a.ID)
		c.point(p+".around", a.Around)
		c.need(a.Count <= mostMembers, "%s.count: at most %d", p, mostMembers)
		c.need(a.RadiusM > 0 && a.RadiusM <= 2000, "%s.radiusM: must be up to 2000", p)
		c.need(a.SpeedMS > 0 && a.SpeedMS <= 15, "%s.speedMS: must be up to 15", p)
	}
	for i, x := range s.Sensors {
		c.sensor(fmt.Sprintf("sensors[%d]", i), x)
	}
	systems := map[int]bool{}
	for i, d := range s.Drones {
		p := fmt.Sprintf("drones[%d]", i)
		c.need(d.ID >= 1 && d.ID <= 250 && !systems[d.ID], "%s.id: must be a MAVLink system id from 1 to 250, used once", p)
		systems[d.ID] = true
		c.drone(p, d)
	}
	return c.found
}

type checker struct {
	ids   map[string]bool
	found []error
}

func (c *checker) need(ok bool, format string, args ...any) {
	if !ok {
		c.found = append(c.found, fmt.Errorf(format, args...))
	}
}

func (c *checker) id(path, id string) {
	c.need(id != "" && !c.ids[id], "%s.id: must be given, and used once (%q)", path, id)
	c.ids[id] = true
}

func (c *checker) point(path string, p Point) {
	c.need(math.Abs(p[0]) <= reach && math.Abs(p[1]) <= reach, "%s: must be within %.0f m of the centre", path, reach)
}

func (c *checker) points(path string, least int, ps []Point) {
	c.need(len(ps) >= least && len(ps) <= 1000, "%s: needs %d to 1000 points", path, least)
	for i, p := range ps {
		c.point(fmt.Sprintf("%s[%d]", path, i), p)
	}
}

func (c *checker) site(s Site) {
	// A tenth of a degree of margin, so that the whole sector has terrain.
	c.need(s.Centre.Lat > tile[0]+0.1 && s.Centre.Lat < tile[0]+0.9 && s.Centre.Lon > tile[1]+0.1 && s.Centre.Lon < tile[1]+0.9,
		"site.centre: must lie between 35.1 and 35.9 degrees south, 149.1 and 149.9 degrees east")
	c.points("site.border", 2, s.Border)
	for i := 1; i < len(s.Border); i++ {
		c.need(s.Border[i][0] > s.Border[i-1][0], "site.border[%d]: must be east of the one before", i)
	}
	c.point("site.post", s.Post)
	c.points("site.sector", 3, s.Sector)
	for i, r := range s.Roads {
		c.points(fmt.Sprintf("site.roads[%d]", i), 2, r)
	}
}

func (c *checker) object(p string, o Object) {
	c.id(p, o.ID)
	c.need(slices.Contains([]string{"person", "vehicle", "animal"}, o.Class), "%s.class: must be person, vehicle or animal", p)
	c.points(p+".path", 2, o.Path)
	c.need(o.SpeedMS > 0.05 && o.SpeedMS <= 40, "%s.speedMS: must be 0.05 to 40", p)
	c.need(math.Abs(o.StartS) <= 1e6 && math.Abs(o.TempC) <= 200 && o.SpacingM > 0 && o.SpacingM <= 1000,
		"%s: startS, tempC or spacingM is out of reach", p)
	c.need(o.GaitHz >= 0 && o.GaitHz <= 6, "%s.gaitHz: must be 0 to 6", p)
	c.need(o.Count <= mostMembers, "%s.count: at most %d", p, mostMembers)
	length := 0.0
	for i := 1; i < len(o.Path); i++ {
		length += math.Hypot(o.Path[i][0]-o.Path[i-1][0], o.Path[i][1]-o.Path[i-1][1])
	}
	c.need(length >= 1, "%s.path: must be at least 1 m long", p)
	for i, q := range o.Pauses {
		c.need(q.At >= 0 && q.At < len(o.Path) && q.ForS > 0, "%s.pauses[%d]: needs a way point that exists and a time", p, i)
	}
	if o.Repeat != nil {
		c.need(!o.Shuttle, "%s.repeat: a shuttle does not repeat", p)
		c.need(o.Repeat.EveryS >= 30 && o.Repeat.JitterS >= 0 && o.Repeat.JitterS <= o.Repeat.EveryS/2,
			"%s.repeat: needs everyS of 30 or more, and jitterS of at most half of it", p)
		for i, shift := range o.Repeat.ShiftsM {
			for _, q := range o.Path {
				c.point(fmt.Sprintf("%s.repeat.shiftsM[%d]", p, i), Point{q[0] + shift, q[1]})
			}
		}
	}
}

func (c *checker) sensor(p string, x Sensor) {
	c.id(p, x.ID)
	c.need(slices.Contains([]string{"seismic", "pir", "beam"}, x.Kind), "%s.kind: must be seismic, pir or beam", p)
	c.point(p+".at", x.At)
	c.need((x.Kind == "beam") == (x.To != nil), "%s.to: a beam has a second post, nothing else has", p)
	if x.To != nil {
		c.point(p+".to", *x.To)
		c.need(math.Hypot(x.To[0]-x.At[0], x.To[1]-x.At[1]) >= 1, "%s.to: must be at least 1 m from the first post", p)
	}
	c.need(x.RangeM >= 0 && x.RangeM <= 500, "%s.rangeM: must be up to 500", p)
	c.need(math.Abs(x.AzimuthDeg) <= 360 && x.FOVDeg >= 0 && x.FOVDeg <= 360, "%s: azimuthDeg or fovDeg is no angle", p)
	c.need(x.Gateway != "", "%s.gateway: must be given", p)
	if x.Gateway == "shake" {
		c.need(x.Kind == "seismic" && x.Address != "", "%s: a shake is seismic and has an address", p)
	}
}

func (c *checker) drone(p string, d Drone) {
	c.point(p+".home", d.Home)
	if len(d.Patrol) > 0 {
		c.points(p+".patrol", 2, d.Patrol)
	}
	c.need(!d.Airborne || len(d.Patrol) > 0, "%s.airborne: needs a patrol", p)
	c.need(d.StartAt >= 0 && d.StartAt < max(1, len(d.Patrol)), "%s.startAt: no such patrol point", p)
	c.need(d.AltitudeAGL >= 10 && d.AltitudeAGL <= 400, "%s.altitudeAGL: must be 10 to 400", p)
	c.need(d.SpeedMS >= 1 && d.SpeedMS <= 15, "%s.speedMS: must be 1 to 15", p)
	c.need(math.Abs(d.YawBiasDeg) <= 20, "%s.yawBiasDeg: must be within 20", p)
	c.need(d.BatteryPct > 0 && d.BatteryPct <= 100, "%s.batteryPercent: must be up to 100", p)
	c.need(d.LossPct >= 0 && d.LossPct <= 100 && d.DuplicatePct >= 0 && d.DuplicatePct <= 100, "%s: loss or duplicate is no percentage", p)
	c.need(d.DelayMS >= 0 && d.DelayMS <= 10_000 && d.JitterMS >= 0 && d.JitterMS <= 10_000, "%s: delayMs or jitterMs: must be up to 10000", p)
	if d.LookAt != nil {
		c.point(p+".lookAt", *d.LookAt)
	}
	c.parameters(p+".parameters", d.Parameters)
	c.need(len(d.Events) <= mostOfAKind, "%s.events: at most %d", p, mostOfAKind)
	for i, e := range d.Events {
		at := fmt.Sprintf("%s.events[%d]", p, i)
		c.need(e.AtS >= 0 && e.AtS <= 7*86400, "%s.atS: must be within a week", at)
		c.need(len(e.Set) > 0, "%s.set: sets nothing", at)
		c.parameters(at+".set", e.Set)
	}
}

// parameterName is what MAVLink lets a parameter be called.
var parameterName = regexp.MustCompile(`^[A-Z0-9_]{1,16}$`)

func (c *checker) parameters(p string, set map[string]float64) {
	c.need(len(set) <= mostOfAKind, "%s: at most %d", p, mostOfAKind)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		v := set[name]
		c.need(parameterName.MatchString(name), "%s: %q is no name of a parameter", p, name)
		c.need(!math.IsNaN(v) && math.Abs(v) <= math.MaxFloat32, "%s.%s: must be a number", p, name)
	}
}
