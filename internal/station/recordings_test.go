package station

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/ui/api"
)

func (w *watched) ask(method, path, body string, headers ...string) (int, []byte) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL()+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer start")
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // only read
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, text
}

func TestFeedIsRecordedAndWatchedLater(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	if status, text := w.ask(http.MethodPut, "/feeds/nope/recording", `{"on":true}`); status != http.StatusNotFound {
		t.Errorf("%d %s", status, text)
	}
	if status, text := w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":true}`); status != http.StatusOK || !strings.Contains(string(text), `"recording":{"state":"`) {
		t.Fatalf("%d %s", status, text)
	}
	var list []api.Recording
	until(t, "something has been recorded", func() bool {
		_, text := w.ask(http.MethodGet, "/recordings?feed=cam", "")
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return len(list) == 1 && list[0].Bytes > 20_000
	})
	if r := list[0]; !r.Open || r.Codec != "H264" || r.Width != 320 || r.Height != 256 {
		t.Errorf("%+v", r)
	}
	if status, text := w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":false}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	until(t, "the recording is whole", func() bool {
		_, text := w.ask(http.MethodGet, "/recordings?feed=cam&from="+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "")
		list = nil
		return json.Unmarshal(text, &list) == nil && len(list) == 1 && !list[0].Open
	})
	r := list[0]
	status, text := w.ask(http.MethodGet, "/recordings/"+r.Name, "")
	if status != http.StatusOK || int64(len(text)) != r.Bytes || string(text[4:8]) != "ftyp" {
		t.Errorf("%d, %d of %d bytes", status, len(text), r.Bytes)
	}
	if status, text := w.ask(http.MethodGet, "/recordings/"+r.Name, "", "Range", "bytes=4-7"); status != http.StatusPartialContent || string(text) != "ftyp" {
		t.Errorf("%d %q", status, text)
	}
	if status, _ := w.ask(http.MethodGet, "/recordings/cam_20200101T000000.000Z", ""); status != http.StatusNotFound {
		t.Errorf("an unknown recording: %d", status)
	}
	lines := w.viewings()
	if len(lines) != 1 || lines[0].Who != "script" || lines[0].Action != "watch" || lines[0].Target != "cam" ||
		lines[0].Means != access.MeansRecording || !strings.HasPrefix(lines[0].ID, r.Name+"#") {
		t.Errorf("%+v", lines)
	}
	w.recorded.endBefore(time.Now().Add(time.Hour))
	if lines := w.viewings(); len(lines) != 2 || lines[1].Action != "watchEnd" || lines[1].ID != lines[0].ID {
		t.Errorf("%+v", lines)
	}
	_, text = w.ask(http.MethodGet, "/metrics", "")
	for _, name := range []string{"vedette_video_recordings_pictures ", "vedette_video_recordings_free_bytes ", "vedette_video_recordings_segments 1"} {
		if !strings.Contains(string(text), name) {
			t.Errorf("the metrics have no %s", name)
		}
	}
}
