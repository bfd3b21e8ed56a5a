package album

import (
	"math"
	"slices"
	"time"

	"vedette/tracking/alert"
)

const (
	// Most is how many pictures an alert has.
	Most = 4
	// better is how many times as good as the best a picture must be, pause how long after it at least: an alert that goes
	// on for hours costs a handful of pictures.
	better = 1.25
	pause  = 5 * time.Second
	// edge is how near the rim of the picture, in parts of it, a box counts as cut off.
	edge = 0.01
)

// Quality tells how well a picture shows its target: the size of the box in pixels times how sure the detector is of it,
// half as much where the rim of the picture cuts it off.
func Quality(p alert.Picture) float64 {
	b := p.Box
	q := math.Sqrt(max(0, b.W)*max(0, b.H)) * b.Score
	w, h := float64(p.Width), float64(p.Height)
	if b.X < edge*w || b.Y < edge*h || b.X+b.W > (1-edge)*w || b.Y+b.H > (1-edge)*h {
		q /= 2
	}
	return q
}

// Choose says whether an alert that has some pictures wants another one, and which it has then: N and Kind of the new one,
// the last in the list, are set, N above that of all the others and above what it was. Dropped are the numbers of those that have to go for it.
func Choose(have []alert.Picture, another alert.Picture) (all []alert.Picture, dropped []int, wanted bool) {
	all = slices.Clone(have)
	if len(have) == 0 {
		another.N, another.Kind = another.N+1, alert.FirstSight
		return append(all, another), nil, true
	}
	last := have[len(have)-1]
	best := 0.0
	for _, p := range have {
		best = max(best, Quality(p))
		another.N = max(another.N, p.N)
	}
	if another.At.Before(last.At.Add(pause)) || Quality(another) < better*best {
		return nil, nil, false
	}
	for i := range all {
		if all[i].Kind == alert.BestView {
			all[i].Kind = alert.EarlierView
		}
	}
	another.N, another.Kind = another.N+1, alert.BestView
	all = append(all, another)
	for len(all) > Most {
		dropped = append(dropped, all[1].N) // the first is kept, whatever comes
		all = slices.Delete(all, 1, 2)
	}
	return all, dropped, true
}
