package station

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"vedette/internal/store"
	"vedette/mavlink"
	"vedette/mavlink/mission"
)

const (
	// openPrefix and heldPrefix begin the settings in which uploads that have begun, and what vehicles were seen to hold, are kept.
	openPrefix = "plan/open/"
	heldPrefix = "plan/held/"
	// ledgerPatience is how long a slow disk may hold an upload up. The vehicle stays in its operator's hands.
	ledgerPatience = 500 * time.Millisecond
	// lookEvery is how often uploads that were cut are looked after.
	lookEvery   = time.Second
	readTimeout = 2 * time.Minute
)

// begun is an upload that was started, as it is on disk until its outcome is known.
type begun struct {
	Vehicle int              `json:"vehicle"`
	UID     string           `json:"uid,omitempty"`
	Kind    mavlink.PlanKind `json:"kind"`
	Who     string           `json:"who"`
	At      time.Time        `json:"at"`
	// Plan is what was sent, Before what the vehicle held as far as known.
	Plan      []byte `json:"plan"`
	Digest    string `json:"digest"`
	Before    []byte `json:"before,omitempty"`
	HasBefore bool   `json:"hasBefore"`
	// Ended says how it ended where the station lived to see it.
	Ended string `json:"ended,omitempty"`
}

type planKey struct {
	vehicle int
	kind    mavlink.PlanKind
}

func (k planKey) String() string { return fmt.Sprintf("%d/%s", k.vehicle, k.kind) }

// planLedger remembers on disk what was sent to vehicles, so that after a crash or a cut everything is known again, or said to be
// unknown: when the vehicle is there again, what it holds is read and compared.
type planLedger struct {
	store   *store.Store
	mavlink *mavlink.Service
	record  recorder
	log     *slog.Logger

	mu    sync.Mutex
	open  map[planKey]*begun
	busy  map[planKey]bool // being uploaded now
	notes map[planKey]string
	held  map[planKey][]mavlink.MissionItem
	gates map[int]chan struct{} // one upload to a vehicle at a time
}

// enter waits until no other upload of ours to the vehicle is going on; leave must follow.
func (l *planLedger) enter(ctx context.Context, vehicle int) (leave func(), err error) {
	l.mu.Lock()
	gate := l.gates[vehicle]
	if gate == nil {
		gate = make(chan struct{}, 1)
		l.gates[vehicle] = gate
	}
	l.mu.Unlock()
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", mavlink.ErrBusy, ctx.Err())
	}
}

// newPlanLedger reads what the station before this one left behind.
func newPlanLedger(ctx context.Context, st *store.Store, service *mavlink.Service, record recorder, log *slog.Logger) (*planLedger, error) {
	l := &planLedger{
		store: st, mavlink: service, record: record, log: log,
		open: map[planKey]*begun{}, busy: map[planKey]bool{}, notes: map[planKey]string{}, held: map[planKey][]mavlink.MissionItem{},
		gates: map[int]chan struct{}{},
	}
	left, err := st.List(ctx, openPrefix)
	if err != nil {
		return nil, fmt.Errorf("read uploads that were cut: %w", err)
	}
	for _, s := range left {
		var b begun
		if err := json.Unmarshal(s.Value, &b); err != nil {
			log.Error("an upload that was cut cannot be read", "key", s.Key, "error", err)
			continue
		}
		l.open[planKey{b.Vehicle, b.Kind}] = &b
	}
	known, err := st.List(ctx, heldPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the plans of vehicles: %w", err)
	}
	for _, s := range known {
		var b begun
		if err := json.Unmarshal(s.Value, &b); err != nil {
			continue
		}
		if items, err := mission.Decode(b.Plan); err == nil {
			l.held[planKey{b.Vehicle, b.Kind}] = items
		}
	}
	return l, nil
}

// holds is what a vehicle held when it was last written or read; false where that is not known.
func (l *planLedger) holds(vehicle int, kind mavlink.PlanKind) ([]mavlink.MissionItem, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	items, ok := l.held[planKey{vehicle, kind}]
	return items, ok
}

// note is what people should know about a list; unknown tells that what the vehicle holds is not known since an upload was cut.
func (l *planLedger) note(vehicle int, kind mavlink.PlanKind) (text string, unknown bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := planKey{vehicle, kind}
	_, open := l.open[key]
	return l.notes[key], open && !l.busy[key]
}

// begin records an upload before its first item goes.
func (l *planLedger) begin(ctx context.Context, v mavlink.Vehicle, kind mavlink.PlanKind, who string, items []mavlink.MissionItem) {
	key := planKey{v.ID, kind}
	b := &begun{
		Vehicle: v.ID, UID: v.UID, Kind: kind, Who: who, At: time.Now().UTC(), Plan: mission.Encode(items), Digest: mission.Digest(items),
	}
	l.mu.Lock()
	if before, ok := l.held[key]; ok {
		b.Before, b.HasBefore = mission.Encode(before), true
	}
	l.open[key], l.busy[key] = b, true
	l.mu.Unlock()
	l.keep(ctx, openPrefix+key.String(), b)
}

// end records how an upload ended. What was stored is known then; else it is to be found out.
func (l *planLedger) end(ctx context.Context, vehicle int, kind mavlink.PlanKind, stored []mavlink.MissionItem, failed error, nothingSent bool) {
	key := planKey{vehicle, kind}
	l.mu.Lock()
	b := l.open[key]
	delete(l.busy, key)
	if b == nil {
		l.mu.Unlock()
		return
	}
	if failed == nil || nothingSent {
		delete(l.open, key)
		if failed == nil {
			delete(l.notes, key)
		}
		l.mu.Unlock()
		l.forget(ctx, key)
		if failed == nil {
			l.learn(ctx, vehicle, kind, stored)
		}
		return
	}
	ended := *b
	ended.Ended = failed.Error()
	l.open[key] = &ended
	l.mu.Unlock()
	l.keep(ctx, openPrefix+key.String(), &ended)
}

// learn remembers what a vehicle holds.
func (l *planLedger) learn(ctx context.Context, vehicle int, kind mavlink.PlanKind, items []mavlink.MissionItem) {
	key := planKey{vehicle, kind}
	l.mu.Lock()
	l.held[key] = items
	l.mu.Unlock()
	l.keep(ctx, heldPrefix+key.String(), &begun{Vehicle: vehicle, Kind: kind, At: time.Now().UTC(), Plan: mission.Encode(items)})
}

// unlearn forgets what a vehicle held, since somebody else changed it.
func (l *planLedger) unlearn(vehicle int, kind mavlink.PlanKind) {
	key := planKey{vehicle, kind}
	l.mu.Lock()
	delete(l.held, key)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), ledgerPatience)
	defer cancel()
	if err := l.store.Delete(ctx, heldPrefix+key.String()); err != nil {
		l.log.Error("what a vehicle holds cannot be recorded", "plan", key, "error", err)
	}
}

func (l *planLedger) keep(ctx context.Context, key string, b *begun) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerPatience)
	defer cancel()
	text, err := json.Marshal(b)
	if err == nil {
		err = l.store.Set(ctx, key, text)
	}
	if err != nil {
		l.log.Error("what happens to a plan cannot be recorded", "vehicle", b.Vehicle, "kind", b.Kind, "error", err)
	}
}

func (l *planLedger) forget(ctx context.Context, key planKey) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerPatience)
	defer cancel()
	if err := l.store.Delete(ctx, openPrefix+key.String()); err != nil {
		l.log.Error("the end of an upload cannot be recorded", "plan", key, "error", err)
	}
}

// run finds out what became of uploads that were cut, as soon as their vehicle is there.
func (l *planLedger) run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		for _, b := range l.cut() {
			v, known := l.mavlink.Vehicle(b.Vehicle)
			if !known || v.State != mavlink.Live {
				continue
			}
			if err := l.find(ctx, v, b); err != nil && ctx.Err() == nil {
				l.log.Warn("what became of an upload cannot be found out yet", "vehicle", b.Vehicle, "kind", b.Kind, "error", err)
			}
		}
	}
}

// cut are the uploads of which nobody knows how they ended.
func (l *planLedger) cut() []*begun {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*begun
	for key, b := range l.open {
		if !l.busy[key] {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *begun) int { return a.At.Compare(b.At) })
	return all
}

// find reads what the vehicle holds and says what became of an upload.
func (l *planLedger) find(ctx context.Context, v mavlink.Vehicle, b *begun) error {
	key := planKey{b.Vehicle, b.Kind}
	if b.UID != "" && v.UID != "" && b.UID != v.UID {
		return l.conclude(ctx, key, b, "now another vehicle has this id: what the one before holds is not known")
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	stored, err := l.mavlink.DownloadPlan(ctx, b.Vehicle, b.Kind)
	if err != nil {
		return err
	}
	l.mu.Lock()
	again := l.busy[key] || l.open[key] != b
	l.mu.Unlock()
	if again {
		return nil // somebody sent another one meanwhile
	}
	l.learn(ctx, b.Vehicle, b.Kind, stored)
	return l.conclude(ctx, key, b, b.verdict(stored))
}

func (l *planLedger) conclude(ctx context.Context, key planKey, b *begun, verdict string) error {
	ended := "was cut"
	if b.Ended != "" {
		ended = "did not end well (" + b.Ended + ")"
	}
	text := fmt.Sprintf("the upload of the %s at %s UTC %s: %s", b.Kind, b.At.UTC().Format("15:04:05"), ended, verdict)
	l.mu.Lock()
	delete(l.open, key)
	l.notes[key] = text
	l.mu.Unlock()
	l.forget(ctx, key)
	l.log.Warn("plan of a vehicle", "vehicle", b.Vehicle, "text", text)
	l.mavlink.Tell(b.Vehicle, "warning", "Station: "+text)
	return l.record.append(ctx, kindVehicle, fmt.Sprint(b.Vehicle), "", time.Now(), map[string]any{
		"vehicle": b.Vehicle, "event": "plan", "kind": b.Kind, "uploadedBy": b.Who, "uploadedAt": b.At, "digest": b.Digest, "text": text,
	})
}

// verdict compares what a vehicle holds with what it was sent and with what it held before.
func (b *begun) verdict(stored []mavlink.MissionItem) string {
	sent, err := mission.Decode(b.Plan)
	if err != nil {
		return "what was sent cannot be read any more; the vehicle holds " + countOf(len(stored))
	}
	if mission.Difference(sent, stored) == "" {
		return "the vehicle holds the new plan, " + countOf(len(stored))
	}
	before, err := mission.Decode(b.Before)
	if b.HasBefore && err == nil && mission.Difference(before, stored) == "" {
		return "the vehicle holds the old plan, " + countOf(len(stored))
	}
	same := 0
	for same < min(len(sent), len(stored)) && mission.Difference(sent[same:same+1], stored[same:same+1]) == "" {
		same++
	}
	text := "the vehicle holds neither the old nor the new plan but "
	if !b.HasBefore {
		text = "the vehicle does not hold the new plan but (what it held before is not known) "
	}
	text += countOf(len(stored))
	switch {
	case same == 1:
		text += "; the first of them is the new one"
	case same > 1:
		text += fmt.Sprintf("; the first %d of them are the new ones", same)
	}
	return text
}

func countOf(n int) string {
	if n == 1 {
		return "1 item"
	}
	return fmt.Sprintf("%d items", n)
}

// noted are the lists of a vehicle about which there is something to say.
func (l *planLedger) noted(vehicle int) []mavlink.PlanKind {
	l.mu.Lock()
	defer l.mu.Unlock()
	kinds := map[mavlink.PlanKind]bool{}
	for key := range l.notes {
		if key.vehicle == vehicle {
			kinds[key.kind] = true
		}
	}
	for key := range l.open {
		if key.vehicle == vehicle {
			kinds[key.kind] = true
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// fenceOf is the fence that a vehicle held when it was last written or read.
func (l *planLedger) fenceOf(vehicle int) mission.Areas {
	items, _ := l.holds(vehicle, mavlink.PlanFence)
	areas, err := mission.AreasOf(items)
	if err != nil {
		return mission.Areas{}
	}
	for _, p := range areas.Polygons {
		for _, corner := range p.Points {
			if !corner.Valid() {
				return mission.Areas{}
			}
		}
	}
	return areas
}
