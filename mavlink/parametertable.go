package mavlink

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"vedette/mavlink/param"
)

// parameterTable is what was last read of a vehicle's parameters, kept up to date with what it tells since.
type parameterTable struct {
	mu   sync.Mutex
	all  map[string]Parameter
	hash *uint32
	// at is when the list was read; session is the session of the vehicle in which it was, or -1 for one from before.
	at      time.Time
	session int
}

const noSession = -1

func (s *system) presentSession() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.session
}

// replace takes a whole list.
func (t *parameterTable) replace(list []Parameter, hash *uint32, session int, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = make(map[string]Parameter, len(list))
	for _, p := range list {
		t.all[p.Name] = p
	}
	t.hash, t.session, t.at = hash, session, at
}

// confirm gives the list where the vehicle's sum says that it is still right.
func (t *parameterTable) confirm(hash *uint32, session int, at time.Time) ([]Parameter, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil || t.hash == nil || hash == nil || *t.hash != *hash {
		return nil, false
	}
	t.session, t.at = session, at
	return t.list(), true
}

func (t *parameterTable) list() []Parameter {
	out := make([]Parameter, 0, len(t.all))
	for _, name := range slices.Sorted(maps.Keys(t.all)) {
		out = append(out, t.all[name])
	}
	return out
}

// snapshot gives the list and its age; ok is false where there is none.
func (t *parameterTable) snapshot(session int) (list []Parameter, at time.Time, verified, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.list(), t.at, t.session == session, t.all != nil
}

// find looks a name up, or the one that it has in other versions.
func (t *parameterTable) find(name string) (Parameter, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := param.Find(name, func(name string) bool { _, ok := t.all[name]; return ok })
	return t.all[known], ok
}

// note takes a value that the vehicle told outside of a listing.
func (t *parameterTable) note(p Parameter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil || !param.ValidName(p.Name) {
		return
	}
	now := t.complete(p)
	if was, ok := t.all[p.Name]; !ok || was.Value != now.Value {
		t.hash = nil // PX4's sum is another one now
	}
	t.all[p.Name] = now
}

// completed adds to what came in a message what a message cannot carry: the default, and digits of large whole numbers.
func (t *parameterTable) completed(p Parameter) Parameter {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.complete(p)
}

func (t *parameterTable) complete(p Parameter) Parameter {
	was, ok := t.all[p.Name]
	if !ok || was.Type != p.Type {
		return p
	}
	p.Default = was.Default
	if p.Integer() && float64(float32(was.Value)) == p.Value {
		p.Value = was.Value
	}
	return p
}

// ParameterList is what is known of a vehicle's parameters without asking it.
type ParameterList struct {
	Parameters []Parameter
	// At is when the list was read.
	At time.Time
	// Verified tells that it was read since the vehicle was last found, or lost, or rebooted. What it told since is in it.
	Verified bool
	// About says where what is known about the parameters comes from: "vehicle", or why the vehicle tells nothing; empty while
	// it was not asked.
	About string
}

// KnownParameters gives the parameters as they were last read, from this visit or, by the hardware's own id and the version of
// the firmware, from an earlier one; false where they never were. A list that is not verified is being verified from
// now on.
func (s *Service) KnownParameters(id int) (ParameterList, bool, error) {
	sys, err := s.system(id)
	if err != nil {
		return ParameterList{}, false, err
	}
	s.recall(sys)
	session := sys.presentSession()
	list, at, verified, ok := sys.table.snapshot(session)
	if ok && !verified {
		s.verify(id, sys)
	}
	uid, _ := sys.hardware()
	about := sys.about.complete(uid, list)
	return ParameterList{Parameters: list, At: at, Verified: verified, About: about}, ok, nil
}

// verify reads the list again while nobody waits for it.
func (s *Service) verify(id int, sys *system) {
	if !sys.verifying.CompareAndSwap(false, true) {
		return
	}
	started := s.tasks.start(func(ctx context.Context) {
		defer sys.verifying.Store(false)
		ctx, cancel := context.WithTimeout(ctx, verifyTime)
		defer cancel()
		if _, err := s.Parameters(ctx, id); err != nil {
			sys.log.Info("parameters from an earlier visit could not be verified", "error", err)
		}
	})
	if !started {
		sys.verifying.Store(false)
	}
}

// verifyTime is enough for a list over the slowest link.
const verifyTime = 10 * time.Minute
