package geopicture

import "math"

const (
	tileSize   = 256
	mostRead   = 16 << 20 // points that a tile may take out of the file
	leastShown = 8        // pixels on the screen: a smaller picture is not drawn
)

// survey works out the bounds and between which zooms the picture is shown.
func (p *Picture) survey(mostZoom int) error {
	const steps = 32
	full := p.layers[0]
	w, s, e, n := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range steps + 1 {
		for k := range steps + 1 {
			lon, lat := p.place.at(float64(full.width*i)/steps, float64(full.height*k)/steps)
			if !(math.Abs(lon) <= 540.01 && math.Abs(lat) <= 90.01) {
				return errNotOnEarth
			}
			w, e, s, n = min(w, lon), max(e, lon), min(s, lat), max(n, lat)
		}
	}
	if e-w > 360.01 {
		return errNotOnEarth
	}
	p.round = 360 * math.Floor(((w+e)/2+180)/360)
	w, e, s, n = w-p.round, e-p.round, max(s, -90), min(n, 90)
	p.world[0], p.world[3] = worldPlace(w, s)
	p.world[2], p.world[1] = worldPlace(e, n)
	if w < -180 || e > 180 { // over the edge of the map
		w, e = -180, 180
	}
	p.Bounds = [4]float64{w, s, e, n}

	extent := max(p.world[2]-p.world[0], p.world[3]-p.world[1])
	step := extent / float64(max(full.width, full.height)) / 2
	middle := p.detailAt((p.world[0]+p.world[2])/2, (p.world[1]+p.world[3])/2, step)
	finest := max(math.Hypot(middle.colX, middle.rowX), math.Hypot(middle.colY, middle.rowY))
	if !(finest > 0 && finest < 1e15) {
		return errNotOnEarth
	}
	p.MaxZoom = int(max(0, min(math.Ceil(math.Log2(finest/tileSize)-0.1), float64(mostZoom))))
	worst := p.worst(step)
	p.MinZoom = p.MaxZoom + 1
	for z := p.MaxZoom; z >= 0 && p.costs(worst, z) <= mostRead && (z == p.MaxZoom || extent*tileSize*math.Exp2(float64(z)) >= leastShown); z-- {
		p.MinZoom = z
	}
	if p.MinZoom > p.MaxZoom {
		return errLargeParts
	}
	return nil
}

// worst is the finest detail of any part of the picture.
func (p *Picture) worst(step float64) (worst detail) {
	const steps = 4
	for i := range steps + 1 {
		for k := range steps + 1 {
			x := p.world[0] + (p.world[2]-p.world[0])*float64(i)/steps
			y := p.world[1] + (p.world[3]-p.world[1])*float64(k)/steps
			if d := p.detailAt(x, y, step); d.mean() > worst.mean() {
				worst = d
			}
		}
	}
	return worst
}

// costs is how many points a tile of a zoom takes out of the file at most.
func (p *Picture) costs(d detail, z int) float64 {
	side := math.Exp2(-float64(z))
	full := p.layers[0]
	l := p.layerFor(d.mean() * side / tileSize)
	parts := func(points, all float64, side, block, most int) float64 {
		return min(math.Ceil(points*float64(side)/all/float64(block))+1, float64(most))
	}
	x := parts((math.Abs(d.colX)+math.Abs(d.colY))*side, float64(full.width), l.width, l.blockW, l.across())
	y := parts((math.Abs(d.rowX)+math.Abs(d.rowY))*side, float64(full.height), l.height, l.blockH, l.down())
	return x * y * float64(l.blockW) * float64(l.blockH)
}

// layerFor is the smallest layer that has the detail for a picture of which so many points lie along a pixel.
func (p *Picture) layerFor(points float64) *layer {
	const tolerance = 1.1
	full := p.layers[0]
	best := full
	for _, l := range p.layers[1:] {
		if math.Sqrt(float64(full.width)/float64(l.width)*float64(full.height)/float64(l.height)) <= points*tolerance {
			best = l
		}
	}
	return best
}
