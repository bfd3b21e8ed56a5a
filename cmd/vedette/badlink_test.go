package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/sim/copter"
	"vedette/sim/impair"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/ui/api"
)

var benchWorld = sync.OnceValues(func() (*world.World, error) { return world.New(world.Config{Seed: 3}) })

// rig is a station in a process of its own, one simulated vehicle with id 1, and a bad wire between them.
type rig struct {
	*client
	station *process
	wire    *impair.UDP
	dir     string
	file    string
	ctx     context.Context
}

// newRig joins everything and waits for the vehicle. The wire is the same in both directions.
func newRig(tb testing.TB, wire impair.Profile) *rig {
	tb.Helper()
	ctx := tb.Context()
	address, err := freeUDPAddr(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	r := &rig{dir: tb.TempDir(), ctx: ctx, client: &client{t: tb, http: &http.Client{Timeout: 5 * time.Minute}}}
	r.file = filepath.Join(r.dir, "vedette.yaml")
	// A radio's bandwidth is told to the station, as its serial speed would.
	limit := ""
	if wire.BytesPerSecond > 0 {
		limit = fmt.Sprintf(", bytesPerSecond: %v", wire.BytesPerSecond)
	}
	text := "station: {id: rig}\nlinks:\n  - {name: lan, udpServer: \"" + address + "\"" + limit + "}\n"
	if err := os.WriteFile(r.file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	r.wire, err = impair.NewUDP(impair.Config{Listen: "127.0.0.1:0", Target: address, Up: wire, Down: wire, Seed: 11})
	if err != nil {
		tb.Fatal(err)
	}
	w, err := benchWorld()
	if err != nil {
		tb.Fatal(err)
	}
	c, err := copter.New(copter.Config{World: w, Drone: scenario.Drone{ID: 1}, Seed: 5, Stations: []string{"udp:" + r.wire.Addr()}})
	if err != nil {
		tb.Fatal(err)
	}
	runUntilEnd(tb, r.wire.Run)
	runUntilEnd(tb, c.Run)
	r.start()
	return r
}

// runUntilEnd runs a part until the test ends.
func runUntilEnd(tb testing.TB, run func(context.Context) error) { runUntil(tb.Context(), tb, run) }

// runUntil runs a part until ctx or the test ends, and waits for it then.
func runUntil(ctx context.Context, tb testing.TB, run func(context.Context) error) {
	tb.Helper()
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
}

// start starts the station, waits for the vehicle and takes control of it.
func (r *rig) start() {
	r.t.Helper()
	r.station = startProcess(r.ctx, r.t, "serve", "--config", r.file, "--data", r.dir, "--listen", "127.0.0.1:0", "--token", chainToken)
	r.base = r.station.base
	r.until(40*time.Second, "the vehicle and its home", func() bool {
		v, ok := r.vehicle()
		return ok && v.State == "live" && v.Home != nil && v.Position != nil
	})
	if got := r.call("POST", "/vehicles/1/control", struct{}{}, nil); got != http.StatusOK {
		r.t.Fatalf("take control: %d", got)
	}
}

func (r *rig) vehicle() (api.Vehicle, bool) {
	var all []api.Vehicle
	r.call("GET", "/vehicles", nil, &all)
	if len(all) == 0 {
		return api.Vehicle{}, false
	}
	return all[0], true
}

// spiral is a mission of n items about a place.
func spiral(around geo.LatLon, n int) api.Mission {
	m := api.Mission{Items: make([]api.MissionItem, n)}
	for i := range m.Items {
		p := geo.Offset(around, float64(i*17%360), 20+float64(i)/4)
		height := 50 + float64(i%20)
		m.Items[i] = api.MissionItem{Command: "waypoint", Lat: &p.Lat, Lon: &p.Lon, AltitudeRelative: &height}
	}
	m.Items[0] = api.MissionItem{Command: "takeoff", AltitudeRelative: m.Items[0].AltitudeRelative}
	return m
}

// planFor makes a mission about the vehicle's home.
func (r *rig) planFor(n int) api.Mission {
	r.t.Helper()
	v, ok := r.vehicle()
	if !ok || v.Home == nil {
		r.t.Fatal("the vehicle is gone")
	}
	return spiral(geo.LatLon{Lat: v.Home.Lat, Lon: v.Home.Lon}, n)
}

// sameMission fails when what a vehicle holds is not what was sent.
func (r *rig) sameMission(sent, stored api.Mission) {
	r.t.Helper()
	if len(sent.Items) != len(stored.Items) {
		r.t.Errorf("%d items were sent, %d are stored", len(sent.Items), len(stored.Items))
		return
	}
	for i, a := range sent.Items {
		b := stored.Items[i]
		near := func(x, y *float64, limit float64) bool {
			return x == nil || y != nil && math.Abs(*x-*y) <= limit
		}
		if a.Command != b.Command || !near(a.Lat, b.Lat, 2e-7) || !near(a.Lon, b.Lon, 2e-7) || !near(a.AltitudeRelative, b.AltitudeRelative, 0.02) {
			r.t.Errorf("item %d: %+v was sent, %+v is stored", i, a, b)
			return
		}
	}
}

const rtt100 = 50 * time.Millisecond // each way

// TestServicesOverABadLink does what a crew does over a wire that loses, delays, repeats and reorders.
func TestServicesOverABadLink(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{Loss: 0.05, Delay: rtt100, Jitter: 10 * time.Millisecond, Duplicate: 0.1, Reorder: 0.02})
	plan := r.planFor(60)
	if got := r.call("PUT", "/vehicles/1/mission", plan, nil); got != http.StatusOK {
		t.Fatalf("upload: %d", got)
	}
	var stored api.Mission
	if got := r.call("GET", "/vehicles/1/mission", nil, &stored); got != http.StatusOK {
		t.Fatalf("download: %d", got)
	}
	r.sameMission(plan, stored)
	var parameters []api.Parameter
	if got := r.call("GET", "/vehicles/1/parameters", nil, &parameters); got != http.StatusOK || len(parameters) < 50 {
		t.Errorf("parameters: %d, %d of them", got, len(parameters))
	}
	for n, c := range []api.Command{
		{Command: "mode", Mode: "GUIDED"}, {Command: "arm"}, {Command: "disarm"}, {Command: "mode", Mode: "LOITER"},
	} {
		if got := r.call("POST", "/vehicles/1/commands", c, nil); got != http.StatusOK {
			t.Errorf("command %d (%s): %d", n, c.Command, got)
		}
	}
	up, down := r.wire.Counts()
	for _, c := range []impair.Counts{up, down} {
		if c.Lost == 0 || c.Duplicated == 0 || c.Reordered == 0 {
			t.Errorf("the wire was not bad: %+v", c)
		}
	}
}

// TestOutage cuts the wire for ten seconds: the vehicle is said to be lost, a command is refused without being sent, and after the
// return everything is fresh again.
func TestOutage(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{})
	cut := time.Now()
	r.wire.Cut(true)
	r.until(60*time.Second, "the loss", func() bool {
		v, ok := r.vehicle()
		return ok && v.State == "lost"
	})
	t.Logf("lost shown %.1f s after the cut", time.Since(cut).Seconds())
	if got := r.call("POST", "/vehicles/1/commands", api.Command{Command: "mode", Mode: "GUIDED"}, nil); got != http.StatusServiceUnavailable {
		t.Errorf("a command to a lost vehicle: %d", got)
	}
	r.until(30*time.Second, "the end of the outage", func() bool { return time.Since(cut) > 10*time.Second })
	joined := time.Now()
	r.wire.Cut(false)
	r.until(60*time.Second, "the return", func() bool {
		v, ok := r.vehicle()
		return ok && v.State == "live"
	})
	t.Logf("live %.1f s after the return", time.Since(joined).Seconds())
	if got := r.call("POST", "/vehicles/1/commands", api.Command{Command: "mode", Mode: "GUIDED"}, nil); got != http.StatusOK {
		t.Errorf("a command after the return: %d", got)
	}
	if up, _ := r.wire.Counts(); up.Cut == 0 {
		t.Error("nothing was cut")
	}
}

// BenchmarkMission measures uploads (with the read-back that proves them) and downloads over the API: goals G5 to G7 of
// docs/benchmarks.md.
func BenchmarkMission(b *testing.B) {
	for _, c := range []struct {
		name  string
		items int
		wire  impair.Profile
	}{
		{"items=1000/clean", 1000, impair.Profile{}},
		{"items=200/rtt=100ms", 200, impair.Profile{Delay: rtt100}},
		{"items=200/rtt=100ms/loss=5%", 200, impair.Profile{Delay: rtt100, Loss: 0.05}},
		{"items=200/rtt=100ms/duplicated=10%", 200, impair.Profile{Delay: rtt100, Duplicate: 0.1}},
		{"items=700/rtt=100ms/loss=2%", 700, impair.Profile{Delay: rtt100, Loss: 0.02}},
		{"items=200/57600baud", 200, impair.Profile{BytesPerSecond: 5760}},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := newRig(b, c.wire)
			plan := r.planFor(c.items)
			var up, down time.Duration
			for b.Loop() {
				began := time.Now()
				if got := r.call("PUT", "/vehicles/1/mission", plan, nil); got != http.StatusOK {
					b.Fatalf("upload: %d", got)
				}
				up += time.Since(began)
				began = time.Now()
				var stored api.Mission
				if got := r.call("GET", "/vehicles/1/mission", nil, &stored); got != http.StatusOK {
					b.Fatalf("download: %d", got)
				}
				down += time.Since(began)
				r.sameMission(plan, stored)
			}
			b.ReportMetric(up.Seconds()/float64(b.N), "upload-s")
			b.ReportMetric(down.Seconds()/float64(b.N), "download-s")
		})
	}
}

// BenchmarkOutage measures how soon a loss and a return are shown, and how old the oldest shown value is two seconds after it:
// goal G8 of docs/benchmarks.md.
func BenchmarkOutage(b *testing.B) {
	r := newRig(b, impair.Profile{})
	var lost, back time.Duration
	for b.Loop() {
		cut := time.Now()
		r.wire.Cut(true)
		r.untilQuick("the loss", func(v api.Vehicle) bool { return v.State == "lost" })
		lost += time.Since(cut)
		r.until(30*time.Second, "the end of the outage", func() bool { return time.Since(cut) > 10*time.Second })
		joined := time.Now()
		r.wire.Cut(false)
		r.untilQuick("the return", func(v api.Vehicle) bool { return v.State == "live" })
		back += time.Since(joined)
	}
	b.ReportMetric(lost.Seconds()/float64(b.N), "lost-shown-s")
	b.ReportMetric(back.Seconds()/float64(b.N), "back-s")
}

// untilQuick polls the vehicle ten times a second.
func (r *rig) untilQuick(what string, holds func(api.Vehicle) bool) {
	r.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(2 * time.Minute); ; <-ticker.C {
		if v, ok := r.vehicle(); ok && holds(v) {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("waited for %s", what)
		}
	}
}

// A radio of 57600 baud stays usable: commands are answered while a mission goes up, and telemetry streams beside both. The
// figures are goal G7 of docs/benchmarks.md.
func TestANarrowLinkStaysUsable(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{BytesPerSecond: 5760})
	commands := func(on func() bool) (ms answers) {
		for on() {
			var result api.CommandResult
			if got := r.call("POST", "/vehicles/1/commands", api.Command{Command: "mode", Mode: "GUIDED"}, &result); got != http.StatusOK {
				t.Errorf("a command: %d", got)
				return ms
			}
			ms.ms = append(ms.ms, result.ElapsedMs)
		}
		return ms
	}
	began := time.Now()
	alone := commands(func() bool { return time.Since(began) < 8*time.Second })
	streaming, _ := r.vehicle()
	plan := r.planFor(100)
	uploaded := make(chan time.Duration, 1)
	go func() {
		began := time.Now()
		if got := r.call("PUT", "/vehicles/1/mission", plan, nil); got != http.StatusOK {
			t.Errorf("upload: %d", got)
		}
		uploaded <- time.Since(began)
	}()
	var took time.Duration
	beside := commands(func() bool {
		select {
		case took = <-uploaded:
			return false
		default:
			return true
		}
	})
	var stored api.Mission
	if got := r.call("GET", "/vehicles/1/mission", nil, &stored); got != http.StatusOK {
		t.Fatalf("download: %d", got)
	}
	r.sameMission(plan, stored)
	v, _ := r.vehicle()
	if v.State != "live" {
		t.Errorf("the vehicle is %s", v.State)
	}
	if l := streaming.Link; l == nil || l.BytesIn == nil || *l.BytesIn > 4500 || *l.BytesIn < 300 {
		t.Errorf("telemetry does not fit its link: %+v", l)
	}
	t.Logf("commands while streaming: %d, p50 %.0f ms, p99 %.0f ms; beside an upload of 100 items (%v): %d, p50 %.0f ms, p99 %.0f ms; %.0f bytes a second came",
		len(alone.ms), alone.at(0.5), alone.at(0.99), took.Round(100*time.Millisecond), len(beside.ms), beside.at(0.5), beside.at(0.99), *streaming.Link.BytesIn)
}
