package metadata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNotOnVehicle means that a file is somewhere else than on the vehicle. A station has no internet, so it is not fetched.
var ErrNotOnVehicle = errors.New("the file is not on the vehicle, and nothing is fetched from the internet")

const (
	scheme       = "mftp://"
	componentTag = "[;comp="
)

// Place is a file on a vehicle.
type Place struct {
	// Component serves it; 0 is the one that named it.
	Component uint8
	Path      string
}

// ParsePlace reads a URI of MAVFTP: mftp://PATH, or mftp://[;comp=N]PATH for another component.
func ParsePlace(uri string) (Place, error) {
	path, ok := strings.CutPrefix(uri, scheme)
	if !ok {
		return Place{}, fmt.Errorf("%+.120q: %w", uri, ErrNotOnVehicle)
	}
	var p Place
	if tag, ok := strings.CutPrefix(strings.TrimPrefix(path, "/"), componentTag); ok {
		number, rest, closed := strings.Cut(tag, "]")
		n, err := strconv.ParseUint(number, 10, 8)
		if !closed || err != nil || n == 0 {
			return Place{}, fmt.Errorf("%+.120q: %w: no component can be read in it", uri, ErrFormat)
		}
		p.Component, path = uint8(n), rest
	}
	if path == "" || strings.Contains(path, "\x00") {
		return Place{}, fmt.Errorf("%+.120q: %w: it names no file", uri, ErrFormat)
	}
	p.Path = path
	return p, nil
}
