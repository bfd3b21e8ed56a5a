package relay

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// maxOffer bounds an SDP offer in bytes.
const maxOffer = 64 << 10

// gatherTimeout bounds the collection of candidates, which are all local and so come at once.
const gatherTimeout = 3 * time.Second

// Watch answers a WHEP offer (RFC 9725, without trickle ICE) and lets the viewer into the stream. The session lives
// until the browser goes, End is called, or the stream or the relay closes.
func (r *Relay) Watch(ctx context.Context, s *Stream, offer string) (id, answer string, err error) {
	if len(offer) > maxOffer {
		return "", "", fmt.Errorf("%w: %d bytes", ErrBadOffer, len(offer))
	}
	if err := r.reserve(); err != nil {
		return "", "", err
	}
	started := false
	defer func() {
		if !started {
			r.release()
		}
	}()

	var random [22]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	id = hex.EncodeToString(random[:16])
	pc, err := r.api.NewPeerConnection(webrtc.Configuration{Certificates: r.certs})
	if err != nil {
		return "", "", fmt.Errorf("make peer connection: %w", err)
	}
	defer func() {
		if !started {
			_ = pc.GracefulClose() // the error that matters is err
		}
	}()
	t := &track{id: s.name}
	rtpSender, err := pc.AddTrack(t)
	if err != nil {
		return "", "", fmt.Errorf("add track: %w", err)
	}
	conn := watchState(pc)
	if answer, err = negotiate(ctx, pc, offer); err != nil {
		return "", "", err
	}

	vctx, cancel := context.WithCancel(r.ctx)
	v := newViewer(id, s, t, binary.BigEndian.Uint16(random[16:]), binary.BigEndian.Uint32(random[18:]), cancel)
	if !s.add(v) {
		cancel()
		return "", "", ErrClosed
	}
	started = true
	go r.serve(vctx, v, pc, rtpSender, conn)
	return id, answer, nil
}

// negotiate applies the offer and returns the answer with all candidates in it.
func negotiate(ctx context.Context, pc *webrtc.PeerConnection, offer string) (string, error) {
	desc := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := pc.SetRemoteDescription(desc); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if !strings.Contains(answer.SDP, "H264/90000") {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, errNoH264Mode)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	timeout := time.NewTimer(gatherTimeout)
	defer timeout.Stop()
	select {
	case <-gathered:
	case <-timeout.C:
		// Answer with what there is.
	case <-ctx.Done():
		return "", fmt.Errorf("gather candidates: %w", ctx.Err())
	}
	return pc.LocalDescription().SDP, nil
}

// connState tells a viewer's goroutine what becomes of its connection.
type connState struct{ connected, ended chan struct{} }

func watchState(pc *webrtc.PeerConnection) connState {
	c := connState{connected: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
	signal := func(ch chan struct{}) {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			signal(c.connected)
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			signal(c.ended)
		}
	})
	return c
}

// serve is the life of one viewer.
func (r *Relay) serve(ctx context.Context, v *viewer, pc *webrtc.PeerConnection, s *webrtc.RTPSender, conn connState) {
	defer r.release()
	defer close(v.done)
	feedback := make(chan struct{})
	go func() {
		defer close(feedback)
		readFeedback(s, v)
	}()
	written := make(chan struct{})
	go func() {
		defer close(written)
		timeout := time.NewTimer(r.cfg.ConnectTimeout)
		defer timeout.Stop()
		select {
		case <-conn.connected:
			r.log.Debug("viewer connected", "stream", v.stream.name, "session", v.id)
			v.write(ctx)
		case <-timeout.C:
			r.log.Info("viewer did not connect", "stream", v.stream.name, "session", v.id)
			v.cancel()
		case <-ctx.Done():
		}
	}()
	select {
	case <-conn.ended:
		r.log.Debug("viewer went", "stream", v.stream.name, "session", v.id)
	case <-ctx.Done():
	}
	v.cancel()
	v.stream.remove(v)
	<-written
	if err := pc.GracefulClose(); err != nil {
		r.log.Debug("close viewer", "session", v.id, "error", err)
	}
	<-feedback
}

// readFeedback reads the browser's RTCP until the connection closes, which also drives retransmission. A browser that
// has lost its picture asks for a key picture (PLI or FIR); a camera cannot be asked, but the cache holds one.
func readFeedback(s *webrtc.RTPSender, v *viewer) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				v.wantResync.Store(true)
				v.poke()
			}
		}
	}
}

func (r *Relay) reserve() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	if r.viewers >= r.cfg.MaxViewers {
		return ErrTooMany
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
