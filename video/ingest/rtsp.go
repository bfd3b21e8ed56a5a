package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	// requestTimeout bounds each RTSP request, each write, the dialling, and TLS up to the first answer.
	requestTimeout = 5 * time.Second
	// maxStrangers is how many packets of another SSRC may come with none of the right one between them. One may be
	// damaged; a new sender shows by a few in a row (as RFC 3550, appendix A.1, asks of a source that is not known).
	maxStrangers = 2
)

// connection is one playing RTSP session.
type connection struct {
	client    *gortsplib.Client
	url       *base.URL
	transport Transport
	failed    chan error // holds the first reason to give the connection up
	line      line
	strangers atomic.Int32
}

func (c *connection) wait() error {
	if err := c.client.Wait(); err != nil {
		return explain(err, c.url)
	}
	return errors.New("the camera closed the connection")
}

func (c *connection) close() { c.client.Close() }

// fail has the connection closed by its owner; it is called by the library's goroutines, which cannot close it.
func (c *connection) fail(err error) {
	select {
	case c.failed <- err:
	default:
	}
}

// stranger takes note of a packet with another SSRC: when several come in a row, the sender is another one.
func (c *connection) stranger() {
	if c.strangers.Add(1) > maxStrangers {
		c.fail(errors.New("the camera's stream has begun anew (another SSRC)"))
	}
}

// known takes note of a packet of the sender that the connection follows.
func (c *connection) known() { c.strangers.Store(0) }

// connect opens the source and starts playing. ctx ends it at any step.
func (s *Source) connect(ctx context.Context, transport Transport) (*connection, error) {
	u, err := base.ParseURL(s.cfg.URL)
	if err != nil {
		return nil, errors.New("the URL cannot be parsed") // the parser's text quotes the password
	}
	tlsConfig, err := s.cfg.TLS.config()
	if err != nil {
		return nil, err
	}
	c := &connection{url: u, transport: transport, failed: make(chan error, 1)}
	c.client = &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Transport: transport.library(), UserAgent: "vedette", TLSConfig: tlsConfig,
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		DialContext:       c.line.dialer(u),
		OnResponse:        func(res *base.Response) { c.line.answered(); s.screen(res) },
		OnPacketsLost:     func(uint64) {}, // sequence counts
		OnTransportSwitch: func(error) {},
		OnDecodeError:     func(err error) { s.undecodable(c, err) },
	}
	if err := c.client.Start2(); err != nil {
		return nil, fmt.Errorf("start RTSP client: %w", err)
	}
	stop := context.AfterFunc(ctx, func() {
		c.line.cut() // the library cannot leave a TLS handshake by itself
		c.client.Close()
	})
	defer stop()
	if err := s.play(c, u); err != nil {
		c.client.Close()
		_ = c.client.Wait() // ends its goroutines; its error says that it was closed
		if !c.line.heard() {
			return nil, explainConnecting(err, u)
		}
		return nil, explain(err, u)
	}
	return c, nil
}

// undecodable counts a packet that the library dropped. It follows one sender to the end of the connection, so another
// one needs a new connection.
func (s *Source) undecodable(c *connection, err error) {
	s.counters.malformed.Add(1)
	if strings.Contains(err.Error(), "wrong SSRC") { // the library has no type for it
		c.stranger()
	}
}

// play describes, sets up and starts the tracks.
func (s *Source) play(c *connection, u *base.URL) error {
	desc, _, err := c.client.Describe(u)
	if err != nil {
		return fmt.Errorf("describe: %w", err)
	}
	use := choose(desc)
	s.handler.Described(slices.Clone(use.infos))
	if use.media == nil {
		return fmt.Errorf("%w, only %s", ErrUnsupported, names(use.infos))
	}
	if _, err := c.client.Setup(desc.BaseURL, use.media, 0, 0); err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	s.handler.Begin(use.track)
	s.receiveVideo(c, use)
	if use.data != nil {
		s.playData(c, desc, use)
	}
	if _, err := c.client.Play(nil); err != nil {
		return fmt.Errorf("play: %w", err)
	}
	return nil
}

// playData sets up the KLV track; the picture does without it where that fails.
func (s *Source) playData(c *connection, desc *description.Session, use chosen) {
	if _, err := c.client.Setup(desc.BaseURL, use.data, 0, 0); err != nil {
		s.log.Warn("the camera's KLV metadata cannot be had", "error", explain(err, c.url))
		for i := range use.infos {
			use.infos[i].Used = use.infos[i].Used && use.infos[i].Codec != codecKLV
		}
		s.handler.Described(slices.Clone(use.infos))
		return
	}
	s.receiveData(c, use)
}

func (s *Source) receiveVideo(c *connection, use chosen) {
	clk := follow(c, use.media, use.video.ClockRate())
	var seq sequence
	c.client.OnPacketRTP(use.media, use.video, func(p *rtp.Packet) {
		now := time.Now()
		c.known()
		lost, again := seq.take(p.SequenceNumber)
		if again {
			s.counters.duplicates.Add(1)
			return
		}
		s.lastPacket.Store(now.UnixNano())
		out := Packet{Payload: p.Payload, Timestamp: p.Timestamp, Marker: p.Marker, Lost: lost, Arrival: now.UTC()}
		out.Capture, _ = clk.capture(p.SSRC, p.Timestamp)
		out.ClockJump = clk.jumped()
		s.deliver(func() { s.handler.Packet(out) })
	})
}

func (s *Source) receiveData(c *connection, use chosen) {
	clk := follow(c, use.data, use.klv.ClockRate())
	var seq sequence
	var assembler klvAssembler
	c.client.OnPacketRTP(use.data, use.klv, func(p *rtp.Packet) {
		lost, again := seq.take(p.SequenceNumber)
		if again {
			s.counters.duplicates.Add(1)
			return
		}
		klv, dropped := assembler.push(p.Payload, p.Timestamp, p.Marker, lost > 0)
		s.counters.dataDropped.Add(uint64(dropped))
		if klv == nil {
			return
		}
		s.counters.data.Add(1)
		out := Data{KLV: klv, Timestamp: p.Timestamp, Arrival: time.Now().UTC()}
		out.Capture, _ = clk.capture(p.SSRC, p.Timestamp)
		s.deliver(func() { s.handler.Data(out) })
	})
}

// follow keeps the clock of a media by its sender reports, and ends the connection when its sender says goodbye.
func follow(c *connection, m *description.Media, rate int) *clock {
	clk := &clock{rate: rate}
	c.client.OnPacketRTCP(m, func(p rtcp.Packet) {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			clk.report(p.SSRC, p.NTPTime, p.RTPTime)
		case *rtcp.Goodbye:
			c.fail(errors.New("the camera ended its stream (RTCP BYE)"))
		}
	})
	return clk
}
