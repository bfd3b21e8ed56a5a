package station

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/ui/api"
)

const (
	// leastClearanceM is how high above the terrain a straight way to a new place must lead.
	leastClearanceM = 15
	commandTimeout  = 20 * time.Second
)

// vehicles is what people do with vehicles: seeing and commanding them.
type vehicles struct {
	mavlink *mavlink.Service
	ground  *ground
	looks   *looks
	zones   *zoneBook
	plans   func(mavlink.Vehicle) []api.PlanState // nil: nothing is known of plans
	// byHand is told before somebody flies a vehicle otherwise than before; nil: nobody has to know.
	byHand func(ctx context.Context, vehicle int, who, command string)
}

// Vehicles implements ui.Vehicles.
func (v *vehicles) Vehicles() []api.Vehicle {
	now := time.Now()
	known := v.mavlink.Vehicles()
	out := make([]api.Vehicle, len(known))
	for i := range known {
		out[i] = v.describe(known[i], now)
	}
	return out
}

// Vehicle implements ui.Vehicles.
func (v *vehicles) Vehicle(id int) (api.Vehicle, error) {
	known, ok := v.mavlink.Vehicle(id)
	if !ok {
		return api.Vehicle{}, api.NotFound("there is no vehicle %d", id)
	}
	return v.describe(known, time.Now()), nil
}

// Command implements ui.Vehicles.
func (v *vehicles) Command(ctx context.Context, who access.Principal, id int, c api.Command) (api.CommandResult, error) {
	return v.command(ctx, who, id, c, v.byHand)
}

// command is Command; byHand may be nil, as for what the station does itself.
func (v *vehicles) command(ctx context.Context, who access.Principal, id int, c api.Command, byHand func(context.Context, int, string, string)) (api.CommandResult, error) {
	known, ok := v.mavlink.Vehicle(id)
	if !ok {
		return api.CommandResult{}, api.NotFound("there is no vehicle %d", id)
	}
	told, err := v.translate(known, c)
	if err != nil {
		return api.CommandResult{}, err
	}
	if byHand != nil && mavlink.Flies(told.command) {
		byHand(ctx, id, who.Name, c.Command)
	}
	var ack mavlink.Ack
	result, err := v.carryOut(ctx, id, c.Command, func(ctx context.Context) (_ mavlink.Ack, err error) {
		ack, err = v.mavlink.Do(ctx, id, told.command, mavlink.Given{By: who.Name, NotAfter: deadline(c)})
		return ack, err
	})
	if c.ID != "" {
		result.ID = c.ID
	}
	if result.Detail = told.what; ack.Reason != "" {
		result.Detail += "; it says: " + ack.Reason
	}
	return result, err
}

// deadline is until when a command may begin.
func deadline(c api.Command) time.Time {
	if c.IssuedAt == nil || c.ValidForMs == nil {
		return time.Time{}
	}
	return c.IssuedAt.Add(time.Duration(*c.ValidForMs * float64(time.Millisecond)))
}

// carryOut runs a command and turns the errors of mavlink into problems. Who asked for it is the caller's to record.
func (v *vehicles) carryOut(ctx context.Context, id int, name string, run func(context.Context) (mavlink.Ack, error)) (api.CommandResult, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	start := time.Now()
	ack, err := run(ctx)
	return api.CommandResult{
		ID: ulid.Make().String(), Vehicle: id, Command: name, Result: ack.Result,
		ElapsedMs: float64(time.Since(start).Microseconds()) / 1000,
	}, commandProblem(id, err)
}

// commandProblem is the problem document of an error of the mavlink room.
func commandProblem(id int, err error) error {
	var denied *mavlink.DeniedError
	var unknown *mavlink.UnknownError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &denied):
		reason := denied.Reason
		if reason == "" {
			reason = denied.Result
		}
		return api.Refused("vehicle %d refused: %s", id, reason)
	case errors.Is(err, mavlink.ErrUnknownVehicle):
		return api.NotFound("there is no vehicle %d", id)
	case errors.Is(err, mavlink.ErrLost):
		return api.Unavailable("vehicle %d is lost: it was last heard more than 4 s ago; nothing was sent", id)
	case errors.As(err, &unknown) && unknown.Evidence != "":
		return api.NoAcknowledgement("vehicle %d did not answer in time: whether it acted is not known; %s", id, unknown.Evidence)
	case errors.Is(err, mavlink.ErrAmbiguous):
		return api.Conflict("two vehicles use the system id %d, so that nobody knows which of them would act: nothing was sent; give one of them another id", id)
	case errors.Is(err, mavlink.ErrTooLate):
		return api.Conflict("the command waited longer than it is valid: nothing was sent; give it again if it is still wanted")
	case errors.Is(err, mavlink.ErrBusy):
		return api.Conflict("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrCancelled):
		return api.Conflict("vehicle %d: %v", id, mavlink.ErrCancelled)
	case errors.Is(err, mavlink.ErrNoAnswer), errors.Is(err, context.DeadlineExceeded):
		return api.NoAcknowledgement("vehicle %d did not answer in time: whether it acted is not known", id)
	case errors.Is(err, mavlink.ErrUnable):
		return api.Refused("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrOthersControl):
		return api.Conflict("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrInvalid):
		return api.BadRequest("%v", err)
	default:
		return onboardProblem(id, err)
	}
}

// onboardProblem is the problem document of an error about parameters, files and logs.
func onboardProblem(id int, err error) error {
	switch {
	case errors.Is(err, mavlink.ErrNoParameter):
		return api.NotFound("vehicle %d has no such parameter", id)
	case errors.Is(err, mavlink.ErrNoComponent):
		return api.NotFound("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrNoFile):
		return api.NotFound("vehicle %d has no such file or folder", id)
	case errors.Is(err, mavlink.ErrTooLarge):
		return api.NewProblem(http.StatusRequestEntityTooLarge, "vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrNoLog):
		return api.NotFound("%v", err)
	case errors.Is(err, mavlink.ErrDownloading):
		return api.Conflict("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrNoSet):
		return api.NotFound("%v", err)
	case errors.Is(err, mavlink.ErrNoFolder):
		return api.Unavailable("%v", err)
	default:
		return err
	}
}
