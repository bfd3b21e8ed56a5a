package mavlink_test

import (
	"context"
	"flag"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait for sockets and clocks and hardly compute.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const patience = 60 * time.Second // a machine may be busy with other tests

// eventually polls until what holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", patience, what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// station runs a service with one UDP server link.
func station(t *testing.T) (*mavlink.Service, string) {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	return s, s.LinkAddr("lan").String()
}

func run(t *testing.T, s *mavlink.Service) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func fly(t *testing.T, cfg mavlinktest.Config) *mavlinktest.Autopilot {
	t.Helper()
	if cfg.Network == "" {
		cfg.Network = "udp"
	}
	a, err := mavlinktest.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { a.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return a
}

// found runs a station and a vehicle until the station has its home and position.
func found(t *testing.T, cfg mavlinktest.Config) (*mavlink.Service, *mavlinktest.Autopilot) {
	t.Helper()
	s, addr := station(t)
	cfg.Address = addr
	if cfg.Lat == 0 {
		cfg.Lat, cfg.Lon, cfg.GroundAMSL = -35.3632610, 149.1652299, 584
	}
	a := fly(t, cfg)
	eventually(t, "the vehicle has a position", func() bool {
		v, ok := s.Vehicle(1)
		return ok && v.Position != nil && v.Home != nil && v.Attitude != nil
	})
	return s, a
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
