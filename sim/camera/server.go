package camera

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"

	"vedette/internal/geo"
	"vedette/sim/render"
	"vedette/sim/world"
)

// Source is a drone as its cameras need it.
type Source interface {
	// ID is the drone's MAVLink system id, the first part of its paths.
	ID() int
	// TruePose is where the camera is and looks at an instant; false when that is not known.
	TruePose(t time.Time) (world.CameraPose, bool)
}

// Config describes the cameras. Listen and World are required.
type Config struct {
	Listen         string       // TCP address of the RTSP server, as 127.0.0.1:8554; port 0 takes a free one
	World          *world.World //
	Drones         []Source     // each gets a thermal and an EO camera
	ThermalHFOVDeg float64      // full horizontal field of view; 0 means 24.6
	EOHFOVDeg      float64      // full horizontal field of view; 0 means 50
	Dusk           bool         // the EO cameras see dusk instead of day
	Log            *slog.Logger // nil: silent
}

// Kinds of cameras, the second part of a path.
const (
	KindThermal = "thermal"
	KindEO      = "eo"
)

const (
	defaultThermalHFOVDeg = 24.6
	defaultEOHFOVDeg      = 50
	writeQueuePackets     = 1024 // a power of two; several key frames
	ioTimeout             = 10 * time.Second
	udpPortTries          = 50
)

// Server is the RTSP server of all cameras.
type Server struct {
	log      *slog.Logger
	listener net.Listener
	rtsp     *gortsplib.Server
	udp      []net.PacketConn
	feeds    map[string]*feed
	close    sync.Once

	// mu guards the two below.
	mu      sync.Mutex
	playing map[*gortsplib.ServerSession]*feed
	joining map[*gortsplib.ServerConn]*gortsplib.ServerSession
}

// NewServer binds the server's ports and checks that video can be encoded: the error is ErrNoEncoder where it cannot. The
// ports stay bound until Run returns or Close is called; clients that come before Run wait.
func NewServer(cfg Config) (*Server, error) {
	if cfg.World == nil {
		return nil, errors.New("cameras: no world to look at")
	}
	return newServer(cfg, cfg.World)
}

// scene is the part of a world that the cameras look at.
type scene interface {
	render.Scene
	Frame() *geo.Frame
	ObjectsAt(t time.Time) []world.Object
}

func newServer(cfg Config, w scene) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.ThermalHFOVDeg == 0 {
		cfg.ThermalHFOVDeg = defaultThermalHFOVDeg
	}
	if cfg.EOHFOVDeg == 0 {
		cfg.EOHFOVDeg = defaultEOHFOVDeg
	}
	s := &Server{
		log:     cfg.Log,
		feeds:   map[string]*feed{},
		playing: map[*gortsplib.ServerSession]*feed{},
		joining: map[*gortsplib.ServerConn]*gortsplib.ServerSession{},
	}
	for _, kind := range []string{KindThermal, KindEO} {
		st, err := newStyle(kind, cfg)
		if err != nil {
			return nil, err
		}
		for _, d := range cfg.Drones {
			f := newFeed(pathOf(d.ID(), kind), st, d, w, cfg.Log)
			if _, double := s.feeds[f.path]; double {
				return nil, fmt.Errorf("cameras: two drones have the id %d", d.ID())
			}
			s.feeds[f.path] = f
		}
	}
	if err := s.bind(cfg.Listen); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func pathOf(id int, kind string) string { return strconv.Itoa(id) + "/" + kind }

func (s *Server) bind(address string) error {
	var (
		err error
		lc  net.ListenConfig
	)
	if s.listener, err = lc.Listen(context.Background(), "tcp", address); err != nil {
		return fmt.Errorf("cameras: listen for RTSP: %w", err)
	}
	host, _, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return fmt.Errorf("cameras: address of the RTSP listener: %w", err)
	}
	s.rtsp = &gortsplib.Server{
		Handler:                  (*handler)(s),
		RTSPAddress:              s.listener.Addr().String(),
		ReadTimeout:              ioTimeout,
		WriteTimeout:             ioTimeout,
		WriteQueueSize:           writeQueuePackets,
		DisableRTCPSenderReports: true, // the feeds send their own, see feed.report
		Listen:                   func(_, _ string) (net.Listener, error) { return s.listener, nil },
		ListenPacket:             s.takeUDP,
	}
	if s.udp, err = listenPair(host); err != nil {
		s.log.Warn("RTSP over TCP only", "err", err)
		return nil
	}
	s.rtsp.UDPRTPAddress = s.udp[0].LocalAddr().String()
	s.rtsp.UDPRTCPAddress = s.udp[1].LocalAddr().String()
	return nil
}

// takeUDP hands the sockets that are bound already to the RTSP server, which asks for them by address.
func (s *Server) takeUDP(_, address string) (net.PacketConn, error) {
	for _, c := range s.udp {
		if c.LocalAddr().String() == address {
			return c, nil
		}
	}
	return nil, fmt.Errorf("no socket bound for %s", address)
}

// listenPair binds two neighbouring UDP ports of which the first is even, as RTP wants it (RFC 3550, section 11).
func listenPair(host string) ([]net.PacketConn, error) {
	var (
		last error
		lc   net.ListenConfig
	)
	for range udpPortTries {
		a, err := lc.ListenPacket(context.Background(), "udp", net.JoinHostPort(host, "0"))
		if err != nil {
			return nil, fmt.Errorf("bind an RTP port: %w", err)
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		if port%2 == 0 {
			b, err := lc.ListenPacket(context.Background(), "udp", net.JoinHostPort(host, strconv.Itoa(port+1)))
			if err == nil {
				return []net.PacketConn{a, b}, nil
			}
			last = err
		}
		_ = a.Close() // not used yet, nothing to lose
	}
	return nil, fmt.Errorf("no two neighbouring UDP ports are free: %w", last)
}

// Addr is the address of the RTSP listener.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is the address of one camera's stream; kind is KindThermal or KindEO.
func (s *Server) URL(id int, kind string) string {
	return "rtsp://" + s.listener.Addr().String() + "/" + pathOf(id, kind)
}

// Run serves until ctx ends. It may be called once.
func (s *Server) Run(ctx context.Context) error {
	defer s.Close()
	if err := s.rtsp.Start(); err != nil {
		return fmt.Errorf("start the RTSP server: %w", err)
	}
	for _, f := range s.feeds {
		if err := f.open(s.rtsp); err != nil {
			s.closeStreams()
			s.rtsp.Close()
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, f := range s.feeds {
		wg.Go(func() { f.run(ctx) })
	}
	ended := make(chan error, 1)
	wg.Go(func() { ended <- s.rtsp.Wait() })
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
		err = fmt.Errorf("the RTSP server ended: %w", err)
		cancel()
	}
	s.closeStreams()
	s.rtsp.Close()
	wg.Wait()
	return err
}

func (s *Server) closeStreams() {
	for _, f := range s.feeds {
		f.closeStream()
	}
}

// Close frees the ports of a server that is not running; Run does so by itself. It may be called twice.
func (s *Server) Close() {
	s.close.Do(func() {
		if s.listener != nil {
			_ = s.listener.Close() // the RTSP server may have closed it before
		}
		for _, c := range s.udp {
			_ = c.Close() // likewise
		}
	})
}

// Pause makes a camera fall silent, or speak again, while its sessions stay: a feed that stops. The path is as in
// "1/thermal"; one that does not exist is ignored.
func (s *Server) Pause(path string, stopped bool) {
	if f := s.feed(path); f != nil {
		f.pause(stopped)
	}
}

// FeedStats counts what one camera did.
type FeedStats struct {
	Readers   int    // sessions that play it now
	Frames    uint64 // pictures rendered, encoded and sent
	KeyFrames uint64 // of these
	Late      uint64 // pictures skipped because their moment had passed
	NoPose    uint64 // pictures skipped because the drone had no pose
	Errors    uint64 // pictures that could not be encoded or sent
	Metadata  uint64 // packets of metadata sent
	Overflows uint64 // packets dropped because a reader was too slow
	Bytes     uint64 // of H.264
	Work      time.Duration
}

// Stats gives the counters by path.
func (s *Server) Stats() map[string]FeedStats {
	out := make(map[string]FeedStats, len(s.feeds))
	for path, f := range s.feeds {
		out[path] = f.stats()
	}
	return out
}
