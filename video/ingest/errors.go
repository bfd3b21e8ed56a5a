package ingest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// What a source can have against us, or we against it. The texts of errors that wrap these say more.
var (
	// ErrUnsupported means that the source has no video track that can be used; its text names what it has.
	ErrUnsupported = errors.New("the camera has no H.264 or H.265 video")
	// ErrSignIn means that the source wants a user and password, or refuses those that it got.
	ErrSignIn = errors.New("the camera lets nobody in")
	// ErrNotFound means that the source has no stream at that address.
	ErrNotFound = errors.New("the camera has no stream at this address")
	// ErrTLS means that the source's certificate is not trusted or that TLS failed.
	ErrTLS = errors.New("the camera's TLS cannot be trusted")
	// ErrBusy means that the source serves as many readers as it can.
	ErrBusy = errors.New("the camera has no room for another reader")
)

// explained is an error with words for an operator; what caused it stays below.
type explained struct {
	kind  error
	words string
	cause error
}

func (e *explained) Error() string   { return e.words }
func (e *explained) Unwrap() []error { return []error{e.kind, e.cause} }

// explain puts a failed attempt into words, without the URL's password.
func explain(err error, u *base.URL) error {
	if err == nil {
		return nil
	}
	err = redact(err, u)
	var status liberrors.ErrClientBadStatusCode
	var noWay liberrors.ErrClientAuthSetup
	var slow liberrors.ErrClientRequestTimedOut
	var stillTCP liberrors.ErrClientTCPTimeout // the library watches too, and may be first
	var stillUDP liberrors.ErrClientUDPTimeout
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &status):
		return explainStatus(status, u, err)
	case errors.As(err, &noWay):
		return &explained{ErrSignIn, "the camera asks for a way of signing in that is neither Basic nor Digest", err}
	case errors.As(err, &cert):
		return &explained{ErrTLS, "the camera's certificate is not trusted: " + certificateWords(cert), err}
	case errors.Is(err, errFingerprint), isTLS(err):
		return &explained{ErrTLS, "the camera's TLS failed: " + err.Error(), err}
	case hungUp(err):
		return &explained{errUnreachable, "the camera closed the connection", err}
	case errors.As(err, &stillTCP):
		return &explained{errSilent, fmt.Sprintf("%v for %v over tcp", errSilent, requestTimeout), err}
	case errors.As(err, &stillUDP):
		return &explained{errSilent, fmt.Sprintf("%v for %v over udp", errSilent, requestTimeout), err}
	case errors.Is(err, os.ErrDeadlineExceeded) && u.Scheme == "rtsps":
		return &explained{ErrTLS, "the camera does not answer by TLS at " + u.Host + ": check the port, or give it as rtsp://", err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &slow):
		return &explained{errUnreachable, "the camera does not answer at " + u.Host, err}
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return &explained{errUnreachable, fmt.Sprintf("the camera cannot be reached at %s: %v", u.Host, op.Err), err}
	}
	return err
}

// explainConnecting is explain for a source that has not answered yet: one that hangs up on the first bytes of TLS speaks
// none, or is not ready.
func explainConnecting(err error, u *base.URL) error {
	if u.Scheme != "rtsps" || !hungUp(err) {
		return explain(err, u)
	}
	return &explained{ErrTLS, "the camera hangs up at " + u.Host + " when it is to speak TLS: check the port, or give it as rtsp://", redact(err, u)}
}

// hungUp tells that the other end closed the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

var (
	errUnreachable = errors.New("the camera cannot be reached")
	errTransport   = errors.New("the camera refuses the transport")
)

func explainStatus(status liberrors.ErrClientBadStatusCode, u *base.URL, err error) error {
	switch {
	case status.Code == base.StatusUnauthorized && u.User == nil:
		return &explained{ErrSignIn, "the camera wants a user and a password: give them in the URL", err}
	case status.Code == base.StatusUnauthorized:
		return &explained{ErrSignIn, "the camera refused the password", err}
	case status.Code == base.StatusForbidden:
		return &explained{ErrSignIn, "the camera does not allow this user to see the stream", err}
	case status.Code == base.StatusNotFound:
		return &explained{ErrNotFound, "the camera has no stream at this address (404): check the path of the URL", err}
	case status.Code == base.StatusNotEnoughBandwidth || status.Code == base.StatusServiceUnavailable:
		return &explained{ErrBusy, fmt.Sprintf("the camera has no room for another reader (%d)", status.Code), err}
	case status.Code == base.StatusUnsupportedTransport:
		return &explained{errTransport, "the camera does not send its pictures in this way (461): leave feeds[].transport at auto", err}
	}
	return err
}

func isTLS(err error) bool {
	var alert tls.AlertError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	return errors.As(err, &alert) || errors.As(err, &record) || errors.As(err, &authority) ||
		strings.HasPrefix(err.Error(), "tls: ") || strings.Contains(err.Error(), ": tls: ")
}

// pauseAfter is how long to wait after a failure. pause is the ordinary wait.
func (s *Source) pauseAfter(err error, pause time.Duration) time.Duration {
	if !errors.Is(err, ErrSignIn) {
		s.refused = s.cfg.RefusedPause
		return pause
	}
	wait := s.refused
	s.refused = min(3*s.refused, 15*s.cfg.RefusedPause)
	s.notBefore = time.Now().Add(wait)
	return wait
}

// redact takes the URL's password out of an error's text while it stays the same error.
func redact(err error, u *base.URL) error {
	if u.User == nil {
		return err
	}
	password, ok := u.User.Password()
	if !ok || password == "" {
		return err
	}
	return redacted{err, password}
}

type redacted struct {
	error
	secret string
}

func (r redacted) Error() string {
	text := r.error.Error()
	// As it stands, and in each way that a URL may write it.
	encoded := strings.TrimPrefix(url.UserPassword("", r.secret).String(), ":")
	for _, form := range []string{r.secret, encoded, url.QueryEscape(r.secret), url.PathEscape(r.secret)} {
		text = strings.ReplaceAll(text, form, "…")
	}
	return text
}

func (r redacted) Unwrap() error { return r.error }
