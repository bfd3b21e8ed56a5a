package mavlink

import (
	"sync/atomic"

	"vedette/mavlink/link"
)

// LinkStats counts what happened on one link.
type LinkStats = link.Stats

type counters struct {
	undecodable, strangers, ghosts, commands, retries, denied, unanswered atomic.Uint64
}

// Stats counts what the service did since its start.
type Stats struct {
	Links []LinkStats
	// Vehicles were ever heard; Live are heard now.
	Vehicles, Live uint64
	// Received and Lost count the frames of autopilots on all links, lost by gaps in the sequence.
	Received, Lost uint64
	// Undecodable frames had a right checksum but no right length; Strangers came from no known vehicle, Ghosts are
	// heartbeats that came once and not again.
	Undecodable, Strangers, Ghosts uint64
	// Commands were sent for the first time, Retries again; Denied and Unanswered are how they ended.
	Commands, Retries, Denied, Unanswered uint64
	// Overflowed counts messages that a waiting protocol was too slow for.
	Overflowed uint64
}

// Stats gives the counters.
func (s *Service) Stats() Stats {
	st := Stats{
		Undecodable: s.counts.undecodable.Load(), Strangers: s.counts.strangers.Load(), Ghosts: s.counts.ghosts.Load(),
		Commands: s.counts.commands.Load(), Retries: s.counts.retries.Load(),
		Denied: s.counts.denied.Load(), Unanswered: s.counts.unanswered.Load(),
	}
	for _, l := range s.links {
		st.Links = append(st.Links, l.Stats())
	}
	for i := range s.systems {
		sys := s.systems[i].Load()
		if sys == nil {
			continue
		}
		live, received, lost := sys.traffic()
		st.Vehicles++
		if live {
			st.Live++
		}
		st.Received += received
		st.Lost += lost
		st.Overflowed += sys.inbox.dropped.Load()
	}
	return st
}
