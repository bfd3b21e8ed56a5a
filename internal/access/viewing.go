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

// viewingsKey is the setting that holds up to which event viewings have been settled.
const viewingsKey = "viewings/settled"

// The ways to watch.
const (
	MeansWHEP = "whep" // a browser
	MeansRTSP = "rtsp" // other software
	// MeansRecording is a recording, whose name begins the id of the viewing.
	MeansRecording = "recording"
	// MeansSnapshot is one picture.
	MeansSnapshot = "snapshot"
	// MeansPicture is a picture that was kept with an alert, whose id begins the id of the viewing.
	MeansPicture = "alertPicture"
)

// Viewing is one person or program that watches one feed.
type Viewing struct {
	ID      string // of the session
	Who     Principal
	Feed    string
	Means   string // MeansWHEP and so on
	Address string // the peer's IP address, empty where it is not known
	From    time.Time
}

// viewingDetail is the detail of the two records of a viewing.
type viewingDetail struct {
	ID    string    `json:"id"`
	Means string    `json:"means"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to,omitzero"`
}

// viewingCut is why nobody knows when a viewing ended.
const viewingCut = "the station stopped while this was watched: the time is that of its last record"

// BeginViewing records that a viewing begins; it is on disk when this returns.
func (a *Access) BeginViewing(ctx context.Context, v Viewing) error {
	return a.Audit(ctx, Record{
		Kind: KindViewing, Who: v.Who, Action: "watch", Target: v.Feed, Outcome: "done", Address: v.Address,
		Detail: viewingDetail{ID: v.ID, Means: v.Means, From: v.From.UTC()},
	})
}

// EndViewing records that it has ended.
func (a *Access) EndViewing(ctx context.Context, v Viewing, to time.Time) error {
	return a.endViewing(ctx, v, to, "done", "")
}

func (a *Access) endViewing(ctx context.Context, v Viewing, to time.Time, outcome, reason string) error {
	return a.Audit(ctx, Record{
		Kind: KindViewing, Who: v.Who, Action: "watchEnd", Target: v.Feed, Outcome: outcome, Reason: reason, Address: v.Address,
		Detail: viewingDetail{ID: v.ID, Means: v.Means, From: v.From.UTC(), To: to.UTC()},
	})
}

// SettleViewings records the end of the viewings that were going on when the station stopped, as unknown and with the time
// of the last record of that run. It is called at the start of a station, before anything else is recorded. It returns
// how many there were.
func (a *Access) SettleViewings(ctx context.Context) (int, error) {
	after, err := a.settledViewings(ctx)
	if err != nil {
		return 0, err
	}
	last, err := a.lastRecord(ctx)
	if err != nil {
		return 0, err
	}
	open := map[string]Viewing{}
	var order []string
	for {
		events, err := a.cfg.Store.Read(ctx, after, settlePage, KindViewing)
		if err != nil {
			return 0, fmt.Errorf("read earlier viewings: %w", err)
		}
		for _, e := range events {
			after = e.Seq
			v, ended, ok := viewingOf(e)
			switch {
			case !ok:
			case ended:
				delete(open, v.ID)
			default:
				open[v.ID] = v
				order = append(order, v.ID)
			}
		}
		if len(events) < settlePage {
			break
		}
	}
	for _, id := range order {
		if v, still := open[id]; still {
			if err := a.endViewing(ctx, v, last, Unknown, viewingCut); err != nil {
				return 0, err
			}
		}
	}
	return len(open), a.cfg.Store.Set(ctx, viewingsKey, strconv.AppendInt(nil, after, 10))
}

func (a *Access) settledViewings(ctx context.Context) (int64, error) {
	value, found, err := a.cfg.Store.Get(ctx, viewingsKey)
	if err != nil || !found {
		return 0, err
	}
	after, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0, errors.Join(errors.New("read which viewings are settled"), err)
	}
	return after, nil
}

// lastRecord is when the newest event was stored; now where there is none.
func (a *Access) lastRecord(ctx context.Context) (time.Time, error) {
	seq, err := a.cfg.Store.LastSeq(ctx)
	if err != nil {
		return time.Time{}, err
	}
	events, err := a.cfg.Store.Read(ctx, seq-1, 1)
	if err != nil || len(events) == 0 {
		return a.cfg.Now(), err
	}
	return events[0].StoredAt, nil
}

func viewingOf(e store.Event) (v Viewing, ended, ok bool) {
	var d struct {
		Action, Target, Via, Address string
		Role                         Role
		Detail                       viewingDetail
	}
	if err := json.Unmarshal(e.Data, &d); err != nil || d.Detail.ID == "" {
		return Viewing{}, false, false
	}
	return Viewing{
		ID: d.Detail.ID, Who: Principal{Name: e.Who, Role: d.Role, Via: d.Via}, Feed: d.Target, Means: d.Detail.Means,
		Address: d.Address, From: d.Detail.From,
	}, d.Action == "watchEnd", true
}
