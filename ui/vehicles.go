package ui

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/ui/api"
)

func (s *Server) vehicles() []api.Vehicle {
	all := list(s.cfg.Station.Vehicles())
	out := make([]api.Vehicle, len(all)) // the station's own slice stays as it is
	for i, v := range all {
		out[i] = s.withControl(v)
	}
	return out
}

func getVehicles(c *call) error { return c.answer(c.s.vehicles()) }

func getLinks(c *call) error { return c.answer(list(c.s.cfg.Station.Links())) }

func getRoutes(c *call) error { return c.answer(list(c.s.cfg.Station.Routes())) }

func getVehicle(c *call) error {
	return known(c, func(id int) (api.Vehicle, error) {
		v, err := c.s.cfg.Station.Vehicle(id)
		return c.s.withControl(v), err
	})
}

// commandRecord is what the audit keeps of a command.
type commandRecord struct {
	ID      string `json:"id,omitempty"`
	Request any    `json:"request"`
}

// command tells a vehicle something and answers with what it said.
func command(c *call) error {
	var b api.Command
	if err := c.body(&b); err != nil {
		return err
	}
	if err := checkCommand(b); err != nil {
		return err
	}
	came := time.Now()
	return c.tellOnce(act{name: b.Command, id: b.ID, request: b, intended: true, do: func(ctx context.Context, vehicle int, id string) (api.CommandResult, error) {
		told := b
		told.ID = id
		if err := inTime(&told, came); err != nil {
			return api.CommandResult{}, err
		}
		return c.s.cfg.Station.Command(ctx, c.who, vehicle, told)
	}})
}

// complete fills in what the station left open.
func complete(r *api.CommandResult, vehicle int, name string, took time.Duration) {
	if r.ID == "" {
		r.ID = ulid.Make().String()
	}
	if r.Result == "" {
		r.Result = "accepted"
	}
	if r.ElapsedMs == 0 {
		r.ElapsedMs = float64(took.Microseconds()) / 1000
	}
	r.Vehicle, r.Command = vehicle, name
}
