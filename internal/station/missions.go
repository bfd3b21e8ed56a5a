package station

import (
	"context"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/ui/api"
)

// missions is what people do with plans and parameters of vehicles.
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

// The mission commands of the API and their MAV_CMD.
var missionCommands = map[string]uint16{"waypoint": 16, "return": 20, "land": 21, "takeoff": 22}

// Mission implements ui.Vehicles.
func (m *missions) Mission(ctx context.Context, id int) (api.Mission, error) {
	items, err := m.mavlink.DownloadPlan(ctx, id, mavlink.PlanMission)
	if err != nil {
		return api.Mission{}, commandProblem(id, err)
	}
	out := api.Mission{Items: []api.MissionItem{}}
	for _, i := range items {
		out.Items = append(out.Items, m.describeItem(id, i))
	}
	return out, nil
}

// The MAV_FRAMEs that matter here.
const (
	frameGlobal   = 0 // heights above mean sea level
	frameRelative = 3 // heights above home
)

func (m *missions) describeItem(vehicle int, i mavlink.MissionItem) api.MissionItem {
	item := api.MissionItem{Command: nameOfMissionCommand(i.Command)}
	if i.Command == missionCommands["waypoint"] {
		item.HoldS = i.Params[0]
	}
	if i.Lat != 0 || i.Lon != 0 {
		item.Lat, item.Lon = &i.Lat, &i.Lon
	}
	switch i.Frame {
	case frameRelative:
		item.AltitudeRelative = &i.Alt
	case frameGlobal:
		if v, ok := m.mavlink.Vehicle(vehicle); ok && v.Home != nil {
			item.AltitudeRelative = api.Known(i.Alt - v.Home.AltAMSL)
		}
	}
	return item
}

func nameOfMissionCommand(id uint16) string {
	for name, known := range missionCommands {
		if known == id {
			return name
		}
	}
	return "other"
}

// SetMission implements ui.Vehicles.
func (m *missions) SetMission(ctx context.Context, _ access.Principal, id int, plan api.Mission) error {
	var items []mavlink.MissionItem
	for n, i := range plan.Items {
		command, ok := missionCommands[i.Command]
		if !ok {
			return api.BadRequest("items[%d]: there is no mission command %q", n, i.Command)
		}
		if i.Command == "waypoint" && (i.Lat == nil || i.Lon == nil || i.AltitudeRelative == nil) {
			return api.BadRequest("items[%d]: a waypoint needs lat, lon and altitudeRelative", n)
		}
		item := mavlink.MissionItem{
			Seq: n, Frame: frameRelative, Command: command, AutoContinue: true,
			Lat: valueOr(i.Lat, 0), Lon: valueOr(i.Lon, 0), Alt: valueOr(i.AltitudeRelative, 0),
		}
		item.Params[0] = i.HoldS // a waypoint's; the others leave it zero
		items = append(items, item)
	}
	_, err := m.vehicles.carryOut(ctx, id, "setMission", func(ctx context.Context) (mavlink.Ack, error) {
		_, err := m.mavlink.UploadPlan(ctx, id, mavlink.PlanMission, items)
		return mavlink.Ack{Result: "accepted"}, err
	})
	return err
}

// ClearMission implements ui.Vehicles.
func (m *missions) ClearMission(ctx context.Context, _ access.Principal, id int) error {
	_, err := m.vehicles.carryOut(ctx, id, "clearMission", func(ctx context.Context) (mavlink.Ack, error) {
		_, err := m.mavlink.UploadPlan(ctx, id, mavlink.PlanMission, nil)
		return mavlink.Ack{Result: "accepted"}, err
	})
	return err
}
