package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// requestTimeout bounds each RTSP request, each write, and the dialling.
const requestTimeout = 5 * time.Second

// connection is one playing RTSP session.
type connection struct{ client *gortsplib.Client }

func (c *connection) wait() error {
	if err := c.client.Wait(); err != nil {
		return err
	}
	return errors.New("connection closed")
}

func (c *connection) close() { c.client.Close() }

// connect opens the source and starts playing. ctx ends it at any step.
func (s *Source) connect(ctx context.Context) (*connection, error) {
	u, err := base.ParseURL(s.cfg.URL)
	if err != nil {
		return nil, errors.New("url cannot be parsed") // the parser's text quotes the password
	}
	transport := gortsplib.TransportTCP
	if s.cfg.UDP {
		transport = gortsplib.TransportUDP
	}
	var lost atomic.Int64
	client := &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Transport: &transport, UserAgent: "vedette",
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		OnPacketsLost: func(n uint64) { lost.Add(int64(min(n, 1<<16))) },
		OnDecodeError: func(error) {}, // such packets are not delivered; the gap shows as loss
	}
	if err := client.Start2(); err != nil {
		return nil, fmt.Errorf("start RTSP client: %w", err)
	}
	stop := context.AfterFunc(ctx, client.Close)
	defer stop()
	if err := s.play(client, u, &lost); err != nil {
		client.Close()
		_ = client.Wait() // ends its goroutines; its error says that it was closed
		return nil, redact(err, u)
	}
	return &connection{client}, nil
}

// play describes, sets up and starts the video track.
func (s *Source) play(client *gortsplib.Client, u *base.URL, lost *atomic.Int64) error {
	desc, _, err := client.Describe(u)
	if err != nil {
		return fmt.Errorf("describe: %w", err)
	}
	var h264 *format.H264
	media := desc.FindFormat(&h264)
	if media == nil {
		var h265 *format.H265
		if desc.FindFormat(&h265) != nil {
			s.handler.Begin(Track{Codec: H265})
		}
		return fmt.Errorf("%w, only %s", ErrUnsupported, formats(desc))
	}
	if _, err := client.Setup(desc.BaseURL, media, 0, 0); err != nil {
		return fmt.Errorf("set up: %w", err)
	}
	sps, pps := h264.SafeParams()
	s.handler.Begin(Track{Codec: H264, SPS: sps, PPS: pps})
	var clk clock
	client.OnPacketRTCP(media, func(p rtcp.Packet) {
		if r, ok := p.(*rtcp.SenderReport); ok {
			clk.report(r.SSRC, r.NTPTime, r.RTPTime)
		}
	})
	client.OnPacketRTP(media, h264, func(p *rtp.Packet) {
		now := time.Now()
		s.lastPacket.Store(now.UnixNano())
		out := Packet{
			Payload: p.Payload, Timestamp: p.Timestamp, Marker: p.Marker,
			Lost: int(lost.Swap(0)), Arrival: now.UTC(),
		}
		out.Capture, _ = clk.capture(p.SSRC, p.Timestamp)
		s.deliver(out)
	})
	if _, err := client.Play(nil); err != nil {
		return fmt.Errorf("play: %w", err)
	}
	return nil
}

// formats names what a source offers, for the error that says why it cannot be used.
func formats(desc *description.Session) string {
	var names []string
	for _, m := range desc.Medias {
		for _, f := range m.Formats {
			names = append(names, f.Codec())
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
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
	text := strings.ReplaceAll(r.error.Error(), url.QueryEscape(r.secret), "…")
	return strings.ReplaceAll(text, r.secret, "…")
}

func (r redacted) Unwrap() error { return r.error }
