// Rtspcam is an RTSP server for tests: it takes streams that ffmpeg records to it and serves them as cameras. A stream
// whose name ends in -ssrc, -stall, -garbage or -1970 is served with that fault.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"
)

// A stalling camera is silent for the last stallFor of each stallEvery; what it would have sent then is gone.
const (
	stallEvery = 10 * time.Second
	stallFor   = 4 * time.Second
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "rtspcam:", err)
		os.Exit(1)
	}
}

// run serves until it is told to stop. It prints where it listens, and each stream that begins with its time.
func run(addr string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	h := &cameras{streams: map[string]*camera{}}
	h.server = &gortsplib.Server{
		Handler: h, RTSPAddress: l.Addr().String(),
		Listen: func(string, string) (net.Listener, error) { return faultListener{l}, nil },
	}
	if err := h.server.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	fmt.Println("listening", l.Addr())
	<-ctx.Done()
	h.server.Close()
	return nil
}

// camera is one stream that somebody records.
type camera struct {
	stream *gortsplib.ServerStream
	source *gortsplib.ServerSession
}

// cameras answers the server's questions.
type cameras struct {
	server  *gortsplib.Server
	mu      sync.Mutex
	streams map[string]*camera
}

func (h *cameras) find(path string) (*base.Response, *gortsplib.ServerStream, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.streams[path]
	if c == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

// OnDescribe implements gortsplib.ServerHandlerOnDescribe.
func (h *cameras) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.find(ctx.Path)
}

// OnSetup implements gortsplib.ServerHandlerOnSetup.
func (h *cameras) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if ctx.Session.State() == gortsplib.ServerSessionStatePreRecord {
		return &base.Response{StatusCode: base.StatusOK}, nil, nil
	}
	return h.find(ctx.Path)
}

// OnAnnounce implements gortsplib.ServerHandlerOnAnnounce.
func (h *cameras) OnAnnounce(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams[ctx.Path] != nil {
		return &base.Response{StatusCode: base.StatusBadRequest}, fmt.Errorf("%s is being recorded", ctx.Path)
	}
	s := &gortsplib.ServerStream{Server: h.server, Desc: ctx.Description}
	if err := s.Initialize(); err != nil {
		return &base.Response{StatusCode: base.StatusBadRequest}, fmt.Errorf("announce: %w", err)
	}
	h.streams[ctx.Path] = &camera{s, ctx.Session}
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnRecord implements gortsplib.ServerHandlerOnRecord.
func (h *cameras) OnRecord(ctx *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	h.mu.Lock()
	c := h.streams[ctx.Path]
	h.mu.Unlock()
	if c == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil
	}
	begun := time.Now()
	stalls, of1970 := strings.HasSuffix(ctx.Path, "-stall"), strings.HasSuffix(ctx.Path, "-1970")
	ctx.Session.OnPacketRTPAny(func(m *description.Media, _ format.Format, p *rtp.Packet) {
		now := time.Now()
		age := now.Sub(begun)
		if stalls && age%stallEvery >= stallEvery-stallFor {
			return
		}
		if of1970 {
			now = time.Unix(0, 0).Add(age)
		}
		if err := c.stream.WritePacketRTPWithNTP(m, p, now); err != nil {
			fmt.Fprintf(os.Stderr, "rtspcam: %s: %v\n", ctx.Path, err)
		}
	})
	fmt.Println("recording", strings.TrimPrefix(ctx.Path, "/"), begun.UnixMilli())
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnPlay implements gortsplib.ServerHandlerOnPlay.
func (h *cameras) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	if c, ok := ctx.Conn.NetConn().(*faultConn); ok {
		c.begin(strings.HasSuffix(ctx.Path, "-ssrc"), strings.HasSuffix(ctx.Path, "-garbage"))
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnSessionClose implements gortsplib.ServerHandlerOnSessionClose: a stream ends with its source.
func (h *cameras) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for path, c := range h.streams {
		if c.source == ctx.Session {
			delete(h.streams, path)
			c.stream.Close()
		}
	}
}
