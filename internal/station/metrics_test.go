package station

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vedette/video"
)

func TestMetricsNameTheCountersOfVideo(t *testing.T) {
	t.Parallel()
	stats := video.Stats{PacketsResent: 3, UDP: video.Sent{Batches: 4, ShortCalls: 5, FullSocket: 6, Fallbacks: 7, SegmentsGivenUp: 8, Failed: 9}}
	w := httptest.NewRecorder()
	metricsHandler(map[string]func() any{"video": func() any { return stats }}).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		"vedette_video_packets_resent 3", "vedette_video_udp_batches 4", "vedette_video_udp_short_calls 5", "vedette_video_udp_full_socket 6",
		"vedette_video_udp_fallbacks 7", "vedette_video_udp_segments_given_up 8", "vedette_video_udp_failed 9",
	} {
		if !strings.Contains(w.Body.String(), "\n"+want+"\n") {
			t.Errorf("the page has no line %q", want)
		}
	}
}
