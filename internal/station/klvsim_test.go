package station

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"vedette/internal/geo"
	"vedette/sim/camera"
	"vedette/sim/scenario"
	"vedette/sim/world"
	"vedette/tracking/georef"
	"vedette/video"
)

// circling is a drone that circles and leans, with its camera held towards the middle.
type circling struct{ world *world.World }

func (circling) ID() int { return 1 }

func (c circling) TruePose(t time.Time) (world.CameraPose, bool) {
	const radiusM, secondsRound = 80, 40
	a := 2 * math.Pi * math.Mod(float64(t.UnixMilli())/1000, secondsRound) / secondsRound
	e, n := radiusM*math.Sin(a), radiusM*math.Cos(a)
	round := a * 180 / math.Pi
	return world.CameraPose{
		Time: t, E: e, N: n, U: c.world.GroundU(0, 0) + 60,
		YawDeg: geo.NormalizeDeg(round + 180), PitchDeg: -40,
		BodyYawDeg: geo.NormalizeDeg(round + 90), BodyPitchDeg: -4 + 3*math.Sin(3*a), BodyRollDeg: 12,
		ThermalZoom: 1.5,
	}, true
}

// TestTheSimulatorsMetadataIsReadBack is both sides of the wire, which share no code: the packets of a moving camera over
// RTSP, read by the video room, told to a viewer, and turned into the pose that places detections.
func TestTheSimulatorsMetadataIsReadBack(t *testing.T) {
	t.Parallel()
	w, err := world.New(world.Config{Seed: 1, Scenario: somebody(t)})
	if err != nil {
		t.Fatal(err)
	}
	drone := circling{w}
	cameras, err := camera.NewServer(camera.Config{Listen: "127.0.0.1:0", World: w, Drones: []camera.Source{drone}})
	if errors.Is(err, camera.ErrNoEncoder) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	room, err := video.New(video.Config{ListenHost: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	t.Cleanup(func() { cancel(); parts.Wait() })
	parts.Go(func() { _ = cameras.Run(ctx) })
	parts.Go(func() { _ = room.Run(ctx) })
	if err := room.AddFeed(video.FeedConfig{ID: "mast", URL: cameras.URL(1, camera.KindThermal), Kind: video.KindThermal}); err != nil {
		t.Fatal(err)
	}

	// A busy computer leaves pictures out, and their packets: a pose counts between two that are near each other.
	var frame time.Time
	var before, after *video.Metadata
	until(t, "packets on both sides of an instant, near it", func() bool {
		f, ok := room.Feed("mast")
		if !ok || f.Metadata == nil || !f.Metadata.TimeExact {
			return false
		}
		if frame.IsZero() {
			frame = f.Metadata.FrameTime.Add(130 * time.Millisecond)
		}
		if before, after = room.MetadataAround("mast", frame); before == nil || after == nil {
			return false
		}
		if !before.TimeExact || after.FrameTime.Sub(before.FrameTime) > 500*time.Millisecond {
			frame = time.Time{} // another instant
			return false
		}
		return true
	})
	if !sameMoment(before.FrameTime, before.Time) {
		t.Errorf("the packet is of %v, its frame of %v", before.Time, before.FrameTime)
	}
	v, ok := klvViewAt(before, after, frame)
	if !ok {
		t.Fatalf("no pose between %+v and %+v", before, after)
	}
	truth, _ := drone.TruePose(frame)
	at := w.Frame().ToENU(v.pose.Position, v.pose.HAE)
	// Heights are told in steps of 0.3 m; a chord of the circle is 0.3 m off its arc in half a second.
	if d := math.Hypot(at[0]-truth.E, at[1]-truth.N); d > 0.5 || math.Abs(at[2]-truth.U) > 0.3 {
		t.Errorf("at %v, in truth %v %v %v", at, truth.E, truth.N, truth.U)
	}
	a := v.pose.Attitude
	if math.Abs(geo.DiffDeg(a.YawDeg, truth.YawDeg)) > 0.2 || math.Abs(a.PitchDeg-truth.PitchDeg) > 0.2 || math.Abs(a.RollDeg) > 0.2 {
		t.Errorf("looks %+v, in truth %v %v", a, truth.YawDeg, truth.PitchDeg)
	}
	if want := 2 * math.Atan(math.Tan(12.3*math.Pi/180)/1.5) * 180 / math.Pi; math.Abs(v.hfovDeg-want) > 0.01 {
		t.Errorf("%v° wide, in truth %v°", v.hfovDeg, want)
	}
	speed := math.Hypot(v.pose.Velocity[0], v.pose.Velocity[1])
	if want := 2 * math.Pi * 80 / 40; math.Abs(speed-want) > 1 {
		t.Errorf("%v m/s, in truth %v", speed, want)
	}
	atGround(t, w, before)
	atTargets(t, w, before)
	atViewer(t, ctx, room)
	f, _ := room.Feed("mast")
	told, packets := describeMetadata(f, time.Now())
	if told == nil || packets.Good == 0 || packets.BadChecksum+packets.Malformed+packets.ClockOff+packets.TooMany > 0 || told.BadValues > 0 ||
		told.Platform != "Copter 1" || told.Security == nil || told.Security.Classification != "unclassified" {
		t.Errorf("%+v %+v", told, packets)
	}
}

// sameMoment compares the time of a frame with that of its packet, which is told in whole microseconds.
func sameMoment(frame, packet time.Time) bool { return frame.Sub(packet).Abs() < time.Microsecond }

// atGround compares what a packet says of the ground with what its own pose and the terrain say.
func atGround(t *testing.T, w *world.World, m *video.Metadata) {
	t.Helper()
	v, ok := klvViewOf(m)
	if !ok || m.Center == nil || m.SlantRangeM == nil || len(m.Corners) != 4 {
		t.Fatalf("%+v", m)
	}
	locator := &georef.Locator{Ground: georef.Terrain{Model: w.Tile()}}
	lens := georef.CameraFromHFOV(640, 512, v.hfovDeg)
	for name, c := range map[string]struct {
		u, v float64
		want geo.LatLon
	}{
		"middle": {320, 256, *m.Center}, "upper left": {0, 0, m.Corners[0]}, "upper right": {640, 0, m.Corners[1]},
		"lower right": {640, 512, m.Corners[2]}, "lower left": {0, 512, m.Corners[3]},
	} {
		fix, err := locator.Locate(lens, v.pose, c.u, c.v, georef.DefaultSigma())
		if err != nil {
			t.Fatal(err)
		}
		if d := geo.Distance(fix.Position, c.want); d > 5 {
			t.Errorf("%s: %.1f m from where the packet has it", name, d)
		}
		if name == "middle" && math.Abs(fix.SlantM-*m.SlantRangeM) > 5 {
			t.Errorf("%v m away, the packet says %v", fix.SlantM, *m.SlantRangeM)
		}
	}
}

// atTargets compares the targets of a packet (VMTI) with what is in the world at its time, and their pixels with its own pose.
func atTargets(t *testing.T, w *world.World, m *video.Metadata) {
	t.Helper()
	if len(m.Targets) == 0 || m.TargetsTotal < len(m.Targets) {
		t.Fatalf("%d targets of %d", len(m.Targets), m.TargetsTotal)
	}
	v, _ := klvViewOf(m)
	lens := georef.CameraFromHFOV(640, 512, v.hfovDeg)
	locator := &georef.Locator{Ground: georef.Terrain{Model: w.Tile()}}
	for _, target := range m.Targets {
		if target.Position == nil || target.Center == nil || target.Box == nil || target.ConfidencePercent == nil {
			t.Fatalf("%+v", target)
		}
		nearest := math.Inf(1)
		for _, o := range w.ObjectsAt(m.FrameTime) {
			nearest = min(nearest, geo.Distance(o.LatLon, *target.Position))
		}
		if nearest > 1 {
			t.Errorf("nothing is within %.1f m of %+v", nearest, target)
		}
		fix, err := locator.Locate(lens, v.pose, target.Center[0], target.Center[1], georef.DefaultSigma())
		if err != nil {
			t.Fatal(err)
		}
		// The middle of a body is higher than its feet, and seen from the side it lies on the ground behind it.
		if d := geo.Distance(fix.Position, *target.Position); d > 4 {
			t.Errorf("its pixel is %.1f m from its place: %+v", d, target)
		}
		if b := *target.Box; target.Center[0] < b[0] || target.Center[0] > b[0]+b[2] || target.Center[1] < b[1] || target.Center[1] > b[1]+b[3] {
			t.Errorf("%+v", target)
		}
	}
}

// somebody is the scenario in which one person walks to and fro in the middle.
func somebody(t *testing.T) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load("crossing")
	if err != nil {
		t.Fatal(err)
	}
	s.Animals = nil
	s.Objects = []scenario.Object{{
		ID: "walker", Class: "person", Path: []scenario.Point{{0, 0}, {3, 2}}, Shuttle: true, StartS: -100,
		SpeedMS: 0.4, GaitHz: 1, Count: 1, SpacingM: 2.5, TempC: 30,
	}}
	return s
}

// atViewer watches the feed and waits for metadata on the data channel.
func atViewer(t *testing.T, ctx context.Context, room *video.Service) {
	t.Helper()
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.GracefulClose() }()
	messages := make(chan string, 100)
	dc, err := pc.CreateDataChannel("klv", nil)
	if err != nil {
		t.Fatal(err)
	}
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		select {
		case messages <- string(m.Data):
		default:
		}
	})
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	_, answer, err := room.Watch(ctx, "mast", pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-messages:
		var m video.Metadata
		if err := json.Unmarshal([]byte(text), &m); err != nil || m.Center == nil || m.SlantRangeM == nil || !sameMoment(m.FrameTime, m.Time) {
			t.Errorf("%v: %s", err, text)
		}
	case <-time.After(4 * time.Minute):
		t.Error("nothing came on the data channel")
	}
}
