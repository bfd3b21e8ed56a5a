package ui

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"vedette/internal/access"
	"vedette/mavlink/planfile"
	"vedette/ui/api"
)

const leastReason, mostReason = 3, 500 // characters

// overriding is what the audit says of errors that were overridden.
type overriding struct {
	Override   bool     `json:"override,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Overridden []string `json:"overridden,omitempty"` // the errors that were found
}

// overridden is a record of an upload that may be told so.
type overridden interface {
	note(override api.Override, found []api.Finding)
}

func (o *overriding) note(override api.Override, found []api.Finding) {
	const most = 20
	o.Override, o.Reason = override.On, override.Reason
	for _, f := range found {
		if override.On && f.Severity == "error" && len(o.Overridden) < most {
			o.Overridden = append(o.Overridden, f.Text)
		}
	}
}

// override reads whether a plan shall go although errors are found in it, and why. People at a console must say why; a script with
// a token may leave it out, and the audit shows that.
func (c *call) override() (api.Override, error) {
	on, err := c.flag("override")
	if err != nil {
		return api.Override{}, err
	}
	reason := strings.TrimSpace(c.r.URL.Query().Get("reason"))
	switch n := utf8.RuneCountInString(reason); {
	case !utf8.ValidString(reason) || n > mostReason:
		return api.Override{}, api.BadRequest("reason has %d characters, more than %d, or is no text", n, mostReason)
	case on && n < leastReason && (reason != "" || c.who.Via != access.ViaToken):
		return api.Override{}, api.BadRequest("override needs a reason of at least %d characters, which goes to the audit: ?override=true&reason=…", leastReason)
	case !on && reason != "":
		return api.Override{}, api.BadRequest("a reason is for override=true")
	}
	return api.Override{On: on, Reason: reason}, nil
}

// checkPlanBody refuses items in a plan of the API's own JSON that lack what they need. Files are read by the station.
func checkPlanBody(body []byte) error {
	var m struct {
		FileType *string         `json:"fileType"`
		Items    json.RawMessage `json:"items"`
		Mission  json.RawMessage `json:"mission"`
	}
	if err := json.Unmarshal(body, &m); err != nil || m.FileType != nil || m.Items == nil && m.Mission == nil {
		return nil //nolint:nilerr // a file of another form
	}
	text := m.Mission
	if m.Items != nil {
		text = body
	}
	var asked api.Mission
	if err := decode(text, &asked); err != nil {
		return err
	}
	if len(asked.Items) == 0 {
		return nil
	}
	return checkMission(asked)
}

// convertPlan turns a plan from one form into another, and sends nothing.
func convertPlan(c *call) error {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case kind == "application/vnd.google-earth.kml+xml", kind == "application/xml", kind == "text/xml", kind == "application/json", kind == "text/plain", kind == "application/octet-stream":
		return c.convert()
	}
	return api.NewProblem(http.StatusUnsupportedMediaType, "send a .plan file or a plan in JSON as application/json, a \"QGC WPL 110\" text as text/plain, a KML as application/vnd.google-earth.kml+xml")
}

func (c *call) convert() error {
	body, err := c.raw(planfile.MaxBytes)
	if err != nil {
		return err
	}
	if err := checkPlanBody(body); err != nil {
		return err
	}
	to := c.r.URL.Query().Get("to")
	form := map[string]struct{ kind, name string }{
		"plan": {"application/json", "vedette.plan"},
		"wpl":  {"text/plain; charset=utf-8", "vedette.waypoints"},
		"kml":  {"application/vnd.google-earth.kml+xml", "vedette.kml"},
	}[to]
	switch {
	case to == "" || to == "json":
		plan, err := c.s.cfg.Station.ReadPlan(body)
		if err != nil {
			return err
		}
		return c.answer(plan)
	case form.kind == "":
		return api.BadRequest("to=%.40q: json, plan, wpl or kml is needed", to)
	}
	file, err := c.s.cfg.Station.WritePlan(body, to)
	if err != nil {
		return err
	}
	return c.download(form.name, form.kind, file)
}
