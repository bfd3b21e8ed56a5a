package station

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/video/ingest/testcam"
)

// everything collects what comes out of a station.
type everything struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (e *everything) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.Write(p)
}

func (e *everything) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.String()
}

// leak returns the form in which a text holds a camera's password, "" where it does not.
func leak(text, password string) string {
	quoted, err := json.Marshal(password)
	if err != nil {
		return "a password that JSON cannot hold"
	}
	for _, form := range []string{
		password, strings.Trim(string(quoted), `"`), strings.Trim(fmt.Sprintf("%q", password), `"`),
		url.QueryEscape(password), url.PathEscape(password), strings.TrimPrefix(url.UserPassword("", password).String(), ":"),
		base64.StdEncoding.EncodeToString([]byte("post:" + password)),
	} {
		if strings.Contains(text, form) {
			return form
		}
	}
	return ""
}

func TestLeakOfAPasswordIsFound(t *testing.T) {
	t.Parallel()
	const password = `p@ss/w?r#d%41 "ö+&x`
	u := url.URL{Scheme: "rtsp", User: url.UserPassword("post", password), Host: "camera"}
	for _, text := range []string{
		"x " + password, u.String(), fmt.Sprintf("%q", password), "?p=" + url.QueryEscape(password),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("post:"+password)),
	} {
		if leak(text, password) == "" {
			t.Errorf("not found in %s", text)
		}
	}
	if form := leak("rtsp://post@camera refused the password", password); form != "" {
		t.Errorf("found %q where none is", form)
	}
}

// failures are cameras and addresses that fail in all kinds of ways, by feed id.
func failures(t *testing.T, password string) map[string]string {
	t.Helper()
	clip, err := testcam.Encode(320, 256, 15, 15, 1)
	if err != nil {
		t.Fatal(err)
	}
	strict := &testcam.Camera{Clip: clip, User: "post", Password: "another"}
	if err := strict.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(strict.Stop)
	rogue := func(r *testcam.Rogue) string {
		if err := r.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Stop)
		return r.URL()
	}
	answers := func(code int, words string) string {
		return rogue(&testcam.Rogue{Answer: func(_ int, m string) (int, string) {
			if m == "DESCRIBE" {
				return code, words
			}
			return http.StatusOK, ""
		}})
	}
	echo := "post:" + password + " at rtsp://post:" + url.QueryEscape(password) + "@camera"
	out := map[string]string{
		"refused": strict.URL(), "basic": answers(http.StatusUnauthorized, echo), "gone": answers(http.StatusNotFound, echo),
		"odd": answers(http.StatusMethodNotAllowed, echo), "nobody": "rtsp://127.0.0.1:1/live",
		"tls":  "rtsps" + strings.TrimPrefix(answers(http.StatusOK, ""), "rtsp"),
		"sdp":  rogue(&testcam.Rogue{SDP: func(int) string { return "v=" + echo }}),
		"ends": rogue(&testcam.Rogue{Play: func(_ int, p *testcam.Player) { p.Pictures(clip, 5) }}),
	}
	for id, address := range out {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("post", password)
		out[id] = u.String()
	}
	return out
}

func TestPasswordsOfCamerasNeverComeOut(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"geheim-17", `p@ss/w?r#d%41 "ö+&x`} {
		t.Run(url.QueryEscape(password), func(t *testing.T) {
			t.Parallel()
			feeds := failures(t, password)
			text, err := json.Marshal(map[string]any{"telemetry": map[string]bool{"off": true}, "feeds": feedList(feeds)})
			if err != nil {
				t.Fatal(err)
			}
			file, err := config.Parse("test", text) // YAML holds JSON
			if err != nil {
				t.Fatal(err)
			}
			var out everything
			dir := t.TempDir()
			s, err := New(t.Context(), Config{
				File: file, DataDir: dir, Listen: "127.0.0.1:0", Token: "start",
				Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- s.Run(ctx) }()
			stop := sync.OnceFunc(func() {
				cancel()
				if err := <-done; err != nil {
					t.Errorf("run: %v", err)
				}
			})
			defer stop()
			<-s.Started()
			for id := range feeds {
				awaitTrouble(t, s, id)
			}
			for _, path := range []string{"/metrics", "/api/v1/feeds", "/api/v1/audit", "/api/v1/health"} {
				note(t, &out, http.MethodGet, s.URL(), path, "")
			}
			for id := range feeds {
				note(t, &out, http.MethodGet, s.URL(), "/api/v1/feeds/"+id, "")
				note(t, &out, http.MethodGet, s.URL(), "/api/v1/feeds/"+id+"/viewers", "")
			}
			for _, id := range []string{"odd", "tls"} { // each waits for a signal
				note(t, &out, http.MethodPost, s.URL(), "/api/v1/feeds/"+id+"/whep", "v=0\r\n")
			}
			stop()
			all := out.text()
			if form := leak(all, password); form != "" {
				t.Errorf("the password came out as %q", form)
				for line := range strings.SplitSeq(all, "\n") {
					if strings.Contains(line, form) {
						t.Log(line)
					}
				}
			}
			for id := range feeds {
				if !strings.Contains(all, "feed="+id+" ") {
					t.Errorf("nothing was logged of %s, so its failure shows nothing", id)
				}
			}
			leakInFiles(t, dir, password)
		})
	}
}

func feedList(feeds map[string]string) (list []map[string]any) {
	for id, address := range feeds {
		list = append(list, map[string]any{"id": id, "url": address, "always": true, "substream": address})
	}
	return list
}

// awaitTrouble waits until a feed has failed.
func awaitTrouble(t *testing.T, s *Station, id string) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		f, err := s.feeds.Feed(id)
		if err != nil {
			t.Fatal(err)
		}
		if f.Problem != nil && f.Problem.Words != "" {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("feed %s has not failed within 30 s: %+v", id, f)
		}
	}
}

// note keeps what the station answers, headers and all.
func note(t *testing.T, out io.Writer, method, address, path, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(address, "/")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer start")
	if body != "" {
		req.Header.Set("Content-Type", "application/sdp")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // only read
	if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
		t.Fatalf("%s %s: %s, so it shows nothing", method, path, res.Status)
	}
	if err := res.Write(out); err != nil {
		t.Fatal(err)
	}
}

// leakInFiles looks into the record.
func leakInFiles(t *testing.T, dir, password string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if form := leak(string(b), password); form != "" {
			t.Errorf("%s holds the password as %q", path, form)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files of the record read: %v", files, err)
	}
}
