package rtspout

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxUnknown = 64 << 10  // bytes that a connection may send before it has signed in
	sendBuffer = 512 << 10 // of a TCP connection: more would only hold old pictures
	acceptWait = 100 * time.Millisecond
)

var errTooMuch = errors.New("too many bytes before signing in")

// listener hands out bounded connections and goes on where one of them cannot be accepted.
type listener struct {
	net.Listener
	secret *tls.Config // nil: plain
	server *Server
	closed chan struct{}
	once   sync.Once
}

func listen(ctx context.Context, address string, secret *tls.Config, s *Server) (*listener, error) {
	// A peer that vanished is found out within 35 s, also while there is nothing to send to it.
	lc := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 4,
	}}
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if secret != nil {
		secret = secret.Clone()
		secret.MinVersion = max(secret.MinVersion, tls.VersionTLS12)
	}
	return &listener{Listener: l, secret: secret, server: s, closed: make(chan struct{})}, nil
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// Accept implements net.Listener. Its errors end the server, so only the end of the listener is one.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err != nil {
			l.server.log.Warn("cannot accept an RTSP connection", "error", err)
			pause := time.NewTimer(acceptWait)
			select {
			case <-pause.C:
			case <-l.closed:
			}
			continue
		}
		select {
		case l.server.conns <- struct{}{}:
		default:
			l.server.turnedAway.Add(1)
			_ = raw.Close() // nothing was said yet
			continue
		}
		if t, ok := raw.(*net.TCPConn); ok {
			_ = t.SetWriteBuffer(sendBuffer) // the kernel's own choice works too, only with longer delays
		}
		c := &conn{Conn: raw, server: l.server, opened: time.Now(), secret: l.secret != nil}
		if l.secret != nil {
			c.Conn = tls.Server(raw, l.secret)
		}
		return c, nil
	}
}

// conn is one client's connection. The fields without a guard belong to the goroutine that handles its requests.
type conn struct {
	net.Conn
	server *Server
	opened time.Time
	secret bool
	once   sync.Once

	received atomic.Int64
	known    atomic.Bool // has signed in
	playing  atomic.Bool

	method string   // of the request that is being answered
	header [32]byte // hash of the Authorization header that pass was given for
	pass   Pass
}

// Read implements net.Conn, with the limits of a connection that is idle or has not signed in.
func (c *conn) Read(b []byte) (int, error) {
	var deadline time.Time
	switch {
	case !c.known.Load():
		if c.received.Load() > maxUnknown {
			return 0, errTooMuch
		}
		deadline = c.opened.Add(c.server.cfg.Idle)
	case !c.playing.Load():
		deadline = time.Now().Add(c.server.cfg.Idle)
	}
	if err := c.Conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.received.Add(int64(n))
	return n, err
}

// SetReadDeadline implements net.Conn: the library would take the limits away.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// Close implements net.Conn.
func (c *conn) Close() error {
	c.once.Do(func() { <-c.server.conns })
	return c.Conn.Close()
}

// address is the peer's IP address.
func (c *conn) address() string {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return a.IP.String()
	}
	return ""
}

// private says whether nobody on the way can read along.
func (c *conn) private() bool {
	a, ok := c.RemoteAddr().(*net.TCPAddr)
	return c.secret || ok && a.IP.IsLoopback()
}
