package network

import (
	"errors"
	"fmt"
)

// deepest is how often a network may halve the picture: sides are padded to multiples of 2^deepest.
const deepest = 5

// outLevel is how often the output is halved: a cell of it stands for 4 x 4 pixels.
const outLevel = 2

// shape is what the kernels must know of a tensor: how often it is halved, and its channels.
type shape struct{ level, channels int }

// check reports the first thing about a header that the kernels could not work on.
func (h *header) check() error {
	if len(h.Classes) == 0 || len(h.Classes) > maxClasses {
		return fmt.Errorf("%d classes", len(h.Classes))
	}
	if len(h.Layers) == 0 || len(h.Layers) > maxLayers {
		return fmt.Errorf("%d layers", len(h.Layers))
	}
	if err := h.Calibration.check(); err != nil {
		return err
	}
	shapes := make([]shape, 1, len(h.Layers)+1)
	shapes[0] = shape{0, 1}
	total := 0
	for k := range h.Layers {
		last := k == len(h.Layers)-1
		out, err := h.Layers[k].check(shapes, last)
		if err != nil {
			return fmt.Errorf("layer %d: %w", k, err)
		}
		shapes = append(shapes, out)
		total += h.Layers[k].weights() + h.Layers[k].biases()
	}
	if out := shapes[len(shapes)-1]; out != (shape{outLevel, len(h.Classes) + 4}) {
		return fmt.Errorf("the output has %d channels at 1/%d of the picture's size", out.channels, 1<<out.level)
	}
	if h.Numbers != total || total > maxNumbers {
		return fmt.Errorf("%d numbers in the header, %d in the layers, at most %d are read", h.Numbers, total, maxNumbers)
	}
	return nil
}

// check returns the shape of the layer's output, given those of the tensors before it.
func (l *Layer) check(shapes []shape, last bool) (shape, error) {
	if l.In < 0 || l.In >= len(shapes) {
		return shape{}, fmt.Errorf("reads tensor %d", l.In)
	}
	in := shapes[l.In]
	if l.InChannels != in.channels {
		return shape{}, fmt.Errorf("reads %d channels of a tensor that has %d", l.InChannels, in.channels)
	}
	if l.OutChannels < 1 || l.OutChannels > maxChannels || l.OutChannels%block != 0 && !last {
		return shape{}, fmt.Errorf("%d channels: they must be a multiple of %d, at most %d", l.OutChannels, block, maxChannels)
	}
	out := shape{in.level, l.OutChannels}
	switch l.Kind {
	case Conv:
		if (l.Size != 1 && l.Size != 3) || (l.Stride != 1 && l.Stride != 2) || l.Size < l.Stride {
			return shape{}, fmt.Errorf("a convolution of size %d and stride %d", l.Size, l.Stride)
		}
		out.level += l.Stride - 1
	case Depthwise:
		if l.Size != 3 || l.Stride != 1 || l.InChannels != l.OutChannels || l.Add != nil || l.In == 0 {
			return shape{}, errors.New("a depthwise convolution has size 3, stride 1, as many channels out as in, and adds nothing")
		}
	case Upsample:
		if l.Size != 0 || l.Stride != 0 || l.Relu || l.Add == nil || l.In == 0 || l.InChannels != l.OutChannels {
			return shape{}, errors.New("an upsampling has no size and stride, as many channels out as in, and adds a tensor")
		}
		out.level--
	default:
		return shape{}, fmt.Errorf("unknown kind %q", l.Kind)
	}
	if out.level > deepest {
		return shape{}, fmt.Errorf("halves the picture more than %d times", deepest)
	}
	if last && (l.Kind != Conv || l.Add != nil || l.OutChannels > block) {
		return shape{}, errors.New("the last layer must be a convolution that adds nothing")
	}
	if l.Add != nil && (*l.Add < 1 || *l.Add >= len(shapes) || shapes[*l.Add] != out) {
		return shape{}, fmt.Errorf("adds tensor %d, which is not there or has another shape", *l.Add)
	}
	return out, nil
}
