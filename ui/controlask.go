package ui

import (
	"context"
	"errors"
	"net/http"

	"vedette/internal/access"
	"vedette/ui/api"
)

// askForControl asks the holder of a vehicle's lease for it. Who holds it sees that at the vehicle.
func askForControl(c *call) error {
	id, err := c.knownVehicle()
	if err != nil {
		return err
	}
	var b api.ControlAsking
	if err := c.optionalBody(&b); err != nil {
		return err
	}
	if len(b.Reason) > maxNote {
		return api.BadRequest("reason has more than %d bytes", maxNote)
	}
	leases := c.s.cfg.Access.Leases
	record := access.Record{Kind: access.KindAccess, Action: "askForControl", Target: idText(id), Reason: b.Reason}
	err = c.audited(record, func(context.Context) error {
		_, err := leases.AskFor(id, c.who.Name, b.Reason)
		return askProblem(err)
	})
	if err != nil {
		return err
	}
	lease, _ := leases.Of(id)
	return c.answerStatus(http.StatusAccepted, controlOf(lease, leases.Asks(id)...))
}

func takeBackAsk(c *call) error {
	id, err := c.knownVehicle()
	if err != nil {
		return err
	}
	record := access.Record{Kind: access.KindAccess, Action: "takeBackAsk", Target: idText(id)}
	err = c.audited(record, func(context.Context) error { return askProblem(c.s.cfg.Access.Leases.TakeBack(id, c.who.Name)) })
	if err != nil {
		return err
	}
	return c.noContent()
}

// grantControl hands a vehicle's lease to somebody who asked for it.
func grantControl(c *call) error {
	id, b, err := c.controlAnswer()
	if err != nil {
		return err
	}
	var lease access.Lease
	record := access.Record{Kind: access.KindAccess, Action: "grantControl", Target: idText(id), Detail: b}
	err = c.audited(record, func(context.Context) error {
		var err error
		lease, err = c.s.cfg.Access.Leases.Grant(id, c.who.Name, b.To)
		return askProblem(err)
	})
	if err != nil {
		return err
	}
	return c.answer(controlOf(lease))
}

func refuseControl(c *call) error {
	id, b, err := c.controlAnswer()
	if err != nil {
		return err
	}
	record := access.Record{Kind: access.KindAccess, Action: "refuseControl", Target: idText(id), Reason: b.Note, Detail: b}
	err = c.audited(record, func(context.Context) error {
		return askProblem(c.s.cfg.Access.Leases.Refuse(id, c.who.Name, b.To, b.Note))
	})
	if err != nil {
		return err
	}
	return c.noContent()
}

func (c *call) controlAnswer() (id int, b api.ControlAnswer, err error) {
	if id, err = c.knownVehicle(); err != nil {
		return id, b, err
	}
	if err = c.body(&b); err != nil {
		return id, b, err
	}
	switch {
	case b.To == "":
		return id, b, api.BadRequest("to is needed: who asked for control")
	case len(b.Note) > maxNote:
		return id, b, api.BadRequest("note has more than %d bytes", maxNote)
	}
	return id, b, nil
}

// knownVehicle is the id in the path, of a vehicle that is known.
func (c *call) knownVehicle() (int, error) {
	id, err := c.vehicle()
	if err != nil {
		return 0, err
	}
	_, err = c.s.cfg.Station.Vehicle(id)
	return id, err
}

func askProblem(err error) error {
	for _, known := range []error{access.ErrNobodyHolds, access.ErrYouHold, access.ErrNoAsk, access.ErrManyAsks} {
		if errors.Is(err, known) {
			return api.Conflict("%v", err)
		}
	}
	return err // what concerns the lease itself is told as everywhere
}
