package station

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/mavlink/planfile"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// checker is what looks through a plan for a vehicle, 0 for none in particular. The fence of the plan counts before the vehicle's.
func (p *plans) checker(vehicle int, plan planfile.Plan) (*planChecker, error) {
	c := &planChecker{ground: p.ground, zones: p.zones.all()}
	if h := plan.Home; h != nil {
		c.planned = new(geo.AMSL(h.AltAMSL))
	}
	if vehicle != 0 {
		v, ok := p.mavlink.Vehicle(vehicle)
		if !ok {
			return nil, api.NotFound("there is no vehicle %d", vehicle)
		}
		c.vehicle, c.areas = &v, p.ledger.fenceOf(vehicle)
	}
	if plan.Fence != nil {
		var err error
		if c.areas, err = mission.AreasOf(plan.Fence); err != nil {
			return nil, api.BadRequest("geoFence: %v", err)
		}
	}
	return c, nil
}

// checkPlan looks through a mission, the fence and the rally points that come with it, and for whom they were made.
func (c *planChecker) checkPlan(plan planfile.Plan) ([]api.Finding, *api.Estimate) {
	c.checkMaker(plan)
	if plan.Fence != nil {
		c.checkFence()
	}
	c.checkRally(plan.Rally)
	return c.check(plan.Mission)
}

// checkMaker warns of a plan that was made for another autopilot or another kind of vehicle.
func (c *planChecker) checkMaker(plan planfile.Plan) {
	v := c.vehicle
	if v == nil {
		return
	}
	if is := firmwareOf(*v); plan.Firmware != 0 && is != 0 && plan.Firmware != is {
		c.add("warning", 0, "the plan was made for another autopilot (%s), this vehicle has %s", autopilotName(plan.Firmware), v.Autopilot)
	}
	if made, is := airframeName(plan.Vehicle), airframeName(airframeOf(*v)); made != "" && v.Type != "" && made != is {
		c.add("warning", 0, "the plan was made for another kind of vehicle (%s), this one has %s", made, is)
	}
}

// checkFence looks for areas of which nobody can say what is inside.
func (c *planChecker) checkFence() {
	for i, p := range c.areas.Polygons {
		if a, b, ok := crossing(p.Points); ok {
			c.add("error", 0, "polygon %d of the fence crosses itself: its sides %d and %d meet, so what is inside is not certain", i+1, a+1, b+1)
		}
	}
}

// crossing finds two sides of a ring that meet other than at a common corner.
func crossing(ring []geo.LatLon) (first, second int, ok bool) {
	n := len(ring)
	for i := range n {
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue // neighbours around the end
			}
			if meet(ring[i], ring[i+1], ring[j], ring[(j+1)%n]) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// meet tells whether two segments have a point in common. Degrees will do: which side of a line a point is on does not depend on scale.
func meet(a, b, c, d geo.LatLon) bool {
	side := func(p, q, r geo.LatLon) int {
		v := turn(q.Lon-p.Lon)*(r.Lat-p.Lat) - (q.Lat-p.Lat)*turn(r.Lon-p.Lon)
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		}
		return 0
	}
	s1, s2, s3, s4 := side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
	if s1 != s2 && s3 != s4 {
		return true
	}
	on := func(p, q, r geo.LatLon, s int) bool {
		return s == 0 && min(p.Lat, q.Lat) <= r.Lat && r.Lat <= max(p.Lat, q.Lat) &&
			min(0, turn(q.Lon-p.Lon)) <= turn(r.Lon-p.Lon) && turn(r.Lon-p.Lon) <= max(0, turn(q.Lon-p.Lon))
	}
	return on(a, b, c, s1) || on(a, b, d, s2) || on(c, d, a, s3) || on(c, d, b, s4)
}

// turn is a difference of longitudes the short way around.
func turn(deg float64) float64 {
	switch {
	case deg > 180:
		return deg - 360
	case deg < -180:
		return deg + 360
	}
	return deg
}

// checkRally looks whether a vehicle may come down where it is sent in need.
func (c *planChecker) checkRally(points []mavlink.MissionItem) {
	for n, p := range points {
		at := orb.Point{p.Lon, p.Lat}
		for i, z := range c.zones {
			if z.Kind == zone.NoFly && c.box(i).Contains(at) && z.Contains(at) {
				c.add("error", 0, "rally point %d lies in %s, where nothing may fly", n+1, z.Label())
			}
		}
	}
}

// readAnyPlan reads a plan file, or a mission or a plan in the JSON of the API.
func readAnyPlan(body []byte) (planfile.Plan, error) {
	var m struct {
		FileType *string         `json:"fileType"`
		Items    json.RawMessage `json:"items"`
		Mission  json.RawMessage `json:"mission"`
		Fence    json.RawMessage `json:"fence"`
		Rally    json.RawMessage `json:"rally"`
	}
	err := json.Unmarshal(body, &m)
	switch {
	case err == nil && m.FileType == nil && m.Items != nil:
		var asked api.Mission
		if err := strictly(body, &asked); err != nil {
			return planfile.Plan{}, err
		}
		items, err := itemsOf(asked)
		return planfile.Plan{Mission: items}, err
	case err == nil && m.FileType == nil && (m.Mission != nil || m.Fence != nil || m.Rally != nil):
		var asked api.Plan
		if err := strictly(body, &asked); err != nil {
			return planfile.Plan{}, err
		}
		return planOf(asked)
	case planfile.IsKML(body):
		return planfile.Plan{}, api.BadRequest("a KML holds points, lines and areas, and does not say what they are for: read it with POST /plans/convert and choose")
	}
	plan, err := planfile.Read(body)
	if err != nil {
		return plan, api.BadRequest("%v", err)
	}
	return plan, nil
}

func strictly(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return api.BadRequest("the body cannot be used: %s", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return api.BadRequest("there is something after the JSON object")
	}
	return nil
}

// planOf turns a plan of the API into one of vehicles. Lists that are not spoken of stay nil.
func planOf(asked api.Plan) (p planfile.Plan, err error) {
	p.Firmware, p.Vehicle = autopilots[asked.Autopilot], airframes[asked.Airframe]
	if h := asked.Home; h != nil {
		if !(geo.LatLon{Lat: h.Lat, Lon: h.Lon}).Valid() || h.AltAMSL == nil {
			return p, api.BadRequest("home needs lat, lon and altAMSL")
		}
		p.Home = &planfile.Home{Lat: h.Lat, Lon: h.Lon, AltAMSL: float64(*h.AltAMSL)}
	}
	if asked.Mission != nil {
		if p.Mission, err = itemsOf(*asked.Mission); err != nil {
			return p, api.BadRequest("mission.%v", err)
		}
	}
	if asked.Fence != nil {
		areas, err := areasOf(*asked.Fence)
		if err != nil {
			return p, api.BadRequest("fence.%v", err)
		}
		p.Fence = areas.Items()
	}
	if asked.Rally != nil {
		if p.Rally, err = rallyOf(*asked.Rally); err != nil {
			return p, api.BadRequest("rally.%v", err)
		}
		if p.Rally == nil {
			p.Rally = []mission.Item{}
		}
	}
	return p, nil
}

// ReadPlan implements ui.Plans.
func (p *plans) ReadPlan(body []byte) (api.Plan, error) {
	if planfile.IsKML(body) {
		shapes, err := planfile.ReadKML(body)
		if err != nil {
			return api.Plan{}, api.BadRequest("%v", err)
		}
		return api.Plan{Shapes: describeShapes(shapes)}, nil
	}
	plan, err := readAnyPlan(body)
	if err != nil {
		return api.Plan{}, err
	}
	out := api.Plan{Autopilot: autopilotName(plan.Firmware), Airframe: airframeName(plan.Vehicle)}
	var home *mavlink.Home
	if h := plan.Home; h != nil {
		out.Home = &api.Home{Lat: h.Lat, Lon: h.Lon, AltAMSL: new(geo.AMSL(h.AltAMSL))}
		home = &mavlink.Home{Lat: h.Lat, Lon: h.Lon, AltAMSL: h.AltAMSL}
	}
	if plan.Mission != nil {
		out.Mission = &api.Mission{Items: describeItems(plan.Mission)}
	}
	if plan.Fence != nil {
		fence, err := describeFence(plan.Fence)
		if err != nil {
			return out, api.BadRequest("geoFence: %v", err)
		}
		out.Fence = &fence
	}
	if plan.Rally != nil {
		rally, err := describeRally(plan.Rally, home)
		if err != nil {
			return out, api.BadRequest("rallyPoints: %v", err)
		}
		out.Rally = &rally
	}
	return out, nil
}

// WritePlan implements ui.Plans.
func (p *plans) WritePlan(body []byte, format string) ([]byte, error) {
	plan, err := readAnyPlan(body)
	if err != nil {
		return nil, err
	}
	plan.CruiseMS, plan.HoverMS = wingMS, copterMS
	var file []byte
	switch format {
	case "wpl":
		return planfile.WriteText(plan), nil
	case "kml":
		file, err = planfile.WriteKML(plan)
	default:
		file, err = planfile.Write(plan)
	}
	if err != nil {
		return nil, api.Refused("the plan does not fit into such a file: %v", err)
	}
	return file, nil
}

func describeShapes(shapes []planfile.Shape) []api.Shape {
	out := make([]api.Shape, 0, len(shapes))
	for _, s := range shapes {
		shape := api.Shape{Name: s.Name, Kind: string(s.Kind), Points: s.Points}
		switch s.Above {
		case planfile.AboveSea:
			shape.HeightsAMSL = s.Heights
		case planfile.AboveGround:
			shape.HeightsAGL = s.Heights
		case planfile.OnGround:
		}
		out = append(out, shape)
	}
	return out
}

// The MAV_AUTOPILOT and MAV_TYPE of plan files, by the names of the API.
var (
	autopilots = map[string]int{"ardupilot": 3, "px4": 12}
	airframes  = map[string]int{"wings": 1, "rotors": 2, "ground": 10, "submarine": 12}
)

func autopilotName(firmware int) string {
	for name, n := range autopilots {
		if n == firmware {
			return name
		}
	}
	if firmware == 0 {
		return ""
	}
	return fmt.Sprintf("MAV_AUTOPILOT %d", firmware)
}

// airframeName tells kinds apart that need different plans; "" for one that is not known.
func airframeName(mavType int) string {
	switch mavType {
	case 1, 19, 20, 21, 22, 23, 24, 25:
		return "wings"
	case 2, 3, 4, 13, 14, 15, 29, 35:
		return "rotors"
	case 10, 11:
		return "ground"
	case 12:
		return "submarine"
	}
	return ""
}
