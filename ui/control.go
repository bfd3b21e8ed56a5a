package ui

import (
	"context"
	"strconv"

	"vedette/internal/access"
	"vedette/ui/api"
)

// takeControl takes or renews a vehicle's lease.
func takeControl(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	var b api.ControlRequest
	if err := c.optionalBody(&b); err != nil {
		return err
	}
	if b.Force && len(b.Reason) < 3 {
		return api.BadRequest("force needs a reason, which goes to the record")
	}
	if _, err := c.s.cfg.Station.Vehicle(id); err != nil {
		return err
	}
	lease, err := c.lease(id, b.Force, b.Reason)
	if err != nil {
		return err
	}
	return c.answer(controlOf(lease))
}

// releaseControl gives a lease back; one that nobody holds is given back already.
func releaseControl(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	if _, err := c.s.cfg.Station.Vehicle(id); err != nil {
		return err
	}
	leases := c.s.cfg.Access.Leases
	if _, held := leases.Of(id); !held {
		return c.noContent()
	}
	record := access.Record{Kind: access.KindAccess, Action: "releaseControl", Target: idText(id)}
	err = c.audited(record, func(context.Context) error { return leases.Release(id, c.who.Name) })
	if err != nil {
		return err
	}
	return c.noContent()
}

func controlOf(l access.Lease, asks ...access.Ask) api.Control {
	out := api.Control{Holder: l.Holder, Since: api.At(l.Since), ExpiresAt: api.At(l.ExpiresAt)}
	for _, a := range asks {
		out.Asks = append(out.Asks, api.ControlAsk{Who: a.Who, Reason: a.Reason, At: api.At(a.At), Refused: a.Refused, Note: a.Note})
	}
	return out
}

func idText(vehicle int) string { return strconv.Itoa(vehicle) }

// withControl fills in who holds the lease of a vehicle.
func (s *Server) withControl(v api.Vehicle) api.Vehicle {
	v.Control = nil
	if l, held := s.cfg.Access.Leases.Of(v.ID); held {
		v.Control = new(controlOf(l, s.cfg.Access.Leases.Asks(v.ID)...))
	}
	return v
}
