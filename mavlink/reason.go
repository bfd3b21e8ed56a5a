package mavlink

import (
	"context"
	"slices"
	"strings"
	"time"
)

const (
	// Autopilots queue the text that explains a refusal behind the refusal itself.
	reasonWait = 400 * time.Millisecond
	moreReason = 100 * time.Millisecond
	// recentReason is how old a pre-arm text may be and still explain a refusal.
	recentReason = time.Minute
)

// reason gathers what the vehicle says about a refusal, or said in the last minute about arming.
func (s *system) reason(ctx context.Context, texts []string, sub *subscription) string {
	texts = gather(ctx, texts, sub)
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

// gather adds the texts that come now, until there are no more for a moment.
func gather(ctx context.Context, texts []string, sub *subscription) []string {
	wait := reasonWait
	if len(texts) > 0 {
		wait = moreReason
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return texts
		case <-timer.C:
			return texts
		case in := <-sub.in:
			if in.text != nil && len(explanation(*in.text)) > 0 {
				texts = append(texts, in.text.Text)
				timer.Reset(moreReason)
			}
		}
	}
}
