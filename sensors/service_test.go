package sensors_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/serialport"
	"vedette/internal/serialport/ptytest"
	"vedette/sensors"
	"vedette/sensors/line"
)

const limit = 15 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that tests set. It keeps the monotonic reading of its start.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func start(t *testing.T, cfg sensors.Config) *sensors.Service {
	t.Helper()
	s, err := sensors.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(limit):
			t.Error("Run does not end")
		}
	})
	return s
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen within %v", what, limit)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func nextEvent(t *testing.T, s *sensors.Service) sensors.Event {
	t.Helper()
	select {
	case e, ok := <-s.Events():
		if !ok {
			t.Fatal("the events have ended")
		}
		return e
	case <-time.After(limit):
		t.Fatal("no event")
		return sensors.Event{}
	}
}

func state(t *testing.T, s *sensors.Service, id string) sensors.State {
	t.Helper()
	for _, one := range s.Sensors() {
		if one.ID == id {
			return one
		}
	}
	t.Fatalf("no sensor %s", id)
	return sensors.State{}
}

var north = []sensors.SensorConfig{
	{ID: "s-07", Kind: sensors.Seismic, Lat: -35.36, Lon: 149.16, Gateway: "north"},
	{ID: "p-01", Kind: sensors.PIR, Lat: -35.361, Lon: 149.161, AzimuthDeg: 90, FOVDeg: 60, Gateway: "north"},
	{ID: "b-02", Kind: sensors.Beam, Line: &[2]sensors.LatLon{{Lat: -35.36, Lon: 149.16}, {Lat: -35.36, Lon: 149.162}}},
}

// overUDP is a line gateway without a serial port, which lets tests say exactly what arrives.
func overUDP(t *testing.T, c *clock, log *slog.Logger) (*sensors.Service, func(string)) {
	t.Helper()
	cfg := sensors.Config{
		Sensors: north, Log: log,
		Gateways: []sensors.GatewayConfig{{Name: "north", UDP: "127.0.0.1:0", Protocol: sensors.ProtocolLine}},
	}
	if c != nil {
		cfg.Now = c.Now
	}
	s := start(t, cfg)
	conn, err := net.Dial("udp", s.GatewayAddr("north").String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return s, func(text string) {
		t.Helper()
		before := s.Stats().Datagrams
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		until(t, "the datagram", func() bool { return s.Stats().Datagrams > before })
	}
}

func trip(sensor string, seq uint64, at time.Time, detail string) line.Message {
	return line.Message{Sensor: sensor, Seq: seq, At: at, Type: line.Trip, Confidence: 86, Detail: detail, Battery: 91}
}

func text(m line.Message) string { return string(m.Append(nil)) }

func TestTripsComeThroughASerialLine(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	s := start(t, sensors.Config{
		Sensors:  north,
		Gateways: []sensors.GatewayConfig{{Name: "north", Serial: &serialport.Config{Device: device.Path, Baud: 115200}}},
	})
	write := func(text string) {
		t.Helper()
		if _, err := device.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	observed := time.Now().Add(-300 * time.Millisecond)
	write("noise$VGS,half" + text(trip("s-07", 1, observed, "WALK")))
	e := nextEvent(t, s)
	if e.Sensor != "s-07" || e.Type != sensors.EventTrip || e.Detail != "WALK" || e.Confidence != 0.86 || e.Seq != 1 ||
		e.ObservedAt.UnixMilli() != observed.UnixMilli() || e.ArrivedAt.Before(e.ObservedAt) {
		t.Errorf("%+v", e)
	}
	if e.State.Health != sensors.OK || e.State.Trips != 1 || *e.State.BatteryPercent != 91 {
		t.Errorf("%+v", e.State)
	}
	// The half line is counted when the read that brought both is done, which may be after the trip has been told.
	until(t, "the half line counted", func() bool { return s.Stats().Malformed == 1 })

	// The gateway is unplugged and comes back, without anybody's doing.
	device.Unplug()
	device.Plug()
	write(text(trip("b-02", 9, time.Now(), "L2R")))
	if e := nextEvent(t, s); e.Sensor != "b-02" || e.Detail != "L2R" {
		t.Errorf("%+v", e)
	}
}

func TestBadMessagesAreCountedAndHarmNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	var log lockedBuffer
	s, send := overUDP(t, c, slog.New(slog.NewTextHandler(&log, nil)))
	at := c.Now()
	good := text(trip("s-07", 5, at, "WALK"))

	send(good)
	send(good)                                            // repeated
	send(strings.Replace(good, "WALK", "WALL", 1))        // damaged
	send("$VGS,s-07*00\r\n")                              // damaged
	send(text(trip("s-99", 1, at, "")))                   // unknown
	send(text(trip("s-07", 4, at.Add(-time.Second), ""))) // late, not repeated
	send(text(trip("p-01", 1, at.Add(-time.Hour), "")))   // a clock far off
	send("$" + strings.Repeat("x", 500) + good)           // far too long, then repeated
	send(text(line.Message{Sensor: "s-07", Seq: 6, At: at, Type: "HELLO"}))

	var got []string
	for range 3 {
		e := nextEvent(t, s)
		got = append(got, fmt.Sprintf("%s/%d/%s", e.Sensor, e.Seq, e.Detail))
		if e.Sensor == "p-01" && !e.ObservedAt.Equal(c.Now()) {
			t.Errorf("a clock an hour off is believed: %v", e.ObservedAt)
		}
	}
	if want := "s-07/5/WALK s-07/4/UNKNOWN p-01/1/"; strings.Join(got, " ") != want {
		t.Errorf("%v, wanted %s", got, want)
	}
	stats := s.Stats()
	want := sensors.Stats{
		Lines: 9, Datagrams: 9, Events: 3, BadChecksum: 2, Malformed: 2, UnknownSensor: 1, Repeated: 2, ClockFar: 1,
	}
	if stats != want {
		t.Errorf("%+v\nwanted %+v", stats, want)
	}
	if state(t, s, "p-01").ClockOffsetS != nil {
		t.Error("an offset from a clock that is not believed")
	}

	// Said once a minute, with counts and the stranger's name.
	c.pass(time.Minute)
	until(t, "the log line", func() bool { return strings.Contains(log.String(), "badChecksum=2") })
	if lines := strings.Count(log.String(), "bad messages"); lines != 1 || !strings.Contains(log.String(), "s-99") {
		t.Errorf("%d lines: %s", lines, log.String())
	}
}

func TestASensorThatRestartsIsHeard(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	for _, step := range []struct {
		seq   uint64
		later time.Duration
		heard bool
	}{
		{1000, 0, true},
		{1001, time.Second, true},
		{1000, 0, false},             // repeated
		{900, -time.Minute, true},    // before all we know: it may have restarted without a clock
		{1, 5 * time.Second, true},   // restarted
		{2, 6 * time.Second, true},   //
		{1, 5 * time.Second, false},  // repeated
		{1, 9 * time.Second, true},   // restarted at once
		{1 << 40, time.Minute, true}, // far ahead
	} {
		before := s.Stats()
		send(text(trip("s-07", step.seq, c.Now().Add(step.later), "")))
		until(t, "the line", func() bool { return s.Stats().Lines > before.Lines })
		after := s.Stats()
		until(t, "the judgement", func() bool {
			after = s.Stats()
			return after.Events+after.Repeated > before.Events+before.Repeated
		})
		if heard := after.Events > before.Events; heard != step.heard {
			t.Errorf("sequence %d at %v: heard %v", step.seq, step.later, heard)
		}
	}
	if n := s.Stats().Restarts; n != 3 {
		t.Errorf("%d restarts", n)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	seq := uint64(0)
	say := func(kind line.Type, battery int) {
		t.Helper()
		seq++
		send(text(line.Message{Sensor: "s-07", Seq: seq, At: c.Now(), Type: kind, Battery: battery}))
	}
	is := func(want sensors.Health) {
		t.Helper()
		until(t, string(want), func() bool { return state(t, s, "s-07").Health == want })
	}
	is(sensors.Unknown)
	say(line.Status, 80)
	is(sensors.OK)
	say(line.Status, 20)
	is(sensors.LowBattery)
	c.pass(4 * time.Minute)
	is(sensors.Silent)
	say(line.Status, 80)
	is(sensors.OK)
	say(line.Tamper, 80)
	is(sensors.Tamper)
	c.pass(10 * time.Second)
	say(line.Status, 80)
	until(t, "the status", func() bool { return state(t, s, "s-07").LastSeen.Sub(c.Now()).Abs() < time.Millisecond })
	is(sensors.Tamper) // too soon for all clear
	c.pass(time.Minute)
	say(line.Status, 80)
	is(sensors.OK)
	if state(t, s, "p-01").Health != sensors.Unknown {
		t.Error("a sensor never heard is silent")
	}
}

func TestClockOffset(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	// The sensor's clock is 2 s behind; the way takes 0.1 to 0.9 s.
	for i, delay := range []time.Duration{900, 400, 100, 600} {
		send(text(trip("s-07", uint64(i), c.Now().Add(-2*time.Second-delay*time.Millisecond), "")))
	}
	until(t, "four trips", func() bool { return s.Stats().Events == 4 })
	if got := state(t, s, "s-07").ClockOffsetS; got == nil || math.Abs(*got-2.1) > 0.002 {
		t.Errorf("offset %v", got)
	}
	// A clock ahead cannot have seen the future.
	send(text(trip("b-02", 1, c.Now().Add(30*time.Second), "")))
	for e := nextEvent(t, s); ; e = nextEvent(t, s) {
		if e.Sensor == "b-02" {
			if e.ObservedAt.After(e.ArrivedAt) {
				t.Error("observed after it arrived")
			}
			break
		}
	}
}

func TestUpdatesGiveTheNewestState(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	const trips = 50
	for i := range uint64(trips) {
		send(text(trip("s-07", i, c.Now(), "")))
	}
	until(t, "the trips", func() bool { return s.Stats().Events == trips })
	seen := 0
	for {
		select {
		case u := <-s.Updates():
			seen++
			if u.Trips == trips {
				if seen == trips {
					t.Error("nothing was put together for a slow reader")
				}
				return
			}
		case <-time.After(limit):
			t.Fatal("the newest state never came")
		}
	}
}

func TestASlowReaderLosesTheOldestEvents(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, send := overUDP(t, c, nil)
	const sent = 1024 + 30
	var all strings.Builder
	for i := range uint64(sent) {
		all.WriteString(text(trip("s-07", i, c.Now(), "")))
		if i%100 == 99 || i == sent-1 {
			send(all.String())
			all.Reset()
		}
	}
	until(t, "all trips", func() bool { return s.Stats().Events == sent })
	if lost := s.Stats().Overflow; lost != sent-1024 {
		t.Errorf("%d lost", lost)
	}
	if e := nextEvent(t, s); e.Seq != sent-1024 {
		t.Errorf("the oldest left is %d", e.Seq)
	}
}

func TestAStrangersGatewayIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := start(t, sensors.Config{Sensors: north, Gateways: []sensors.GatewayConfig{
		{Name: "north", UDP: "127.0.0.1:0", Protocol: sensors.ProtocolLine},
		{Name: "south", UDP: "127.0.0.1:0", Protocol: sensors.ProtocolLine},
	}})
	conn, err := net.Dial("udp", s.GatewayAddr("south").String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	// s-07 belongs to north, b-02 to any gateway.
	if _, err := conn.Write([]byte(text(trip("s-07", 1, time.Now(), "")) + text(trip("b-02", 1, time.Now(), "")))); err != nil {
		t.Fatal(err)
	}
	if e := nextEvent(t, s); e.Sensor != "b-02" || s.Stats().UnknownSensor != 1 {
		t.Errorf("%+v, %+v", e, s.Stats())
	}
}

func TestConfigurationProblemsAreAllTold(t *testing.T) {
	t.Parallel()
	_, err := sensors.New(sensors.Config{
		Sensors: []sensors.SensorConfig{
			{ID: "a", Kind: "sonar"},
			{ID: "a", Kind: sensors.Beam, Gateway: "nowhere"},
			{ID: "c", Kind: sensors.PIR, Lat: 91, FOVDeg: math.NaN(), Address: "10.0.0.5"},
			{ID: "d", Kind: sensors.Seismic, Address: "ten"},
		},
		Gateways: []sensors.GatewayConfig{{Name: "g"}, {Name: "g", UDP: ":0", Protocol: "morse"}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"gateways[0]: give", "gateways[1].name", "gateways[1].protocol", "sensors[0].kind", "sensors[1].id", "sensors[1].line",
		"sensors[1].gateway", "sensors[2].position", "sensors[2].fovDeg", "sensors[2].address", "sensors[3].address",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing of %s in: %v", want, err)
		}
	}
}

func TestAStateIsJSONAsTheInterfaceSays(t *testing.T) {
	t.Parallel()
	s := start(t, sensors.Config{Sensors: north, Gateways: []sensors.GatewayConfig{{Name: "north", UDP: "127.0.0.1:0"}}})
	got, err := json.Marshal(s.Sensors())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"id":"s-07","kind":"seismic","position":{"lat":-35.36,"lon":149.16},"rangeM":40,"gateway":"north","state":"unknown","trips":0},` +
		`{"id":"p-01","kind":"pir","position":{"lat":-35.361,"lon":149.161},"azimuthDeg":90,"fovDeg":60,"rangeM":12,"gateway":"north","state":"unknown","trips":0},` +
		`{"id":"b-02","kind":"beam","position":{"lat":-35.36,"lon":149.161},"line":[{"lat":-35.36,"lon":149.16},{"lat":-35.36,"lon":149.162}],"rangeM":2,"state":"unknown","trips":0}]`
	if string(got) != want {
		t.Errorf("%s\nwanted\n%s", got, want)
	}
}

// lockedBuffer lets a test read what is being logged.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
