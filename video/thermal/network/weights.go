// Package network runs the small convolutional networks of the thermal detector: it reads their weights, plans the
// buffers for a picture size, and computes with kernels in plain Go or in assembly for AVX2 and NEON. It is pure: no
// clock, no network, no goroutines. A Network is used by one goroutine at a time; Weights never change and may be shared.
package network

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Magic is how a file of weights begins; its line end shows transfers as text.
const Magic = "VDTNET\r\n"

// Version is the only version of the file that is read.
const Version = 2

// Bounds of a file. The networks that we train are far below all of them.
const (
	maxHeaderBytes = 1 << 20
	maxLayers      = 128
	maxChannels    = 256
	maxNumbers     = 4 << 20
	maxClasses     = 8
	prefixBytes    = len(Magic) + 8
)

// block is how many output channels the convolution kernels compute at once. All inner channel counts are multiples of it.
const block = 16

// ErrWeights is wrapped by every error about a file of weights.
var ErrWeights = errors.New("weights of a network")

// Kind says what a layer does.
type Kind string

// The kinds of layers.
const (
	Conv      Kind = "conv"      // a convolution of size 1 or 3, then ReLU if wanted, then the sum with another tensor if wanted
	Depthwise Kind = "depthwise" // a 3x3 convolution of each channel by itself, then ReLU if wanted
	Upsample  Kind = "upsample"  // each value to a square of four, the sum with a tensor of that size, then ReLU
)

// Layer is one step of a network. Layer k makes tensor k+1; tensor 0 is the picture.
type Layer struct {
	Kind        Kind `json:"kind"`
	In          int  `json:"in"`
	Add         *int `json:"add,omitempty"`
	InChannels  int  `json:"inChannels"`
	OutChannels int  `json:"outChannels"`
	Size        int  `json:"size,omitempty"`
	Stride      int  `json:"stride,omitempty"`
	Relu        bool `json:"relu,omitempty"`
}

// weights returns how many weights the layer has besides its biases.
func (l *Layer) weights() int {
	switch l.Kind {
	case Conv:
		return l.Size * l.Size * l.InChannels * l.OutChannels
	case Depthwise:
		return l.Size * l.Size * l.OutChannels
	default:
		return 0
	}
}

// biases returns how many biases the layer has.
func (l *Layer) biases() int {
	if l.Kind == Upsample {
		return 0
	}
	return l.OutChannels
}

// Weights is a network as its file holds it.
type Weights struct {
	// Name is the name of the network's size.
	Name string
	// Classes are what the first channels of the output stand for; four channels with the distances to the sides follow.
	Classes []string
	// Layers are in the order of work; the last one makes the output, at a quarter of the picture's size.
	Layers []Layer
	// Calibration turns the network's scores into probabilities.
	Calibration Calibration
	// Training holds the facts of the training as JSON.
	Training json.RawMessage

	numbers []float32 // weights and biases, layer by layer
}

type header struct {
	Name     string          `json:"name"`
	Classes  []string        `json:"classes"`
	Layers   []Layer         `json:"layers"`
	Training json.RawMessage `json:"training"`

	Calibration Calibration `json:"calibration"`
	Numbers     int         `json:"numbers"`
}

// Parse reads a file of weights: magic, version and header length (little-endian 32 bits each), header as JSON, float16
// numbers (IEEE 754 binary16, little-endian), SHA-256 of all that. Every error wraps ErrWeights.
func Parse(file []byte) (*Weights, error) {
	w, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWeights, err)
	}
	return w, nil
}

func parse(file []byte) (*Weights, error) {
	if len(file) < prefixBytes+sha256.Size || string(file[:len(Magic)]) != Magic {
		return nil, errors.New("this is no file of weights")
	}
	if v := binary.LittleEndian.Uint32(file[len(Magic):]); v != Version {
		return nil, fmt.Errorf("version %d of the file; this program reads version %d", v, Version)
	}
	body, sum := file[:len(file)-sha256.Size], file[len(file)-sha256.Size:]
	if want := sha256.Sum256(body); !bytes.Equal(want[:], sum) {
		return nil, errors.New("the checksum is wrong: the file is damaged or cut short")
	}
	length := binary.LittleEndian.Uint32(file[len(Magic)+4:])
	if length > maxHeaderBytes || int(length) > len(body)-prefixBytes {
		return nil, fmt.Errorf("a header of %d bytes", length)
	}
	var h header
	dec := json.NewDecoder(bytes.NewReader(body[prefixBytes:][:length]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if dec.InputOffset() != int64(length) {
		return nil, errors.New("header: something follows the JSON object")
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	numbers, err := halves(body[prefixBytes+int(length):], h.Numbers)
	if err != nil {
		return nil, err
	}
	return &Weights{
		Name: h.Name, Classes: h.Classes, Layers: h.Layers, Calibration: h.Calibration, Training: h.Training, numbers: numbers,
	}, nil
}

// halves reads want finite float16 numbers, no fewer and no more.
func halves(blob []byte, want int) ([]float32, error) {
	if len(blob) != 2*want {
		return nil, fmt.Errorf("%d bytes of numbers where the header says %d", len(blob), 2*want)
	}
	out := make([]float32, want)
	for i := range out {
		v, ok := half(binary.LittleEndian.Uint16(blob[2*i:]))
		if !ok {
			return nil, fmt.Errorf("number %d is not finite", i)
		}
		out[i] = v
	}
	return out, nil
}

// half turns a binary16 number into a float32. It reports false where that is infinite or no number.
func half(bits uint16) (float32, bool) {
	sign := uint32(bits&0x8000) << 16
	exponent, fraction := uint32(bits>>10&0x1f), uint32(bits&0x3ff)
	switch exponent {
	case 0x1f:
		return 0, false
	case 0: // zero, or a subnormal number of units of 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24)), true
	default:
		return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13), true
	}
}
