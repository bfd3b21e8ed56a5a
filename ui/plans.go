package ui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"time"

	"vedette/mavlink/planfile"
	"vedette/ui/api"
)

const (
	// planTimeout is for a long list over a bad link, read back and sent again where needed.
	planTimeout = 5 * time.Minute
	// wordyItems is how many items the audit keeps whole; of longer plans it keeps a digest.
	wordyItems = 200
	// digestBytes tells plans apart in the audit.
	digestBytes = 12
)

// planRecord is what the audit keeps of a large plan.
type planRecord struct {
	Items  int    `json:"items,omitempty"`
	Bytes  int    `json:"bytes,omitempty"`
	SHA256 string `json:"sha256"`
	overriding
}

func recordOf(body []byte, items int) *planRecord {
	sum := sha256.Sum256(body)
	return &planRecord{Items: items, Bytes: len(body), SHA256: hex.EncodeToString(sum[:digestBytes])}
}

// readPlan answers with a list of a vehicle.
func readPlan[T any](c *call, read func(ctx context.Context, id int) (T, error)) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	c.takeTime(planTimeout)
	ctx, cancel := c.act()
	defer cancel()
	plan, err := read(ctx, id)
	if err != nil {
		return err
	}
	return c.answer(plan)
}

func getMission(c *call) error {
	return readPlan(c, func(ctx context.Context, id int) (api.Mission, error) {
		m, err := c.s.cfg.Station.Mission(ctx, id)
		m.Items = list(m.Items)
		return m, err
	})
}

func setMission(c *call) error {
	if err := c.contentType("application/json"); err != nil {
		return err
	}
	text, err := c.raw(maxPlanBody)
	if err != nil {
		return err
	}
	var m api.Mission
	if err := decode(text, &m); err != nil {
		return err
	}
	if err := checkMission(m); err != nil {
		return err
	}
	override, err := c.override()
	if err != nil {
		return err
	}
	var request overridden = &struct {
		api.Mission
		overriding
	}{Mission: m}
	if len(m.Items) > wordyItems {
		request = recordOf(text, len(m.Items))
	}
	return performed(c, "setMission", request, planTimeout, func(ctx context.Context, id int) (api.Mission, error) {
		held, err := c.s.cfg.Station.SetMission(ctx, c.who, id, m, override)
		request.note(override, held.Findings)
		held.Items = list(held.Items)
		return held, err
	})
}

func getFence(c *call) error {
	return readPlan(c, func(ctx context.Context, id int) (api.Fence, error) {
		f, err := c.s.cfg.Station.Fence(ctx, id)
		f.Polygons, f.Circles = list(f.Polygons), list(f.Circles)
		return f, err
	})
}

func setFence(c *call) error {
	var f api.Fence
	if err := c.body(&f); err != nil {
		return err
	}
	if len(f.Polygons)+len(f.Circles) == 0 && f.ReturnPoint == nil {
		return api.BadRequest("a fence has polygons or circles; it is cleared with DELETE")
	}
	return performed(c, "setFence", f, planTimeout, func(ctx context.Context, id int) (api.Fence, error) {
		held, err := c.s.cfg.Station.SetFence(ctx, c.who, id, f)
		held.Polygons, held.Circles = list(held.Polygons), list(held.Circles)
		return held, err
	})
}

func getRally(c *call) error {
	return readPlan(c, func(ctx context.Context, id int) (api.Rally, error) {
		r, err := c.s.cfg.Station.Rally(ctx, id)
		r.Points = list(r.Points)
		return r, err
	})
}

func setRally(c *call) error {
	var r api.Rally
	if err := c.body(&r); err != nil {
		return err
	}
	if len(r.Points) == 0 {
		return api.BadRequest("points is missing or empty; rally points are cleared with DELETE")
	}
	return performed(c, "setRally", r, planTimeout, func(ctx context.Context, id int) (api.Rally, error) {
		held, err := c.s.cfg.Station.SetRally(ctx, c.who, id, r)
		held.Points = list(held.Points)
		return held, err
	})
}

// clearPlan empties a list of a vehicle, or all of them.
func clearPlan(kind string) func(*call) error {
	actions := map[string]string{"mission": "clearMission", "fence": "clearFence", "rally": "clearRally", "": "clearPlan"}
	return func(c *call) error {
		return c.perform(actions[kind], nil, planTimeout, func(ctx context.Context, id int) error { return c.s.cfg.Station.ClearPlan(ctx, c.who, id, kind) })
	}
}

// getPlan answers with everything that a vehicle holds as a file.
func getPlan(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	format := c.r.URL.Query().Get("format")
	kind, name := "application/json", "vehicle-"+idText(id)+".plan"
	switch format {
	case "", "plan":
	case "wpl":
		kind, name = "text/plain; charset=utf-8", "vehicle-"+idText(id)+".waypoints"
	default:
		return api.BadRequest("format=%.40q: plan or wpl is needed", format)
	}
	c.takeTime(planTimeout)
	ctx, cancel := c.act()
	defer cancel()
	file, err := c.s.cfg.Station.PlanFile(ctx, id, format == "wpl")
	if err != nil {
		return err
	}
	return c.download(name, kind, file)
}

// planBody is a plan file, or a mission in JSON.
func (c *call) planBody() ([]byte, error) {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "text/plain" {
		return nil, api.NewProblem(http.StatusUnsupportedMediaType, "send a .plan file with Content-Type: application/json, a \"QGC WPL 110\" text with text/plain")
	}
	return c.raw(planfile.MaxBytes)
}

func setPlan(c *call) error {
	body, err := c.planBody()
	if err != nil {
		return err
	}
	if err := checkPlanBody(body); err != nil {
		return err
	}
	override, err := c.override()
	if err != nil {
		return err
	}
	request := recordOf(body, 0)
	return performed(c, "setPlan", request, planTimeout, func(ctx context.Context, id int) (api.PlanUpload, error) {
		held, err := c.s.cfg.Station.SetPlanFile(ctx, c.who, id, body, override)
		request.note(override, held.Findings)
		held.Mission.Items, held.Findings = list(held.Mission.Items), list(held.Findings)
		return held, err
	})
}

// checkPlan looks through a plan without sending it anywhere.
func checkPlan(c *call) error {
	vehicle, err := c.integer("vehicle", 0, 1, 255)
	if err != nil {
		return err
	}
	profile, err := c.flag("profile")
	if err != nil {
		return err
	}
	body, err := c.planBody()
	if err != nil {
		return err
	}
	if err := checkPlanBody(body); err != nil {
		return err
	}
	found, err := c.s.cfg.Station.CheckPlan(int(vehicle), body, profile)
	if err != nil {
		return err
	}
	found.Findings = list(found.Findings)
	if found.Clearance != nil {
		found.Clearance.Legs = list(found.Clearance.Legs)
	}
	return c.answer(found)
}

// setMissionItem makes an item the one that is flown next.
func setMissionItem(c *call) error {
	var b api.MissionCurrent
	if err := c.body(&b); err != nil {
		return err
	}
	if b.Item < 1 || b.Item > maxItems {
		return api.BadRequest("item must be from 1 to %d", maxItems)
	}
	return c.tell("setMissionItem", b, func(ctx context.Context, id int) (api.CommandResult, error) {
		return c.s.cfg.Station.SetMissionItem(ctx, c.who, id, b.Item)
	})
}

func enableFence(on bool) func(*call) error {
	name := "disableFence"
	if on {
		name = "enableFence"
	}
	return func(c *call) error {
		return c.tell(name, struct{}{}, func(ctx context.Context, id int) (api.CommandResult, error) {
			return c.s.cfg.Station.EnableFence(ctx, c.who, id, on)
		})
	}
}
