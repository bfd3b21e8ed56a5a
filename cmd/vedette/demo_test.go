package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/ui/api"
)

// startDemo runs the demo with the flags and gives a client of it; the status comes when it ends.
func startDemo(ctx context.Context, t *testing.T, args ...string) (*client, <-chan int) {
	t.Helper()
	var r commandRun
	status := make(chan int, 1)
	args = append([]string{"demo", "--listen", "127.0.0.1:0", "--token", chainToken}, args...)
	go func() { status <- run(ctx, r.env(""), args) }()
	t.Cleanup(func() {
		if t.Failed() {
			log := r.errOut.String()
			t.Logf("the end of the log:\n%s", log[max(0, len(log)-8000):])
		}
	})
	link := waitForLink(t, &r, status)
	return &client{t: t, base: link[:strings.Index(link, "/signin")], http: &http.Client{Timeout: 40 * time.Second}}, status
}

// TestDemoUnderRace joins every room with the simulator long enough that vehicles, pictures and sensors have come through,
// in a quiet sector in which nobody crosses.
func TestDemoUnderRace(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c, status := startDemo(ctx, t, "--scenario", "quiet", "--data", t.TempDir())
	c.until(60*time.Second, "two vehicles, two live thermal feeds and a sensor that was heard", func() bool {
		var vehicles []api.Vehicle
		var feeds []api.Feed
		var sensors []api.Sensor
		c.call("GET", "/vehicles", nil, &vehicles)
		c.call("GET", "/feeds", nil, &feeds)
		c.call("GET", "/sensors", nil, &sensors)
		live, heard := 0, 0
		for _, f := range feeds {
			if f.Kind == "thermal" && f.State == "live" {
				live++
			}
		}
		for _, s := range sensors {
			if s.State == "ok" {
				heard++
			}
		}
		return len(vehicles) == 2 && live == 2 && heard > 0 && len(sensors) == 20
	})
	if got := c.call("POST", "/vehicles/1/commands", api.Command{Command: "hold"}, nil); got != http.StatusConflict {
		t.Errorf("a command without the lease: %d", got)
	}
	if got := c.call("POST", "/vehicles/1/control", struct{}{}, nil); got != http.StatusOK {
		t.Errorf("take control: %d", got)
	}
	if got := c.call("POST", "/vehicles/1/commands", api.Command{Command: "hold"}, nil); got != http.StatusOK {
		t.Errorf("hold: %d", got)
	}
	stop()
	select {
	case got := <-status:
		if got != exitDone {
			t.Errorf("exit status %d", got)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the demo does not end")
	}
	c.http.CloseIdleConnections()
}
