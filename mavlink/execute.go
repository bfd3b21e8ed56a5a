package mavlink

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/command"
	"vedette/mavlink/link"
)

const (
	answerWait = time.Second
	attempts   = 3
	// The longest wait for an answer on a slow link, and how many round trips it takes before a command is repeated.
	longestWait = 8 * time.Second
	roundTrips  = 3
	// copiesFor is how long a link counts as one that delivers frames twice.
	copiesFor = time.Minute
)

// execute sends a command and waits for its acknowledgement: three times, a second each or three round trips, longer while
// the vehicle reports progress. The error is ErrLost, ErrTooLate, ErrNoAnswer or a *DeniedError.
func (s *Service) execute(ctx context.Context, sys *system, o order, priority link.Priority) (Ack, error) {
	if o.component == 0 {
		o.component = sys.component
	}
	o.strict = priority == link.Urgent && !o.quick
	count := s.counts.of(priority)
	l := sys.orders.of(o.component, uint16(o.command))
	if err := l.enter(ctx); err != nil {
		return Ack{}, fmt.Errorf("wait for the answer to an earlier command: %w", err)
	}
	defer l.leave()
	sub := sys.inbox.subscribe(32, func(in inbound) bool {
		if in.text != nil {
			return priority == link.Urgent
		}
		ack, ok := in.message.(*common.MessageCommandAck)
		return ok && in.component == o.component && ack.Command == o.command
	})
	defer sub.close()
	began := time.Now()
	last, texts, err := s.converse(ctx, sys, o, priority, l, sub)
	switch {
	case errors.Is(err, ErrTooLate):
		count.tooLate.Add(1)
		return Ack{}, err
	case errors.Is(err, ErrNoAnswer):
		count.unanswered.Add(1)
		return Ack{}, err
	case err != nil:
		return Ack{}, err
	}
	if last.Result != common.MAV_RESULT_ACCEPTED {
		count.denied.Add(1)
		denied := &DeniedError{Command: uint16(o.command), Result: resultName(last.Result)}
		if priority == link.Urgent {
			denied.Reason = sys.reason(ctx, texts, sub)
		}
		return Ack{}, denied
	}
	if o.command == common.MAV_CMD_RUN_PREARM_CHECKS {
		texts = gather(ctx, texts, sub) // what the checks have found
	}
	return Ack{Command: uint16(o.command), Result: resultName(last.Result), Reason: strings.Join(texts, "; "), Elapsed: time.Since(began)}, nil
}

// ours tells an acknowledgement to us from one to another station. Old senders name nobody.
func (s *Service) ours(ack *common.MessageCommandAck) bool {
	return (ack.TargetSystem == 0 || ack.TargetSystem == s.systemID) &&
		(ack.TargetComponent == 0 || ack.TargetComponent == s.componentID)
}

// stray takes an acknowledgement for which nobody waits: an exchange that is over wants to know that it came.
func (s *system) stray(p *link.Peer, f link.Frame, ack *common.MessageCommandAck, at time.Time) {
	l := s.orders.known(f.ComponentID, uint16(ack.Command))
	if l == nil {
		return
	}
	select {
	case l.gate <- struct{}{}:
		l.history.Stray(command.Frame{Way: p, Sequence: f.Sequence}, at)
		s.noteCopies(l, at)
		l.leave()
	default: // its exchange hears it
	}
}

func (s *system) noteCopies(l *lane, at time.Time) {
	if l.history.Copied() {
		s.copies.Store(at.UnixNano())
	}
}

// converse drives an exchange to its end; it also gives what the vehicle said meanwhile.
func (s *Service) converse(ctx context.Context, sys *system, o order, priority link.Priority, l *lane, sub *subscription) (command.Step, []string, error) {
	if _, err := sys.live(); err != nil {
		return command.Step{}, nil, err
	}
	defer func() { sys.noteCopies(l, time.Now()) }()
	count := s.counts.of(priority)
	capabilities, opt := sys.exchangeOptions(o, time.Now())
	x := command.New(command.Peer{
		System: sys.id, Component: o.component, OwnSystem: s.systemID, OwnComponent: s.componentID,
	}, o.wire(capabilities), &l.history, opt)
	watch := s.watch(sys, o, priority)
	defer watch.end()
	defer func() { count.late.Add(uint64(x.Passed())) }()
	var texts []string
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var step command.Step
		select {
		case <-ctx.Done():
			x.Abandon(time.Now())
			return step, texts, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		case <-timer.C:
			step = x.Tick(time.Now())
		case <-watch.cancelled():
			step = x.Cancel(time.Now())
		case in := <-sub.in:
			if in.text != nil {
				texts = append(texts, explanation(*in.text)...)
				continue
			}
			step = x.Handle(in.component, in.frame, in.message, time.Now())
		}
		if p, err := sys.way(o); err == nil {
			// A flight command that cannot leave before it is repeated or given up must not leave later.
			until := time.Time{}
			if o.strict {
				until = step.Wake
			}
			for _, m := range step.Send {
				p.SendUntil(priority, m, until)
			}
		}
		watch.see(step)
		if len(step.Send) > 0 {
			count.note(x.Sent())
		}
		if step.Done {
			return step, texts, outcomeError(step.Outcome)
		}
		timer.Reset(time.Until(step.Wake))
	}
}

func outcomeError(o command.Outcome) error {
	switch o {
	case command.Unknown:
		return ErrNoAnswer
	case command.NotSent:
		return fmt.Errorf("%w: nothing was sent", ErrTooLate)
	default:
		return nil
	}
}

// note counts what left: the first time or again.
func (o *outcomes) note(sent int) {
	if sent == 1 {
		o.sent.Add(1)
	} else {
		o.retries.Add(1)
	}
}

// exchangeOptions are what the state of a vehicle says of how to talk to it.
func (s *system) exchangeOptions(o order, now time.Time) (capabilities uint64, opt command.Options) {
	s.mu.Lock()
	defer s.mu.Unlock()
	opt = command.Options{NotAfter: o.notAfter, Wait: answerWait}
	if rtt, ok := s.state.clock(s.component).synchronised(now); ok {
		opt.Wait = min(max(answerWait, roundTrips*rtt), longestWait)
	}
	seen := s.copies.Load()
	opt.Copies = seen != 0 && now.Sub(time.Unix(0, seen)) < copiesFor
	return s.state.v.Capabilities, opt
}

// watcher shows people a command that the vehicle is at, and lets them cancel it.
type watcher struct {
	service *Service
	sys     *system
	order   order
	began   time.Time
	running *runningOrder
	shown   bool
	percent int
}

// watch begins to watch an operator's command; what the station asks for by itself is nobody's to see.
func (s *Service) watch(sys *system, o order, priority link.Priority) *watcher {
	w := &watcher{service: s, sys: sys, order: o, began: time.Now()}
	if priority == link.Urgent {
		w.running = sys.running.add()
	}
	return w
}

func (w *watcher) cancelled() <-chan struct{} {
	if w.running == nil {
		return nil
	}
	return w.running.cancel
}

func (w *watcher) see(step command.Step) {
	if w.running == nil || !step.InProgress || w.shown && w.percent == step.Percent {
		return
	}
	w.sys.running.works(w.running)
	w.shown, w.percent = true, step.Percent
	p := &Pending{Command: uint16(w.order.command), Name: w.order.command.String(), Began: w.began.UTC()}
	if step.Percent >= 0 {
		p.Percent = &step.Percent
	}
	w.show(p)
}

func (w *watcher) show(p *Pending) {
	w.sys.mu.Lock()
	w.sys.state.v.Pending = p
	w.sys.mu.Unlock()
	w.service.updates.note(w.sys, []string{EventState})
}

func (w *watcher) end() {
	if w.running != nil {
		w.sys.running.remove(w.running)
	}
	if w.shown {
		w.show(nil)
	}
}
