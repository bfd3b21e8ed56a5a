package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
	"vedette/mavlink/signing"
)

// SigningConfig says where the keys of vehicles are kept and how strict the station is.
type SigningConfig = signing.Config

// SigningKey is the secret of a vehicle and the station.
type SigningKey = signing.Key

// Errors that callers decide on.
var (
	// ErrUntrusted means that the vehicle is not heard on a link that is marked trusted: nothing was sent.
	ErrUntrusted = errors.New("not heard on a trusted link")
	// ErrArmed means that the vehicle is armed: nothing was sent.
	ErrArmed = errors.New("the vehicle is armed")
	// ErrUnconfirmed means that no frame came that shows that the vehicle did what it was told about its key.
	ErrUnconfirmed = errors.New("no frame of the vehicle confirms it")
	// ErrNoKey means that the station has no key of the vehicle.
	ErrNoKey = errors.New("the station has no key of this vehicle")
)

const (
	setupEvery = 500 * time.Millisecond
	setupTries = 12
	setupLook  = 20 * time.Millisecond
	keepEvery  = time.Second
)

// admit checks the signature of a frame. Replayed logs are taken as they are: nobody answers there.
func (s *Service) admit(p *link.Peer, f link.Frame, at time.Time) bool {
	s.hearing.note(p, f.SystemID, at)
	if p.Replayed() {
		return true
	}
	v := s.ring.Admit(signing.Frame{
		System: f.SystemID, Component: f.ComponentID, MessageID: f.MessageID, Signed: f.Signed, Raw: f.Raw, Trusted: p.Trusted(),
	}, at)
	if v == signing.Confirmed {
		s.log.Info("vehicle confirms a change of its key", "vehicle", f.SystemID, "signed", f.Signed)
	}
	return !v.Refused()
}

// seals says by which keys a message leaves: that of its addressee, or, where it is for everybody, those of all vehicles
// at the peer.
func (s *Service) seals(p *link.Peer, target uint8) []link.Seal {
	if !s.ring.Any() {
		return nil
	}
	if target != 0 {
		if sealer, ok := s.ring.KeyOf(target); ok {
			sealer.LinkID = s.linkIDs[p.Link()]
			return []link.Seal{sealer}
		}
		return nil
	}
	var all []link.Seal
	known := make(map[signing.Sealer]bool)
	plain := false
	for _, system := range s.hearing.on(p) {
		sealer, ok := s.ring.KeyOf(system)
		switch {
		case !ok:
			plain = plain || s.systems[system].Load() != nil
		case !known[sealer]:
			known[sealer] = true
			sealer.LinkID = s.linkIDs[p.Link()]
			all = append(all, sealer)
		}
	}
	if plain && len(all) > 0 {
		all = append(all, nil)
	}
	return all
}

// keepKeys writes down what changes about keys, and timestamps ahead of their use.
func (s *Service) keepKeys(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	said := ""
	for {
		err := s.ring.Keep(time.Now())
		// The same complaint is made once, not every second.
		if text := fmt.Sprint(err); text != said {
			said = text
			if err != nil {
				s.log.Error("cannot keep the signing keys", "error", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if !s.ring.Any() {
				return
			}
			if err := s.ring.Save(time.Now()); err != nil {
				s.log.Error("cannot keep the signing keys", "error", err)
			}
			return
		}
	}
}

// SetUpSigning gives a vehicle a key, over a trusted link and while it is disarmed. The station signs with it as soon as
// signed frames come back, and keeps it on disk before that, so that it is not lost whatever happens. It fails with
// ErrUnconfirmed when none came in time; the key stays and is used when they come.
func (s *Service) SetUpSigning(ctx context.Context, id int, key SigningKey) error {
	sys, p, err := s.wayForKeys(id)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := s.ring.Offer(sys.id, key, now); err != nil {
		return err
	}
	message := &common.MessageSetupSigning{
		TargetSystem: sys.id, TargetComponent: sys.component, SecretKey: key, InitialTimestamp: uint64(signing.TimestampOf(now)),
	}
	return s.persist(ctx, p, message, func() bool { st := s.ring.State(sys.id); return st.Key && !st.Pending })
}

// AdoptSigning takes a key that the vehicle has already, from another station. Nothing is sent. A key with which no frame
// of the vehicle was signed in time is not kept.
func (s *Service) AdoptSigning(ctx context.Context, id int, key SigningKey) error {
	if id < 1 || id > 255 {
		return fmt.Errorf("%w: %d", ErrUnknownVehicle, id)
	}
	if err := s.ring.Offer(uint8(id), key, time.Now()); err != nil {
		return err
	}
	err := s.persist(ctx, nil, nil, func() bool { st := s.ring.State(uint8(id)); return st.Key && !st.Pending })
	if err != nil {
		err = errors.Join(err, s.ring.Withdraw(uint8(id), time.Now()))
	}
	return err
}

// EndSigning tells a vehicle to put its key away, over a trusted link and while it is disarmed, and forgets the key when
// unsigned heartbeats come.
func (s *Service) EndSigning(ctx context.Context, id int) error {
	sys, p, err := s.wayForKeys(id)
	if err != nil {
		return err
	}
	if err := s.ring.Leave(sys.id, sys.component); err != nil {
		return ErrNoKey
	}
	message := &common.MessageSetupSigning{TargetSystem: sys.id, TargetComponent: sys.component}
	if err := s.persist(ctx, p, message, func() bool { return !s.ring.State(sys.id).Key }); err != nil {
		return errors.Join(err, s.ring.Withdraw(sys.id, time.Now()))
	}
	return s.ring.Forget(sys.id, time.Now())
}

// ForgetSigning drops the key of a vehicle on our side. The vehicle keeps it: what it signs is then taken unchecked, and
// what we send it refuses, except on a link that it trusts itself, where it can be given a new one.
func (s *Service) ForgetSigning(id int) error {
	if id < 1 || id > 255 {
		return fmt.Errorf("%w: %d", ErrUnknownVehicle, id)
	}
	if st := s.ring.State(uint8(id)); !st.Key && !st.Pending {
		return ErrNoKey
	}
	return s.ring.Forget(uint8(id), time.Now())
}

// wayForKeys finds the trusted way to a vehicle that may be told about its key.
func (s *Service) wayForKeys(id int) (*system, *link.Peer, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, nil, err
	}
	p := s.hearing.trusted(sys.id, time.Now())
	if p == nil {
		return nil, nil, ErrUntrusted
	}
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if sys.state.v.Armed {
		return nil, nil, ErrArmed
	}
	return sys, p, nil
}

// persist sends a message again and again, if there is one, until what it shall bring about is so. An autopilot does not
// acknowledge SETUP_SIGNING.
func (s *Service) persist(ctx context.Context, p *link.Peer, m *common.MessageSetupSigning, done func() bool) error {
	look := time.NewTicker(setupLook)
	defer look.Stop()
	var next time.Time
	for tries := 0; ; {
		if done() {
			return nil
		}
		if now := time.Now(); !now.Before(next) {
			if tries == setupTries {
				return ErrUnconfirmed
			}
			tries++
			next = now.Add(setupEvery)
			if m != nil {
				p.Send(link.Transfer, m)
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrUnconfirmed, ctx.Err())
		}
	}
}
