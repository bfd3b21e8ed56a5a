package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"vedette/internal/config"
	"vedette/internal/store"
	"vedette/sensors"
)

// amendPrefix begins the keys of settings that hold what was changed beside the file: amend/SECTION/NAME.
const amendPrefix = "amend/"

// amendment is what somebody changed of one entry of the configuration. The file stays as it was written; this goes before it.
type amendment struct {
	Entry string    `json:"entry,omitempty"` // in the words of the file; empty: removed
	Base  string    `json:"base,omitempty"`  // what the file said of it then; empty: nothing
	Who   string    `json:"who"`
	At    time.Time `json:"at"`
}

type amendKey struct {
	section config.Section
	id      string
}

func (k amendKey) setting() string { return amendPrefix + string(k.section) + "/" + k.id }

// amendments are the changes beside the file, and the configuration that comes of both.
type amendments struct {
	store *store.Store
	log   *slog.Logger
	file  config.Config // as it was written
	began config.Config // what the rooms were built from
	// apply has the rooms follow a change of one entry; set once, before anybody changes one.
	apply func(ctx context.Context, k amendKey, next config.Config) error

	changing sync.Mutex // serialises changes; taken before mu, never while holding it

	mu  sync.Mutex
	now config.Config
	all map[amendKey]amendment
	bad map[amendKey]string // why one does not hold
}

// readAmendments puts what was changed beside the file into what the file says. A change that the file has caught up with is
// forgotten; one that breaks a rule, since the file has changed, is left out and told.
func readAmendments(ctx context.Context, st *store.Store, file config.Config, log *slog.Logger) (*amendments, error) {
	a := &amendments{store: st, log: log, file: file, now: file, all: map[amendKey]amendment{}, bad: map[amendKey]string{}}
	kept, err := st.List(ctx, amendPrefix)
	if err != nil {
		return nil, fmt.Errorf("read what was changed beside the file: %w", err)
	}
	for _, one := range kept {
		section, id, _ := strings.Cut(strings.TrimPrefix(one.Key, amendPrefix), "/")
		k := amendKey{config.Section(section), id}
		var am amendment
		if err := json.Unmarshal(one.Value, &am); err != nil {
			return nil, fmt.Errorf("read %s, changed beside the file: %w", one.Key, err)
		}
		if written, _ := file.Entry(k.section, id); written == am.Entry {
			if err := st.Delete(ctx, one.Key); err != nil {
				return nil, fmt.Errorf("forget %s, which the file says too: %w", one.Key, err)
			}
			continue
		}
		a.all[k] = am
		next, err := amended(a.now, k, am.Entry)
		if err != nil {
			a.bad[k] = err.Error()
			log.Warn("a change beside the file does not hold any more", "section", k.section, "name", id, "who", am.Who, "problem", err)
			continue
		}
		a.now = next
	}
	a.began = a.now
	if len(a.all) > 0 {
		log.Info("entries are changed beside the file", "entries", len(a.all))
	}
	return a, nil
}

// Check tells what the rooms find wrong with a configuration that the check of the file has passed: zones that cross themselves, and
// sensors that listen to the same sender.
func Check(file config.Config) error {
	list, gateways := sensorConfigs(file)
	problems := []error{sensors.Check(sensors.Config{Sensors: list, Gateways: gateways})}
	for i, z := range file.Zones {
		if _, err := zonesOf([]config.Zone{z}); err != nil {
			problems = append(problems, fmt.Errorf("zones[%d]: %w", i, err))
		}
	}
	return errors.Join(problems...)
}

// amended is a configuration with one entry changed, checked as the file is and as the rooms do.
func amended(cfg config.Config, k amendKey, entry string) (config.Config, error) {
	next, err := cfg.Amend(k.section, k.id, entry)
	if err != nil || entry == "" {
		return next, err
	}
	switch k.section {
	case config.Sensors:
		list, gateways := sensorConfigs(next)
		err = sensors.Check(sensors.Config{Sensors: list, Gateways: gateways})
	case config.Zones:
		for _, z := range next.Zones {
			if z.ID == k.id {
				_, err = zonesOf([]config.Zone{z})
			}
		}
	case config.Feeds, config.Links: // the check of the file is all
	}
	if err != nil {
		return cfg, fmt.Errorf("%w: %w", config.ErrEntry, err)
	}
	return next, nil
}

// entry is what holds of an entry now, and what the file says of it.
func (a *amendments) entry(k amendKey) (now, file string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, _ = a.now.Entry(k.section, k.id)
	file, _ = a.file.Entry(k.section, k.id)
	return now, file
}

// change puts an entry in the place of what holds, empty: removes it. What is changed is on disk before the rooms follow; where they
// cannot, it is taken back.
func (a *amendments) change(ctx context.Context, who string, k amendKey, entry string) error {
	a.mu.Lock()
	before := a.now
	held, changed := a.all[k]
	a.mu.Unlock()
	next, err := amended(before, k, entry)
	if err != nil {
		return err
	}
	written, _ := a.file.Entry(k.section, k.id)
	am := amendment{Base: written, Who: who, At: time.Now().UTC().Truncate(time.Millisecond)}
	am.Entry, _ = next.Entry(k.section, k.id)
	asWritten := am.Entry == written
	if err := a.keep(ctx, k, am, !asWritten); err != nil {
		return err
	}
	if err := a.apply(ctx, k, next); err != nil {
		if back := a.keep(context.WithoutCancel(ctx), k, held, changed); back != nil {
			a.log.Error("a change that was not made stands in the store", "section", k.section, "name", k.id, "error", back)
		}
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = next
	delete(a.bad, k)
	if asWritten {
		delete(a.all, k)
	} else {
		a.all[k] = am
	}
	return nil
}

// keep writes an amendment, or forgets it.
func (a *amendments) keep(ctx context.Context, k amendKey, am amendment, is bool) error {
	if !is {
		return a.store.Delete(ctx, k.setting())
	}
	raw, err := json.Marshal(am)
	if err != nil {
		return err
	}
	return a.store.Set(ctx, k.setting(), raw)
}
