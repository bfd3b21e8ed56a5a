package ui

import (
	_ "embed" // the API's description
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vedette/ui/api"
)

//go:embed openapi.json
var openAPIText []byte

func openAPI(c *call) error {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(openAPIText)))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(openAPIText) // the client may be gone
	return nil
}

type status struct {
	Status string `json:"status"`
}

func healthz(c *call) error { return c.answer(status{"ok"}) }

// readyz is 503 with the reasons while the station cannot do its work.
func readyz(c *call) error {
	reasons := c.s.cfg.Station.Ready()
	if text := c.s.cfg.Store.Stats().Failing; text != "" {
		reasons = append(slices.Clip(reasons), "the event log cannot be written")
	}
	if len(reasons) > 0 {
		return api.Unavailable("not ready: %s", strings.Join(reasons, "; "))
	}
	return c.answer(status{"ready"})
}

func metrics(c *call) error {
	if c.s.cfg.Metrics == nil {
		return api.NotFound("this station counts no metrics")
	}
	c.s.cfg.Metrics.ServeHTTP(c.w, c.r)
	return nil
}

func liveSocket(c *call) error { return c.s.hub.Serve(c.w, c.r, c.who) }
