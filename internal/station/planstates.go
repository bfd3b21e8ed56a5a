package station

import (
	"fmt"
	"time"

	"vedette/mavlink"
	"vedette/ui/api"
)

// describePlans is what is known about the lists of a vehicle.
func (p *plans) describePlans(v mavlink.Vehicle) []api.PlanState {
	var out []api.PlanState
	seen := map[mavlink.PlanKind]bool{}
	for _, s := range v.Plans {
		seen[s.Kind] = true
		out = append(out, p.describePlan(v.ID, s))
	}
	for _, kind := range p.ledger.noted(v.ID) {
		if !seen[kind] {
			out = append(out, p.describePlan(v.ID, mavlink.PlanState{Kind: kind}))
		}
	}
	return out
}

func (p *plans) describePlan(vehicle int, s mavlink.PlanState) api.PlanState {
	out := api.PlanState{Kind: string(s.Kind), ChangedBy: s.ChangedBy}
	if !s.SyncedAt.IsZero() {
		count := s.Count
		out.SyncedAt, out.Count = api.At(s.SyncedAt), &count
	}
	if !s.ChangedAt.IsZero() {
		out.ChangedAt = api.At(s.ChangedAt)
	}
	out.Note, out.Unknown = p.ledger.note(vehicle, s.Kind)
	return out
}

// tellChanged tells people that somebody else changed a plan.
func (p *plans) tellChanged(v mavlink.Vehicle, now time.Time) {
	for _, s := range v.Plans {
		if s.ChangedAt.IsZero() || now.Sub(s.ChangedAt) > lookEvery {
			continue
		}
		p.ledger.unlearn(v.ID, s.Kind)
		by := s.ChangedBy
		if by == "" {
			by = "somebody else"
		}
		p.mavlink.Tell(v.ID, "warning", fmt.Sprintf("Station: the %s was changed by %s", s.Kind, by))
	}
}
