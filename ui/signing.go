package ui

import (
	"context"
	"net/http"
	"unicode/utf8"

	"vedette/ui/api"
)

const (
	leastPassphrase = 8
	mostPassphrase  = 200
)

func getSigning(c *call) error { return known(c, c.s.cfg.Station.Signing) }

// signingRecord is what the audit keeps of a request about a key: never the key.
type signingRecord struct {
	Mode string `json:"mode"`
	Key  string `json:"key,omitempty"` // where it comes from
}

// setSigning gives a vehicle a key, takes over the one that it has, or has it put its key away.
func setSigning(c *call) error {
	var b api.SigningRequest
	if err := c.body(&b); err != nil {
		return err
	}
	from, err := checkSigning(b)
	if err != nil {
		return err
	}
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	err = c.audited(actOf("signing", id, signingRecord{Mode: b.Mode, Key: from}), func(ctx context.Context) error { return c.s.cfg.Station.SetSigning(ctx, id, b) })
	if err != nil {
		return err
	}
	return getSigning(c)
}

// checkSigning says where the key comes from.
func checkSigning(b api.SigningRequest) (from string, err error) {
	given := b.Passphrase != "" || b.Key != ""
	length := utf8.RuneCountInString(b.Passphrase)
	switch {
	case b.Mode != "setUp" && b.Mode != "adopt" && b.Mode != "off":
		return "", api.BadRequest("mode %q: use setUp, adopt or off", b.Mode)
	case b.Passphrase != "" && b.Key != "":
		return "", api.BadRequest("give passphrase or key, not both")
	case b.Mode == "off" && given:
		return "", api.BadRequest("off takes no key")
	case b.Mode == "adopt" && !given:
		return "", api.BadRequest("adopt needs the passphrase or key that the vehicle has")
	case b.Mode == "setUp" && b.Passphrase != "" && length < leastPassphrase, len(b.Passphrase) > mostPassphrase:
		return "", api.BadRequest("passphrase: %d to %d characters", leastPassphrase, mostPassphrase)
	case b.Passphrase != "":
		return "passphrase", nil
	case b.Key != "":
		return "given", nil
	case b.Mode == "setUp":
		return "generated", nil
	default:
		return "", nil
	}
}

// forgetSigning drops a key on our side. The vehicle may be one of which everything is refused, so that it is not even
// known; a lease that somebody else holds is respected all the same.
func forgetSigning(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	leases := c.s.cfg.Access.Leases
	if lease, held := leases.Of(id); held && lease.Holder != c.who.Name {
		return leases.Require(id, c.who.Name)
	}
	return c.perform("forgetSigning", nil, 0, c.s.cfg.Station.ForgetSigning)
}

func getTelemetryLogs(c *call) error {
	return known(c, func(id int) ([]api.TelemetryLog, error) {
		logs, err := c.s.cfg.Station.TelemetryLogs(id)
		return list(logs), err
	})
}

// getTelemetryLog sends a log, or a part of it where a range is asked for. One that is being written ends where it stands.
func getTelemetryLog(c *call) error {
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	log, changed, err := c.s.cfg.Station.OpenTelemetryLog(id, c.r.PathValue("name"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // only read from
	h := c.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+idText(id)+"-"+c.r.PathValue("name")+`"`)
	http.ServeContent(c.w, c.r, "", changed, log)
	return nil
}
