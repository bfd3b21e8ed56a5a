package mavlink

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// evidenceWait is how long a vehicle that did not answer is watched for what it does: two heartbeats.
const evidenceWait = 2500 * time.Millisecond

// evidence says what a vehicle shows since a command went out that it did not answer.
func (s *Service) evidence(ctx context.Context, sys *system, before Vehicle, sent time.Time) string {
	sub := sys.inbox.subscribe(4, func(in inbound) bool {
		_, ok := in.message.(*common.MessageHeartbeat)
		return ok && in.component == sys.component
	})
	defer sub.close()
	timer := time.NewTimer(evidenceWait)
	defer timer.Stop()
	for waiting := true; waiting; {
		after := sys.snapshot(time.Now())
		if what := changes(before, after); what != "" {
			return "since then " + what
		}
		select {
		case <-ctx.Done():
			waiting = false
		case <-timer.C:
			waiting = false
		case <-sub.in:
		}
	}
	after := sys.snapshot(time.Now())
	age := time.Since(after.LastSeen).Round(100 * time.Millisecond)
	if !after.LastSeen.After(sent) {
		return fmt.Sprintf("it was last heard %v ago, before the command was sent", age)
	}
	return fmt.Sprintf("%v ago it still reported what it did before: %s", age, condition(after))
}

// changes says in words what of a vehicle's condition is new, "" where nothing is.
func changes(before, after Vehicle) string {
	var all []string
	if before.Armed != after.Armed {
		all = append(all, "it reports "+armedWord(after.Armed))
	}
	if before.Mode != after.Mode {
		all = append(all, fmt.Sprintf("its mode has changed from %s to %s", before.Mode, after.Mode))
	}
	if before.Landed != after.Landed && before.Landed != "" && after.Landed != "" {
		all = append(all, "it reports that it is "+landedWord(after.Landed))
	}
	return strings.Join(all, "; ")
}

func condition(v Vehicle) string {
	all := []string{armedWord(v.Armed), "mode " + v.Mode}
	if v.Landed != "" {
		all = append(all, landedWord(v.Landed))
	}
	return strings.Join(all, ", ")
}

func armedWord(armed bool) string {
	if armed {
		return "armed"
	}
	return "disarmed"
}

func landedWord(landed string) string {
	switch landed {
	case "onGround":
		return "on the ground"
	case "takingOff":
		return "taking off"
	case "inAir":
		return "in the air"
	default:
		return landed
	}
}
