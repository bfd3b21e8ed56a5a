package station

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/config"
	"vedette/mavlink/mavlinktest"
	"vedette/ui/api"
)

const token = "a token for tests"

// post is a running station with one vehicle.
type post struct {
	t       *testing.T
	url     string
	vehicle *mavlinktest.Autopilot
	client  http.Client
}

func newPost(t *testing.T, cfg mavlinktest.Config) *post {
	t.Helper()
	return newPostWith(t, config.Config{}, cfg)
}

// newPostWith is newPost with a configuration, to which the link is added.
func newPostWith(t *testing.T, file config.Config, cfg mavlinktest.Config) *post {
	t.Helper()
	file.Links = []config.Link{{Name: "lan", UDPServer: "127.0.0.1:0"}}
	s, err := New(t.Context(), Config{
		File:    file,
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Token: token,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	p := &post{t: t, url: s.URL() + "/api/v1"}
	t.Cleanup(func() { p.client.CloseIdleConnections(); cancel(); running.Wait() })
	p.until("the link is bound", func() bool { return s.mavlink.LinkAddr("lan") != nil })
	cfg.Network, cfg.Address = "udp", s.mavlink.LinkAddr("lan").String()
	cfg.Lat, cfg.Lon, cfg.GroundAMSL = -35.36, 149.16, 584
	if p.vehicle, err = mavlinktest.New(cfg); err != nil {
		t.Fatal(err)
	}
	running.Go(func() { p.vehicle.Run(ctx) })
	p.until("the vehicle is known", func() bool { v, ok := s.mavlink.Vehicle(1); return ok && v.UID != "" })
	p.call(http.MethodPost, "/vehicles/1/control", "{}", http.StatusOK, nil)
	return p
}

func (p *post) until(what string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			p.t.Fatalf("not in time: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// call sends a request, wants a status, and gives the body; a non-nil v takes it as JSON.
func (p *post) call(method, path, body string, status int, v any) string {
	p.t.Helper()
	got, text := p.ask(method, path, body)
	if got != status {
		p.t.Errorf("%s %s: %d, want %d: %s", method, path, got, status, text)
		return text
	}
	if v != nil {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			p.t.Errorf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return text
}

// ask sends a request and gives the status and the body.
func (p *post) ask(method, path, body string) (int, string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close() // it is read
	return res.StatusCode, string(text)
}

func TestParametersOverTheAPI(t *testing.T) {
	t.Parallel()
	p := newPost(t, mavlinktest.Config{Parameters: map[string]float32{"RTL_ALT": 3000, "MAV_SYSID": 1, "BATT_LOW_VOLT": 13.6, "READ_ONLY": 1, "ODD": float32nan()}})
	var list []api.Parameter
	p.call(http.MethodGet, "/vehicles/1/parameters", "", http.StatusOK, &list)
	if len(list) != 5 || list[4].Name != "RTL_ALT" || *list[4].Value != 3000 || list[4].Units != "cm" || list[2].Value != nil {
		t.Errorf("%+v", list)
	}
	p.call(http.MethodGet, "/vehicles/1/parameters?search=low+battery", "", http.StatusOK, &list)
	if len(list) != 1 || list[0].Name != "BATT_LOW_VOLT" {
		t.Errorf("%+v", list)
	}
	p.call(http.MethodGet, "/vehicles/1/parameters?cached=1&search=rtl", "", http.StatusOK, &list)
	if len(list) != 1 {
		t.Errorf("%+v", list)
	}
	file := p.call(http.MethodGet, "/vehicles/1/parameters?format=param", "", http.StatusOK, nil)
	if file != "BATT_LOW_VOLT,13.6\nMAV_SYSID,1\nREAD_ONLY,1\nRTL_ALT,3000\n" {
		t.Errorf("%q", file)
	}
	if qgc := p.call(http.MethodGet, "/vehicles/1/parameters?format=qgc", "", http.StatusOK, nil); !strings.Contains(qgc, "1\t1\tRTL_ALT\t3000\t9\n") {
		t.Errorf("%q", qgc)
	}
	p.call(http.MethodPost, "/vehicles/1/parameters/save", `{"name":"before"}`, http.StatusNoContent, nil)
	p.call(http.MethodPost, "/vehicles/1/parameters/save", `{"name":"../../etc"}`, http.StatusBadRequest, nil)
	var sets []api.SavedParameters
	if p.call(http.MethodGet, "/parameters/saved", "", http.StatusOK, &sets); len(sets) != 1 || sets[0].Name != "before" {
		t.Errorf("%+v", sets)
	}
	var many api.ParameterResults
	p.call(http.MethodPut, "/vehicles/1/parameters", `{"RTL_ALT":5000,"READ_ONLY":3,"SYSID_THISMAV":1}`, http.StatusOK, &many)
	if r := many.Results; len(r) != 3 || r[0].Result != "denied" || r[1].Result != "set" || *r[1].Value != 5000 || r[2].Result != "unchanged" || r[2].Asked != "SYSID_THISMAV" {
		t.Errorf("%+v", r)
	}
	for path, body := range map[string]string{"compare": `{"saved":"before"}`, "load": "# mine\nRTL_ALT,3000\nNEW,1\nSYSID_THISMAV,1\n"} {
		var d api.ParameterDifferences
		p.call(http.MethodPost, "/vehicles/1/parameters/"+path, body, http.StatusOK, &d)
		if len(d.Differences) != 1 || d.Differences[0].Name != "RTL_ALT" || *d.Differences[0].Value != 5000 || *d.Differences[0].Other != 3000 {
			t.Errorf("%s: %+v", path, d)
		}
		if path == "load" && (len(d.OnlyOther) != 1 || d.Compared != 2) {
			t.Errorf("%+v", d)
		}
	}
	p.call(http.MethodPost, "/vehicles/1/parameters/load", "no file at all", http.StatusBadRequest, nil)
	p.call(http.MethodPost, "/vehicles/1/parameters/compare", `{"defaults":true}`, http.StatusUnprocessableEntity, nil)
	p.call(http.MethodPost, "/vehicles/1/parameters/compare", `{"vehicle":9}`, http.StatusNotFound, nil)
	p.call(http.MethodGet, "/vehicles/1/parameters/NO_SUCH", "", http.StatusNotFound, nil)
	var one api.Parameter
	if p.call(http.MethodGet, "/vehicles/1/parameters/SYSID_THISMAV", "", http.StatusOK, &one); one.Name != "MAV_SYSID" || !one.RebootRequired {
		t.Errorf("%+v", one)
	}
}

func float32nan() float32 {
	zero := float32(0)
	return zero / zero
}

func TestFilesOverTheAPI(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("0123456789abcdef"), 4000)
	p := newPost(t, mavlinktest.Config{Files: &mavlinktest.Files{Content: map[string][]byte{"/APM/a.txt": []byte("a text"), "/APM/large.bin": large}, Folders: map[string]bool{}}})
	var list api.FileList
	for _, path := range []string{"/APM", "/APM/", "/APM&list=1"} {
		if p.call(http.MethodGet, "/vehicles/1/files?path="+path, "", http.StatusOK, &list); len(list.Entries) != 2 || list.Entries[0].Name != "a.txt" {
			t.Errorf("%s: %+v", path, list)
		}
	}
	if got := p.call(http.MethodGet, "/vehicles/1/files?path=/APM/large.bin", "", http.StatusOK, nil); got != string(large) {
		t.Errorf("%d bytes", len(got))
	}
	p.call(http.MethodPut, "/vehicles/1/files?path=/APM/scripts/x.lua", "-- x", http.StatusNoContent, nil)
	p.call(http.MethodPost, "/vehicles/1/files", `{"action":"rename","path":"/APM/scripts/x.lua","to":"/APM/y.lua"}`, http.StatusOK, nil)
	var sum api.FileResult
	if p.call(http.MethodPost, "/vehicles/1/files", `{"action":"checksum","path":"/APM/y.lua"}`, http.StatusOK, &sum); len(sum.CRC32) != 8 {
		t.Errorf("%+v", sum)
	}
	p.call(http.MethodDelete, "/vehicles/1/files?path=/APM/y.lua", "", http.StatusNoContent, nil)
	p.call(http.MethodDelete, "/vehicles/1/files?path=/APM/y.lua", "", http.StatusNotFound, nil)
	p.call(http.MethodGet, "/vehicles/1/files?path=/none.txt", "", http.StatusNotFound, nil)
	p.call(http.MethodGet, "/vehicles/1/files", "", http.StatusBadRequest, nil)
	p.call(http.MethodDelete, "/vehicles/1/transfer", "", http.StatusConflict, nil)
	p.vehicle.WithFiles(func(f *mavlinktest.Files) {
		if len(f.Content) != 2 {
			t.Errorf("%d files are left", len(f.Content))
		}
	})
}

func TestLogsOverTheAPI(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789abcdef"), 2000)
	p := newPost(t, mavlinktest.Config{Logs: &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{UTC: 1.7e9, Content: content}, {Content: nil}}}})
	var logs []api.OnboardLog
	p.call(http.MethodGet, "/vehicles/1/logs", "", http.StatusOK, &logs)
	if len(logs) != 2 || logs[0].Size != int64(len(content)) || logs[0].At.Unix() != 1.7e9 || logs[0].Complete || logs[0].Href != "" {
		t.Errorf("%+v", logs)
	}
	p.call(http.MethodGet, "/vehicles/1/logs/1", "", http.StatusNotFound, nil)
	p.call(http.MethodPost, "/vehicles/1/logs/77/download", "", http.StatusNotFound, nil)
	p.call(http.MethodPost, "/vehicles/1/logs/1/download", "", http.StatusAccepted, nil)
	p.until("the log is there", func() bool {
		p.call(http.MethodGet, "/vehicles/1/logs", "", http.StatusOK, &logs)
		return logs[0].Complete
	})
	if got := p.call(http.MethodGet, strings.TrimPrefix(logs[0].Href, "/api/v1"), "", http.StatusOK, nil); got != string(content) {
		t.Errorf("%d bytes", len(got))
	}
	p.call(http.MethodDelete, "/vehicles/1/logs", `{"confirm":"yes"}`, http.StatusBadRequest, nil)
	p.call(http.MethodDelete, "/vehicles/1/logs", `{"confirm":"ERASE LOGS 1"}`, http.StatusNoContent, nil)
	p.call(http.MethodGet, "/vehicles/1/logs", "", http.StatusOK, &logs)
	if len(logs) != 0 {
		t.Errorf("%+v", logs)
	}
}
