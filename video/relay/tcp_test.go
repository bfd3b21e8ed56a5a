package relay

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

func TestStrangersOverTCPAreTurnedAway(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	addr := fmt.Sprintf("127.0.0.1:%d", r.Port())
	var strangers []net.Conn
	t.Cleanup(func() {
		for _, c := range strangers {
			_ = c.Close() // may be closed already
		}
	})
	dial := func() net.Conn {
		var d net.Dialer
		c, err := d.DialContext(context.Background(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		strangers = append(strangers, c)
		return c
	}
	for range tcpUnproven + 10 {
		dial()
	}
	poll(t, "ten are refused", func() bool { return r.Connections().TCPRefused >= 10 })
	watch(t, r, s, peerConfig{}).awaitMedia() // those who come by UDP do not notice
	for _, c := range strangers {
		_ = c.Close()
	}
	poll(t, "their places are free", func() bool { return r.Connections().TCPOpen == 0 })
	c := dial()
	if _, err := c.Write([]byte("\x00\x30GET / HTTP/1.1\r\nHost: station\r\nAccept: */*\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); err == nil || n != 0 {
		t.Errorf("a stranger was answered with %d bytes", n)
	}
	watch(t, r, s, peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}}).awaitMedia()
}

func TestATCPConnectionThatProvesNothingEnds(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newTCPGate(l)
	g.prove = 50 * time.Millisecond
	t.Cleanup(func() { _ = g.Close() })
	var d net.Dialer
	for range 2 {
		c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	silent, err := g.Accept()
	if err != nil {
		t.Fatal(err)
	}
	served, err := g.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := served.Write([]byte("answer")); err != nil {
		t.Fatal(err)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the silent one was not ended")
	}
	if g.abandoned.Load() != 1 || g.open.Load() != 1 || g.unproven.Load() != 0 {
		t.Errorf("%d abandoned, %d open, %d unproven", g.abandoned.Load(), g.open.Load(), g.unproven.Load())
	}
	if err := served.Close(); err != nil || served.Close() != nil || g.open.Load() != 0 {
		t.Errorf("close: %v, %d open", err, g.open.Load())
	}
}

// valve passes TCP connections on to an address until it is shut; then it reads no more.
type valve struct {
	net.Listener
	shut chan struct{}
	wg   sync.WaitGroup
}

func newValve(t *testing.T, to string) *valve {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{Listener: l, shut: make(chan struct{})}
	end := make(chan struct{})
	v.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			out, err := d.DialContext(context.Background(), "tcp", to)
			if err != nil {
				_ = in.Close()
				return
			}
			// A small window, so that it is soon full.
			_ = out.(*net.TCPConn).SetReadBuffer(4096)
			v.wg.Go(func() { <-end; _, _ = in.Close(), out.Close() })
			v.wg.Go(func() { v.pass(out, in) })
			v.wg.Go(func() { v.pass(in, out) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		close(end)
		v.wg.Wait()
	})
	return v
}

func (v *valve) pass(to, from net.Conn) {
	buf := make([]byte, 2048)
	for {
		select {
		case <-v.shut:
			return
		default:
		}
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestAViewerWhoseTCPIsStuckHarmsNobody(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	v := newValve(t, fmt.Sprintf("127.0.0.1:%d", r.Port()))
	stuck, offer := newPeer(t, peerConfig{networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}})
	var err error
	if stuck.session, err = r.Open(t.Context(), s, Request{Offer: offer}); err != nil {
		t.Fatal(err)
	}
	through := strings.ReplaceAll(stuck.session.Answer, fmt.Sprintf(" 127.0.0.1 %d typ host tcptype", r.Port()), fmt.Sprintf(" 127.0.0.1 %d typ host tcptype", portOf(v.Addr())))
	if err := stuck.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: through}); err != nil {
		t.Fatal(err)
	}
	stuck.awaitMedia()
	other := watch(t, r, s, peerConfig{})
	other.awaitMedia()
	close(v.shut)
	deadline := time.Now().Add(60 * time.Second)
	for r.Connections().TCPOpen > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the stuck connection is still open after 60 s")
		}
		before := time.Now()
		other.awaitMedia() // 0.3 s of pictures
		if took := time.Since(before); took > tcpWrite-time.Second {
			t.Errorf("the other viewer waited %v for 20 packets", took)
		}
	}
	if s.Viewers() == 0 {
		t.Error("the other viewer went too")
	}
}
