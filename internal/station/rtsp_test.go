package station

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/video/ingest/testcam"
	"vedette/video/rtspout"
)

// watched is a station that runs with one feed "cam".
type watched struct {
	*Station
	t      *testing.T
	stop   func() // ends the station; it may be called twice
	viewer string // the secret of a token of the role viewer
}

func newWatched(t *testing.T, rtsp config.RTSP, files config.TLS) *watched {
	t.Helper()
	w := newWatchedIn(t, t.TempDir(), "", rtsp, files)
	var err error
	if w.viewer, err = w.access.CreateToken(t.Context(), "wall", access.RoleViewer); err != nil {
		t.Fatal(err)
	}
	return w
}

// newWatchedIn is newWatched with a data folder, and with more of the feed's configuration.
func newWatchedIn(t *testing.T, dataDir, more string, rtsp config.RTSP, files config.TLS) *watched {
	t.Helper()
	clip, err := testcam.Encode(320, 256, 15, 15, 4)
	if err != nil {
		t.Fatal(err)
	}
	cam := &testcam.Camera{Clip: clip}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cam.Stop)
	file, err := config.Parse("test", []byte("telemetry: {off: true}\nfeeds: [{id: cam, url: \""+cam.URL()+"\""+more+"}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	file.Video.RTSP, file.TLS = rtsp, files
	s, err := New(t.Context(), Config{File: file, DataDir: dataDir, Listen: "127.0.0.1:0", Token: "start"})
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{Station: s, t: t}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(w.stop)
	<-s.Started()
	return w
}

// viewingLine is one record of a viewing.
type viewingLine struct {
	Who, Action, Target, Outcome, Means, ID string
	From, To                                time.Time
}

func (w *watched) viewings() []viewingLine {
	w.t.Helper()
	events, err := w.store.ReadDecisions(context.Background(), 0, 100, access.KindViewing)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []viewingLine
	for _, e := range events {
		var d struct {
			Action, Target, Outcome string
			Detail                  struct {
				ID, Means string
				From, To  time.Time
			}
		}
		if err := json.Unmarshal(e.Data, &d); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, viewingLine{e.Who, d.Action, d.Target, d.Outcome, d.Detail.Means, d.Detail.ID, d.Detail.From, d.Detail.To})
	}
	return out
}

// ffmpeg decodes frames of a feed as other software would; it is skipped where it is not installed.
func ffmpeg(t *testing.T, url string, args ...string) error {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed (make test-deps)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	args = append([]string{"-nostdin", "-v", "error", "-xerror"}, args...)
	cmd := exec.CommandContext(ctx, path, append(args, "-i", url, "-frames:v", "30", "-f", "framemd5", "-")...)
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, words.String())
	}
	frames := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		if f := strings.Split(strings.TrimSpace(line), ","); !strings.HasPrefix(line, "#") && len(f) == 6 {
			frames[f[5]] = true
		}
	}
	// The warm spot moves, so that every picture is another.
	if len(frames) < 30 || words.Len() > 0 {
		return fmt.Errorf("%d different frames, and it says %q", len(frames), words.String())
	}
	return nil
}

func TestOtherSoftwareDecodesAFeedAndIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{Listen: "127.0.0.1:0"}, config.TLS{})
	for i, transport := range []string{"tcp", "udp"} {
		if err := ffmpeg(t, "rtsp://token:"+w.viewer+"@"+w.RTSPAddr()+"/cam", "-rtsp_transport", transport); err != nil {
			t.Fatalf("%s: %v", transport, err)
		}
		until(t, "the end is on record", func() bool { return len(w.viewings()) == 2*i+2 })
	}
	lines := w.viewings()
	for i := 0; i < len(lines); i += 2 {
		from, to := lines[i], lines[i+1]
		if from.Who != "wall" || from.Action != "watch" || from.Target != "cam" || from.Means != access.MeansRTSP || !from.To.IsZero() {
			t.Errorf("beginning %+v", from)
		}
		if span := to.To.Sub(from.From); to.Action != "watchEnd" || to.ID != from.ID || to.Outcome != "done" || span <= 0 || span > time.Minute {
			t.Errorf("end %+v of %+v", to, from)
		}
	}
	err := ffmpeg(t, "rtsp://token:wrong@"+w.RTSPAddr()+"/cam")
	if err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a wrong token: %v", err)
	}
	if st := w.access.Stats(); st.Refused != 1 {
		t.Errorf("%d refusals", st.Refused)
	}
	if err := ffmpeg(t, "rtsp://token:"+w.viewer+"@"+w.RTSPAddr()+"/nosuch"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an unknown feed: %v", err)
	}
	if n := len(w.viewings()); n != 4 {
		t.Errorf("%d records: refusals are no viewings", n)
	}
}

func TestOtherSoftwareReadsOverTLSWithAnAccount(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{ListenTLS: "127.0.0.1:0"}, certificate(t))
	if err := w.access.AddAccount(t.Context(), "anna", "correct:horse battery", access.RoleViewer); err != nil {
		t.Fatal(err)
	}
	if w.RTSPAddr() != "" {
		t.Error("plain RTSP is served too")
	}
	if err := ffmpeg(t, "rtsps://anna:correct%3Ahorse%20battery@"+w.RTSPSAddr()+"/feeds/cam"); err != nil {
		t.Fatal(err)
	}
	until(t, "the end is on record", func() bool { return len(w.viewings()) == 2 })
	if v := w.viewings()[0]; v.Who != "anna" || v.Means != access.MeansRTSP {
		t.Errorf("%+v", v)
	}
	// Beside an encrypted connection pictures do not go over the network in the clear.
	conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", w.RTSPSAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	status := ask(t, conn, "SETUP rtsps://%s/cam/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;client_port=5000-5001\r\n"+
		"Authorization: Basic %s\r\n\r\n", w.RTSPSAddr(), base64.StdEncoding.EncodeToString([]byte("token:"+w.viewer)))
	if !strings.Contains(status, " 461 ") {
		t.Errorf("UDP beside TLS: %q", status)
	}
}

// ask sends one request and returns the status line and the headers of the answer.
func ask(t *testing.T, conn net.Conn, format string, args ...any) string {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, format, args...); err != nil {
		t.Fatal(err)
	}
	head, in := "", bufio.NewReader(conn)
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		head += line
	}
	return head
}

func TestReadersAreListedWithTheViewers(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{Listen: "127.0.0.1:0"}, config.TLS{})
	if _, err := w.feeds.Watch(t.Context(), access.Principal{Name: "anna", Role: access.RoleViewer}, "cam", browserOffer(t)); err != nil {
		t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", w.RTSPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	me := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+w.viewer)) + "\r\n"
	head := ask(t, conn, "SETUP rtsp://%s/cam/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n%s\r\n", w.RTSPAddr(), me)
	_, session, _ := strings.Cut(head, "Session: ")
	session, _, _ = strings.Cut(session, "\r\n")
	if head = ask(t, conn, "PLAY rtsp://%s/cam RTSP/1.0\r\nCSeq: 2\r\nSession: %s\r\n%s\r\n", w.RTSPAddr(), session, me); !strings.Contains(head, " 200 ") {
		t.Fatalf("PLAY: %q", head)
	}
	all, err := w.feeds.Viewers("cam")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d viewers, %v", len(all), err)
	}
	if v := all[0]; v.Who != "anna" || v.Means != access.MeansWHEP {
		t.Errorf("the browser is %+v", v)
	}
	v := all[1]
	if v.Who != "wall" || v.Means != access.MeansRTSP || v.Path != "tcp" || v.State != "connected" || v.Remote != conn.LocalAddr().String() {
		t.Errorf("the other software is %+v", v)
	}
	// What the list calls it the record does too.
	if lines := w.viewings(); len(lines) != 2 || lines[1].ID != v.Session {
		t.Errorf("the record has %+v", lines)
	}
}

func TestPlainRTSPFromElsewhereTakesOnlyTokensThatCanDoNoHarm(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	ctx := t.Context()
	if err := w.access.AddAccount(ctx, "anna", "correct horse battery", access.RoleViewer); err != nil {
		t.Fatal(err)
	}
	operator, err := w.access.CreateToken(ctx, "script-2", access.RoleOperator)
	if err != nil {
		t.Fatal(err)
	}
	gate := rtspGate{w.access, w.feeds.viewings}
	for _, tc := range []struct {
		name, password string
		private        bool
		want           error
	}{
		{"anna", "correct horse battery", false, rtspout.ErrForbidden},
		{"anna", "correct horse battery", true, nil},
		{"anna", "wrong", true, rtspout.ErrCredentials},
		{"token", operator, false, rtspout.ErrForbidden},
		{"token", operator, true, nil},
		{"token", "start", false, rtspout.ErrForbidden},
		{"token", w.viewer, false, nil},
		{"token", "wrong", false, rtspout.ErrCredentials},
	} {
		_, err := gate.SignIn(ctx, rtspout.Credentials{Name: tc.name, Password: tc.password, Address: "10.0.0.9", Private: tc.private})
		if !errors.Is(err, tc.want) || (tc.want == nil) != (err == nil) {
			t.Errorf("%s %s, private %v: %v, want %v", tc.name, tc.password, tc.private, err, tc.want)
		}
	}
	pass, err := gate.SignIn(ctx, rtspout.Credentials{Name: "token", Password: w.viewer, Address: "10.0.0.9"})
	if err != nil {
		t.Fatal(err)
	}
	if err := pass.Check(ctx); err != nil {
		t.Errorf("looked up again: %v", err)
	}
	if err := w.access.RevokeToken(ctx, "wall"); err != nil {
		t.Fatal(err)
	}
	if err := pass.Check(ctx); !errors.Is(err, rtspout.ErrCredentials) {
		t.Errorf("a token that was revoked: %v", err)
	}
	for range 10 {
		_, err = gate.SignIn(ctx, rtspout.Credentials{Name: "token", Password: "wrong", Address: "10.0.0.9"})
	}
	if _, busy := errors.AsType[*rtspout.BusyError](err); !busy {
		t.Errorf("after many wrong tokens: %v", err)
	}
}

// certificate makes a certificate for this computer.
func certificate(t *testing.T) config.TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sheet := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, &sheet, &sheet, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := config.TLS{Certificate: filepath.Join(dir, "c.pem"), Key: filepath.Join(dir, "k.pem")}
	for name, block := range map[string]*pem.Block{
		out.Certificate: {Type: "CERTIFICATE", Bytes: der}, out.Key: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
