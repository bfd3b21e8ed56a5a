package fusion

// edge is a possible pairing of a track and a detection of one scan.
type edge struct {
	track, det int32
	psi        float64 // likelihood against "this track was missed, this detection is clutter"
	byModel    [numModels]float64
	toDet      float64 // message
	toTrack    float64 // message
}

// beliefs computes the marginal probabilities of all pairings of one scan by loopy belief propagation (Williams and Lau, 2014).
// Edges are grouped by track, from[i] to from[i+1]. Where tracks and detections form a tree, above all for one track or one
// detection alone, the result is exact after the first rounds; clusters that share nothing do not influence each other.
// The results stay in the messages: see marginal and unclaimed.
func beliefs(edges []edge, from []int32, detSum []float64) {
	const rounds, enough = 60, 1e-5
	for k := range edges {
		edges[k].toTrack = 1
	}
	for range rounds {
		for j := range detSum {
			detSum[j] = 0
		}
		for i := 0; i+1 < len(from); i++ {
			es := edges[from[i]:from[i+1]]
			sum := 1.0
			for k := range es {
				sum += es[k].psi * es[k].toTrack
			}
			for k := range es {
				es[k].toDet = es[k].psi / max(1e-300, sum-es[k].psi*es[k].toTrack)
				detSum[es[k].det] += es[k].toDet
			}
		}
		change := 0.0
		for k := range edges {
			e := &edges[k]
			next := 1 / (1 + max(0, detSum[e.det]-e.toDet))
			d := next - e.toTrack
			if d < 0 {
				d = -d
			}
			change = max(change, d)
			e.toTrack = next
		}
		if change < enough {
			break
		}
	}
}

// unclaimed is the probability that no track made a detection, from the sum of the messages to it.
func unclaimed(detSum float64) float64 { return 1 / (1 + detSum) }
