package station

import (
	"context"
	"errors"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/internal/access"
	"vedette/internal/geo"
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
func (v *vehicles) Command(ctx context.Context, _ access.Principal, id int, c api.Command) (api.CommandResult, error) {
	known, ok := v.mavlink.Vehicle(id)
	if !ok {
		return api.CommandResult{}, api.NotFound("there is no vehicle %d", id)
	}
	command, err := v.translate(known, c)
	if err != nil {
		return api.CommandResult{}, err
	}
	result, err := v.carryOut(ctx, id, c.Command, func(ctx context.Context) (mavlink.Ack, error) {
		return v.mavlink.CommandUntil(ctx, id, command, deadline(c))
	})
	if c.ID != "" {
		result.ID = c.ID
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
	case errors.Is(err, mavlink.ErrTooLate):
		return api.Conflict("the command waited longer than it is valid: nothing was sent; give it again if it is still wanted")
	case errors.Is(err, mavlink.ErrBusy):
		return api.Conflict("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrNoAnswer), errors.Is(err, context.DeadlineExceeded):
		return api.NoAcknowledgement("vehicle %d did not answer in time: whether it acted is not known", id)
	case errors.Is(err, mavlink.ErrUnable):
		return api.Refused("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrOthersControl):
		return api.Conflict("vehicle %d: %v", id, err)
	case errors.Is(err, mavlink.ErrInvalid):
		return api.BadRequest("%v", err)
	default:
		return err
	}
}

// translate turns an API command into one for the vehicle as it is now.
func (v *vehicles) translate(known mavlink.Vehicle, c api.Command) (mavlink.Command, error) {
	switch c.Command {
	case "arm":
		return mavlink.Arm{}, nil
	case "disarm":
		return mavlink.Disarm{}, nil
	case "takeoff":
		if c.AltitudeAGL == nil {
			return nil, api.BadRequest("takeoff needs altitudeAGL in metres")
		}
		return v.takeoff(known, *c.AltitudeAGL)
	case "goto":
		if c.Lat == nil || c.Lon == nil {
			return nil, api.BadRequest("goto needs lat and lon")
		}
		return v.goTo(known, geo.LatLon{Lat: *c.Lat, Lon: *c.Lon}, c.AltitudeAGL, c.AltitudeAMSL)
	case "return":
		return mavlink.Return{}, nil
	case "land":
		return mavlink.Land{}, nil
	case "hold":
		return mavlink.Hold{}, nil
	case "mode":
		return mavlink.SetMode{Name: c.Mode}, nil
	case "startMission":
		return mavlink.StartMission{}, nil
	default:
		return nil, api.BadRequest("there is no command %q", c.Command)
	}
}

// takeoff turns a height above the ground below the vehicle into one above its home, which is what autopilots take.
func (v *vehicles) takeoff(known mavlink.Vehicle, height geo.AGL) (mavlink.Command, error) {
	relative := float64(height)
	if known.Position != nil && known.Home != nil {
		if below, ok := v.ground.elevation(geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}); ok {
			// The autopilot's own idea of where it stands outweighs the terrain model's, which is off by metres.
			if known.Landed != "onGround" {
				relative += float64(below) - known.Home.AltAMSL
			}
		}
	}
	if relative < 1 {
		return nil, api.BadRequest("a takeoff to %.1f m above home leads nowhere", relative)
	}
	return mavlink.Takeoff{AltRelativeM: relative}, nil
}

// goTo finds the height above sea level and refuses a straight way that leads too near the terrain.
func (v *vehicles) goTo(known mavlink.Vehicle, to geo.LatLon, agl *geo.AGL, amsl *geo.AMSL) (mavlink.Command, error) {
	if known.Position == nil {
		return nil, api.Unavailable("the position of vehicle %d is not known yet", known.ID)
	}
	var height geo.AMSL
	switch {
	case amsl != nil:
		height = *amsl
	case agl != nil:
		below, ok := v.ground.elevation(to)
		if !ok {
			return nil, api.BadRequest("the height of the ground there is not known: give altitudeAMSL, or load terrain")
		}
		height = below + geo.AMSL(*agl)
	default:
		height = geo.AMSL(known.Position.AltAMSL)
	}
	from := geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}
	if top, ok := v.ground.highestBetween(from, to); ok && height < top+leastClearanceM {
		return nil, api.BadRequest("the straight way there crosses ground of %.0f m AMSL: fly at %.0f m AMSL or higher",
			float64(top), float64(top)+leastClearanceM)
	}
	return mavlink.Goto{Lat: to.Lat, Lon: to.Lon, AltAMSL: float64(height)}, nil
}

func valueOr(v *float64, def float64) float64 {
	if v == nil {
		return def
	}
	return *v
}
