package live

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"vedette/internal/access"
	"vedette/ui/api"
)

const (
	readLimit    = 4096             // bytes of a client's message
	silence      = 45 * time.Second // without pong or message the client is gone
	pingEvery    = 15               // beats
	beatEvery    = time.Second
	farewell     = 300 * time.Millisecond // for the close frame
	sendBuffer   = 128 << 10              // bytes the kernel may hold: more would only be old news
	messageBurst = 30                     // messages of a client within burstWindow
	burstWindow  = 10 * time.Second
)

// client is one connection. Serve's goroutine writes; one more reads and one watches the session.
type client struct {
	hub    *Hub
	who    access.Principal
	cancel context.CancelCauseFunc
	ctx    context.Context //nolint:containedctx // the life of this connection, ended by the hub too
	conn   *websocket.Conn
	wire   *corked // what conn writes to
	text   []byte  // the last message, kept so that a client costs no garbage
	seq    uint64
	rows   bool // takes tracks as rows

	wake chan struct{} // one place: something was pushed

	mu sync.Mutex
	q  *queue
}

func newClient(h *Hub, who access.Principal, rows bool) *client {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &client{hub: h, who: who, rows: rows, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1), q: newQueue()}
}

// push gives the client something to send; it never waits.
func (c *client) push(now time.Time, all ...message) {
	c.mu.Lock()
	ok := true
	for _, m := range all {
		ok = c.q.push(now, m) && ok
	}
	c.mu.Unlock()
	if !ok {
		c.cancel(errTooSlow)
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// pushBatch gives the client what all clients are told alike of tracks.
func (c *client) pushBatch(now time.Time, b *batch) {
	c.mu.Lock()
	wake := c.q.pushBatch(now, b)
	c.mu.Unlock()
	if !wake {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// forgetTrack drops what waits of a track that has ended.
func (c *client) forgetTrack(now time.Time, introduced key, number uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.q.forgetTrack(now, introduced, number)
}

func (c *client) losses() (dropped, coalesced uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.q.dropped, c.q.coalesced
}

var upgrader = websocket.Upgrader{
	HandshakeTimeout: 5 * time.Second,
	ReadBufferSize:   1024,
	WriteBufferSize:  16 << 10,
	CheckOrigin:      func(*http.Request) bool { return true }, // package ui has checked it, by the way of signing in
	Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(api.NewProblem(status, "%s", reason)) // the client may be gone
	},
}

func (c *client) serve(w http.ResponseWriter, r *http.Request) error {
	defer c.cancel(nil)
	hijacked := &corker{ResponseWriter: w}
	conn, err := upgrader.Upgrade(hijacked, r, nil)
	if err != nil {
		return nil //nolint:nilerr // the upgrader has answered
	}
	c.conn, c.wire = conn, hijacked.conn
	limitSendBuffer(c.wire.Conn)
	closed := make(chan struct{})
	defer close(closed)
	stop := context.AfterFunc(c.ctx, func() { hurry(conn.NetConn(), closed) })
	defer stop()
	var others sync.WaitGroup
	others.Go(c.read)
	others.Go(c.watch)
	err = c.write()
	c.cancel(err)
	c.bye(context.Cause(c.ctx))
	others.Wait() // the reader sees the client's close frame, or the end of the farewell
	_ = conn.Close()
	return nil
}

// hurry ends reads and writes that are under way when a connection is to end: first by a deadline that leaves time for
// the close frame, then, since the writer may have set a later one at the same moment, by closing.
func hurry(conn net.Conn, closed <-chan struct{}) {
	_ = conn.SetDeadline(time.Now().Add(farewell)) // fails where it is closed already
	select {
	case <-closed:
	case <-time.After(2 * farewell):
		_ = conn.Close()
	}
}

// limitSendBuffer keeps the kernel from holding seconds of old news for a slow client.
func limitSendBuffer(conn net.Conn) {
	if t, is := conn.(*tls.Conn); is {
		conn = t.NetConn()
	}
	if t, is := conn.(*net.TCPConn); is {
		_ = t.SetWriteBuffer(sendBuffer) // an optimisation: without it slowness shows later
	}
}

// write sends the snapshot and then whatever is due, until the connection ends.
func (c *client) write() error {
	snapshot := c.hub.snapshot(c)
	if err := c.burst(func() error { return c.sendJSON(api.TypeSnapshot, snapshot) }); err != nil {
		return err
	}
	c.text = nil     // far longer than what comes after it
	var frame []byte // kept, so that a client costs no garbage
	beat := time.Now().Add(beatEvery)
	timer := time.NewTimer(beatEvery)
	defer timer.Stop()
	for n := 1; ; {
		if err := context.Cause(c.ctx); err != nil {
			return err
		}
		now := time.Now()
		if !now.Before(beat) {
			if err := c.burst(func() error { return c.beat(n) }); err != nil {
				return err
			}
			n++
			beat = now.Add(beatEvery)
		}
		var text []byte
		var rows int
		var nextRows time.Time
		c.mu.Lock()
		due, next := c.q.take(now)
		if len(due) == 0 { // after all messages that are due, since they introduce the numbers of new tracks
			text = c.q.takeText()
		}
		if len(due) == 0 && text == nil {
			frame, rows, nextRows = c.q.takeRows(now, append(frame[:0], make([]byte, frameHeader)...))
		}
		c.mu.Unlock()
		if len(due) > 0 || text != nil || rows > 0 {
			send := func() error { return c.sendDue(due) }
			if text != nil {
				send = func() error { return c.sendTracks(text) }
			} else if rows > 0 {
				send = func() error { return c.sendRows(now, frame, rows) }
			}
			if err := c.burst(send); err != nil {
				return err
			}
			continue
		}
		if !nextRows.IsZero() && (next.IsZero() || nextRows.Before(next)) {
			next = nextRows
		}
		if next.IsZero() || beat.Before(next) {
			next = beat
		}
		timer.Reset(time.Until(next))
		select {
		case <-c.ctx.Done():
		case <-c.wake:
		case <-timer.C:
		}
	}
}

// burst sends what the function sends at once, or fails where the client does not take it.
func (c *client) burst(send func() error) error {
	start := time.Now()
	c.setWriting(start)
	defer c.setWriting(time.Time{})
	if err := c.wire.SetWriteDeadline(start.Add(c.hub.cfg.Stall)); err != nil {
		return fmt.Errorf("set write deadline: %w", err)
	}
	c.wire.cork()
	err := send()
	if flushed := c.wire.uncork(); err == nil && flushed != nil {
		err = fmt.Errorf("write: %w", flushed)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() && c.ctx.Err() == nil {
		c.hub.cut.Add(1)
		c.hub.cfg.Log.Warn("a live socket stood still and was cut", "who", c.who.Name, "after", c.hub.cfg.Stall)
	}
	return err
}

// sendDue sends messages, those of several tracks after one another as one.
func (c *client) sendDue(due []message) error {
	for len(due) > 0 {
		n := 1
		for c.rows && n < len(due) && due[n-1].kind == api.TypeTrack && due[n].kind == api.TypeTrack {
			n++
		}
		var err error
		if n > 1 {
			err = c.sendTracks(newBatch(due[:n], nil).texts...)
		} else {
			err = c.send(due[0].kind, due[0].data)
		}
		if err != nil {
			return err
		}
		due = due[n:]
	}
	return nil
}

// sendTracks sends what is told of several tracks, each text in one message: a thousand that are new cost a console some dozens, and not a thousand.
func (c *client) sendTracks(texts ...[]byte) error {
	for _, text := range texts {
		c.seq++
		c.text = append(beginEnvelope(c.text[:0], api.TypeTracks, c.seq), '[')
		c.text = append(append(c.text, text...), "]}"...)
		if err := c.transmit(websocket.TextMessage, c.text); err != nil {
			return err
		}
	}
	return nil
}

// beat tells the time, and asks now and then whether the client is still there.
func (c *client) beat(n int) error {
	if n%pingEvery == 0 {
		if err := c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.hub.cfg.Stall)); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
	}
	return c.sendJSON(api.TypeTime, api.ServerTime{ServerTime: api.At(time.Now())})
}

func (c *client) sendJSON(kind string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	return c.send(kind, data)
}

func (c *client) send(kind string, data []byte) error {
	c.seq++
	c.text = appendEnvelope(c.text[:0], kind, c.seq, data)
	return c.transmit(websocket.TextMessage, c.text)
}

// sendRows fills in the header of a frame and sends it.
func (c *client) sendRows(now time.Time, frame []byte, rows int) error {
	c.seq++
	beginFrame(frame[:0], c.seq, now, rows)
	return c.transmit(websocket.BinaryMessage, frame)
}

func (c *client) transmit(kind int, data []byte) error {
	if err := c.conn.WriteMessage(kind, data); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	c.hub.sent.Add(1)
	return nil
}

func (c *client) setWriting(t time.Time) {
	c.mu.Lock()
	c.q.writing = t
	c.mu.Unlock()
}

// nonsense is something that a client should not have sent.
type nonsense struct{ what string }

func (e nonsense) Error() string { return e.what }

// read takes signs of life until the connection ends, and ends it.
func (c *client) read() {
	c.conn.SetReadLimit(readLimit)
	extend := func() error { return c.conn.SetReadDeadline(time.Now().Add(silence)) }
	c.conn.SetPongHandler(func(string) error { return extend() })
	var window time.Time
	count := 0
	for {
		if err := extend(); err != nil {
			c.cancel(err)
			return
		}
		if c.ctx.Err() != nil { // after extend, which may have undone the deadline that hurry set
			return
		}
		kind, text, err := c.conn.ReadMessage()
		if err != nil {
			c.cancel(fmt.Errorf("read: %w", err))
			return
		}
		if now := time.Now(); now.Sub(window) > burstWindow {
			window, count = now, 0
		}
		if count++; count > messageBurst {
			c.cancel(nonsense{"too many messages"})
			return
		}
		if err := c.take(kind, text); err != nil {
			c.cancel(err)
			return
		}
	}
}

// take acts on a client's message. There is one: a sign of life.
func (c *client) take(kind int, text []byte) error {
	var m struct {
		Type string `json:"type"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if kind != websocket.TextMessage || d.Decode(&m) != nil || m.Type != "ping" {
		return nonsense{`a client may send nothing but {"type":"ping"}`}
	}
	ctx, cancel := context.WithTimeout(c.ctx, 3*time.Second)
	defer cancel()
	if err := c.hub.cfg.Gate.SignOfLife(ctx, c.who); errors.Is(err, access.ErrUnauthorized) {
		return err
	}
	return nil
}

// watch ends the connection when the session was revoked, has expired, or has another role. A store that cannot be read
// for a moment ends nothing.
func (c *client) watch() {
	tick := time.NewTicker(c.hub.cfg.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.hub.cfg.CheckEvery)
		now, err := c.hub.cfg.Gate.Check(ctx, c.who)
		cancel()
		if errors.Is(err, access.ErrUnauthorized) || err == nil && now.Role != c.who.Role {
			c.cancel(access.ErrUnauthorized)
			return
		}
	}
}

// bye sends the close frame with the reason, if the connection still takes one.
func (c *client) bye(why error) {
	code, text := websocket.CloseNormalClosure, ""
	var bad nonsense
	switch {
	case errors.Is(why, errStopping), errors.Is(why, errRestart):
		code, text = websocket.CloseServiceRestart, why.Error()
	case errors.Is(why, errTooSlow):
		code, text = websocket.CloseTryAgainLater, why.Error()
	case errors.Is(why, access.ErrUnauthorized):
		code, text = websocket.ClosePolicyViolation, "signed out"
	case errors.As(why, &bad):
		code, text = websocket.ClosePolicyViolation, bad.what
	}
	frame := websocket.FormatCloseMessage(code, text)
	_ = c.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(farewell)) // the client may be gone
}
