package relay

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Watch answers a WHEP offer (RFC 9725) and lets the viewer into the stream. The session lives until the browser goes,
// End is called, or the stream or the relay closes.
func (r *Relay) Watch(ctx context.Context, s *Stream, offer string) (id, answer string, err error) {
	got, err := r.Open(ctx, s, Request{Offer: offer})
	return got.ID, got.Answer, err
}

// Open is Watch for somebody. Errors: ErrBadOffer, and with it a *CodecError where the offer lacks the stream's codec;
// ErrTooMany, ErrClosed.
func (r *Relay) Open(ctx context.Context, stream *Stream, q Request) (Session, error) {
	o, err := readOffer(q.Offer)
	if err != nil {
		r.counters.refused.Add(1)
		return Session{}, err
	}
	if err := r.reserve(); err != nil {
		return Session{}, err
	}
	started := false
	defer func() {
		if !started {
			r.release()
		}
	}()

	var random [22]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	pc, err := r.api.NewPeerConnection(webrtc.Configuration{Certificates: r.certs})
	if err != nil {
		return Session{}, fmt.Errorf("make peer connection: %w", err)
	}
	defer func() {
		if !started {
			_ = pc.GracefulClose() // the error that matters is err
		}
	}()
	codec := stream.Codec()
	t := &track{id: stream.name, codec: codec, rtcp: pc.WriteRTCP}
	rtpSender, err := pc.AddTrack(t)
	if err != nil {
		return Session{}, fmt.Errorf("add track: %w", err)
	}
	s := &session{
		id: hex.EncodeToString(random[:16]), who: q.Who, gone: q.Gone, since: time.Now(), stream: stream,
		pc: pc, sender: rtpSender, hold: &t.hold, wide: &t.wide, codec: codec, busy: make(chan struct{}, 1),
	}
	vctx, cancel := context.WithCancel(r.ctx)
	v := newViewer(s.id, stream, t, binary.BigEndian.Uint16(random[16:]), binary.BigEndian.Uint32(random[18:]), cancel)
	v.codec, v.wide, s.viewer = codec, &t.wide, v
	v.data.accept(pc, cancel)
	conn := r.watchState(s)
	moved := watchPath(s)
	answer, err := r.negotiate(ctx, s, o)
	if err != nil {
		cancel()
		if errors.Is(err, ErrBadOffer) {
			r.counters.refused.Add(1)
		}
		return Session{}, err
	}
	r.agreed(s, o, answer)
	defer func() {
		if !started {
			r.forget(s)
		}
	}()

	if !stream.add(v) {
		cancel()
		return Session{}, ErrClosed
	}
	if stream.Codec() != codec {
		cancel() // the source has changed meanwhile: the session ends, and the next offer is answered for the new codec
	}
	started = true
	r.mu.Lock()
	r.sessions[s.id] = s
	r.mu.Unlock()
	go r.serve(vctx, v, s, t, conn, moved)
	return Session{ID: s.id, Answer: answer, Tag: s.tag, TURN: r.turn.servers(s.id)}, nil
}

// connState tells a viewer's goroutine what becomes of its connection.
type connState struct{ connected, ended chan struct{} }

func (r *Relay) watchState(s *session) connState {
	c := connState{connected: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
	signal := func(ch chan struct{}) {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	s.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		s.connected.Store(state == webrtc.PeerConnectionStateConnected)
		switch state {
		case webrtc.PeerConnectionStateConnected:
			if s.wasConnected.CompareAndSwap(false, true) {
				r.countConnected(s)
			}
			signal(c.connected)
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			signal(c.ended)
		}
	})
	return c
}

// gaveUpAfter tells a viewer who found no path from one who changed his mind.
const gaveUpAfter = 5 * time.Second

// serve is the life of one viewer.
func (r *Relay) serve(ctx context.Context, v *viewer, s *session, t *track, conn connState, moved <-chan struct{}) {
	defer close(v.done)
	defer r.release() // before those who wait for the end go on
	if s.gone != nil {
		defer s.gone()
	}
	feedback := make(chan struct{})
	go func() {
		defer close(feedback)
		readFeedback(s, v, t)
	}()
	written := make(chan struct{})
	go func() {
		defer close(written)
		timeout := time.NewTimer(r.cfg.ConnectTimeout)
		defer timeout.Stop()
		select {
		case <-conn.connected:
			r.log.Debug("viewer connected", "stream", v.stream.name, "session", v.id)
			r.send(ctx, v, s, t, moved)
		case <-timeout.C:
			r.countFailed(s)
			v.cancel()
		case <-ctx.Done():
		}
	}()
	select {
	case <-conn.ended:
		r.countFailed(s)
	case <-ctx.Done():
		if !s.wasConnected.Load() && r.ctx.Err() == nil && time.Since(s.since) >= gaveUpAfter {
			r.countFailed(s) // the browser has given up and said so
		}
	}
	v.cancel()
	v.stream.remove(v)
	r.forget(s)
	<-written
	if err := s.pc.GracefulClose(); err != nil {
		r.log.Debug("close viewer", "session", v.id, "error", err)
	}
	<-feedback
}

// watchPath tells of changes of the chosen path.
func watchPath(s *session) <-chan struct{} {
	moved := make(chan struct{}, 1)
	s.sender.Transport().ICETransport().OnSelectedCandidatePairChange(func(*webrtc.ICECandidatePair) {
		s.chosen.Store(true)
		select {
		case moved <- struct{}{}:
		default:
		}
	})
	return moved
}

// send sends a viewer's packets until ctx ends: with others over UDP, where no write waits for a viewer, and by a goroutine
// of its own over TCP.
func (r *Relay) send(ctx context.Context, v *viewer, s *session, t *track, moved <-chan struct{}) {
	for ctx.Err() == nil {
		v.trust.forget()
		stay, leave := context.WithCancel(ctx)
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			select {
			case <-moved:
				leave()
			case <-stay.Done():
			}
		}()
		if b := t.bound.Load(); b != nil && !s.overTCP() {
			r.fan.carry(stay, v, []uint32{b.ssrc, b.rtxSSRC})
		} else {
			v.write(stay)
		}
		leave()
		<-stop
	}
}

// overTCP says whether the chosen path is a TCP connection.
func (s *session) overTCP() bool {
	pair := s.pair()
	return pair == nil || pair.Local.Protocol == webrtc.ICEProtocolTCP
}

// readFeedback reads the browser's RTCP until the connection closes. What it has lost is sent again. A browser that
// has lost its picture asks for a key picture (PLI or FIR); a camera cannot be asked, but the cache holds one. What it
// tells of losses and queues decides how boldly it is sent to.
func readFeedback(s *session, v *viewer, t *track) {
	for {
		packets, _, err := s.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.ReceiverReport:
				for _, report := range p.Reports {
					s.reported.Store(uint32(report.FractionLost) + 1)
					s.hold.hear(report, time.Now())
					if b := t.bound.Load(); b != nil && b.ssrc == report.SSRC {
						v.trust.report(totalLost(report), uint16(report.LastSequenceNumber), roundTrip(report, time.Now()), time.Now())
					}
				}
			case *rtcp.TransportLayerCC:
				if s.wide.hear(p, time.Now()) {
					v.trust.lose(time.Now())
				}
			case *rtcp.TransportLayerNack:
				v.trust.lose(time.Now())
				for i := range p.Nacks {
					p.Nacks[i].Range(func(seq uint16) bool {
						v.nacks.add(seq)
						return true
					})
				}
				v.poke(true)
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				v.wantResync.Store(true)
				v.poke(true)
			}
		}
	}
}

// totalLost is a signed number of 24 bits (RFC 3550, section 6.4.1): what comes twice counts against what is lost.
func totalLost(r rtcp.ReceptionReport) int { return int(int32(r.TotalLost<<8) >> 8) }

func (r *Relay) reserve() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	if r.viewers >= r.cfg.MaxViewers {
		r.counters.tooMany.Add(1)
		return fmt.Errorf("%w: all %d places are taken", ErrTooMany, r.cfg.MaxViewers)
	}
	r.viewers++
	r.wg.Add(1)
	return nil
}

func (r *Relay) release() {
	r.mu.Lock()
	r.viewers--
	r.mu.Unlock()
	r.wg.Done()
}
