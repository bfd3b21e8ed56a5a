package param

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// renamed are names of ArduPilot up to 4.6 and from 4.7 on.
var renamed = [][2]string{
	{"SYSID_THISMAV", "MAV_SYSID"},
	{"SYSID_MYGCS", "MAV_GCS_SYSID"},
	{"TELEM_DELAY", "MAV_TELEM_DELAY"},
}

// Aliases are the other names that a parameter has in other versions of the firmware: SYSID_THISMAV and MAV_SYSID, SR0_EXTRA1
// and MAV1_EXTRA1.
func Aliases(name string) []string {
	for _, pair := range renamed {
		switch name {
		case pair[0]:
			return []string{pair[1]}
		case pair[1]:
			return []string{pair[0]}
		}
	}
	// The old ones count the ports from 0, the new ones from 1.
	if n, rest, ok := portOf(name, "SR"); ok {
		return []string{"MAV" + strconv.Itoa(n+1) + "_" + rest}
	}
	if n, rest, ok := portOf(name, "MAV"); ok && n > 0 {
		return []string{"SR" + strconv.Itoa(n-1) + "_" + rest}
	}
	return nil
}

// streams are the groups of messages whose rate a port has.
var streams = []string{"RAW_SENS", "EXT_STAT", "RC_CHAN", "RAW_CTRL", "POSITION", "EXTRA1", "EXTRA2", "EXTRA3", "PARAMS", "ADSB"}

func portOf(name, prefix string) (port int, rest string, ok bool) {
	after, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, "", false
	}
	digits, rest, _ := strings.Cut(after, "_")
	port, err := strconv.Atoi(digits)
	return port, rest, err == nil && port >= 0 && port < 20 && slices.Contains(streams, rest)
}

// Find gives the name under which a parameter exists, by its own name first and then by its names in other versions.
func Find(name string, exists func(string) bool) (string, bool) {
	if exists(name) {
		return name, true
	}
	for _, other := range Aliases(name) {
		if exists(other) {
			return other, true
		}
	}
	return name, false
}

func inOrder(all []Difference) []Difference {
	slices.SortFunc(all, func(a, b Difference) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
