package station

import (
	"context"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/ui/api"
)

// missions is what people do with parameters of vehicles.
type missions struct {
	mavlink  *mavlink.Service
	vehicles *vehicles
}

// Parameters implements ui.Vehicles.
func (m *missions) Parameters(ctx context.Context, id int) ([]api.Parameter, error) {
	known, err := m.mavlink.Parameters(ctx, id)
	if err != nil {
		return nil, commandProblem(id, err)
	}
	out := make([]api.Parameter, len(known))
	for i, p := range known {
		out[i] = api.Parameter{Name: p.Name, Value: p.Value}
	}
	return out, nil
}

// Parameter implements ui.Vehicles.
func (m *missions) Parameter(ctx context.Context, id int, name string) (api.Parameter, error) {
	p, err := m.mavlink.Parameter(ctx, id, name)
	if err != nil {
		return api.Parameter{}, commandProblem(id, err)
	}
	return api.Parameter{Name: p.Name, Value: p.Value}, nil
}

// SetParameter implements ui.Vehicles.
func (m *missions) SetParameter(ctx context.Context, _ access.Principal, id int, name string, value float64) (api.Parameter, error) {
	out := api.Parameter{Name: name, Value: value}
	_, err := m.vehicles.carryOut(ctx, id, "setParameter", func(ctx context.Context) (mavlink.Ack, error) {
		p, err := m.mavlink.SetParameter(ctx, id, name, value)
		if err == nil {
			out.Value = p.Value
		}
		return mavlink.Ack{Result: "accepted"}, err
	})
	return out, err
}
