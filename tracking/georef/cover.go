package georef

import (
	"image"
	"math"

	"vedette/internal/geo"
)

const (
	// coverSigmas is how many standard deviations of the view a cover reaches beyond what shows the block.
	coverSigmas = 3
	// coverPx is what it reaches beyond it at least, and coverLens what it does for each pixel from the middle of the image: by so
	// much may a field of view that was told be wrong, and a lens bend what a Camera takes for straight.
	coverPx, coverLens = 3, 0.02
	// coverCell is the side in pixels of the squares that a cover is made of, coverFirst of those that are looked at first.
	coverCell, coverFirst = 8, 64
	// coverRange is how far away a block is taken for visible, metres along the ray.
	coverRange = 15000
	// edgeM is the longest piece of an edge: a straight line on the map is none in a plane.
	edgeM, edgePieces = 1000, 1000
	// otherSideM is how far below the plane through the camera a place is that is out of sight on the round Earth for sure.
	otherSideM = 1e6
)

// Block is a piece of ground with what stands on it.
type Block struct {
	// Rings are the outer ring and those of the holes, closed or not.
	Rings [][]geo.LatLon
	// HeightM is how high above the ground what stands there reaches.
	HeightM float64
}

// Cover is the squares of an image, aside from each other, that may show something of the blocks: all that show it where the pose is
// wrong by up to three of its standard deviations, and no ground hides it for sure. The error is a *NoGround: it is not known what the
// image shows. Blocks farther than 15 km are left out, and none crosses the 180th meridian.
//
// It goes from the image to the ground: around the ray of the middle of each square stands a cone in which all is that the square may
// show, and the square counts where the cone meets a block on its way. So there is no horizon, and nothing behind the camera, to be cut
// off at, and relief needs no samples that are dense enough.
func (l *Locator) Cover(cam Camera, pose Pose, sigma Sigma, blocks []Block) ([]image.Rectangle, error) {
	if l.Ground == nil || !cam.Valid() || !pose.valid() || cam.WidthPx <= 0 || cam.HeightPx <= 0 {
		return nil, &NoGround{InvalidCamera}
	}
	c := cover{
		l: l, cam: cam, rot: pose.rotation(), frame: geo.NewFrame(pose.Position, pose.HAE),
		turned: coverSigmas * math.Pi / 180 * math.Sqrt(sigma.YawDeg*sigma.YawDeg+sigma.PitchDeg*sigma.PitchDeg+sigma.RollDeg*sigma.RollDeg+
			sigma.TimeS*sigma.TimeS*(pose.YawRateDegS*pose.YawRateDegS+pose.PitchRateDegS*pose.PitchRateDegS)),
		moved: coverSigmas * math.Sqrt(2*sigma.HorizontalM*sigma.HorizontalM+sigma.VerticalM*sigma.VerticalM+sigma.TerrainM*sigma.TerrainM+
			sigma.TimeS*sigma.TimeS*dot(pose.Velocity, pose.Velocity)),
	}
	if !(c.turned < math.Inf(1)) || !(c.moved < math.Inf(1)) {
		return nil, &NoGround{InvalidCamera}
	}
	switch clear, ok := l.clearance(c.frame, [3]float64{}, 0); {
	case !ok:
		return nil, &NoGround{NoTerrain}
	case clear < 0:
		return nil, &NoGround{BelowGround}
	}
	flat := make([]plan, 0, len(blocks))
	for _, b := range blocks {
		if p := c.plan(b); p.distance([2]float64{}, 2*coverRange) < 2*coverRange { // a cone is about as wide as long at most
			flat = append(flat, p)
		}
	}
	whole := image.Rect(0, 0, cam.WidthPx, cam.HeightPx)
	for y := 0; y < cam.HeightPx; y += coverFirst {
		for x := 0; x < cam.WidthPx; x += coverFirst {
			c.look(image.Rect(x, y, x+coverFirst, y+coverFirst).Intersect(whole), flat)
		}
	}
	return c.found, nil
}

// cover is the work of Cover.
type cover struct {
	l     *Locator
	cam   Camera
	rot   mat3
	frame *geo.Frame
	// turned and moved are by how much the view may be wrong: radians, and metres.
	turned, moved float64
	found         []image.Rectangle
}

// look takes a square apart as long as it may show one of the blocks.
func (c *cover) look(r image.Rectangle, blocks []plan) {
	blocks = c.shown(r, blocks)
	if len(blocks) == 0 {
		return
	}
	if r.Dx() <= coverCell && r.Dy() <= coverCell {
		c.found = append(c.found, r)
		return
	}
	half := coverCell
	for 2*half < max(r.Dx(), r.Dy()) {
		half *= 2
	}
	for _, at := range [...]image.Point{{0, 0}, {half, 0}, {0, half}, {half, half}} {
		corner := r.Min.Add(at)
		if part := image.Rect(corner.X, corner.Y, corner.X+half, corner.Y+half).Intersect(r); !part.Empty() {
			c.look(part, blocks)
		}
	}
}

// shown are the blocks that a square may show; all of them where the lens model does not say what it shows.
func (c *cover) shown(r image.Rectangle, blocks []plan) []plan {
	if len(blocks) == 0 {
		return nil
	}
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	middle, ok := c.cam.ray((x0+x1)/2, (y0+y1)/2)
	if !ok {
		return blocks
	}
	ray := cone{dir: c.rot.enu(middle), moved: c.moved}
	wide := 0.0
	for _, p := range [...][2]float64{{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}} {
		d, ok := c.cam.ray(p[0], p[1])
		if !ok {
			return blocks
		}
		apart := sub(c.rot.enu(d), ray.dir)
		wide = max(wide, 2*math.Asin(min(1, math.Sqrt(dot(apart, apart))/2)))
	}
	off := math.Hypot(middle[1], middle[2])
	wide += coverPx/min(c.cam.FX, c.cam.FY) + coverLens*off/(1+off*off)
	const widest = 1.2 // radians; wider than that, the tangent says nothing any more
	ray.wide = math.Tan(min(widest, wide))
	ray.turned = math.Tan(min(widest, wide+c.turned)) - ray.wide
	out := make([]plan, 0, len(blocks))
	for i := range blocks {
		if s, meets := c.meets(ray, &blocks[i]); meets && !c.hidden(ray, s) {
			out = append(out, blocks[i])
		}
	}
	return out
}

// cone is all that a square of the image may show.
type cone struct {
	dir                 [3]float64
	wide, turned, moved float64
}

// radius is that of the cone at a distance from the camera.
func (r cone) radius(s float64) float64 { return s*r.wide + math.Hypot(s*r.turned, r.moved) }

// meets finds where a cone first comes upon a block, whatever stands before it.
func (c *cover) meets(ray cone, b *plan) (s float64, ok bool) {
	widens := ray.wide + ray.turned
	down := math.Abs(ray.dir[2]) + steepest*math.Hypot(ray.dir[0], ray.dir[1])
	for s < coverRange {
		step := max(ray.radius(s)/2, 0.25)
		// Half a step before and behind is looked at with it.
		reach := math.Hypot(ray.radius(s+step/2), step/2)
		at := [2]float64{ray.dir[0] * s, ray.dir[1] * s}
		aside := b.distance(at, reach)
		free := (aside - reach) / (1 + widens)
		if aside <= reach {
			above, known := c.above(ray.dir, s, aside, reach, b.heightM)
			if !known || math.Hypot(aside, above) <= reach {
				return s, true
			}
			free = (above - reach) / (down + widens)
		}
		s += max(step, free)
	}
	return 0, false
}

// above is how far a point of a ray is above or below what is between the ground and a height above it, where that is nearest within a
// radius around it. aside is how far it is from the block, seen from above: relief matters only where it may decide.
func (c *cover) above(dir [3]float64, s, aside, around, heightM float64) (m float64, known bool) {
	clear, ok := c.l.clearance(c.frame, dir, s)
	if !ok {
		return 0, false
	}
	m = max(0, clear-heightM, -clear)
	if math.Hypot(aside, m) <= around {
		return m, true
	}
	if far := m - steepest*around; far > around { // nothing near enough, whatever the relief
		return far, true
	}
	return max(0, m-c.relief(dir, s, around)), true
}

// relief is how much higher or lower than below a point of a ray the ground around it is.
func (c *cover) relief(dir [3]float64, s, around float64) float64 {
	height := func(e, n float64) float64 {
		p, _ := c.frame.FromENU([3]float64{dir[0]*s + e, dir[1]*s + n, dir[2] * s})
		h, ok := c.l.Ground.HeightHAE(p)
		if !ok {
			return math.NaN()
		}
		return float64(h)
	}
	here := height(0, 0)
	most := [2]float64{}
	for _, by := range [...]float64{-around, around} {
		for i, h := range [...]float64{height(by, 0), height(0, by)} {
			if d := math.Abs(h - here); d > most[i] { // never where it is not known
				most[i] = d
			}
		}
	}
	return math.Hypot(most[0], most[1])
}

// hidden tells whether the ground before a distance covers all of a cone.
func (c *cover) hidden(ray cone, far float64) bool {
	down := math.Abs(ray.dir[2]) + steepest*math.Hypot(ray.dir[0], ray.dir[1])
	step := orDefault(c.l.StepM, 15)
	for s := 0.0; s < far; {
		clear, ok := c.l.clearance(c.frame, ray.dir, s)
		if radius := ray.radius(s); ok && clear < -radius && clear < -radius-c.relief(ray.dir, s, radius) {
			return true
		}
		s += max(step, clear/down)
	}
	return false
}

// plan is a block on the plane below the camera, in metres east and north of it.
type plan struct {
	rings    [][][2]float64
	low, top [2]float64
	heightM  float64
}

func (c *cover) plan(b Block) plan {
	nowhere := plan{low: [2]float64{math.Inf(1), math.Inf(1)}, top: [2]float64{math.Inf(-1), math.Inf(-1)}}
	p := nowhere
	p.heightM = b.HeightM
	_, height := c.frame.Origin()
	for _, ring := range b.Rings {
		var flat [][2]float64
		for i, from := range ring {
			to := ring[(i+1)%len(ring)]
			pieces := math.Ceil(min(edgePieces, max(1, geo.Distance(from, to)/edgeM)))
			for k := range int(pieces) {
				share := float64(k) / pieces
				x := c.frame.ToENU(geo.LatLon{Lat: from.Lat + share*(to.Lat-from.Lat), Lon: from.Lon + share*(to.Lon-from.Lon)}, height)
				if x[2] < -otherSideM {
					return nowhere
				}
				flat = append(flat, [2]float64{x[0], x[1]})
				for j := range 2 {
					p.low[j], p.top[j] = min(p.low[j], x[j]), max(p.top[j], x[j])
				}
			}
		}
		p.rings = append(p.rings, flat)
	}
	return p
}

// distance is how far a place is from the block, 0 inside. Beyond what matters it may be less than that, but is more than what matters.
func (p *plan) distance(at [2]float64, matters float64) float64 {
	box := math.Hypot(max(0, p.low[0]-at[0], at[0]-p.top[0]), max(0, p.low[1]-at[1], at[1]-p.top[1]))
	if !(box <= matters) {
		return box
	}
	inside, nearest := false, math.Inf(1)
	for _, ring := range p.rings {
		for i, b := range ring {
			a := ring[(i+len(ring)-1)%len(ring)]
			if (a[1] > at[1]) != (b[1] > at[1]) && at[0] < a[0]+(b[0]-a[0])*(at[1]-a[1])/(b[1]-a[1]) {
				inside = !inside
			}
			dx, dy, x, y := b[0]-a[0], b[1]-a[1], at[0]-a[0], at[1]-a[1]
			t := 0.0
			if d := dx*dx + dy*dy; d > 0 {
				t = min(1, max(0, (x*dx+y*dy)/d))
			}
			x, y = x-t*dx, y-t*dy
			nearest = min(nearest, x*x+y*y)
		}
	}
	if inside {
		return 0
	}
	return math.Sqrt(nearest)
}
