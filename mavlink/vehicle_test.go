package mavlink_test

import (
	"errors"
	"math"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func TestAVehicleIsFoundAndAskedForWhatTheStationNeeds(t *testing.T) {
	t.Parallel()
	s, _ := found(t, mavlinktest.Config{North: 1, GimbalPitch: -30})
	eventually(t, "everything asked for has come", func() bool {
		v, _ := s.Vehicle(1)
		return v.Version != "" && v.Battery != nil && v.Gimbal != nil && v.Gimbal.Valid && v.Landed != "" &&
			v.Clock.Synchronised && v.Link.RTT != nil && v.Clock.Ahead != nil && len(v.Modes) == 3
	})
	v, _ := s.Vehicle(1)
	if v.Autopilot != "ardupilot" || v.Type != "quadrotor" || v.State != mavlink.Live || v.Armed || v.Mode != "STABILIZE" {
		t.Errorf("identity: %+v", v)
	}
	if v.Version != "4.6.1" || v.Landed != "onGround" || v.Link.Name != "lan" {
		t.Errorf("version %q, landed %q, link %+v", v.Version, v.Landed, v.Link)
	}
	if !slices.Equal(v.Modes, []string{"STABILIZE", "GUIDED", "RTL"}) {
		t.Errorf("modes %v: the vehicle listed four, of which one cannot be chosen", v.Modes)
	}
	if math.Abs(v.Gimbal.PitchDeg+30) > 0.01 {
		t.Errorf("gimbal %+v", v.Gimbal)
	}
	if v.Battery.Voltage == nil || *v.Battery.Voltage != 12.6 || v.Battery.Current != nil || *v.Battery.Percent != 97 {
		t.Errorf("battery %+v", v.Battery)
	}
	if math.Abs(v.Clock.Ahead.Seconds()) > 1 {
		t.Errorf("the vehicle's clock is %v ahead", v.Clock.Ahead)
	}
	if got := len(s.Vehicles()); got != 1 {
		t.Errorf("%d vehicles: gimbals and cameras are none", got)
	}
	if st := s.Stats(); st.Vehicles != 1 || st.Live != 1 || st.Links[0].FramesIn == 0 || st.Lost != 0 {
		t.Errorf("stats %+v", st)
	}
}

func TestNothingButTwoHeartbeatsOfAVehicleMakesOne(t *testing.T) {
	t.Parallel()
	s, addr := station(t)
	a, err := mavlinktest.New(mavlinktest.Config{SystemID: 9, Network: "udp", Address: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	const quad, ardupilot = common.MAV_TYPE_QUADROTOR, common.MAV_AUTOPILOT_ARDUPILOTMEGA
	not := []message.Message{
		&common.MessageHeartbeat{Type: common.MAV_TYPE_GIMBAL, Autopilot: ardupilot},
		&common.MessageHeartbeat{Type: common.MAV_TYPE_CAMERA, Autopilot: common.MAV_AUTOPILOT_INVALID},
		&common.MessageHeartbeat{Type: common.MAV_TYPE_ADSB, Autopilot: common.MAV_AUTOPILOT_INVALID},
		&common.MessageHeartbeat{Type: common.MAV_TYPE_GCS, Autopilot: common.MAV_AUTOPILOT_INVALID},
		&common.MessageHeartbeat{Type: common.MAV_TYPE_ONBOARD_CONTROLLER, Autopilot: common.MAV_AUTOPILOT_INVALID},
		&common.MessageHeartbeat{Type: quad, Autopilot: common.MAV_AUTOPILOT_INVALID},
		&common.MessageAttitude{}, &common.MessageGlobalPositionInt{},
	}
	for range 3 {
		a.Send(1, not...)
	}
	a.Send(1, &common.MessageHeartbeat{Type: quad, Autopilot: ardupilot})
	seen := uint64(3*len(not) + 1)
	eventually(t, "all frames are in", func() bool { return s.Stats().Links[0].FramesIn == seen })
	if v := s.Vehicles(); len(v) != 0 {
		t.Fatalf("ghosts: %+v", v)
	}
	a.Send(1, &common.MessageHeartbeat{Type: quad, Autopilot: ardupilot})
	eventually(t, "the second heartbeat makes a vehicle", func() bool { return len(s.Vehicles()) == 1 })
}

func TestALostVehicleIsShownAsLostAndComesBack(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	events := gather(t, s)
	a.Change(func(f *mavlinktest.Faults) { f.Silent = true })
	eventually(t, "lost", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Lost })
	v, _ := s.Vehicle(1)
	if age := time.Since(v.LastSeen); age < 3900*time.Millisecond {
		t.Errorf("lost %v after the last heartbeat", age)
	}
	if v.Position == nil {
		t.Error("the last place of a lost vehicle is forgotten")
	}
	if _, err := s.Command(within(t), 1, mavlink.Land{}); !errors.Is(err, mavlink.ErrLost) {
		t.Errorf("a command to a lost vehicle: %v", err)
	}
	before := asked(a)
	a.Change(func(f *mavlinktest.Faults) { f.Silent = false })
	eventually(t, "back", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Live })
	eventually(t, "rates are asked for again", func() bool { return asked(a) >= before+10 })
	eventually(t, "both are told", func() bool { return events.has(mavlink.EventLost, mavlink.EventBack) })
}

func TestARebootIsNoticedAndRatesAreAskedForAgain(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{Uptime: time.Hour})
	events := gather(t, s)
	eventually(t, "rates were asked for", func() bool { return asked(a) >= 10 })
	before := asked(a)
	a.Reboot()
	// A rebooted autopilot sends hardly anything before it is asked; some say what time it is.
	for range 2 {
		a.Send(1, &common.MessageSystemTime{TimeBootMs: 5})
	}
	eventually(t, "the reboot is told", func() bool { return events.has(mavlink.EventRebooted) })
	eventually(t, "rates are asked for again", func() bool { return asked(a) >= before+10 })
	eventually(t, "poses come again", func() bool { _, err := s.PoseAt(1, time.Now()); return err == nil })
}

func TestTextsAreJoinedAndCopiesDropped(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	first := "This is a text of more than fifty characters, whi" + "c"
	parts := []common.MessageStatustext{
		{Severity: common.MAV_SEVERITY_WARNING, Id: 7, ChunkSeq: 0, Text: first},
		{Severity: common.MAV_SEVERITY_WARNING, Id: 7, ChunkSeq: 1, Text: "h goes on"},
	}
	a.Say(parts[0], parts[0], parts[1], parts[1])
	a.Say(common.MessageStatustext{Severity: common.MAV_SEVERITY_INFO, Text: "short"}, common.MessageStatustext{Severity: common.MAV_SEVERITY_INFO, Text: "short"})
	eventually(t, "texts have come", func() bool { v, _ := s.Vehicle(1); return len(v.Messages) >= 2 })
	v, _ := s.Vehicle(1)
	if len(v.Messages) != 2 || v.Messages[0].Text != first+"h goes on" || v.Messages[0].Severity != "warning" || v.Messages[1].Text != "short" {
		t.Errorf("texts: %+v", v.Messages)
	}
}

func TestStreamsOfACameraAreFound(t *testing.T) {
	t.Parallel()
	s, _ := found(t, mavlinktest.Config{
		Lens: common.MessageCameraInformation{FocalLength: 19, SensorSizeH: 8.28, VendorName: [32]uint8{'A'}, ModelName: [32]uint8{'B'}},
		Streams: []common.MessageVideoStreamInformation{
			{StreamId: 1, Count: 2, Flags: common.VIDEO_STREAM_STATUS_FLAGS_RUNNING | common.VIDEO_STREAM_STATUS_FLAGS_THERMAL, Framerate: 15, ResolutionH: 640, ResolutionV: 512, Hfov: 25, Name: "thermal", Uri: "rtsp://127.0.0.1:8554/thermal", Encoding: common.VIDEO_STREAM_ENCODING_H264},
			{StreamId: 2, Count: 2, Flags: common.VIDEO_STREAM_STATUS_FLAGS_RUNNING, Framerate: 15, ResolutionH: 1280, ResolutionV: 720, Hfov: 60, Name: "eo", Uri: "rtsp://127.0.0.1:8554/eo"},
		},
	})
	eventually(t, "both streams are known", func() bool { return len(s.Streams(1)) == 2 })
	streams := s.Streams(1)
	if st := streams[0]; !st.Thermal || st.Name != "thermal" || st.CameraComponent != 100 || st.URI != "rtsp://127.0.0.1:8554/thermal" || st.WidthPx != 640 || st.FrameRate != 15 || st.Encoding != "H264" {
		t.Errorf("thermal: %+v", st)
	}
	eventually(t, "the lens is known", func() bool { return math.Abs(s.Streams(1)[0].HFOVDeg-24.58) < 0.01 })
	if st := s.Streams(1)[1]; st.Thermal || st.HFOVDeg != 60 {
		t.Errorf("eo: %+v", st)
	}
	if s.Streams(2) != nil {
		t.Error("streams of an unknown vehicle")
	}
}

func TestPosesCarryTheTimeOfMeasurement(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{North: 12, East: -5, YawRate: 40, GimbalPitch: -35, GimbalYaw: 20, Uptime: time.Minute})
	eventually(t, "clocks are exchanged", func() bool { v, _ := s.Vehicle(1); return v.Clock.Synchronised })
	eventually(t, "poses reach back a second", func() bool { _, err := s.PoseAt(1, time.Now().Add(-time.Second)); return err == nil })
	when := time.Now().Add(-500 * time.Millisecond)
	p, err := s.PoseAt(1, when)
	if err != nil {
		t.Fatal(err)
	}
	lat, lon, yaw := a.Truth(when)
	// Milliseconds on the wire, and half the shortest round trip, which a busy machine makes long.
	v, _ := s.Vehicle(1)
	unsure := 0.02 + v.Clock.Uncertainty.Seconds()
	if d := math.Hypot((p.Lat-lat)*111195, (p.Lon-lon)*111195*0.8); d > 13*unsure {
		t.Errorf("%.2f m from the truth", d)
	}
	if d := math.Abs(math.Remainder(p.YawDeg-yaw, 360)); d > 40*unsure {
		t.Errorf("yaw %.1f, is %.1f", p.YawDeg, yaw)
	}
	if !p.GimbalValid || math.Abs(p.GimbalPitchDeg+35) > 0.1 || math.Abs(math.Remainder(p.GimbalYawDeg-yaw-20, 360)) > 40*unsure {
		t.Errorf("gimbal %+v, vehicle's yaw %.1f", p, yaw)
	}
	if _, err := s.PoseAt(1, time.Now().Add(-time.Hour)); !errors.Is(err, mavlink.ErrPoseTooOld) {
		t.Errorf("an hour ago: %v", err)
	}
	if _, err := s.PoseAt(1, time.Now().Add(time.Minute)); !errors.Is(err, mavlink.ErrPoseTooOld) {
		t.Errorf("in a minute: %v", err)
	}
	if _, err := s.PoseAt(3, time.Now()); !errors.Is(err, mavlink.ErrUnknownVehicle) {
		t.Errorf("unknown vehicle: %v", err)
	}
}

func TestTheTimeIsToldToWhoAsks(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{})
	a.Send(1, &common.MessageTimesync{Ts1: 4711})
	eventually(t, "an answer", func() bool {
		return slices.ContainsFunc(a.Heard(), func(m message.Message) bool {
			ts, ok := m.(*common.MessageTimesync)
			return ok && ts.Ts1 == 4711 && ts.Tc1 != 0
		})
	})
	if st := s.Stats(); st.Lost != 0 {
		t.Errorf("%d of %d frames count as lost", st.Lost, st.Received)
	}
}

func TestHeartbeatsComeAtOnceAndEverySecond(t *testing.T) {
	t.Parallel()
	_, a := found(t, mavlinktest.Config{})
	beats := func() (n int) {
		for _, m := range a.Heard() {
			if hb, ok := m.(*common.MessageHeartbeat); ok && hb.Type == common.MAV_TYPE_GCS && hb.Autopilot == common.MAV_AUTOPILOT_INVALID {
				n++
			}
		}
		return n
	}
	eventually(t, "three heartbeats", func() bool { return beats() >= 3 })
}

func TestLinksOfEveryTransport(t *testing.T) {
	t.Parallel()
	t.Run("tcp server", func(t *testing.T) {
		t.Parallel()
		s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "l", TCPServer: "127.0.0.1:0"}}})
		if err != nil {
			t.Fatal(err)
		}
		run(t, s)
		eventually(t, "bound", func() bool { return s.LinkAddr("l") != nil })
		fly(t, mavlinktest.Config{Network: "tcp", Address: s.LinkAddr("l").String(), Lat: 1, Lon: 1})
		eventually(t, "found", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil })
	})
	t.Run("udp client", func(t *testing.T) {
		t.Parallel()
		vehicle, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "l", UDPClient: vehicle.LocalAddr().String()}}})
		if err != nil {
			t.Fatal(err)
		}
		run(t, s)
		// Our heartbeat is the first thing the vehicle hears, and tells it where to answer.
		_ = vehicle.SetReadDeadline(time.Now().Add(patience))
		_, from, err := vehicle.ReadFrom(make([]byte, 512))
		if err != nil {
			t.Fatal(err)
		}
		local := vehicle.LocalAddr().String()
		_ = vehicle.Close()
		fly(t, mavlinktest.Config{Address: from.String(), Local: local, Lat: 1, Lon: 1})
		eventually(t, "found", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil })
	})
	t.Run("tcp client", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "l", TCPClient: l.Addr().String()}}})
		if err != nil {
			t.Fatal(err)
		}
		run(t, s)
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		fly(t, mavlinktest.Config{Conn: conn, Lat: 1, Lon: 1})
		eventually(t, "found", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil })
	})
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, links := range map[string][]mavlink.LinkConfig{
		"no transport":   {{Name: "a"}},
		"two transports": {{Name: "a", UDPServer: ":1", TCPServer: ":1"}},
		"no name":        {{UDPServer: ":1"}},
		"one name twice": {{Name: "a", UDPServer: ":1"}, {Name: "a", UDPServer: ":2"}},
		"no port":        {{Name: "a", UDPServer: "localhost"}},
		"no device":      {{Name: "a", Serial: &mavlink.SerialConfig{}}},
	} {
		if _, err := mavlink.New(mavlink.Config{Links: links}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// asked counts the requests for message rates.
func asked(a *mavlinktest.Autopilot) (n int) {
	for _, m := range a.Heard() {
		if c, ok := m.(*common.MessageCommandLong); ok && c.Command == common.MAV_CMD_SET_MESSAGE_INTERVAL {
			n++
		}
	}
	return n
}

type events struct {
	t    *testing.T
	s    *mavlink.Service
	seen []string
}

func gather(t *testing.T, s *mavlink.Service) *events { return &events{t: t, s: s} }

func (e *events) has(want ...string) bool {
	for {
		select {
		case u := <-e.s.Updates():
			if u.Vehicle.ID != 1 {
				e.t.Errorf("an update of vehicle %d", u.Vehicle.ID)
			}
			e.seen = append(e.seen, u.Event)
			continue
		default:
		}
		break
	}
	for _, w := range want {
		if !slices.Contains(e.seen, w) {
			return false
		}
	}
	return true
}
