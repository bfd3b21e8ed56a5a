package station

import (
	"context"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// Gimbal implements ui.Vehicles.
func (v *vehicles) Gimbal(ctx context.Context, _ access.Principal, id int, g api.GimbalCommand) (api.CommandResult, error) {
	device := v.gimbalOf(id, uint8(g.Gimbal))
	result, err := v.carryOut(ctx, id, "gimbal", func(ctx context.Context) (mavlink.Ack, error) {
		if g.LookAt != nil {
			return v.lookAt(ctx, id, device, *g.LookAt, false)
		}
		ack, err := v.point(ctx, id, device, g)
		if err == nil && g.Mode != "control" {
			v.looks.forget(gimbalKey{id, device})
		}
		return ack, err
	})
	result.ID = "" // it is that of the record, which the caller makes
	return result, err
}

// gimbalOf is the id of a gimbal; 0 is the first that is known, or stays 0 while none is.
func (v *vehicles) gimbalOf(id int, device uint8) uint8 {
	if known, _ := v.mavlink.Vehicle(id); device == 0 && len(known.Gimbals) > 0 {
		return known.Gimbals[0].ID
	}
	return device
}

func (v *vehicles) point(ctx context.Context, id int, device uint8, g api.GimbalCommand) (mavlink.Ack, error) {
	m := v.mavlink
	nose := g.Frame == "vehicle"
	switch {
	case g.LookAtVehicle != 0:
		return m.Point(ctx, id, device, mavlink.LookAtVehicle{System: g.LookAtVehicle}, false)
	case g.PitchDeg != nil || g.YawDeg != nil:
		return m.Point(ctx, id, device, mavlink.Angles{PitchDeg: g.PitchDeg, YawDeg: g.YawDeg, VehicleFrame: nose}, false)
	case g.PitchRateDegS != nil || g.YawRateDegS != nil:
		rates := mavlink.Rates{PitchDegS: valueOr(g.PitchRateDegS, 0), YawDegS: valueOr(g.YawRateDegS, 0), VehicleFrame: nose}
		return m.Turn(ctx, id, device, rates)
	case g.PitchStick != nil || g.YawStick != nil:
		rates := mavlink.Rates{PitchDegS: valueOr(g.PitchStick, 0), YawDegS: valueOr(g.YawStick, 0), VehicleFrame: nose, Manual: true}
		return m.Turn(ctx, id, device, rates)
	}
	switch g.Mode {
	case "lock", "follow":
		return m.Point(ctx, id, device, mavlink.HoldYaw{Follow: g.Mode == "follow"}, false)
	case "neutral":
		return m.Point(ctx, id, device, mavlink.Neutral{}, false)
	case "retract":
		return m.Point(ctx, id, device, mavlink.Retract{}, false)
	case "roiNone":
		return m.Point(ctx, id, device, mavlink.LookNowhere{}, false)
	case "control":
		return m.TakeGimbal(ctx, id, device)
	case "release":
		return m.ReleaseGimbal(ctx, id, device)
	default:
		return mavlink.Ack{}, api.BadRequest("give a place, angles, rates or a mode")
	}
}

// lookAt points a gimbal at a place, on the ground there where no height is given, and remembers it. With yield it is not
// taken from another station.
func (v *vehicles) lookAt(ctx context.Context, id int, device uint8, to api.Place, yield bool) (mavlink.Ack, error) {
	p := geo.LatLon{Lat: *to.Lat, Lon: *to.Lon}
	height, err := v.heightOf(id, p, to.AltAMSL)
	if err != nil {
		return mavlink.Ack{}, err
	}
	ack, err := v.mavlink.Point(ctx, id, device, mavlink.LookAt{Lat: p.Lat, Lon: p.Lon, AltAMSL: float64(height)}, yield)
	if err == nil {
		v.looks.set(gimbalKey{id, device}, p)
	}
	return ack, err
}

// heightOf is the given height, or the terrain's, or else that of the vehicle's home.
func (v *vehicles) heightOf(id int, p geo.LatLon, given *geo.AMSL) (geo.AMSL, error) {
	if given != nil {
		return *given, nil
	}
	if height, ok := v.ground.elevation(p); ok {
		return height, nil
	}
	known, _ := v.mavlink.Vehicle(id)
	if known.Home == nil {
		return 0, api.BadRequest("the height of the ground at %.5f, %.5f is not known: give altAMSL, or load terrain for it", p.Lat, p.Lon)
	}
	return geo.AMSL(known.Home.AltAMSL), nil
}

// describeGimbals are a vehicle's gimbals as the API has them.
func (v *vehicles) describeGimbals(m mavlink.Vehicle) []api.GimbalState {
	var out []api.GimbalState
	for _, g := range m.Gimbals {
		d := api.GimbalState{
			ID: int(g.ID), Name: g.Name, Mode: g.Mode, Abilities: g.Abilities, PitchRange: g.PitchRange, YawRange: g.YawRange,
			Failures: g.Failures, Control: controlOf(m, g.Control), Target: v.looks.target(gimbalKey{m.ID, g.ID}),
		}
		if g.Valid {
			d.PitchDeg, d.YawDeg, d.RollDeg, d.VehicleYaw = &g.PitchDeg, &g.YawDeg, &g.RollDeg, g.VehicleYawDeg
		}
		out = append(out, d)
	}
	return out
}

func controlOf(m mavlink.Vehicle, c *mavlink.GimbalControl) *api.GimbalControl {
	if c == nil {
		return nil
	}
	out := api.GimbalControl{
		Who: "other", System: c.System, Component: c.Component, SecondarySystem: c.SecondarySystem, SecondaryComponent: c.SecondaryComponent,
	}
	switch {
	case c.Ours:
		out.Who = "us"
	case c.System == 0:
		out.Who = "nobody"
	case c.System == m.ID:
		out.Who = "vehicle"
	}
	return &out
}
