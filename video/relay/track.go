package relay

import (
	"errors"
	"strings"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// playoutDelayURI names the RTP header extension that tells a browser how long to hold frames:
// http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
const playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

var (
	errNotBound = errors.New("track is not bound to a connection")
	errNoCodec  = errors.New("no payload type was negotiated")
)

// binding is what a negotiated connection gave the track.
type binding struct {
	writer       webrtc.TrackLocalWriter
	ssrc         uint32
	payloadType  uint8
	playoutDelay uint8 // header extension id; 0: not negotiated
}

// track is the local end of one viewer's video. It sends packets as they are, with the playout-delay extension on
// each: minimum and maximum 0 make a browser show a frame as soon as it is decoded.
type track struct {
	id    string
	codec Codec
	bound atomic.Pointer[binding]
}

var (
	_ webrtc.TrackLocal = (*track)(nil)
	_ sender            = (*track)(nil)
)

// noDelay is a playout-delay extension of minimum 0 and maximum 0.
var noDelay = []byte{0, 0, 0}

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	codec, ok := choose(ctx.CodecParameters(), t.codec)
	if !ok {
		return webrtc.RTPCodecParameters{}, errNoCodec
	}
	b := &binding{writer: ctx.WriteStream(), ssrc: uint32(ctx.SSRC()), payloadType: uint8(codec.PayloadType)}
	for _, e := range ctx.HeaderExtensions() {
		// Ids above 14 would need two-byte headers.
		if e.URI == playoutDelayURI && e.ID > 0 && e.ID < 15 {
			b.playoutDelay = uint8(e.ID)
		}
	}
	t.bound.Store(b)
	return codec, nil
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.bound.Store(nil)
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *track) ID() string { return t.id }

// RID implements webrtc.TrackLocal.
func (t *track) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (t *track) StreamID() string { return t.id }

// Kind implements webrtc.TrackLocal.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeVideo }

func (t *track) send(h *rtp.Header, payload []byte) error {
	b := t.bound.Load()
	if b == nil {
		return errNotBound
	}
	h.SSRC, h.PayloadType = b.ssrc, b.payloadType
	// Interceptors may add extensions to the header, so each packet starts from none.
	h.Extension, h.Extensions = false, h.Extensions[:0]
	if b.playoutDelay != 0 {
		if err := h.SetExtension(b.playoutDelay, noDelay); err != nil {
			return err
		}
	}
	_, err := b.writer.WriteRTP(h, payload)
	return err
}

// choose picks the payload type to send: of H.265 the first offered, of H.264 constrained baseline with packetization mode 1 where it is offered, then
// any of mode 1, then any H.264, since browsers decode by what the stream says and not by what the offer names.
func choose(codecs []webrtc.RTPCodecParameters, want Codec) (webrtc.RTPCodecParameters, bool) {
	best, rank := webrtc.RTPCodecParameters{}, 0
	for _, c := range codecs {
		if !strings.EqualFold(c.MimeType, want.mime()) {
			continue
		}
		if want != H264 {
			return c, true
		}
		r, line := 1, strings.ToLower(c.SDPFmtpLine)
		if strings.Contains(line, "packetization-mode=1") {
			r = 2
			if strings.Contains(line, "profile-level-id=42e0") {
				r = 3
			}
		}
		if r > rank {
			best, rank = c, r
		}
	}
	return best, rank > 0
}
