package station

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/param"
	"vedette/ui/api"
)

// settings is what people do with the parameters of vehicles.
type settings struct {
	mavlink  *mavlink.Service
	vehicles *vehicles
}

// list reads the parameters of a vehicle, or gives those that were read before.
func (s *settings) list(ctx context.Context, id int, cached bool) (mavlink.ParameterList, error) {
	if cached {
		if known, ok, err := s.mavlink.KnownParameters(id); err != nil || ok {
			return known, commandProblem(id, err)
		}
	}
	if _, err := s.mavlink.Parameters(ctx, id); err != nil {
		return mavlink.ParameterList{}, commandProblem(id, err)
	}
	known, _, err := s.mavlink.KnownParameters(id)
	return known, commandProblem(id, err)
}

// Parameters implements ui.Settings.
func (s *settings) Parameters(ctx context.Context, id int, q api.ParameterQuery) (api.ParameterList, error) {
	known, err := s.list(ctx, id, q.Cached)
	if err != nil {
		return api.ParameterList{}, err
	}
	out := api.ParameterList{At: api.At(known.At), Verified: known.Verified, About: known.About}
	for _, p := range s.chosen(id, known.Parameters, q) {
		out.Parameters = append(out.Parameters, s.describe(id, p))
	}
	return out, nil
}

// chosen leaves out what was not asked for.
func (s *settings) chosen(id int, all []mavlink.Parameter, q api.ParameterQuery) []mavlink.Parameter {
	var out []mavlink.Parameter
	for _, p := range all {
		if q.Changed && (p.Default == nil || param.Same(p.Value, *p.Default, p.Type)) {
			continue
		}
		if q.Search != "" {
			if meta, _ := s.mavlink.ParameterMeta(id, p.Name); !param.Matches(q.Search, p.Name, meta) {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

func (s *settings) describe(id int, p mavlink.Parameter) api.Parameter {
	out := api.Parameter{Name: p.Name, Value: api.Known(p.Value), Type: typeName(p.Type)}
	if p.Default != nil {
		out.Default = api.Known(*p.Default)
	}
	if meta, ok := s.mavlink.ParameterMeta(id, p.Name); ok {
		out.Units, out.Description, out.Min, out.Max, out.RebootRequired = meta.Units, meta.Description, meta.Min, meta.Max, meta.Reboot
		out.Values, out.Bits = choicesOf(meta.Values), choicesOf(meta.Bits)
		out.Increment, out.DecimalPlaces, out.Group, out.Category = meta.Increment, meta.Decimals, meta.Group, meta.Category
		if out.Default == nil {
			out.Default = meta.Default
		}
	}
	return out
}

func choicesOf(all []param.Choice) []api.Choice {
	var out []api.Choice
	for _, c := range all {
		out = append(out, api.Choice{Value: c.Value, Label: c.Label})
	}
	return out
}

// typeName is "int8", "real32" and so on, empty for what MAVLink does not know.
func typeName(t param.Type) string {
	name, ok := strings.CutPrefix(t.String(), "MAV_PARAM_TYPE_")
	if !ok {
		return ""
	}
	return strings.ToLower(name)
}

// ParameterFile implements ui.Settings.
func (s *settings) ParameterFile(ctx context.Context, id int, format string, q api.ParameterQuery) ([]byte, error) {
	known, err := s.list(ctx, id, q.Cached)
	if err != nil {
		return nil, err
	}
	all := s.chosen(id, known.Parameters, q)
	if format == "qgc" {
		v, _ := s.mavlink.Vehicle(id)
		return param.WriteQGC(all, id, int(v.Component)), nil
	}
	return param.WritePlain(all), nil
}

// Parameter implements ui.Settings.
func (s *settings) Parameter(ctx context.Context, id int, name string) (api.Parameter, error) {
	p, err := s.mavlink.Parameter(ctx, id, name)
	if err != nil {
		return api.Parameter{}, commandProblem(id, err)
	}
	return s.describe(id, p), nil
}

// SetParameter implements ui.Settings.
func (s *settings) SetParameter(ctx context.Context, _ access.Principal, id int, name string, value float64) (api.Parameter, error) {
	var out api.Parameter
	_, err := s.vehicles.carryOut(ctx, id, "setParameter", func(ctx context.Context) (mavlink.Ack, error) {
		p, err := s.mavlink.SetParameter(ctx, id, name, value)
		if err == nil {
			out = s.describe(id, p)
		}
		return mavlink.Ack{Result: "accepted"}, err
	})
	return out, err
}

// SetParameters implements ui.Settings.
func (s *settings) SetParameters(ctx context.Context, _ access.Principal, id int, values map[string]float64) ([]api.ParameterResult, error) {
	wanted := make([]mavlink.Parameter, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		wanted = append(wanted, mavlink.Parameter{Name: name, Value: values[name]})
	}
	results, err := s.mavlink.SetParameters(ctx, id, wanted)
	if err != nil {
		return nil, commandProblem(id, err)
	}
	out := make([]api.ParameterResult, len(results))
	for i, r := range results {
		out[i] = api.ParameterResult{Name: r.Name, Result: r.Result, Reason: r.Reason}
		if r.Value != nil {
			out[i].Value = api.Known(*r.Value)
		}
		if r.Asked != r.Name {
			out[i].Asked = r.Asked
		}
	}
	return out, nil
}

// CompareParameters implements ui.Settings.
func (s *settings) CompareParameters(ctx context.Context, id int, with api.ParameterComparison) (api.ParameterDifferences, error) {
	there, err := s.other(ctx, with)
	if err != nil {
		return api.ParameterDifferences{}, err
	}
	known, err := s.list(ctx, id, false)
	if err != nil {
		return api.ParameterDifferences{}, err
	}
	here := known.Parameters
	if with.Defaults {
		if there = param.Defaults(here); len(there) == 0 {
			return api.ParameterDifferences{}, api.Refused("vehicle %d does not tell the defaults of its firmware", id)
		}
	}
	out := api.ParameterDifferences{Compared: len(here)}
	for _, d := range param.Compare(here, there, with.Defaults) {
		switch {
		case d.There == nil:
			out.OnlyVehicle = append(out.OnlyVehicle, d.Name)
			out.Compared--
		case d.Here == nil:
			out.OnlyOther = append(out.OnlyOther, d.Name)
		default:
			about := s.describe(id, *d.Here)
			out.Differences = append(out.Differences, api.ParameterDifference{
				Name: d.Name, Value: about.Value, Other: api.Known(d.There.Value),
				Units: about.Units, Description: about.Description, RebootRequired: about.RebootRequired,
			})
		}
	}
	return out, nil
}

// other is what a vehicle is compared with, nothing for its own defaults.
func (s *settings) other(ctx context.Context, with api.ParameterComparison) ([]mavlink.Parameter, error) {
	switch {
	case with.Vehicle != nil:
		known, err := s.list(ctx, *with.Vehicle, false)
		return known.Parameters, err
	case with.File != nil:
		f, err := param.ReadFile([]byte(*with.File))
		if err != nil {
			return nil, api.BadRequest("the file cannot be read: %v", err)
		}
		return f.Parameters, nil
	case with.Saved != "":
		set, err := s.mavlink.SavedSet(with.Saved)
		switch {
		case errors.Is(err, mavlink.ErrNoSet):
			return nil, api.NotFound("there is no saved set %q", with.Saved)
		case errors.Is(err, mavlink.ErrInvalid):
			return nil, api.BadRequest("%v", err)
		case err != nil:
			return nil, fmt.Errorf("compare parameters: %w", err)
		}
		return set, nil
	default:
		return nil, nil
	}
}

// SaveParameters implements ui.Settings.
func (s *settings) SaveParameters(ctx context.Context, id int, name string) error {
	return commandProblem(id, s.mavlink.SaveParameters(ctx, id, name))
}

// SavedParameters implements ui.Settings.
func (s *settings) SavedParameters() ([]api.SavedParameters, error) {
	sets, err := s.mavlink.SavedParameters()
	out := make([]api.SavedParameters, len(sets))
	for i, set := range sets {
		out[i] = api.SavedParameters{Name: set.Name, At: api.At(set.At)}
	}
	return out, err
}
