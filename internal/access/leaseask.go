package access

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// AskLife is how long a request for control stands, and a refusal is shown.
	AskLife = 2 * time.Minute
	// mostAsks bounds the requests for one vehicle.
	mostAsks = 8
)

// Errors of requests for control.
var (
	ErrNobodyHolds = errors.New("nobody holds the control lease: take control")
	ErrYouHold     = errors.New("you hold the control lease yourself")
	ErrNoAsk       = errors.New("there is no such request any more")
	ErrManyAsks    = fmt.Errorf("%d others ask for control already", mostAsks)
)

// Ask is a request for the lease that another holds.
type Ask struct {
	Who     string
	Reason  string
	At      time.Time
	Refused bool
	Note    string // why it was refused
}

// asksOf are the requests for a vehicle that stand. The caller holds mu.
func (l *Leases) asksOf(vehicle int, now time.Time) []Ask {
	lease, held := l.current(vehicle, now)
	if !held {
		delete(l.asks, vehicle)
		return nil
	}
	kept := slices.DeleteFunc(l.asks[vehicle], func(a Ask) bool { return now.Sub(a.At) >= AskLife || a.Who == lease.Holder })
	if len(kept) == 0 {
		delete(l.asks, vehicle)
		return nil
	}
	l.asks[vehicle] = kept
	return kept
}

// Asks are the requests for a vehicle, the oldest first.
func (l *Leases) Asks(vehicle int) []Ask {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asksOf(vehicle, l.now()))
}

// AskFor asks the holder of a vehicle's lease for it; asking again replaces the request.
func (l *Leases) AskFor(vehicle int, who, reason string) (holder string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	lease, held := l.current(vehicle, now)
	switch {
	case !held:
		return "", ErrNobodyHolds
	case lease.Holder == who:
		return "", ErrYouHold
	}
	others := slices.DeleteFunc(l.asksOf(vehicle, now), func(a Ask) bool { return a.Who == who })
	if len(others) >= mostAsks {
		return "", ErrManyAsks
	}
	l.asks[vehicle] = append(others, Ask{Who: who, Reason: reason, At: now})
	return lease.Holder, nil
}

// TakeBack withdraws a request.
func (l *Leases) TakeBack(vehicle int, who string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.asksOf(vehicle, l.now())
	after := slices.DeleteFunc(slices.Clone(before), func(a Ask) bool { return a.Who == who })
	if len(after) == len(before) {
		return ErrNoAsk
	}
	l.asks[vehicle] = after
	return nil
}

// Grant hands a lease from its holder to somebody who asked for it.
func (l *Leases) Grant(vehicle int, holder, to string) (Lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if _, err := l.asked(vehicle, holder, to, now); err != nil {
		return Lease{}, err
	}
	lease := Lease{Vehicle: vehicle, Holder: to, Since: now, ExpiresAt: now.Add(LeaseLife)}
	l.held[vehicle] = lease
	return lease, nil
}

// Refuse answers a request with no; who asked sees it until it has run out.
func (l *Leases) Refuse(vehicle int, holder, to, note string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	i, err := l.asked(vehicle, holder, to, now)
	if err != nil {
		return err
	}
	ask := &l.asks[vehicle][i]
	ask.Refused, ask.Note, ask.At = true, note, now
	return nil
}

// asked finds a request that its holder may answer. The caller holds mu.
func (l *Leases) asked(vehicle int, holder, by string, now time.Time) (int, error) {
	lease, held := l.current(vehicle, now)
	switch {
	case !held:
		return 0, ErrNotHolder
	case lease.Holder != holder:
		return 0, &HeldError{Holder: lease.Holder, ExpiresAt: lease.ExpiresAt}
	}
	i := slices.IndexFunc(l.asksOf(vehicle, now), func(a Ask) bool { return a.Who == by && !a.Refused })
	if i < 0 {
		return 0, ErrNoAsk
	}
	return i, nil
}
