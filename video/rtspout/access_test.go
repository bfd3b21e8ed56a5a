package rtspout_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"vedette/video/rtspout"
)

// wire is a client that says what it likes.
type wire struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	addr string
	seq  int
}

func dial(t *testing.T, addr string) *wire {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &wire{t: t, conn: c, in: bufio.NewReader(c), addr: addr}
}

func as(name, password string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

// ask sends a request and returns the status line and the headers of the answer; "" where the connection has ended.
func (w *wire) ask(method, path string, headers ...string) (status, head string) {
	w.t.Helper()
	w.seq++
	text := fmt.Sprintf("%s rtsp://%s%s RTSP/1.0\r\nCSeq: %d\r\n", method, w.addr, path, w.seq)
	for _, h := range headers {
		text += h + "\r\n"
	}
	if err := w.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.conn.Write([]byte(text + "\r\n")); err != nil {
		return "", ""
	}
	status, err := w.in.ReadString('\n')
	if err != nil {
		return "", ""
	}
	length := 0
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			w.t.Fatalf("%s: headers end early: %v", method, err)
		}
		if line == "\r\n" {
			break
		}
		head += line
		_, _ = fmt.Sscanf(line, "Content-Length: %d", &length) // other headers are no number
	}
	if _, err := w.in.Discard(length); err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(status, "RTSP/1.0 ")), head
}

func (w *wire) want(code, method, path string, headers ...string) (status, head string) {
	w.t.Helper()
	status, head = w.ask(method, path, headers...)
	if !strings.HasPrefix(status, code+" ") {
		w.t.Errorf("%s %s: %q, want %s", method, path, status, code)
	}
	return status, head
}

func TestOnlyThoseWhomTheGateKnowsMayWatch(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)

	w := dial(t, h.Addr())
	w.want("200", "OPTIONS", "/a")
	_, head := w.want("401", "DESCRIBE", "/a")
	if !strings.Contains(head, `WWW-Authenticate: Basic realm="vedette"`) {
		t.Errorf("no challenge in %q", head)
	}
	w.want("401", "DESCRIBE", "/a", `Authorization: Digest username="anna", realm="vedette", nonce="", uri="/a", response="x"`)
	w.want("401", "SETUP", "/a/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
	w.want("200", "DESCRIBE", "/a", as("anna", "a:b"))
	w.want("401", "DESCRIBE", "/a", as("anna", "wrong"))
	if status, _ := w.ask("DESCRIBE", "/a", as("anna", "a:b")); status != "" {
		t.Errorf("after a wrong password the connection goes on: %q", status)
	}
	// Who knows nothing learns nothing of which feeds there are.
	dial(t, h.Addr()).want("401", "DESCRIBE", "/nosuch", as("x", "y"))
	if st := h.Stats(); st.SignInsRefused != 2 {
		t.Errorf("stats %+v", st)
	}
	for _, c := range h.gate.asked {
		if c.Address != "127.0.0.1" || !c.Private {
			t.Errorf("the gate was told %+v", c)
		}
	}
}

func TestGateIsAskedOnceForAConnection(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	w := dial(t, h.Addr())
	for range 3 {
		w.want("200", "DESCRIBE", "/a", as("anna", "a:b"))
	}
	if n := len(h.gate.asked); n != 1 {
		t.Errorf("the gate was asked %d times: hashing a password is dear", n)
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	w := dial(t, h.Addr())
	if status, _ := w.want("404", "DESCRIBE", "/nosuch", as("anna", "a:b")); !strings.Contains(status, `"nosuch"`) {
		t.Errorf("status %q", status)
	}
	for _, m := range []string{"ANNOUNCE", "RECORD", "PAUSE"} {
		if status, head := w.want("501", m, "/a", as("anna", "a:b")); !strings.Contains(status, m) || !strings.Contains(head, "Allow: ") {
			t.Errorf("status %q, headers %q", status, head)
		}
	}
	_, head := w.want("551", "DESCRIBE", "/a", as("anna", "a:b"), "Require: www.onvif.org/ver20/backchannel")
	if !strings.Contains(head, "Unsupported: www.onvif.org/ver20/backchannel") {
		t.Errorf("headers %q", head)
	}

	h.gate.fail = &rtspout.BusyError{After: 1500 * time.Millisecond, Text: "too many"}
	if _, head := dial(t, h.Addr()).want("503", "DESCRIBE", "/a", as("anna", "a:b")); !strings.Contains(head, "Retry-After: 2") {
		t.Errorf("headers %q", head)
	}
	h.gate.fail = fmt.Errorf("%w: only over TLS", rtspout.ErrForbidden)
	if status, _ := dial(t, h.Addr()).want("403", "DESCRIBE", "/a", as("anna", "a:b")); !strings.Contains(status, "only over TLS") {
		t.Errorf("status %q", status)
	}
}

func TestFeedWithoutSignalIsRefusedSoonWithAReason(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	cam.Stop()
	h := serve(t, cam, nil)
	w := dial(t, h.Addr())
	begun := time.Now()
	status, _ := w.want("503", "DESCRIBE", "/a", as("anna", "a:b"))
	if took := time.Since(begun); took > 4*time.Second || !strings.Contains(status, "no signal") {
		t.Errorf("%q after %v", status, took)
	}
}

func TestViewingThatCannotBeRecordedIsRefused(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	h.gate.mute = true
	_, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err == nil || h.Stats().Readers != 0 {
		t.Errorf("it plays: %v", err)
	}
	if f, _ := h.video.Feed("a"); f.Viewers != 0 {
		t.Errorf("%d viewers are left", f.Viewers)
	}
}

func TestConnectionsOfStrangersAreLimited(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, func(c *rtspout.Config) {
		c.MaxReaders = 1 // and so 18 connections
		c.Idle = 700 * time.Millisecond
	})
	var all []*wire
	for range 25 {
		all = append(all, dial(t, h.Addr()))
	}
	poll(t, "some are turned away", func() bool { return h.Stats().TurnedAway == 7 })
	poll(t, "those that say nothing are closed", func() bool { return h.Stats().Connections == 0 })
	w := dial(t, h.Addr())
	w.want("200", "OPTIONS", "/a")
	if _, err := w.conn.Write([]byte("OPTIONS " + strings.Repeat("a", 3000))); err != nil {
		t.Fatal(err)
	}
	poll(t, "an endless line is cut off", func() bool { return h.Stats().Connections == 0 })

	flood := dial(t, h.Addr())
	for range 3000 {
		if status, _ := flood.ask("OPTIONS", "/a"); status == "" {
			break
		}
	}
	if flood.seq > 2000 {
		t.Error("a stranger may talk without end")
	}
	for _, w := range all {
		_ = w.conn.Close()
	}
}

func TestReaderWhoMayNoLongerWatchIsEnded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 10 s")
	}
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.awaitUnits(t, 2)
	h.gate.mu.Lock()
	h.gate.revoked = true
	h.gate.mu.Unlock()
	poll(t, "the reader goes", func() bool { return h.Stats().Readers == 0 })
}
