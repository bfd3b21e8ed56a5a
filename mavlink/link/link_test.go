package link

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/serialport/ptytest"
)

const patience = 60 * time.Second // a machine may be busy with other tests

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", patience, what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

// ear counts what a link hears and answers each ping.
type ear struct {
	frames, closed atomic.Int64
	trouble        atomic.Bool
}

func (e *ear) Receive(p *Peer, f Frame, _ time.Time) {
	e.frames.Add(1)
	if e.trouble.Load() {
		panic("trouble")
	}
	if f.MessageID == (&common.MessagePing{}).GetID() {
		p.Send(Urgent, &common.MessagePing{Seq: 7, TargetSystem: f.SystemID})
	}
}

func (e *ear) Closed(*Peer) { e.closed.Add(1) }

func open(t *testing.T, cfg Config, h Handler) *Link {
	t.Helper()
	cfg.Name = "test"
	l, err := New(cfg, Params{Codec: codec(t), Handler: h, SystemID: 255, ComponentID: 190, Beacon: &common.MessageHeartbeat{Type: 6}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, l)
	return l
}

func run(t *testing.T, l *Link) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := l.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func dial(t *testing.T, network string, l *Link) net.Conn {
	t.Helper()
	eventually(t, "bound", func() bool { return l.Addr() != nil })
	conn, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// hears waits for a message of an id on a connection.
func hears(t *testing.T, conn interface{ Read([]byte) (int, error) }, id uint32) {
	t.Helper()
	s := NewScanner(codec(t))
	buf := make([]byte, 2048)
	for found := false; !found; {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("waiting for message %d: %v", id, err)
		}
		s.Feed(buf[:n], time.Now(), func(f Frame) {
			if f.SystemID != 255 || f.ComponentID != 190 {
				t.Errorf("from %d/%d", f.SystemID, f.ComponentID)
			}
			found = found || f.MessageID == id
		})
	}
}

var pingID = (&common.MessagePing{}).GetID()

func TestUDPServer(t *testing.T) {
	t.Parallel()
	var e ear
	l := open(t, Config{UDPServer: "127.0.0.1:0"}, &e)
	c := codec(t)
	var conns []net.Conn
	for range 5 {
		conn := dial(t, "udp", l)
		_ = conn.SetDeadline(time.Now().Add(patience))
		conns = append(conns, conn)
		if _, err := conn.Write([]byte("noise makes no peer")); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "noise is in", func() bool { return l.Stats().BytesIn > 0 })
	if got := l.Stats().Peers; got != 0 {
		t.Errorf("%d peers of noise", got)
	}
	// Each is answered where it sent from, after our heartbeat.
	for _, conn := range conns {
		if _, err := conn.Write(append(heartbeats(t, c, 30), encode(t, c, 30, &common.MessagePing{})...)); err != nil {
			t.Fatal(err)
		}
		hears(t, conn, 0)
		hears(t, conn, pingID)
	}
	if s := l.Stats(); s.Peers != 5 || s.FramesIn != 5*31 || s.FramesOut < 10 || s.SkippedBytes == 0 {
		t.Errorf("%+v", s)
	}
	if got := e.frames.Load(); got != 5*31 {
		t.Errorf("%d frames", got)
	}
}

func TestAFrameThatCannotBeHandledHarmsNothingElse(t *testing.T) {
	t.Parallel()
	var e ear
	e.trouble.Store(true)
	l := open(t, Config{UDPServer: "127.0.0.1:0"}, &e)
	conn := dial(t, "udp", l)
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(heartbeats(t, codec(t), 3)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "three panics", func() bool { return l.Stats().Panics == 3 })
	e.trouble.Store(false)
	if _, err := conn.Write(encode(t, codec(t), 4, &common.MessagePing{})); err != nil {
		t.Fatal(err)
	}
	hears(t, conn, pingID)
}

func TestTCPServerForgetsConnectionsThatEnd(t *testing.T) {
	t.Parallel()
	var e ear
	l := open(t, Config{TCPServer: "127.0.0.1:0"}, &e)
	conn := dial(t, "tcp", l)
	_ = conn.SetDeadline(time.Now().Add(patience))
	hears(t, conn, 0) // our heartbeat comes first: nothing has been sent yet
	b := encode(t, codec(t), 1, &common.MessagePing{})
	for _, part := range [][]byte{b[:5], b[5:]} {
		if _, err := conn.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	hears(t, conn, pingID)
	_ = conn.Close()
	eventually(t, "forgotten", func() bool { return l.Stats().Peers == 0 && e.closed.Load() == 1 })
}

func TestTCPClientComesBack(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	var e ear
	l := open(t, Config{TCPClient: listener.Addr().String()}, &e)
	for range 3 {
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		hears(t, conn, 0)
		_ = conn.Close()
	}
	eventually(t, "opens are counted", func() bool { return l.Stats().Opens >= 3 })
}

func TestUDPClientWaitsForItsFarEnd(t *testing.T) {
	t.Parallel()
	// A port where nobody listens yet.
	far, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := far.LocalAddr().String()
	_ = far.Close()
	var e ear
	l := open(t, Config{UDPClient: addr}, &e)
	eventually(t, "a heartbeat into nothing", func() bool { return l.Stats().FramesOut > 0 })
	if far, err = net.ListenPacket("udp", addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = far.Close() })
	_ = far.SetDeadline(time.Now().Add(patience))
	_, from, err := far.ReadFrom(make([]byte, 1000))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := far.WriteTo(encode(t, codec(t), 1, &common.MessagePing{}), from); err != nil {
		t.Fatal(err)
	}
	eventually(t, "heard", func() bool { return e.frames.Load() == 1 })
}

func TestSerialLineThatIsPulledAndPlugged(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	var e ear
	l := open(t, Config{Serial: &SerialConfig{Device: device.Path, Baud: 57600}}, &e)
	for round := range 2 {
		eventually(t, "opened", func() bool { return l.Stats().Opens == uint64(round+1) })
		hears(t, device, 0)
		// A stray start byte on a line that is quiet afterwards.
		if _, err := device.Write(append([]byte{magicV2}, heartbeats(t, codec(t), 5)...)); err != nil {
			t.Fatal(err)
		}
		eventually(t, "five frames behind a stray byte", func() bool { return e.frames.Load() == int64(5*(round+1)) })
		device.Unplug()
		eventually(t, "the loss is noticed", func() bool { return e.closed.Load() == int64(round+1) })
		device.Plug()
	}
}

func TestALinkThatCannotListenTriesAgain(t *testing.T) {
	t.Parallel()
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var e ear
	l := open(t, Config{UDPServer: taken.LocalAddr().String()}, &e)
	_ = taken.Close()
	eventually(t, "bound in the end", func() bool { return l.Addr() != nil })
}
