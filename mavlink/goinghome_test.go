package mavlink

import (
	"strings"
	"testing"
)

// TestEveryModeThatGoesHomeIsKnown takes the modes of every pilot: those whose names say so go home, and no others.
func TestEveryModeThatGoesHomeIsKnown(t *testing.T) {
	t.Parallel()
	all := px4{}.modes()
	for _, kind := range []string{"quadrotor", "fixedWing", "vtol", "groundRover", "submarine"} {
		all = append(all, ardupilot{airframe: kind}.modes()...)
	}
	found := 0
	for _, m := range all {
		says := strings.HasSuffix(m.name, "RTL") || strings.Contains(m.name, "LAND") || m.name == "AUTOROTATE" || m.name == "TERMINATION"
		if (Vehicle{Mode: m.name}).GoingHome() != says {
			t.Errorf("%s: %v", m.name, !says)
		}
		if says {
			found++
		}
	}
	if found < 10 {
		t.Errorf("only %d modes go home", found)
	}
}
