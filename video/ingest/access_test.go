package ingest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/auth"

	"vedette/video/ingest"
	"vedette/video/ingest/testcam"
)

// with starts a camera that change has set up; it is stopped with the test.
func with(t *testing.T, change func(*testcam.Camera)) *testcam.Camera {
	t.Helper()
	c, err := clip()
	if err != nil {
		t.Fatal(err)
	}
	cam := &testcam.Camera{Clip: c}
	change(cam)
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cam.Stop)
	return cam
}

// as returns an address with another user and password.
func as(t *testing.T, address, user, password string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = nil
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

func plays(l *listener) bool { return len(l.packets) > 5 }

func TestSignInWithEachMethod(t *testing.T) {
	t.Parallel()
	for name, method := range map[string]auth.VerifyMethod{
		"Basic": auth.VerifyMethodBasic, "Digest MD5": auth.VerifyMethodDigestMD5, "Digest SHA-256": auth.VerifyMethodDigestSHA256,
	} {
		for _, password := range []string{"plain", `p@ss/wor?d #%41;ä`} {
			t.Run(name+" "+password[:2], func(t *testing.T) {
				t.Parallel()
				cam := with(t, func(c *testcam.Camera) {
					c.User, c.Password, c.Methods = "post", password, []auth.VerifyMethod{method}
				})
				_, l := start(t, ingest.Config{URL: cam.URL()})
				l.await(t, "packets", plays)
				if cam.Refused() != 0 {
					t.Errorf("refused %d times", cam.Refused())
				}
			})
		}
	}
}

func TestWrongPasswordIsNotTriedAgainAndAgain(t *testing.T) {
	t.Parallel()
	const pause = 400 * time.Millisecond
	for name, method := range map[string]auth.VerifyMethod{"Basic": auth.VerifyMethodBasic, "Digest": auth.VerifyMethodDigestMD5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cam := with(t, func(c *testcam.Camera) {
				c.User, c.Password, c.Methods = "post", "right", []auth.VerifyMethod{method}
			})
			tests := []struct{ user, password, words string }{
				{"post", "wrong", "refused the password"},
				{"other", "right", "refused the password"},
				{"", "", "give them in the URL"},
			}
			for _, tc := range tests {
				began := time.Now()
				_, l := start(t, ingest.Config{
					URL: as(t, cam.URL(), tc.user, tc.password), FirstPause: time.Millisecond, MaxPause: 2 * time.Millisecond,
					RefusedPause: pause,
				})
				l.await(t, "three refusals", func(l *listener) bool { return len(l.ends) == 3 })
				// The pauses are one and three times RefusedPause, each a fifth shorter at most.
				if took := time.Since(began); took < 4*pause*8/10 {
					t.Errorf("three attempts within %v", took)
				}
				l.mu.Lock()
				for _, err := range l.ends {
					if !errors.Is(err, ingest.ErrSignIn) || !strings.Contains(err.Error(), tc.words) {
						t.Errorf("user %q: %v", tc.user, err)
					}
				}
				l.mu.Unlock()
			}
		})
	}
}

// certificate makes a certificate for a camera: for a name that is not its address where named is false.
func certificate(t *testing.T, named bool) (cert *tls.Certificate, caFile, fingerprint string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "camera"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if named {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		template.DNSNames = []string{"elsewhere.example"}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, caFile, fmt.Sprintf("sha256:%x", sha256.Sum256(der))
}

func TestCertificatesThatAreTrusted(t *testing.T) {
	t.Parallel()
	cert, ca, print := certificate(t, true)
	strange, strangeCA, strangePrint := certificate(t, false)
	_, otherCA, otherPrint := certificate(t, true)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		cert  *tls.Certificate
		trust ingest.TLS
		words string // "": it plays
	}{
		{"by its authority", cert, ingest.TLS{CAFile: ca}, ""},
		{"by its fingerprint", cert, ingest.TLS{Fingerprint: print}, ""},
		{"by its fingerprint, in capitals with colons", cert, ingest.TLS{Fingerprint: colons(print)}, ""},
		{"by its fingerprint, with another name", strange, ingest.TLS{Fingerprint: strangePrint}, ""},
		{"whatever it is", strange, ingest.TLS{Insecure: true}, ""},
		{"unknown", cert, ingest.TLS{}, print},
		{"of another authority", cert, ingest.TLS{CAFile: otherCA}, print},
		{"of another name", strange, ingest.TLS{CAFile: strangeCA}, strangePrint},
		{"with another fingerprint", cert, ingest.TLS{Fingerprint: otherPrint}, print},
		{"with another fingerprint and insecure", cert, ingest.TLS{Fingerprint: otherPrint, Insecure: true}, print},
		{"by a file that is not there", cert, ingest.TLS{CAFile: ca + "x"}, "tls.ca"},
		{"by a file without certificates", cert, ingest.TLS{CAFile: empty}, "holds no certificate"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cam := with(t, func(c *testcam.Camera) { c.Certificate, c.User, c.Password = tc.cert, "post", "right" })
			_, l := start(t, ingest.Config{URL: cam.URL(), TLS: tc.trust})
			if tc.words == "" {
				l.await(t, "packets", plays)
				return
			}
			l.await(t, "a refusal", func(l *listener) bool { return len(l.ends) > 0 })
			l.mu.Lock()
			defer l.mu.Unlock()
			if err := l.ends[0]; !errors.Is(err, ingest.ErrTLS) || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("%v", err)
			}
			if len(l.packets) != 0 || cam.Readers() != 0 {
				t.Error("it was read all the same")
			}
		})
	}
}

// colons writes a fingerprint as browsers show it.
func colons(print string) string {
	digits := strings.ToUpper(strings.TrimPrefix(print, "sha256:"))
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return "sha256:" + strings.Join(pairs, ":")
}

func TestSourceThatSpeaksNoTLSIsNamed(t *testing.T) {
	t.Parallel()
	cam := with(t, func(*testcam.Camera) {})
	_, l := start(t, ingest.Config{URL: "rtsps" + strings.TrimPrefix(cam.URL(), "rtsp")})
	l.await(t, "an end", func(l *listener) bool { return len(l.ends) > 0 })
	l.mu.Lock()
	defer l.mu.Unlock()
	if !errors.Is(l.ends[0], ingest.ErrTLS) || !strings.Contains(l.ends[0].Error(), "give it as rtsp://") {
		t.Errorf("%v", l.ends[0])
	}
}

func TestSourceThatHangsUpOnTLSIsNamed(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = conn.Close() // with a reset where something has come already
		}
	}()
	defer func() {
		_ = ln.Close() // ends the goroutine
		<-ended
	}()
	_, l := start(t, ingest.Config{URL: "rtsps://" + ln.Addr().String() + "/x"})
	l.await(t, "an end", func(l *listener) bool { return len(l.ends) > 0 })
	l.mu.Lock()
	defer l.mu.Unlock()
	if !errors.Is(l.ends[0], ingest.ErrTLS) || !strings.Contains(l.ends[0].Error(), "give it as rtsp://") {
		t.Errorf("%v", l.ends[0])
	}
}

func TestSourceThatNeverAnswersIsLeftAtOnce(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"rtsp", "rtsps"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			deaf, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = deaf.Close() }() // it only listens
			s := ingest.New(ingest.Config{URL: scheme + "://" + deaf.Addr().String() + "/x"}, &listener{})
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			conn, err := deaf.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }() // nothing is sent on it
			first := make([]byte, 1)
			if _, err := conn.Read(first); err != nil { // the source has begun to speak
				t.Fatal(err)
			}
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(2 * time.Second):
				t.Error("it is still there after 2 s")
				_ = conn.Close() // so that the test ends
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestTransports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		transport  ingest.Transport
		udp, noTCP bool
		overUDP    int    // tracks that are set up so
		words      string // "": it plays
	}{
		{"TCP", ingest.TransportTCP, true, false, 0, ""},
		{"UDP", ingest.TransportUDP, true, false, 1, ""},
		{"auto takes TCP", ingest.TransportAuto, true, false, 0, ""},
		{"auto falls over to UDP", ingest.TransportAuto, true, true, 1, ""},
		{"UDP alone does not fall over", ingest.TransportUDP, false, false, 0, "461"},
		{"TCP alone does not fall over", ingest.TransportTCP, true, true, 0, "461"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cam := with(t, func(c *testcam.Camera) { c.UDP, c.NoTCP, c.User, c.Password = tc.udp, tc.noTCP, "post", "right" })
			_, l := start(t, ingest.Config{URL: cam.URL(), Transport: tc.transport, FirstPause: 10 * time.Millisecond})
			if tc.words == "" {
				l.await(t, "packets", func(l *listener) bool { return len(l.packets) > 30 })
				if cam.OverUDP() != tc.overUDP {
					t.Errorf("%d tracks over UDP", cam.OverUDP())
				}
				return
			}
			l.await(t, "failures", func(l *listener) bool { return len(l.ends) > 2 })
			l.mu.Lock()
			defer l.mu.Unlock()
			if !strings.Contains(l.ends[2].Error(), tc.words) {
				t.Errorf("%v", l.ends[2])
			}
			if cam.OverUDP() != 0 || len(l.packets) != 0 {
				t.Errorf("%d over UDP, %d packets", cam.OverUDP(), len(l.packets))
			}
		})
	}
}
