package mavlink

import (
	"slices"
	"strings"
	"time"
)

const (
	// reasonAge is how long a reason stands that is not repeated. ArduPilot repeats its own every 30 seconds, and one may
	// be lost on the way.
	reasonAge  = 40 * time.Second
	maxReasons = 32
)

// The sources of reasons against arming.
const (
	fromText     = "text"
	fromEvent    = "event"
	fromRemoteID = "remoteId"
)

// armingState is the set of what is against arming now.
type armingState struct {
	ready   *bool
	reasons []ArmingReason
	at      time.Time
}

// armingPrefixes begin the texts that say why a vehicle does not arm: ArduPilot's, and PX4's before and beside its events.
var armingPrefixes = []string{"PreArm: ", "Arm: ", "Preflight Fail: ", "Arming denied: ", "Arming denied! "}

// text takes a text of the vehicle; false when it is not about arming.
func (a *armingState) text(t Text) bool {
	for _, p := range armingPrefixes {
		if rest, ok := strings.CutPrefix(t.Text, p); ok && rest != "" {
			a.note(ArmingReason{Text: rest, Source: fromText, Time: t.Time})
			return true
		}
	}
	return false
}

// note adds or renews a reason.
func (a *armingState) note(r ArmingReason) {
	all := slices.Clone(a.reasons)
	i := slices.IndexFunc(all, func(o ArmingReason) bool { return o.Source == r.Source && o.Text == r.Text })
	switch {
	case i >= 0:
		all[i] = r
	case len(all) < maxReasons:
		all = append(all, r)
	}
	a.reasons = all
}

// checks takes what the prearm checks say as a whole. When they turn good, the texts that came before are past.
func (a *armingState) checks(ready *bool, at time.Time) {
	if ready == nil {
		return
	}
	turned := *ready && (a.ready == nil || !*a.ready)
	a.ready, a.at = ready, at.UTC()
	if turned {
		a.drop(fromText)
	}
}

// replace puts a whole new set of one source in place of the old one.
func (a *armingState) replace(source string, reasons []ArmingReason) {
	a.drop(source)
	for _, r := range reasons {
		r.Source = source
		a.note(r)
	}
}

func (a *armingState) drop(source string) {
	a.reasons = slices.DeleteFunc(slices.Clone(a.reasons), func(r ArmingReason) bool { return r.Source == source })
}

// expire forgets the texts that have stopped; true when some have.
func (a *armingState) expire(now time.Time) bool {
	old := func(r ArmingReason) bool { return r.Source == fromText && now.Sub(r.Time) > reasonAge }
	if !slices.ContainsFunc(a.reasons, old) {
		return false
	}
	a.reasons = slices.DeleteFunc(slices.Clone(a.reasons), old)
	return true
}

func (a *armingState) view() Arming {
	v := Arming{Ready: a.ready, Reasons: a.reasons, Time: a.at}
	// Remote identification and PX4's checks refuse for themselves, whatever the bit of the prearm checks says.
	if slices.ContainsFunc(a.reasons, func(r ArmingReason) bool { return !r.Warning && r.Source != fromText }) {
		no := false
		v.Ready = &no
	}
	return v
}
