package mavlink

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/event"
	"vedette/mavlink/link"
)

// eventState follows the events of an autopilot.
type eventState struct {
	receiver event.Receiver
	checks   event.Checks
	// canArm are the modes of the last report, nil while there is none.
	canArm *uint32
}

// applyEvents takes the messages of PX4's events; ok is false for everything else.
func (st *state) applyEvents(component uint8, m message.Message, at time.Time) (told []string, ok bool) {
	switch m := m.(type) {
	case *common.MessageEvent:
		e := event.Event{ID: m.Id, Sequence: m.Sequence, Level: m.LogLevels & 0xF, Arguments: m.Arguments}
		return st.heedEvents(component, st.events.receiver.Take(e, at), at), true
	case *common.MessageCurrentEventSequence:
		restarted := m.Flags&common.MAV_EVENT_CURRENT_SEQUENCE_FLAGS_RESET != 0
		return st.heedEvents(component, st.events.receiver.Current(m.Sequence, restarted, at), at), true
	case *common.MessageResponseEventError:
		return st.heedEvents(component, st.events.receiver.Refused(m.Sequence, m.SequenceOldestAvailable, at), at), true
	default:
		return nil, false
	}
}

// heedEvents turns events into reasons against arming and into texts.
func (st *state) heedEvents(component uint8, events []event.Event, at time.Time) (told []string) {
	for _, e := range events {
		report, taken, done := st.events.checks.Take(e)
		switch {
		case done:
			st.applyReport(report, at)
			told = []string{EventState}
		case taken:
		default:
			st.applyNotice(component, e, at)
			told = []string{EventText}
		}
	}
	return told
}

func (st *state) applyReport(r event.Report, at time.Time) {
	st.events.canArm = &r.CanArm
	reasons := make([]ArmingReason, 0, len(r.Findings))
	for _, f := range r.Findings {
		reasons = append(reasons, ArmingReason{Text: f.Text, Warning: f.Warning || st.mayArm(), Time: at.UTC()})
	}
	st.arming.replace(fromEvent, reasons)
	ready := st.mayArm()
	st.arming.ready, st.arming.at = &ready, at.UTC()
}

// mayArm tells whether the last report lets the vehicle arm in the mode that it is in.
func (st *state) mayArm() bool {
	bit, ok := px4NavigationState(st.customMode)
	return st.events.canArm != nil && ok && *st.events.canArm&(1<<bit) != 0
}

const (
	leastNotice  = common.MAV_SEVERITY_INFO
	leastUnknown = common.MAV_SEVERITY_WARNING
)

// applyNotice shows an event as a text. One that is not known is shown when it warns; PX4 says the same in a STATUSTEXT
// where it is built to.
func (st *state) applyNotice(component uint8, e event.Event, at time.Time) {
	severity := common.MAV_SEVERITY(e.Level)
	text, known := e.Notice()
	if severity > leastNotice || !known && severity > leastUnknown {
		return
	}
	st.heed(st.texts.whole(component, severity, text, at))
}

// recoverEvents asks a vehicle for events that were lost.
func (s *Service) recoverEvents(sys *system, now time.Time) {
	sys.mu.Lock()
	st := &sys.state
	q, due, ready := st.events.receiver.Ask(now)
	told := st.heedEvents(sys.component, ready, now)
	p := st.paths.best(now)
	live := st.v.State == Live && p != nil
	sys.mu.Unlock()
	s.updates.note(sys, told)
	if due && live {
		p.Send(link.Background, &common.MessageRequestEvent{
			TargetSystem: sys.id, TargetComponent: sys.component, FirstSequence: q.First, LastSequence: q.Last,
		})
	}
}
