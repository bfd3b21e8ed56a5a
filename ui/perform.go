package ui

import (
	"context"
	"time"

	"vedette/internal/access"
)

// actOf is an audit record of something that a vehicle is told; request is nil where its name says all.
func actOf(action string, vehicle int, request any) access.Record {
	r := access.Record{Kind: access.KindCommand, Action: action, Target: idText(vehicle)}
	if request != nil {
		r.Detail = commandRecord{Request: request}
	}
	return r
}

// known answers with what the station knows of the vehicle in the path.
func known[T any](c *call, look func(id int) (T, error)) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	v, err := look(id)
	if err != nil {
		return err
	}
	return c.answer(v)
}

// read answers with what the vehicle in the path is asked for; the asking ends when the client goes away.
func read[T any](c *call, patience time.Duration, ask func(ctx context.Context, id int) (T, error)) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	ctx, cancel := c.wait(patience)
	defer cancel()
	v, err := ask(ctx, id)
	if err != nil {
		return err
	}
	return c.answer(v)
}

// perform does something with the vehicle in the path, records it, and answers with nothing. patience 0 is the usual one.
func (c *call) perform(action string, request any, patience time.Duration, do func(ctx context.Context, id int) error) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	if patience > 0 {
		c.takeTime(patience)
	}
	if err := c.audited(actOf(action, id, request), func(ctx context.Context) error { return do(ctx, id) }); err != nil {
		return err
	}
	return c.noContent()
}

// performed is perform of what brings something, which is the answer.
func performed[T any](c *call, action string, request any, patience time.Duration, do func(ctx context.Context, id int) (T, error)) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	if patience > 0 {
		c.takeTime(patience)
	}
	var brought T
	err = c.audited(actOf(action, id, request), func(ctx context.Context) error {
		var err error
		brought, err = do(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(brought)
}
