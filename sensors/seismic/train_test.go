//go:build train

// The training is no test, and so behind a tag: make train-seismic.

package seismic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// TestTrainClassifier learns the weights and writes them to weights.go.
func TestTrainClassifier(t *testing.T) {
	data, check := gather(0, 16000), gather(1_000_000, 1_000_800)
	t.Logf("%d moments to learn from, %d to check", len(data), len(check))
	n := fit(data, t)
	t.Log(n.report(check))
	if err := os.WriteFile("weights.go", []byte(n.source()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fit trains by Adam on cross-entropy. People weigh somewhat more than the others, however many moments there are of each: to miss them costs more.
func fit(data []heard, t *testing.T) *network {
	rng := rand.New(rand.NewPCG(3, 3))
	n := &network{}
	var counts [classCount]float64
	weights := [classCount]float64{isPeople: 1.4, isAnimal: 1, isVehicle: 1, isNothing: 1}
	for _, h := range data {
		counts[h.class]++
		for i, v := range h.f {
			n.mean[i] += v / float64(len(data))
		}
	}
	for _, h := range data {
		for i, v := range h.f {
			n.scale[i] += (v - n.mean[i]) * (v - n.mean[i]) / float64(len(data))
		}
	}
	for i := range n.scale {
		n.scale[i] = 1 / max(0.05, math.Sqrt(n.scale[i]))
	}
	params := n.params()
	for i := range params {
		*params[i] = 0.25 * rng.NormFloat64()
	}
	m, v := make([]float64, len(params)), make([]float64, len(params))
	const batch, epochs = 64, 30
	step := 0.0
	for epoch := range epochs {
		rate := 0.004 * math.Pow(0.03, float64(epoch)/epochs)
		rng.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
		loss := 0.0
		for from := 0; from+batch <= len(data); from += batch {
			g := &network{}
			for _, h := range data[from : from+batch] {
				w := weights[h.class] * float64(len(data)) / classCount / counts[h.class]
				loss += w * n.backward(&h.f, h.class, w/batch, g)
			}
			step++
			grads := g.params()
			for i := range params {
				grad := *grads[i] + 1e-4**params[i]
				m[i] = 0.9*m[i] + 0.1*grad
				v[i] = 0.999*v[i] + 0.001*grad*grad
				*params[i] -= rate * (m[i] / (1 - math.Pow(0.9, step))) / (math.Sqrt(v[i]/(1-math.Pow(0.999, step))) + 1e-8)
			}
		}
		if epoch%10 == 9 {
			t.Logf("epoch %d: %.3f", epoch+1, loss/float64(len(data)))
		}
	}
	return n
}

func (n *network) params() []*float64 {
	var out []*float64
	for i := range n.hidden {
		for j := range n.hidden[i] {
			out = append(out, &n.hidden[i][j])
		}
	}
	for i := range n.output {
		for j := range n.output[i] {
			out = append(out, &n.output[i][j])
		}
	}
	return out
}

// backward adds the gradient of a moment's loss to g.
func (n *network) backward(f *features, class int, weight float64, g *network) float64 {
	var x [featureCount]float64
	for i, v := range f {
		x[i] = n.normal(i, v)
	}
	h := n.layer(f)
	p := n.softmax(&h)
	var back [hiddenCount]float64
	for c := range p {
		d := p[c]
		if c == class {
			d--
		}
		d *= weight
		for i := range h {
			g.output[c][i] += d * h[i]
			back[i] += d * n.output[c][i]
		}
		g.output[c][hiddenCount] += d
	}
	for i := range h {
		d := back[i] * (1 - h[i]*h[i])
		for j := range x {
			g.hidden[i][j] += d * x[j]
		}
		g.hidden[i][featureCount] += d
	}
	return -math.Log(max(1e-9, p[class]))
}

func (n *network) report(check []heard) string {
	var table [classCount][classCount]int
	var b strings.Builder
	var bins [11][2]int
	for _, h := range check {
		p := n.probabilities(&h.f)
		best := 0
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		table[h.class][best]++
		k := int(10 * p[isPeople])
		bins[k][0]++
		if h.class == isPeople {
			bins[k][1]++
		}
	}
	for c, row := range table {
		fmt.Fprintf(&b, "\n%d: %v", c, row)
	}
	b.WriteString("\npeople where said with 0.0, 0.1 ...:")
	for _, v := range bins {
		fmt.Fprintf(&b, " %d/%d", v[1], v[0])
	}
	return b.String()
}

func (n *network) source() string {
	var b strings.Builder
	b.WriteString("package seismic\n\n// Written by make train-seismic; not to be changed by hand.\n\n")
	b.WriteString("var learned = network{\n")
	write := func(v []float64) {
		b.WriteString("{")
		for i, x := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%.4g", x)
		}
		b.WriteString("}")
	}
	b.WriteString("\tmean: [featureCount]float64")
	write(n.mean[:])
	b.WriteString(",\n\tscale: [featureCount]float64")
	write(n.scale[:])
	fmt.Fprintf(&b, ",\n\thidden: [hiddenCount][featureCount + 1]float64{\n")
	for i := range n.hidden {
		b.WriteString("\t\t")
		write(n.hidden[i][:])
		b.WriteString(",\n")
	}
	b.WriteString("\t},\n\toutput: [classCount][hiddenCount + 1]float64{\n")
	for i := range n.output {
		b.WriteString("\t\t")
		write(n.output[i][:])
		b.WriteString(",\n")
	}
	b.WriteString("\t},\n}\n")
	return b.String()
}
