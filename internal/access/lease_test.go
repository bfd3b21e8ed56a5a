package access

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// leaser is what the model drives: the real leases, or a broken twin.
type leaser interface {
	Take(vehicle int, who string, force bool) (Lease, string, error)
	Require(vehicle int, who string) error
	RenewAll(who string)
	Release(vehicle int, who string) error
	Of(vehicle int) (Lease, bool)
	All() []Lease
}

// model is what a lease should be, written as plainly as possible.
type model struct {
	holder  [2]string
	expires [2]time.Time
}

func (m *model) of(v int, now time.Time) string {
	if m.holder[v] != "" && now.Before(m.expires[v]) {
		return m.holder[v]
	}
	return ""
}

// walk takes random steps of two operators and two vehicles and compares each with the model. pick draws from [0, n).
func walk(l leaser, c *clock, steps int, pick func(n int) int) error {
	var m model
	people := [2]string{"ann", "bob"}
	for step := range steps {
		now := c.now()
		who, v := people[pick(2)], pick(2)
		was := m.of(v, now)
		act := pick(6)
		var err error
		switch act {
		case 0, 1:
			force := act == 1
			var previous string
			_, previous, err = l.Take(v, who, force)
			if (err == nil) != (was == "" || was == who || force) {
				return fmt.Errorf("step %d: %s takes %d held by %q, force %v: %w", step, who, v, was, force, err)
			}
			if err == nil {
				if want := was; was != who && previous != want {
					return fmt.Errorf("step %d: previous holder %q, want %q", step, previous, want)
				}
				m.holder[v], m.expires[v] = who, now.Add(LeaseLife)
			}
		case 2:
			err = l.Require(v, who)
			if (err == nil) != (was == who) {
				return fmt.Errorf("step %d: %s commands %d held by %q: %w", step, who, v, was, err)
			}
			if err == nil {
				m.expires[v] = now.Add(LeaseLife)
			}
		case 3:
			err = l.Release(v, who)
			if (err == nil) != (was == who) {
				return fmt.Errorf("step %d: %s releases %d held by %q: %w", step, who, v, was, err)
			}
			if err == nil {
				m.holder[v] = ""
			}
		case 4:
			l.RenewAll(who)
			for i := range m.holder {
				if m.of(i, now) == who {
					m.expires[i] = now.Add(LeaseLife)
				}
			}
		case 5:
			c.move(time.Duration(pick(45)) * time.Second)
		}
		if err := agree(l, &m, c.now()); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	return nil
}

// agree compares every lease with the model.
func agree(l leaser, m *model, now time.Time) error {
	n := 0
	for v := range m.holder {
		want := m.of(v, now)
		lease, held := l.Of(v)
		if held != (want != "") || lease.Holder != want {
			return fmt.Errorf("vehicle %d is held by %q, want %q", v, lease.Holder, want)
		}
		if held {
			n++
			if !lease.ExpiresAt.Equal(m.expires[v]) {
				return fmt.Errorf("lease of %d expires at %v, want %v", v, lease.ExpiresAt, m.expires[v])
			}
		}
	}
	if all := l.All(); len(all) != n {
		return fmt.Errorf("%d leases, want %d: %v", len(all), n, all)
	}
	return nil
}

func TestNoVehicleEverHasTwoHolders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		err := walk(NewLeases(c.now), c, 100, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		if err != nil {
			t.Fatal(err)
		}
	})
	c := newClock()
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a repeatable walk
	if err := walk(NewLeases(c.now), c, 20_000, r.IntN); err != nil {
		t.Fatal(err)
	}
}

// generous forgets to look who holds the lease.
type generous struct{ *Leases }

func (g generous) Take(vehicle int, who string, _ bool) (Lease, string, error) {
	return g.Leases.Take(vehicle, who, true)
}

// timeless renews leases that have expired.
type timeless struct {
	*Leases
	last map[int]string
}

func (l timeless) Take(vehicle int, who string, force bool) (Lease, string, error) {
	lease, previous, err := l.Leases.Take(vehicle, who, force)
	if err == nil {
		l.last[vehicle] = who
	}
	return lease, previous, err
}

func (l timeless) Require(vehicle int, who string) error {
	err := l.Leases.Require(vehicle, who)
	if errors.Is(err, ErrNotHolder) && l.last[vehicle] == who {
		return nil
	}
	return err
}

func TestModelSeesBrokenLeases(t *testing.T) {
	t.Parallel()
	c := newClock()
	for name, twin := range map[string]leaser{
		"takes what another holds": generous{NewLeases(c.now)},
		"never expires":            timeless{NewLeases(c.now), map[int]string{}},
	} {
		r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a repeatable walk
		if err := walk(twin, c, 20_000, r.IntN); err == nil {
			t.Errorf("leases that %s satisfy the model: it proves nothing", name)
		}
	}
}

func TestLeaseErrorsSayWhoHoldsIt(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := NewLeases(c.now)
	if err := l.Require(1, "ann"); !errors.Is(err, ErrNotHolder) {
		t.Errorf("nobody holds it: %v", err)
	}
	first, _, err := l.Take(1, "ann", false)
	must(t, err)
	var held *HeldError
	if err := l.Require(1, "bob"); !errors.As(err, &held) || held.Holder != "ann" {
		t.Errorf("ann holds it: %v", err)
	}
	c.move(30 * time.Second)
	again, _, err := l.Take(1, "ann", false)
	must(t, err)
	if !again.Since.Equal(first.Since) || !again.ExpiresAt.Equal(c.now().Add(LeaseLife)) {
		t.Errorf("renewed lease %+v", again)
	}
}

// TestALeaseIsKeptWhileItsHolderIsServed lets something take five minutes; force takes the lease away all the same.
func TestALeaseIsKeptWhileItsHolderIsServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLeases(time.Now)
		_, _, err := l.Take(1, "ann", false)
		must(t, err)
		end := l.Keep(1, "ann")
		time.Sleep(5 * time.Minute)
		end()
		time.Sleep(LeaseLife - time.Second)
		if held, ok := l.Of(1); !ok || held.Holder != "ann" {
			t.Errorf("a minute later it is %+v", held)
		}
		end = l.Keep(1, "ann")
		_, _, err = l.Take(1, "bob", true)
		must(t, err)
		time.Sleep(LeaseLife + time.Second)
		end()
		if held, ok := l.Of(1); ok {
			t.Errorf("what bob took and left is %+v", held)
		}
	})
}
