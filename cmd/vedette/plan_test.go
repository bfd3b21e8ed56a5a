package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/sim/copter"
	"vedette/sim/impair"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/ui/api"
)

// planPost is a station in a process of its own and a simulated copter that reaches it through a wire that can be made bad.
type planPost struct {
	*client
	process *process
	wire    *impair.UDP
	args    []string
}

func freeUDPPort(t *testing.T) int {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

func newPlanPost(t *testing.T, p impair.Profile) *planPost {
	t.Helper()
	dir := t.TempDir()
	port := freeUDPPort(t)
	config := filepath.Join(dir, "vedette.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "links:\n  - {name: lan, udpServer: \"127.0.0.1:%d\"}\n", port), 0o600); err != nil {
		t.Fatal(err)
	}
	wire, err := impair.NewUDP(impair.Config{Listen: "127.0.0.1:0", Target: fmt.Sprintf("127.0.0.1:%d", port), Up: p, Down: p, Seed: 7})
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
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { _ = wire.Run(ctx) })
	parts.Go(func() { _ = drone.Run(ctx) })
	t.Cleanup(func() { cancel(); parts.Wait() })
	post := &planPost{
		wire: wire, client: &client{t: t, http: &http.Client{Timeout: 2 * time.Minute}},
		args: []string{"serve", "--config", config, "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0", "--token", chainToken},
	}
	post.start()
	if status := post.call(http.MethodPost, "/vehicles/1/control", map[string]any{}, nil); status != http.StatusOK {
		t.Fatalf("the lease: %d", status)
	}
	return post
}

// start starts the station and waits until it has its vehicle.
func (p *planPost) start() {
	p.t.Helper()
	p.process = startProcess(context.Background(), p.t, p.args...)
	p.base = p.process.base
	p.until(30*time.Second, "the vehicle with its home", func() bool {
		var v api.Vehicle
		return p.call(http.MethodGet, "/vehicles/1", nil, &v) == http.StatusOK && v.Home != nil && v.Position != nil
	})
}

// way is a mission around the vehicle's home.
func (p *planPost) way(n int, height float64) api.Mission {
	p.t.Helper()
	var v api.Vehicle
	p.call(http.MethodGet, "/vehicles/1", nil, &v)
	m := api.Mission{Items: []api.MissionItem{{Command: "takeoff", AltitudeRelative: &height}}}
	for i := len(m.Items); i < n; i++ {
		lat, lon := v.Home.Lat+float64(i%40)*1e-5, v.Home.Lon+float64(i/40)*1e-5
		m.Items = append(m.Items, api.MissionItem{Command: "waypoint", Lat: &lat, Lon: &lon, AltitudeRelative: &height})
	}
	return m
}

func TestAMissionOfWhichAPartChangedGoesToTheSimulatorInPart(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a station")
	}
	p := newPlanPost(t, impair.Profile{})
	mission := p.way(200, 50)
	var held, read api.Mission
	for _, height := range []float64{50, 61} {
		mission.Items[150].AltitudeRelative = &height
		if status := p.call(http.MethodPut, "/vehicles/1/mission", mission, &held); status != http.StatusOK {
			t.Fatalf("upload: %d", status)
		}
		if status := p.call(http.MethodGet, "/vehicles/1/mission", nil, &read); status != http.StatusOK || len(read.Items) != 200 || *read.Items[150].AltitudeRelative != height {
			t.Fatalf("download: %d, %d items", status, len(read.Items))
		}
		if !reflect.DeepEqual(held.Items, read.Items) {
			t.Error("the answer to the upload is not what is held")
		}
	}
	// The telemetry log has what was sent: the station's ids, and the number of MISSION_WRITE_PARTIAL_LIST.
	sent := func() (n int) {
		logs, _ := filepath.Glob(filepath.Join(p.args[4], "telemetry", "vehicle-001", "*.tlog"))
		for _, name := range logs {
			frames, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(frames, []byte{255, 190, 38, 0, 0})
		}
		return n
	}
	p.until(30*time.Second, "the part is in the log", func() bool { return sent() > 0 })
}

func TestPlansGoToTheSimulatorAndBack(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a station")
	}
	p := newPlanPost(t, impair.Profile{})
	sent := p.way(1000, 50)
	began := time.Now()
	var held, read api.Mission
	if status := p.call(http.MethodPut, "/vehicles/1/mission", sent, &held); status != http.StatusOK {
		t.Fatalf("upload: %d", status)
	}
	up := time.Since(began)
	began = time.Now()
	if status := p.call(http.MethodGet, "/vehicles/1/mission", nil, &read); status != http.StatusOK || len(read.Items) != len(sent.Items) {
		t.Fatalf("download: %d, %d items", status, len(read.Items))
	}
	t.Logf("1000 items: up and read back in %v, down in %v", up.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	for i, it := range read.Items {
		if i > 0 && (*it.Lat-*sent.Items[i].Lat > 2e-7 || *it.AltitudeRelative != *sent.Items[i].AltitudeRelative) {
			t.Fatalf("item %d: %+v", i, it)
		}
	}
	if !reflect.DeepEqual(held.Items, read.Items) {
		t.Error("the answer to the upload is not what is held")
	}
	var v api.Vehicle
	p.call(http.MethodGet, "/vehicles/1", nil, &v)
	home := v.Home
	fence := map[string]any{
		"polygons": []any{map[string]any{"inclusion": true, "points": []any{
			map[string]any{"lat": home.Lat + 0.01, "lon": home.Lon - 0.01}, map[string]any{"lat": home.Lat + 0.01, "lon": home.Lon + 0.01}, map[string]any{"lat": home.Lat - 0.01, "lon": home.Lon},
		}}},
		"circles": []any{map[string]any{"inclusion": false, "center": map[string]any{"lat": home.Lat + 0.005, "lon": home.Lon}, "radiusM": 42.5}},
	}
	var f, f2 api.Fence
	if status := p.call(http.MethodPut, "/vehicles/1/fence", fence, &f); status != http.StatusOK || len(f.Polygons) != 1 || len(f.Circles) != 1 {
		t.Fatalf("fence: %d %+v", status, f)
	}
	if p.call(http.MethodGet, "/vehicles/1/fence", nil, &f2); !reflect.DeepEqual(f, f2) || f.Circles[0].RadiusM != 42.5 {
		t.Errorf("%+v and %+v", f, f2)
	}
	for _, way := range []string{"enable", "disable"} {
		if status := p.call(http.MethodPost, "/vehicles/1/fence/"+way, nil, nil); status != http.StatusOK {
			t.Errorf("%s the fence: %d", way, status)
		}
	}
	rally := map[string]any{"points": []any{map[string]any{"lat": home.Lat, "lon": home.Lon + 0.001, "altitudeRelative": 30}}}
	var r api.Rally
	if status := p.call(http.MethodPut, "/vehicles/1/rally", rally, &r); status != http.StatusOK || len(r.Points) != 1 {
		t.Fatalf("rally: %d %+v", status, r)
	}
	if status := p.call(http.MethodPost, "/vehicles/1/mission/current", map[string]any{"item": 4}, nil); status != http.StatusOK {
		t.Errorf("set the current item: %d", status)
	}
	// The whole plan goes out as a file, is cleared, and comes back.
	var file json.RawMessage
	if status := p.call(http.MethodGet, "/vehicles/1/plan", nil, &file); status != http.StatusOK {
		t.Fatalf("export: %d", status)
	}
	if status := p.call(http.MethodDelete, "/vehicles/1/plan", nil, nil); status != http.StatusNoContent {
		t.Fatalf("clear: %d", status)
	}
	if p.call(http.MethodGet, "/vehicles/1/fence", nil, &f2); len(f2.Polygons)+len(f2.Circles) != 0 {
		t.Errorf("after clearing: %+v", f2)
	}
	var all api.PlanUpload
	if status := p.call(http.MethodPut, "/vehicles/1/plan", file, &all); status != http.StatusOK {
		t.Fatalf("import: %d", status)
	}
	if !reflect.DeepEqual(all.Mission.Items, read.Items) || !reflect.DeepEqual(*all.Fence, f) || !reflect.DeepEqual(*all.Rally, r) {
		t.Errorf("the plan changed on its way out and in: %d items, %+v, %+v", len(all.Mission.Items), all.Fence, all.Rally)
	}
	var found api.PlanCheck
	if status := p.call(http.MethodPost, "/plans/check?vehicle=1", file, &found); status != http.StatusOK || found.Items != 1000 || found.FenceItems != 4 || found.RallyPoints != 1 || found.Estimate == nil {
		t.Errorf("check: %d %+v", status, found)
	}
}

func TestAPlanGetsThroughABadWire(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for a vehicle's own retries")
	}
	bad := impair.Profile{Delay: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.05, Duplicate: 0.1, Reorder: 0.05}
	p := newPlanPost(t, bad)
	sent := p.way(60, 50)
	began := time.Now()
	var held api.Mission
	if status := p.call(http.MethodPut, "/vehicles/1/mission", sent, &held); status != http.StatusOK || len(held.Items) != 60 {
		t.Fatalf("%d, %d items", status, len(held.Items))
	}
	t.Logf("60 items through 5 %% loss, 10 %% copies and 50 ms round trip: %v, read back", time.Since(began).Round(time.Millisecond))
	if up, down := p.wire.Counts(); up.Lost == 0 || down.Lost == 0 || down.Duplicated == 0 {
		t.Errorf("the wire was not bad: %+v, %+v", up, down)
	}
}

func TestAStationThatIsKilledInAnUploadTellsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills a station")
	}
	p := newPlanPost(t, impair.Profile{Delay: 20 * time.Millisecond})
	if status := p.call(http.MethodPut, "/vehicles/1/mission", p.way(6, 40), nil); status != http.StatusOK {
		t.Fatalf("the old plan: %d", status)
	}
	body, err := json.Marshal(p.way(400, 60))
	if err != nil {
		t.Fatal(err)
	}
	var upload sync.WaitGroup
	upload.Go(func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.base+"/api/v1/vehicles/1/mission", strings.NewReader(string(body)))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+chainToken)
		req.Header.Set("Content-Type", "application/json")
		resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("the upload ended with %d: it was not cut", resp.StatusCode)
		}
	})
	p.until(60*time.Second, "the middle of the upload", func() bool {
		var v api.Vehicle
		p.call(http.MethodGet, "/vehicles/1", nil, &v)
		return v.Transfer != nil && v.Transfer.Upload && v.Transfer.Done > 5 && v.Transfer.Done < 300
	})
	if err := p.process.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-p.process.ended; err == nil {
		t.Error("the station ended by itself")
	}
	upload.Wait()

	p.start()
	var plan api.PlanState
	p.until(60*time.Second, "the word about the upload", func() bool {
		var v api.Vehicle
		p.call(http.MethodGet, "/vehicles/1", nil, &v)
		for _, s := range v.Plans {
			if s.Kind == "mission" {
				plan = s
			}
		}
		return plan.Note != ""
	})
	if !strings.Contains(plan.Note, "the upload of the mission at ") || !strings.Contains(plan.Note, "was cut: the vehicle holds ") || plan.Unknown {
		t.Errorf("%+v", plan)
	}
	t.Log(plan.Note)
	p.until(30*time.Second, "the event log's word about it", func() bool {
		var events api.EventPage
		p.call(http.MethodGet, "/events?limit=1000", nil, &events)
		return slices.ContainsFunc(events.Events, func(e api.Event) bool { return strings.Contains(string(e.Data), plan.Note[:40]) })
	})
	// What the vehicle holds agrees with what people were told.
	var held api.Mission
	p.call(http.MethodGet, "/vehicles/1/mission", nil, &held)
	if plan.Count == nil || len(held.Items) != *plan.Count {
		t.Errorf("told %v items, the vehicle holds %d", plan.Count, len(held.Items))
	}
	p.process.stop()
}
