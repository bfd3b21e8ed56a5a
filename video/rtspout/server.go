// Package rtspout serves the station's feeds to other software over RTSP (RFC 2326) and RTSPS: rtsp://HOST:PORT/FEED, or
// /feeds/FEED. Packets are passed on as they come, over TCP within the connection or over UDP; a reader begins with the
// current group of pictures, keeps its session while the source is away, and loses pictures up to the next key picture
// where it is too slow. Who may read is the business of a Gate, which is also told when each viewing begins and ends.
//
// Beside video/ingest this is the only package that knows the RTSP library. Client and server have nothing of it in common
// but a few plain types, so a package between would only repeat them: instead all of the server's side is here, and
// nothing that this package exports names the library. A newer version is then a change of these two packages.
//
// RTSPS carries pictures inside its own connection only: with SRTP (RFC 4567) few players could read them, and plain UDP
// beside an encrypted connection would show to anybody what the connection hides.
//
// Server.Run owns every goroutine and waits for it.
package rtspout

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"vedette/video"
	"vedette/video/relay"
)

const (
	writeTimeout = 10 * time.Second // a reader that takes nothing for so long is gone
	writeQueue   = 256              // packets between a reader's own queue and its socket
	patience     = 10 * time.Second // for the gate and its records
)

// Feeds is where the pictures come from: a video.Service.
type Feeds interface {
	// Describe says how a feed is coded. Errors: video.ErrUnknownFeed, video.ErrNoSignal.
	Describe(ctx context.Context, feed string) (video.Format, error)
	// Subscribe lets a reader in. Errors: as Describe.
	Subscribe(ctx context.Context, feed string) (*relay.Subscription, error)
}

// Config sets up a Server. Feeds, Gate and one of the addresses are needed.
type Config struct {
	Feeds Feeds
	Gate  Gate
	// Listen is the address of plain RTSP, ListenTLS that of RTSPS. Empty: none.
	Listen, ListenTLS string
	// TLS is what RTSPS needs.
	TLS *tls.Config
	// UDPPort is the port of RTP over UDP, an even number; RTCP has the next one. 0: any free pair.
	UDPPort int
	// MaxReaders bounds the readers of all feeds together. Default 50.
	MaxReaders int
	// Idle is how long a connection may last without signing in, or be still when it plays nothing. Default 30 s.
	Idle time.Duration
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Server serves feeds.
type Server struct {
	cfg       Config
	log       *slog.Logger
	endpoints []*endpoint
	conns     chan struct{} // one token for each connection

	ctx context.Context // of Run; set before anything is served

	mu      sync.Mutex
	readers map[*reader]struct{}
	slots   int // readers that are in, or about to be

	sessions, packets, bytes, dropped, signInsRefused, refused, turnedAway atomic.Uint64
}

// endpoint is one address with what serves it.
type endpoint struct {
	listener  *listener
	rtp, rtcp net.PacketConn // nil: no UDP
	rtsp      *gortsplib.Server
}

// New binds the addresses. Run must follow, or Close.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.MaxReaders <= 0 {
		cfg.MaxReaders = 50
	}
	if cfg.Idle <= 0 {
		cfg.Idle = 30 * time.Second
	}
	s := &Server{cfg: cfg, log: cfg.Log, readers: map[*reader]struct{}{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	// Some connections play over UDP, some only ask; beyond that somebody is filling the table.
	s.conns = make(chan struct{}, 2*cfg.MaxReaders+16)
	if cfg.Listen == "" && cfg.ListenTLS == "" {
		return nil, errors.New("RTSP server: no address to listen on")
	}
	if cfg.ListenTLS != "" && cfg.TLS == nil {
		return nil, errors.New("RTSPS needs a certificate")
	}
	if cfg.Listen != "" {
		e, err := s.bind(ctx, cfg.Listen, nil)
		if err == nil {
			err = e.bindUDP(ctx, cfg.UDPPort)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen for RTSP: %w", err), s.Close())
		}
	}
	if cfg.ListenTLS != "" {
		if _, err := s.bind(ctx, cfg.ListenTLS, cfg.TLS); err != nil {
			return nil, errors.Join(fmt.Errorf("listen for RTSPS: %w", err), s.Close())
		}
	}
	return s, nil
}

func (s *Server) bind(ctx context.Context, address string, secret *tls.Config) (*endpoint, error) {
	l, err := listen(ctx, address, secret, s)
	if err != nil {
		return nil, err
	}
	e := &endpoint{listener: l}
	s.endpoints = append(s.endpoints, e)
	return e, nil
}

// bindUDP opens an even port and the next one, as RFC 3550 section 11 wants them.
func (e *endpoint) bindUDP(ctx context.Context, port int) error {
	host, _, err := net.SplitHostPort(e.listener.Addr().String())
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	open := func(port int) (net.PacketConn, error) {
		return lc.ListenPacket(ctx, "udp", net.JoinHostPort(host, strconv.Itoa(port)))
	}
	for try := 0; ; try++ {
		if e.rtp, err = open(port); err != nil {
			return err
		}
		if got := portOf(e.rtp.LocalAddr()); got%2 == 0 {
			if e.rtcp, err = open(got + 1); err == nil {
				return nil
			}
		} else {
			err = fmt.Errorf("UDP port %d is odd", got)
		}
		if port != 0 || try > 50 {
			return err
		}
		_ = e.rtp.Close() // another pair is tried
	}
}

func portOf(a net.Addr) int {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.Port
	case *net.UDPAddr:
		return a.Port
	}
	return 0
}

// Addr is the address of plain RTSP; "" where it is not served, also by a nil server.
func (s *Server) Addr() string { return s.addr(false) }

// AddrTLS is the address of RTSPS; "" where it is not served, also by a nil server.
func (s *Server) AddrTLS() string { return s.addr(true) }

func (s *Server) addr(secret bool) string {
	if s == nil {
		return ""
	}
	for _, e := range s.endpoints {
		if (e.listener.secret != nil) == secret {
			return e.listener.Addr().String()
		}
	}
	return ""
}

// Run serves until ctx ends; then it ends every session, waits and returns nil. It is called once.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx = ctx
	var served sync.WaitGroup
	failed := make(chan error, len(s.endpoints))
	var err error
	for _, e := range s.endpoints {
		if err = e.start(s); err != nil {
			err = fmt.Errorf("start RTSP server: %w", err)
			break
		}
		served.Go(func() { failed <- e.rtsp.Wait() })
	}
	if err == nil {
		s.log.Info("RTSP server", "rtsp", s.Addr(), "rtsps", s.AddrTLS())
		select {
		case <-ctx.Done():
		case err = <-failed:
			err = fmt.Errorf("RTSP server: %w", err)
		}
	}
	cancel()
	for _, e := range s.endpoints {
		if e.rtsp != nil {
			e.rtsp.Close()
		}
	}
	served.Wait()
	return errors.Join(err, s.Close())
}

func (e *endpoint) start(s *Server) error {
	rtsp := &gortsplib.Server{
		RTSPAddress: e.listener.Addr().String(), ReadTimeout: s.cfg.Idle, WriteTimeout: writeTimeout, WriteQueueSize: writeQueue,
		// The library's own reports take nanoseconds for the fraction of an NTP timestamp.
		DisableRTCPSenderReports: true,
		Listen:                   func(string, string) (net.Listener, error) { return e.listener, nil },
	}
	if e.rtp != nil {
		rtsp.UDPRTPAddress, rtsp.UDPRTCPAddress = e.rtp.LocalAddr().String(), e.rtcp.LocalAddr().String()
		next := []net.PacketConn{e.rtp, e.rtcp} // the library asks for them in this order
		rtsp.ListenPacket = func(string, string) (net.PacketConn, error) {
			if len(next) == 0 {
				return nil, errors.New("no third UDP port is served")
			}
			c := next[0]
			next = next[1:]
			return c, nil
		}
	}
	rtsp.Handler = &handler{server: s, rtsp: rtsp}
	if err := rtsp.Start(); err != nil {
		return err
	}
	e.rtsp = rtsp
	return nil
}

// Close closes the addresses. Only a Server that was never run needs it. It may be called twice.
func (s *Server) Close() error {
	var errs []error
	for _, e := range s.endpoints {
		closers := []interface{ Close() error }{e.listener}
		if e.rtp != nil {
			closers = append(closers, e.rtp)
		}
		if e.rtcp != nil {
			closers = append(closers, e.rtcp)
		}
		for _, c := range closers {
			if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// Reader is what the server sees of one reader.
type Reader struct {
	// Session names the viewing, Who is its reader.
	Session, Who string
	// Since is when it began.
	Since time.Time
	// Local and Remote are the ends of its RTSP connection.
	Local, Remote string
	// UDP is true where the packets go over UDP, and not within the connection.
	UDP bool
}

// Readers returns the readers of a feed, the first to come first; of a nil server none.
func (s *Server) Readers(feed string) []Reader {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Reader
	for r := range s.readers {
		if r.feed == feed {
			out = append(out, Reader{Session: r.id, Who: r.pass.Name(), Since: r.since, Local: r.local, Remote: r.remote, UDP: r.udp})
		}
	}
	slices.SortFunc(out, func(a, b Reader) int { return a.Since.Compare(b.Since) })
	return out
}

// Stats counts what the server has done since it was made.
type Stats struct {
	// Connections and Readers are present numbers.
	Connections, Readers uint64
	// Sessions counts viewings that began.
	Sessions uint64
	// Packets and Bytes count RTP packets handed on for sending, and their payload bytes.
	Packets, Bytes uint64
	// Dropped counts packets that the queues of slow readers refused.
	Dropped uint64
	// SignInsRefused counts wrong names, passwords and tokens, Refused all other requests that were answered with an error.
	SignInsRefused, Refused uint64
	// TurnedAway counts connections and readers beyond the limit.
	TurnedAway uint64
}

// Stats returns the counters; of a nil server they are zero.
func (s *Server) Stats() Stats {
	if s == nil {
		return Stats{}
	}
	out := Stats{
		Connections: uint64(len(s.conns)), Sessions: s.sessions.Load(), Packets: s.packets.Load(), Bytes: s.bytes.Load(),
		Dropped: s.dropped.Load(), SignInsRefused: s.signInsRefused.Load(), Refused: s.refused.Load(),
		TurnedAway: s.turnedAway.Load(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Readers = uint64(len(s.readers))
	for r := range s.readers {
		out.Dropped += r.sub.Dropped()
	}
	return out
}
