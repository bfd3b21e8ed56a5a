package mavlink

import "testing"

func TestArmingLeavesTheModesOfALanding(t *testing.T) {
	t.Parallel()
	modes := newModeTable([]mode{{4, "GUIDED"}, {5, "LOITER"}, {6, "RTL"}, {9, "LAND"}})
	for _, c := range []struct {
		mode   string
		armed  bool
		orders int
	}{{"LAND", false, 2}, {"RTL", false, 2}, {"LOITER", false, 1}, {"LAND", true, 1}} {
		if got := (ardupilot{}).arm(Vehicle{Mode: c.mode, Armed: c.armed}, &modes); len(got) != c.orders {
			t.Errorf("%s, armed %v: %d orders, want %d", c.mode, c.armed, len(got), c.orders)
		}
	}
}
