package relay

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"
)

// Errors of sessions that callers decide on.
var (
	// ErrUnknownSession means that the stream has no such session, or no more.
	ErrUnknownSession = errors.New("no such session")
	// ErrStale means that the session's ICE has been restarted since the entity tag that a change was meant for.
	ErrStale = errors.New("the session has been restarted since")
)

// AnyTag stands for whatever entity tag a session has (RFC 9110, section 13.1.1).
const AnyTag = "*"

// Request asks for a session.
type Request struct {
	// Offer is an SDP offer to receive video.
	Offer string
	// Who asks; the session's view says it.
	Who string
	// Gone is called once when a session that was opened has ended, by a goroutine that Close waits for. nil: nothing is.
	Gone func()
}

// Session is a viewer that has been let in.
type Session struct {
	// ID names the session and is hard to guess.
	ID string
	// Answer is the SDP answer with all candidates.
	Answer string
	// Tag is the entity tag of the session's ICE (RFC 9725, section 4.3.1), without quotes.
	Tag string
	// TURN are the ways to the embedded TURN server, where there is one, with credentials for this session.
	TURN []TURNServer
}

// session is the signalling side of one viewer. Its peer connection is owned by the viewer's goroutine.
type session struct {
	id, who string
	gone    func()
	since   time.Time
	stream  *Stream
	pc      *webrtc.PeerConnection
	sender  *webrtc.RTPSender
	hold    *playout // heard by the goroutine that reads the browser's reports
	wide    *wideLog // likewise
	codec   Codec

	connected, wasConnected atomic.Bool
	chosen                  atomic.Bool   // a path has been
	failed                  atomic.Bool   // its failure has been counted
	restarts, heard         atomic.Uint64 // heard: STUN requests with the right password
	// reported is the last fraction of packets lost (RFC 3550, section 6.4.1), plus one; 0: none reported yet.
	reported atomic.Uint32

	busy chan struct{} // holds a token while somebody changes what follows
	// offer is what the peer connection has last been given.
	offer *offer
	tag   string
	ufrag string // guarded by the relay's mutex

	shown  atomic.Pointer[shown]
	viewer *viewer // set before the session can be found
}

// shown is what a view says of the signalling.
type shown struct {
	tag     string
	offered []string
	kinds   []string
}

func (s *session) lock(ctx context.Context) error {
	select {
	case s.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the session: %w", ctx.Err())
	}
}

func (s *session) unlock() { <-s.busy }

// agreed notes what has been negotiated. The session is held, or new.
func (r *Relay) agreed(s *session, o *offer, answer string) {
	s.offer, s.tag = o, newTag()
	ufrag := localUfrag(answer)
	r.mu.Lock()
	delete(r.byUfrag, s.ufrag)
	s.ufrag = ufrag
	if ufrag != "" {
		r.byUfrag[ufrag] = s
	}
	r.mu.Unlock()
	s.shown.Store(&shown{tag: s.tag, offered: offered(answer), kinds: o.kinds})
}

// localUfrag is the name of the station's end in an answer. The library knows it too, but may not be asked before its
// transport has started: it reads what the start writes.
func localUfrag(answer string) string {
	for line := range strings.Lines(answer) {
		if name, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

// pair is the path in use, nil before there is one. The library is asked only when it has chosen one (see localUfrag).
func (s *session) pair() *webrtc.ICECandidatePair {
	if !s.chosen.Load() && !s.wasConnected.Load() {
		return nil
	}
	pair, err := s.sender.Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil {
		return nil // the connection has ended
	}
	return pair
}

// countRequest counts a STUN request that had the right password, for the session that it was meant for (RFC 8445,
// section 7.2.2: its user name begins with the station's fragment). It never changes the path.
func (r *Relay) countRequest(m *stun.Message, _, _ ice.Candidate, _ *ice.CandidatePair) bool {
	name, err := m.Get(stun.AttrUsername)
	if err != nil {
		return false
	}
	ufrag, _, _ := strings.Cut(string(name), ":")
	r.mu.Lock()
	s := r.byUfrag[ufrag]
	r.mu.Unlock()
	if s != nil {
		s.heard.Add(1)
	}
	return false
}

// forget takes a session that has ended, or never began, out of the maps.
func (r *Relay) forget(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s.id)
	delete(r.byUfrag, s.ufrag)
}

func newTag() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// find returns a session of a stream.
func (r *Relay) find(stream *Stream, id string) (*session, error) {
	r.mu.Lock()
	s := r.sessions[id]
	r.mu.Unlock()
	if s == nil || s.stream != stream {
		return nil, ErrUnknownSession
	}
	return s, nil
}

// Patch applies an ICE fragment (application/trickle-ice-sdpfrag, RFC 8840) to a session: further candidates of the
// browser, answered with an empty fragment, or an ICE restart where the credentials are new, answered with the station's
// new ones and a new tag. match is the entity tag that the fragment was made for, or AnyTag. Errors: ErrUnknownSession,
// ErrStale, ErrBadFragment. After an error the session is as it was.
func (r *Relay) Patch(ctx context.Context, stream *Stream, id, match, text string) (answer, tag string, err error) {
	s, err := r.find(stream, id)
	if err != nil {
		return "", "", err
	}
	f, err := readFragment(text)
	if err != nil {
		return "", "", err
	}
	if err := s.lock(ctx); err != nil {
		return "", "", err
	}
	defer s.unlock()
	if match != AnyTag && match != s.tag {
		return "", "", ErrStale
	}
	if f.mid != "" && !s.offer.has(f.mid) {
		return "", "", fmt.Errorf("%w: the offer has no section a=mid %q", ErrBadFragment, f.mid)
	}
	if f.ufrag == "" || f.ufrag == s.offer.ufrag && f.pwd == s.offer.pwd {
		s.trickle(f)
		return "", s.tag, nil
	}
	return r.restart(ctx, s, f)
}

// trickle adds candidates; those that cannot be used are dropped (RFC 9725, section 4.3.2).
func (s *session) trickle(f fragment) {
	for _, c := range f.candidates {
		if s.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c, SDPMid: &s.offer.mid}) != nil {
			continue
		}
		if kind, ok := candidateKind(c); ok {
			s.offer.addKind(kind)
		}
	}
	was := s.shown.Load()
	s.shown.Store(&shown{tag: s.tag, offered: was.offered, kinds: append([]string(nil), s.offer.kinds...)})
}

func (r *Relay) restart(ctx context.Context, s *session, f fragment) (text, tag string, err error) {
	next, err := s.offer.restarted(f)
	if err != nil {
		return "", "", err
	}
	answer, err := r.negotiate(ctx, s, next)
	if errors.Is(err, ErrBadOffer) {
		return "", "", fmt.Errorf("%w: %w", ErrBadFragment, err)
	} else if err != nil {
		return "", "", err
	}
	if text, err = answerFragment(answer); err != nil {
		return "", "", err
	}
	r.agreed(s, next, answer)
	s.restarts.Add(1)
	r.counters.restarts.Add(1)
	return text, s.tag, nil
}

// View is what the station sees of one session.
type View struct {
	// Session is the session's id, Who the one who asked for it.
	Session, Who string
	// Since is when it was let in.
	Since time.Time
	// Connected is true while media can flow; WasConnected once it could.
	Connected, WasConnected bool
	// Path is "udp", "tcp" or "relay" (by the station's TURN server); "" before a path was chosen.
	Path string
	// Local and Remote are the two ends of the path, as "10.0.0.5:8189".
	Local, Remote string
	// RTT is the round trip lately; 0: unknown.
	RTT time.Duration
	// Loss is the fraction of packets that the browser reported lost lately, 0 to 1; -1: it has not reported yet.
	Loss float64
	// EstimateKbps is what the path seems to carry at least, in kbit/s of payload; 0: unknown.
	EstimateKbps float64
	// DroppedFrames counts pictures that were not sent whole because this viewer was too slow.
	DroppedFrames uint64
	// Offered lists the station's candidates, as "udp 10.0.0.5:8189".
	Offered []string
	// BrowserOffers lists the kinds of the browser's candidates, as "udp host", "udp mdns".
	BrowserOffers []string
	// RequestsReceived counts STUN requests of the browser that came and had the right password, ResponsesReceived the
	// answers to the station's own on the chosen path.
	RequestsReceived, ResponsesReceived uint64
	// Restarts counts ICE restarts.
	Restarts uint64
	// Tag is the entity tag of the session's ICE.
	Tag string
}

// View returns what the station sees of a session.
func (r *Relay) View(stream *Stream, id string) (View, error) {
	s, err := r.find(stream, id)
	if err != nil {
		return View{}, err
	}
	return r.view(s), nil
}

// Views returns the sessions of a stream, the oldest first.
func (r *Relay) Views(stream *Stream) []View {
	r.mu.Lock()
	var found []*session
	for _, s := range r.sessions {
		if s.stream == stream {
			found = append(found, s)
		}
	}
	r.mu.Unlock()
	out := make([]View, len(found))
	for i, s := range found {
		out[i] = r.view(s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Since.Before(out[j].Since) })
	return out
}

func (r *Relay) view(s *session) View {
	v := View{
		Session: s.id, Who: s.who, Since: s.since, Restarts: s.restarts.Load(),
		Connected: s.connected.Load(), WasConnected: s.wasConnected.Load(), Loss: -1,
	}
	if s.viewer != nil {
		v.DroppedFrames = s.viewer.droppedFrames.Load()
	}
	if s.wide != nil {
		v.EstimateKbps = s.wide.bytesPerSecond() * 8 / 1000
	}
	if n := s.reported.Load(); n > 0 {
		v.Loss = float64(n-1) / 256
	}
	if sh := s.shown.Load(); sh != nil {
		v.Offered, v.BrowserOffers, v.Tag = sh.offered, sh.kinds, sh.tag
	}
	v.RequestsReceived = s.heard.Load()
	pair := s.pair()
	if pair == nil {
		return v
	}
	v.Path, v.Local, v.Remote = r.path(pair), endOf(pair.Local), endOf(pair.Remote)
	if stats, ok := s.sender.Transport().ICETransport().GetSelectedCandidatePairStats(); ok {
		v.ResponsesReceived = stats.ResponsesReceived
		v.RTT = time.Duration(stats.CurrentRoundTripTime * float64(time.Second))
	}
	return v
}

// path names a pair of candidates.
func (r *Relay) path(pair *webrtc.ICECandidatePair) string {
	switch {
	case pair.Remote.Typ == webrtc.ICECandidateTypeRelay || r.turn.relays(pair.Remote.Address, pair.Remote.Port):
		return "relay"
	case pair.Local.Protocol == webrtc.ICEProtocolTCP:
		return "tcp"
	}
	return "udp"
}

func endOf(c *webrtc.ICECandidate) string {
	if c == nil {
		return ""
	}
	return net.JoinHostPort(c.Address, strconv.Itoa(int(c.Port)))
}
