package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"vedette/internal/store"
)

// KindIntent is the kind of the events that say what a vehicle is about to be told. The outcome is a KindCommand with the
// same id; an intent without one is a command of which nobody knows what became of it.
const KindIntent = "intent"

// settledKey is the setting that holds up to which event intents have been settled.
const settledKey = "intents/settled"

// settlePage is how many events are read at a time.
const settlePage = 1000

// Intent is a command that is about to be given.
type Intent struct {
	ID      string `json:"id"`            // ULID of the command
	Key     string `json:"key,omitempty"` // by which its sender tells repetitions, empty where it does not
	Vehicle int    `json:"vehicle"`
	Action  string `json:"action"`
	Request any    `json:"request,omitempty"`
}

// PastIntent is an intent of the run before this one, with what became of it.
type PastIntent struct {
	Intent

	Who     string
	At      time.Time
	Outcome string // done, refused, failed or unknown
	Reason  string
}

// Unknown is the outcome of a command that the station had begun when it stopped.
const Unknown = "unknown"

// stopped is why nobody knows.
const stopped = "the station stopped before it heard how this ended: whether the vehicle acted is not known"

// Intend records what somebody is about to tell a vehicle; it is on disk when this returns.
func (a *Access) Intend(ctx context.Context, who string, i Intent) error {
	data, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("encode the intent to %s: %w", i.Action, err)
	}
	if who == "" {
		who = unknown
	}
	_, err = a.cfg.Store.Append(ctx, store.Event{
		Kind: KindIntent, ObservedAt: a.cfg.Now(), Who: who, Key: strconv.Itoa(i.Vehicle), Data: data,
	})
	if err != nil {
		return fmt.Errorf("record the intent to %s: %w", i.Action, err)
	}
	return nil
}

// outcomeData is what the outcome of a command looks like in the log, whoever wrote it.
type outcomeData struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Error   string `json:"error"`
	Detail  struct {
		ID string `json:"id"`
	} `json:"detail"`
	Result struct {
		ID string `json:"id"`
	} `json:"result"`
}

// SettleIntents goes through the commands that were given since it was called last, which is at the start of a station.
// Those without an outcome are recorded as unknown. It returns all of them, the oldest first.
func (a *Access) SettleIntents(ctx context.Context) ([]PastIntent, error) {
	after, err := a.settledUpTo(ctx)
	if err != nil {
		return nil, err
	}
	var past []PastIntent
	place := map[string]int{}
	for {
		events, err := a.cfg.Store.Read(ctx, after, settlePage, KindIntent, KindCommand)
		if err != nil {
			return nil, fmt.Errorf("read earlier commands: %w", err)
		}
		for _, e := range events {
			after = e.Seq
			if e.Kind == KindIntent {
				if p, ok := intentOf(e); ok {
					place[p.ID] = len(past)
					past = append(past, p)
				}
				continue
			}
			if id, outcome, reason := outcomeOf(e); id != "" {
				if i, known := place[id]; known {
					past[i].Outcome, past[i].Reason = outcome, reason
				}
			}
		}
		if len(events) < settlePage {
			break
		}
	}
	for i := range past {
		if past[i].Outcome == "" {
			if err := a.settle(ctx, &past[i]); err != nil {
				return nil, err
			}
		}
	}
	return past, a.cfg.Store.Set(ctx, settledKey, strconv.AppendInt(nil, after, 10))
}

func (a *Access) settledUpTo(ctx context.Context) (int64, error) {
	value, found, err := a.cfg.Store.Get(ctx, settledKey)
	if err != nil || !found {
		return 0, err
	}
	after, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0, errors.Join(errors.New("read which commands are settled"), err)
	}
	return after, nil
}

// settle records that nobody knows how a command ended.
func (a *Access) settle(ctx context.Context, p *PastIntent) error {
	p.Outcome, p.Reason = Unknown, stopped
	return a.Audit(ctx, Record{
		Kind: KindCommand, Who: Principal{Name: p.Who}, Action: p.Action, Target: strconv.Itoa(p.Vehicle),
		Outcome: Unknown, Reason: stopped, Detail: p.Intent,
	})
}

func intentOf(e store.Event) (PastIntent, bool) {
	p := PastIntent{Who: e.Who, At: e.ObservedAt}
	if err := json.Unmarshal(e.Data, &p.Intent); err != nil || p.ID == "" {
		return PastIntent{}, false
	}
	return p, true
}

func outcomeOf(e store.Event) (id, outcome, reason string) {
	var d outcomeData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return "", "", ""
	}
	if d.Detail.ID != "" {
		return d.Detail.ID, d.Outcome, d.Reason
	}
	if d.Error != "" {
		return d.Result.ID, "failed", d.Error
	}
	return d.Result.ID, "done", ""
}
