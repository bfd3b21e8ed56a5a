package ui

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	// listPatience is for a list of parameters over the slowest link.
	listPatience = 10 * time.Minute
	// maxParameterName is the length of param_id in MAVLink.
	maxParameterName = 16
	maxSearch        = 100
	maxAtOnce        = 5000
	maxParameterFile = 1 << 20
)

// getParameters answers with the list, or with a file for another station.
func getParameters(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	q, err := c.parameterQuery()
	if err != nil {
		return err
	}
	format := c.r.URL.Query().Get("format")
	if format != "" && format != "param" && format != "qgc" {
		return api.BadRequest("format=%.20q: param (Mission Planner) and qgc (QGroundControl) are known", format)
	}
	component, err := c.component()
	if err != nil {
		return err
	}
	if component != 0 {
		return c.getSettings(id, component, q, format)
	}
	ctx, cancel := c.wait(listPatience)
	defer cancel()
	if format != "" {
		text, err := c.s.cfg.Station.ParameterFile(ctx, id, format, q)
		if err != nil {
			return err
		}
		suffix := map[string]string{"param": "param", "qgc": "params"}[format]
		return c.download("vehicle-"+strconv.Itoa(id)+"."+suffix, "text/plain; charset=utf-8", text)
	}
	known, err := c.s.cfg.Station.Parameters(ctx, id, q)
	if err != nil {
		return err
	}
	h := c.w.Header()
	if at := known.At.Time; !at.IsZero() {
		h.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	}
	h.Set("Vedette-Verified", strconv.FormatBool(known.Verified))
	if known.About != "" {
		h.Set("Vedette-Metadata", headerText(known.About))
	}
	return c.answer(list(known.Parameters))
}

// headerText makes words fit a header, which has printable ASCII.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

func (c *call) parameterQuery() (api.ParameterQuery, error) {
	q := api.ParameterQuery{Search: c.r.URL.Query().Get("search")}
	if len(q.Search) > maxSearch {
		return q, api.BadRequest("search has more than %d bytes", maxSearch)
	}
	var err error
	if q.Cached, err = c.flag("cached"); err != nil {
		return q, err
	}
	q.Changed, err = c.flag("changed")
	return q, err
}

func getParameter(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	name, err := c.parameterName()
	if err != nil {
		return err
	}
	component, err := c.component()
	if err != nil {
		return err
	}
	ctx, cancel := c.act()
	defer cancel()
	var p api.Parameter
	if component != 0 {
		p, err = c.s.cfg.Station.Setting(ctx, id, component, name)
	} else {
		p, err = c.s.cfg.Station.Parameter(ctx, id, name)
	}
	if err != nil {
		return err
	}
	return c.answer(p)
}

func setParameter(c *call) error {
	var b api.ParameterValue
	if err := c.body(&b); err != nil {
		return err
	}
	name, err := c.parameterName()
	if err != nil {
		return err
	}
	component, err := c.component()
	if err != nil {
		return err
	}
	if component != 0 {
		return c.setSetting(component, name, b)
	}
	if b.Value == nil || b.Text != nil {
		return api.BadRequest("value is missing, or a text is given, which only a component can take")
	}
	return performed(c, "setParameter", api.Parameter{Name: name, Value: b.Value}, 0, func(ctx context.Context, id int) (api.Parameter, error) {
		return c.s.cfg.Station.SetParameter(ctx, c.who, id, name, *b.Value)
	})
}

// setParameters sets a map of names and values, and answers for each what became of it.
func setParameters(c *call) error {
	var b map[string]*float64
	if err := c.body(&b); err != nil {
		return err
	}
	if len(b) == 0 || len(b) > maxAtOnce {
		return api.BadRequest("the body has 1 to %d names with their values, this one has %d", maxAtOnce, len(b))
	}
	values := make(map[string]float64, len(b))
	for name, v := range b {
		if v == nil || math.IsInf(*v, 0) || name == "" || len(name) > maxParameterName {
			return api.BadRequest("%.40q: a name of 1 to %d characters and a number are needed", name, maxParameterName)
		}
		values[name] = *v
	}
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	c.takeTime(listPatience)
	out := api.ParameterResults{Results: []api.ParameterResult{}}
	detail := &manyRecord{Request: values}
	record := access.Record{Kind: access.KindCommand, Action: "setParameters", Target: idText(id), Detail: detail}
	err = c.audited(record, func(ctx context.Context) error {
		var err error
		out.Results, err = c.s.cfg.Station.SetParameters(ctx, c.who, id, values)
		detail.Results = out.Results
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(out)
}

// manyRecord is what the audit keeps of many parameters.
type manyRecord struct {
	Request any                   `json:"request"`
	Results []api.ParameterResult `json:"results,omitempty"`
}

func compareParameters(c *call) error {
	var b api.ParameterComparison
	if err := c.body(&b); err != nil {
		return err
	}
	ways := 0
	for _, given := range []bool{b.Vehicle != nil, b.File != nil, b.Saved != "", b.Defaults} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return api.BadRequest("give one of vehicle, file, saved, or defaults: true")
	}
	return c.compare(b)
}

// loadParameters compares a file that is the body; nothing is changed. What is wanted of it is then set by a map.
func loadParameters(c *call) error {
	text, err := c.raw(maxParameterFile)
	if err != nil {
		return err
	}
	var b api.ParameterComparison
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		if err := json.Unmarshal(text, &b); err != nil || b.File == nil {
			return api.BadRequest(`send the file itself, or {"file":"…"}`)
		}
	} else {
		file := string(text)
		b.File = &file
	}
	return c.compare(api.ParameterComparison{File: b.File})
}

func (c *call) compare(with api.ParameterComparison) error {
	return read(c, listPatience, func(ctx context.Context, id int) (api.ParameterDifferences, error) {
		d, err := c.s.cfg.Station.CompareParameters(ctx, id, with)
		d.Differences, d.OnlyVehicle, d.OnlyOther = list(d.Differences), list(d.OnlyVehicle), list(d.OnlyOther)
		return d, err
	})
}

// saveParameters keeps the parameters of a vehicle under a name.
func saveParameters(c *call) error {
	var b api.SaveParameters
	if err := c.body(&b); err != nil {
		return err
	}
	return c.perform("saveParameters", b, listPatience, func(ctx context.Context, id int) error { return c.s.cfg.Station.SaveParameters(ctx, id, b.Name) })
}

func getSavedParameters(c *call) error {
	sets, err := c.s.cfg.Station.SavedParameters()
	if err != nil {
		return err
	}
	return c.answer(list(sets))
}

func (c *call) parameterName() (string, error) {
	name := c.r.PathValue("name")
	if name == "" || len(name) > maxParameterName {
		return "", api.BadRequest("parameter %.40q: a name has 1 to %d characters", name, maxParameterName)
	}
	return name, nil
}
