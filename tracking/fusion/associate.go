package fusion

import (
	"cmp"
	"slices"
)

// edge is a possible pairing of a track and a detection of one scan.
type edge struct {
	track, det int32
	psi        float64 // likelihood against "this track was missed, this detection is clutter"
	byModel    [numModels]float64
	toDet      float64 // message
	toTrack    float64 // message
}

// associator computes the marginal probabilities of all pairings of one scan by loopy belief propagation (Williams and Lau,
// 2014), cluster by cluster: tracks that could have made the same detection are one cluster, and each is worked until its own
// messages rest. Where tracks and detections form a tree, above all for one track or one detection alone, the result is exact.
// Its buffers are kept from scan to scan.
type associator struct {
	edges  []edge
	from   []int32   // edges of track i are from[i] to from[i+1]
	detSum []float64 // sum of the messages to each detection

	parent   []int32 // of each track in the forest of clusters
	claimant []int32 // first track with an edge to each detection
	order    []int32 // tracks, cluster by cluster
}

// unclaimed is the probability that no track made a detection.
func (a *associator) unclaimed(det int) float64 { return 1 / (1 + a.detSum[det]) }

// solve works out the messages; they stay in the edges.
func (a *associator) solve(dets int) {
	a.detSum = resized(a.detSum, dets)
	clear(a.detSum)
	for k := range a.edges {
		a.edges[k].toTrack = 1
	}
	a.cluster(dets)
	for lo := 0; lo < len(a.order); {
		hi := lo + 1
		for hi < len(a.order) && a.parent[a.order[hi]] == a.parent[a.order[lo]] {
			hi++
		}
		a.propagate(a.order[lo:hi])
		lo = hi
	}
}

// cluster joins the tracks that share detections and orders those that have any edge by cluster.
func (a *associator) cluster(dets int) {
	n := len(a.from) - 1
	a.parent, a.claimant, a.order = resized(a.parent, n), resized(a.claimant, dets), a.order[:0]
	for i := range a.parent {
		a.parent[i] = int32(i)
	}
	for j := range a.claimant {
		a.claimant[j] = -1
	}
	for k := range a.edges {
		e := &a.edges[k]
		if first := a.claimant[e.det]; first >= 0 {
			x, y := a.root(first), a.root(e.track)
			a.parent[max(x, y)] = min(x, y)
		} else {
			a.claimant[e.det] = e.track
		}
	}
	for i := range int32(n) {
		a.parent[i] = a.root(i)
		if a.from[i] < a.from[i+1] {
			a.order = append(a.order, i)
		}
	}
	slices.SortFunc(a.order, func(i, j int32) int {
		if c := cmp.Compare(a.parent[i], a.parent[j]); c != 0 {
			return c
		}
		return cmp.Compare(i, j)
	})
}

func (a *associator) root(i int32) int32 {
	for a.parent[i] != i {
		a.parent[i] = a.parent[a.parent[i]]
		i = a.parent[i]
	}
	return i
}

// propagate passes messages within one cluster until they rest.
func (a *associator) propagate(tracks []int32) {
	const rounds, enough = 60, 1e-5
	for range rounds {
		for _, i := range tracks {
			es := a.edges[a.from[i]:a.from[i+1]]
			for k := range es {
				a.detSum[es[k].det] = 0
			}
		}
		for _, i := range tracks {
			es := a.edges[a.from[i]:a.from[i+1]]
			sum := 1.0
			for k := range es {
				sum += es[k].psi * es[k].toTrack
			}
			for k := range es {
				es[k].toDet = es[k].psi / max(1e-300, sum-es[k].psi*es[k].toTrack)
				a.detSum[es[k].det] += es[k].toDet
			}
		}
		if len(tracks) == 1 {
			return // each detection has one claimant: all messages to the track stay 1
		}
		change := 0.0
		for _, i := range tracks {
			es := a.edges[a.from[i]:a.from[i+1]]
			for k := range es {
				e := &es[k]
				next := 1 / (1 + max(0, a.detSum[e.det]-e.toDet))
				change = max(change, next-e.toTrack, e.toTrack-next)
				e.toTrack = next
			}
		}
		if change < enough {
			break
		}
	}
}

// resized is a slice of n elements, the same one where it has room. What it holds is not defined.
func resized[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n, n+n/2)
	}
	return v[:n]
}
