package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"vedette/mavlink"
	"vedette/sim/copter"
	"vedette/sim/impair"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// simulated is a station's MAVLink side and a simulated copter with a wire between them that loses and delays.
func simulated(t *testing.T, p impair.Profile) *mavlink.Service {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Folder: t.TempDir(), Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	t.Cleanup(func() { cancel(); parts.Wait() })
	parts.Go(func() { _ = s.Run(ctx) })
	until(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	wire, err := impair.NewUDP(impair.Config{Listen: "127.0.0.1:0", Target: s.LinkAddr("lan").String(), Up: p, Down: p, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Config{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	drone, err := copter.New(copter.Config{World: w, Drone: scenario.Drone{ID: 1}, Seed: 5, Stations: []string{"udp:" + wire.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	parts.Go(func() { _ = wire.Run(ctx) })
	parts.Go(func() { _ = drone.Run(ctx) })
	until(t, "the vehicle has told what it can", func() bool { v, ok := s.Vehicle(1); return ok && v.Capabilities != 0 && v.UID != "" })
	return s
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TestParametersFilesAndLogsOfASimulatedVehicle is both sides of the wire, which share no code.
func TestParametersFilesAndLogsOfASimulatedVehicle(t *testing.T) {
	t.Parallel()
	s := simulated(t, impair.Profile{Loss: 0.02, Delay: 10 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	began := time.Now()
	all, err := s.Parameters(ctx, 1)
	if err != nil || len(all) < 1000 {
		t.Fatalf("%d parameters, %v", len(all), err)
	}
	t.Logf("%d parameters in %v", len(all), time.Since(began))
	for _, i := range []int{0, 7, len(all) / 2, len(all) - 1} {
		if p, err := s.Parameter(ctx, 1, all[i].Name); err != nil || p.Value != all[i].Value || p.Type != all[i].Type {
			t.Errorf("%+v by message, %+v in the list, %v", p, all[i], err)
		}
	}
	if p, err := s.SetParameter(ctx, 1, "SYSID_MYGCS", 254); err != nil || p.Name != "MAV_GCS_SYSID" || p.Value != 254 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := s.Parameter(ctx, 1, "NO_SUCH_NAME"); !errors.Is(err, mavlink.ErrNoParameter) {
		t.Errorf("%v", err)
	}
	logs, err := s.OnboardLogs(ctx, 1)
	if err != nil || len(logs) == 0 {
		t.Fatalf("%d logs, %v", len(logs), err)
	}
	n := logs[0].ID
	if err := s.DownloadLog(ctx, 1, n, true); err != nil {
		t.Fatal(err)
	}
	until(t, "the log is there", func() bool {
		f, _, _, err := s.OpenLog(1, n)
		return err == nil && f.Close() == nil
	})
	f, _, _, err := s.OpenLog(1, n)
	if err != nil {
		t.Fatal(err)
	}
	byMessages, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	asFile, err := s.ReadFile(ctx, 1, "/APM/LOGS/00000001.BIN", 64<<20)
	if err != nil || !bytes.Equal(asFile, byMessages) || int64(len(asFile)) != logs[0].Size {
		t.Errorf("log %d of %d bytes: %d as a file, %d by messages, %v", n, logs[0].Size, len(asFile), len(byMessages), err)
	}
}
