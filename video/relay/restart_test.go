package relay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestRestartKeepsTheTrack(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{channels: []string{DataLabel}})
	p.awaitMedia()
	_, _, ssrc := p.seen()
	for i := range 2 {
		offer, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
		if err != nil {
			t.Fatal(err)
		}
		p.local(offer)
		before := p.session.Tag
		answer, tag, err := r.Patch(t.Context(), s, p.session.ID, AnyTag, sdpFragment(p.pc.LocalDescription().SDP))
		if err != nil {
			t.Fatal(err)
		}
		if tag == "" || tag == before {
			t.Errorf("tag %q after %q", tag, before)
		}
		p.session.Tag = tag
		err = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: withFragment(p.session.Answer, answer)})
		if err != nil {
			t.Fatalf("%v\n%s", err, answer)
		}
		poll(t, "connected again", func() bool { return p.pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
		p.awaitMedia()
		message := fmt.Sprint("after restart ", i)
		poll(t, "a message on the data channel", func() bool {
			s.Tell(message)
			return slices.Contains(p.messages(DataLabel), message)
		})
		if _, _, err := r.Patch(t.Context(), s, p.session.ID, before, "a=end-of-candidates\r\n"); !errors.Is(err, ErrStale) {
			t.Errorf("a fragment for the ICE session before: %v", err)
		}
	}
	tracks, _, again := p.seen()
	if tracks != 1 || again != ssrc {
		t.Errorf("%d tracks, source %d then %d", tracks, ssrc, again)
	}
	if v, err := r.View(s, p.session.ID); err != nil || v.Restarts != 2 || r.Connections().Restarts != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestCandidatesThatComeLaterConnect(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	// A station that learns the browser's candidates from its requests would connect without them: it must not reach out
	// before it has them, which a browser that is told nothing cannot show. So the late ones are counted.
	p, offer := newPeer(t, peerConfig{late: true})
	p.open(r, s, offer)
	answer, tag, err := r.Patch(t.Context(), s, p.session.ID, p.session.Tag, sdpFragment(p.pc.LocalDescription().SDP))
	if err != nil || answer != "" || tag != p.session.Tag {
		t.Fatalf("%q, %q, %v", answer, tag, err)
	}
	if v, err := r.View(s, p.session.ID); err != nil || len(v.BrowserOffers) == 0 {
		t.Errorf("the station sees %+v, %v", v, err)
	}
	p.awaitMedia()
}

func TestPatchesThatCannotBe(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	other := r.NewStream("2-eo")
	p := watch(t, r, s, peerConfig{})
	p.awaitMedia()
	id := p.session.ID
	for _, c := range []struct {
		stream          *Stream
		id, match, text string
		want            error
	}{
		{s, "nobody", AnyTag, "a=end-of-candidates", ErrUnknownSession},
		{other, id, AnyTag, "a=end-of-candidates", ErrUnknownSession},
		{s, id, "old", "a=end-of-candidates", ErrStale},
		{s, id, AnyTag, "", ErrBadFragment},
		{s, id, AnyTag, "GET / HTTP/1.1", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:abcd", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:ab\r\na=ice-pwd:0123456789012345678901", ErrBadFragment},
		{s, id, AnyTag, "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=ice-ufrag:dcba", ErrBadFragment},
		{s, id, AnyTag, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:7\r\na=end-of-candidates", ErrBadFragment},
		{s, id, AnyTag, strings.Repeat("a=x\r\n", maxFragment), ErrBadFragment},
		{s, id, AnyTag, "a=candidate:1 1 udp 1 nowhere.invalid 9 typ host\r\na=candidate:nonsense", nil},
		{s, id, "\x00", "a=end-of-candidates", ErrStale},
	} {
		if _, _, err := r.Patch(t.Context(), c.stream, c.id, c.match, c.text); !errors.Is(err, c.want) {
			t.Errorf("%.60q for %q: %v, want %v", c.text, c.match, err, c.want)
		}
	}
	p.awaitMedia()
}
