package copter

import (
	"context"
	"errors"
	"math"
	"net"
	"sync"
	"testing"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
	"go.uber.org/goleak"

	"vedette/sim/scenario"
	"vedette/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testWorld = sync.OnceValues(func() (*world.World, error) { return world.New(world.Config{Seed: 3}) })

// mavMessage waits for messages of any type.
type mavMessage = message.Message

// heard is one message that the station got.
type heard struct {
	component uint8
	seq       uint8
	msg       message.Message
	signed    []byte // the frame, where it is signed
}

// station is a ground station for tests: it keeps everything it hears.
type station struct {
	t    *testing.T
	conn *net.UDPConn
	out  *streamwriter.Writer

	mu       sync.Mutex
	vehicle  *net.UDPAddr
	messages []heard
	taken    int
}

// Write sends one frame to the vehicle.
func (s *station) Write(b []byte) (int, error) {
	s.mu.Lock()
	to := s.vehicle
	s.mu.Unlock()
	return s.conn.WriteToUDP(b, to)
}

// newPair starts a vehicle and a station that it reports to.
func newPair(t *testing.T, drone scenario.Drone, speed float64) (*station, *Copter) {
	t.Helper()
	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	// Telemetry of a vehicle that flies at a multiple of time must not push an answer out while this process waits for its turn.
	_ = conn.SetReadBuffer(4 << 20) // the kernel may grant less
	drone.ID = max(drone.ID, 1)
	c, err := New(Config{
		World: w, Drone: drone, Speed: speed, Seed: 5, Stations: []string{"udp:" + conn.LocalAddr().String()},
		StreamURI: func(kind string) string { return "rtsp://127.0.0.1:8554/1/" + kind },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &station{t: t, conn: conn, vehicle: c.Addr().(*net.UDPAddr)}
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	s.out = &streamwriter.Writer{
		FrameWriter: &frame.Writer{ByteWriter: s, DialectRW: d}, Version: streamwriter.V2, SystemID: 255, ComponentID: 190,
	}
	if err := errors.Join(s.out.FrameWriter.Initialize(), s.out.Initialize()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	wait.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			frames, _ := (&scanner{whole: true}).push(buf[:n], d)
			s.mu.Lock()
			for _, x := range frames {
				s.messages = append(s.messages, heard{x.frame.GetComponentID(), x.frame.GetSequenceNumber(), x.frame.GetMessage(), x.signed})
			}
			s.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = conn.Close()
		wait.Wait()
	})
	return s, c
}

func (s *station) send(msg message.Message) {
	s.t.Helper()
	if err := s.out.Write(msg); err != nil {
		s.t.Fatal(err)
	}
}

const (
	// patience is how long a station waits before it asks again.
	patience = 2 * time.Second
	// atMost is how long something may take on a machine that is busy with much else.
	atMost = 2 * time.Minute
)

// within waits for a message that a function accepts, among those that came since the last one that was waited for.
func within[M message.Message](s *station, long time.Duration, accept func(M) bool) (M, bool) {
	s.t.Helper()
	next := func() (message.Message, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken == len(s.messages) {
			return nil, false
		}
		s.taken++
		return s.messages[s.taken-1].msg, true
	}
	for deadline := time.Now().Add(long); time.Now().Before(deadline); {
		for msg, more := next(); more; msg, more = next() {
			if m, ok := msg.(M); ok && (accept == nil || accept(m)) {
				return m, true
			}
		}
		<-time.After(time.Millisecond)
	}
	var none M
	return none, false
}

// until waits as within, but for long, and fails the test in the end.
func until[M message.Message](s *station, what string, accept func(M) bool) M {
	s.t.Helper()
	m, ok := within(s, atMost, accept)
	if !ok {
		s.t.Fatalf("waited in vain for %s", what)
	}
	return m
}

// all gives every message of a type heard so far.
func all[M message.Message](s *station) (out []M) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.messages {
		if m, ok := h.msg.(M); ok {
			out = append(out, m)
		}
	}
	return out
}

// command sends COMMAND_LONG to a component and gives the result.
func (s *station) command(component uint8, id common.MAV_CMD, params ...float32) mav.MAV_RESULT {
	s.t.Helper()
	var p [7]float32
	copy(p[:], params)
	s.send(&mav.MessageCommandLong{
		TargetSystem: 1, TargetComponent: component, Command: id,
		Param1: p[0], Param2: p[1], Param3: p[2], Param4: p[3], Param5: p[4], Param6: p[5], Param7: p[6],
	})
	return s.ack(id)
}

// commandInt sends COMMAND_INT with a place relative to home and gives the result.
func (s *station) commandInt(id common.MAV_CMD, flags float32, lat, lon float64, z float32) mav.MAV_RESULT {
	s.t.Helper()
	s.send(&mav.MessageCommandInt{
		TargetSystem: 1, TargetComponent: 1, Frame: mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, Command: id,
		Param1: -1, Param2: flags, Param4: float32(math.NaN()), X: e7(lat), Y: e7(lon), Z: z,
	})
	return s.ack(id)
}

func (s *station) ack(id common.MAV_CMD) mav.MAV_RESULT {
	s.t.Helper()
	return until(s, "an ack of "+id.String(), func(m *mav.MessageCommandAck) bool {
		return m.Command == id && m.TargetSystem == 255 && m.TargetComponent == 190
	}).Result
}

func (s *station) must(result mav.MAV_RESULT) {
	s.t.Helper()
	if result != mav.MAV_RESULT_ACCEPTED {
		texts := all[*mav.MessageStatustext](s)
		for _, m := range texts {
			s.t.Log(m.Text)
		}
		s.t.Fatalf("answered %v", result)
	}
}

// stream asks for messages at a rate.
func (s *station) stream(hz float32, ids ...float32) {
	s.t.Helper()
	for _, id := range ids {
		s.must(s.command(1, common.MAV_CMD_SET_MESSAGE_INTERVAL, id, 1e6/hz))
	}
}

// arm switches DISARM_DELAY off first: its ten simulated seconds pass while a slow machine sends the next command.
func (s *station) arm() {
	s.t.Helper()
	s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "DISARM_DELAY", ParamType: mav.MAV_PARAM_TYPE_INT8})
	until(s, "the echo of DISARM_DELAY", func(m *mav.MessageParamValue) bool { return m.ParamId == "DISARM_DELAY" && m.ParamValue == 0 })
	s.must(s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
}

// takeOff arms and climbs.
func (s *station) takeOff(height float32) {
	s.t.Helper()
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.arm()
	s.must(s.command(1, common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, height))
	until(s, "the height", func(m *mav.MessageGlobalPositionInt) bool { return m.RelativeAlt > int32(height*1000)-700 })
}
