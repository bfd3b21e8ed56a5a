package planfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// node is a value in a JSON document that knows its path.
type node struct {
	path  string
	value any
}

func parse(data []byte) (node, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	var v any
	if err := d.Decode(&v); err != nil {
		return node{}, fmt.Errorf("the file is no JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return node{}, errors.New("there is something after the JSON object")
	}
	return node{"", v}, nil
}

func (n node) fail(format string, args ...any) error {
	path := n.path
	if path == "" {
		path = "the file"
	}
	return fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
}

// get gives a member; missing and null are the same.
func (n node) get(name string) (node, bool) {
	path := name
	if n.path != "" {
		path = n.path + "." + name
	}
	object, _ := n.value.(map[string]any)
	v := object[name]
	return node{path, v}, v != nil
}

func (n node) need(name string) (node, error) {
	m, ok := n.get(name)
	if !ok {
		return m, m.fail("is missing")
	}
	return m, nil
}

func (n node) object() error {
	if _, ok := n.value.(map[string]any); !ok {
		return n.fail("must be an object")
	}
	return nil
}

func (n node) list(most int) ([]node, error) {
	values, ok := n.value.([]any)
	if !ok {
		return nil, n.fail("must be a list")
	}
	if len(values) > most {
		return nil, n.fail("has %d entries, more than %d", len(values), most)
	}
	nodes := make([]node, len(values))
	for i, v := range values {
		nodes[i] = node{fmt.Sprintf("%s[%d]", n.path, i), v}
	}
	return nodes, nil
}

func (n node) number() (float64, error) {
	v, ok := n.value.(float64)
	if !ok {
		return 0, n.fail("must be a number")
	}
	return v, nil
}

func (n node) within(low, high float64) (float64, error) {
	v, err := n.number()
	if err == nil && !(v >= low && v <= high) {
		return 0, n.fail("%v is not from %g to %g", v, low, high)
	}
	return v, err
}

func (n node) whole(low, high int) (int, error) {
	v, err := n.within(float64(low), float64(high))
	if err == nil && v != math.Trunc(v) {
		return 0, n.fail("%v is no whole number", v)
	}
	return int(v), err
}

func (n node) text() string {
	s, _ := n.value.(string)
	return s
}

func (n node) truth(otherwise bool) bool {
	if b, ok := n.value.(bool); ok {
		return b
	}
	return otherwise
}

// place reads [latitude, longitude] or [latitude, longitude, height].
func (n node) place(size int) (out [3]float64, err error) {
	parts, err := n.list(3)
	if err != nil {
		return out, err
	}
	if len(parts) < size {
		return out, n.fail("has %d numbers, %d are needed", len(parts), size)
	}
	limits := [3]float64{90, 180, maxHeight}
	for i, p := range parts {
		if i == 2 && p.value == nil {
			continue // QGroundControl writes no height where it knows none
		}
		if out[i], err = p.within(-limits[i], limits[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

const maxHeight = 100000 // metres
