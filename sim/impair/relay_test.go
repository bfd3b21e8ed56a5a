package impair

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// start runs a relay until the test ends.
func start(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("relay: %v", err)
		}
	})
}

func udpSocket(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// arrives reads one datagram within a time; false when none comes.
func arrives(t *testing.T, conn net.Conn, within time.Duration) (string, bool) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	n, err := conn.Read(buf)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "", false
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n]), true
}

func TestDatagramsGoBothWaysAndTheWireIsCut(t *testing.T) {
	t.Parallel()
	target := udpSocket(t)
	relay, err := NewUDP(Config{Listen: "127.0.0.1:0", Target: target.LocalAddr().String(), Up: Profile{Delay: 30 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	start(t, relay.Run)
	client, err := net.Dial("udp", relay.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	write := func(s string) {
		t.Helper()
		if _, err := client.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	write("up")
	buf := make([]byte, 100)
	n, from, err := target.ReadFromUDP(buf)
	if err != nil || string(buf[:n]) != "up" || time.Since(began) < 30*time.Millisecond {
		t.Fatalf("%q after %v, %v", buf[:n], time.Since(began), err)
	}
	if _, err := target.WriteToUDP([]byte("down"), from); err != nil {
		t.Fatal(err)
	}
	if got, _ := arrives(t, client, patience); got != "down" {
		t.Fatalf("got %q", got)
	}
	relay.Cut(true)
	write("into the dark")
	if got, ok := arrives(t, target, 200*time.Millisecond); ok {
		t.Fatalf("%q passed a cut wire", got)
	}
	relay.Cut(false)
	write("again")
	if got, _ := arrives(t, target, patience); got != "again" {
		t.Fatalf("got %q", got)
	}
	up, down := relay.Counts()
	if up.Passed != 2 || up.Cut != 1 || down.Passed != 1 {
		t.Errorf("%+v %+v", up, down)
	}
}

func TestStreamsKeepTheirBytesAndTheWireIsCut(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	target, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = target.Close() }()
	relay, err := NewTCP(t.Context(), Config{
		Listen: "127.0.0.1:0", Target: target.Addr().String(),
		Up: Profile{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, BytesPerSecond: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	start(t, relay.Run)
	client, err := net.Dial("tcp", relay.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	far, err := target.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Close() }()
	sent := bytes.Repeat([]byte("0123456789"), 10_000)
	if _, err := client.Write(sent); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(far, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("the bytes differ, or %v", err)
	}
	relay.Cut(true)
	if err := far.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Read(got); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a cut connection: %v", err)
	}
	if up, _ := relay.Counts(); up.Bytes != uint64(len(sent)) {
		t.Errorf("%+v", up)
	}
}
