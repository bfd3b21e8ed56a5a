package station

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/ui/api"
	"vedette/video"
	"vedette/video/ingest/testcam"
)

// watchOffer is an offer to receive H.264, of a browser that never connects.
const watchOffer = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
	"a=fingerprint:sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\n" +
	"a=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n" +
	"a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"

// watched is the feeds of a station with one camera, "cam".
func watched(t *testing.T) *feeds {
	t.Helper()
	clip, err := testcam.Encode(320, 256, 15, 15, 1)
	if err != nil {
		t.Skipf("no encoder: %v", err)
	}
	cam := &testcam.Camera{Clip: clip}
	if err := cam.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cam.Stop)
	cfg, err := videoConfig(config.Config{Video: config.Video{TURN: &config.TURN{}}}, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	room, err := video.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- room.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	f, err := newFeeds(room, nil, []config.Feed{{ID: "cam", URL: cam.URL(), Camera: config.Camera{Kind: "eo"}, Always: true}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func statusOf(err error) int {
	if p, ok := errors.AsType[*api.Problem](err); ok {
		return p.Status
	}
	return 0
}

func TestASessionBelongsToWhoMadeIt(t *testing.T) {
	t.Parallel()
	f := watched(t)
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
	if s.Tag == "" || !strings.Contains(s.Answer, "a=candidate") || len(s.Relays) != 2 || s.Relays[0].Username == "" {
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
