package seismic

import "math"

// The classes of the network.
const (
	isPeople = iota
	isAnimal
	isVehicle
	isNothing
	classCount
)

const hiddenCount = 48

// network tells from features what is there: one hidden layer, and a probability for each class. Its weights are learned from ground that
// is made up for it (train_test.go), on which nothing of the simulator is.
type network struct {
	mean, scale [featureCount]float64
	hidden      [hiddenCount][featureCount + 1]float64 // the last is the bias
	output      [classCount][hiddenCount + 1]float64
}

func (n *network) normal(i int, v float64) float64 {
	return min(4, max(-4, (v-n.mean[i])*n.scale[i]))
}

func (n *network) layer(f *features) (h [hiddenCount]float64) {
	var x features
	for i, v := range f {
		x[i] = n.normal(i, v)
	}
	for i := range h {
		w := &n.hidden[i]
		sum := w[featureCount]
		for j, v := range x {
			sum += w[j] * v
		}
		h[i] = math.Tanh(sum)
	}
	return h
}

func (n *network) softmax(h *[hiddenCount]float64) (p [classCount]float64) {
	most := math.Inf(-1)
	for c := range p {
		w := &n.output[c]
		p[c] = w[hiddenCount]
		for i, v := range h {
			p[c] += w[i] * v
		}
		most = max(most, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - most)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}

// probabilities are those of the classes.
func (n *network) probabilities(f *features) [classCount]float64 {
	h := n.layer(f)
	return n.softmax(&h)
}
