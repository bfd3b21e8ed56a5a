package ingest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// maxDials bounds the connections of one attempt: a source may send us elsewhere, but not round and round.
const maxDials = 4

// receiveBuffer is asked for on a source's TCP connection, in bytes: a key picture of 20 Mbit/s twice over, as the kernel
// counts it.
const receiveBuffer = 4 << 20

// line is the connection below RTSP and TLS. The library bounds its writes only, and a TLS handshake reads within one: a
// source that speaks no TLS, or never answers, would hold it for ever.
type line struct {
	mu   sync.Mutex
	conn net.Conn // nil before the first, and after the first answer
	gone bool
	// spoke tells that the source has answered a request.
	spoke bool
}

// dialer connects to the source, and where it redirects. The library would take user and password along to any host, so
// with a password only the host of the URL is dialled.
func (l *line) dialer(u *base.URL) func(context.Context, string, string) (net.Conn, error) {
	dials := 0
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials > maxDials {
			return nil, errors.New("the camera redirects again and again")
		}
		if host, _, err := net.SplitHostPort(address); err == nil && u.User != nil && !strings.EqualFold(host, u.Hostname()) {
			return nil, fmt.Errorf("the camera redirects to %s, which does not get the password: give that address in the URL", host)
		}
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		widen(conn)
		if err := l.opened(conn); err != nil {
			_ = conn.Close() // nothing was sent
			return nil, err
		}
		return conn, nil
	}
}

func (l *line) opened(conn net.Conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return net.ErrClosed
	}
	l.conn = conn
	return conn.SetReadDeadline(time.Now().Add(requestTimeout))
}

// answered takes the bound away when the source has answered; from there on each request has its own.
func (l *line) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spoke = true
	if l.conn != nil {
		_ = l.conn.SetReadDeadline(time.Time{}) // it fails on a closed connection only
		l.conn = nil
	}
}

// heard tells whether the source has answered.
func (l *line) heard() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spoke
}

// cut closes a connection that has not been answered on, and lets none be opened.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
	if l.conn != nil {
		_ = l.conn.Close() // nobody wants it any more
	}
}
