//go:build !race

// The whole chain runs in real time, with pictures drawn and encoded by the simulator; the race detector slows these so much
// that nothing could be seen any more. TestDemoUnderRace covers the same wiring with it.

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// TestWholeChain flies the default scenario: the real simulator and the real station over loopback. A crossing becomes one
// alert and, once a cue is approved, one track within 20 m of the truth; a landing and a takeoff are acknowledged; and
// nothing is left behind.
func TestWholeChain(t *testing.T) {
	before := goleak.IgnoreCurrent()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c, status := startDemo(ctx, t, "--data", dir, "--seed", "1")
	c.until(30*time.Second, "two vehicles in the air", func() bool {
		var vehicles []api.Vehicle
		c.call("GET", "/vehicles", nil, &vehicles)
		return len(vehicles) == 2 && vehicles[0].Landed == "inAir" && vehicles[1].Landed == "inAir"
	})
	if got := c.call("POST", "/vehicles/2/commands", api.Command{Command: "land"}, nil); got != http.StatusConflict {
		t.Errorf("a command without the lease: %d", got)
	}
	if got := c.call("POST", "/vehicles/2/control", struct{}{}, nil); got != http.StatusOK {
		t.Fatalf("take control: %d", got)
	}
	if got := c.call("POST", "/vehicles/2/commands", api.Command{Command: "land"}, nil); got != http.StatusOK {
		t.Fatalf("land: %d", got)
	}

	var cue api.Cue
	c.until(130*time.Second, "an alert with a cue for vehicle 1", func() bool {
		var cues []api.Cue
		c.call("GET", "/cues", nil, &cues)
		for _, found := range cues {
			if found.State == api.CueProposed {
				cue = found
				return true
			}
		}
		return false
	})
	var alerts []api.Alert
	c.call("GET", "/alerts", nil, &alerts)
	if len(alerts) != 1 {
		t.Errorf("%d alerts for one crossing: %+v", len(alerts), alerts)
	}
	t.Logf("alert %q because %v; cue: %v", alerts[0].Title, alerts[0].Reasons, cue.Reasons)
	if got := c.call("POST", "/cues/"+cue.ID+"/approve", struct{}{}, nil); got != http.StatusOK {
		t.Fatalf("approve: %d", got)
	}

	var miss float64
	c.until(90*time.Second, "a confirmed track, seen by a camera, within 20 m of the truth", func() bool {
		var tracks struct{ Features []track }
		c.call("GET", "/tracks", nil, &tracks)
		for _, f := range tracks.Features {
			if f.Properties.Status == "confirmed" && f.seenByVideo() && f.Properties.AlertID != "" {
				miss = f.missOf(lastTruth(t, filepath.Join(dir, "truth.jsonl")))
				return miss < 20
			}
		}
		return false
	})
	t.Logf("the track is %.1f m from the truth", miss)
	checkPictures(t, c, cue.AlertID, func() truthLine { return lastTruth(t, filepath.Join(dir, "truth.jsonl")) })

	c.until(120*time.Second, "vehicle 2 on the ground", func() bool {
		var v api.Vehicle
		c.call("GET", "/vehicles/2", nil, &v)
		c.call("POST", "/vehicles/2/control", struct{}{}, nil)
		return v.Landed == "onGround" && v.Armed != nil && !*v.Armed
	})
	height := geo.AGL(30)
	var result api.CommandResult
	if got := c.call("POST", "/vehicles/2/commands", api.Command{Command: "takeoff", AltitudeAGL: &height}, &result); got != http.StatusOK || result.Result != "accepted" {
		t.Errorf("takeoff: %d %+v", got, result)
	}
	var open []api.Alert
	c.call("GET", "/alerts?state=open", nil, &open)
	if len(open) != 1 {
		t.Errorf("%d open alerts after one crossing: %+v", len(open), open)
	}

	asked := time.Now()
	stop()
	select {
	case got := <-status:
		if got != exitDone {
			t.Errorf("exit status %d", got)
		}
		t.Logf("it took %v to end", time.Since(asked))
	case <-time.After(time.Minute):
		t.Fatal("the demo does not end")
	}
	c.http.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

// track is a Feature of GET /tracks as a client reads it.
type track struct {
	Geometry   struct{ Coordinates [2]float64 }
	Properties api.TrackProperties
}

func (f track) seenByVideo() bool {
	for _, s := range f.Properties.Sources {
		if s.Kind == "video" && s.Count >= 10 {
			return true
		}
	}
	return false
}

// missOf is how far a track is from the nearest person of the truth, which is up to a second old.
func (f track) missOf(truth truthLine) float64 {
	at := geo.LatLon{Lat: f.Geometry.Coordinates[1], Lon: f.Geometry.Coordinates[0]}
	nearest := math.Inf(1)
	for _, o := range truth.Objects {
		if o.Class == "person" {
			nearest = min(nearest, geo.Distance(at, geo.LatLon{Lat: o.Lat, Lon: o.Lon}))
		}
	}
	return nearest
}

// truthLine is a line of the simulator's truth.
type truthLine struct {
	T       time.Time `json:"t"`
	Objects []struct {
		ID    string  `json:"id"`
		Class string  `json:"class"`
		Lat   float64 `json:"lat"`
		Lon   float64 `json:"lon"`
	} `json:"objects"`
}

// lastTruth is the newest whole line with objects.
func lastTruth(t *testing.T, path string) (last truthLine) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line truthLine
		if json.Unmarshal(s.Bytes(), &line) == nil && len(line.Objects) > 0 {
			last = line
		}
	}
	return last
}
