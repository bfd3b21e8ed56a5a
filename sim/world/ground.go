package world

import (
	"vedette/internal/geo"
)

// The cached ground: a square of ±groundReach metres about the centre, every groundStep metres.
const (
	groundReach = 6000.0
	groundStep  = 10.0
	groundSize  = 2*groundReach/groundStep + 1
	mapStep     = 20 // ground nodes between two exactly computed positions
)

// groundGrid is the height of the tile's ground in a local frame. It is immutable.
type groundGrid struct {
	u []float32 // row by row from the south
}

// makeGround samples the tile. Positions and the fall of the ellipsoid below the frame's plane are computed every 200 m
// and interpolated between, which is exact to a millimetre.
func makeGround(tile *geo.Tile, frame *geo.Frame) *groundGrid {
	const n = int(groundSize)
	const m = (n-1)/mapStep + 1
	type node struct{ lat, lon, up float64 } // up: of the zero of AMSL, in the frame
	nodes := make([]node, m*m)
	for j := range m {
		for i := range m {
			e := -groundReach + float64(i)*mapStep*groundStep
			no := -groundReach + float64(j)*mapStep*groundStep
			p, h := frame.FromENU([3]float64{e, no, 0})
			nodes[j*m+i] = node{p.Lat, p.Lon, geo.Undulation(p) - float64(h)}
		}
	}
	g := &groundGrid{u: make([]float32, n*n)}
	for j := range n {
		b := min(j/mapStep, m-2)
		fy := float64(j-b*mapStep) / mapStep
		for i := range n {
			a := min(i/mapStep, m-2)
			fx := float64(i-a*mapStep) / mapStep
			sw, se, nw, ne := nodes[b*m+a], nodes[b*m+a+1], nodes[(b+1)*m+a], nodes[(b+1)*m+a+1]
			w0, w1, w2, w3 := (1-fx)*(1-fy), fx*(1-fy), (1-fx)*fy, fx*fy
			p := geo.LatLon{
				Lat: w0*sw.lat + w1*se.lat + w2*nw.lat + w3*ne.lat,
				Lon: w0*sw.lon + w1*se.lon + w2*nw.lon + w3*ne.lon,
			}
			// Scenarios are checked to lie well inside the tile.
			amsl, _ := tile.ElevationAMSL(p)
			g.u[j*n+i] = float32(float64(amsl) + w0*sw.up + w1*se.up + w2*nw.up + w3*ne.up)
		}
	}
	return g
}

// at is the bilinear height at a place, clamped to the square.
func (g *groundGrid) at(e, n float64) float64 {
	const size = int(groundSize)
	x := min(max((e+groundReach)/groundStep, 0), groundSize-1)
	y := min(max((n+groundReach)/groundStep, 0), groundSize-1)
	i, j := min(int(x), size-2), min(int(y), size-2)
	fx, fy := float32(x-float64(i)), float32(y-float64(j))
	p := j*size + i
	south := g.u[p] + fx*(g.u[p+1]-g.u[p])
	north := g.u[p+size] + fx*(g.u[p+size+1]-g.u[p+size])
	return float64(south + fy*(north-south))
}
