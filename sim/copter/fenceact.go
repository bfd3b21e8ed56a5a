package copter

import (
	"strings"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// Values of FENCE_ACTION.
const (
	fenceReport = iota
	fenceRTLOrLand
	fenceAlwaysLand
	fenceSmartRTLOrRTL
	fenceBrakeOrLand
	fenceSmartRTLOrLand
)

// fenceGiveUp is how far beyond a fence the vehicle lands where it is, in metres.
const fenceGiveUp = 100.0

// fenceNames are how the texts call the bits of FENCE_TYPE.
func fenceNames(bits int) string {
	var names []string
	for i, name := range [...]string{"Max Alt", "Circle", "Polygon", "Min Alt"} {
		if bits&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// watchFence notices breaches ten times a second, and acts on a new one.
func (f *flight) watchFence() {
	if f.steps%10 != 0 {
		return
	}
	before := f.fence.breached
	bits, byM := f.crosses(f.est.pos)
	if f.landing() || f.body.onGround {
		bits &^= fenceAltMin
	}
	f.fence.breached = bits
	if !f.armed {
		f.fence.mitigating, f.overFloor = false, false
		return
	}
	if gone := before &^ bits; gone != 0 && bits == 0 {
		f.fence.mitigating = false
		f.say(mav.MAV_SEVERITY_INFO, "%s fence breach cleared", fenceNames(gone))
	}
	fresh := bits &^ before
	if fresh == 0 {
		return
	}
	f.fence.count++
	f.fence.last, f.fence.lastMs = breachType(fresh), f.bootMs()
	if !f.body.onGround {
		f.say(mav.MAV_SEVERITY_WARNING, "%s fence breached", fenceNames(fresh))
	}
	f.actOnFence(int(f.params.get("FENCE_ACTION")), byM)
}

func breachType(bits int) mav.FENCE_BREACH {
	switch {
	case bits&fenceAltMax != 0:
		return mav.FENCE_BREACH_MAXALT
	case bits&fenceAltMin != 0:
		return mav.FENCE_BREACH_MINALT
	case bits != 0:
		return mav.FENCE_BREACH_BOUNDARY
	}
	return mav.FENCE_BREACH_NONE
}

func (f *flight) actOnFence(action int, byM float64) {
	if action == fenceReport {
		return
	}
	if f.body.onGround {
		f.disarm()
		return
	}
	f.fence.mitigating = true
	if f.mode == Land || f.mode == RTL && byM <= fenceGiveUp {
		return
	}
	switch {
	case byM > fenceGiveUp, action == fenceAlwaysLand:
		f.setMode(Land)
	case action == fenceBrakeOrLand:
		if !f.setMode(Brake) {
			f.setMode(Land)
		}
	default: // the smart returns fall back to RTL: no path is recorded
		if !f.setMode(RTL) {
			f.setMode(Land)
		}
	}
}

// fenceStatus is FENCE_STATUS.
func (f *flight) fenceStatus() *mav.MessageFenceStatus {
	m := &mav.MessageFenceStatus{BreachCount: f.fence.count, BreachType: f.fence.last, BreachTime: f.fence.lastMs}
	if f.fence.breached != 0 {
		m.BreachStatus = 1
		m.BreachType = breachType(f.fence.breached)
	}
	return m
}
