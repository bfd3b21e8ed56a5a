package station

import (
	"context"
	"math"
	"strings"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/param"
	"vedette/ui/api"
)

// own tells whether a component is the vehicle's autopilot, whose parameters come by the older protocol.
func (s *settings) own(id, component int) bool {
	v, ok := s.mavlink.Vehicle(id)
	return ok && int(v.Component) == component
}

// Settings implements ui.Settings.
func (s *settings) Settings(ctx context.Context, id, component int, search string) ([]api.Parameter, error) {
	if s.own(id, component) {
		known, err := s.Parameters(ctx, id, api.ParameterQuery{Search: search})
		return known.Parameters, err
	}
	all, err := s.mavlink.Settings(ctx, id, uint8(component))
	if err != nil {
		return nil, commandProblem(id, err)
	}
	var out []api.Parameter
	for _, p := range all {
		if search == "" || param.Matches(search, p.Name, param.Meta{}) {
			out = append(out, settingOf(p))
		}
	}
	return out, nil
}

// Setting implements ui.Settings.
func (s *settings) Setting(ctx context.Context, id, component int, name string) (api.Parameter, error) {
	if s.own(id, component) {
		return s.Parameter(ctx, id, name)
	}
	p, err := s.mavlink.Setting(ctx, id, uint8(component), name)
	if err != nil {
		return api.Parameter{}, commandProblem(id, err)
	}
	return settingOf(p), nil
}

// SetSetting implements ui.Settings.
func (s *settings) SetSetting(ctx context.Context, who access.Principal, id, component int, name string, v api.ParameterValue) (api.Parameter, error) {
	if s.own(id, component) {
		if v.Value == nil {
			return api.Parameter{}, api.BadRequest("a parameter of the autopilot is a number")
		}
		return s.SetParameter(ctx, who, id, name, *v.Value)
	}
	var out api.Parameter
	_, err := s.vehicles.carryOut(ctx, id, "setParameter", func(ctx context.Context) (mavlink.Ack, error) {
		p, err := s.mavlink.SetSetting(ctx, id, uint8(component), name, v.Value, v.Text)
		if err == nil {
			out = settingOf(p)
		}
		return mavlink.Ack{Result: "accepted"}, err
	})
	return out, err
}

// settingOf shows the text where the value is one, or where a number holds not all of its digits.
func settingOf(p mavlink.Setting) api.Parameter {
	const exact = 1 << 53
	name, _ := strings.CutPrefix(p.Type.String(), "MAV_PARAM_EXT_TYPE_")
	out := api.Parameter{Name: p.Name, Type: strings.ToLower(name)}
	if !p.IsText() {
		out.Value = api.Known(p.Number)
	}
	if p.IsText() || p.Text != "" && math.Abs(p.Number) > exact {
		out.Text = &p.Text
	}
	return out
}
