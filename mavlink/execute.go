package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const (
	attempts     = 3
	answerWait   = time.Second
	progressWait = 10 * time.Second
	// Autopilots queue the text that explains a refusal behind the refusal itself.
	reasonWait = 400 * time.Millisecond
	moreReason = 100 * time.Millisecond
	// recentReason is how old a pre-arm text may be and still explain a refusal.
	recentReason = time.Minute
)

// execute sends a command and waits for its acknowledgement: three times, a second each, longer while the vehicle
// reports progress. The error is ErrLost, ErrNoAnswer or a *DeniedError.
func (s *Service) execute(ctx context.Context, sys *system, o order, priority link.Priority) (Ack, error) {
	if o.component == 0 {
		o.component = sys.component
	}
	g := sys.orders.of(o.component, uint16(o.command))
	if err := g.enter(ctx); err != nil {
		return Ack{}, fmt.Errorf("wait for the answer to an earlier command: %w", err)
	}
	defer g.leave()
	sub := sys.inbox.subscribe(32, func(in inbound) bool {
		if in.text != nil {
			return priority == link.Urgent
		}
		ack, ok := in.message.(*common.MessageCommandAck)
		return ok && in.component == o.component && ack.Command == o.command && s.ours(ack)
	})
	defer sub.close()
	began := time.Now()
	count := s.counts.of(priority)
	count.sent.Add(1)
	ack, texts, err := s.converse(ctx, sys, o, priority, sub)
	if err != nil {
		if errors.Is(err, ErrNoAnswer) {
			count.unanswered.Add(1)
		}
		return Ack{}, err
	}
	if ack.Result != common.MAV_RESULT_ACCEPTED {
		count.denied.Add(1)
		denied := &DeniedError{Command: uint16(o.command), Result: resultName(ack.Result)}
		if priority == link.Urgent {
			denied.Reason = sys.reason(ctx, texts, sub)
		}
		return Ack{}, denied
	}
	return Ack{Command: uint16(o.command), Result: resultName(ack.Result), Reason: strings.Join(texts, "; "), Elapsed: time.Since(began)}, nil
}

// ours tells an acknowledgement to us from one to another station. Old senders name nobody.
func (s *Service) ours(ack *common.MessageCommandAck) bool {
	return (ack.TargetSystem == 0 || ack.TargetSystem == s.systemID) &&
		(ack.TargetComponent == 0 || ack.TargetComponent == s.componentID)
}

// converse sends and repeats until there is a final answer; it also gives what the vehicle said meanwhile.
func (s *Service) converse(ctx context.Context, sys *system, o order, priority link.Priority, sub *subscription) (*common.MessageCommandAck, []string, error) {
	var texts []string
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for attempt := range attempts {
		p, err := sys.live()
		if err != nil && attempt == 0 {
			return nil, nil, err
		}
		if attempt > 0 {
			s.counts.of(priority).retries.Add(1)
		}
		if p != nil {
			p.Send(priority, o.message(sys.id, o.component, uint8(attempt)))
		}
		timer.Reset(answerWait)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return nil, texts, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
			case <-timer.C:
				waiting = false
			case in := <-sub.in:
				if in.text != nil {
					texts = append(texts, explanation(*in.text)...)
					continue
				}
				ack, _ := in.message.(*common.MessageCommandAck)
				if ack.Result != common.MAV_RESULT_IN_PROGRESS {
					return ack, texts, nil
				}
				timer.Reset(progressWait)
			}
		}
	}
	return nil, texts, ErrNoAnswer
}

// reason gathers what the vehicle says about a refusal, or said in the last minute about arming.
func (s *system) reason(ctx context.Context, texts []string, sub *subscription) string {
	wait := reasonWait
	if len(texts) > 0 {
		wait = moreReason
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for waiting := true; waiting; {
		select {
		case <-ctx.Done():
			waiting = false
		case <-timer.C:
			waiting = false
		case in := <-sub.in:
			if in.text != nil && len(explanation(*in.text)) > 0 {
				texts = append(texts, in.text.Text)
				timer.Reset(moreReason)
			}
		}
	}
	if len(texts) > 0 {
		return strings.Join(texts, "; ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range slices.Backward(s.state.v.Messages) {
		if aboutArming(t.Text) && time.Since(t.Time) < recentReason {
			return t.Text
		}
	}
	return ""
}

// explanation picks the texts that can explain an answer.
func explanation(t Text) []string {
	if t.Severity == "info" && !aboutArming(t.Text) {
		return nil
	}
	return []string{t.Text}
}

func aboutArming(text string) bool {
	return strings.HasPrefix(text, "PreArm:") || strings.HasPrefix(text, "Arm:")
}
