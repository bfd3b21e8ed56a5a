package link

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
)

// TestDatagramsComeWithTheirSenders compares the addresses with those that the net package knows.
func TestDatagramsComeWithTheirSenders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ network, listen, from string }{
		"IPv4":             {"udp4", "127.0.0.1:0", "127.0.0.1"},
		"IPv6":             {"udp6", "[::1]:0", "::1"},
		"IPv4 within IPv6": {"udp", ":0", "::ffff:127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			packets, err := lc.ListenPacket(t.Context(), c.network, c.listen)
			if err != nil {
				t.Skipf("no such network here: %v", err)
			}
			conn, ok := packets.(*net.UDPConn)
			if !ok {
				t.Fatalf("%T", packets)
			}
			defer conn.Close() //nolint:errcheck // closed within the test
			d, err := newDatagrams(conn)
			if err != nil {
				t.Fatal(err)
			}
			from := netip.MustParseAddr(c.from)
			to := netip.AddrPortFrom(from.Unmap(), conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
			sender, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
			if err != nil {
				t.Fatal(err)
			}
			defer sender.Close() //nolint:errcheck // only sends
			want := netip.AddrPortFrom(from, sender.LocalAddr().(*net.UDPAddr).AddrPort().Port())
			buf := make([]byte, maxDatagram)
			// The longest, the shortest, and two that wait together.
			for _, sizes := range [][]int{{65507}, {0}, {3, 4}} {
				for _, size := range sizes {
					if _, err := sender.Write(bytes.Repeat([]byte{7}, size)); err != nil {
						t.Fatal(err)
					}
				}
				for _, size := range sizes {
					if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
						t.Fatal(err)
					}
					n, got, err := d.read(buf)
					if err != nil || n != size || got != want || !bytes.Equal(buf[:n], bytes.Repeat([]byte{7}, size)) {
						t.Fatalf("%d bytes from %v (%v), want %d from %v", n, got, err, size, want)
					}
				}
			}
			if err := conn.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := d.read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("behind the deadline: %v", err)
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := d.read(buf); !errors.Is(err, net.ErrClosed) {
				t.Errorf("of a closed socket: %v", err)
			}
		})
	}
}
