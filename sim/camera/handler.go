package camera

import (
	"strings"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// handler is the Server as gortsplib calls it.
type handler Server

var (
	_ gortsplib.ServerHandlerOnDescribe         = (*handler)(nil)
	_ gortsplib.ServerHandlerOnSetup            = (*handler)(nil)
	_ gortsplib.ServerHandlerOnPlay             = (*handler)(nil)
	_ gortsplib.ServerHandlerOnPause            = (*handler)(nil)
	_ gortsplib.ServerHandlerOnResponse         = (*handler)(nil)
	_ gortsplib.ServerHandlerOnConnClose        = (*handler)(nil)
	_ gortsplib.ServerHandlerOnSessionClose     = (*handler)(nil)
	_ gortsplib.ServerHandlerOnStreamWriteError = (*handler)(nil)
)

func (s *Server) feed(path string) *feed { return s.feeds[strings.Trim(path, "/")] }

func (h *handler) stream(path string) (*base.Response, *gortsplib.ServerStream, error) {
	f := (*Server)(h).feed(path)
	if f == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	stream := f.served()
	if stream == nil {
		return &base.Response{StatusCode: base.StatusServiceUnavailable}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, stream, nil
}

// OnDescribe answers with the stream's description.
func (h *handler) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.stream(ctx.Path)
}

// OnSetup joins a session to its stream.
func (h *handler) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.stream(ctx.Path)
}

// OnPlay notes a session that will play. It gets packets only after this call, so it counts as a reader from OnResponse on:
// a key frame made before would miss it.
func (h *handler) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	f := (*Server)(h).feed(ctx.Path)
	if f == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.joining[ctx.Conn] = ctx.Session
	if _, known := h.playing[ctx.Session]; !known {
		h.playing[ctx.Session] = nil
	}
	ctx.Session.SetUserData(f)
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnResponse starts the feed for a session whose PLAY has just been granted.
func (h *handler) OnResponse(conn *gortsplib.ServerConn, _ *base.Response) {
	h.mu.Lock()
	session := h.joining[conn]
	delete(h.joining, conn)
	var f *feed
	if session != nil {
		if old, alive := h.playing[session]; alive && old == nil {
			f, _ = session.UserData().(*feed)
			h.playing[session] = f
		}
	}
	h.mu.Unlock()
	if f != nil {
		f.join()
	}
}

// OnPause ends a session's part in the feed.
func (h *handler) OnPause(ctx *gortsplib.ServerHandlerOnPauseCtx) (*base.Response, error) {
	h.leave(ctx.Session)
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnConnClose forgets a connection that ended between PLAY and its answer.
func (h *handler) OnConnClose(ctx *gortsplib.ServerHandlerOnConnCloseCtx) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.joining, ctx.Conn)
}

// OnSessionClose ends a session's part in the feed.
func (h *handler) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) { h.leave(ctx.Session) }

func (h *handler) leave(session *gortsplib.ServerSession) {
	h.mu.Lock()
	f := h.playing[session]
	delete(h.playing, session)
	h.mu.Unlock()
	if f != nil {
		f.leave()
	}
}

// OnStreamWriteError counts packets that a slow reader lost; its queue drops the newest.
func (h *handler) OnStreamWriteError(ctx *gortsplib.ServerHandlerOnStreamWriteErrorCtx) {
	h.mu.Lock()
	f := h.playing[ctx.Session]
	h.mu.Unlock()
	if f != nil {
		f.count.overflows.Add(1)
	}
}
