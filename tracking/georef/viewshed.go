package georef

import (
	"math"

	"vedette/internal/geo"
)

// Viewshed tells what can be seen from a place: cells on rays all around it.
type Viewshed struct {
	Centre geo.LatLon
	StepM  float64  // ground range between cells on a ray
	Seen   [][]bool // by azimuth, clockwise from north in equal steps, then by range: cell k lies (k+1) * StepM away
}

// Viewshed works out which places around an eye can be seen, up to a ground range: those where the line from the eye to a point
// heightM above the ground (0: the ground itself) is free. Cells are StepM of the Locator apart; there are enough rays that they are no
// farther from one another at the rim than four steps. Beyond the end of the terrain data nothing counts as seen.
func (l *Locator) Viewshed(eye geo.LatLon, h geo.HAE, rangeM, heightM float64) Viewshed {
	step := orDefault(l.StepM, 15)
	out := Viewshed{Centre: eye, StepM: step}
	if l.Ground == nil || !eye.Valid() || !(rangeM >= step && rangeM <= 1e5) || math.IsNaN(float64(h)+heightM) {
		return out
	}
	frame := geo.NewFrame(eye, h)
	rays := max(64, int(math.Ceil(2*math.Pi*rangeM/(4*step))))
	cells := int(rangeM / step)
	for a := range rays {
		out.Seen = append(out.Seen, l.sweep(frame, 2*math.Pi*float64(a)/float64(rays), step, cells, heightM))
	}
	return out
}

// sweep walks outward along one azimuth. What lies below the steepest line to any ground before it is hidden.
func (l *Locator) sweep(frame *geo.Frame, azimuth, step float64, cells int, heightM float64) []bool {
	seen := make([]bool, cells)
	s, c := math.Sincos(azimuth)
	horizon := math.Inf(-1) // slope of the line of sight that just clears the ground so far
	for k := range cells {
		r := float64(k+1) * step
		p, _ := frame.FromENU([3]float64{r * s, r * c, 0})
		g, ok := l.Ground.HeightHAE(p)
		if !ok {
			return seen
		}
		x := frame.ToENU(p, g)
		flat := math.Hypot(x[0], x[1])
		seen[k] = (x[2]+heightM)/flat >= horizon
		horizon = max(horizon, x[2]/flat)
	}
	return seen
}

// Sees tells whether a place is seen, by the cell that it lies in.
func (v Viewshed) Sees(p geo.LatLon) bool {
	if len(v.Seen) == 0 || !p.Valid() {
		return false
	}
	a := int(math.Round(geo.NormalizeDeg(geo.BearingDeg(v.Centre, p))/360*float64(len(v.Seen)))) % len(v.Seen)
	k := int(math.Round(geo.Distance(v.Centre, p)/v.StepM)) - 1
	if k < 0 {
		return true // nearer than the first cell
	}
	return k < len(v.Seen[a]) && v.Seen[a][k]
}

// Share is the part of all cells that is seen, each counted by the ground that it stands for.
func (v Viewshed) Share() float64 {
	sum, all := 0.0, 0.0
	for _, ray := range v.Seen {
		for k, seen := range ray {
			all += float64(k + 1)
			if seen {
				sum += float64(k + 1)
			}
		}
	}
	if all == 0 {
		return 0
	}
	return sum / all
}
