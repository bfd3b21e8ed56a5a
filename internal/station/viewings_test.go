package station

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"vedette/internal/access"
	"vedette/internal/config"
)

// browserOffer is what a browser sends to watch.
func browserOffer(t *testing.T) string {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return offer.SDP
}

func TestWhoWatchesInABrowserIsOnRecordFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	anna := access.Principal{Name: "anna", Role: access.RoleViewer, Via: access.ViaSession}
	first, err := w.feeds.Watch(t.Context(), anna, "cam", browserOffer(t))
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.feeds.Watch(t.Context(), access.Principal{Name: "ben", Role: access.RoleViewer}, "cam", browserOffer(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.feeds.Watch(t.Context(), anna, "cam", "v=0\r\n"); err == nil {
		t.Error("a bad offer is answered")
	}
	if err := w.feeds.EndWatch(t.Context(), anna, "cam", first.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the end is on record", func() bool { return len(w.viewings()) == 3 })
	w.video.RemoveFeed("cam") // takes everybody who still watches with it
	until(t, "the other end is on record", func() bool { return len(w.viewings()) == 4 })
	want := []viewingLine{
		{Who: "anna", Action: "watch", ID: first.ID},
		{Who: "ben", Action: "watch", ID: second.ID},
		{Who: "anna", Action: "watchEnd", ID: first.ID},
		{Who: "ben", Action: "watchEnd", ID: second.ID},
	}
	for i, got := range w.viewings() {
		if got.Who != want[i].Who || got.Action != want[i].Action || got.ID != want[i].ID || got.Target != "cam" ||
			got.Means != access.MeansWHEP || got.Outcome != "done" || got.From.IsZero() || got.To.IsZero() != (got.Action == "watch") {
			t.Errorf("record %d: %+v, want %+v", i, got, want[i])
		}
	}
}
