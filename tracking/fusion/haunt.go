package fusion

import (
	"math"
	"sort"
)

const (
	hauntM      = 64.0  // m, edge of a cell of the map of false detections
	hauntCells  = 16384 // cells that are kept, at most
	hauntPrior  = 2.0   // false detections that the word of the description is worth, in each cell
	hauntS      = 180.0 // s, in which what was counted loses its weight
	hauntEveryS = 5     // s, between two looks at what the cameras have looked at
	hauntFreeM  = 40.0  // m, around a track that is believed what dies unbelieved was part of it
	hauntLeast  = 0.02  // a cell with less than this counted is forgotten
	mostHaunted = 1000  // times as dense as the description says, at most
)

// haunt is one cell of the ground where more detections were false than the descriptions of the cameras let expect: leaves that move, water that glitters.
type haunt struct {
	e, n   int32
	count  float32 // false detections, by probability
	expect float32 // those that the descriptions let expect since then
}

// haunts is the map of false detections: cells that have had any, ordered by place. All cameras share it, each counting against its own
// description, since it is the place that makes detections false.
type haunts []haunt

func cellOf(p vec2) (e, n int32) {
	return int32(math.Floor(p[0] / hauntM)), int32(math.Floor(p[1] / hauntM))
}

func (h haunts) find(e, n int32) (int, bool) {
	k := sort.Search(len(h), func(i int) bool { return h[i].e > e || (h[i].e == e && h[i].n >= n) })
	return k, k < len(h) && h[k].e == e && h[k].n == n
}

// times is how many times as dense as described false detections are at a place; never less than one, since a quiet place may yet stir.
func (h haunts) times(p vec2) float64 {
	k, ok := h.find(cellOf(p))
	if !ok {
		return 1
	}
	c := &h[k]
	return max(1, min(mostHaunted, (float64(c.count)+hauntPrior)/(float64(c.expect)+hauntPrior)))
}

// note takes a detection that is false with a probability.
func (h *haunts) note(p vec2, share float64) {
	e, n := cellOf(p)
	k, ok := h.find(e, n)
	if !ok {
		if len(*h) == hauntCells {
			return
		}
		*h = append(*h, haunt{})
		copy((*h)[k+1:], (*h)[k:])
		(*h)[k] = haunt{e: e, n: n}
	}
	(*h)[k].count += float32(share)
}

// ageHaunts counts what the cameras have looked at in the last seconds, and forgets slowly.
func (s *state) ageHaunts(at int64) {
	if at/tick%hauntEveryS != 0 {
		return
	}
	keep := float32(math.Exp(-hauntEveryS / hauntS))
	kept := s.haunts[:0]
	for _, c := range s.haunts {
		c.count *= keep
		if c.count < hauntLeast {
			continue
		}
		c.expect *= keep
		at := vec2{(float64(c.e) + 0.5) * hauntM, (float64(c.n) + 0.5) * hauntM}
		for k := range s.cameras {
			if cam := &s.cameras[k]; cam.looks > 0 && cam.lastView.contains(at) {
				c.expect += float32(float64(cam.looks) * cam.density * hauntM * hauntM)
			}
		}
		kept = append(kept, c)
	}
	s.haunts = kept
	for k := range s.cameras {
		s.cameras[k].looks = 0
	}
}

// haunted counts the detections of a track that died without ever having been believed, unless they were those of a neighbour that is.
func (s *state) haunted(tr *track) {
	at := tr.mean()
	for i := range s.tracks {
		if o := &s.tracks[i]; o.confirmed {
			if to := o.mean(); math.Abs(to[0]-at[0]) < hauntFreeM && math.Abs(to[1]-at[1]) < hauntFreeM {
				return
			}
		}
	}
	s.haunts.note(at, float64(tr.hits))
}
