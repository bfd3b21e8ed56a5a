package station

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/fusion"
	"vedette/video"
)

func TestMetricsTellWhatFusionRefusedAndHowCamerasErr(t *testing.T) {
	t.Parallel()
	tracker := fusion.New(fusion.Config{})
	if err := tracker.AddSensor(fusion.Sensor{ID: "1-thermal", Kind: fusion.Camera, Bias: fusion.Bias{PosSigmaM: 3, ClockSigma: 50 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	home := geo.LatLon{Lat: -35.36, Lon: 149.16}
	tracker.AddScan(fusion.Scan{Sensor: "1-thermal", Time: now, Position: home})
	tracker.AddScan(fusion.Scan{Sensor: "1-thermal", Time: now.AddDate(-60, 0, 0), Position: home})
	tracker.AddScan(fusion.Scan{Sensor: "nobody", Time: now, Position: home})
	tracker.Tracks(now)
	w := httptest.NewRecorder()
	metricsHandler(map[string]func() any{"fusion": func() any { return *countsOf(tracker) }}).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		"vedette_fusion_scans 1", "vedette_fusion_wrong_time 1", "vedette_fusion_unknown_sensor 1",
		`vedette_fusion_camera_error_east_m{name="1-thermal"} 0`, `vedette_fusion_camera_sigma_east_m{name="1-thermal"} 3`,
		`vedette_fusion_camera_error_clock_s{name="1-thermal"} 0`, `vedette_fusion_camera_sigma_clock_s{name="1-thermal"} 0.05`,
	} {
		if !strings.Contains(w.Body.String(), "\n"+want+"\n") {
			t.Errorf("the page has no line %q", want)
		}
	}
}

func TestMetricsTellWhichClocksAreOff(t *testing.T) {
	t.Parallel()
	counts := fusionCounts{Clocks: []clockCounts{{Name: "geo-7", AheadS: -3, SigmaS: 0.5, Trips: 12, Corrected: 1}}}
	w := httptest.NewRecorder()
	metricsHandler(map[string]func() any{"fusion": func() any { return counts }}).
		ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`vedette_fusion_clock_ahead_s{name="geo-7"} -3`, `vedette_fusion_clock_sigma_s{name="geo-7"} 0.5`,
		`vedette_fusion_clock_trips{name="geo-7"} 12`, `vedette_fusion_clock_corrected{name="geo-7"} 1`,
	} {
		if !strings.Contains(w.Body.String(), "\n"+want+"\n") {
			t.Errorf("the page has no line %q", want)
		}
	}
}

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
