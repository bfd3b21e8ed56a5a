package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/sim/fleet"
	"vedette/ui/api"
)

// benchSeconds is how long each load runs; VEDETTE_BENCH_SECONDS changes it.
func benchSeconds(b *testing.B) time.Duration {
	b.Helper()
	text := os.Getenv("VEDETTE_BENCH_SECONDS")
	if text == "" {
		return 20 * time.Second
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 5 {
		b.Fatalf("VEDETTE_BENCH_SECONDS=%q: give at least 5", text)
	}
	return time.Duration(seconds) * time.Second
}

// BenchmarkFleet measures a whole station, in a process of its own, under a fleet's telemetry: cores used (decoding, state,
// recording, consoles' updates), frames lost, and the time of commands over the API meanwhile. Its figures are goals G1 to G3 of
// docs/benchmarks.md.
func BenchmarkFleet(b *testing.B) {
	for _, load := range []struct {
		vehicles, packed int
		rateHz           float64
	}{{50, 1, 60}, {50, 4, 60}, {100, 1, 100}, {100, 4, 100}} {
		b.Run(fmt.Sprintf("vehicles=%d/Hz=%g/framesPerDatagram=%d", load.vehicles, load.rateHz, load.packed), func(b *testing.B) {
			for b.Loop() {
				measureFleet(b, fleet.Config{Vehicles: load.vehicles, RateHz: load.rateHz, FramesPerDatagram: load.packed})
			}
		})
	}
}

func measureFleet(b *testing.B, cfg fleet.Config) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	address, err := freeUDPAddr(ctx)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	file := filepath.Join(dir, "vedette.yaml")
	if err := os.WriteFile(file, []byte("station: {id: bench}\nlinks:\n  - {name: lan, udpServer: \""+address+"\"}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	station := startProcess(ctx, b, "serve", "--config", file, "--data", dir, "--listen", "127.0.0.1:0", "--token", chainToken)
	c := &client{t: b, base: station.base, http: &http.Client{Timeout: 20 * time.Second}}
	cfg.Station, cfg.Around = address, geo.LatLon{Lat: -35.363, Lon: 149.165}
	f, err := fleet.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	fleetCtx, endFleet := context.WithCancel(ctx)
	defer endFleet()
	done := make(chan error, 1)
	go func() { done <- f.Run(fleetCtx) }()
	began := time.Now()
	c.until(30*time.Second, "all vehicles", func() bool { return c.metric("vedette_mavlink_live") == float64(cfg.Vehicles) })
	found := time.Since(began)
	rtts, unanswered := c.commandFor(benchSeconds(b), cfg.Vehicles)
	endFleet()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	sent := f.Stats()
	b.ReportMetric(100*rtts.cores, "%core")
	// By gaps in the sequence numbers of each vehicle; what came before a vehicle was found belongs to none.
	b.ReportMetric(c.metric("vedette_mavlink_lost"), "lost")
	b.ReportMetric(float64(sent.Frames)-c.metric("vedette_mavlink_received"), "early")
	b.ReportMetric(float64(sent.Late), "late")
	b.ReportMetric(rtts.at(0.5), "rtt-p50-ms")
	b.ReportMetric(rtts.at(0.99), "rtt-p99-ms")
	b.ReportMetric(float64(unanswered), "unanswered")
	b.ReportMetric(found.Seconds(), "found-s")
	b.ReportMetric(c.metric("process_resident_memory_bytes")/1e6, "MB")
	station.stop()
}

// answers are the times of answered commands in milliseconds, and the cores that the station used meanwhile.
type answers struct {
	ms    []float64
	cores float64
}

func (a answers) at(share float64) float64 {
	if len(a.ms) == 0 {
		return 0
	}
	slices.Sort(a.ms)
	return a.ms[min(len(a.ms)-1, int(share*float64(len(a.ms))))]
}

// commandFor commands one vehicle after another, twenty times a second, for a time.
func (c *client) commandFor(length time.Duration, vehicles int) (answers, int) {
	c.t.Helper()
	for id := 1; id <= vehicles; id++ {
		if got := c.call("POST", fmt.Sprintf("/vehicles/%d/control", id), struct{}{}, nil); got != http.StatusOK {
			c.t.Fatalf("control of vehicle %d: %d", id, got)
		}
	}
	var a answers
	unanswered := 0
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	began, cpu := time.Now(), c.metric("process_cpu_seconds_total")
	for n := 0; time.Since(began) < length; n++ {
		<-ticker.C
		var result api.CommandResult
		id := n%vehicles + 1
		if got := c.call("POST", fmt.Sprintf("/vehicles/%d/commands", id), api.Command{Command: "mode", Mode: "GUIDED"}, &result); got != http.StatusOK {
			unanswered++
			continue
		}
		a.ms = append(a.ms, result.ElapsedMs)
	}
	a.cores = (c.metric("process_cpu_seconds_total") - cpu) / time.Since(began).Seconds()
	return a, unanswered
}
