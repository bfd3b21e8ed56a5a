package station

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/ui/api"
	"vedette/video"
)

// watchOffer is an offer to receive H.264, of a browser that never connects.
const watchOffer = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
	"a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\n" +
	"a=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n" +
	"a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"

func statusOf(err error) int {
	if p, ok := errors.AsType[*api.Problem](err); ok {
		return p.Status
	}
	return 0
}

func TestASessionBelongsToWhoMadeIt(t *testing.T) {
	t.Parallel()
	f := newWatched(t, config.RTSP{}, config.TLS{}).feeds
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	me := access.Principal{Name: "me", Role: access.RoleViewer}
	other := access.Principal{Name: "other", Role: access.RoleViewer}
	operator := access.Principal{Name: "operator", Role: access.RoleOperator}
	admin := access.Principal{Name: "admin", Role: access.RoleAdmin}
	open := func() api.WatchSession {
		t.Helper()
		s, err := f.Watch(ctx, me, "cam", watchOffer)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if s.Tag == "" || !strings.Contains(s.Answer, "a=candidate") {
		t.Errorf("%+v", s)
	}
	const restart = "a=ice-ufrag:dcba\r\na=ice-pwd:1098765432109876543210\r\n"
	for _, who := range []access.Principal{other, operator} {
		if _, _, err := f.PatchWatch(ctx, who, "cam", s.ID, "*", restart); statusOf(err) != 403 {
			t.Errorf("%s restarts it: %v", who.Name, err)
		}
		if err := f.EndWatch(ctx, who, "cam", s.ID); statusOf(err) != 403 {
			t.Errorf("%s ends it: %v", who.Name, err)
		}
	}
	if _, err := f.Viewer(other, "cam", s.ID); statusOf(err) != 403 {
		t.Errorf("another viewer sees it: %v", err)
	}
	if _, _, err := f.PatchWatch(ctx, me, "cam", s.ID, "old", restart); statusOf(err) != 412 {
		t.Errorf("an old tag: %v", err)
	}
	if _, _, err := f.PatchWatch(ctx, me, "cam", s.ID, s.Tag, "nonsense"); statusOf(err) != 400 {
		t.Errorf("nonsense: %v", err)
	}
	answer, tag, err := f.PatchWatch(ctx, me, "cam", s.ID, s.Tag, restart)
	if err != nil || tag == s.Tag || !strings.Contains(answer, "a=ice-ufrag:") {
		t.Errorf("restart: %q, %q, %v", answer, tag, err)
	}
	for _, who := range []access.Principal{me, operator, admin} {
		if v, err := f.Viewer(who, "cam", s.ID); err != nil || v.Who != "me" || v.State != "connecting" || v.Restarts != 1 || len(v.Offered) == 0 {
			t.Errorf("%s sees %+v, %v", who.Name, v, err)
		}
	}
	if all, err := f.Viewers("cam"); err != nil || len(all) != 1 || all[0].Session != s.ID {
		t.Errorf("all viewers: %+v, %v", all, err)
	}
	if err := f.EndWatch(ctx, me, "cam", s.ID); err != nil {
		t.Errorf("end: %v", err)
	}
	s = open()
	if err := f.EndWatch(ctx, admin, "cam", s.ID); err != nil {
		t.Errorf("an admin ends it: %v", err)
	}
	for name, err := range map[string]error{
		"session": f.EndWatch(ctx, me, "cam", s.ID), "feed": f.EndWatch(ctx, me, "nope", s.ID),
	} {
		if statusOf(err) != 404 {
			t.Errorf("unknown %s: %v", name, err)
		}
	}
	if _, err := f.Watch(ctx, me, "cam", strings.Replace(watchOffer, "H264", "VP8", 1)); statusOf(err) != 422 || !strings.Contains(err.Error(), "cannot play H.264") {
		t.Errorf("a browser without H.264: %v", err)
	}
	if _, err := f.Viewers("nope"); statusOf(err) != 404 {
		t.Errorf("viewers of no feed: %v", err)
	}
}

func TestVideoIsReachableAsConfigured(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse("v.yaml", []byte(`
video:
  webrtcPort: 8189
  webrtc: {tcp: false, addresses: [203.0.113.7], leaveOut: []}
  turn: {port: 3478, publicAddress: post.example, first: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	v, err := videoConfig(cfg, "10.0.0.5")
	if err != nil {
		t.Fatal(err)
	}
	if v.WebRTCUDPPort != 8189 || v.ListenHost != "10.0.0.5" || !v.NoTCP || len(v.Addresses) != 1 || v.LeaveOut == nil || v.TURN == nil ||
		v.TURN.Port != 3478 || v.TURN.PublicAddress != "post.example" || !v.TURN.First || v.TURN.TLS != nil {
		t.Errorf("%+v with %+v", v, v.TURN)
	}
	cfg.Video.WebRTC.Listen = "10.0.0.6"
	cfg.Video.TURN.TLSPort = 5349
	cfg.TLS = config.TLS{Certificate: "no.pem", Key: "no.pem"}
	if v, err = videoConfig(cfg, "10.0.0.5"); err == nil || v.ListenHost != "10.0.0.6" {
		t.Errorf("without its certificate: %+v, %v", v, err)
	}
	if v, err = videoConfig(config.Config{}, ""); err != nil || v.NoTCP || v.LeaveOut != nil || v.TURN != nil || v.ListenHost != "" {
		t.Errorf("an empty file: %+v, %v", v, err)
	}
}

func TestAnotherStreamOfTheCameraIsNamed(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	f := w.feeds
	for id, c := range map[string]struct {
		kind  video.Kind
		place feedPlace
	}{
		"1-eo":      {video.KindEO, feedPlace{vehicle: 1, camera: 100, stream: 1}},
		"1-eo-2":    {video.KindEO, feedPlace{vehicle: 1, camera: 100, stream: 2}},
		"1-thermal": {video.KindThermal, feedPlace{vehicle: 1, camera: 100, stream: 3}},
		"2-eo":      {video.KindEO, feedPlace{vehicle: 2, camera: 100, stream: 1}},
		"3-eo":      {video.KindEO, feedPlace{vehicle: 3, camera: 100, stream: 1}},
		"3-eo-2":    {video.KindEO, feedPlace{vehicle: 3, camera: 101, stream: 1}},
	} {
		if err := f.add(video.FeedConfig{ID: id, URL: "rtsp://127.0.0.1:1/" + id, Kind: c.kind, OnDemand: true}, c.place); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]string{"1-eo": "1-eo-2", "1-thermal": "", "2-eo": "", "3-eo": "", "cam": "", "nope": ""} {
		if got := f.alternate(id, "H265"); got != want {
			t.Errorf("instead of %s: %q, want %q", id, got, want)
		}
	}
	p := f.cannotPlay("1-eo", &video.CodecError{Codec: "H265"})
	if p.Status != 422 || p.Alternate != "1-eo-2" || !strings.Contains(p.Detail, "cannot play H.265; Chrome 136") || !strings.Contains(p.Detail, "feed 1-eo-2 is another stream") {
		t.Errorf("%+v", p)
	}
}
