package ingest

import (
	"context"
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// What a source sends at once must find room before the next goroutine runs.
func TestTheConnectionHoldsMoreThanTheKernelGivesIt(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	dial := func() net.Conn {
		var d net.Dialer
		conn, err := d.DialContext(context.Background(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	plain, wide := dial(), dial()
	widen(wide)
	if was, is := received(t, plain), received(t, wide); is <= was {
		t.Errorf("a receive buffer of %d bytes; the kernel gives %d by itself", is, was)
	}
}

func received(t *testing.T, conn net.Conn) (bytes int) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if e := raw.Control(func(fd uintptr) { bytes, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return bytes
}
