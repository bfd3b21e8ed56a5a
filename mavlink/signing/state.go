package signing

import "time"

// Counts counts frames by what became of them.
type Counts struct {
	// Verified had the right signature; Excused were unsigned and taken; Unchecked came while the vehicle had no key.
	Verified, Excused, Unchecked uint64
	// Frames that were refused: not signed, signed with another key, a timestamp that was used long ago, a row that begins
	// more than a minute in the past, too many rows.
	RefusedUnsigned, RefusedSignature, RefusedReplay, RefusedOld, RefusedStreams uint64
	// RefusedCopies came a second time, or late, as happens with two links to one vehicle: no reason for concern.
	RefusedCopies uint64
}

// Refused is the sum of what was refused, copies left out.
func (c Counts) Refused() uint64 {
	return c.RefusedUnsigned + c.RefusedSignature + c.RefusedReplay + c.RefusedOld + c.RefusedStreams
}

func countsOf(c [verdicts]uint64) Counts {
	return Counts{
		Verified: c[Verified] + c[Confirmed], Excused: c[Excused], Unchecked: c[Unchecked],
		RefusedUnsigned: c[RefusedUnsigned], RefusedSignature: c[RefusedSignature], RefusedReplay: c[RefusedReplay],
		RefusedOld: c[RefusedOld], RefusedStreams: c[RefusedStreams], RefusedCopies: c[RefusedCopy],
	}
}

// State is how signing stands with one vehicle.
type State struct {
	// Key tells that there is a key in use, since Since; Pending that one was given to the vehicle at Given and not
	// confirmed; Leaving that the vehicle was told to put its key away.
	Key, Pending, Leaving bool
	Since, Given          time.Time
	Counts
	// SignedUnkeyed counts signed frames of a vehicle without a key.
	SignedUnkeyed uint64
	// LastVerified and LastRefused are when that happened last, and Why is the last reason for a refusal.
	LastVerified, LastRefused time.Time
	Why                       Verdict
}

// State gives how signing stands with a vehicle; the zero value where there is nothing.
func (r *Ring) State(system uint8) State {
	s := State{SignedUnkeyed: r.unkeyed[system].Load()}
	g := r.guards[system].Load()
	if g == nil {
		return s
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s.Key, s.Pending, s.Leaving = g.key != nil, g.pending != nil, g.leaving != 0
	s.Since, s.Given = g.since, g.given
	s.Counts = countsOf(g.counts)
	s.LastVerified = g.last[Verified]
	if g.last[Confirmed].After(s.LastVerified) {
		s.LastVerified = g.last[Confirmed]
	}
	for v := RefusedUnsigned; int(v) < verdicts; v++ {
		if v != RefusedCopy && g.last[v].After(s.LastRefused) {
			s.LastRefused, s.Why = g.last[v], v
		}
	}
	return s
}

// Systems are the vehicles with a key, or with one pending.
func (r *Ring) Systems() []uint8 {
	var all []uint8
	for i := range r.guards {
		if r.guards[i].Load() != nil {
			all = append(all, uint8(i))
		}
	}
	return all
}

// Stats count over all vehicles, also those whose key was forgotten.
type Stats struct {
	// Keys is how many vehicles have a key.
	Keys uint64
	Counts
}

// Stats gives the counters.
func (r *Ring) Stats() Stats {
	var c [verdicts]uint64
	for i := range c {
		c[i] = r.counts[i].Load()
	}
	return Stats{Keys: uint64(len(r.Systems())), Counts: countsOf(c)}
}
