package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/serialport"
	"vedette/internal/serialport/ptytest"
)

// radioAt plays hardware at one speed: heartbeats when the port is set to it, noise else. It counts what it is sent at any
// other speed.
func radioAt(t *testing.T, d *ptytest.Device, baud *atomic.Int64) (disturbed *atomic.Int64) {
	t.Helper()
	c := codec(t)
	disturbed = &atomic.Int64{}
	done := make(chan struct{})
	var hardware sync.WaitGroup
	t.Cleanup(func() { close(done); hardware.Wait() })
	hardware.Go(func() {
		sequence := uint8(0)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			speed, err := d.Baud()
			if err != nil {
				continue
			}
			b := []byte{magicV2, 0x80, 0xC0, 0, 0xF8, 0x1E, 0x78}
			if int64(speed) == baud.Load() {
				sequence++
				if b, err = c.Encode(nil, &common.MessageHeartbeat{Type: 2, Autopilot: 3}, sequence, 1, 1); err != nil {
					t.Error(err)
				}
			}
			if _, err := d.Write(b); err != nil {
				continue
			}
		}
	})
	hardware.Go(func() {
		buf := make([]byte, 4096)
		for {
			select {
			case <-done:
				return
			default:
			}
			n, err := d.ReadWithin(buf, 100*time.Millisecond)
			if err != nil {
				continue
			}
			if speed, err := d.Baud(); err == nil && int64(speed) != baud.Load() {
				disturbed.Add(int64(n))
			}
		}
	})
	return disturbed
}

func TestTheSpeedOfASerialLineIsFoundByHeartbeat(t *testing.T) {
	t.Parallel()
	d := ptytest.New(t)
	var baud atomic.Int64
	baud.Store(115200)
	disturbed := radioAt(t, d, &baud)
	var e ear
	l := open(t, Config{Serial: &SerialConfig{Device: d.Path}}, &e)
	eventually(t, "looking", func() bool { return l.Report(time.Now()).State == Probing })
	eventually(t, "found", func() bool { return l.Report(time.Now()).State == Up && e.frames.Load() > 3 })
	if r := l.Report(time.Now()); r.Baud != 115200 || r.BytesPerSecond < 11000 || r.BytesPerSecond > 11520 || r.Transport != "serial" || r.Address != d.Path {
		t.Errorf("%+v", r)
	}
	if n := disturbed.Load(); n != 0 {
		t.Errorf("%d bytes were sent at wrong speeds", n)
	}
	// What was found is tried first after a replug.
	opens := l.Stats().Opens
	d.Unplug()
	eventually(t, "the loss is noticed", func() bool { return l.Report(time.Now()).State == Down })
	if r := l.Report(time.Now()); !strings.Contains(r.Problem, "plugged") {
		t.Errorf("the problem is %q", r.Problem)
	}
	d.Plug()
	began := time.Now()
	eventually(t, "found again", func() bool { return l.Stats().Opens > opens && l.Report(time.Now()).State == Up })
	if took := time.Since(began); took > 8*time.Second {
		t.Logf("found again after %v", took)
	}
}

func TestFlappingLinksLeakNothingAndKeepWorking(t *testing.T) {
	t.Parallel()
	t.Run("tcp server", func(t *testing.T) {
		t.Parallel()
		var e ear
		l := open(t, Config{TCPServer: "127.0.0.1:0"}, &e)
		for i := range 30 {
			conn := dial(t, "tcp", l)
			if _, err := conn.Write(encode(t, codec(t), uint8(i), &common.MessageHeartbeat{})); err != nil {
				t.Fatal(err)
			}
			eventually(t, "heard", func() bool { return e.frames.Load() == int64(i+1) })
			_ = conn.Close()
		}
		eventually(t, "all are gone", func() bool { return l.Stats().Peers == 0 && e.closed.Load() == 30 })
	})
	t.Run("tcp client", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		var e ear
		l := open(t, Config{TCPClient: listener.Addr().String()}, &e)
		for i := range 8 {
			conn, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(encode(t, codec(t), uint8(i), &common.MessageHeartbeat{})); err != nil {
				t.Fatal(err)
			}
			eventually(t, "heard", func() bool { return e.frames.Load() == int64(i+1) })
			_ = conn.Close()
		}
		eventually(t, "all are gone", func() bool { return e.closed.Load() >= 8 })
		if l.Stats().Peers > 1 {
			t.Errorf("%d peers", l.Stats().Peers)
		}
	})
	t.Run("serial", func(t *testing.T) {
		t.Parallel()
		d := ptytest.New(t)
		var e ear
		open(t, Config{Serial: &SerialConfig{Device: d.Path, Baud: 57600}}, &e)
		for i := range 6 {
			if _, err := d.Write(encode(t, codec(t), uint8(i), &common.MessageHeartbeat{})); err != nil {
				t.Fatal(err)
			}
			eventually(t, "heard", func() bool { return e.frames.Load() == int64(i+1) })
			d.Unplug()
			d.Plug()
		}
	})
}

func TestBothInternetProtocols(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network, listen string
		dial            []string
	}{
		{"udp", "[::1]:0", []string{"[::1]"}},
		{"tcp", "[::1]:0", []string{"[::1]"}},
		{"udp", ":0", []string{"[::1]", "127.0.0.1"}},
		{"tcp", ":0", []string{"[::1]", "127.0.0.1"}},
		{"udp", "0.0.0.0:0", []string{"127.0.0.1"}},
	} {
		t.Run(c.network+" "+c.listen, func(t *testing.T) {
			t.Parallel()
			server := Config{UDPServer: c.listen}
			if c.network == "tcp" {
				server = Config{TCPServer: c.listen}
			}
			var e ear
			l := open(t, server, &e)
			eventually(t, "bound", func() bool { return l.Addr() != nil })
			_, port, err := net.SplitHostPort(l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			for i, host := range c.dial {
				// Our own clients on the other end: each is heard, and hears.
				client := Config{UDPClient: host + ":" + port}
				if c.network == "tcp" {
					client = Config{TCPClient: host + ":" + port}
				}
				var far ear
				open(t, client, &far)
				eventually(t, "both hear each other", func() bool {
					return e.frames.Load() > int64(2*i) && far.frames.Load() > 0 && l.Stats().Peers == i+1
				})
			}
			for _, end := range l.Report(time.Now()).Ends {
				if strings.Contains(end.Remote, "::ffff:") {
					t.Errorf("an IPv4 peer is shown as %s", end.Remote)
				}
			}
		})
	}
}

func TestABroadcastFindsWhoIsThere(t *testing.T) {
	t.Parallel()
	// Two vehicles of one network, which listen for a station; loopback has a broadcast address too.
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var inner error
		err := raw.Control(func(fd uintptr) {
			inner = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		})
		return errors.Join(err, inner)
	}}
	port := 0
	var vehicles []net.PacketConn
	for range 2 {
		v, err := lc.ListenPacket(t.Context(), "udp4", fmt.Sprintf("127.255.255.255:%d", port))
		if err != nil {
			t.Skipf("no broadcast on loopback: %v", err)
		}
		t.Cleanup(func() { _ = v.Close() })
		port = v.LocalAddr().(*net.UDPAddr).Port
		vehicles = append(vehicles, v)
	}
	var e ear
	l := open(t, Config{UDPBroadcast: fmt.Sprintf("127.255.255.255:%d", port)}, &e)
	var ends []net.Conn
	for i, v := range vehicles {
		_ = v.SetDeadline(time.Now().Add(patience))
		buf := make([]byte, 2048)
		n, station, err := v.ReadFrom(buf)
		if err != nil {
			t.Fatalf("vehicle %d hears no call: %v", i, err)
		}
		heartbeat := false
		NewScanner(codec(t)).Datagram(buf[:n], func(f Frame) { heartbeat = f.MessageID == 0 && f.SystemID == 255 })
		if !heartbeat {
			t.Errorf("the call is %x", buf[:n])
		}
		// It answers from an address of its own, and is talked to there.
		own, err := net.Dial("udp4", station.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = own.Close() })
		_ = own.SetDeadline(time.Now().Add(patience))
		if _, err := own.Write(encode(t, codec(t), 1, &common.MessagePing{})); err != nil {
			t.Fatal(err)
		}
		hears(t, own, pingID)
		ends = append(ends, own)
	}
	if s := l.Stats(); s.Peers != 2 {
		t.Errorf("%d peers", s.Peers)
	}
	var r Report
	eventually(t, "the link is up", func() bool {
		for _, own := range ends {
			if _, err := own.Write(encode(t, codec(t), 2, &common.MessagePing{})); err != nil {
				t.Fatal(err)
			}
		}
		r = l.Report(time.Now())
		return r.State == Up
	})
	if len(r.Ends) != 2 || r.Transport != "udpBroadcast" || !strings.HasPrefix(r.Address, "127.255.255.255:") {
		t.Errorf("%+v", r)
	}
}

func addressOf(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)}), 9)
}

func TestAFloodOfSendersKeepsNoVehicleOut(t *testing.T) {
	t.Parallel()
	l, err := New(Config{Name: "l", UDPServer: ":0"}, Params{Codec: codec(t), Handler: &ear{}})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	s := &udpServer{link: l, conn: conn, peers: make(map[netip.AddrPort]*udpPeer)}
	ctx, cancel := context.WithCancel(t.Context())
	for i := range maxPeers {
		if s.peer(ctx, addressOf(i)) == nil {
			t.Fatalf("number %d is refused", i)
		}
	}
	if s.peer(ctx, addressOf(maxPeers)) != nil {
		t.Error("room beyond the limit while all are fresh")
	}
	s.peers[addressOf(7)].last.Store(time.Now().Add(-time.Minute).UnixNano())
	if s.peer(ctx, addressOf(maxPeers)) == nil || s.peers[addressOf(7)] != nil {
		t.Error("a vehicle is kept out by senders that are silent")
	}
	cancel()
	for addr := range s.peers {
		s.end(addr)
	}
}

func TestProblemsAreToldInWords(t *testing.T) {
	t.Parallel()
	open := func(device string) error {
		p, err := serialport.Open(serialport.Config{Device: device})
		if err == nil {
			_ = p.Close()
			t.Fatalf("%s opened", device)
		}
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{open("/dev/ttyNOTHING"), "plugged in"},
		{fmt.Errorf("open serial port: %w", &os.PathError{Op: "open", Path: "/dev/ttyUSB0", Err: syscall.EACCES}), "/dev/ttyUSB0: permission denied: add the user to the group dialout"},
		{fmt.Errorf("listen: %w", syscall.EADDRINUSE), "another program"},
		{fmt.Errorf("connect: %w", syscall.ECONNREFUSED), "nothing listens"},
		{fmt.Errorf("connect: %w", syscall.EHOSTUNREACH), "cable"},
		{fmt.Errorf("connect: %w", &net.DNSError{Name: "drone"}), "name is not known"},
		{fmt.Errorf("x: %w", serialport.ErrBusy), "in use"},
	} {
		if got := explain(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%q does not say %q", got, c.want)
		}
	}
}

func TestAnOpenLinkThatHearsNothingSaysSo(t *testing.T) {
	t.Parallel()
	var e ear
	l := open(t, Config{UDPServer: "127.0.0.1:0"}, &e)
	if r := l.Report(time.Now()); r.State == Up {
		t.Errorf("up without a frame: %+v", r)
	}
	conn := dial(t, "udp", l)
	later := func(d time.Duration) Report { return l.Report(time.Now().Add(d)) }
	if r := later(10 * time.Second); r.State != Silent || !strings.Contains(r.Problem, "nothing heard for 10s") {
		t.Errorf("%v: %q", r.State, r.Problem)
	}
	if _, err := conn.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "noise is in", func() bool { return l.Stats().BytesIn > 0 })
	if r := later(10 * time.Second); r.State != Silent || !strings.Contains(r.Problem, "no MAVLink frame") {
		t.Errorf("%v: %q", r.State, r.Problem)
	}
	if _, err := conn.Write(encode(t, codec(t), 0, &common.MessageHeartbeat{})); err != nil {
		t.Fatal(err)
	}
	eventually(t, "up", func() bool { return l.Report(time.Now()).State == Up })
	if r := later(time.Second); len(r.Ends) != 1 || r.Ends[0].BytesIn != 13 || r.Ends[0].LastHeard.IsZero() || r.Problem != "" {
		t.Errorf("%+v", r)
	}
}
