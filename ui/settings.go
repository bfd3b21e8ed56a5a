package ui

import (
	"context"
	"strconv"

	"vedette/ui/api"
)

// maxSettingText is the length of a value in PARAM_EXT.
const maxSettingText = 128

// component is the one in the query whose settings are meant, 0 for the autopilot's parameters.
func (c *call) component() (int, error) {
	text := c.r.URL.Query().Get("component")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n == 0 {
		return 0, api.BadRequest("component=%.20q: a component id from 1 to 255 is needed", text)
	}
	return int(n), nil
}

// getSettings answers with the settings of a component.
func (c *call) getSettings(id, component int, q api.ParameterQuery, format string) error {
	if q.Cached || q.Changed || format != "" {
		return api.BadRequest("cached, changed and format are for the parameters of the autopilot, without component")
	}
	ctx, cancel := c.wait(listPatience)
	defer cancel()
	all, err := c.s.cfg.Station.Settings(ctx, id, component, q.Search)
	if err != nil {
		return err
	}
	return c.answer(list(all))
}

// settingRecord is what the audit keeps of a setting.
type settingRecord struct {
	Component int `json:"component"`
	api.Parameter
}

func (c *call) setSetting(component int, name string, b api.ParameterValue) error {
	if (b.Value == nil) == (b.Text == nil) || b.Text != nil && len(*b.Text) > maxSettingText {
		return api.BadRequest("a value, or a text of up to %d bytes, is needed", maxSettingText)
	}
	record := settingRecord{Component: component, Parameter: api.Parameter{Name: name, Value: b.Value, Text: b.Text}}
	return performed(c, "setParameter", record, 0, func(ctx context.Context, id int) (api.Parameter, error) {
		return c.s.cfg.Station.SetSetting(ctx, c.who, id, component, name, b)
	})
}
