package station

import (
	"image"
	"math"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/video"
)

const (
	// standsM is how high what is private reaches above the ground of a privacy zone: somebody who stands there.
	standsM = 3
	// mostBlackBox is the part of a target's box that may be black, in a picture that is worth keeping.
	mostBlackBox = 0.5
	// privateAgain is when a picture is tried again for an alert after one that would be black where it matters.
	privateAgain = 5 * time.Second
)

// rim says what has to be black in a picture before anybody sees it: what may show a privacy zone. It is made where the view at the time of
// the frame is known, and worked out (black) by whoever writes the picture, since that takes a while.
type rim struct {
	look    sight
	sigma   georef.Sigma
	ground  georef.Ground
	private []zone.Zone
}

// rimOf is the rim of a frame.
func (p *picture) rimOf(s *sighting) *rim {
	out := rim{ground: p.locator.Ground, private: privateAmong(p.cfg.zones)}
	out.look, out.sigma = corrected(s.look, s.frame.Feed, p.fusionStats(), s.frame.TimeExact)
	return &out
}

// middlePrivate tells whether the middle of the picture shows a privacy zone, or may well show one, or nobody knows what it shows.
func (r *rim) middlePrivate() bool {
	if len(r.private) == 0 {
		return false
	}
	locator := georef.Locator{Ground: r.ground, MaxRangeM: 2 * placeRangeM}
	sigma := r.sigma
	sigma.Pixel = 0
	middle, err := locator.Locate(r.look.camera, r.look.pose, r.look.camera.CX, r.look.camera.CY, sigma)
	return err != nil || hides(r.private, middle.Position, zone.Spread{EE: middle.CovEE, EN: middle.CovEN, NN: middle.CovNN})
}

// squares are those that have to be black in a picture of a size; the error: nobody knows.
func (r *rim) squares(width, height int) ([]image.Rectangle, error) {
	if len(r.private) == 0 {
		return nil, nil
	}
	locator := georef.Locator{Ground: r.ground}
	return locator.Cover(shrunkCamera(r.look.camera, width, height), r.look.pose, r.sigma, blocksOf(r.private))
}

// black makes the parts of a picture black that may show something private, and says whether there are any. It is not fit to be kept where
// they are most of the target's box, or nobody knows which they are.
func (r *rim) black(g video.Gray, box alert.PictureBox) (masked, fit bool) {
	squares, err := r.squares(g.Width, g.Height)
	if err != nil {
		return false, false
	}
	inBox := 0.0
	for _, s := range squares {
		for y := s.Min.Y; y < s.Max.Y; y++ {
			clear(g.Pix[y*g.Stride+s.Min.X : y*g.Stride+s.Max.X])
		}
		inBox += overlap(s, box)
	}
	return len(squares) > 0, inBox <= mostBlackBox*overlap(image.Rect(0, 0, g.Width, g.Height), box)
}

// overlap is the area of a box that lies in a rectangle.
func overlap(r image.Rectangle, b alert.PictureBox) float64 {
	w := min(float64(r.Max.X), b.X+b.W) - max(float64(r.Min.X), b.X)
	h := min(float64(r.Max.Y), b.Y+b.H) - max(float64(r.Min.Y), b.Y)
	return max(0, w) * max(0, h)
}

// shrunkCamera is a camera whose picture was made smaller by a whole number, what is left over of its width and height cut off.
func shrunkCamera(c georef.Camera, width, height int) georef.Camera {
	by := max(1, math.Round(float64(c.WidthPx)/float64(max(1, width))))
	c.WidthPx, c.HeightPx = width, height
	c.FX, c.FY, c.CX, c.CY = c.FX/by, c.FY/by, c.CX/by, c.CY/by
	return c
}

// blocksOf are zones with who stands in them, a block for each polygon.
func blocksOf(zones []zone.Zone) []georef.Block {
	var out []georef.Block
	add := func(polygon orb.Polygon) {
		b := georef.Block{HeightM: standsM}
		for _, ring := range polygon {
			points := make([]geo.LatLon, len(ring))
			for i, p := range ring {
				points[i] = geo.FromPoint(p)
			}
			b.Rings = append(b.Rings, points)
		}
		out = append(out, b)
	}
	for _, z := range zones {
		switch g := z.Geometry.(type) {
		case orb.Polygon:
			add(g)
		case orb.MultiPolygon:
			for _, polygon := range g {
				add(polygon)
			}
		}
	}
	return out
}
