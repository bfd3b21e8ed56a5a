package relay

import (
	"errors"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// section is a media section as browsers write them.
const section = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
	"a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\n" +
	"a=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n" +
	"a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"

const head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

func audio(mid string) string {
	s := strings.Replace(section, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=audio 9 UDP/TLS/RTP/SAVPF 111", 1)
	s = strings.Replace(s, "a=mid:0", "a=mid:"+mid, 1)
	return s[:strings.Index(s, "a=rtpmap")] + "a=rtpmap:111 opus/48000/2\r\n"
}

func change(old, with string) string { return head + strings.Replace(section, old, with, 1) }

func TestOffersThatAreAnsweredAndThoseThatAreNot(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	second := strings.Replace(section, "a=mid:0", "a=mid:1", 1)
	data := "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sctp-port:5000\r\n"
	for _, c := range []struct {
		name, offer string
		words       string   // of the refusal; empty: it is answered
		answer      []string // what the answer has
	}{
		{"plain", head + section, "", []string{"a=sendonly", "m=video 9", "a=candidate", "a=rtpmap:96 H264/90000", "a=fmtp:97 apt=96"}},
		{"LF alone", strings.ReplaceAll(head+section, "\r\n", "\n"), "", nil},
		{"sendrecv", change("a=recvonly", "a=sendrecv"), "", []string{"a=sendonly"}},
		{"no direction", change("a=recvonly\r\n", ""), "", []string{"a=sendonly"}},
		{"direction of the session", "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=recvonly\r\n" + strings.Replace(section, "a=recvonly\r\n", "", 1), "", []string{"a=sendonly"}},
		{"bundled with sound", head + "a=group:BUNDLE 1 0\r\n" + audio("1") + section, "", []string{"m=audio 0", "m=video 9"}},
		{"sound first, pictures bundle-only", head + "a=group:BUNDLE 1 0\r\n" + audio("1") + strings.Replace(strings.Replace(section, "m=video 9", "m=video 0", 1), "a=mid:0", "a=mid:0\r\na=bundle-only", 1), "", []string{"m=audio 0", "a=sendonly"}},
		{"data channel", head + "a=group:BUNDLE 0 1\r\n" + section + data, "", []string{"m=application 9", "a=sctp-port:5000", "a=sendonly"}},
		{"odd candidates", change("a=recvonly", "a=recvonly\r\na=candidate:1 1 udp 1 2a7e0c1c.local 9 typ host\r\na=candidate:x\r\na=candidate:1 1 udp 1 name.example 9 typ host\r\na=candidate:1 1 sctp 1 192.0.2.1 9 typ host"), "", nil},
		{"credentials of the session", head + "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" + strings.Replace(section, "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n", "", 1), "", nil},

		{"nothing", "", "", nil},
		{"text", "hello", "", nil},
		{"no sections", head, "0 media sections", nil},
		{"many sections", head + strings.Repeat(section, maxSections+1), "17 media sections", nil},
		{"too long", head + strings.Repeat("a=x\r\n", maxOffer), "bytes", nil},
		{"sound alone", head + audio("0"), "one video section to receive is needed, and it has 0", nil},
		{"two videos", head + section + second, "it has 2", nil},
		{"sends alone", change("a=recvonly", "a=sendonly"), "it has 0", nil},
		{"inactive", change("a=recvonly", "a=inactive"), "it has 0", nil},
		{"switched off", change("m=video 9", "m=video 0"), "it has 0", nil},
		{"data channel in no bundle", head + section + data, "not bundled", nil},
		{"data channel in another bundle", head + "a=group:BUNDLE 0\r\n" + section + data, "not bundled", nil},
		{"two sections for data channels", head + "a=group:BUNDLE 0 1 2\r\n" + section + data + strings.Replace(data, "a=mid:1", "a=mid:2", 1), "one section", nil},
		{"another application", head + "a=group:BUNDLE 0 1\r\n" + section + strings.Replace(data, "webrtc-datachannel", "bfcp", 1), "one section", nil},
		{"no mid", change("a=mid:0\r\n", ""), "a=mid", nil},
		{"mid twice", head + section + audio("0"), "twice", nil},
		{"Plan B by mid", change("a=mid:0", "a=mid:video"), "Plan B", nil},
		{"Plan B by sources", change("a=recvonly", "a=recvonly\r\na=ssrc:1 msid:a b\r\na=ssrc:2 msid:c d"), "Plan B", nil},
		{"no credentials", change("a=ice-ufrag:abcd\r\n", ""), "a=ice-ufrag", nil},
		{"short password", change("0123456789012345678901", "0123"), "a=ice-pwd", nil},
		{"no fingerprint", change("a=fingerprint", "a=print"), "", nil},
		{"H.265 alone", change("H264/90000", "H265/90000"), "this browser cannot play H.264", nil},
		{"VP8 alone", change("H264/90000", "VP8/90000"), "this browser cannot play H.264", nil},
	} {
		before := len(r.Views(s))
		got, err := r.Open(t.Context(), s, Request{Offer: c.offer})
		answered := c.answer != nil || c.name == "LF alone" || strings.HasPrefix(c.name, "odd") || strings.HasPrefix(c.name, "credentials")
		if !answered {
			if !errors.Is(err, ErrBadOffer) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%s: %v, want %q", c.name, err, c.words)
			}
			if len(r.Views(s)) != before || s.Viewers() != before {
				t.Errorf("%s: a place is taken", c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if strings.Contains(c.offer, "BUNDLE") != strings.Contains(got.Answer, "BUNDLE") {
			t.Errorf("%s: the answer bundles what the offer does not, or the other way round\n%s", c.name, got.Answer)
		}
		for _, want := range c.answer {
			if !strings.Contains(got.Answer, want) {
				t.Errorf("%s: no %q in the answer\n%s", c.name, want, got.Answer)
			}
		}
		s.End(got.ID)
	}
	if n := r.Connections(); n.OffersRefused == 0 || n.Panics != 0 {
		t.Errorf("counted %+v", n)
	}
}

func TestTheAnswerHasTheStreamsCodecAlone(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	h265 := func(m *webrtc.MediaEngine) error {
		if err := m.RegisterDefaultCodecs(); err != nil {
			return err
		}
		return m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH265, ClockRate: 90000, SDPFmtpLine: "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST"},
			PayloadType:        50,
		}, webrtc.RTPCodecTypeVideo)
	}
	h264 := func(m *webrtc.MediaEngine) error {
		return m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e034"},
			PayloadType:        102,
		}, webrtc.RTPCodecTypeVideo)
	}
	ask := func(codecs func(*webrtc.MediaEngine) error) (Session, error) {
		_, offer := newPeer(t, peerConfig{codecs: codecs})
		return r.Open(t.Context(), s, Request{Offer: offer})
	}
	for _, c := range []struct {
		codec      Codec
		codecs     func(*webrtc.MediaEngine) error
		has, lacks string
	}{
		{H264, h265, "H264/90000", "H265/90000"},
		{H265, h265, "H265/90000", "H264/90000"},
		{H264, h264, "profile-level-id=42e034", "VP8"}, // the offer's own parameters
		{H265, h265, "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST", "VP8"},
	} {
		s.SetCodec(c.codec)
		got, err := ask(c.codecs)
		if err != nil {
			t.Errorf("%s: %v", c.codec, err)
		} else if !strings.Contains(got.Answer, c.has) || strings.Contains(got.Answer, c.lacks) {
			t.Errorf("%s is answered with\n%s", c.codec, got.Answer)
		}
	}
	_, err := ask(h264)
	lack, ok := errors.AsType[*CodecError](err)
	if !ok || lack.Codec != H265 || !errors.Is(err, ErrBadOffer) || !strings.Contains(err.Error(), "cannot play H.265; Chrome 136") {
		t.Errorf("a browser without H.265 is told %v", err)
	}
}

func TestViewersOfAnotherCodecAreEnded(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{})
	p.awaitMedia()
	s.SetCodec(H264)
	p.awaitMedia()
	s.SetCodec(H265)
	poll(t, "the viewer is gone", func() bool { return s.Viewers() == 0 && len(r.Views(s)) == 0 })
}

func FuzzOffer(f *testing.F) {
	f.Add(head + section)
	f.Add(head + "a=group:BUNDLE 1 0\r\n" + audio("1") + section)
	f.Add(change("a=recvonly", "a=sendrecv\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host"))
	f.Add(change("a=rtpmap:96", "a=simulcast:recv 1\r\na=rid:1 recv\r\na=extmap:1 x\r\na=rtpmap:96"))
	f.Add(change("a=setup:actpass", "a=setup:passive\r\na=ice-lite"))
	r, err := New(Config{ListenHost: "127.0.0.1", NoTCP: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := r.Close(); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, offer string) {
		s := r.NewStream("fuzz")
		got, err := r.Open(t.Context(), s, Request{Offer: offer})
		switch {
		case err == nil:
			if got.Answer == "" || got.Tag == "" || !s.End(got.ID) {
				t.Fatalf("a session without answer or end: %+v", got)
			}
		case !errors.Is(err, ErrBadOffer):
			t.Fatalf("%v", err)
		}
		if n := s.Viewers(); n != 0 || len(r.Views(s)) != 0 {
			t.Fatalf("%d viewers are left", n)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.viewers != 0 || len(r.sessions) != 0 {
			t.Fatalf("%d places, %d sessions are taken", r.viewers, len(r.sessions))
		}
		if r.counters.panics.Load() > 0 {
			t.Fatal("the library panicked")
		}
	})
}

func FuzzFragment(f *testing.F) {
	f.Add("a=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:efgh\r\na=ice-pwd:9876543210987654321098\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n")
	f.Add("a=candidate:1 1 tcp 1 ::1 9 typ host tcptype active generation 0 ufrag abcd")
	f.Add("m=\na=candidate:1 1 udp 1 x.local 9 typ host")
	r, err := New(Config{ListenHost: "127.0.0.1", NoTCP: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := r.Close(); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, text string) {
		s := r.NewStream("fuzz")
		got, err := r.Open(t.Context(), s, Request{Offer: head + section})
		if err != nil {
			t.Fatal(err)
		}
		answer, tag, err := r.Patch(t.Context(), s, got.ID, got.Tag, text)
		switch {
		case err == nil && (answer == "") != (tag == got.Tag):
			t.Fatalf("answer %q with tag %q after %q", answer, tag, got.Tag)
		case err != nil && !errors.Is(err, ErrBadFragment):
			t.Fatalf("%v", err)
		case err != nil:
			// The session is as it was.
			if _, _, err := r.Patch(t.Context(), s, got.ID, got.Tag, "a=end-of-candidates"); err != nil {
				t.Fatal(err)
			}
		}
		if answer != "" {
			if back, err := readFragment(answer); err != nil || back.ufrag == "" || len(back.candidates) == 0 {
				t.Fatalf("the station's own fragment: %+v, %v", back, err)
			}
		}
		if !s.End(got.ID) || s.Viewers() != 0 {
			t.Fatal("the viewer did not end")
		}
	})
}
