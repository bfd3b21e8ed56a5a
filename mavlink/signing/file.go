package signing

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// The files of a ring. Keys change when somebody acts; timestamps are written ahead every quarter of a minute, so they
// are kept apart, where a disk that dies in the middle costs no key.
const (
	keysFile  = "keys.json"
	timesFile = "timestamps.json"
)

type keysOnDisk struct {
	Links    map[string]uint8         `json:"links"`
	Vehicles map[string]vehicleOnDisk `json:"vehicles"`
}

type vehicleOnDisk struct {
	Key     string    `json:"key,omitempty"`
	Pending string    `json:"pending,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Given   time.Time `json:"given,omitzero"`
}

type timesOnDisk struct {
	Vehicles map[string]past `json:"vehicles"`
}

func (r *Ring) load() error {
	if err := os.MkdirAll(r.cfg.Folder, 0o700); err != nil {
		return err
	}
	var keys keysOnDisk
	if err := readFile(filepath.Join(r.cfg.Folder, keysFile), &keys); err != nil {
		return fmt.Errorf("%w; if it cannot be mended, move it away: vehicles that have a key must then be given a new one over a trusted link", err)
	}
	var times timesOnDisk
	if err := readFile(filepath.Join(r.cfg.Folder, timesFile), &times); err != nil {
		return fmt.Errorf("%w; it may be removed if the clock of this computer is right", err)
	}
	maps.Copy(r.links, keys.Links)
	for name, p := range times.Vehicles {
		system, err := systemOf(name)
		if err != nil {
			return fmt.Errorf("%s: %w", timesFile, err)
		}
		r.past[system] = p
	}
	for name, v := range keys.Vehicles {
		system, err := systemOf(name)
		if err != nil {
			return fmt.Errorf("%s: %w", keysFile, err)
		}
		if err := r.loadVehicle(system, v); err != nil {
			return fmt.Errorf("%s: vehicle %d: %w", keysFile, system, err)
		}
	}
	return nil
}

func (r *Ring) loadVehicle(system uint8, v vehicleOnDisk) error {
	before := r.past[system]
	g := &guard{system: system, since: v.Since, given: v.Given, streams: before.Streams}
	for text, into := range map[string]**Key{v.Key: &g.key, v.Pending: &g.pending} {
		if text == "" {
			continue
		}
		k, err := ParseKey(text)
		if err != nil {
			return err
		}
		*into = &k
		// Vehicles that share a key share its clock: the latest reserve counts.
		if c := r.clock(k, before.Reserved); c.last < before.Reserved {
			*c = *NewClock(before.Reserved)
		}
	}
	if g.key != nil || g.pending != nil {
		r.guards[system].Store(g)
	}
	return nil
}

func systemOf(name string) (uint8, error) {
	n, err := strconv.ParseUint(name, 10, 8)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no system id", name)
	}
	return uint8(n), nil
}

// Keep writes what has changed, and timestamps ahead where the reserve runs low. It is called once a second or so.
func (r *Ring) Keep(now time.Time) error {
	r.mu.Lock()
	need := r.dirty
	for _, c := range r.clocks {
		_, low := c.Wanted(now)
		need = need || low && len(r.Systems()) > 0
	}
	r.mu.Unlock()
	if !need {
		return nil
	}
	return r.Save(now)
}

// Save writes everything down.
func (r *Ring) Save(now time.Time) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	wanted, keys, times := r.gather(now)
	if r.cfg.Folder != "" {
		if keys != nil {
			if err := writeFile(filepath.Join(r.cfg.Folder, keysFile), keys); err != nil {
				r.soil()
				return fmt.Errorf("save the signing keys: %w", err)
			}
		}
		if err := writeFile(filepath.Join(r.cfg.Folder, timesFile), times); err != nil {
			return fmt.Errorf("save the signing timestamps: %w", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for c, reserve := range wanted {
		c.Grant(reserve)
	}
	return nil
}

// gather takes what is to be written; keys is nil when that file is as it should be.
func (r *Ring) gather(now time.Time) (wanted map[*Clock]Timestamp, keys *keysOnDisk, times timesOnDisk) {
	type copied struct {
		key, pending *Key
		onDisk       vehicleOnDisk
		streams      Streams
	}
	vehicles := make(map[uint8]copied)
	for _, system := range r.Systems() {
		g := r.guard(system)
		g.mu.Lock()
		vehicles[system] = copied{
			key: g.key, pending: g.pending, onDisk: vehicleOnDisk{Key: write(g.key), Pending: write(g.pending), Since: g.since.UTC(), Given: g.given.UTC()},
			streams: Streams{Newest: g.streams.Newest, Last: maps.Clone(g.streams.Last)},
		}
		g.mu.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted = make(map[*Clock]Timestamp)
	times.Vehicles = make(map[string]past)
	for system, p := range r.past {
		times.Vehicles[strconv.Itoa(int(system))] = p
	}
	onDisk := &keysOnDisk{Links: maps.Clone(r.links), Vehicles: make(map[string]vehicleOnDisk)}
	for system, v := range vehicles {
		p := past{Reserved: r.past[system].Reserved, Streams: v.streams}
		for _, k := range []*Key{v.key, v.pending} {
			if k == nil {
				continue
			}
			c := r.clock(*k, 0)
			wanted[c], _ = c.Wanted(now)
			p.Reserved = max(p.Reserved, wanted[c])
		}
		r.past[system] = p
		times.Vehicles[strconv.Itoa(int(system))] = p
		onDisk.Vehicles[strconv.Itoa(int(system))] = v.onDisk
	}
	if r.dirty {
		keys, r.dirty = onDisk, false
	}
	return wanted, keys, times
}

func write(k *Key) string {
	if k == nil {
		return ""
	}
	return hex.EncodeToString(k[:])
}

const maxFile = 1 << 20

// readFile reads one of the files, if it is there, and takes away what others may do with it.
func readFile(path string, into any) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Size() > maxFile {
		return fmt.Errorf("%s has %d bytes", path, info.Size())
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s is damaged: %w", path, err)
	}
	return nil
}

// writeFile replaces a file so that either the old or the new one is there, whatever happens.
func writeFile(path string, v any) (err error) {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what is left of a failure
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
