package relay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// playoutDelayURI names the RTP header extension that tells a browser how long to hold frames:
// http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
const playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

// captureTimeURI names the one that says when a picture was taken:
// http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time
const captureTimeURI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"

var (
	errNotBound = errors.New("track is not bound to a connection")
	errNoCodec  = errors.New("no payload type was negotiated")
)

// binding is what a negotiated connection gave the track.
type binding struct {
	writer         webrtc.TrackLocalWriter
	ssrc, rtxSSRC  uint32
	payloadType    uint8
	rtxPayloadType uint8 // 0: no retransmission
	playoutDelay   uint8 // header extension ids; 0: not negotiated
	captureTime    uint8
	wideNumber     uint8
}

// track is the local end of one viewer's video. It sends packets as they are, with the playout-delay extension on
// each: minimum and maximum 0 make a browser show a frame as soon as it is decoded (playout says when the maximum is
// another). One goroutine sends at a time.
type track struct {
	id    string
	codec Codec
	rtcp  func([]rtcp.Packet) error // nil: no reports
	bound atomic.Pointer[binding]
	hold  playout
	wide  wideLog

	// Owned by the goroutine that sends.
	capture [8]byte
	delay   [3]byte
	number  [2]byte
	rtxSeq  uint16
	rtx     []byte
	reports [2]rtcp.Packet
}

var (
	_ webrtc.TrackLocal = (*track)(nil)
	_ sender            = (*track)(nil)
)

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	codec, ok := choose(ctx.CodecParameters(), t.codec)
	if !ok {
		return webrtc.RTPCodecParameters{}, errNoCodec
	}
	b := &binding{
		writer: ctx.WriteStream(), ssrc: uint32(ctx.SSRC()), rtxSSRC: uint32(ctx.SSRCRetransmission()),
		payloadType: uint8(codec.PayloadType),
	}
	apt := fmt.Sprintf("apt=%d", codec.PayloadType)
	for _, c := range ctx.CodecParameters() {
		if strings.EqualFold(c.MimeType, webrtc.MimeTypeRTX) && c.SDPFmtpLine == apt && b.rtxSSRC != 0 {
			b.rtxPayloadType = uint8(c.PayloadType)
		}
	}
	for _, e := range ctx.HeaderExtensions() {
		if e.ID <= 0 || e.ID > 14 {
			continue // would need two-byte headers
		}
		switch e.URI {
		case playoutDelayURI:
			b.playoutDelay = uint8(e.ID)
		case captureTimeURI:
			b.captureTime = uint8(e.ID)
		case wideNumberURI:
			b.wideNumber = uint8(e.ID)
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

func (t *track) send(h *rtp.Header, payload []byte, taken time.Time) error {
	b := t.bound.Load()
	if b == nil {
		return errNotBound
	}
	h.SSRC, h.PayloadType = b.ssrc, b.payloadType
	h.Extension, h.Extensions = false, h.Extensions[:0]
	if b.playoutDelay != 0 {
		t.hold.put(&t.delay)
		if err := h.SetExtension(b.playoutDelay, t.delay[:]); err != nil {
			return err
		}
	}
	if b.captureTime != 0 && !taken.IsZero() {
		binary.BigEndian.PutUint64(t.capture[:], ntpTime(taken))
		if err := h.SetExtension(b.captureTime, t.capture[:]); err != nil {
			return err
		}
	}
	if err := t.count(b, h, len(payload)); err != nil {
		return err
	}
	_, err := b.writer.WriteRTP(h, payload)
	return err
}

// count gives a packet its number in all that is sent to the viewer, where the browser wants to tell of it.
func (t *track) count(b *binding, h *rtp.Header, bytes int) error {
	if b.wideNumber == 0 {
		return nil
	}
	binary.BigEndian.PutUint16(t.number[:], t.wide.number(bytes, time.Now()))
	return h.SetExtension(b.wideNumber, t.number[:])
}

// resend implements sender. Without a retransmission stream it sends nothing: to send a packet again under its own number
// would encrypt two packets with one key stream.
func (t *track) resend(h *rtp.Header, payload []byte) error {
	b := t.bound.Load()
	if b == nil || b.rtxPayloadType == 0 {
		return errNotBound
	}
	t.rtx = binary.BigEndian.AppendUint16(t.rtx[:0], h.SequenceNumber)
	t.rtx = append(t.rtx, payload...)
	t.rtxSeq++
	h.SSRC, h.PayloadType, h.SequenceNumber = b.rtxSSRC, b.rtxPayloadType, t.rtxSeq
	h.Extension, h.Extensions = false, h.Extensions[:0]
	if err := t.count(b, h, len(t.rtx)); err != nil {
		return err
	}
	_, err := b.writer.WriteRTP(h, t.rtx)
	return err
}

func (t *track) report(now time.Time, ts, packets, octets uint32) error {
	b := t.bound.Load()
	if b == nil || t.rtcp == nil {
		return errNotBound
	}
	t.reports[0] = &rtcp.SenderReport{
		SSRC: b.ssrc, NTPTime: ntpTime(now), RTPTime: ts, PacketCount: packets, OctetCount: octets,
	}
	// Each report names its source (RFC 3550, section 6.1), as the answer does.
	t.reports[1] = &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: b.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: t.StreamID()}},
	}}}
	return t.rtcp(t.reports[:])
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
