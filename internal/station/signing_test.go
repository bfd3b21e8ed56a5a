package station

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
	"vedette/ui/api"
)

func untilTrue(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatal("still not: " + what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// wired runs the MAVLink room with a vehicle that knows signing.
func wired(t *testing.T, trusted bool) (*wires, *mavlinktest.Guard) {
	t.Helper()
	folder := t.TempDir()
	s, err := mavlink.New(mavlink.Config{
		Links:     []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0", Trusted: trusted}},
		Signing:   mavlink.SigningConfig{Folder: filepath.Join(folder, "signing")},
		Telemetry: mavlink.TelemetryConfig{Folder: filepath.Join(folder, "telemetry")},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	t.Cleanup(func() { cancel(); parts.Wait() })
	parts.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	untilTrue(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	guard := mavlinktest.NewGuard(nil)
	a, err := mavlinktest.New(mavlinktest.Config{Network: "udp", Address: s.LinkAddr("lan").String(), Guard: guard})
	if err != nil {
		t.Fatal(err)
	}
	parts.Go(func() { a.Run(ctx) })
	untilTrue(t, "the vehicle is heard", func() bool { _, ok := s.Vehicle(1); return ok })
	return &wires{mavlink: s}, guard
}

func problemOf(t *testing.T, err error, status int, words string) {
	t.Helper()
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != status || !strings.Contains(p.Detail, words) {
		t.Errorf("%v, want %d with %q", err, status, words)
	}
}

func TestAVehicleGetsItsKeyThroughTheAPI(t *testing.T) {
	t.Parallel()
	w, _ := wired(t, false)
	ctx := t.Context()
	problemOf(t, w.SetSigning(ctx, 1, api.SigningRequest{Mode: "setUp"}), http.StatusConflict, "trusted: true")
	problemOf(t, w.SetSigning(ctx, 1, api.SigningRequest{Mode: "adopt", Key: "ab"}), http.StatusBadRequest, "32 bytes")
	problemOf(t, w.SetSigning(ctx, 9, api.SigningRequest{Mode: "setUp"}), http.StatusNotFound, "no vehicle 9")
	problemOf(t, w.ForgetSigning(ctx, 1), http.StatusNotFound, "no key")
	_, err := w.Signing(9)
	problemOf(t, err, http.StatusNotFound, "no vehicle 9")

	w, guard := wired(t, true)
	if err := w.SetSigning(ctx, 1, api.SigningRequest{Mode: "setUp", Passphrase: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	if guard.Key() == nil {
		t.Error("the vehicle has no key")
	}
	state, err := w.Signing(1)
	if err != nil || state.State != "on" || !state.Trusted || state.Links["lan"] == 0 || state.Frames.Verified == 0 {
		t.Errorf("%+v, %v", state, err)
	}
	if err := w.SetSigning(ctx, 1, api.SigningRequest{Mode: "off"}); err != nil {
		t.Fatal(err)
	}
	if guard.Key() != nil {
		t.Error("the vehicle keeps its key")
	}
	// What was said meanwhile is on disk.
	untilTrue(t, "a telemetry log", func() bool { logs, err := w.TelemetryLogs(1); return err == nil && len(logs) == 1 && logs[0].Open })
	logs, err := w.TelemetryLogs(1)
	if err != nil || len(logs) != 1 {
		t.Fatalf("%+v, %v", logs, err)
	}
	untilTrue(t, "it can be read", func() bool {
		log, _, err := w.OpenTelemetryLog(1, logs[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(log)
		return errors.Join(err, log.Close()) == nil && len(b) > 0
	})
	_, _, err = w.OpenTelemetryLog(1, "../../signing/keys.json")
	problemOf(t, err, http.StatusNotFound, "no telemetry log")
}
