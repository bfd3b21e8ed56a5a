package network

import "math"

// Pad is what the sides of pictures are padded to a multiple of, to the right and below.
const Pad = 1 << deepest

// Cell is the side of the square of pixels that one cell of the output stands for.
const Cell = 1 << outLevel

// calm is added to the spread of a picture, in grey levels, so that the noise of a flat one is not blown up.
const calm = 4

// Network computes the output of one set of weights. After the first picture of a size it allocates nothing.
type Network struct {
	kernels       Kernels
	channels      int // of the output that mean something
	steps         []step
	input, output *tensor

	// Arguments live here, since what is passed through a function value would be allocated.
	convArgs  convArgs
	depthArgs depthArgs
	upArgs    upArgs
}

// New makes a network that computes with the given kernels.
func New(w *Weights, kernels Kernels) *Network {
	return &Network{kernels: kernels, channels: len(w.Classes) + 4, steps: steps(w)}
}

// Output is what a network says about a picture. It belongs to the network and is valid until its next Run.
type Output struct {
	// Width and Height count cells, those in the padding left out.
	Width, Height int

	channels int
	t        *tensor
}

// At returns the channels of a cell: a logit for each class, then the logarithms of the distances from the cell's middle
// to the left, top, right and bottom of the box, in cells.
func (o Output) At(x, y int) []float32 { return o.t.at(x, y)[:o.channels] }

// Run computes the output for a picture of grey levels, whose rows are stride bytes apart. Width and height must be
// above zero and pix must hold them.
func (n *Network) Run(pix []byte, stride, width, height int) Output {
	w, h := (width+Pad-1)/Pad*Pad, (height+Pad-1)/Pad*Pad
	if n.input == nil || n.input.width != w || n.input.height != h {
		n.plan(w, h)
	}
	n.normalise(pix, stride, width, height)
	for k := range n.steps {
		s := &n.steps[k]
		switch s.Kind {
		case Conv:
			n.conv(s)
		case Depthwise:
			n.depthwise(s)
		case Upsample:
			n.upsample(s)
		}
	}
	return Output{Width: (width + Cell - 1) / Cell, Height: (height + Cell - 1) / Cell, channels: n.channels, t: n.output}
}

// normalise fills the input: zero mean, unit spread, zeros in the padding.
func (n *Network) normalise(pix []byte, stride, width, height int) {
	var sum, squares uint64
	for y := range height {
		var rowSum, rowSquares uint64
		for _, p := range pix[y*stride:][:width] {
			rowSum += uint64(p)
			rowSquares += uint64(p) * uint64(p)
		}
		sum, squares = sum+rowSum, squares+rowSquares
	}
	count := float64(width) * float64(height)
	mean := float64(sum) / count
	gain := 1 / (math.Sqrt(max(float64(squares)/count-mean*mean, 0)) + calm)
	var levels [256]float32
	for v := range levels {
		levels[v] = float32((float64(v) - mean) * gain)
	}
	for y := range n.input.height {
		row := n.input.at(0, y)[:n.input.width]
		if y >= height {
			clear(row)
			continue
		}
		for x, p := range pix[y*stride:][:width] {
			row[x] = levels[p]
		}
		clear(row[width:])
	}
}

func (n *Network) conv(s *step) {
	a := &n.convArgs
	kernel, width := n.kernels.conv, s.out.width
	whole := width - width%tile
	if whole == 0 {
		kernel = convPlain // too narrow for a tile
	}
	reach := s.Size / 2
	weights := s.Size * s.Size * s.InChannels * block
	a.rows, a.taps, a.floor = s.Size, s.Size*s.in.channels, s.floor
	a.outStep, a.inStep, a.inRow = s.out.channels, s.Stride*s.in.channels, s.in.row()
	for y := range s.out.height {
		for b := range s.blocks {
			a.weights, a.bias = s.packed[b*weights:][:weights], s.bias[b*block:][:block]
			at := func(x, pixels int) {
				a.pixels = pixels
				a.out = s.out.at(x, y)[b*block:]
				a.in = s.in.at(x*s.Stride-reach, y*s.Stride-reach)
				a.add = nil
				if s.add != nil {
					a.add = s.add.at(x, y)[b*block:]
				}
				kernel(a)
			}
			if whole == 0 {
				at(0, width)
				continue
			}
			at(0, whole)
			if whole < width {
				at(width-tile, tile) // overlaps the tile before
			}
		}
	}
}

// depthFloats is how much of a row a depthwise kernel works on at once: three such stretches fit into the first cache.
const depthFloats = 1024

func (n *Network) depthwise(s *step) {
	a := &n.depthArgs
	a.weights, a.bias, a.floor = s.packed, s.bias, s.floor
	a.channels, a.inRow = s.out.channels, s.in.row()
	chunk := max(depthFloats/s.out.channels, 1)
	for y := range s.out.height {
		for x := 0; x < s.out.width; x += chunk {
			a.pixels = min(chunk, s.out.width-x)
			a.out, a.in = s.out.at(x, y), s.in.at(x-1, y-1)
			n.kernels.depth(a)
		}
	}
}

func (n *Network) upsample(s *step) {
	a := &n.upArgs
	a.pixels, a.channels = s.in.width, s.out.channels
	for y := range s.out.height {
		a.out, a.beside, a.low = s.out.at(0, y), s.add.at(0, y), s.in.at(0, y/2)
		n.kernels.up(a)
	}
}
