package station

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/mavlink"
	"vedette/mavlink/mission"
	"vedette/mavlink/planfile"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// plans is what people do with missions, fences and rally points.
type plans struct {
	mavlink  *mavlink.Service
	vehicles *vehicles
	ground   *ground
	zones    []zone.Zone
	ledger   *planLedger
}

// Mission implements ui.Plans.
func (p *plans) Mission(ctx context.Context, id int) (api.Mission, error) {
	items, err := p.read(ctx, id, mavlink.PlanMission)
	return api.Mission{Items: describeItems(items)}, err
}

// SetMission implements ui.Plans.
func (p *plans) SetMission(ctx context.Context, who access.Principal, id int, m api.Mission, override bool) (api.Mission, error) {
	items, err := itemsOf(m)
	if err != nil {
		return api.Mission{}, err
	}
	findings, estimate, err := p.admit(id, items, p.ledger.fenceOf(id), override)
	if err != nil {
		return api.Mission{}, err
	}
	stored, err := p.write(ctx, who, id, mavlink.PlanMission, items)
	return api.Mission{Items: describeItems(stored), Findings: findings, Estimate: estimate}, err
}

// admit looks through a mission; errors that are not overridden refuse it.
func (p *plans) admit(id int, items []mavlink.MissionItem, fence mission.Areas, override bool) ([]api.Finding, *api.Estimate, error) {
	v, ok := p.mavlink.Vehicle(id)
	if !ok {
		return nil, nil, api.NotFound("there is no vehicle %d", id)
	}
	c := planChecker{ground: p.ground, zones: p.zones, areas: fence, vehicle: &v}
	findings, estimate := c.check(items)
	if problems := inWords(findings); problems != "" && !override {
		return nil, nil, api.BadRequest("%s; nothing was sent; with ?override=true it is uploaded all the same", problems)
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
	items, err := p.mavlink.DownloadPlan(ctx, id, kind)
	if err != nil {
		return nil, commandProblem(id, err)
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
	leave, err := p.ledger.enter(ctx, id)
	if err != nil {
		return nil, commandProblem(id, err)
	}
	defer leave()
	p.ledger.begin(ctx, v, kind, who.Name, items)
	stored, err := p.mavlink.UploadPlan(ctx, id, kind, items)
	nothing := errors.Is(err, mavlink.ErrBusy) || errors.Is(err, mavlink.ErrInvalid) || errors.Is(err, mavlink.ErrLost)
	p.ledger.end(ctx, id, kind, stored, err, nothing)
	return stored, commandProblem(id, err)
}

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
func (p *plans) SetPlanFile(ctx context.Context, who access.Principal, id int, file []byte, override bool) (api.PlanUpload, error) {
	plan, err := planfile.Read(file)
	if err != nil {
		return api.PlanUpload{}, api.BadRequest("%v", err)
	}
	fence := p.ledger.fenceOf(id)
	if plan.Fence != nil {
		if fence, err = mission.AreasOf(plan.Fence); err != nil {
			return api.PlanUpload{}, api.BadRequest("geoFence: %v", err)
		}
	}
	var up api.PlanUpload
	if up.Findings, up.Mission.Estimate, err = p.admit(id, plan.Mission, fence, override); err != nil {
		return up, err
	}
	if v, ok := p.mavlink.Vehicle(id); ok && plan.Firmware != 0 && plan.Firmware != firmwareOf(v) {
		up.Findings = append(up.Findings, api.Finding{Severity: "warning", Text: "the plan was made for another autopilot"})
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
	stored, err := p.write(ctx, who, id, mavlink.PlanMission, plan.Mission)
	up.Mission.Items = describeItems(stored)
	return up, err
}

// CheckPlan implements ui.Plans.
func (p *plans) CheckPlan(vehicle int, body []byte) (api.PlanCheck, error) {
	plan, err := readAnyPlan(body)
	if err != nil {
		return api.PlanCheck{}, err
	}
	c := planChecker{ground: p.ground, zones: p.zones}
	if vehicle != 0 {
		v, ok := p.mavlink.Vehicle(vehicle)
		if !ok {
			return api.PlanCheck{}, api.NotFound("there is no vehicle %d", vehicle)
		}
		c.vehicle, c.areas = &v, p.ledger.fenceOf(vehicle)
	}
	if plan.Fence != nil {
		if c.areas, err = mission.AreasOf(plan.Fence); err != nil {
			return api.PlanCheck{}, api.BadRequest("geoFence: %v", err)
		}
	}
	out := api.PlanCheck{Items: len(plan.Mission), FenceItems: len(plan.Fence), RallyPoints: len(plan.Rally)}
	out.Findings, out.Estimate = c.check(plan.Mission)
	return out, nil
}

// readAnyPlan reads a plan file, or a mission in the JSON of the API.
func readAnyPlan(body []byte) (planfile.Plan, error) {
	var m struct {
		FileType *string `json:"fileType"`
		Items    []any   `json:"items"`
	}
	if err := json.Unmarshal(body, &m); err != nil || m.FileType != nil || m.Items == nil {
		plan, err := planfile.Read(body)
		if err != nil {
			return plan, api.BadRequest("%v", err)
		}
		return plan, nil
	}
	var asked api.Mission
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&asked); err != nil {
		return planfile.Plan{}, api.BadRequest("the body cannot be used: %s", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return planfile.Plan{}, api.BadRequest("there is something after the JSON object")
	}
	items, err := itemsOf(asked)
	return planfile.Plan{Mission: items}, err
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

// describePlans is what is known about the lists of a vehicle.
func (p *plans) describePlans(v mavlink.Vehicle) []api.PlanState {
	var out []api.PlanState
	seen := map[mavlink.PlanKind]bool{}
	for _, s := range v.Plans {
		seen[s.Kind] = true
		out = append(out, p.describePlan(v.ID, s))
	}
	for _, kind := range p.ledger.noted(v.ID) {
		if !seen[kind] {
			out = append(out, p.describePlan(v.ID, mavlink.PlanState{Kind: kind}))
		}
	}
	return out
}

func (p *plans) describePlan(vehicle int, s mavlink.PlanState) api.PlanState {
	out := api.PlanState{Kind: string(s.Kind), ChangedBy: s.ChangedBy}
	if !s.SyncedAt.IsZero() {
		count := s.Count
		out.SyncedAt, out.Count = api.At(s.SyncedAt), &count
	}
	if !s.ChangedAt.IsZero() {
		out.ChangedAt = api.At(s.ChangedAt)
	}
	out.Note, out.Unknown = p.ledger.note(vehicle, s.Kind)
	return out
}

// tellChanged tells people that somebody else changed a plan.
func (p *plans) tellChanged(v mavlink.Vehicle, now time.Time) {
	for _, s := range v.Plans {
		if s.ChangedAt.IsZero() || now.Sub(s.ChangedAt) > lookEvery {
			continue
		}
		p.ledger.unlearn(v.ID, s.Kind)
		by := s.ChangedBy
		if by == "" {
			by = "somebody else"
		}
		p.mavlink.Tell(v.ID, "warning", fmt.Sprintf("Station: the %s was changed by %s", s.Kind, by))
	}
}
