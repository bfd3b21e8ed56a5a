package thermal

import (
	"cmp"
	_ "embed" // the weights
	"fmt"
	"math"
	"slices"

	"vedette/video/thermal/network"
)

//go:embed weights/standard.net
var standardWeights []byte

// StandardWeights returns the weights that are built in (docs/detection.md has their model card).
func StandardWeights() (*network.Weights, error) {
	w, err := network.Parse(standardWeights)
	if err != nil {
		return nil, fmt.Errorf("built-in weights: %w", err)
	}
	return w, nil
}

const (
	// minScore is the lowest score that means anything.
	minScore = 0.03
	// maxPeaks bounds the places that are looked at in one picture; the surest stay.
	maxPeaks = 200
	// maxOverlap is the intersection over union from which on two boxes are one object.
	maxOverlap = 0.5
	// minReach and maxReach bound the logarithms of the distances to a box's sides.
	minReach, maxReach = -3, 4.5
)

// kind is what a class of the network means to a station.
type kind int

const (
	person kind = iota
	vehicle
	animal
	other
	kinds
)

// kindsByName are the classes that a network may have. A bicycle has a class so that it does not count as a vehicle.
var kindsByName = map[string]kind{"person": person, "vehicle": vehicle, "animal": animal, "bicycle": other, "other": other}

// Learned finds people and vehicles with a trained network. White-hot and black-hot pictures are alike to it. After the
// first picture of a size it allocates nothing.
type Learned struct {
	net         *network.Network
	cfg         LearnedConfig
	kinds       []kind // of the network's classes
	calibration network.Calibration
	least       float64 // score of the network that means cfg.MinScore
	peaks       []peak
	large       large
	pictures    int // looked at
	out         []Box
}

var _ Detector = (*Learned)(nil)

// LearnedConfig tunes Learned. The zero value works.
type LearnedConfig struct {
	// View is from where pictures are taken. Default: unknown, nothing is told from sizes.
	View View
	// MinScore is the lowest score that is given out. Default 0.03, which is also the least.
	MinScore float64
	// LargeEvery says at which pictures a second look is taken for large things: 1, the default, is every one, 2 every second.
	LargeEvery int
}

// NewLearned makes a detector from weights.
func NewLearned(w *network.Weights, cfg LearnedConfig) (*Learned, error) {
	cfg.MinScore, cfg.LargeEvery = max(cfg.MinScore, minScore), max(cfg.LargeEvery, 1)
	d := &Learned{net: network.New(w, network.Best()), cfg: cfg, calibration: w.Calibration}
	d.large.net = network.New(w, network.Best())
	d.least = min(max(w.Calibration.Score(cfg.MinScore), minScore), 0.99)
	for _, name := range w.Classes {
		k, ok := kindsByName[name]
		if !ok {
			return nil, fmt.Errorf("weights %q: unknown class %q", w.Name, name)
		}
		d.kinds = append(d.kinds, k)
	}
	d.out = make([]Box, 0, maxPeaks)
	return d, nil
}

// peak is a local maximum of one class's heat map.
type peak struct {
	x, y, class int
	score       float64
}

// Detect implements Detector.
func (d *Learned) Detect(g *Gray) []Box {
	d.out = d.out[:0]
	if !g.valid() || g.Width*g.Height > MaxPixels {
		return d.out
	}
	o := d.net.Run(g.Pix, g.Stride, g.Width, g.Height)
	d.collect(o)
	for _, p := range d.peaks {
		b, ok := d.box(o, p, g)
		if ok && !slices.ContainsFunc(d.out, func(kept Box) bool { return overlap(kept, b) >= maxOverlap }) {
			d.out = append(d.out, b)
		}
	}
	if d.pictures%d.cfg.LargeEvery == 0 {
		d.addLarge(g)
	}
	d.pictures++
	d.weigh(g)
	return d.out
}

// collect finds the places where a class's heat map is higher than around it, the surest first.
func (d *Learned) collect(o network.Output) {
	least := float32(math.Log(d.least / (1 - d.least)))
	d.peaks = d.peaks[:0]
	for y := range o.Height {
		for x := range o.Width {
			for c, v := range o.At(x, y)[:len(d.kinds)] {
				if v > least && highest(o, x, y, c, v) {
					d.peaks = append(d.peaks, peak{x, y, c, sigmoid(v)})
				}
			}
		}
	}
	slices.SortFunc(d.peaks, func(a, b peak) int { return cmp.Compare(b.score, a.score) })
	d.peaks = d.peaks[:min(len(d.peaks), maxPeaks)]
}

// highest reports whether none of the eight cells around has a higher value of the class.
func highest(o network.Output, x, y, class int, v float32) bool {
	for ny := max(y-1, 0); ny <= min(y+1, o.Height-1); ny++ {
		for nx := max(x-1, 0); nx <= min(x+1, o.Width-1); nx++ {
			if o.At(nx, ny)[class] > v {
				return false
			}
		}
	}
	return true
}

// box turns a peak into a box within the picture. It reports false where nothing of it is left.
func (d *Learned) box(o network.Output, p peak, g *Gray) (Box, bool) {
	cell := o.At(p.x, p.y)
	far := cell[len(d.kinds):]
	reach := func(k int) float64 { return network.Cell * math.Exp(min(max(float64(far[k]), minReach), maxReach)) }
	cx, cy := network.Cell*(float64(p.x)+0.5), network.Cell*(float64(p.y)+0.5)
	x0, y0 := max(cx-reach(0), 0), max(cy-reach(1), 0)
	x1, y1 := min(cx+reach(2), float64(g.Width)), min(cy+reach(3), float64(g.Height))
	if !(x1 > x0 && y1 > y0) {
		return Box{}, false
	}
	var sums [kinds]float64
	total := 0.0
	for c, v := range cell[:len(d.kinds)] {
		s := sigmoid(v)
		sums[d.kinds[c]] += s
		total += s
	}
	return Box{
		X: x0, Y: y0, W: x1 - x0, H: y1 - y0, Score: d.calibration.Probability(p.score),
		Class: Classes{Person: sums[person] / total, Vehicle: sums[vehicle] / total, Animal: sums[animal] / total, Other: sums[other] / total},
	}, true
}

// weigh lowers the scores of boxes whose size does not fit their class, where the view tells sizes.
func (d *Learned) weigh(g *Gray) {
	if !d.cfg.View.known() {
		return
	}
	for i := range d.out {
		d.out[i].Score *= d.cfg.View.plausible(&d.out[i], g.Width, g.Height)
	}
	d.out = slices.DeleteFunc(d.out, func(b Box) bool { return b.Score < d.cfg.MinScore })
	slices.SortStableFunc(d.out, func(a, b Box) int { return cmp.Compare(b.Score, a.Score) })
}

func sigmoid(v float32) float64 { return 1 / (1 + math.Exp(-float64(v))) }

// overlap is the intersection over union of two boxes.
func overlap(a, b Box) float64 {
	w := min(a.X+a.W, b.X+b.W) - max(a.X, b.X)
	h := min(a.Y+a.H, b.Y+b.H) - max(a.Y, b.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.W*a.H + b.W*b.H - w*h)
}
