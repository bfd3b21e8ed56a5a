package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// gatherTimeout bounds the collection of candidates, which are all local and so come at once.
const gatherTimeout = 3 * time.Second

// errPanicked stands for an offer that broke the WebRTC library.
var errPanicked = errors.New("it breaks the station's WebRTC library; the log says more")

// negotiate applies an offer and returns the answer with all candidates in it. The first one settles the codec.
func (r *Relay) negotiate(ctx context.Context, s *session, o *offer) (answer string, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.counters.panics.Add(1)
			r.log.Error("an offer broke the WebRTC library", "session", s.id, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %w", ErrBadOffer, errPanicked)
		}
	}()
	text, err := o.text()
	if err != nil {
		return "", err
	}
	desc := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text}
	if err := s.pc.SetRemoteDescription(desc); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if s.offer == nil {
		if err := restrict(s.sender, s.pc, s.codec); err != nil {
			return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
		}
	}
	gathered := webrtc.GatheringCompletePromise(s.pc)
	local, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	if err := s.pc.SetLocalDescription(local); err != nil {
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
	return r.finish(ctx, o, s.pc.LocalDescription().SDP)
}

// finish takes a BUNDLE group out of an answer that the offer did not have, and adds the configured addresses to its
// candidates. A packet that comes by one of those arrives at one of the interfaces, so that the library need not know of
// them.
func (r *Relay) finish(ctx context.Context, o *offer, answer string) (string, error) {
	further := r.hosts.further(ctx)
	if len(further) == 0 && !o.alone {
		return answer, nil
	}
	desc := &sdp.SessionDescription{}
	if err := desc.UnmarshalString(answer); err != nil {
		return "", fmt.Errorf("read own answer: %w", err)
	}
	if o.alone {
		desc.Attributes = slices.DeleteFunc(desc.Attributes, func(a sdp.Attribute) bool { return a.Key == "group" })
	}
	for _, m := range desc.MediaDescriptions {
		if refused(m) {
			continue
		}
		kept := m.Attributes[:0:0]
		var end []sdp.Attribute
		for _, a := range m.Attributes {
			if a.Key == "end-of-candidates" {
				end = append(end, a)
				continue
			}
			kept = append(kept, a)
		}
		for i, e := range further {
			for _, c := range r.candidates(i, e) {
				kept = append(kept, sdp.Attribute{Key: "candidate", Value: c})
			}
		}
		m.Attributes = append(kept, end...)
		break
	}
	text, err := desc.Marshal()
	if err != nil {
		return "", fmt.Errorf("write own answer: %w", err)
	}
	return string(text), nil
}

// candidates writes the host candidates of a further address (RFC 8839, section 5.1; RFC 6544, section 4.5).
func (r *Relay) candidates(i int, e endpoint) []string {
	port := e.port
	if port == 0 {
		port = r.ports.number
	}
	// RFC 8445, section 5.1.2.1: below the interfaces' own candidates, which have local preference 65535.
	priority := func(kind int) int { return kind<<24 | (1000-i)<<8 | 255 }
	out := []string{fmt.Sprintf("further%d 1 udp %d %s %d typ host", i, priority(126), e.addr, port)}
	if r.ports.tcp != nil {
		out = append(out, fmt.Sprintf("furtherT%d 1 tcp %d %s %d typ host tcptype passive", i, priority(90), e.addr, port))
	}
	return out
}

// offered lists the station's candidates in an answer or fragment, as "udp 10.0.0.5:8189".
func offered(answer string) []string {
	var out []string
	for line := range strings.Lines(answer) {
		value, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=candidate:")
		if !ok {
			continue
		}
		f := strings.Fields(value)
		if len(f) < 6 || f[1] != "1" {
			continue
		}
		out = append(out, strings.ToLower(f[2])+" "+net.JoinHostPort(f[4], f[5]))
	}
	return out
}
