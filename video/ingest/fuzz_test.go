package ingest

import (
	"log/slog"
	"testing"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/sdp"
)

// FuzzDescription takes an answer the way that it goes: screened first, then read by the library in a goroutine where a
// panic would end the station.
func FuzzDescription(f *testing.F) {
	const head = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n"
	for _, text := range []string{
		"", head,
		head + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAKA==,aM4=\r\na=control:x\r\n",
		head + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=fmtp:96 sprop-vps=QAE=;sprop-sps=QgE=;sprop-pps=RAE=\r\na=control:x\r\n",
		head + "m=application 0 RTP/AVP 98\r\na=rtpmap:98 smpte336m/90000\r\na=control:y\r\n",
		head + "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/8000\r\na=fmtp:97 config=1588;sizelength=13;indexlength=3\r\n",
		head + "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/none\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
	} {
		f.Add([]byte(text), "RTP/AVP/TCP;unicast;interleaved=0-1", `Digest realm="x",nonce="y"`)
	}
	f.Add([]byte(head), "RTP/SAVP;unicast", `prot=mikey;uri="rtsp://x/";data="AQAFgP3x8fEAAA=="`)
	f.Fuzz(func(t *testing.T, body []byte, transport, authenticate string) {
		s := &Source{log: slog.New(slog.DiscardHandler)}
		res := &base.Response{StatusCode: base.StatusOK, Header: base.Header{
			"Content-Type": {"application/sdp"}, "Transport": {transport}, "WWW-Authenticate": {authenticate},
			"Session": {transport}, "KeyMgmt": {authenticate},
		}, Body: body}
		s.screen(res)
		if res.StatusCode != base.StatusOK {
			if s.Counts().Panics != 1 || res.Body != nil {
				t.Fatalf("refused without a reason: %+v", s.Counts())
			}
			return
		}
		var raw sdp.SessionDescription
		if raw.Unmarshal(res.Body) != nil {
			return
		}
		var desc description.Session
		if desc.Unmarshal(&raw) != nil {
			return
		}
		use := choose(&desc)
		if len(use.infos) > maxTracks || use.media == nil && use.track.Codec != "" || len(names(use.infos)) > 200*maxTracks {
			t.Fatalf("%+v", use)
		}
	})
}

// FuzzKLV takes parts as bytes: each has a head of its length, timestamp, marker and loss.
func FuzzKLV(f *testing.F) {
	f.Add([]byte{3, 1, 'a', 'b', 'c', 2, 3, 'd', 'e'}, uint16(1))
	f.Add([]byte{200, 0, 1, 200, 0, 1}, uint16(60000))
	f.Fuzz(func(t *testing.T, b []byte, grow uint16) {
		var a klvAssembler
		parts, whole, given := 0, 0, 0
		for len(b) >= 2 {
			n, flags := min(int(b[0]), len(b)-2), b[1]
			part := make([]byte, n, n+int(grow))
			copy(part, b[2:2+n])
			if flags&8 != 0 {
				part = part[:cap(part)]
			}
			b = b[2+n:]
			parts++
			klv, dropped := a.push(part, uint32(flags>>4), flags&1 != 0, flags&4 != 0)
			if klv != nil {
				whole++
			}
			given += dropped
			if klv != nil && (len(klv) == 0 || len(klv) > maxData || flags&1 == 0) || len(a.buf) > maxData {
				t.Fatalf("a packet of %d bytes, %d kept", len(klv), len(a.buf))
			}
		}
		if whole+given > parts {
			t.Fatalf("%d whole and %d given up of %d parts", whole, given, parts)
		}
	})
}
