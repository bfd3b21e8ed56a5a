package station

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/ui/api"
)

// TestAPackageHasTheRecordingsOfItsTime records a real feed, and takes the time of it with the video and without.
func TestAPackageHasTheRecordingsOfItsTime(t *testing.T) {
	t.Parallel()
	w := newWatched(t, config.RTSP{}, config.TLS{})
	begun := time.Now()
	w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":true}`)
	recordings := func() (list []api.Recording) {
		_, text := w.ask(http.MethodGet, "/recordings?feed=cam", "")
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return list
	}
	until(t, "something has been recorded", func() bool { l := recordings(); return len(l) > 0 && l[0].Bytes > 20_000 })
	w.ask(http.MethodPut, "/feeds/cam/recording", `{"on":false}`)
	until(t, "the recording is whole", func() bool { return !recordings()[0].Open })
	file := recordings()[0]
	_, whole := w.ask(http.MethodGet, "/recordings/"+file.Name, "")
	export := func(from, to time.Time, more string) (status int, files map[string][]byte) {
		query := url.Values{"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}}
		status, body := w.ask(http.MethodGet, "/export?"+query.Encode()+more, "")
		if status != http.StatusOK {
			return status, nil
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		files = map[string][]byte{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if files[f.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		return status, files
	}
	name := "video/cam/" + file.Name + ".mp4"
	status, files := export(begun.Add(-time.Minute), time.Now().Add(time.Minute), "&video=true")
	if status != http.StatusOK || len(whole) == 0 || !bytes.Equal(files[name], whole) || !strings.Contains(string(files["README.txt"]), "video: ") {
		t.Errorf("%d, %d of %d bytes, %s", status, len(files[name]), len(whole), files["README.txt"])
	}
	if status, files = export(begun.Add(-time.Minute), time.Now().Add(time.Minute), ""); status != http.StatusOK || files[name] != nil {
		t.Errorf("without asking: %d, %d bytes", status, len(files[name]))
	}
	if status, files = export(begun.Add(-2*time.Hour), begun.Add(-time.Hour), "&video=true"); status != http.StatusOK || files[name] != nil {
		t.Errorf("of another time: %d, %d bytes", status, len(files[name]))
	}
}
