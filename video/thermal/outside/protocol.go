package outside

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"vedette/video/thermal"
)

// Bounds of what is believed. A program that says more is ended.
const (
	maxLine  = 256 << 10
	maxBoxes = 1000
)

// errNonsense is wrapped by every error about what a program says.
var errNonsense = errors.New("the answer cannot be used")

// question is the line before the bytes of a picture.
func question(number uint64, g *thermal.Gray) []byte {
	b := append([]byte(`{"frame":`), strconv.FormatUint(number, 10)...)
	b = append(append(b, `,"width":`...), strconv.Itoa(g.Width)...)
	b = append(append(b, `,"height":`...), strconv.Itoa(g.Height)...)
	return append(b, '}', '\n')
}

// answer is the line that a program gives back.
type answer struct {
	Frame      *uint64 `json:"frame"`
	Detections []found `json:"detections"`
}

type found struct {
	Box     []float64          `json:"bbox"`
	Score   float64            `json:"score"`
	Class   string             `json:"class"`
	Classes map[string]float64 `json:"classes"`
}

// readLine reads a line that is no longer than maxLine.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: a line of more than %d bytes", errNonsense, maxLine)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, fmt.Errorf("%w: a line without an end", errNonsense)
	}
	return line, err
}

// parseAnswer appends the boxes of an answer about a picture, the best first, cut at the picture's edge.
func parseAnswer(line []byte, number uint64, g *thermal.Gray, into []thermal.Box) ([]thermal.Box, error) {
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return nil, fmt.Errorf("%w: %w", errNonsense, err)
	}
	if a.Frame == nil || *a.Frame != number {
		return nil, fmt.Errorf("%w: it must have \"frame\":%d", errNonsense, number)
	}
	if len(a.Detections) > maxBoxes {
		return nil, fmt.Errorf("%w: %d detections; at most %d", errNonsense, len(a.Detections), maxBoxes)
	}
	for i := range a.Detections {
		b, inside, err := a.Detections[i].box(g)
		if err != nil {
			return nil, fmt.Errorf("%w: detection %d: %w", errNonsense, i, err)
		}
		if inside {
			into = append(into, b)
		}
	}
	slices.SortStableFunc(into, func(a, b thermal.Box) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	return into, nil
}

// box is the detection within the picture. inside is false where nothing of it is.
func (f *found) box(g *thermal.Gray) (b thermal.Box, inside bool, err error) {
	if len(f.Box) != 4 || !(f.Box[2] > 0 && f.Box[3] > 0) {
		return b, false, fmt.Errorf("bbox %v must be x, y, width and height", f.Box)
	}
	if !(f.Score >= 0 && f.Score <= 1) {
		return b, false, fmt.Errorf("score %g must be a probability", f.Score)
	}
	if b.Class, err = f.classes(); err != nil {
		return b, false, err
	}
	x0, y0 := max(f.Box[0], 0), max(f.Box[1], 0)
	x1, y1 := min(f.Box[0]+f.Box[2], float64(g.Width)), min(f.Box[1]+f.Box[3], float64(g.Height))
	b.X, b.Y, b.W, b.H, b.Score = x0, y0, x1-x0, y1-y0, f.Score
	return b, b.W > 0 && b.H > 0, nil
}

// classes are the probabilities of the classes: those given, made to sum to one, or all of it for the one that is named.
func (f *found) classes() (c thermal.Classes, err error) {
	given := f.Classes
	if given == nil {
		given = map[string]float64{f.Class: 1}
	}
	sum := 0.0
	for name, p := range given {
		if !(p >= 0 && p <= 1) {
			return c, fmt.Errorf("class %q: %g must be a probability", name, p)
		}
		switch name {
		case "person":
			c.Person = p
		case "vehicle":
			c.Vehicle = p
		case "animal":
			c.Animal = p
		case "other":
			c.Other = p
		default:
			return c, fmt.Errorf("class %q must be person, vehicle, animal or other", name)
		}
		sum += p
	}
	if sum < 1e-6 {
		return c, errors.New("all classes have the probability 0")
	}
	return thermal.Classes{Person: c.Person / sum, Vehicle: c.Vehicle / sum, Animal: c.Animal / sum, Other: c.Other / sum}, nil
}
