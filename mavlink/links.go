package mavlink

import (
	"time"

	"vedette/mavlink/link"
)

// The states of a link.
const (
	LinkUp      = link.Up
	LinkSilent  = link.Silent
	LinkProbing = link.Probing
	LinkDown    = link.Down
)

// LinkEnd is one far end of a link.
type LinkEnd = link.End

// LinkReport says how one configured link is.
type LinkReport struct {
	link.Report
	// Vehicles are those heard on it in the last half minute.
	Vehicles []int
}

// Links gives every configured link, in the order of the configuration.
func (s *Service) Links() []LinkReport {
	now := time.Now()
	out := make([]LinkReport, len(s.links))
	for i, l := range s.links {
		out[i].Report = l.Report(now)
		for id := range s.systems {
			if sys := s.systems[id].Load(); sys != nil && sys.heardOn(l.Name(), now) {
				out[i].Vehicles = append(out[i].Vehicles, id)
			}
		}
	}
	return out
}
