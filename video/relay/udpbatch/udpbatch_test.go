package udpbatch

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listen(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
	if err != nil {
		t.Skipf("this machine has no %s: %v", addr, err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // perhaps for the second time
	_ = conn.SetReadBuffer(4 << 20)
	return conn
}

// media makes an SRTP packet of a source, numbered.
func media(ssrc uint32, number uint16, size int) []byte {
	b := make([]byte, size)
	b[0], b[1] = 0x80, 96
	binary.BigEndian.PutUint16(b[2:], number)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	for i := 12; i < size; i++ {
		b[i] = byte(i) ^ byte(number)
	}
	return b
}

func receive(t *testing.T, conn *net.UDPConn, want [][]byte) {
	t.Helper()
	buf := make([]byte, 2000)
	for i, w := range want {
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("datagram %d of %d: %v", i, len(want), err)
		}
		if !bytes.Equal(buf[:n], w) {
			t.Fatalf("datagram %d: %d bytes beginning % x, want %d beginning % x", i, n, buf[:min(n, 12)], len(w), w[:12])
		}
	}
}

func addrOf(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

// ways are the socket as it is, and with what older kernels and other systems lack.
var ways = map[string]func(*Conn){
	"as it is":         func(*Conn) {},
	"without segments": func(c *Conn) { c.gso.Store(false) },
	"plain":            func(c *Conn) { c.gso.Store(false); c.mmsg.Store(false) },
}

func TestDatagramsArriveAsTheyWereWritten(t *testing.T) {
	for _, host := range []string{"127.0.0.1:0", "[::1]:0"} {
		for name, change := range ways {
			t.Run(host+" "+name, func(t *testing.T) {
				t.Parallel()
				var routes Routes
				c := New(listen(t, host), &routes)
				change(c)
				batch := routes.NewBatch()
				routes.Set(7, batch)
				routes.Set(8, batch)
				a, b := listen(t, host), listen(t, host)
				var toA, toB [][]byte
				for i := range 200 {
					size := 1200
					if i%10 == 9 {
						size = 100 + i
					}
					if i%50 == 0 {
						size = 1212 // the first of a picture has one extension more
					}
					toA = append(toA, media(7, uint16(i), size))
					toB = append(toB, media(8, uint16(i), 300))
				}
				write := func(to *net.UDPConn, all [][]byte) {
					for _, p := range all {
						if n, err := c.WriteToAddrPort(p, addrOf(to)); n != len(p) || err != nil {
							t.Fatal(n, err)
						}
					}
				}
				write(a, toA[:120])
				write(b, toB)
				write(a, toA[120:])
				batch.Flush()
				receive(t, a, toA)
				receive(t, b, toB)
				got := routes.Counts()
				if got.Failed != 0 || got.Datagrams != 400 {
					t.Errorf("%+v", got)
				}
				if name == "as it is" && c.gso.Load() && got.Sends > 100 {
					t.Errorf("%d sends for 400 datagrams", got.Sends)
				}
			})
		}
	}
}

func TestOnlyMediaOfKnownSourcesWaits(t *testing.T) {
	t.Parallel()
	var routes Routes
	c := New(listen(t, "127.0.0.1:0"), &routes)
	batch := routes.NewBatch()
	routes.Set(7, batch)
	routes.Set(9, batch)
	routes.Set(9, nil)
	to := listen(t, "127.0.0.1:0")
	report := media(7, 0, 40)
	report[1] = 200 // an RTCP sender report
	request := media(7, 0, 40)
	request[0] = 0 // STUN
	for _, p := range [][]byte{media(8, 1, 40), report, request, media(9, 1, 40), {0x80}} {
		if _, err := c.WriteToAddrPort(p, addrOf(to)); err != nil {
			t.Fatal(err)
		}
		receiveShort(t, to, p)
	}
	if _, err := c.WriteTo(media(7, 1, 40), to.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if len(batch.kept) != 1 {
		t.Errorf("%d datagrams kept, want 1", len(batch.kept))
	}
}

func receiveShort(t *testing.T, conn *net.UDPConn, want []byte) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2000)
	n, err := conn.Read(buf)
	if err != nil || !bytes.Equal(buf[:n], want) {
		t.Fatalf("got % x, %v", buf[:n], err)
	}
}

// A destination that the kernel refuses must cost the others nothing.
func TestARefusedDestinationHarmsNobody(t *testing.T) {
	t.Parallel()
	var routes Routes
	c := New(listen(t, "127.0.0.1:0"), &routes)
	batch := routes.NewBatch()
	routes.Set(7, batch)
	to := listen(t, "127.0.0.1:0")
	want := [][]byte{media(7, 0, 100), media(7, 2, 100)}
	for _, w := range []struct {
		p  []byte
		to netip.AddrPort
	}{
		{want[0], addrOf(to)},
		{media(7, 1, 100), netip.MustParseAddrPort("127.0.0.1:0")},
		{want[1], addrOf(to)},
	} {
		if _, err := c.WriteToAddrPort(w.p, w.to); err != nil {
			t.Fatal(err)
		}
	}
	batch.Flush()
	receive(t, to, want)
	got := routes.Counts()
	if got.Failed != 1 || got.Batches != 1 || got.Datagrams != 3 {
		t.Errorf("%+v, want one failed of one batch of three", got)
	}
	// One call takes the first and stops at the second, one begins with that, and one takes the third.
	if c.mmsg.Load() && (got.ShortCalls != 1 || got.Calls != 3) {
		t.Errorf("%+v, want one short call of three", got)
	}
}

// A run that the kernel refuses is tried piece by piece.
func TestARefusedRunLeavesInPieces(t *testing.T) {
	t.Parallel()
	var routes Routes
	c := New(listen(t, "127.0.0.1:0"), &routes)
	batch := routes.NewBatch()
	routes.Set(7, batch)
	for i := range 4 {
		if _, err := c.WriteToAddrPort(media(7, uint16(i), 100), netip.MustParseAddrPort("127.0.0.1:0")); err != nil {
			t.Fatal(err)
		}
	}
	batch.Flush()
	got := routes.Counts()
	if got.Failed != 4 || got.Datagrams != 4 {
		t.Errorf("%+v, want every piece tried and counted", got)
	}
	if c.gso.Load() && got.Fallbacks != 1 {
		t.Errorf("%+v, want one run that fell back", got)
	}
}

func TestRunsAreAsTheKernelWantsThem(t *testing.T) {
	t.Parallel()
	a, b := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")
	make := func(to netip.AddrPort, sizes ...int) (d []datagram) {
		at := 0
		for _, s := range sizes {
			d = append(d, datagram{to: to, from: at, at: at + s})
			at += s
		}
		return d
	}
	many := make(a, bytesOf(100, 1200)...)
	small := make(a, bytesOf(100, 50)...)
	for name, c := range map[string]struct {
		d    []datagram
		want int
	}{
		"equal":             {make(a, 9, 9, 9), 3},
		"shorter last":      {make(a, 9, 9, 5, 9), 3},
		"longer second":     {make(a, 9, 10), 1},
		"other destination": {append(make(a, 9, 9), make(b, 9)...), 2},
		"64 KiB":            {many, 54},
		"no more than 64":   {small, 64},
	} {
		if got := run(c.d); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func bytesOf(n, size int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = size
	}
	return out
}

func TestSendingAllocatesNothing(t *testing.T) {
	var routes Routes
	c := New(listen(t, "127.0.0.1:0"), &routes)
	batch := routes.NewBatch()
	routes.Set(7, batch)
	to := addrOf(listen(t, "127.0.0.1:0"))
	p := media(7, 1, 1200)
	n := testing.AllocsPerRun(100, func() {
		for range 12 {
			if _, err := c.WriteToAddrPort(p, to); err != nil {
				t.Fatal(err)
			}
		}
		batch.Flush()
	})
	if n > 0 {
		t.Errorf("%v allocations a flush", n)
	}
}
