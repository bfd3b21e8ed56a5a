package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"vedette/mavlink/param"
)

// ParameterResult is what became of one parameter of many.
type ParameterResult struct {
	// Name is the vehicle's, which may be another one than was asked for.
	Name  string
	Asked string
	// Result is "set", "unchanged" (it had the value), "denied", "invalid", "unknown" (no such parameter), "noAnswer" (whether it was
	// set is not known) or "notSent".
	Result string
	// Value is what the vehicle has now, nil where that is not known.
	Value *float64
	// Reason says why it was not set.
	Reason string
}

// silentInARow ends the setting of many: the link is gone.
const silentInARow = 3

// SetParameters sets many parameters and tells for each what became of it. What the vehicle does not know at first is tried
// again after all others, because subsystems that are switched on show their parameters only then. The error is ErrUnknownVehicle or
// ErrLost; nothing was sent then.
func (s *Service) SetParameters(ctx context.Context, id int, values []Parameter) ([]ParameterResult, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if _, err := sys.live(); err != nil {
		return nil, err
	}
	out := make([]ParameterResult, len(values))
	order := make([]int, len(values))
	for i := range values {
		order[i] = i
		out[i] = ParameterResult{Name: values[i].Name, Asked: values[i].Name, Result: "notSent", Reason: "the vehicle stopped answering before"}
	}
	silent, done := 0, 0
	defer s.report(sys, nil)
	again := slices.Clone(order[:0])
	for round := range 2 {
		for _, i := range order {
			if silent >= silentInARow || ctx.Err() != nil {
				return out, nil
			}
			s.report(sys, &Transfer{Kind: "parameters", Upload: true, Done: done, Total: len(values), Began: time.Now()})
			out[i] = s.setOne(ctx, sys, id, values[i])
			switch {
			case out[i].Result == "unknown" && round == 0:
				again = append(again, i)
				silent = 0
				continue
			case out[i].Result == "noAnswer":
				silent++
			default:
				silent = 0
			}
			done++
		}
		order = again
	}
	return out, nil
}

func (s *Service) setOne(ctx context.Context, sys *system, id int, want Parameter) ParameterResult {
	r := ParameterResult{Name: want.Name, Asked: want.Name}
	was, err := s.Parameter(ctx, id, want.Name)
	if err == nil {
		r.Name, r.Value = was.Name, &was.Value
		if param.Same(was.Value, want.Value, was.Type) {
			r.Result = "unchanged"
			return r
		}
		var now Parameter
		if now, err = s.change(ctx, sys, was, want.Value); err == nil {
			r.Result, r.Value = "set", &now.Value
			return r
		}
	}
	var denied *DeniedError
	switch {
	case errors.As(err, &denied):
		r.Result, r.Reason = "denied", denied.Reason
		if now, ok := sys.table.find(r.Name); ok {
			r.Value = &now.Value
		}
	case errors.Is(err, ErrNoParameter):
		r.Result, r.Reason = "unknown", "the vehicle has no such parameter"
	case errors.Is(err, ErrInvalid):
		r.Result, r.Reason = "invalid", fmt.Sprint(err)
	default:
		r.Result, r.Value, r.Reason = "noAnswer", nil, "the vehicle did not answer: whether it was set is not known"
	}
	return r
}
