package world

import (
	"math"

	"vedette/internal/geo"
)

// The tile that is made, and the way it is made cheaply: the large forms every coarseStep samples, smoothly
// interpolated; the small ones only within detailReach of the site's centre.
const (
	tileSouth, tileWest = -36, 149
	tileSize            = 3601
	coarseStep          = 4
	detailReach         = 8000.0
)

// relief is the shape of the land as a function of metres east and north of the site's centre.
type relief struct {
	large, hills, ridge, detail random
	border                      polyline
}

// rough is the height in metres AMSL of everything larger than about 250 m: rolling hills between 550 and 900 m, a ridge
// north and a lower one south of the site, and a shallow valley along the border.
func (r *relief) rough(x, y float64) float64 {
	near := 1 - smoothstep(700, 2600, math.Hypot(x, y))
	// Warped coordinates bend the hills, which would otherwise show the grid of the noise.
	wx := x + 420*r.hills.noise(x/2100+40, y/2100)
	wy := y + 420*r.hills.noise(x/2100, y/2100+40)

	h := 690 + 120*r.large.fractal(wx/9000, wy/9000, 3)*(1-0.7*near)
	h += 30 * r.hills.fractal(wx/1500, wy/1500, 3) * (1 - 0.7*near)

	if math.Abs(x) < 21000 && math.Abs(y) < 7500 { // beyond, what follows is less than a decimetre
		h += r.siteForms(x, y, wx, wy)
	}
	return 725 + 175*math.Tanh((h-725)/190)
}

// siteForms are the two ridges and the valley between them.
func (r *relief) siteForms(x, y, wx, wy float64) (h float64) {
	crest := 2500 + 650*r.ridge.noise(x/4300, 0.5) + 170*r.ridge.noise(x/1250, 2.5)
	width := 640 * (1 + 0.4*r.ridge.noise(x/2600, 4.5))
	h += 175 * math.Exp(-square((x-900)/6500)) * math.Exp(-square((wy-crest)/width)) * (0.85 + 0.4*r.ridge.noise(wx/1100, wy/900))
	crest = -2800 + 700*r.ridge.noise(x/3900, 6.5)
	h += 120 * math.Exp(-square((x+1800)/5000)) * math.Exp(-square((wy-crest)/780)) * (0.85 + 0.4*r.ridge.noise(wx/1300, wy/1000+9))

	meander := 520 * r.ridge.noise(x/3100, 8.5) * smoothstep(900, 3500, math.Abs(x))
	h -= 34 * math.Exp(-square(x/9000)) * math.Exp(-square((y-r.border.northAt(x)-40-meander)/750))
	return h
}

// fine is what rough leaves out: knolls and folds of a few metres.
func (r *relief) fine(x, y float64) float64 {
	edge := 1 - smoothstep(0.8*detailReach, detailReach, max(math.Abs(x), math.Abs(y)))
	if edge == 0 {
		return 0
	}
	near := 1 - smoothstep(300, 1500, math.Hypot(x, y))
	return edge * (1 - 0.55*near) * (5*r.detail.noise(x/310, y/310) + 1.6*r.detail.noise(x/95+31, y/95))
}

func square(x float64) float64 { return x * x }

// makeTile samples the relief into an SRTM tile.
func makeTile(r *relief, centre geo.LatLon) *geo.Tile {
	t := &geo.Tile{South: tileSouth, West: tileWest, Size: tileSize, Data: make([]int16, tileSize*tileSize)}
	// One scale for the whole tile: it only shapes the noise, heights are looked up by latitude and longitude.
	perLat := geo.Distance(geo.LatLon{Lat: centre.Lat - 0.5, Lon: centre.Lon}, geo.LatLon{Lat: centre.Lat + 0.5, Lon: centre.Lon})
	perLon := 2 * geo.Distance(geo.LatLon{Lat: centre.Lat, Lon: centre.Lon - 0.25}, geo.LatLon{Lat: centre.Lat, Lon: centre.Lon + 0.25})
	x0, dx := (tileWest-centre.Lon)*perLon, perLon/(tileSize-1)
	y0, dy := (tileSouth+1-centre.Lat)*perLat, -perLat/(tileSize-1)

	// One coarse sample of margin on each side for the cubic.
	const n = (tileSize-1)/coarseStep + 3
	coarse := make([]float32, n*n)
	for j := range n {
		for i := range n {
			coarse[j*n+i] = float32(r.rough(x0+dx*float64((i-1)*coarseStep), y0+dy*float64((j-1)*coarseStep)))
		}
	}
	var weights [coarseStep][4]float32
	for k := range weights {
		weights[k] = cubicWeights(float32(k) / coarseStep)
	}

	line := make([]float32, n)
	for row := range tileSize {
		j := min(row/coarseStep, n-4) // the last row is the end of the last cell
		w := cubicWeights(float32(row-j*coarseStep) / coarseStep)
		for i := range line {
			p := j*n + i
			line[i] = w[0]*coarse[p] + w[1]*coarse[p+n] + w[2]*coarse[p+2*n] + w[3]*coarse[p+3*n]
		}
		out := t.Data[row*tileSize:][:tileSize]
		for i := range n - 3 {
			a, b, c, d := line[i], line[i+1], line[i+2], line[i+3]
			for k, w := range weights {
				out[i*coarseStep+k] = int16(w[0]*a + w[1]*b + w[2]*c + w[3]*d + 0.5)
			}
		}
		out[tileSize-1] = int16(line[n-2] + 0.5)
	}

	col := func(x float64) int { return int((x - x0) / dx) }
	line0, line1 := int((detailReach-y0)/dy), int((-detailReach-y0)/dy)
	for row := max(line0, 0); row <= min(line1, tileSize-1); row++ {
		y := y0 + dy*float64(row)
		for c := max(col(-detailReach), 0); c <= min(col(detailReach), tileSize-1); c++ {
			x := x0 + dx*float64(c)
			t.Data[row*tileSize+c] = int16(r.rough(x, y) + r.fine(x, y) + 0.5)
		}
	}
	return t
}

// cubicWeights are the Catmull-Rom weights of four samples for a place between the second and the third.
func cubicWeights(t float32) [4]float32 {
	t2, t3 := t*t, t*t*t
	return [4]float32{
		0.5 * (-t + 2*t2 - t3),
		0.5 * (2 - 5*t2 + 3*t3),
		0.5 * (t + 4*t2 - 3*t3),
		0.5 * (-t2 + t3),
	}
}
