package mavlink

import (
	"sync/atomic"

	"vedette/mavlink/link"
	"vedette/mavlink/routing"
	"vedette/mavlink/signing"
)

// LinkStats counts what happened on one link.
type LinkStats = link.Stats

type counters struct {
	undecodable, strangers, ghosts, repeated, unknown atomic.Uint64
	commands, requests                                outcomes
}

type outcomes struct {
	sent, retries, denied, unanswered, late, tooLate atomic.Uint64
}

// of tells an operator's commands from what the station itself asks for.
func (c *counters) of(p link.Priority) *outcomes {
	if p == link.Urgent {
		return &c.commands
	}
	return &c.requests
}

func (o *outcomes) counts() CommandCounts {
	return CommandCounts{
		Sent: o.sent.Load(), Retries: o.retries.Load(), Denied: o.denied.Load(), Unanswered: o.unanswered.Load(),
		Late: o.late.Load(), TooLate: o.tooLate.Load(),
	}
}

// CommandCounts counts commands: Sent for the first time, Retries again; Denied and Unanswered are how they ended if not well.
type CommandCounts struct {
	Sent, Retries, Denied, Unanswered uint64
	// Late are answers that were passed over, since they may have been meant for an earlier command; TooLate are commands
	// that had waited too long and were not sent.
	Late, TooLate uint64
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
	// Repeated frames came on another link too and were applied once, or were behind what the link in use had told.
	Repeated uint64
	// LinkChanges counts how often a vehicle's link in use changed.
	LinkChanges uint64
	// Commands are those of operators, Requests what the station asks for by itself: rates, streams, versions.
	Commands, Requests CommandCounts
	// Traffic counts reports of aircraft.
	Traffic TrafficStats
	// Rivals counts messages of second vehicles with an id that was taken; Jumps how often a vehicle's clock began anew.
	Rivals, Jumps uint64
	// Refused counts values that cannot be: not a number, no place on earth, a share above all.
	Refused uint64
	// Terrain is what vehicles asked of the ground.
	Terrain TerrainCounts
	// RTK counts corrections.
	RTK RTKCounts
	// Overflowed counts messages that a waiting protocol was too slow for.
	Overflowed uint64
	// Signing counts frames by what became of their signatures.
	Signing signing.Stats
	// Unknown frames of vehicles hold messages that no dialect knows: they are recorded and routed, and not read.
	Unknown uint64
	// Telemetry counts what was recorded.
	Telemetry TelemetryStats
	// Routing counts what passed between vehicles and other stations.
	Routing routing.Stats
}

// Stats gives the counters.
func (s *Service) Stats() Stats {
	st := Stats{
		Traffic: s.traffic.stats(), Undecodable: s.counts.undecodable.Load(), Strangers: s.counts.strangers.Load(), Ghosts: s.counts.ghosts.Load(),
		Repeated: s.counts.repeated.Load(), Unknown: s.counts.unknown.Load(), Telemetry: s.recorder.Stats(), Routing: s.router.Stats(),
		Signing: s.ring.Stats(), Commands: s.counts.commands.counts(), Requests: s.counts.requests.counts(),
		Terrain: s.terrain.counts(),
		RTK:     s.rtk.counts(),
	}
	for _, l := range s.links {
		st.Links = append(st.Links, l.Stats())
	}
	for i := range s.systems {
		sys := s.systems[i].Load()
		if sys == nil {
			continue
		}
		live, received, lost, changes := sys.traffic()
		st.LinkChanges += changes
		refused, rivals, jumps := sys.refusals()
		st.Refused += refused
		st.Rivals += rivals
		st.Jumps += jumps
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
