package ui

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vedette/internal/access"
	"vedette/ui/api"
)

// dial opens the live socket with pairs of header names and values.
func (p *post) dial(headers ...string) (*websocket.Conn, int) {
	p.t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	conn, res, err := websocket.DefaultDialer.DialContext(p.t.Context(), "ws"+strings.TrimPrefix(p.url, "http")+base+"/live", h)
	if res == nil {
		p.t.Fatalf("dial: %v", err)
	}
	_ = res.Body.Close()
	if err != nil {
		return nil, res.StatusCode
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	return conn, res.StatusCode
}

func TestLiveSocketAsksWhoAndFromWhere(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	cookie := p.signIn("ann", access.RoleViewer)
	token := "Bearer " + p.tokens[access.RoleViewer]
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"nobody":                    {nil, 401},
		"own page":                  {[]string{"Cookie", cookie, "Origin", p.url}, 101},
		"foreign page":              {[]string{"Cookie", cookie, "Origin", "http://evil.example"}, 403},
		"sandboxed page":            {[]string{"Cookie", cookie, "Origin", "null"}, 403},
		"cookie without an origin":  {[]string{"Cookie", cookie}, 403},
		"program with a token":      {[]string{"Authorization", token}, 101},
		"token from a foreign page": {[]string{"Authorization", token, "Origin", "http://evil.example"}, 403},
		"wrong token":               {[]string{"Authorization", "Bearer x"}, 401},
	} {
		conn, status := p.dial(c.headers...)
		if status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
		if conn == nil {
			continue
		}
		var first struct {
			Type string
			Seq  int
			Data map[string]any
		}
		if err := conn.ReadJSON(&first); err != nil || first.Type != "snapshot" || first.Seq != 1 {
			t.Errorf("%s: first message %+v, %v", name, first, err)
		}
		for _, member := range []string{"me", "vehicles", "feeds", "sensors", "tracks", "alerts", "cues", "zones", "serverTime"} {
			if first.Data[member] == nil {
				t.Errorf("the snapshot lacks %s", member)
			}
		}
	}
}

func TestSignOutClosesTheLiveSocketWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	cookie := p.signIn("ann", access.RoleOperator)
	conn, _ := p.dial("Cookie", cookie, "Origin", p.url)
	if r := p.do(http.MethodDelete, base+"/session", "", "Cookie", cookie, "Origin", p.url); r.status != 204 {
		t.Fatalf("sign-out: %+v", r)
	}
	began := time.Now()
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != websocket.ClosePolicyViolation {
				t.Errorf("ended with %v", err)
			}
			break
		}
	}
	t.Logf("closed after %v", time.Since(began))
}

func TestTheSignOfLifeKeepsTheLease(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	conn, _ := p.dial("Authorization", "Bearer "+p.tokens[access.RoleOperator])
	p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/control", "{}")
	before, _ := p.cfg.Access.Leases.Of(1)
	deadline := time.Now().Add(20 * time.Second)
	for {
		if err := conn.WriteJSON(map[string]string{"type": "ping"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			t.Fatal(err)
		}
		if l, held := p.cfg.Access.Leases.Of(1); held && l.ExpiresAt.After(before.ExpiresAt) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the lease was not renewed")
		}
	}
	p.station.changes <- api.VehicleChanged(api.Vehicle{ID: 1})
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `"type":"vehicle"`) && strings.Contains(string(text), `"holder":"operator-1"`) {
			break
		}
	}
}

// certificate makes one for loopback.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sheet := x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &sheet, &sheet, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestServeOverTLSAndStopInTime(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.stop() // Serve runs it again
	s, err := New(p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, s, Secure(l, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})) //nolint:gosec // Secure sets the version
	}()
	trust := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the certificate was made a line ago
	client := http.Client{Transport: &http.Transport{TLSClientConfig: trust}}
	defer client.CloseIdleConnections()
	ticket, err := p.cfg.Access.NewTicket("ann", access.RoleOperator)
	if err != nil {
		t.Fatal(err)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Get("https://" + l.Addr().String() + "/signin?ticket=" + ticket) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if !strings.Contains(res.Header.Get("Set-Cookie"), "; Secure") || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("headers %v", res.Header)
	}
	cookie, _, _ := strings.Cut(res.Header.Get("Set-Cookie"), ";")
	dialer := websocket.Dialer{TLSClientConfig: trust}
	conn, res, err := dialer.DialContext(t.Context(), "wss://"+l.Addr().String()+base+"/live", http.Header{
		"Cookie": {cookie}, "Origin": {"https://" + l.Addr().String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	defer func() { _ = conn.Close() }()

	began := time.Now()
	cancel()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err = conn.ReadMessage(); err != nil {
			break
		}
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != websocket.CloseServiceRestart {
		t.Errorf("socket ended with %v", err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("serve does not end")
	}
	t.Logf("stopped after %v", time.Since(began))
}

func TestPlainHTTPStaysOnLoopback(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	l := listen(t, "0.0.0.0:0")
	if err := Serve(t.Context(), p.Server, l); err == nil || !strings.Contains(err.Error(), "tls") {
		t.Errorf("plain HTTP on every interface: %v", err)
	}
	if _, err := l.Accept(); err == nil {
		t.Error("the refused listener was left open")
	}
}

func TestServeSaysWhenItsListenerFails(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.stop()
	s, err := New(p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, "127.0.0.1:0")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), s, l); err == nil {
		t.Error("serving a closed listener is no error")
	}
}

func TestAPanicIsOneProblemNotTheEnd(t *testing.T) {
	t.Parallel()
	p := newPost(t, func(c *Config) {
		c.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") })
	})
	p.do(http.MethodGet, "/metrics", "").problem(t, 500, "log")
	if r := p.do(http.MethodGet, "/healthz", ""); r.status != 200 || p.Stats().Panics != 1 {
		t.Errorf("after a panic: %+v", r)
	}
}

func FuzzCommandBody(f *testing.F) {
	for _, seed := range []string{
		`{"command":"takeoff","altitudeAGL":30}`, `{"command":"goto","lat":1e308,"lon":-1e-308,"altitudeAMSL":9}`,
		`{"command":"mode","mode":"AUTO"}`, `{"items":[{"command":"waypoint","lat":1,"lon":2,"altitudeRelative":3,"holdS":1}]}`, `{"lookAt":{"lat":1,"lon":2}}`, `{`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c api.Command
		if decode(text, &c) == nil && checkCommand(c) == nil {
			if c.Lat != nil && !(*c.Lat >= -90 && *c.Lat <= 90) || c.Command == "takeoff" && !(*c.AltitudeAGL > 0 && *c.AltitudeAGL <= maxAGL) {
				t.Errorf("accepted %s", text)
			}
		}
		var g api.GimbalCommand
		if decode(text, &g) == nil && checkGimbal(g) == nil && g.LookAt != nil && !(*g.LookAt.Lat >= -90 && *g.LookAt.Lon <= 180) {
			t.Errorf("accepted %s", text)
		}
		var m api.Mission
		if decode(text, &m) == nil && checkMission(m) == nil && (len(m.Items) == 0 || len(m.Items) > maxItems) {
			t.Errorf("accepted %s", text)
		}
	})
}
