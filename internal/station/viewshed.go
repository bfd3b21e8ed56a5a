package station

import (
	"math"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/georef"
	"vedette/ui/api"
)

// viewshedCells is how many places along a line of sight are looked at, at the most: what an operator reads off a map is no finer.
const viewshedCells = 150

// Viewshed implements ui.Ground.
func (g *ground) Viewshed(q api.ViewshedQuery) (api.Viewshed, error) {
	if g.terrain == nil {
		return api.Viewshed{}, errNoTerrain
	}
	below, ok := g.elevation(q.Eye)
	if !ok {
		return api.Viewshed{}, api.NotFound("no terrain at %.5f, %.5f", q.Eye.Lat, q.Eye.Lon)
	}
	const finestM = 15 // half a cell of the terrain
	locator := georef.Locator{Ground: georef.Terrain{Model: g.terrain}, StepM: max(finestM, q.RangeM/viewshedCells)}
	v := locator.Viewshed(q.Eye, geo.ToHAE(q.Eye, below+geo.AMSL(q.HeightM)), q.RangeM, q.TargetM)
	return api.NewFeature("", seenAreas(v), api.ViewshedProperties{
		HeightM: q.HeightM, RangeM: q.RangeM, TargetM: q.TargetM, StepM: v.StepM, Share: v.Share(),
	}), nil
}

// seenAreas are the cells of a viewshed that are seen, those that follow one another on a ray as one polygon.
func seenAreas(v georef.Viewshed) orb.MultiPolygon {
	out := orb.MultiPolygon{}
	half := 180 / float64(len(v.Seen))
	corner := func(bearing, rangeM float64) orb.Point {
		p := geo.Offset(v.Centre, bearing, rangeM)
		const fine = 1e6 // 0.1 m
		return orb.Point{math.Round(p.Lon*fine) / fine, math.Round(p.Lat*fine) / fine}
	}
	for a, ray := range v.Seen {
		left, right := (2*float64(a)-1)*half, (2*float64(a)+1)*half
		for k := 0; k < len(ray); k++ {
			if !ray[k] {
				continue
			}
			first := k
			for k+1 < len(ray) && ray[k+1] {
				k++
			}
			near, far := (float64(first)+0.5)*v.StepM, (float64(k)+1.5)*v.StepM
			if first == 0 {
				near = 0
			}
			ring := orb.Ring{corner(left, near), corner(right, near), corner(right, far), corner(left, far), corner(left, near)}
			if near == 0 {
				ring = orb.Ring{ring[0], ring[2], ring[3], ring[0]}
			}
			out = append(out, orb.Polygon{ring})
		}
	}
	return out
}
