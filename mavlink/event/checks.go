package event

import "encoding/binary"

// Finding is one thing that a report names.
type Finding struct {
	Text string
	// Warning tells that it does not keep the vehicle from arming.
	Warning bool
}

// Report is what PX4's checks of health and arming found.
type Report struct {
	// CanArm are the modes, by the bit of their navigation state, in which the vehicle may be armed or, once armed, flown.
	CanArm   uint32
	Findings []Finding
}

const (
	levelError    = 3
	levelInfo     = 6
	levelProtocol = 8
	maxFindings   = 32
)

// Checks gathers the events between the two summaries of a report. The zero value is ready.
type Checks struct {
	open   bool
	report Report
}

// Take takes the next event in order. taken tells that it belongs to a report, done that the report is complete.
func (c *Checks) Take(e Event) (report Report, taken, done bool) {
	switch e.ID {
	case ID("commander_arming_check_summary"):
		// A chunk number, what is wrong and what is doubtful by component, and the modes.
		const modesAt = 1 + 8 + 8
		if chunk := e.Arguments[0]; chunk == 0 || !c.open {
			c.report = Report{}
		}
		c.open = true
		c.report.CanArm = binary.LittleEndian.Uint32(e.Arguments[modesAt:])
		return Report{}, true, false
	case ID("commander_health_summary"):
		if !c.open {
			return Report{}, true, false
		}
		c.open = false
		return c.report, true, true
	}
	if !c.open || e.Level >= levelProtocol {
		return Report{}, false, false
	}
	if _, other := notices[e.ID]; other {
		return Report{}, false, false
	}
	if e.Level <= levelInfo && len(c.report.Findings) < maxFindings {
		c.report.Findings = append(c.report.Findings, Finding{Text: e.Check(), Warning: e.Level > levelError})
	}
	return Report{}, true, false
}
