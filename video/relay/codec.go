package relay

import (
	"fmt"
	"strings"

	"github.com/pion/webrtc/v4"
)

// Codec names what a stream carries.
type Codec string

// The codecs that a stream may carry.
const (
	H264 Codec = "H264" // RFC 6184
	H265 Codec = "H265" // RFC 7798
)

// CodecError means that the offer lacks the one codec that the stream carries; nothing else would be true of it.
type CodecError struct{ Codec Codec }

// Error says what the browser lacks, and which has it.
func (e *CodecError) Error() string {
	if e.Codec == H265 {
		return "this browser cannot play H.265; Chrome 136 or later with hardware decoding can, and Safari 18"
	}
	return "this browser cannot play H.264"
}

// mime is the codec's name in SDP and in pion.
func (c Codec) mime() string { return "video/" + string(c) }

// SetCodec says what the source sends. It is called before the source's first packet; a stream carries H.264 until then.
// Viewers who have agreed on another codec are ended: they ask again, and are told where they cannot play it.
func (s *Stream) SetCodec(c Codec) {
	s.codec.Store(&c)
	s.mu.Lock()
	viewers, readers := s.viewers, s.readers
	s.mu.Unlock()
	for _, v := range viewers {
		if v.codec != c {
			v.stop()
		}
	}
	for _, r := range readers {
		if r.codec != c {
			r.Close()
		}
	}
}

// Codec returns what the stream carries.
func (s *Stream) Codec() Codec {
	if c := s.codec.Load(); c != nil {
		return *c
	}
	return H264
}

// h264Profiles are the profile-level-ids that browsers offer: constrained baseline, baseline, main, constrained high,
// high and high 4:4:4. The level is not compared, so each stands for all levels.
var h264Profiles = []string{"42e01f", "42001f", "4d001f", "640c1f", "64001f", "4d401f", "42c01f", "f4001f"}

// h265Profiles are Main, Main 10 and Main of the high tier, in one stream on one transport
// (draft-ietf-avtcore-hevc-webrtc).
var h265Profiles = []string{"profile-id=1;tier-flag=0", "profile-id=2;tier-flag=0", "profile-id=1;tier-flag=1"}

// registerCodecs takes every profile that a browser offers, with retransmission. Which of them is answered is settled for
// each stream; the answer repeats the offer's own parameters.
func registerCodecs(media *webrtc.MediaEngine) error {
	pt := webrtc.PayloadType(96)
	for _, mode := range []string{"1", "0"} {
		for _, profile := range h264Profiles {
			line := "level-asymmetry-allowed=1;packetization-mode=" + mode + ";profile-level-id=" + profile
			if err := registerCodec(media, H264, line, pt); err != nil {
				return err
			}
			pt += 2
		}
	}
	pt = 35 // 96 to 127 are used up (RFC 5761, section 4)
	for _, profile := range h265Profiles {
		if err := registerCodec(media, H265, "level-id=180;"+profile+";tx-mode=SRST", pt); err != nil {
			return err
		}
		pt += 2
	}
	return nil
}

func registerCodec(media *webrtc.MediaEngine, c Codec, line string, pt webrtc.PayloadType) error {
	feedback := []webrtc.RTCPFeedback{
		{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "transport-cc"},
	}
	err := media.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: c.mime(), ClockRate: clockRate, RTCPFeedback: feedback, SDPFmtpLine: line,
		},
		PayloadType: pt,
	}, webrtc.RTPCodecTypeVideo)
	if err != nil {
		return err
	}
	return media.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: clockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", pt),
		},
		PayloadType: pt + 1,
	}, webrtc.RTPCodecTypeVideo)
}

// restrict leaves the stream's codec alone, and its retransmission, of what was agreed on for the track.
func restrict(sender *webrtc.RTPSender, pc *webrtc.PeerConnection, c Codec) error {
	var left []webrtc.RTPCodecParameters
	all := sender.GetParameters().Codecs
	for _, codec := range all {
		if !strings.EqualFold(codec.MimeType, c.mime()) {
			continue
		}
		left = append(left, codec)
		apt := fmt.Sprintf("apt=%d", codec.PayloadType)
		for _, rtx := range all {
			if strings.EqualFold(rtx.MimeType, webrtc.MimeTypeRTX) && rtx.SDPFmtpLine == apt {
				left = append(left, rtx)
			}
		}
	}
	if len(left) == 0 {
		return &CodecError{c}
	}
	for _, t := range pc.GetTransceivers() {
		if t.Sender() == sender {
			return t.SetCodecPreferences(left)
		}
	}
	return errNotBound
}
