package station

import (
	"context"
	"errors"
	"fmt"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/mavlink/planfile"
	"vedette/ui/api"
)

// PlanFile implements ui.Plans.
func (p *plans) PlanFile(ctx context.Context, id int, text bool) ([]byte, error) {
	v, ok := p.mavlink.Vehicle(id)
	if !ok {
		return nil, api.NotFound("there is no vehicle %d", id)
	}
	file := planfile.Plan{Firmware: firmwareOf(v), Vehicle: airframeOf(v), CruiseMS: wingMS, HoverMS: copterMS}
	if h := v.Home; h != nil {
		file.Home = &planfile.Home{Lat: h.Lat, Lon: h.Lon, AltAMSL: h.AltAMSL}
	}
	var err error
	if file.Mission, err = p.read(ctx, id, mavlink.PlanMission); err != nil {
		return nil, err
	}
	if text {
		return planfile.WriteText(file), nil
	}
	for kind, into := range map[mavlink.PlanKind]*[]mission.Item{mavlink.PlanFence: &file.Fence, mavlink.PlanRally: &file.Rally} {
		items, err := p.read(ctx, id, kind)
		var refused *api.Problem
		if errors.As(err, &refused) && refused.Status == statusRefused {
			continue // a vehicle that has no such list
		}
		if err != nil {
			return nil, err
		}
		*into = items
	}
	out, err := planfile.Write(file)
	if err != nil {
		return nil, api.Refused("what vehicle %d holds does not fit into a .plan file: %v", id, err)
	}
	return out, nil
}

// SetPlanFile implements ui.Plans. The fence goes first, so that a mission never flies without the fence that belongs to it.
func (p *plans) SetPlanFile(ctx context.Context, who access.Principal, id int, file []byte, override api.Override) (api.PlanUpload, error) {
	plan, err := readAnyPlan(file)
	if err != nil {
		return api.PlanUpload{}, err
	}
	var up api.PlanUpload
	if up.Findings, up.Mission.Estimate, err = p.admit(id, plan, override); err != nil {
		return up, err
	}
	if plan.Fence != nil {
		stored, err := p.write(ctx, who, id, mavlink.PlanFence, plan.Fence)
		if err != nil {
			return up, fmt.Errorf("fence: %w", err)
		}
		held, err := describeFence(stored)
		if err != nil {
			return up, err
		}
		up.Fence = &held
	}
	if plan.Rally != nil {
		stored, err := p.write(ctx, who, id, mavlink.PlanRally, plan.Rally)
		if err != nil {
			return up, fmt.Errorf("rally points: %w", err)
		}
		held, err := p.describeRally(id, stored)
		if err != nil {
			return up, err
		}
		up.Rally = &held
	}
	if plan.Mission == nil {
		return up, nil
	}
	stored, err := p.write(ctx, who, id, mavlink.PlanMission, plan.Mission)
	up.Mission.Items = describeItems(stored)
	return up, err
}

// CheckPlan implements ui.Plans.
func (p *plans) CheckPlan(vehicle int, body []byte, profile bool) (api.PlanCheck, error) {
	plan, err := readAnyPlan(body)
	if err != nil {
		return api.PlanCheck{}, err
	}
	c, err := p.checker(vehicle, plan)
	if err != nil {
		return api.PlanCheck{}, err
	}
	c.wantsProfile = profile
	out := api.PlanCheck{Items: len(plan.Mission), FenceItems: len(plan.Fence), RallyPoints: len(plan.Rally)}
	out.Findings, out.Estimate = c.checkPlan(plan)
	out.Clearance = c.clearance()
	return out, nil
}

const statusRefused = 422

// firmwareOf is the MAV_AUTOPILOT of a vehicle as plan files name it.
func firmwareOf(v mavlink.Vehicle) int {
	const ardupilot, px4 = 3, 12
	switch v.Autopilot {
	case "ardupilot":
		return ardupilot
	case "px4":
		return px4
	}
	return 0
}

// airframeOf is the MAV_TYPE that a planner needs to know: wings, or rotors.
func airframeOf(v mavlink.Vehicle) int {
	const wing, rotors, rover = 1, 2, 10
	switch v.Type {
	case "fixedWing", "vtol":
		return wing
	case "groundRover", "surfaceBoat":
		return rover
	}
	return rotors
}
