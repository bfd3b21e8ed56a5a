package rtspout

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"vedette/video"
	"vedette/video/relay"
)

// payloadType is the one RTP payload type of the pictures.
const payloadType = 96

// methods are those that a client may use.
const methods = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"

// handler answers the requests that come to one address.
type handler struct {
	server *Server
	rtsp   *gortsplib.Server
}

var (
	_ gortsplib.ServerHandlerOnRequest      = (*handler)(nil)
	_ gortsplib.ServerHandlerOnResponse     = (*handler)(nil)
	_ gortsplib.ServerHandlerOnConnClose    = (*handler)(nil)
	_ gortsplib.ServerHandlerOnSessionClose = (*handler)(nil)
	_ gortsplib.ServerHandlerOnDescribe     = (*handler)(nil)
	_ gortsplib.ServerHandlerOnSetup        = (*handler)(nil)
	_ gortsplib.ServerHandlerOnPlay         = (*handler)(nil)
	_ gortsplib.ServerHandlerOnDecodeError  = (*handler)(nil)
)

// viewing is one RTSP session. It is used by the session's goroutine.
type viewing struct {
	stream *gortsplib.ServerStream
	media  *description.Media
	feed   string
	pass   Pass
	conn   *conn   // over which it was set up or played last
	reader *reader // nil before PLAY
}

// connOf is our connection under one of the library's: every one of them comes from our listener.
func connOf(sc *gortsplib.ServerConn) *conn {
	c, _ := sc.NetConn().(*conn)
	return c
}

// OnRequest implements gortsplib.ServerHandlerOnRequest.
func (h *handler) OnRequest(sc *gortsplib.ServerConn, req *base.Request) {
	connOf(sc).method = string(req.Method)
}

// OnResponse implements gortsplib.ServerHandlerOnResponse.
func (h *handler) OnResponse(sc *gortsplib.ServerConn, res *base.Response) {
	c := connOf(sc)
	res.Header["Server"] = base.HeaderValue{"vedette"}
	if res.StatusCode == base.StatusNotImplemented {
		res.StatusMessage = fmt.Sprintf("%.20s is not served: feeds are played, not recorded or paused", c.method)
		res.Header["Allow"] = base.HeaderValue{methods}
	}
	if res.StatusCode >= 400 && res.StatusCode != base.StatusUnauthorized {
		h.server.refused.Add(1)
	}
}

// OnConnClose implements gortsplib.ServerHandlerOnConnClose.
func (h *handler) OnConnClose(ctx *gortsplib.ServerHandlerOnConnCloseCtx) {
	h.server.log.Debug("RTSP connection ended", "address", connOf(ctx.Conn).address(), "reason", ctx.Error)
}

// OnDecodeError implements gortsplib.ServerHandlerOnDecodeError.
func (h *handler) OnDecodeError(ctx *gortsplib.ServerHandlerOnDecodeErrorCtx) {
	h.server.log.Debug("RTCP of a reader cannot be read", "reason", ctx.Error)
}

// OnDescribe implements gortsplib.ServerHandlerOnDescribe.
func (h *handler) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	_, refusal, err := h.admit(connOf(ctx.Conn), ctx.Request)
	if refusal != nil {
		return refusal, nil, err
	}
	desc, refusal := h.describe(feedOf(ctx.Path))
	if refusal != nil {
		return refusal, nil, nil
	}
	body, err := desc.Marshal(false)
	if err != nil {
		return answer(base.StatusInternalServerError, "the feed cannot be described"), nil, fmt.Errorf("describe: %w", err)
	}
	return &base.Response{StatusCode: base.StatusOK, Header: base.Header{}, Body: body}, nil, nil
}

// OnSetup implements gortsplib.ServerHandlerOnSetup. Every session has a stream of its own, since every reader has its own
// place in the pictures.
func (h *handler) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	c := connOf(ctx.Conn)
	pass, refusal, err := h.admit(c, ctx.Request)
	if refusal != nil {
		return refusal, nil, err
	}
	if v, ok := ctx.Session.UserData().(*viewing); ok {
		return &base.Response{StatusCode: base.StatusOK}, v.stream, nil
	}
	feed := feedOf(ctx.Path)
	desc, refusal := h.describe(feed)
	if refusal != nil {
		return refusal, nil, nil
	}
	stream := &gortsplib.ServerStream{Server: h.rtsp, Desc: desc}
	if err := stream.Initialize(); err != nil {
		return answer(base.StatusInternalServerError, "the session cannot be made"), nil, fmt.Errorf("make stream: %w", err)
	}
	ctx.Session.SetUserData(&viewing{stream: stream, media: desc.Medias[0], feed: feed, pass: pass, conn: c})
	return &base.Response{StatusCode: base.StatusOK}, stream, nil
}

// OnPlay implements gortsplib.ServerHandlerOnPlay.
func (h *handler) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	c := connOf(ctx.Conn)
	pass, refusal, err := h.admit(c, ctx.Request)
	if refusal != nil {
		return refusal, err
	}
	v, ok := ctx.Session.UserData().(*viewing)
	if !ok || v.pass.Name() != pass.Name() {
		return answer(base.StatusForbidden, "the session is not yours"), nil
	}
	if v.reader != nil {
		return &base.Response{StatusCode: base.StatusOK}, nil
	}
	v.conn = c
	if v.reader, refusal = h.server.play(ctx.Session, v); refusal != nil {
		return refusal, nil
	}
	c.playing.Store(true)
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnSessionClose implements gortsplib.ServerHandlerOnSessionClose.
func (h *handler) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	v, ok := ctx.Session.UserData().(*viewing)
	if !ok {
		return
	}
	v.conn.playing.Store(false)
	if v.reader != nil {
		v.reader.stop(ctx.Error)
	}
	v.stream.Close()
}

// admit checks who asks, and that nothing is asked for that there is not.
func (h *handler) admit(c *conn, req *base.Request) (Pass, *base.Response, error) {
	pass, refusal, err := h.server.signIn(c, req)
	if refusal != nil {
		return nil, refusal, err
	}
	if options := req.Header["Require"]; len(options) > 0 {
		// A back channel (ONVIF Streaming Specification, section 5.3) would carry sound to the camera.
		res := answer(base.StatusOptionNotSupported, "no optional feature is served, back channels neither")
		res.Header["Unsupported"] = base.HeaderValue{strings.Join(options, ", ")}
		return nil, res, nil
	}
	return pass, nil, nil
}

// describe says what a feed consists of, or why it cannot be read.
func (h *handler) describe(feed string) (*description.Session, *base.Response) {
	ctx, cancel := context.WithTimeout(h.server.ctx, patience)
	defer cancel()
	f, err := h.server.cfg.Feeds.Describe(ctx, feed)
	if err != nil {
		return nil, h.server.feedRefusal(feed, err)
	}
	return &description.Session{Title: feed, Medias: []*description.Media{{
		Type: description.MediaTypeVideo, Control: "trackID=0", Formats: []format.Format{formatOf(f)},
	}}}, nil
}

// formatOf is a feed's coding as a session description has it (RFC 6184, section 8.2; RFC 7798, section 7.2).
func formatOf(f video.Format) format.Format {
	if f.Codec == relay.H265 {
		return &format.H265{PayloadTyp: payloadType, VPS: f.VPS, SPS: f.SPS, PPS: f.PPS}
	}
	return &format.H264{PayloadTyp: payloadType, PacketizationMode: 1, SPS: f.SPS, PPS: f.PPS}
}

// codecOf is the codec that a session was told of.
func codecOf(m *description.Media) relay.Codec {
	if _, is := m.Formats[0].(*format.H265); is {
		return relay.H265
	}
	return relay.H264
}

// feedRefusal says why a feed cannot be read.
func (s *Server) feedRefusal(feed string, err error) *base.Response {
	switch {
	case errors.Is(err, video.ErrUnknownFeed):
		return answer(base.StatusNotFound, fmt.Sprintf("there is no feed %.63q", feed))
	case errors.Is(err, video.ErrNoSignal):
		return answer(base.StatusServiceUnavailable, err.Error())
	}
	s.log.Error("cannot serve a feed", "feed", feed, "error", err)
	return answer(base.StatusInternalServerError, "the feed cannot be served")
}

// feedOf is the feed that a path names: /FEED or /feeds/FEED.
func feedOf(path string) string {
	path = strings.Trim(path, "/")
	return strings.TrimPrefix(path, "feeds/")
}
