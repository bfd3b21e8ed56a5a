package relay

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTooManyViewersAreRefusedAndTheirPlacesComeBack(t *testing.T) {
	t.Parallel()
	most := 200
	if raceEnabled || testing.Short() {
		most = 60
	}
	r, s := open(t, func(c *Config) { c.MaxViewers, c.ConnectTimeout = most, 5*time.Minute })
	peers := make([]*peer, most)
	var wg sync.WaitGroup
	for i := range peers {
		p, offer := newPeer(t, peerConfig{})
		peers[i] = p
		wg.Go(func() { p.open(r, s, offer) })
	}
	wg.Wait()
	_, offer := newPeer(t, peerConfig{})
	_, err := r.Open(t.Context(), s, Request{Offer: offer})
	if !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), fmt.Sprint(most)) {
		t.Fatalf("one more than %d: %v", most, err)
	}
	for _, p := range peers {
		poll(t, "everybody has pictures", func() bool { _, got, _ := p.seen(); return got >= 20 })
	}
	for _, p := range peers[:most/2] {
		if !s.End(p.session.ID) {
			t.Error("a session was not there")
		}
	}
	if got := s.Viewers(); got != most-most/2 {
		t.Errorf("%d viewers are left", got)
	}
	watch(t, r, s, peerConfig{}).awaitMedia()
}

func TestSessionsAreLookedAtWhileTheyAreMade(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	stop, looked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		for {
			select {
			case <-stop:
				return
			default:
				r.Views(s) // the race detector looks on
			}
		}
	}()
	for range 20 {
		p := watch(t, r, s, peerConfig{})
		if !s.End(p.session.ID) {
			t.Error("a session was not there")
		}
	}
	close(stop)
	<-looked
}

func TestViewerThatVanishesIsGone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for ICE to give up, 20 s")
	}
	r, s := open(t, nil)
	mux := socket(t, "127.0.0.1:0")
	p := watch(t, r, s, peerConfig{mux: mux})
	p.awaitMedia()
	if err := mux.Close(); err != nil { // no farewell comes through
		t.Fatal(err)
	}
	deadline := time.Now().Add(60 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); s.Viewers() > 0; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the viewer is still there after 60 s")
		}
	}
	if r.Connections().Lost != 1 || len(r.Views(s)) != 0 {
		t.Errorf("%+v, %d sessions", r.Connections(), len(r.Views(s)))
	}
}

func TestViewerThatNeverComesIsCountedAsUnheard(t *testing.T) {
	t.Parallel()
	r, s := open(t, func(c *Config) { c.ConnectTimeout = 200 * time.Millisecond })
	_, offer := newPeer(t, peerConfig{})
	got, err := r.Open(t.Context(), s, Request{Offer: strings.ReplaceAll(offer, "a=candidate", "a=nothing")})
	if err != nil {
		t.Fatal(err)
	}
	poll(t, "the session is gone", func() bool {
		_, err := r.View(s, got.ID)
		return errors.Is(err, ErrUnknownSession)
	})
	if n := r.Connections(); n.FailedUnheard != 1 {
		t.Errorf("counted %+v", n)
	}
}

func TestAViewerWhoGivesUpIsCountedAsUnheard(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	for i, since := range []time.Duration{0, gaveUpAfter} {
		_, offer := newPeer(t, peerConfig{})
		got, err := r.Open(t.Context(), s, Request{Offer: strings.ReplaceAll(offer, "a=candidate", "a=nothing")})
		if err != nil {
			t.Fatal(err)
		}
		r.mu.Lock()
		r.sessions[got.ID].since = time.Now().Add(-since)
		r.mu.Unlock()
		if !s.End(got.ID) {
			t.Error("the session was not there to end")
		}
		if n := r.Connections(); n.FailedUnheard != uint64(i) {
			t.Errorf("after %v: counted %+v", since, n)
		}
	}
}
