package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/sim/copter"
	"vedette/sim/fleet"
	"vedette/sim/scenario"
	"vedette/ui/api"
)

// BenchmarkManyVehicles starts a station among ten simulated autopilots and ninety vehicles of the load generator, and measures
// how soon all have told where they are, and how long the parameters of the ten take when all are asked at once: goal G4 of
// docs/benchmarks.md.
func BenchmarkManyVehicles(b *testing.B) {
	const autopilots, others = 10, 90
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		address, err := freeUDPAddr(ctx)
		if err != nil {
			b.Fatal(err)
		}
		startMany(ctx, b, address, autopilots, others)
		dir := b.TempDir()
		file := filepath.Join(dir, "vedette.yaml")
		if err := os.WriteFile(file, []byte("links:\n  - {name: lan, udpServer: \""+address+"\"}\n"), 0o600); err != nil {
			b.Fatal(err)
		}
		station := startProcess(ctx, b, "serve", "--config", file, "--data", dir, "--listen", "127.0.0.1:0", "--token", chainToken)
		c := &client{t: b, base: station.base, http: &http.Client{Timeout: time.Minute}}
		began := time.Now()
		c.until(time.Minute, "a hundred vehicles with their places", func() bool {
			var all []api.Vehicle
			c.call("GET", "/vehicles", nil, &all)
			placed := 0
			for _, v := range all {
				if v.State == "live" && v.Position != nil {
					placed++
				}
			}
			return placed == autopilots+others
		})
		b.ReportMetric(time.Since(began).Seconds(), "all-placed-s")
		began = time.Now()
		var asked sync.WaitGroup
		for id := 1; id <= autopilots; id++ {
			asked.Go(func() {
				var parameters []api.Parameter
				if got := c.call("GET", fmt.Sprintf("/vehicles/%d/parameters", id), nil, &parameters); got != http.StatusOK || len(parameters) < 50 {
					b.Errorf("parameters of vehicle %d: %d, %d of them", id, got, len(parameters))
				}
			})
		}
		asked.Wait()
		b.ReportMetric(time.Since(began).Seconds(), "parameters-s")
		station.stop()
		cancel()
	}
}

// startMany starts simulated autopilots with ids from 1 and then vehicles of the load generator.
func startMany(ctx context.Context, b *testing.B, address string, autopilots, others int) {
	b.Helper()
	w, err := benchWorld()
	if err != nil {
		b.Fatal(err)
	}
	for id := 1; id <= autopilots; id++ {
		c, err := copter.New(copter.Config{World: w, Drone: scenario.Drone{ID: id}, Seed: int64(id), Stations: []string{"udp:" + address}})
		if err != nil {
			b.Fatal(err)
		}
		runUntil(ctx, b, c.Run)
	}
	f, err := fleet.New(fleet.Config{
		Station: address, Vehicles: others, FirstID: autopilots + 1, RateHz: 20, Around: geo.LatLon{Lat: -35.363, Lon: 149.165},
	})
	if err != nil {
		b.Fatal(err)
	}
	runUntil(ctx, b, f.Run)
}
