package mavlink

import (
	"fmt"
	"time"

	"vedette/mavlink/signing"
)

// Signing is how signing stands with one vehicle.
type Signing struct {
	// State is "off", "foreign" (the vehicle signs with a key that we do not have), "pending" (a key was sent and is not
	// confirmed), "on", or "refusing" (there is a key and frames are refused now).
	State string
	// Text says it in words, with the way out where there is need of one.
	Text string
	// Since is when the key was confirmed, the zero time without one.
	Since time.Time
	// Trusted tells that the vehicle is heard on a trusted link, where it can be given a key.
	Trusted bool
	// Links are the constant link ids by which the station signs.
	Links map[string]uint8
	signing.Counts
}

const (
	// refusingFor is how long a refusal counts as going on.
	refusingFor = 10 * time.Second
	// keySettles is how long frames that a vehicle sent before it had its key may still be on their way.
	keySettles = 3 * time.Second
)

// Signing gives how signing stands with a vehicle, which need not be known: all its frames may be refused.
func (s *Service) Signing(id int) (Signing, error) {
	if id < 1 || id > 255 {
		return Signing{}, fmt.Errorf("%w: %d", ErrUnknownVehicle, id)
	}
	now := time.Now()
	st := s.ring.State(uint8(id))
	out := Signing{Since: st.Since, Trusted: s.hearing.trusted(uint8(id), now) != nil, Links: s.linkIDs, Counts: st.Counts}
	if !st.Key {
		out.Since = time.Time{}
	}
	out.State, out.Text = describeSigning(id, st, now)
	return out, nil
}

const wayOut = "if the key is lost, forget it (DELETE), connect the vehicle over a link marked trusted, and set up a new key"

func describeSigning(id int, st signing.State, now time.Time) (state, text string) {
	switch {
	case st.Key && refusing(st, now):
		return "refusing", refusal(id, st)
	case st.Leaving:
		return "pending", fmt.Sprintf("vehicle %d was told to put its key away; no unsigned heartbeat has come yet", id)
	case st.Pending && st.Key:
		return "pending", fmt.Sprintf("vehicle %d was sent a new key at %s; no frame signed with it has come yet, so the old one stays in use",
			id, st.Given.UTC().Format(time.TimeOnly))
	case st.Pending:
		return "pending", fmt.Sprintf("vehicle %d was sent a key at %s; no frame signed with it has come yet, so we still send unsigned",
			id, st.Given.UTC().Format(time.TimeOnly))
	case st.Key && st.LastVerified.IsZero():
		return "on", fmt.Sprintf("on: vehicle %d has a key; nothing was heard from it yet", id)
	case st.Key:
		return "on", fmt.Sprintf("on: every frame from and to vehicle %d is signed", id)
	case st.SignedUnkeyed > 0:
		return "foreign", fmt.Sprintf("vehicle %d signs with a key that this station does not have: its frames are taken unchecked, and it may refuse ours; "+
			"adopt that key if it is known, or set up a new one over a link marked trusted", id)
	default:
		return "off", fmt.Sprintf("off: frames of vehicle %d are not signed", id)
	}
}

// refusing tells that frames are being refused now.
func refusing(st signing.State, now time.Time) bool {
	before := st.Why == signing.RefusedUnsigned || st.Why == signing.RefusedSignature
	if st.LastRefused.IsZero() || before && st.LastRefused.Before(st.Since.Add(keySettles)) {
		return false
	}
	return now.Sub(st.LastRefused) < refusingFor && st.LastRefused.After(st.LastVerified.Add(-time.Second))
}

// refusal says what is wrong now.
func refusal(id int, st signing.State) string {
	switch st.Why {
	case signing.RefusedUnsigned:
		return fmt.Sprintf("vehicle %d has a key and sends unsigned frames: %d refused; %s", id, st.RefusedUnsigned, wayOut)
	case signing.RefusedSignature:
		return fmt.Sprintf("vehicle %d sends frames signed with another key: %d refused; %s", id, st.RefusedSignature, wayOut)
	case signing.RefusedReplay:
		return fmt.Sprintf("frames of vehicle %d come again with timestamps that were used: %d refused; somebody may be replaying them", id, st.RefusedReplay)
	case signing.RefusedOld:
		return fmt.Sprintf("vehicle %d signs with a clock that is more than a minute behind what it sent before: %d refused; it takes the time over from our signed frames",
			id, st.RefusedOld)
	default:
		return fmt.Sprintf("vehicle %d signs under too many link ids: %d refused", id, st.RefusedStreams)
	}
}
