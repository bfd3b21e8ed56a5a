package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"strconv"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	maxBody       = 1 << 20          // bytes of a JSON body
	actTimeout    = 60 * time.Second // for whatever a vehicle has to answer
	auditPatience = 5 * time.Second
)

// call is one request whose asker, role and lease have been checked.
type call struct {
	s   *Server
	w   http.ResponseWriter
	r   *http.Request
	who access.Principal // zero on open routes
	// patience is for whatever a vehicle has to answer; 0 is actTimeout.
	patience time.Duration
}

// takeTime allows a long exchange with a vehicle, and the answer to come after it.
func (c *call) takeTime(d time.Duration) {
	c.patience = d
	// A writer without deadlines has none that could be too short.
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(d + writeTimeout - actTimeout))
}

// address is the peer's IP address. Headers like X-Forwarded-For are not believed.
func (c *call) address() string {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		return c.r.RemoteAddr
	}
	return host
}

// act is a context for something that is carried through although the client may go away meanwhile.
func (c *call) act() (context.Context, context.CancelFunc) {
	patience := c.patience
	if patience == 0 {
		patience = actTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), patience)
	stop := context.AfterFunc(c.s.quit, cancel)
	return ctx, func() { stop(); cancel() }
}

// wait is a context for a long reading, which ends when the client goes away or the server stops.
func (c *call) wait(patience time.Duration) (context.Context, context.CancelFunc) {
	c.takeTime(patience)
	ctx, cancel := context.WithTimeout(c.r.Context(), patience)
	stop := context.AfterFunc(c.s.quit, cancel)
	return ctx, func() { stop(); cancel() }
}

// soon tells a client when to try again what is not to be had now.
func (c *call) soon(err error) error {
	if p, ok := errors.AsType[*api.Problem](err); ok && p.Status == http.StatusServiceUnavailable {
		c.w.Header().Set("Retry-After", "5")
	}
	return err
}

// answer writes a JSON object.
func (c *call) answer(v any) error { return c.answerStatus(http.StatusOK, v) }

func (c *call) answerStatus(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(text)+1))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(append(text, '\n')) // the client may be gone
	return nil
}

// download answers with a file.
func (c *call) download(name, kind string, content []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(content) // the client may be gone
	return nil
}

func (c *call) noContent() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// body reads a JSON object strictly: its type, its size, no unknown members, nothing after it.
func (c *call) body(v any) error {
	if err := c.contentType("application/json"); err != nil {
		return err
	}
	text, err := c.raw(maxBody)
	if err != nil {
		return err
	}
	return decode(text, v)
}

// optionalBody is body for requests that need not have one.
func (c *call) optionalBody(v any) error {
	text, err := c.raw(maxBody)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return err
	}
	if err := c.contentType("application/json"); err != nil {
		return err
	}
	return decode(text, v)
}

func (c *call) contentType(want string) error {
	got, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || got != want {
		return api.NewProblem(http.StatusUnsupportedMediaType, "send the body with Content-Type: %s", want)
	}
	return nil
}

func (c *call) raw(limit int64) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return nil, api.BadRequest("the body could not be read: %s", err)
	}
	return text, nil
}

// decode is the strict reading of a JSON object.
func decode(text []byte, v any) error {
	if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || trimmed[0] != '{' {
		return api.BadRequest("the body must be a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return api.BadRequest("the body cannot be used: %s", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return api.BadRequest("there is something after the JSON object")
	}
	return nil
}

// vehicle is the id in the path.
func (c *call) vehicle() (int, error) {
	id, err := strconv.Atoi(c.r.PathValue("id"))
	if err != nil || id < 1 || id > 255 {
		return 0, api.BadRequest("vehicle %q: a MAVLink system id, 1 to 255, is needed", c.r.PathValue("id"))
	}
	return id, nil
}

// float is a number in the query, within limits.
func (c *call) float(name string, low, high float64) (float64, error) {
	text := c.r.URL.Query().Get(name)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || v < low || v > high {
		return 0, api.BadRequest("%s=%q: a number from %g to %g is needed", name, text, low, high)
	}
	return v, nil
}

// integer is a whole number in the query, or a default where it is not given.
func (c *call) integer(name string, otherwise, low, high int64) (int64, error) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < low || v > high {
		return 0, api.BadRequest("%s=%q: a whole number from %d to %d is needed", name, text, low, high)
	}
	return v, nil
}

// flag is a yes or no in the query.
func (c *call) flag(name string) (bool, error) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return false, nil
	}
	v, err := strconv.ParseBool(text)
	if err != nil {
		return false, api.BadRequest("%s=%.20q: true or false is needed", name, text)
	}
	return v, nil
}

// audited does something and records who did it and how it ended, before the answer goes out. What cannot be recorded is
// done all the same and answered: a full disk must not take a vehicle out of its operator's hands.
func (c *call) audited(r access.Record, do func(ctx context.Context) error) error {
	ctx, cancel := c.act()
	defer cancel()
	err := do(ctx)
	r.Who, r.Address = c.who, c.address()
	switch {
	case err == nil && r.Outcome == "":
		r.Outcome = "done"
	case err != nil:
		p, _ := problemOf(err)
		r.Outcome = "refused"
		switch {
		case unknownOutcome(err):
			r.Outcome = access.Unknown
		case p.Status >= http.StatusInternalServerError:
			r.Outcome = "failed"
		}
		if r.Reason != "" {
			r.Reason += "; "
		}
		r.Reason += p.Detail
	}
	record, stop := context.WithTimeout(context.WithoutCancel(ctx), auditPatience)
	defer stop()
	if auditErr := c.s.cfg.Access.Audit(record, r); auditErr != nil {
		c.s.unaudited.Add(1)
		c.s.cfg.Log.Error("an act could not be recorded", "who", c.who.Name, "action", r.Action, "target", r.Target, "error", auditErr)
	}
	return err
}
