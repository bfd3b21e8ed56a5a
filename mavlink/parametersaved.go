package mavlink

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vedette/mavlink/param"
)

const (
	savedSuffix = ".param"
	maxSaved    = 1 << 20
	// maxSets bounds how many sets are kept.
	maxSets = 500
)

// SavedSet is a list of parameters that somebody kept.
type SavedSet struct {
	Name string
	At   time.Time
}

// Errors of saved sets that callers decide on.
var (
	// ErrNoFolder means that the station keeps nothing.
	ErrNoFolder = errors.New("the station has no folder for its data")
	// ErrNoSet means that there is no saved set of that name.
	ErrNoSet = errors.New("no saved set of that name")
)

// setFile is the path of a saved set, whose name is letters, digits, '-', '_', '.' and spaces.
func (s *Service) setFile(name string) (string, error) {
	if s.folder == "" {
		return "", ErrNoFolder
	}
	bad := strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_. ", r))
	})
	if name == "" || len(name) > 64 || bad >= 0 || name[0] == '.' || strings.TrimSpace(name) != name {
		return "", fmt.Errorf("%w: %.70q is no name for a set: up to 64 letters, digits, '-', '_', '.' and spaces", ErrInvalid, name)
	}
	return filepath.Join(s.folder, "parameters", "saved", name+savedSuffix), nil
}

// SaveParameters keeps the parameters of a vehicle under a name, in place of a set of that name.
func (s *Service) SaveParameters(ctx context.Context, id int, name string) error {
	path, err := s.setFile(name)
	if err != nil {
		return err
	}
	sets, err := s.SavedParameters()
	if err != nil {
		return err
	}
	if len(sets) >= maxSets && !slices.ContainsFunc(sets, func(set SavedSet) bool { return set.Name == name }) {
		return fmt.Errorf("%w: %d sets are saved already: remove some", ErrInvalid, len(sets))
	}
	list, err := s.Parameters(ctx, id)
	if err != nil {
		return err
	}
	v, _ := s.Vehicle(id)
	head := fmt.Sprintf("# vehicle %d, %s %s, %s\n", id, v.Autopilot, v.Version, time.Now().UTC().Format(time.RFC3339))
	if err := replaceFile(path, append([]byte(head), param.WritePlain(list)...)); err != nil {
		return fmt.Errorf("save parameters: %w", err)
	}
	return nil
}

// SavedParameters lists the sets by name.
func (s *Service) SavedParameters() ([]SavedSet, error) {
	if s.folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(filepath.Join(s.folder, "parameters", "saved"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list saved parameters: %w", err)
	}
	var sets []SavedSet
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), savedSuffix)
		info, err := e.Info()
		if ok && err == nil && e.Type().IsRegular() {
			sets = append(sets, SavedSet{Name: name, At: info.ModTime().UTC()})
		}
	}
	return sets, nil
}

// SavedSet reads a set.
func (s *Service) SavedSet(name string) ([]Parameter, error) {
	path, err := s.setFile(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoSet
	}
	if err != nil {
		return nil, fmt.Errorf("read saved parameters: %w", err)
	}
	if info.Size() > maxSaved {
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrTooLarge, name, info.Size())
	}
	b, err := os.ReadFile(path) //nolint:gosec // setFile allows no other folder
	if err != nil {
		return nil, fmt.Errorf("read saved parameters: %w", err)
	}
	f, err := param.ReadFile(b)
	if err != nil {
		return nil, fmt.Errorf("read saved parameters %s: %w", name, err)
	}
	return f.Parameters, nil
}

// ParameterMeta gives what is known about a parameter of a vehicle: from the vehicle itself, else from this program.
func (s *Service) ParameterMeta(id int, name string) (param.Meta, bool) {
	sys, err := s.system(id)
	if err != nil {
		return param.Meta{}, false
	}
	uid, _ := sys.hardware()
	if meta, ok := sys.about.find(uid, name); ok {
		return meta, true
	}
	return param.About(sys.pilot.name(), name)
}
