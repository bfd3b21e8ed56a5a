package planfile

import (
	"math"

	"vedette/internal/geo"
	"vedette/mavlink/mission"
)

func readPlan(data []byte) (Plan, error) {
	root, err := parse(data)
	if err != nil {
		return Plan{}, err
	}
	if kind, _ := root.get("fileType"); kind.text() != "Plan" {
		return Plan{}, kind.fail("must be \"Plan\"")
	}
	if version, ok := root.get("version"); ok {
		if _, err := version.whole(1, 1); err != nil {
			return Plan{}, version.fail("only version 1 is known")
		}
	}
	var p Plan
	m, err := root.need("mission")
	if err != nil {
		return Plan{}, err
	}
	if err := p.readMission(m); err != nil {
		return Plan{}, err
	}
	if fence, ok := root.get("geoFence"); ok {
		if err := p.readFence(fence); err != nil {
			return Plan{}, err
		}
	}
	if rally, ok := root.get("rallyPoints"); ok {
		if err := p.readRally(rally); err != nil {
			return Plan{}, err
		}
	}
	return p, nil
}

func (p *Plan) readMission(m node) error {
	if err := m.object(); err != nil {
		return err
	}
	if home, ok := m.get("plannedHomePosition"); ok {
		at, err := home.place(2)
		if err != nil {
			return err
		}
		p.Home = &Home{at[0], at[1], at[2]}
	}
	for name, into := range map[string]*int{"firmwareType": &p.Firmware, "vehicleType": &p.Vehicle} {
		if n, ok := m.get(name); ok {
			v, err := n.whole(0, math.MaxUint8)
			if err != nil {
				return err
			}
			*into = v
		}
	}
	for name, into := range map[string]*float64{"cruiseSpeed": &p.CruiseMS, "hoverSpeed": &p.HoverMS} {
		if n, ok := m.get(name); ok {
			v, err := n.within(0, 1000)
			if err != nil {
				return err
			}
			*into = v
		}
	}
	list, err := m.need("items")
	if err != nil {
		return err
	}
	r := itemReader{numbers: make(map[int]int)}
	if err := r.read(list); err != nil {
		return err
	}
	p.Mission = r.items
	return r.resolveJumps()
}

// itemReader gathers the items of a mission, those inside of patterns too.
type itemReader struct {
	items   []mission.Item
	nodes   []node
	numbers map[int]int // doJumpId to item number
}

func (r *itemReader) read(list node) error {
	nodes, err := list.list(MaxItems)
	if err != nil {
		return err
	}
	r.items = make([]mission.Item, 0, len(nodes))
	for _, n := range nodes {
		if err := n.object(); err != nil {
			return err
		}
		if kind, _ := n.get("type"); kind.text() == "ComplexItem" {
			err = r.pattern(n)
		} else if kind.text() == "SimpleItem" || kind.value == nil {
			err = r.simple(n)
		} else {
			err = kind.fail("%.40q is neither SimpleItem nor ComplexItem", kind.text())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pattern takes a landing, or a survey, corridor or structure scan by the items that the planner stored with it.
func (r *itemReader) pattern(n node) error {
	name, _ := n.get("complexItemType")
	if kind := name.text(); kind == wingLanding || kind == vtolLanding {
		return r.landing(n, kind == vtolLanding)
	}
	style, ok := n.get("TransectStyleComplexItem")
	if !ok {
		return n.fail("a pattern of the kind %.40q without stored items cannot be flown from here: replace it by simple items", name.text())
	}
	list, ok := style.get("Items")
	if !ok {
		return n.fail("the pattern %.40q has no stored items: open it in QGroundControl and save it again", name.text())
	}
	nodes, err := list.list(MaxItems)
	if err != nil {
		return err
	}
	for _, inner := range nodes {
		if err := r.simple(inner); err != nil {
			return err
		}
	}
	return nil
}

func (r *itemReader) simple(n node) error {
	if err := n.object(); err != nil {
		return err
	}
	if len(r.items) == MaxItems {
		return n.fail("more than %d items", MaxItems)
	}
	command, err := n.need("command")
	if err != nil {
		return err
	}
	id, err := command.whole(0, math.MaxUint16)
	if err != nil {
		return err
	}
	frame, err := n.need("frame")
	if err != nil {
		return err
	}
	number, err := frame.whole(0, math.MaxUint8)
	if err != nil {
		return err
	}
	it := mission.Item{Seq: len(r.items), Command: uint16(id), Frame: uint8(number), AutoContinue: true}
	if a, ok := n.get("autoContinue"); ok {
		it.AutoContinue = a.truth(true)
	}
	if err := readParams(n, &it); err != nil {
		return err
	}
	if err := it.Validate(); err != nil {
		return n.fail("%s", err)
	}
	r.items, r.nodes = append(r.items, it), append(r.nodes, n)
	if jump, ok := n.get("doJumpId"); ok {
		number, err := jump.whole(0, math.MaxInt32)
		if err != nil {
			return err
		}
		if _, taken := r.numbers[number]; !taken {
			r.numbers[number] = len(r.items)
		}
	}
	return nil
}

// readParams reads the seven parameters; null leaves one of the first four to the vehicle.
func readParams(n node, it *mission.Item) error {
	list, err := n.need("params")
	if err != nil {
		return err
	}
	params, err := list.list(7)
	if err != nil {
		return err
	}
	if len(params) != 7 {
		return list.fail("has %d numbers, 7 are needed", len(params))
	}
	values := [7]float64{}
	for i, p := range params {
		switch {
		case p.value == nil && i < 4:
			values[i] = math.NaN()
		case p.value == nil && mission.HasPlace(it.Command):
			return p.fail("is missing: %s needs a place and a height", mission.CommandName(it.Command))
		case p.value == nil:
		default:
			if values[i], err = p.within(-math.MaxFloat32, math.MaxFloat32); err != nil {
				return err
			}
		}
	}
	it.Params = [4]float64(values[:4])
	it.Lat, it.Lon, it.Alt = values[4], values[5], values[6]
	return nil
}

// resolveJumps turns the planner's marks of items into their numbers.
func (r *itemReader) resolveJumps() error {
	for i := range r.items {
		it := &r.items[i]
		if it.Command != mission.Jump {
			continue
		}
		target, ok := r.numbers[int(it.Params[0])]
		if !ok && len(r.numbers) > 0 {
			return node{path: r.nodes[i].path + ".params[0]"}.fail("no item has the doJumpId %v", it.Params[0])
		}
		if ok {
			it.Params[0] = float64(target)
		}
	}
	return nil
}

func (p *Plan) readFence(fence node) error {
	if err := fence.object(); err != nil {
		return err
	}
	var a mission.Areas
	if polygons, ok := fence.get("polygons"); ok {
		list, err := polygons.list(MaxItems)
		if err != nil {
			return err
		}
		for _, n := range list {
			polygon, err := readPolygon(n)
			if err != nil {
				return err
			}
			a.Polygons = append(a.Polygons, polygon)
		}
	}
	if circles, ok := fence.get("circles"); ok {
		list, err := circles.list(MaxItems)
		if err != nil {
			return err
		}
		for _, n := range list {
			circle, err := readCircle(n)
			if err != nil {
				return err
			}
			a.Circles = append(a.Circles, circle)
		}
	}
	if back, ok := fence.get("breachReturn"); ok {
		at, err := back.place(2)
		if err != nil {
			return err
		}
		a.Return, a.ReturnAltRelative = &geo.LatLon{Lat: at[0], Lon: at[1]}, at[2]
	}
	if err := a.Validate(); err != nil {
		return fence.fail("%s", err)
	}
	p.Fence = a.Items()
	if len(p.Fence) > MaxItems {
		return fence.fail("%d items, more than %d", len(p.Fence), MaxItems)
	}
	return nil
}

func readPolygon(n node) (mission.Polygon, error) {
	inclusion, _ := n.get("inclusion")
	polygon := mission.Polygon{Inclusion: inclusion.truth(true)}
	ring, err := n.need("polygon")
	if err != nil {
		return polygon, err
	}
	corners, err := ring.list(MaxItems)
	if err != nil {
		return polygon, err
	}
	for _, c := range corners {
		at, err := c.place(2)
		if err != nil {
			return polygon, err
		}
		polygon.Points = append(polygon.Points, geo.LatLon{Lat: at[0], Lon: at[1]})
	}
	return polygon, nil
}

func readCircle(n node) (mission.Circle, error) {
	inclusion, _ := n.get("inclusion")
	circle := mission.Circle{Inclusion: inclusion.truth(true)}
	inner, err := n.need("circle")
	if err != nil {
		return circle, err
	}
	center, err := inner.need("center")
	if err != nil {
		return circle, err
	}
	at, err := center.place(2)
	if err != nil {
		return circle, err
	}
	circle.Center = geo.LatLon{Lat: at[0], Lon: at[1]}
	radius, err := inner.need("radius")
	if err != nil {
		return circle, err
	}
	circle.RadiusM, err = radius.number()
	return circle, err
}

func (p *Plan) readRally(rally node) error {
	p.Rally = []mission.Item{}
	points, ok := rally.get("points")
	if !ok {
		return rally.object()
	}
	list, err := points.list(MaxItems)
	if err != nil {
		return err
	}
	var all []mission.RallyPoint
	for _, n := range list {
		at, err := n.place(3)
		if err != nil {
			return err
		}
		all = append(all, mission.RallyPoint{Lat: at[0], Lon: at[1], AltRelative: at[2]})
	}
	p.Rally = mission.RallyItems(all)
	return nil
}
