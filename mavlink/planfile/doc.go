// Package planfile reads and writes plans of vehicles as other stations keep them: the .plan files of QGroundControl (JSON,
// version 1) and the text files that begin with "QGC WPL 110", which Mission Planner, MAVProxy and QGroundControl exchange. It is
// pure. Everything in a file is taken for hostile: sizes, counts and numbers have limits, and an error names the place in the
// file ("mission.items[3].params[4]: …", "line 7: …").
package planfile

import (
	"bytes"
	"errors"
	"fmt"

	"vedette/mavlink/mission"
)

// Plan is what a file holds. Home is never among the items of the mission; jumps name items by their number, the first being 1.
type Plan struct {
	Mission []mission.Item
	// Fence and Rally are nil where the file says nothing about them, empty where it says that there is none.
	Fence []mission.Item
	Rally []mission.Item
	// Home is where the planner thought that the vehicle starts.
	Home *Home
	// Firmware and Vehicle are the MAV_AUTOPILOT and MAV_TYPE that the plan was made for, 0 for none said.
	Firmware, Vehicle int
	// CruiseMS and HoverMS are speeds in metres a second, 0 for none said.
	CruiseMS, HoverMS float64
}

// Home is a planned home.
type Home struct{ Lat, Lon, AltAMSL float64 }

const (
	// MaxBytes is the largest file that is read.
	MaxBytes = 8 << 20
	// MaxItems is the most items of each list.
	MaxItems = 10000
)

// ErrFormat means that a file is neither of the formats.
var ErrFormat = errors.New("neither a .plan file of QGroundControl nor a \"QGC WPL 110\" text")

// Read reads a file of either format.
func Read(data []byte) (Plan, error) {
	if len(data) > MaxBytes {
		return Plan{}, fmt.Errorf("the file has %d bytes, more than %d", len(data), MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case bytes.HasPrefix(trimmed, []byte("{")):
		return readPlan(trimmed)
	case bytes.HasPrefix(trimmed, []byte("QGC WPL")):
		return readText(trimmed)
	default:
		return Plan{}, ErrFormat
	}
}
