// Package testcam is a camera for tests: a real RTSP server that plays a clip in a loop at its own pace, and that can
// be made to fail. Only tests import it.
package testcam

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vedette/video/h264"
)

// writeQueue is how many packets may wait for one reader: a key picture of 20 Mbit/s is 630.
const writeQueue = 2048

// Camera serves one clip. Set the fields, then Start.
type Camera struct {
	// Clip is what it plays.
	Clip *Clip
	// Address is where it listens, as "127.0.0.1:8554". Default: a free port of loopback.
	Address string
	// PacketSize is the largest RTP payload. Default 1400, more than the relay sends on.
	PacketSize int
	// ClockOffset is added to the time in sender reports; NoReports sends none.
	ClockOffset time.Duration
	NoReports   bool
	// Before is called right before picture n is sent, counted from the start. nil: nothing is.
	Before func(n int)
	// Data gives the metadata beside picture n, which was taken at an instant of the camera's clock. nil: there is no track
	// of metadata.
	Data func(n int, at time.Time) []byte
	// H265 describes the track as H.265 (and sends nothing).
	H265 bool
	// User and Password are asked for where User is not empty, in the ways of Methods. Default: Basic and Digest (MD5).
	User, Password string
	Methods        []auth.VerifyMethod
	// Certificate makes it RTSPS.
	Certificate *tls.Certificate
	// UDP lets readers have RTP in datagrams; NoTCP refuses it within the connection.
	UDP, NoTCP bool

	addr    string // kept over a restart
	server  *gortsplib.Server
	stream  *gortsplib.ServerStream
	media   *description.Media
	data    *description.Media // nil: none
	stop    chan struct{}
	wg      sync.WaitGroup
	frozen  atomic.Bool
	picture atomic.Int64
	groups  atomic.Int64
	readers atomic.Int64
	refused atomic.Int64
	overUDP atomic.Int64
}

// Start begins to serve, on the same port as before where it was started before.
func (c *Camera) Start() error {
	if c.PacketSize == 0 {
		c.PacketSize = 1400
	}
	addr := c.addr
	if addr == "" {
		addr = cmp.Or(c.Address, "127.0.0.1:0")
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return fmt.Errorf("camera: %w", err)
	}
	c.addr = l.Addr().String()
	var f format.Format = &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: c.Clip.SPS, PPS: c.Clip.PPS}
	if c.H265 {
		f = &format.H265{PayloadTyp: 96}
	}
	c.media = &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{f}}
	c.server = &gortsplib.Server{
		Handler: handler{c}, RTSPAddress: c.addr, DisableRTCPSenderReports: true,
		Listen: func(string, string) (net.Listener, error) { return l, nil }, AuthMethods: c.Methods,
		WriteQueueSize: writeQueue,
	}
	if c.Certificate != nil {
		c.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*c.Certificate}, MinVersion: tls.VersionTLS12}
	}
	if c.UDP {
		c.server.UDPRTPAddress, c.server.UDPRTCPAddress, err = freePair()
		if err != nil {
			_ = l.Close() // nothing was served
			return fmt.Errorf("camera: %w", err)
		}
	}
	if err := c.server.Start(); err != nil {
		return fmt.Errorf("camera: %w", err)
	}
	medias := []*description.Media{c.media}
	if c.Data != nil {
		klv := &format.Generic{PayloadTyp: 97, RTPMa: "smpte336m/90000", ClockRat: 90000}
		c.data = &description.Media{Type: description.MediaTypeApplication, Formats: []format.Format{klv}}
		medias = append(medias, c.data)
	}
	c.stream = &gortsplib.ServerStream{Server: c.server, Desc: &description.Session{Medias: medias}}
	if err := c.stream.Initialize(); err != nil {
		c.server.Close()
		return fmt.Errorf("camera: %w", err)
	}
	c.stop = make(chan struct{})
	c.wg.Add(1)
	go c.play(c.stop)
	return nil
}

// URL is where the clip is served, with the right user and password.
func (c *Camera) URL() string {
	u := url.URL{Scheme: "rtsp", Host: c.addr, Path: "/live"}
	if c.Certificate != nil {
		u.Scheme = "rtsps"
	}
	if c.User != "" {
		u.User = url.UserPassword(c.User, c.Password)
	}
	return u.String()
}

// Stop ends the server and every connection.
func (c *Camera) Stop() {
	close(c.stop)
	c.wg.Wait()
	c.stream.Close()
	c.server.Close()
}

// Freeze stops or resumes the pictures while connections stay open.
func (c *Camera) Freeze(on bool) { c.frozen.Store(on) }

// Picture is the number of the last picture played in its group: 0 is the key picture.
func (c *Camera) Picture() int { return int(c.picture.Load()) }

// Groups counts the key pictures played, over all starts.
func (c *Camera) Groups() int { return int(c.groups.Load()) }

// Readers counts the sessions that have asked to play, over all starts.
func (c *Camera) Readers() int { return int(c.readers.Load()) }

// Refused counts the requests with a wrong password, over all starts.
func (c *Camera) Refused() int { return int(c.refused.Load()) }

// OverUDP counts the tracks that were set up over UDP, over all starts.
func (c *Camera) OverUDP() int { return int(c.overUDP.Load()) }

func (c *Camera) play(stop chan struct{}) {
	defer c.wg.Done()
	if c.H265 {
		<-stop
		return
	}
	interval := time.Second / time.Duration(c.Clip.FPS)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	seq, ts := uint16(rand.Uint32()), rand.Uint32()
	var reported time.Time
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		ts += uint32(90000 / c.Clip.FPS)
		if c.frozen.Load() {
			n--
			continue
		}
		now := time.Now()
		if c.Before != nil {
			c.Before(n)
		}
		seq = c.send(c.Clip.Pictures[n%len(c.Clip.Pictures)], seq, ts)
		if c.data != nil {
			_ = c.stream.WritePacketRTP(c.data, &rtp.Packet{ // a reader that goes is no error here
				Header:  rtp.Header{Version: 2, PayloadType: 97, SequenceNumber: uint16(n), Timestamp: ts, Marker: true},
				Payload: c.Data(n, now.Add(c.ClockOffset)),
			})
		}
		c.picture.Store(int64(n % c.Clip.GOP))
		if n%c.Clip.GOP == 0 {
			c.groups.Add(1)
		}
		if !c.NoReports && now.Sub(reported) > 200*time.Millisecond {
			reported = now
			c.report(now.Add(c.ClockOffset), ts)
		}
	}
}

func (c *Camera) send(nals [][]byte, seq uint16, ts uint32) uint16 {
	for i, nal := range nals {
		var pieces [][]byte
		h264.Split(nal, c.PacketSize, func(p []byte) { pieces = append(pieces, p) })
		for j, p := range pieces {
			_ = c.stream.WritePacketRTP(c.media, &rtp.Packet{ // a reader that goes is no error here
				Header: rtp.Header{
					Version: 2, PayloadType: 96, SequenceNumber: seq, Timestamp: ts,
					Marker: i == len(nals)-1 && j == len(pieces)-1,
				},
				Payload: p,
			})
			seq++
		}
	}
	return seq
}

func (c *Camera) report(at time.Time, ts uint32) {
	ntp := NTP(at)
	for media, m := range c.stream.Stats().Medias {
		for _, f := range m.Formats {
			_ = c.stream.WritePacketRTCP(media, &rtcp.SenderReport{SSRC: f.LocalSSRC, NTPTime: ntp, RTPTime: ts})
		}
	}
}

// NTP is the NTP timestamp of an instant.
func NTP(at time.Time) uint64 {
	const ntpEpoch = 2208988800 // seconds from 1900 to 1970
	return uint64(at.Unix()+ntpEpoch)<<32 | uint64(at.Nanosecond())<<32/1e9
}

// handler answers the server's questions.
type handler struct{ c *Camera }

func (h handler) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	c := h.c
	if c.User != "" && !ctx.Conn.VerifyCredentials(ctx.Request, c.User, c.Password) {
		if len(ctx.Request.Header["Authorization"]) > 0 {
			c.refused.Add(1)
		}
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

func (h handler) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	c := h.c
	if c.User != "" && !ctx.Conn.VerifyCredentials(ctx.Request, c.User, c.Password) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	if c.NoTCP && ctx.Transport == gortsplib.TransportTCP {
		return &base.Response{StatusCode: base.StatusUnsupportedTransport}, nil, nil
	}
	if ctx.Transport == gortsplib.TransportUDP {
		c.overUDP.Add(1)
	}
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

func (h handler) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	h.c.readers.Add(1)
	return &base.Response{StatusCode: base.StatusOK}, nil
}
