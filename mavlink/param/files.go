package param

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	maxLine = 4096
	// maxInFile bounds a file of parameters; the largest autopilots have below 2,000.
	maxInFile = 20000
)

// File is what a file of parameters says.
type File struct {
	// Parameters are by name. Type is 0 where the file does not tell it.
	Parameters []Parameter
	// Vehicle and Component are the ids that a file of QGroundControl tells, 0 where there are none.
	Vehicle, Component int
}

// ReadFile reads a file of Mission Planner (NAME,VALUE or NAME VALUE) or of QGroundControl (vehicle, component, name, value and
// type between tabs). '#' begins a comment. It reports the first line that cannot be read.
func ReadFile(b []byte) (File, error) {
	if !utf8.Valid(b) {
		return File{}, errors.New("this is no file of parameters: it is no text")
	}
	var f File
	seen := make(map[string]float64)
	s := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		line, _, _ := strings.Cut(s.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		p, vehicle, component, err := readLine(line)
		if err != nil {
			return File{}, fmt.Errorf("line %d: %w", n, err)
		}
		was, twice := seen[p.Name]
		switch {
		case twice && was != p.Value:
			return File{}, fmt.Errorf("line %d: %s has two values, %v and %v", n, p.Name, was, p.Value)
		case twice:
			continue
		case component != 0 && f.Component != 0 && component != f.Component:
			continue // of a gimbal or a camera: the autopilot comes first
		case len(seen) == maxInFile:
			return File{}, fmt.Errorf("line %d: more than %d parameters", n, maxInFile)
		}
		seen[p.Name] = p.Value
		f.Parameters = append(f.Parameters, p)
		f.Vehicle, f.Component = vehicle, component
	}
	if err := s.Err(); err != nil {
		return File{}, fmt.Errorf("a line of more than %d characters: %w", maxLine, err)
	}
	if len(f.Parameters) == 0 {
		return File{}, errors.New("there are no parameters in the file")
	}
	f.Parameters = sorted(f.Parameters)
	return f, nil
}

func readLine(line string) (p Parameter, vehicle, component int, err error) {
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '\t' || r == ' ' })
	value := ""
	switch len(fields) {
	case 2:
		p.Name, value = fields[0], fields[1]
	case 5:
		p.Name, value = fields[2], fields[3]
		ids := [3]int{}
		for i, at := range []int{0, 1, 4} {
			if ids[i], err = strconv.Atoi(fields[at]); err != nil || ids[i] < 0 || ids[i] > math.MaxUint8 {
				return p, 0, 0, fmt.Errorf("%.20q is no id or type", fields[at])
			}
		}
		vehicle, component, p.Type = ids[0], ids[1], Type(ids[2])
		if p.Type > common.MAV_PARAM_TYPE_REAL64 {
			return p, 0, 0, fmt.Errorf("there is no type %d", ids[2])
		}
	default:
		return p, 0, 0, fmt.Errorf("%d fields; NAME,VALUE or the five of QGroundControl are known", len(fields))
	}
	if !ValidName(p.Name) {
		return p, 0, 0, fmt.Errorf("%.40q is no name of a parameter", p.Name)
	}
	if p.Value, err = strconv.ParseFloat(value, 64); err != nil || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
		return p, 0, 0, fmt.Errorf("%s: %.40q is no number", p.Name, value)
	}
	return p, vehicle, component, nil
}

// WritePlain makes a file for Mission Planner and MAVProxy.
func WritePlain(all []Parameter) []byte {
	var b bytes.Buffer
	for _, p := range all {
		if known(p.Value) {
			fmt.Fprintf(&b, "%s,%s\n", p.Name, number(p))
		}
	}
	return b.Bytes()
}

// WriteQGC makes a file for QGroundControl.
func WriteQGC(all []Parameter, vehicle, component int) []byte {
	var b bytes.Buffer
	b.WriteString("# Onboard parameters\n#\n# Vehicle-Id Component-Id Name Value Type\n")
	for _, p := range all {
		if known(p.Value) {
			fmt.Fprintf(&b, "%d\t%d\t%s\t%s\t%d\n", vehicle, component, p.Name, number(p), uint64(p.Type))
		}
	}
	return b.Bytes()
}

func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// number is the shortest text that is read back as the same value.
func number(p Parameter) string {
	if p.Type == common.MAV_PARAM_TYPE_REAL32 || p.Type == 0 && float64(float32(p.Value)) == p.Value {
		return strconv.FormatFloat(p.Value, 'f', -1, 32)
	}
	return strconv.FormatFloat(p.Value, 'f', -1, 64)
}
