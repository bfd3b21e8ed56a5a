package ui

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	// answerKept is how long the answer to a request with a key is given again to the same request.
	answerKept = 15 * time.Minute
	maxKept    = 2048
	maxKey     = 64
	// intentPatience is how long the record of what is about to be done may hold it up.
	intentPatience = 500 * time.Millisecond
)

// keptKey is who asked for which vehicle, and by which key they tell repetitions.
type keptKey struct {
	who     string
	vehicle int
	key     string
}

// kept is a request that carried a key. Until ended it is being carried out.
type kept struct {
	digest [sha256.Size]byte
	since  time.Time
	ended  bool
	result api.CommandResult
	err    error
	// before tells that the station has been started since: the request itself is not known any more.
	before bool
}

// repeats knows the requests of late, so that one that comes again is not done again: whoever lost an answer on the way
// may ask once more with the same key.
type repeats struct {
	mu  sync.Mutex
	all map[keptKey]*kept
}

// begin starts a request: nil says that it is a new one, which end must follow.
func (r *repeats) begin(k keptKey, digest [sha256.Size]byte, now time.Time) (*kept, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.all[k]; ok && now.Sub(known.since) < answerKept {
		switch {
		case !known.before && known.digest != digest:
			return nil, api.Conflict("the key %q was used for another request: use a new key for each command", k.key)
		case !known.ended:
			return nil, api.Conflict("the same request is being carried out: ask again for its answer")
		}
		return known, nil
	}
	if len(r.all) >= maxKept {
		r.prune(now)
	}
	if len(r.all) >= maxKept {
		return nil, api.Unavailable("too many requests with keys within %d minutes: send this one without a key", int(answerKept.Minutes()))
	}
	r.all[k] = &kept{digest: digest, since: now}
	return nil, nil
}

func (r *repeats) end(k keptKey, result api.CommandResult, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.all[k]; ok {
		e.ended, e.result, e.err = true, result, err
	}
}

// prune forgets what is old. The caller holds mu.
func (r *repeats) prune(now time.Time) {
	for k, e := range r.all {
		if now.Sub(e.since) >= answerKept {
			delete(r.all, k)
		}
	}
}

// newRepeats begins with what the log says of the run before this one.
func newRepeats(past []access.PastIntent) *repeats {
	r := &repeats{all: map[keptKey]*kept{}}
	for _, p := range past {
		if p.Key == "" || len(r.all) >= maxKept {
			continue
		}
		e := &kept{since: p.At, ended: true, before: true}
		switch p.Outcome {
		case "done":
			e.result = api.CommandResult{ID: p.ID, Vehicle: p.Vehicle, Command: p.Action, Result: "accepted"}
		case access.Unknown:
			e.err = api.NoAcknowledgement("%s", p.Reason)
		default:
			e.err = api.Conflict("this was asked before the station was started anew, and %s then: %s", p.Outcome, p.Reason)
		}
		r.all[keptKey{p.Who, p.Vehicle, p.Key}] = e
	}
	return r
}

// key is what the client tells repetitions by: the header Idempotency-Key, or the id in the body.
func (c *call) key(bodyID string) (string, error) {
	key := strings.Trim(c.r.Header.Get("Idempotency-Key"), `"`)
	switch {
	case key == "":
		return bodyID, nil
	case bodyID != "" && bodyID != key:
		return "", api.BadRequest("id and Idempotency-Key differ: give one of them, or the same in both")
	case len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", api.BadRequest("Idempotency-Key: 1 to %d characters of printable ASCII are needed", maxKey)
	}
	return key, nil
}

// act is something that a vehicle is told.
type act struct {
	name    string
	id      string // ULID, empty: a new one
	request any
	// intended is recorded before it is done, so that it is known or said to be unknown after a crash.
	intended bool
	do       func(ctx context.Context, vehicle int, id string) (api.CommandResult, error)
}

// tell has a vehicle do something, records it, and answers with the result.
func (c *call) tell(name string, request any, do func(ctx context.Context, id int) (api.CommandResult, error)) error {
	return c.tellOnce(act{name: name, request: request, do: func(ctx context.Context, vehicle int, _ string) (api.CommandResult, error) {
		return do(ctx, vehicle)
	}})
}

// tellOnce is tell of something that is done only once for each key that it carries.
func (c *call) tellOnce(a act) error {
	vehicle, err := c.vehicle()
	if err != nil {
		return err
	}
	key, err := c.key(a.id)
	if err != nil {
		return err
	}
	if a.id == "" {
		a.id = ulid.Make().String()
	}
	if key == "" {
		result, err := c.carryOut(vehicle, key, a)
		if err != nil {
			return err
		}
		return c.answer(result)
	}
	text, err := json.Marshal(a.request)
	if err != nil {
		return fmt.Errorf("read the request again: %w", err)
	}
	k := keptKey{c.who.Name, vehicle, key}
	before, err := c.s.repeats.begin(k, sha256.Sum256(append([]byte(a.name+"\n"), text...)), time.Now())
	if err != nil {
		return err
	}
	var result api.CommandResult
	if before != nil {
		c.w.Header().Set("Idempotency-Replayed", "true")
		result, err = before.result, before.err
	} else {
		result, err = c.carryOut(vehicle, key, a)
		c.s.repeats.end(k, result, err)
	}
	if err != nil {
		return err
	}
	return c.answer(result)
}

// carryOut does it and records it.
func (c *call) carryOut(vehicle int, key string, a act) (result api.CommandResult, err error) {
	if a.intended {
		c.intend(access.Intent{ID: a.id, Key: key, Vehicle: vehicle, Action: a.name, Request: a.request})
	}
	record := access.Record{
		Kind: access.KindCommand, Action: a.name, Target: idText(vehicle), Detail: commandRecord{ID: a.id, Request: a.request},
	}
	err = c.audited(record, func(ctx context.Context) error {
		start := time.Now()
		var err error
		result, err = a.do(ctx, vehicle, a.id)
		if result.ID == "" {
			result.ID = a.id
		}
		complete(&result, vehicle, a.name, time.Since(start))
		return err
	})
	return result, err
}

// intend records what is about to be done. A disk that fails holds nothing up: the vehicle stays in its operator's hands.
func (c *call) intend(i access.Intent) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), intentPatience)
	defer cancel()
	if err := c.s.cfg.Access.Intend(ctx, c.who.Name, i); err != nil {
		c.s.unaudited.Add(1)
		c.s.cfg.Log.Error("an intent could not be recorded", "who", c.who.Name, "action", i.Action, "vehicle", i.Vehicle, "error", err)
	}
}

// unknownOutcome tells that an error leaves open whether something was done.
func unknownOutcome(err error) bool {
	p, ok := errors.AsType[*api.Problem](err)
	return ok && p.Status == http.StatusGatewayTimeout || errors.Is(err, context.DeadlineExceeded)
}
