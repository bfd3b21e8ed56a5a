package mavlink

import (
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	// calmAfter is how long an autopilot must say that all is well before what it said of failsafes is forgotten.
	calmAfter = 5 * time.Second
	// failsafeAge is how long a text about a failsafe counts when nothing else says whether it still holds.
	failsafeAge   = 10 * time.Minute
	maxFailsafes  = 16
	systemFailing = "system"
)

// failsafes gathers what speaks for a failsafe: the autopilot's own state, its texts, its fence.
type failsafes struct {
	reasons []FailsafeReason
	// alarm is when the autopilot last said critical or worse; calm since when it has said otherwise.
	alarm, calm time.Time
}

// status takes the system status of a heartbeat.
func (f *failsafes) status(s common.MAV_STATE, at time.Time) {
	switch s {
	case common.MAV_STATE_CRITICAL, common.MAV_STATE_EMERGENCY, common.MAV_STATE_FLIGHT_TERMINATION:
		if f.alarm.IsZero() {
			f.note(systemFailing, "the autopilot reports the state "+systemStatus(s), at)
		}
		f.alarm, f.calm = at, time.Time{}
	default:
		if f.calm.IsZero() {
			f.calm = at
		}
		if at.Sub(f.calm) < calmAfter {
			return
		}
		f.clear(systemFailing)
		if !f.alarm.IsZero() {
			f.alarm = time.Time{}
			f.reasons = slices.DeleteFunc(slices.Clone(f.reasons), func(r FailsafeReason) bool { return r.Kind != "fence" })
		}
	}
}

// text takes a text of the vehicle: ArduPilot says "Radio Failsafe" and "Radio Failsafe Cleared", PX4 "Failsafe activated".
func (f *failsafes) text(t Text) bool {
	low := strings.ToLower(t.Text)
	glitch := strings.Contains(low, "gps glitch") || strings.Contains(low, "vibration compensation")
	if !strings.Contains(low, "failsafe") && !glitch || strings.HasPrefix(low, "prearm:") || strings.HasPrefix(low, "arm:") {
		return false
	}
	kind := failsafeKind(low)
	for _, end := range []string{"clear", "off", "recover", "resolved", "ended", "deactivated"} {
		if strings.Contains(low, end) {
			f.clear(kind)
			return true
		}
	}
	if glitch && kind == "gps" && !strings.Contains(low, "failsafe") && t.Severity == "info" {
		return false
	}
	f.note(kind, t.Text, t.Time)
	return true
}

func failsafeKind(low string) string {
	for _, k := range []struct{ word, kind string }{
		{"radio", "radio"}, {"rc ", "radio"}, {"throttle", "radio"}, {"manual control", "radio"}, {"batt", "battery"}, {"gcs", "station"},
		{"data link", "station"}, {"ground station", "station"}, {"ekf", "ekf"}, {"gps", "gps"}, {"terrain", "terrain"}, {"fence", "fence"},
		{"vibration", "vibration"}, {"dead", "deadReckoning"},
	} {
		if strings.Contains(low, k.word) {
			return k.kind
		}
	}
	return "other"
}

// fence takes the state of the geofence.
func (f *failsafes) fence(s *FenceStatus, at time.Time) {
	if !s.Breached {
		f.clear("fence")
		return
	}
	words := map[string]string{"minimumAltitude": "below the fence's lowest height", "maximumAltitude": "above the fence's greatest height", "boundary": "outside the fence"}[s.Kind]
	if words == "" {
		words = "the fence is breached"
	}
	f.note("fence", words, at)
}

// note adds or renews a reason; the slice is replaced since copies are about.
func (f *failsafes) note(kind, text string, at time.Time) {
	i := slices.IndexFunc(f.reasons, func(r FailsafeReason) bool { return r.Kind == kind })
	all := slices.Clone(f.reasons)
	r := FailsafeReason{Kind: kind, Text: text, Time: at.UTC()}
	switch {
	case i >= 0:
		all[i] = r
	case len(all) < maxFailsafes:
		all = append(all, r)
	}
	f.reasons = all
}

func (f *failsafes) clear(kind string) {
	if slices.ContainsFunc(f.reasons, func(r FailsafeReason) bool { return r.Kind == kind }) {
		f.reasons = slices.DeleteFunc(slices.Clone(f.reasons), func(r FailsafeReason) bool { return r.Kind == kind })
	}
}

// expire forgets texts that nothing confirms; true when something changed.
func (f *failsafes) expire(now time.Time) bool {
	old := func(r FailsafeReason) bool {
		return r.Kind != systemFailing && r.Kind != "fence" && f.alarm.IsZero() && now.Sub(r.Time) > failsafeAge
	}
	if !slices.ContainsFunc(f.reasons, old) {
		return false
	}
	f.reasons = slices.DeleteFunc(slices.Clone(f.reasons), old)
	return true
}

func (f *failsafes) view() Failsafe { return Failsafe{Active: len(f.reasons) > 0, Reasons: f.reasons} }
