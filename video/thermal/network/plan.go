package network

import "math"

// tensor is a picture of floats, channels innermost, with a border of one pixel that stays zero.
type tensor struct {
	width, height, channels int
	data                    []float32
}

func newTensor(width, height, channels int) *tensor {
	return &tensor{width, height, channels, make([]float32, (width+2)*(height+2)*channels)}
}

// at returns the floats from a pixel on; x and y may be -1.
func (t *tensor) at(x, y int) []float32 { return t.data[((y+1)*(t.width+2)+x+1)*t.channels:] }

// row returns the distance between two rows.
func (t *tensor) row() int { return (t.width + 2) * t.channels }

// step is a layer with its weights packed and its tensors at hand.
type step struct {
	Layer
	in, out, add *tensor
	packed, bias []float32
	blocks       int // of 16 output channels
	floor        float32
}

// steps packs the weights of all layers.
func steps(w *Weights) []step {
	out := make([]step, len(w.Layers))
	numbers := w.numbers
	for k := range out {
		s := &out[k]
		s.Layer = w.Layers[k]
		weights, biases := numbers[:s.weights()], numbers[s.weights():][:s.biases()]
		numbers = numbers[s.weights()+s.biases():]
		s.blocks = (s.OutChannels + block - 1) / block
		s.bias = make([]float32, s.blocks*block)
		copy(s.bias, biases)
		s.floor = float32(math.Inf(-1))
		if s.Relu {
			s.floor = 0
		}
		switch s.Kind {
		case Conv:
			s.packed = pack(weights, s.OutChannels)
		case Depthwise:
			s.packed = weights
		case Upsample:
		}
	}
	return out
}

// pack turns weights from [tap][channel] into [block][tap][16], with zeros where a block is not full.
func pack(weights []float32, channels int) []float32 {
	taps, blocks := len(weights)/channels, (channels+block-1)/block
	out := make([]float32, taps*blocks*block)
	for tap := range taps {
		for c, v := range weights[tap*channels:][:channels] {
			out[(c/block*taps+tap)*block+c%block] = v
		}
	}
	return out
}

// plan gives every step its tensors for a picture of a padded size. Tensors whose last reader is done are used again by
// later ones of the same shape, whose borders are zero then too.
func (n *Network) plan(width, height int) {
	n.input = newTensor(width, height, 1)
	last := make([]int, len(n.steps)+1) // the last step that reads a tensor
	for k := range n.steps {
		last[n.steps[k].In] = k
		if add := n.steps[k].Add; add != nil {
			last[*add] = k
		}
	}
	last[len(n.steps)] = len(n.steps)
	tensors := []*tensor{n.input}
	levels := []int{0}
	free := map[shape][]*tensor{}
	for k := range n.steps {
		s := &n.steps[k]
		level := levels[s.In]
		switch {
		case s.Kind == Upsample:
			level--
		case s.Stride == 2:
			level++
		}
		sh := shape{level, s.blocks * block}
		if spare := free[sh]; len(spare) > 0 {
			s.out, free[sh] = spare[len(spare)-1], spare[:len(spare)-1]
		} else {
			s.out = newTensor(width>>level, height>>level, sh.channels)
		}
		tensors, levels = append(tensors, s.out), append(levels, level)
		s.in, s.add = tensors[s.In], nil
		if s.Add != nil {
			s.add = tensors[*s.Add]
		}
		for i := 1; i < len(tensors); i++ {
			if last[i] == k || i == k+1 && last[i] == 0 {
				key := shape{levels[i], tensors[i].channels}
				free[key] = append(free[key], tensors[i])
			}
		}
	}
	n.output = n.steps[len(n.steps)-1].out
}
