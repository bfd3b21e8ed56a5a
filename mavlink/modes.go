package mavlink

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// mode is one flight mode: the autopilot's number and its name.
type mode struct {
	custom uint32
	name   string
}

// modeTable knows the modes of a vehicle: those of its kind, until the vehicle lists its own.
type modeTable struct {
	byNumber map[uint32]string
	order    []uint32
	// listed are those that the vehicle named itself by index; hidden ones cannot be chosen.
	listed map[uint8]mode
	hidden map[uint32]bool
	total  uint8
	// seq counts the changes of the vehicle's list, as it says.
	seq uint8
}

// edition takes the number of the vehicle's list; another one means that all must be asked for again.
func (t *modeTable) edition(seq uint8) {
	if seq == t.seq {
		return
	}
	t.seq, t.total = seq, 0
	clear(t.listed)
}

func newModeTable(known []mode) modeTable {
	t := modeTable{byNumber: make(map[uint32]string), listed: make(map[uint8]mode), hidden: make(map[uint32]bool)}
	for _, m := range known {
		t.byNumber[m.custom] = m.name
		t.order = append(t.order, m.custom)
	}
	return t
}

// add takes one AVAILABLE_MODES message; once all have come they replace the list of what can be chosen.
func (t *modeTable) add(m *common.MessageAvailableModes) {
	name := clean(m.ModeName)
	if name == "" {
		return
	}
	t.total = m.NumberModes
	t.listed[m.ModeIndex] = mode{m.CustomMode, name}
	t.byNumber[m.CustomMode] = name
	t.hidden[m.CustomMode] = m.Properties&common.MAV_MODE_PROPERTY_NOT_USER_SELECTABLE != 0
	if len(t.listed) < int(t.total) {
		return
	}
	t.order = t.order[:0]
	for i := 1; i <= int(t.total); i++ {
		if listed, ok := t.listed[uint8(i)]; ok && !slices.Contains(t.order, listed.custom) {
			t.order = append(t.order, listed.custom)
		}
	}
}

// missing gives the lowest index that the vehicle has not named yet; false when it has named all or none.
func (t *modeTable) missing() (int, bool) {
	for i := 1; i <= int(t.total); i++ {
		if _, ok := t.listed[uint8(i)]; !ok {
			return i, true
		}
	}
	return 0, false
}

func (t *modeTable) name(custom uint32) string {
	if name, ok := t.byNumber[custom]; ok {
		return name
	}
	return fmt.Sprintf("MODE %d", custom)
}

func (t *modeTable) selectable() []string {
	names := make([]string, 0, len(t.order))
	for _, number := range t.order {
		if !t.hidden[number] {
			names = append(names, t.byNumber[number])
		}
	}
	return names
}

func (t *modeTable) find(name string) (mode, bool) {
	for _, number := range t.order {
		if strings.EqualFold(t.byNumber[number], name) {
			return mode{number, t.byNumber[number]}, true
		}
	}
	return mode{}, false
}
