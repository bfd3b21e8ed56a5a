package testcam

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/conn"
)

// Rogue is a camera that misbehaves. It writes its own answers and packets, RTP within the RTSP connection only, so it
// can send what an RTSP library would not. Set the fields, then Start.
type Rogue struct {
	// SDP is the description of connection n, counted from 0, as it goes out. nil: a right one of one H.264 track.
	SDP func(n int) string
	// Answer is called before a request of connection n is answered, and may wait; method is as in "DESCRIBE". Any status
	// but 200 is the answer. nil: 200.
	Answer func(n int, method string) (status int, words string)
	// Play sends what connection n sends after PLAY; the connection ends when it returns. nil: nothing is sent.
	Play func(n int, p *Player)

	listener net.Listener
	stop     chan struct{}
	wg       sync.WaitGroup
	conns    atomic.Int64
}

// writeWait bounds each write to a reader that does not read.
const writeWait = 5 * time.Second

// Start begins to serve on a free port of loopback.
func (r *Rogue) Start() error {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("rogue camera: %w", err)
	}
	r.listener, r.stop = l, make(chan struct{})
	r.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // Stop closed it
			}
			n := int(r.conns.Add(1)) - 1
			r.wg.Go(func() { r.serve(n, c) })
		}
	})
	return nil
}

// Stop ends every connection and waits.
func (r *Rogue) Stop() {
	close(r.stop)
	_ = r.listener.Close() // it only listens
	r.wg.Wait()
}

// Host is the address and port.
func (r *Rogue) Host() string { return r.listener.Addr().String() }

// URL is where the stream is served.
func (r *Rogue) URL() string { return "rtsp://" + r.Host() + "/live" }

// Connections counts the connections so far.
func (r *Rogue) Connections() int { return int(r.conns.Load()) }

// PlainSDP describes one H.264 track without parameter sets, which come with the pictures.
const PlainSDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=rogue\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n" +
	"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:trackID=0\r\n"

// serve answers one connection and ends it.
func (r *Rogue) serve(n int, c net.Conn) {
	p := &Player{conn: c, stop: make(chan struct{}), SSRC: 0x1000 + uint32(n)}
	var playing sync.WaitGroup
	end := sync.OnceFunc(func() {
		close(p.stop)
		_ = c.Close() // the reader sees it
	})
	done := make(chan struct{})
	r.wg.Go(func() {
		select {
		case <-r.stop:
			end()
		case <-done:
		}
	})
	defer close(done)
	defer playing.Wait()
	defer end()
	in := conn.NewConn(c)
	for {
		got, err := in.Read()
		if err != nil {
			return
		}
		req, ok := got.(*base.Request)
		if !ok {
			continue // receiver reports
		}
		res := r.answer(n, req)
		if err := p.answer(res); err != nil {
			return
		}
		if req.Method == base.Play && res.StatusCode == base.StatusOK && r.Play != nil {
			playing.Go(func() {
				defer end()
				r.Play(n, p)
			})
		}
	}
}

func (r *Rogue) answer(n int, req *base.Request) *base.Response {
	res := &base.Response{StatusCode: base.StatusOK, Header: base.Header{"CSeq": req.Header["CSeq"]}}
	if r.Answer != nil {
		if status, words := r.Answer(n, string(req.Method)); status != int(base.StatusOK) {
			res.StatusCode, res.StatusMessage = base.StatusCode(status), words
			if res.StatusCode == base.StatusUnauthorized {
				res.Header["WWW-Authenticate"] = base.HeaderValue{`Basic realm="rogue"`}
			}
			return res
		}
	}
	switch req.Method {
	case base.Options:
		res.Header["Public"] = base.HeaderValue{"DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"}
	case base.Describe:
		text := PlainSDP
		if r.SDP != nil {
			text = r.SDP(n)
		}
		res.Header["Content-Type"] = base.HeaderValue{"application/sdp"}
		res.Header["Content-Base"] = base.HeaderValue{strings.TrimSuffix(r.URL(), "/") + "/"}
		res.Body = []byte(text)
	case base.Setup:
		res.Header["Session"] = base.HeaderValue{strconv.Itoa(100 + n)}
		res.Header["Transport"] = base.HeaderValue{"RTP/AVP/TCP;unicast;interleaved=0-1"}
	case base.Play:
		res.Header["Session"] = base.HeaderValue{strconv.Itoa(100 + n)}
	}
	return res
}

// errWrite says that the reader has gone.
var errWrite = errors.New("the reader has gone")

func (p *Player) answer(res *base.Response) error {
	text, err := res.Marshal()
	if err != nil {
		return fmt.Errorf("rogue camera: %w", err)
	}
	return p.write(text)
}
