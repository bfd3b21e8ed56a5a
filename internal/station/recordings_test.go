package station

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
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
		return len(list) > 0 && list[0].Bytes > 20_000
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
		// A camera that a busy machine holds up for seconds may have ended one and begun another.
		open := func(r api.Recording) bool { return r.Open }
		return json.Unmarshal(text, &list) == nil && len(list) > 0 && !slices.ContainsFunc(list, open)
	})
	r := slices.MaxFunc(list, func(a, b api.Recording) int { return cmp.Compare(a.Bytes, b.Bytes) })
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
	index := struct {
		HeaderBytes int64
		Codecs      string
		Fragments   []api.RecordingFragment
	}{}
	status, text = w.ask(http.MethodGet, "/recordings/"+r.Name+"/index", "")
	if err := json.Unmarshal(text, &index); err != nil || status != http.StatusOK || len(index.Fragments) == 0 {
		t.Fatalf("%d %s", status, text)
	}
	last := index.Fragments[len(index.Fragments)-1]
	if first := index.Fragments[0]; !strings.HasPrefix(index.Codecs, "avc1.42") || first.At != index.HeaderBytes || !first.Key || first.FromS != 0 ||
		last.At+last.Bytes != r.Bytes || last.T.Before(first.T.Time) {
		t.Errorf("%+v", index)
	}
	if status, text := w.ask(http.MethodGet, "/recordings/"+r.Name+"/metadata", ""); status != http.StatusOK || string(text) != "[]\n" {
		t.Errorf("a recording without metadata: %d %s", status, text)
	}
	if status, _ := w.ask(http.MethodGet, "/recordings/cam_20200101T000000.000Z/index", ""); status != http.StatusNotFound {
		t.Errorf("the index of an unknown recording: %d", status)
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
	// A camera that a busy machine holds up for seconds may end a segment and begin another.
	for _, name := range []string{"vedette_video_recordings_pictures .", "vedette_video_recordings_free_bytes .", "vedette_video_recordings_segments [1-9]"} {
		if !regexp.MustCompile(name).Match(text) {
			t.Errorf("the metrics have no %s", name)
		}
	}
}

// recordingOf is what the API says of the recording of the feed.
func (w *watched) recordingOf() api.FeedRecording {
	w.t.Helper()
	var f api.Feed
	_, text := w.ask(http.MethodGet, "/feeds/cam", "")
	if err := json.Unmarshal(text, &f); err != nil || f.Recording == nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return *f.Recording
}

func TestASwitchOfRecordingOutlivesTheStation(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	start := func(more string) *watched { return newWatchedIn(t, data, more, config.RTSP{}, config.TLS{}) }
	w := start("")
	if r := w.recordingOf(); r.State != "off" || r.By != "configuration" {
		t.Errorf("%+v", r)
	}
	w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":true}`)
	until(t, "it records", func() bool { return w.recordingOf().State == "recording" })
	w.stop()
	w = start("")
	until(t, "it records again", func() bool { return w.recordingOf().State == "recording" })
	if r := w.recordingOf(); r.By != "hand" || r.Who != "script" || r.SwitchedAt.IsZero() {
		t.Errorf("%+v", r)
	}
	w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":false}`)
	if r := w.recordingOf(); r.State != "off" || r.By != "configuration" {
		t.Errorf("as configured: %+v", r)
	}
	var said []string
	until(t, "the event log tells all of it", func() bool {
		events, err := w.store.Read(t.Context(), 0, 100, kindRecording)
		if err != nil {
			t.Fatal(err)
		}
		said = said[:0]
		for _, e := range events {
			said = append(said, string(e.Data))
		}
		return len(said) == 3
	})
	if want := []string{`{"feed":"cam","state":"recording"}`, `{"feed":"cam","state":"recording"}`, `{"feed":"cam","state":"off"}`}; !slices.Equal(said, want) {
		t.Errorf("%v", said)
	}
	w.stop()
	w = start(", record: true")
	until(t, "it records by its configuration", func() bool { return w.recordingOf().State == "recording" })
	w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":false}`)
	w.stop()
	w = start(", record: true")
	if r := w.recordingOf(); r.State != "off" || r.By != "hand" {
		t.Errorf("switched off against the configuration: %+v", r)
	}
}

func TestASnapshotIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	status, text := w.ask(http.MethodGet, "/feeds/cam/snapshot", "")
	if status != http.StatusServiceUnavailable || !strings.Contains(string(text), "there is no decoder") {
		t.Errorf("%d %s", status, text)
	}
	if lines := w.viewings(); len(lines) != 0 {
		t.Errorf("%+v", lines)
	}
	if status, _ := w.ask(http.MethodGet, "/feeds/nope/snapshot", ""); status != http.StatusNotFound {
		t.Errorf("an unknown feed: %d", status)
	}
}
