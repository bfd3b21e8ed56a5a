package access

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// LeaseLife is how long a lease lasts after its holder's last command, renewal or sign of life.
const LeaseLife = 60 * time.Second

// ErrNotHolder says that a vehicle is commanded without its lease.
var ErrNotHolder = errors.New("nobody holds the control lease: take control first")

// HeldError says that somebody else holds the lease.
type HeldError struct {
	Holder    string
	ExpiresAt time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s holds the control lease: ask for it, or take it by force with a reason", e.Holder)
}

// Lease is the right of one person or program to command a vehicle.
type Lease struct {
	Vehicle   int // MAVLink system id
	Holder    string
	Since     time.Time
	ExpiresAt time.Time
}

// Leases hold at most one lease for each vehicle. Expiry is by the clock that NewLeases was given; with time.Now that is
// the monotonic one.
type Leases struct {
	now func() time.Time

	mu   sync.Mutex
	held map[int]Lease
	asks map[int][]Ask
}

// NewLeases makes an empty set of leases.
func NewLeases(now func() time.Time) *Leases {
	return &Leases{now: now, held: map[int]Lease{}, asks: map[int][]Ask{}}
}

// current is the lease of a vehicle that has not expired. The caller holds mu.
func (l *Leases) current(vehicle int, now time.Time) (Lease, bool) {
	lease, ok := l.held[vehicle]
	if ok && !now.Before(lease.ExpiresAt) {
		delete(l.held, vehicle)
		return Lease{}, false
	}
	return lease, ok
}

// Take takes or renews the lease of a vehicle; with force also from another holder, who is returned as the previous one.
// Without force a lease that another holds is a *HeldError.
func (l *Leases) Take(vehicle int, who string, force bool) (lease Lease, previous string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	lease, held := l.current(vehicle, now)
	switch {
	case held && lease.Holder == who:
		lease.ExpiresAt = now.Add(LeaseLife)
	case held && !force:
		return Lease{}, "", &HeldError{Holder: lease.Holder, ExpiresAt: lease.ExpiresAt}
	default:
		previous = lease.Holder
		lease = Lease{Vehicle: vehicle, Holder: who, Since: now, ExpiresAt: now.Add(LeaseLife)}
	}
	l.held[vehicle] = lease
	return lease, previous, nil
}

// Require renews the lease that somebody must hold to command a vehicle: ErrNotHolder where nobody holds it, *HeldError
// where another does.
func (l *Leases) Require(vehicle int, who string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	lease, held := l.current(vehicle, now)
	switch {
	case !held:
		return ErrNotHolder
	case lease.Holder != who:
		return &HeldError{Holder: lease.Holder, ExpiresAt: lease.ExpiresAt}
	}
	lease.ExpiresAt = now.Add(LeaseLife)
	l.held[vehicle] = lease
	return nil
}

// Keep renews a lease that somebody holds until end is called, and then once more: for what takes longer than the lease
// lasts, as a long list over a bad link. It never takes a lease that has gone to somebody else.
func (l *Leases) Keep(vehicle int, who string) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(LeaseLife / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = l.Require(vehicle, who) // whoever has lost it keeps it lost
			case <-done:
				_ = l.Require(vehicle, who)
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// RenewAll renews every lease that somebody holds; one that has expired stays so.
func (l *Leases) RenewAll(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for vehicle := range l.held {
		if lease, held := l.current(vehicle, now); held && lease.Holder == who {
			lease.ExpiresAt = now.Add(LeaseLife)
			l.held[vehicle] = lease
		}
	}
}

// Release gives a lease back, with the errors of Require.
func (l *Leases) Release(vehicle int, who string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	lease, held := l.current(vehicle, l.now())
	switch {
	case !held:
		return ErrNotHolder
	case lease.Holder != who:
		return &HeldError{Holder: lease.Holder, ExpiresAt: lease.ExpiresAt}
	}
	delete(l.held, vehicle)
	return nil
}

// Of is the lease of a vehicle, if somebody holds it.
func (l *Leases) Of(vehicle int) (Lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current(vehicle, l.now())
}

// All are the leases that hold now, by vehicle.
func (l *Leases) All() []Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	all := make([]Lease, 0, len(l.held))
	for vehicle := range l.held {
		if lease, held := l.current(vehicle, now); held {
			all = append(all, lease)
		}
	}
	slices.SortFunc(all, func(a, b Lease) int { return cmp.Compare(a.Vehicle, b.Vehicle) })
	return all
}
