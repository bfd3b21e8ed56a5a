//go:build !race

// Pictures are drawn and encoded in real time, for which the race detector is too slow; the parts have tests under it.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station"
	"vedette/sim/camera"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/ui/api"
	"vedette/video"
)

// swaying is a drone that nobody hears by MAVLink: it hovers, turns its body to and fro and keeps its camera on the middle.
type swaying struct{ world *world.World }

func (swaying) ID() int { return 1 }

func (s swaying) TruePose(t time.Time) (world.CameraPose, bool) {
	sway := math.Sin(2 * math.Pi * math.Mod(float64(t.UnixMilli())/1000, 20) / 20)
	return world.CameraPose{
		Time: t, E: 0, N: -55, U: s.world.GroundU(0, 0) + 55,
		YawDeg: 0, PitchDeg: -45, BodyYawDeg: geo.NormalizeDeg(30 * sway), BodyPitchDeg: 4 * sway, BodyRollDeg: 3, ThermalZoom: 1,
	}, true
}

// TestAFeedThatCarriesItsOwnPose is a station without any vehicle. What its one camera sees is placed on the ground by the KLV
// packets in the stream alone, becomes a track where the truth has somebody, and the packets reach the API and a viewer.
func TestAFeedThatCarriesItsOwnPose(t *testing.T) {
	walker := scenario.Object{
		ID: "walker", Class: "person", Path: []scenario.Point{{-6, -2}, {6, 3}}, Shuttle: true, StartS: -100,
		SpeedMS: 0.8, GaitHz: 1.6, Count: 1, SpacingM: 2.5, TempC: 30,
	}
	w, url := oneCamera(t, walker)
	c := serveOneFeed(t, w, url)

	var vehicles []api.Vehicle
	if c.call("GET", "/vehicles", nil, &vehicles); len(vehicles) != 0 {
		t.Fatalf("there are vehicles: %+v", vehicles)
	}
	var miss float64
	c.until(3*time.Minute, "a track of the walker, seen by the camera", func() bool {
		var tracks struct{ Features []track }
		c.call("GET", "/tracks", nil, &tracks)
		for _, f := range tracks.Features {
			at := geo.LatLon{Lat: f.Geometry.Coordinates[1], Lon: f.Geometry.Coordinates[0]}
			for _, o := range w.ObjectsAt(time.Now()) {
				if miss = geo.Distance(at, o.LatLon); f.seenByVideo() && miss < 10 {
					return true
				}
			}
		}
		return false
	})
	t.Logf("the track is %.1f m from the truth", miss)
	var feed api.Feed
	c.call("GET", "/feeds/mast", nil, &feed)
	if m := feed.Metadata; m == nil || m.Position == nil || m.SlantRangeM == nil || m.Platform != "Copter 1" || feed.Vehicle != 0 {
		t.Errorf("%+v", feed)
	} else if want, _ := w.Place(0, -55); geo.Distance(*m.Position, want) > 1 {
		t.Errorf("the camera is said to be at %+v and is at %+v", *m.Position, want)
	}
	if n := feed.MetadataPackets; n == nil || n.Good == 0 || n.BadChecksum+n.Malformed+n.ClockOff > 0 {
		t.Errorf("%+v", n)
	}
	if text := c.firstMessage("mast", "klv"); text != "" {
		var m video.Metadata
		if err := json.Unmarshal([]byte(text), &m); err != nil || m.Position == nil || m.SlantRangeM == nil || m.FrameTime.IsZero() {
			t.Errorf("%v: %s", err, text)
		}
	}
}

// oneCamera serves the thermal camera of a world in which there is somebody, on loopback.
func oneCamera(t *testing.T, somebody scenario.Object) (w *world.World, url string) {
	t.Helper()
	plan, err := scenario.Load("crossing")
	if err != nil {
		t.Fatal(err)
	}
	plan.Animals, plan.Objects = nil, []scenario.Object{somebody}
	if w, err = world.New(world.Config{Seed: 1, Scenario: plan}); err != nil {
		t.Fatal(err)
	}
	cameras, err := camera.NewServer(camera.Config{Listen: "127.0.0.1:0", World: w, Drones: []camera.Source{swaying{w}}})
	if errors.Is(err, camera.ErrNoEncoder) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	background(t, cameras.Run)
	return w, cameras.URL(1, camera.KindThermal)
}

// background runs something until the test ends.
func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// serveOneFeed is a station with one feed, the terrain below it, and nothing else.
func serveOneFeed(t *testing.T, w *world.World, url string) *client {
	t.Helper()
	dir := t.TempDir()
	tile := w.Tile()
	f, err := os.Create(filepath.Join(dir, geo.TileName(tile.South, tile.West)))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tile.WriteHGT(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "vedette.yaml")
	text := fmt.Sprintf("feeds: [{id: mast, url: %q, camera: {kind: thermal}}]\nterrain: {folder: %q}\n", url, dir)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var r commandRun
	s, err := newStation(t.Context(), r.env(""), station.Config{File: file, DataDir: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", Token: chainToken})
	if err != nil {
		t.Fatal(err)
	}
	background(t, s.Run)
	t.Cleanup(func() {
		if log := r.errOut.String(); t.Failed() {
			t.Logf("the end of the log:\n%s", log[max(0, len(log)-8000):])
		}
	})
	<-s.Started()
	link, err := s.SignInURL()
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, base: link[:strings.Index(link, "/signin")], http: &http.Client{Timeout: 40 * time.Second}}
}

// firstMessage watches a feed as a browser does, and gives the first message of a data channel.
func (c *client) firstMessage(feed, channel string) string {
	c.t.Helper()
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = pc.GracefulClose() }()
	first := make(chan string, 1)
	dc, err := pc.CreateDataChannel(channel, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		select {
		case first <- string(m.Data):
		default:
		}
	})
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		c.t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		c.t.Fatal(err)
	}
	<-gathered
	answer := c.whep(feed, pc.LocalDescription().SDP)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatal(err)
	}
	select {
	case text := <-first:
		return text
	case <-time.After(time.Minute):
		c.t.Errorf("nothing came on the data channel %q", channel)
		return ""
	}
}

// whep exchanges an offer for the station's answer.
func (c *client) whep(feed, offer string) string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+"/api/v1/feeds/"+feed+"/whep", strings.NewReader(offer))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+chainToken)
	req.Header.Set("Content-Type", "application/sdp")
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		c.t.Fatalf("%d %v %s", resp.StatusCode, err, answer)
	}
	return string(answer)
}
