package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/geo"
	"vedette/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lines is a truth log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) read() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.buf.String()), "\n")
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestTheWholeSceneRunsAndStops(t *testing.T) {
	t.Parallel()
	station, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = station.Close() }()
	dem, log := t.TempDir(), &lines{}
	s, err := New(Config{
		Seed: 1, MAVLink: []string{"udp:" + station.LocalAddr().String()}, RTSP: "127.0.0.1:0", ShakeUDP: "127.0.0.1:9", DEMDir: dem, Truth: log,
	})
	if err != nil {
		t.Fatal(err)
	}

	l := s.Layout()
	if len(l.Sensors) != 20 || len(l.Drones) != 2 || len(l.Border) < 2 || len(l.Sector) < 3 || !l.Position.Valid() {
		t.Errorf("layout %+v", l)
	}
	if geo.Distance(l.Position, geo.LatLon{Lat: -35.363, Lon: 149.165}) > 20 {
		t.Errorf("the post is at %v", l.Position)
	}
	if _, err := os.Stat(l.GatewayDevice); err != nil {
		t.Errorf("no serial gateway: %v", err)
	}
	if l.RTSPAddr != "" && !strings.HasPrefix(l.Drones[0].ThermalURL, "rtsp://127.0.0.1:") {
		t.Errorf("drones %+v", l.Drones)
	}
	folder, err := geo.OpenFolder(dem)
	if err != nil {
		t.Fatal(err)
	}
	want := s.World().Sensors()[6]
	_, amsl := s.World().Place(want.E, want.N)
	if got, ok := folder.ElevationAMSL(want.LatLon); !ok || math.Abs(float64(got-amsl)) > 0.3 {
		t.Errorf("terrain file says %.2f, the world %.2f", got, amsl)
	}
	if left, _ := filepath.Glob(filepath.Join(dem, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()

	seen := map[byte]bool{}
	buf := make([]byte, 2048)
	for deadline := time.Now().Add(2 * time.Minute); len(seen) < 2; {
		if err := station.SetReadDeadline(deadline); err != nil {
			t.Fatal(err)
		}
		n, err := station.Read(buf)
		if err != nil {
			t.Fatalf("heard %v: %v", seen, err)
		}
		if n > 10 && buf[0] == 0xfd {
			seen[buf[5]] = true
		}
	}
	waitFor(t, "the truth", func() bool { return len(log.read()) >= 3 })
	var state struct {
		T       time.Time
		Objects []struct {
			ID, Class string
			Lat, Lon  float64
		}
		Drones []struct {
			ID     int
			AltAGL float64
			Camera struct{ Yaw, Pitch *float64 }
		}
	}
	for _, line := range log.read() {
		if strings.Contains(line, `"drones"`) {
			if err := json.Unmarshal([]byte(line), &state); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(state.Objects) < 5 || len(state.Drones) != 2 || state.Drones[0].Camera.Yaw == nil || state.Drones[0].AltAGL < 50 {
		t.Errorf("truth %+v", state)
	}

	begin := time.Now()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("does not stop")
	}
	t.Logf("stopped after %v", time.Since(begin))
}

func TestCrossingsAreNoticedOnce(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	w, err := world.New(world.Config{Seed: 1, Start: start})
	if err != nil {
		t.Fatal(err)
	}
	sides := borderSides{}
	var crossed []truthCrossing
	for d := time.Duration(0); d < 3*time.Minute; d += lookEvery {
		for _, c := range sides.crossings(w, w.ObjectsAt(start.Add(d))) {
			c.T = stamp(start.Add(d))
			if c.Class != "animal" {
				crossed = append(crossed, c)
			}
		}
	}
	if len(crossed) != 1 || crossed[0].Object != "walker" || crossed[0].Dir != "in" || crossed[0].T >= stamp(start.Add(2*time.Minute)) {
		t.Errorf("crossings %+v", crossed)
	}
}

func TestAWrongConfigurationIsRefusedWithoutLeftovers(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"scenario": {Scenario: "no-such"},
		"station":  {MAVLink: []string{"ipx:127.0.0.1:1"}},
		"address":  {RTSP: "256.0.0.1:x"},
	} {
		if s, err := New(cfg); err == nil {
			s.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}
