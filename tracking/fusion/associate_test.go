package fusion

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// enumerate sums over all ways to pair tracks with detections.
func enumerate(edges []edge, from []int32, dets int) []float64 {
	out := make([]float64, len(edges))
	taken := make([]bool, dets)
	chosen := []int{}
	total := 0.0
	var walk func(i int, weight float64)
	walk = func(i int, weight float64) {
		if i+1 >= len(from) {
			total += weight
			for _, k := range chosen {
				out[k] += weight
			}
			return
		}
		walk(i+1, weight)
		for k := from[i]; k < from[i+1]; k++ {
			if j := edges[k].det; !taken[j] {
				taken[j] = true
				chosen = append(chosen, int(k))
				walk(i+1, weight*edges[k].psi)
				chosen = chosen[:len(chosen)-1]
				taken[j] = false
			}
		}
	}
	walk(0, 1)
	for k := range out {
		out[k] /= total
	}
	return out
}

func marginals(edges []edge, from []int32) []float64 {
	out := make([]float64, len(edges))
	for i := 0; i+1 < len(from); i++ {
		sum := 1.0
		for k := from[i]; k < from[i+1]; k++ {
			sum += edges[k].psi * edges[k].toTrack
		}
		for k := from[i]; k < from[i+1]; k++ {
			out[k] = edges[k].psi * edges[k].toTrack / sum
		}
	}
	return out
}

func TestMarginalsAgreeWithEnumeration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tracks, dets := rapid.IntRange(1, 5).Draw(t, "tracks"), rapid.IntRange(1, 5).Draw(t, "dets")
		var edges []edge
		var from []int32
		for i := range tracks {
			from = append(from, int32(len(edges)))
			for j := range dets {
				if rapid.Bool().Draw(t, "edge") {
					psi := math.Exp(rapid.Float64Range(-5, 5).Draw(t, "log psi"))
					edges = append(edges, edge{track: int32(i), det: int32(j), psi: psi})
				}
			}
		}
		from = append(from, int32(len(edges)))
		a := associator{edges: edges, from: from}
		a.solve(dets)
		got, want := marginals(edges, from), enumerate(edges, from, dets)
		off := 0.03
		if tracks == 1 || dets == 1 {
			off = 1e-4 // exact on a tree, up to the rounds it takes
		}
		perDet := make([]float64, dets)
		for k := range got {
			// Loopy belief propagation is an approximation; in tight loops it errs by some hundredths, seldom by more.
			if math.Abs(got[k]-want[k]) > off+0.2*boolToFloat(tracks > 1 && dets > 1) {
				t.Fatalf("edge %+v: %.4f, want %.4f", edges[k], got[k], want[k])
			}
			perDet[edges[k].det] += got[k]
		}
		for j, sum := range perDet {
			if sum > 1+1e-3 {
				t.Fatalf("detection %d is given away %.4f times", j, sum)
			}
			if u := a.unclaimed(j); u < 0 || u > 1 {
				t.Fatalf("unclaimed %v", u)
			}
		}
	})
}

func boolToFloat(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// nowhereNegative tells whether a symmetric matrix has no eigenvalue below zero, but for rounding.
func nowhereNegative(m []float64, n int) bool {
	l := make([]float64, n*n) // the factor of Cholesky
	for i := range n {
		for j := range i + 1 {
			sum := m[i*n+j]
			if m[j*n+i] != sum || math.IsNaN(sum) {
				return false
			}
			for k := range j {
				sum -= l[i*n+k] * l[j*n+k]
			}
			rounding := 1e-9 * math.Sqrt(m[i*n+i]*m[j*n+j])
			switch {
			case i == j && sum < -rounding, i != j && l[j*n+j] == 0 && math.Abs(sum) > 1e-4*math.Sqrt(m[i*n+i]*m[j*n+j]):
				return false
			case i == j && sum > rounding:
				l[i*n+i] = math.Sqrt(sum)
			case i != j && l[j*n+j] > 0:
				l[i*n+j] = sum / l[j*n+j]
			}
		}
	}
	return true
}

func TestCovarianceStaysACovariance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, d := camera("c"), camera("d")
		c.Bias = Bias{PosSigmaM: rapid.Float64Range(0, 20).Draw(rt, "pos"), YawSigmaDeg: rapid.Float64Range(0, 3).Draw(rt, "yaw")}
		d.Bias = Bias{
			PitchSigmaDeg: rapid.Float64Range(0, 2).Draw(rt, "pitch"),
			ClockSigma:    time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "clock")),
		}
		c.Bias.ClockSigma = d.Bias.ClockSigma / 3
		tr := newTracker(t, Config{}, c, d, seismic("s", 20, 0))
		s := 0.0
		for k := range rapid.IntRange(3, 40).Draw(rt, "steps") {
			s += rapid.Float64Range(0, 3).Draw(rt, "dt")
			if rapid.IntRange(0, 5).Draw(rt, "kind") == 0 {
				tr.AddTrip(Trip{Sensor: "s", Seq: uint64(k + 1), Time: at(s)})
				continue
			}
			id := rapid.SampledFrom([]string{"c", "d"}).Draw(rt, "camera")
			e, n := rapid.Float64Range(-20, 60).Draw(rt, "e"), rapid.Float64Range(-20, 20).Draw(rt, "n")
			sc := look(id, uint64(k+1), s, likelyPerson, vec2{e, n})
			sd := math.Exp(rapid.Float64Range(-3, 4).Draw(rt, "log sigma"))
			sc.Detections[0].EE, sc.Detections[0].EN, sc.Detections[0].NN = sd*sd, 0.9*sd, 1
			sc.Motion = Motion{
				VE: rapid.Float64Range(-40, 40).Draw(rt, "ve"), VUp: rapid.Float64Range(-5, 5).Draw(rt, "vup"),
				TurnUpDegS: rapid.Float64Range(-90, 90).Draw(rt, "pan"), TurnNDegS: rapid.Float64Range(-30, 30).Draw(rt, "tilt"),
			}
			tr.AddScan(sc)
		}
		tr.Tracks(at(s + 1))
		if b := &tr.state.errors; !nowhereNegative(b.cov, b.size()) {
			rt.Fatalf("of the errors of cameras: %v", b.cov)
		}
		for _, tk := range tr.Tracks(at(s + 1)) {
			sum := tk.EE + tk.NN + tk.Existence + tk.VE + tk.VN + tk.Position.Lat
			if math.IsNaN(sum) || math.IsInf(sum, 0) || !(tk.EE > 0 && tk.NN > 0 && tk.EE*tk.NN > tk.EN*tk.EN) {
				rt.Fatalf("track %+v", tk)
			}
			if tk.Existence < 0 || tk.Existence > 1 {
				rt.Fatalf("existence %v", tk.Existence)
			}
		}
	})
}
