package station

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/planfile"
	"vedette/ui/api"
)

// plans is what people do with missions, fences and rally points.
type plans struct {
	mavlink  *mavlink.Service
	vehicles *vehicles
	ground   *ground
	zones    *zoneBook
	ledger   *planLedger
	running  planTransfers
}

// Mission implements ui.Plans.
func (p *plans) Mission(ctx context.Context, id int) (api.Mission, error) {
	items, err := p.read(ctx, id, mavlink.PlanMission)
	return api.Mission{Items: describeItems(items)}, err
}

// SetMission implements ui.Plans.
func (p *plans) SetMission(ctx context.Context, who access.Principal, id int, m api.Mission, override api.Override) (api.Mission, error) {
	items, err := itemsOf(m)
	if err != nil {
		return api.Mission{}, err
	}
	findings, estimate, err := p.admit(id, planfile.Plan{Mission: items}, override)
	if err != nil {
		return api.Mission{}, err
	}
	stored, err := p.write(ctx, who, id, mavlink.PlanMission, items)
	return api.Mission{Items: describeItems(stored), Findings: findings, Estimate: estimate}, err
}

// admit looks through a plan; errors that are not overridden refuse it.
func (p *plans) admit(id int, plan planfile.Plan, override api.Override) ([]api.Finding, *api.Estimate, error) {
	c, err := p.checker(id, plan)
	if err != nil {
		return nil, nil, err
	}
	findings, estimate := c.checkPlan(plan)
	if problems := inWords(findings); problems != "" && !override.On {
		return nil, nil, api.BadRequest("%s; nothing was sent; with ?override=true&reason=… it is uploaded all the same", problems)
	}
	return findings, estimate, nil
}

// inWords says the errors among findings.
func inWords(findings []api.Finding) string {
	const most = 10
	var texts []string
	for _, f := range findings {
		if f.Severity != "error" {
			continue
		}
		if len(texts) == most {
			texts = append(texts, "and more")
			break
		}
		if f.Item > 0 {
			texts = append(texts, fmt.Sprintf("item %d: %s", f.Item, f.Text))
		} else {
			texts = append(texts, f.Text)
		}
	}
	return strings.Join(texts, "; ")
}

// Fence implements ui.Plans.
func (p *plans) Fence(ctx context.Context, id int) (api.Fence, error) {
	items, err := p.read(ctx, id, mavlink.PlanFence)
	if err != nil {
		return api.Fence{}, err
	}
	f, err := describeFence(items)
	if err != nil {
		return f, api.Refused("vehicle %d holds a fence that cannot be read: %v", id, err)
	}
	return f, nil
}

// SetFence implements ui.Plans.
func (p *plans) SetFence(ctx context.Context, who access.Principal, id int, f api.Fence) (api.Fence, error) {
	areas, err := areasOf(f)
	if err != nil {
		return api.Fence{}, err
	}
	stored, err := p.write(ctx, who, id, mavlink.PlanFence, areas.Items())
	if err != nil {
		return api.Fence{}, err
	}
	return describeFence(stored)
}

// Rally implements ui.Plans.
func (p *plans) Rally(ctx context.Context, id int) (api.Rally, error) {
	items, err := p.read(ctx, id, mavlink.PlanRally)
	if err != nil {
		return api.Rally{}, err
	}
	return p.describeRally(id, items)
}

func (p *plans) describeRally(id int, items []mavlink.MissionItem) (api.Rally, error) {
	v, _ := p.mavlink.Vehicle(id)
	r, err := describeRally(items, v.Home)
	if err != nil {
		return r, api.Refused("vehicle %d holds rally points that cannot be read: %v", id, err)
	}
	return r, nil
}

// SetRally implements ui.Plans.
func (p *plans) SetRally(ctx context.Context, who access.Principal, id int, r api.Rally) (api.Rally, error) {
	items, err := rallyOf(r)
	if err != nil {
		return api.Rally{}, err
	}
	stored, err := p.write(ctx, who, id, mavlink.PlanRally, items)
	if err != nil {
		return api.Rally{}, err
	}
	return p.describeRally(id, stored)
}

// ClearPlan implements ui.Plans. Each kind is cleared for itself: ArduPilot does not know a way to clear all.
func (p *plans) ClearPlan(ctx context.Context, who access.Principal, id int, kind string) error {
	kinds := mavlink.PlanKinds()
	if kind != "" {
		kinds = []mavlink.PlanKind{mavlink.PlanKind(kind)}
	}
	for _, k := range kinds {
		if _, err := p.write(ctx, who, id, k, nil); err != nil {
			return err
		}
	}
	return nil
}

// SetMissionItem implements ui.Plans.
func (p *plans) SetMissionItem(ctx context.Context, _ access.Principal, id, item int) (api.CommandResult, error) {
	return p.vehicles.carryOut(ctx, id, "setMissionItem", func(ctx context.Context) (mavlink.Ack, error) {
		return p.mavlink.SetMissionItem(ctx, id, item)
	})
}

// EnableFence implements ui.Plans.
func (p *plans) EnableFence(ctx context.Context, _ access.Principal, id int, on bool) (api.CommandResult, error) {
	name := "disableFence"
	if on {
		name = "enableFence"
	}
	return p.vehicles.carryOut(ctx, id, name, func(ctx context.Context) (mavlink.Ack, error) {
		return p.mavlink.EnableFence(ctx, id, on)
	})
}

func (p *plans) read(ctx context.Context, id int, kind mavlink.PlanKind) ([]mavlink.MissionItem, error) {
	ctx, end := p.running.begin(ctx, id, false)
	defer end()
	items, err := p.mavlink.DownloadPlan(ctx, id, kind)
	if err != nil {
		return nil, commandProblem(id, cancelled(ctx, err))
	}
	p.ledger.learn(ctx, id, kind, items)
	return items, nil
}

// write sends a list to a vehicle. What is about to happen is on disk before the first item goes.
func (p *plans) write(ctx context.Context, who access.Principal, id int, kind mavlink.PlanKind, items []mavlink.MissionItem) ([]mavlink.MissionItem, error) {
	v, ok := p.mavlink.Vehicle(id)
	if !ok {
		return nil, api.NotFound("there is no vehicle %d", id)
	}
	if v.State != mavlink.Live {
		return nil, commandProblem(id, mavlink.ErrLost)
	}
	ctx, end := p.running.begin(ctx, id, true)
	defer end()
	leave, err := p.ledger.enter(ctx, id)
	if err != nil {
		return nil, commandProblem(id, cancelled(ctx, err))
	}
	defer leave()
	p.ledger.begin(ctx, v, kind, who.Name, items)
	stored, err := p.mavlink.UploadPlan(ctx, id, kind, items)
	nothing := errors.Is(err, mavlink.ErrBusy) || errors.Is(err, mavlink.ErrInvalid) || errors.Is(err, mavlink.ErrLost)
	p.ledger.end(ctx, id, kind, stored, err, nothing)
	return stored, commandProblem(id, cancelled(ctx, err))
}
