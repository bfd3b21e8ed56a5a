package param_test

import (
	"testing"

	"vedette/mavlink/param"
)

func TestWhatIsKnownAboutParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ autopilot, name, units string }{
		{"ardupilot", "RTL_ALT", "cm"},
		{"ardupilot", "BATT2_LOW_VOLT", "V"},
		{"ardupilot", "SYSID_THISMAV", ""},
		{"ardupilot", "MAV_SYSID", ""},
		{"ardupilot", "SR0_EXTRA1", "Hz"},
		{"ardupilot", "MAV1_EXTRA1", "Hz"},
		{"ardupilot", "SERIAL2_BAUD", "kbaud"},
		{"ardupilot", "MNT1_PITCH_MIN", "deg"},
		{"px4", "RTL_RETURN_ALT", "m"},
		{"px4", "BAT1_CAPACITY", "mAh"},
	} {
		m, ok := param.About(c.autopilot, c.name)
		if !ok || m.Units != c.units || m.Description == "" {
			t.Errorf("%s %s: %+v, %v", c.autopilot, c.name, m, ok)
		}
	}
	if m, _ := param.About("ardupilot", "MAV_SYSID"); !m.Reboot || m.Min == nil || *m.Max != 255 {
		t.Errorf("%+v", m)
	}
	for _, name := range []string{"", "NO_SUCH", "RTL_RETURN_ALT", "MAV1_NOTHING"} {
		if m, ok := param.About("ardupilot", name); ok {
			t.Errorf("%q is %+v", name, m)
		}
	}
}

func TestSearching(t *testing.T) {
	t.Parallel()
	m, _ := param.About("ardupilot", "BATT_FS_LOW_ACT")
	for search, found := range map[string]bool{"": true, "batt": true, "LOW_act": true, "low battery": true, "smart return": true, "gimbal": false, "batt gimbal": false} {
		if param.Matches(search, "BATT_FS_LOW_ACT", m) != found {
			t.Errorf("%q", search)
		}
	}
}
