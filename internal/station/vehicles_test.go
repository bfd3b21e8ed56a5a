package station

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

func flying() mavlink.Vehicle {
	return mavlink.Vehicle{
		ID: 1, Landed: "inAir",
		Position: &mavlink.Position{Lat: -35, Lon: 149.1, AltAMSL: 160},
		Home:     &mavlink.Home{Lat: -35, Lon: 149.1, AltAMSL: 100},
	}
}

// TestTranslate commands a vehicle over ground that rises by a metre for each thousandth of a degree to the east: 100 m AMSL
// below the vehicle.
func TestTranslate(t *testing.T) {
	t.Parallel()
	v := &vehicles{ground: &ground{terrain: slope{}}}
	for _, c := range []struct {
		name   string
		asked  api.Command
		want   mavlink.Command
		status int
	}{
		{"arm", api.Command{Command: "arm"}, mavlink.Arm{}, 0},
		{"mode", api.Command{Command: "mode", Mode: "AUTO"}, mavlink.SetMode{Name: "AUTO"}, 0},
		{"goto keeps the height", api.Command{Command: "goto", Lat: new(-35.0), Lon: new(149.11)}, mavlink.Goto{Lat: -35, Lon: 149.11, AltAMSL: 160}, 0},
		{"goto over the ground there", api.Command{Command: "goto", Lat: new(-35.0), Lon: new(149.2), AltitudeAGL: new(geo.AGL(50))}, mavlink.Goto{Lat: -35, Lon: 149.2, AltAMSL: 250}, 0},
		{"goto into the slope", api.Command{Command: "goto", Lat: new(-35.0), Lon: new(149.2)}, nil, http.StatusBadRequest},
		{"goto over ground that is not known", api.Command{Command: "goto", Lat: new(-35.0), Lon: new(148.9), AltitudeAGL: new(geo.AGL(50))}, nil, http.StatusBadRequest},
		{"takeoff without a height", api.Command{Command: "takeoff"}, nil, http.StatusBadRequest},
		{"unknown", api.Command{Command: "fire"}, nil, http.StatusBadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			words, err := v.translate(flying(), c.asked)
			got := words.command
			var problem *api.Problem
			if c.status != 0 {
				if !errors.As(err, &problem) || problem.Status != c.status {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if goTo, ok := got.(mavlink.Goto); ok { // the slope's height is a sum of rounded numbers
				goTo.AltAMSL = float64(int(goTo.AltAMSL + 0.5))
				got = goTo
			}
			if err != nil || got != c.want || words.what == "" {
				t.Errorf("%v, %q, %v; want %v", got, words.what, err, c.want)
			}
		})
	}
}

func TestTakeoffCountsFromTheGround(t *testing.T) {
	t.Parallel()
	v := &vehicles{ground: &ground{terrain: slope{}}}
	down := flying()
	down.Landed = "onGround"
	got, err := v.translate(down, api.Command{Command: "takeoff", AltitudeAGL: new(geo.AGL(30))})
	if err != nil || got.command != (mavlink.Takeoff{AltRelativeM: 30}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestErrorsOfVehiclesAreProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
	}{
		{&mavlink.DeniedError{Result: "denied", Reason: "PreArm: Compass not calibrated"}, http.StatusUnprocessableEntity},
		{fmt.Errorf("x: %w", mavlink.ErrUnknownVehicle), http.StatusNotFound},
		{mavlink.ErrLost, http.StatusServiceUnavailable},
		{mavlink.ErrNoAnswer, http.StatusGatewayTimeout},
		{context.DeadlineExceeded, http.StatusGatewayTimeout},
		{mavlink.ErrInvalid, http.StatusBadRequest},
	} {
		var problem *api.Problem
		if err := commandProblem(1, c.err); !errors.As(err, &problem) || problem.Status != c.status {
			t.Errorf("%v became %v", c.err, err)
		}
	}
	if err := commandProblem(1, nil); err != nil {
		t.Error(err)
	}
}
