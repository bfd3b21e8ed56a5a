package world

import (
	"math"

	"vedette/sim/scenario"
)

// Trees stand within treeReach of the centre, at most one in each square of treeStep.
const (
	treeReach    = 2400.0
	treeStep     = 30.0
	roadHalfM    = 2.5
	clearOfPathM = 4.0
)

// cover is what grows, and where it does not.
type cover struct {
	chance random
	border polyline
	roads  []polyline
}

// vegetation is clumps of about 70 m with smaller ones in them, thin along the border, none on roads.
func (c *cover) vegetation(e, n float64) float64 {
	v := 0.45 + 0.4*c.chance.noise(e/70, n/70) + 0.25*c.chance.noise(e/13+5, n/13)
	v *= 0.55 + 0.45*smoothstep(60, 450, math.Abs(n-c.border.northAt(e)))
	if c.onRoad(e, n) {
		return 0
	}
	return min(max(v, 0), 1)
}

func (c *cover) onRoad(e, n float64) bool {
	for _, r := range c.roads {
		if r.distance(e, n) <= roadHalfM {
			return true
		}
	}
	return false
}

// plant places the trees, clear of everything that walks, drives, measures or lands.
func (c *cover) plant(s *scenario.Scenario) []Tree {
	var lanes []polyline
	for _, o := range s.Objects {
		lanes = append(lanes, o.Path)
		if o.Repeat == nil {
			continue
		}
		for _, shift := range o.Repeat.ShiftsM {
			moved := make(polyline, len(o.Path))
			for i, p := range o.Path {
				moved[i] = scenario.Point{p[0] + shift, p[1]}
			}
			lanes = append(lanes, moved)
		}
	}
	clear := func(e, n, radius float64) bool {
		for _, l := range lanes {
			if l.distance(e, n) < radius+clearOfPathM {
				return false
			}
		}
		for _, r := range c.roads {
			if r.distance(e, n) < radius+roadHalfM+2 {
				return false
			}
		}
		for _, x := range s.Sensors {
			line := polyline{x.At, x.At}
			if x.To != nil {
				line[1] = *x.To
			}
			if line.distance(e, n) < radius+6 {
				return false
			}
		}
		for _, d := range s.Drones {
			if math.Hypot(e-d.Home[0], n-d.Home[1]) < 25 {
				return false
			}
		}
		return true
	}

	var trees []Tree
	side := int64(treeReach / treeStep)
	for j := -side; j < side; j++ {
		for i := -side; i < side; i++ {
			e := (float64(i) + c.chance.unit(i, 4*j)) * treeStep
			n := (float64(j) + c.chance.unit(i, 4*j+1)) * treeStep
			fromBorder := math.Abs(n - c.border.northAt(e))
			density := 0.55 * c.vegetation(e, n) * (0.08 + 0.92*smoothstep(90, 600, fromBorder))
			if c.chance.unit(i, 4*j+2) > density {
				continue
			}
			size := c.chance.unit(i, 4*j+3)
			tree := Tree{E: e, N: n, HeightM: 1.8 + 6.5*size*size, RadiusM: 0.9 + 2.1*size}
			if clear(e, n, tree.RadiusM) {
				trees = append(trees, tree)
			}
		}
	}
	return trees
}

// Vegetation is how densely the ground is covered at a place, from 0 (bare) to 1 (scrub).
func (w *World) Vegetation(e, n float64) float64 { return w.cover.vegetation(e, n) }

// OnRoad tells whether a place lies on a road.
func (w *World) OnRoad(e, n float64) bool { return w.cover.onRoad(e, n) }
