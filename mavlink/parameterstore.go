package mavlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vedette/mavlink/param"
)

// storedParameters is a list in the folder of the station.
type storedParameters struct {
	UID        string            `json:"uid"`
	Version    string            `json:"version"`
	At         time.Time         `json:"at"`
	Hash       *uint32           `json:"hash,omitempty"`
	Parameters []storedParameter `json:"parameters"`
}

type storedParameter struct {
	Name    string     `json:"name"`
	Value   float64    `json:"value"`
	Type    param.Type `json:"type"`
	Default *float64   `json:"default,omitempty"`
}

// maxStored bounds what is read back from the folder.
const maxStored = 8 << 20

// hardware is the vehicle's own id and its firmware, "" while they are not known.
func (s *system) hardware() (uid, version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	uid = s.state.v.UID
	if strings.Trim(uid, "0") == "" || strings.ContainsAny(uid, `/\.`) {
		return "", ""
	}
	return uid, s.state.v.Version
}

func (s *Service) parameterFile(uid string) string {
	return filepath.Join(s.folder, "parameters", uid+".json")
}

// keep writes a list to the folder, in which an earlier one is replaced whole or not at all.
func (s *Service) keep(sys *system) {
	uid, version := sys.hardware()
	if s.folder == "" || uid == "" {
		return
	}
	sys.table.mu.Lock()
	out := storedParameters{UID: uid, Version: version, At: sys.table.at.UTC(), Hash: sys.table.hash}
	for _, p := range sys.table.list() {
		if param.Check(p.Value, 0) == nil {
			out.Parameters = append(out.Parameters, storedParameter(p))
		}
	}
	sys.table.mu.Unlock()
	b, err := json.Marshal(out)
	if err == nil {
		err = replaceFile(s.parameterFile(uid), b)
	}
	if err != nil {
		sys.log.Warn("the parameters could not be kept for the next visit", "error", err)
	}
}

// recall reads the list of an earlier visit where nothing is known yet.
func (s *Service) recall(sys *system) {
	uid, version := sys.hardware()
	if s.folder == "" || uid == "" {
		return
	}
	sys.table.mu.Lock()
	known := sys.table.all != nil
	sys.table.mu.Unlock()
	if known {
		return
	}
	stored, err := readStored(s.parameterFile(uid))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		sys.log.Warn("the parameters of an earlier visit cannot be used", "error", err)
		return
	}
	if stored.UID != uid || stored.Version != version {
		return // another firmware has other parameters
	}
	list := make([]Parameter, 0, len(stored.Parameters))
	for _, p := range stored.Parameters {
		if param.ValidName(p.Name) {
			list = append(list, Parameter(p))
		}
	}
	sys.table.mu.Lock()
	known = sys.table.all != nil
	sys.table.mu.Unlock()
	if !known {
		sys.table.replace(list, stored.Hash, noSession, stored.At)
	}
}

func readStored(path string) (storedParameters, error) {
	var stored storedParameters
	info, err := os.Stat(path)
	if err != nil {
		return stored, err
	}
	if info.Size() > maxStored {
		return stored, fmt.Errorf("%s has %d bytes", path, info.Size())
	}
	b, err := os.ReadFile(path) //nolint:gosec // the name is an id in hex
	if err != nil {
		return stored, err
	}
	if err := json.Unmarshal(b, &stored); err != nil {
		return stored, fmt.Errorf("read %s: %w", path, err)
	}
	return stored, nil
}

// replaceFile writes a file beside the one that it then replaces, so that a cut leaves the old one.
func replaceFile(path string, b []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
