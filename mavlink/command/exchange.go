package command

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

const (
	attempts = 3
	// leastWait is the wait for an answer before the command is repeated, on a link that is not slower than that.
	leastWait = time.Second
	// onceWait is the wait for the answer to what must not be repeated.
	onceWait = 3 * time.Second
	// progressWait is the wait for more after a sign of progress.
	progressWait = 10 * time.Second
)

// Outcome is how an exchange ended.
type Outcome int

// The outcomes.
const (
	// Answered means that the component gave its result.
	Answered Outcome = iota
	// Unknown means that no answer came that can be trusted: whether the component acted is not known.
	Unknown
	// NotSent means that the command came too late and never left.
	NotSent
)

// Step is what an Exchange answers: what to send now, and when to call Tick at the latest.
type Step struct {
	Send []message.Message
	Wake time.Time
	// InProgress says that the component is at work; Percent tells how far, -1 where that is not known.
	InProgress bool
	Percent    int
	// Done ends the exchange with an Outcome, and with a Result where there was an answer.
	Done    bool
	Outcome Outcome
	Result  common.MAV_RESULT
}

// Options are what an exchange needs beside its order.
type Options struct {
	// Wait is the time for an answer; 0 is a second, which is also the least.
	Wait time.Duration
	// NotAfter is the time after which the command must not leave any more; zero is never.
	NotAfter time.Time
	// Copies says that the link was lately seen to deliver frames twice.
	Copies bool
}

// Exchange is one command and its answer. The first Tick begins it.
type Exchange struct {
	peer    Peer
	order   Order
	history *History
	opt     Options

	form     Form
	switched bool
	// sent is how often the command has left, trusted how often since answers can only be its own.
	sent, trusted int
	certain       time.Time
	began         bool
	wake          time.Time
	working       bool
	percent       int
	cancels       int
	passed        int
	done          *Step
}

// New prepares an exchange. The history is of this command and component, and no other exchange uses it meanwhile.
func New(peer Peer, o Order, h *History, opt Options) *Exchange {
	opt.Wait = max(opt.Wait, leastWait)
	return &Exchange{peer: peer, order: o, history: h, opt: opt, form: o.Form, percent: -1}
}

// Sent is how often the command has left.
func (x *Exchange) Sent() int { return x.sent }

// Passed is how many acknowledgements were passed over because they may have belonged to an earlier request.
func (x *Exchange) Passed() int { return x.passed }

// Tick tells the machine the time.
func (x *Exchange) Tick(now time.Time) Step {
	if !x.began {
		x.began = true
		x.certain = x.history.certainFrom(now, x.opt.Copies)
		if !x.order.Strict {
			x.certain = time.Time{}
		}
	}
	switch {
	case x.done != nil:
		return *x.done
	case now.Before(x.wake):
		return x.wait()
	case x.working && x.cancels == 0, x.cancels >= attempts:
		return x.end(Step{Outcome: Unknown}, now)
	case x.cancels > 0:
		return x.sendCancel(now)
	case x.sent == 0 && x.order.Once && now.Before(x.certain):
		// What must not be repeated waits until its answer can be told from a late one.
		x.wake = x.certain
		return x.wait()
	case x.sent == 0 && x.late(now):
		return x.end(Step{Outcome: NotSent}, now)
	case x.sent == 0:
		return x.send(now)
	case x.order.Once, x.late(now), x.trusted >= attempts:
		return x.end(Step{Outcome: Unknown}, now)
	default:
		return x.send(now)
	}
}

// late tells that the command must not leave any more.
func (x *Exchange) late(now time.Time) bool {
	return !x.opt.NotAfter.IsZero() && now.After(x.opt.NotAfter)
}

func (x *Exchange) send(now time.Time) Step {
	m := x.order.message(x.peer, x.form, uint8(min(x.sent, 255)))
	x.sent++
	if !now.Before(x.certain) {
		x.trusted++
	}
	x.history.note(now)
	x.wake = now.Add(x.opt.Wait)
	if x.order.Once {
		x.wake = now.Add(max(x.opt.Wait, onceWait))
	}
	step := x.wait()
	step.Send = []message.Message{m}
	return step
}

// Handle takes a message of a component of the vehicle's, and its frame.
func (x *Exchange) Handle(component uint8, f Frame, m message.Message, now time.Time) Step {
	ack, ok := m.(*common.MessageCommandAck)
	switch {
	case x.done != nil:
		return *x.done
	case !ok, component != x.peer.Component, ack.Command != x.order.Command, !x.peer.ours(ack):
		return x.wait()
	case !x.history.answer(f, now):
		return x.wait() // a copy
	case x.sent == 0, now.Before(x.certain):
		// It may answer an earlier request.
		if ack.Result != common.MAV_RESULT_IN_PROGRESS {
			x.history.count()
		}
		x.passed++
		if x.wake.After(x.certain) {
			x.wake = x.certain // the sooner it is asked again, the sooner it is known
		}
		return x.wait()
	}
	return x.answer(ack, now)
}

func (x *Exchange) answer(ack *common.MessageCommandAck, now time.Time) Step {
	switch ack.Result {
	case common.MAV_RESULT_IN_PROGRESS:
		// The final answer to the same request is still to come.
		x.working, x.percent = true, -1
		if ack.Progress <= 100 {
			x.percent = int(ack.Progress)
		}
		if x.cancels == 0 {
			x.wake = now.Add(progressWait)
		}
		return x.wait()
	case common.MAV_RESULT_COMMAND_LONG_ONLY, common.MAV_RESULT_COMMAND_INT_ONLY:
		x.history.count()
		wanted := Long
		if ack.Result == common.MAV_RESULT_COMMAND_INT_ONLY {
			wanted = Int
		}
		if x.form != wanted && !x.switched && !x.late(now) {
			// It was refused for its form alone, so that even what may be done only once may be sent anew.
			x.form, x.switched = wanted, true
			return x.send(now)
		}
		if x.form == wanted {
			return x.wait() // the refusal of a repetition in the old form
		}
	default:
		x.history.count()
	}
	return x.end(Step{Outcome: Answered, Result: ack.Result}, now)
}

// Cancel asks the component to give up what it is at (COMMAND_CANCEL, 80); the answer to the command then says how it
// ended. Before the component has said that it is at work there is nothing to cancel.
func (x *Exchange) Cancel(now time.Time) Step {
	if x.done != nil {
		return *x.done
	}
	if !x.working || x.cancels > 0 {
		return x.wait()
	}
	return x.sendCancel(now)
}

// Abandon ends the exchange because nobody waits any more.
func (x *Exchange) Abandon(now time.Time) {
	if x.done == nil {
		x.end(Step{Outcome: Unknown}, now)
	}
}

func (x *Exchange) sendCancel(now time.Time) Step {
	x.cancels++
	x.wake = now.Add(x.opt.Wait)
	step := x.wait()
	step.Send = []message.Message{&common.MessageCommandCancel{
		TargetSystem: x.peer.System, TargetComponent: x.peer.Component, Command: x.order.Command,
	}}
	return step
}

func (x *Exchange) wait() Step {
	return Step{Wake: x.wake, InProgress: x.working, Percent: x.percent}
}

func (x *Exchange) end(s Step, now time.Time) Step {
	if s.Outcome == Unknown && x.working {
		x.history.lastSent = now // it may end its work and say so any moment
	}
	s.Done = true
	x.done = &s
	return s
}
