package copter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"

	"vedette/sim/pty"
	"vedette/sim/scenario"
)

// framed gives a message as a frame of a MAVLink version.
func framed(t *testing.T, version streamwriter.Version, msg message.Message) []byte {
	t.Helper()
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := &streamwriter.Writer{FrameWriter: &frame.Writer{ByteWriter: &b, DialectRW: d}, Version: version, SystemID: 255, ComponentID: 190}
	if err := errors.Join(out.FrameWriter.Initialize(), out.Initialize(), out.Write(msg)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// running starts a vehicle with some stations, on the ground.
func running(t *testing.T, cfg Config) *Copter {
	t.Helper()
	w, err := testWorld()
	if err != nil {
		t.Fatal(err)
	}
	cfg.World, cfg.Seed, cfg.Drone.ID = w, 5, 1
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wait.Wait()
	})
	return c
}

// talk asks for the version over a stream, behind noise, and waits for the heartbeat, the answer and its acknowledgement.
func talk(t *testing.T, conn io.ReadWriter) {
	t.Helper()
	noise := []byte{0xFE, 9, 1, 0xFD, 250, 0, 3}
	ask := framed(t, streamwriter.V2, &mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_REQUEST_MESSAGE, Param1: 148})
	filler := bytes.Repeat(framed(t, streamwriter.V2, &mav.MessageHeartbeat{Type: mav.MAV_TYPE_GCS}), 20)
	if _, err := conn.Write(append(append(noise, ask...), filler...)); err != nil {
		t.Fatal(err)
	}
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	s, buf, seen := &scanner{}, make([]byte, 4096), map[uint32]bool{}
	for !seen[0] || !seen[148] || !seen[77] {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("heard %v, then: %v", seen, err)
		}
		frames, _ := s.push(buf[:n], d)
		for _, x := range frames {
			seen[x.frame.GetMessage().GetID()] = true
		}
	}
}

func freePort(t *testing.T, network string) string {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.LocalAddr().String()
	}
	c, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.Addr().String()
}

func dial(t *testing.T, network, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(atMost)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestStationsComeByEveryWay(t *testing.T) {
	t.Parallel()
	t.Run("tcpin", func(t *testing.T) {
		t.Parallel()
		addr := freePort(t, "tcp")
		running(t, Config{Stations: []string{"tcpin:" + addr}})
		talk(t, dial(t, "tcp", addr))
		talk(t, dial(t, "tcp", addr)) // a second station, while the first is there
	})
	t.Run("udpin", func(t *testing.T) {
		t.Parallel()
		addr := freePort(t, "udp")
		running(t, Config{Stations: []string{"udpin:" + addr}})
		talk(t, dial(t, "udp", addr))
	})
	t.Run("tcp", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		running(t, Config{Stations: []string{"tcp:" + l.Addr().String()}})
		for range 2 { // it calls again after a cut
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.SetDeadline(time.Now().Add(atMost)); err != nil {
				t.Fatal(err)
			}
			talk(t, conn)
			_ = conn.Close()
		}
	})
	t.Run("serial", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "radio")
		running(t, Config{Stations: []string{"serial:" + path + ":115200"}})
		line, err := pty.OpenDevice(path, 115200)
		if errors.Is(err, pty.ErrUnsupported) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = line.Close() }()
		if err := line.SetDeadline(time.Now().Add(atMost)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
			t.Fatal(err)
		}
		talk(t, line)
	})
}

// TestAnswersStayQuickOnASlowLine lists all parameters at 57,600 baud and sends commands meanwhile.
func TestAnswersStayQuickOnASlowLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "radio")
	c := running(t, Config{Stations: []string{"serial:" + path + ":57600"}})
	line, err := pty.OpenDevice(path, 57600)
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = line.Close() }()
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.Write(framed(t, streamwriter.V2, &mav.MessageParamRequestList{TargetSystem: 1, TargetComponent: 1})); err != nil {
		t.Fatal(err)
	}
	ask := framed(t, streamwriter.V2, &mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_REQUEST_MESSAGE, Param1: 148})
	s, buf, names, answered := &scanner{}, make([]byte, 4096), map[string]bool{}, 0
	behind := 0 // parameters that came between a command and its answer, at most
	since := -1
	for len(names) < 1380 {
		if since < 0 {
			if _, err := line.Write(ask); err != nil {
				t.Fatal(err)
			}
			since = len(names)
		}
		n, err := line.Read(buf)
		if err != nil {
			t.Fatalf("after %d parameters: %v", len(names), err)
		}
		frames, _ := s.push(buf[:n], d)
		for _, x := range frames {
			switch m := x.frame.GetMessage().(type) {
			case *mav.MessageParamValue:
				names[m.ParamId] = true
			case *mav.MessageCommandAck:
				answered, behind, since = answered+1, max(behind, len(names)-since), -1
			}
		}
	}
	if answered < 5 || behind > 200 || c.Stats().Dropped > 0 {
		t.Errorf("%d answers, the slowest behind %d parameters; %d chunks dropped", answered, behind, c.Stats().Dropped)
	}
}

func TestEntriesOfStations(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"udp:127.0.0.1:14550": "127.0.0.1:14550", "udpin::14550": "127.0.0.1:14570", "tcpin:0.0.0.0:5760": "0.0.0.0:5780",
		"tcp:10.0.0.1:5760": "10.0.0.1:5760", "serial:/dev/ttyS9:57600": "/dev/ttyS92", "udpin:127.0.0.1:0": "127.0.0.1:0",
	} {
		e, err := parseStation(s, 2)
		got := e.addr.String()
		if e.kind == "serial" {
			got = e.path
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "udp", "udp:127.0.0.1:0", "tcp:127.0.0.1", "serial:", "serial:/dev/x:fast", "http:127.0.0.1:1", "tcpin:127.0.0.1:65530"} {
		if e, err := parseStation(s, 1); err == nil {
			t.Errorf("%q was taken: %+v", s, e)
		}
	}
}

func TestMAVLink1IsUnderstood(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	if _, err := s.Write(framed(t, streamwriter.V1, &mav.MessageCommandLong{TargetSystem: 1, Command: common.MAV_CMD_REQUEST_MESSAGE, Param1: 148})); err != nil {
		t.Fatal(err)
	}
	s.must(s.ack(common.MAV_CMD_REQUEST_MESSAGE))
}

func TestTheAirLosesDelaysAndRepeats(t *testing.T) {
	t.Parallel()
	a := newAir(Impairment{LossPct: 20, DuplicatePct: 10, Delay: 50 * time.Millisecond, Jitter: 10 * time.Millisecond}, rand.New(rand.NewPCG(1, 2)))
	now := time.Unix(1000, 0)
	const sent = 4000
	count := map[int]int{}
	for i := range sent {
		a.carry(now, func() { count[i]++ })
	}
	if do, wait := a.next(now.Add(49 * time.Millisecond)); do != nil || wait <= 0 {
		t.Error("it came too early")
	}
	for do, _ := a.next(now.Add(61 * time.Millisecond)); do != nil; do, _ = a.next(now.Add(61 * time.Millisecond)) {
		do()
	}
	twice := 0
	for _, n := range count {
		twice += n - 1
	}
	if lost := sent - len(count); lost < sent/8 || lost > sent/4 || twice < sent/20 || twice > sent/8 {
		t.Errorf("of %d: %d lost, %d twice", sent, lost, twice)
	}
}

func TestTwoStationsHaveTheirOwnRates(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 10)
	s.stream(10, 30)
	other := dial(t, "udp", c.Addr().String())
	ask := framed(t, streamwriter.V2, &mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_SET_MESSAGE_INTERVAL, Param1: 33, Param2: 250_000})
	if _, err := other.Write(ask); err != nil {
		t.Fatal(err)
	}
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	buf, got := make([]byte, 65536), map[uint32]int{}
	for got[33] < 20 {
		n, err := other.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		frames, _ := (&scanner{whole: true}).push(buf[:n], d)
		for _, x := range frames {
			got[x.frame.GetMessage().GetID()]++
		}
	}
	if got[30] != 0 || len(all[*mav.MessageGlobalPositionInt](s)) != 0 || len(all[*mav.MessageAttitude](s)) < 20 {
		t.Errorf("the second station got %v, the first %d positions", got, len(all[*mav.MessageGlobalPositionInt](s)))
	}
}

// TestScannerKeepsEveryGoodFrame hides frames in noise, and gives them in pieces.
func TestScannerKeepsEveryGoodFrame(t *testing.T) {
	t.Parallel()
	d, err := newDialect()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	good := framed(t, streamwriter.V2, &mav.MessageSystemTime{TimeUnixUsec: 1, TimeBootMs: 2})
	var stream []byte
	for range 200 {
		for range rng.IntN(9) {
			stream = append(stream, []byte{0xFE, 0xFD, 0, byte(rng.Uint32())}[rng.IntN(4)])
		}
		stream = append(stream, good...)
	}
	stream = append(stream, make([]byte, 300)...) // so that nothing waits for more
	s, count := &scanner{}, 0
	for len(stream) > 0 {
		n := min(len(stream), 1+rng.IntN(40))
		frames, _ := s.push(stream[:n], d)
		count += len(frames)
		stream = stream[n:]
	}
	if count != 200 {
		t.Errorf("%d of 200 frames", count)
	}
}

// signedBy signs a frame as a station does, by the standard.
func signedBy(key [32]byte, link byte, stamp uint64, raw []byte, extra byte) []byte {
	out := bytes.Clone(raw[:len(raw)-2])
	out[2] = 1
	crc := uint16(0xFFFF)
	for _, c := range append(bytes.Clone(out[1:]), extra) {
		tmp := c ^ byte(crc)
		tmp ^= tmp << 4
		crc = crc>>8 ^ uint16(tmp)<<8 ^ uint16(tmp)<<3 ^ uint16(tmp)>>4
	}
	out = append(binary.LittleEndian.AppendUint16(out, crc), link)
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], stamp)
	out = append(out, b[:6]...)
	sum := sha256.Sum256(append(bytes.Clone(key[:]), out...))
	return append(out, sum[:6]...)
}

func TestSigning(t *testing.T) {
	t.Parallel()
	s, c := newPair(t, scenario.Drone{}, 5)
	key := [32]byte{1, 2, 3}
	const commandLongExtra = 152
	now := uint64(time.Since(signingEpoch) / (10 * time.Microsecond))
	asked := float32(0)
	// An answer may take long on a busy machine; that none comes is believed soon.
	ask := func(k [32]byte, link byte, stamp uint64, expected bool) bool {
		asked++
		patience := 300 * time.Millisecond
		if expected {
			patience = atMost
		}
		raw := framed(t, streamwriter.V2, &mav.MessageCommandLong{TargetSystem: 1, TargetComponent: 1, Command: common.MAV_CMD_GET_MESSAGE_INTERVAL, Param1: 1000 + asked})
		if _, err := s.Write(signedBy(k, link, stamp, raw, commandLongExtra)); err != nil {
			t.Fatal(err)
		}
		_, answered := within(s, patience, func(m *mav.MessageMessageInterval) bool { return float32(m.MessageId) == 1000+asked })
		return answered
	}
	if !ask([32]byte{9}, 0, now, true) {
		t.Error("without a key a signed frame was refused")
	}
	s.send(&mav.MessageSetupSigning{TargetSystem: 1, TargetComponent: 1, SecretKey: key, InitialTimestamp: now})
	until(s, "a heartbeat", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_QUADROTOR })
	for _, x := range []struct {
		what  string
		key   [32]byte
		link  byte
		stamp uint64
		want  bool
	}{
		{"the right key", key, 0, now + 10, true}, {"again", key, 0, now + 10, false}, {"older", key, 0, now + 5, false},
		{"the next", key, 0, now + 11, true}, {"a wrong key", [32]byte{7}, 0, now + 99, false}, {"another link", key, 3, now, true},
		{"long ago", key, 4, now - 7_000_000, false},
	} {
		if got := ask(x.key, x.link, x.stamp, x.want); got != x.want {
			t.Errorf("%s: answered %v", x.what, got)
		}
	}
	for link := byte(10); link < 24; link++ {
		if !ask(key, link, now+20, true) {
			t.Fatalf("link %d was refused", link)
		}
	}
	if ask(key, 99, now+20, false) {
		t.Error("a 17th stream was taken")
	}
	s.must(s.command(1, common.MAV_CMD_REQUEST_MESSAGE, 148)) // unsigned frames are still taken
	if c.Stats().Refused < 5 {
		t.Errorf("refused %d", c.Stats().Refused)
	}
	// What it sends is signed, with the right key and rising timestamps.
	last, checked := uint64(0), 0
	until(s, "signed frames", func(mavMessage) bool {
		s.mu.Lock()
		raw := s.messages[s.taken-1].signed
		s.mu.Unlock()
		if raw == nil {
			return false
		}
		n := len(raw) - 6
		sum := sha256.Sum256(append(bytes.Clone(key[:]), raw[:n]...))
		if stamp := stampOf(raw[n-6 : n]); !bytes.Equal(sum[:6], raw[n:]) || stamp <= last {
			t.Fatalf("signature %x at %d after %d", raw[n:], stamp, last)
		} else {
			last = stamp
		}
		checked++
		return checked == 10
	})
	s.send(&mav.MessageSetupSigning{TargetSystem: 1, TargetComponent: 1})
	until(s, "an unsigned frame", func(mavMessage) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.messages[s.taken-1].signed == nil
	})
}

func TestPortsAreTenApart(t *testing.T) {
	t.Parallel()
	_, port, err := net.SplitHostPort(freePort(t, "tcp"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := strconv.Atoi(port)
	if err != nil || base > 65000 {
		t.Skip("no room above the free port")
	}
	c := running(t, Config{Number: 3, Stations: []string{"tcpin:127.0.0.1:" + port}})
	if got := c.Addr().(*net.TCPAddr).Port; got != base+30 {
		t.Errorf("it listens on %d, the first would on %d", got, base)
	}
}
