package rtspout

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtp"

	"vedette/video/relay"
)

const (
	reportEvery = 5 * time.Second      // sender reports, also while the source is away, as signs of life
	checkEvery  = 10 * time.Second     // whether the reader may still watch
	fullWait    = 5 * time.Millisecond // before a full socket is tried again
)

// reader carries one feed to one session.
type reader struct {
	server  *Server
	session *gortsplib.ServerSession
	media   *description.Media
	feed    string
	pass    Pass
	sub     *relay.Subscription
	end     func() // records the end
	id      string // hard to guess
	since   time.Time
	local   string
	remote  string
	udp     bool
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	report  *report

	// Owned by the goroutine of pump.
	seq  uint16
	base uint32 // added to the feed's timestamps
}

// play begins a viewing, or says why not.
func (s *Server) play(session *gortsplib.ServerSession, v *viewing) (*reader, *base.Response) {
	if !s.takeSlot() {
		s.turnedAway.Add(1)
		return nil, answer(base.StatusServiceUnavailable, fmt.Sprintf("%d readers are served already", s.cfg.MaxReaders))
	}
	begun := false
	defer func() {
		if !begun {
			s.freeSlot()
		}
	}()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	sub, err := s.cfg.Feeds.Subscribe(ctx, v.feed)
	if err != nil {
		return nil, s.feedRefusal(v.feed, err)
	}
	if sub.Codec() != codecOf(v.media) {
		sub.Close()
		return nil, answer(base.StatusServiceUnavailable, "the camera has changed its codec: ask again")
	}
	id := rand.Text()
	end, err := v.pass.Begin(ctx, id, v.feed, v.conn.address())
	if err != nil {
		sub.Close()
		s.log.Error("a viewing that cannot be recorded is refused", "feed", v.feed, "who", v.pass.Name(), "error", err)
		return nil, answer(base.StatusServiceUnavailable, "the viewing cannot be recorded")
	}
	begun = true
	formats := v.stream.Stats().Medias[v.media].Formats
	r := &reader{
		server: s, session: session, media: v.media, feed: v.feed, pass: v.pass, sub: sub, end: end,
		id: id, since: time.Now(), remote: v.conn.RemoteAddr().String(), local: v.conn.LocalAddr().String(),
		udp:    *session.SetuppedTransport() == gortsplib.TransportUDP,
		report: &report{ssrc: formats[v.media.Formats[0]].LocalSSRC},
		seq:    uint16(mathrand.Uint32()), base: mathrand.Uint32(),
	}
	s.sessions.Add(1)
	s.mu.Lock()
	s.readers[r] = struct{}{}
	s.mu.Unlock()
	s.log.Info("RTSP reader", "feed", r.feed, "who", r.pass.Name(), "address", v.conn.address())
	run, stop := context.WithCancel(s.ctx)
	r.cancel = stop
	r.wg.Go(func() { r.pump(run) })
	r.wg.Go(func() { r.watch(run) })
	return r, nil
}

func (s *Server) takeSlot() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slots >= s.cfg.MaxReaders {
		return false
	}
	s.slots++
	return true
}

func (s *Server) freeSlot() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots--
}

// stop ends the viewing, waits and has the end recorded.
func (r *reader) stop(reason error) {
	r.cancel()
	r.wg.Wait()
	r.sub.Close()
	s := r.server
	s.mu.Lock()
	delete(s.readers, r)
	s.slots--
	s.mu.Unlock()
	s.dropped.Add(r.sub.Dropped())
	r.end()
	s.log.Info("RTSP reader went", "feed", r.feed, "who", r.pass.Name(), "reason", reason)
}

// pump sends packets until ctx ends or the feed does.
func (r *reader) pump(ctx context.Context) {
	for {
		d, err := r.sub.Next(ctx)
		if err != nil {
			if errors.Is(err, relay.ErrClosed) {
				r.session.Close() // the feed was taken away
			}
			return
		}
		r.seq += uint16(d.Lost)
		sent := r.write(ctx, &rtp.Packet{
			Header: rtp.Header{
				Version: 2, Marker: d.Marker, PayloadType: payloadType, SequenceNumber: r.seq, Timestamp: d.Timestamp + r.base,
			},
			Payload: d.Payload,
		})
		if !sent {
			return
		}
		r.seq++
		r.server.packets.Add(1)
		r.server.bytes.Add(uint64(len(d.Payload)))
		if r.report.note(d, d.Timestamp+r.base, time.Now()) {
			r.tell() // the first: other software learns at once when its pictures were taken
		}
	}
}

// write hands a packet on for sending, and waits while the socket's queue is full. What comes meanwhile waits, and is
// dropped in the end, in the subscription.
func (r *reader) write(ctx context.Context, p *rtp.Packet) bool {
	var timer *time.Timer
	for {
		err := r.session.WritePacketRTP(r.media, p)
		if err == nil {
			return true
		}
		if !errors.As(err, new(liberrors.ErrServerWriteQueueFull)) {
			r.server.log.Warn("cannot send to an RTSP reader", "feed", r.feed, "error", err)
			r.session.Close()
			return false
		}
		if timer == nil {
			timer = time.NewTimer(fullWait)
			defer timer.Stop()
		} else {
			timer.Reset(fullWait)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return false
		}
	}
}

// tell sends a sender report where there is anything to report.
func (r *reader) tell() {
	if p, ok := r.report.packet(time.Now()); ok {
		_ = r.session.WritePacketRTCP(r.media, p) // where the queue is full the next one will do
	}
}

// watch sends reports and ends the session of somebody who may no longer watch.
func (r *reader) watch(ctx context.Context) {
	reports, checks := time.NewTicker(reportEvery), time.NewTicker(checkEvery)
	defer reports.Stop()
	defer checks.Stop()
	for {
		select {
		case <-reports.C:
			r.tell()
		case <-checks.C:
			if err := r.pass.Check(ctx); errors.Is(err, ErrCredentials) || errors.Is(err, ErrForbidden) {
				r.server.log.Info("RTSP reader may no longer watch", "feed", r.feed, "who", r.pass.Name(), "reason", err)
				r.session.Close()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
