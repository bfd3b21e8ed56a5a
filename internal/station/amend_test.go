package station

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/serialport/ptytest"
	"vedette/sensors/line"
	"vedette/ui/api"
)

// site is a station whose file somebody wrote, started and stopped as often as a test wants.
type site struct {
	post
	s    *Station
	stop func()
}

func (p *site) sees(what, path, text string) {
	p.t.Helper()
	p.until(what, func() bool { _, body := p.ask(http.MethodGet, path, ""); return strings.Contains(body, text) })
}

func writtenFile(t *testing.T, device string) config.Config {
	t.Helper()
	file, err := config.Parse("vedette.yaml", fmt.Appendf(nil, `
links: [{name: lan, udpServer: "127.0.0.1:0"}]
gateways: [{name: north, serial: {device: %s}, protocol: vedette-line}]
sensors: [{id: s-01, kind: seismic, position: {lat: -35.36, lon: 149.16}, gateway: north}]
zones:
  - {id: line, kind: border, points: [{lat: -35.3, lon: 149.1}, {lat: -35.3, lon: 149.2}]}
  - {id: house, kind: privacy, points: [{lat: -35.3, lon: 149.1}, {lat: -35.3, lon: 149.2}, {lat: -35.2, lon: 149.2}]}
feeds: [{id: mast, url: "rtsp://post:secret-word@127.0.0.1:9/eo"}]
`, device))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func startSite(t *testing.T, file config.Config, folder string) *site {
	t.Helper()
	s, err := New(t.Context(), Config{File: file, DataDir: folder, Listen: "127.0.0.1:0", Token: token})
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
	p := &site{post: post{t: t, url: s.URL() + "/api/v1"}, s: s}
	p.stop = sync.OnceFunc(func() { p.client.CloseIdleConnections(); cancel(); running.Wait() })
	t.Cleanup(p.stop)
	<-s.Started()
	return p
}

// entryOf is an entry as the API tells it.
func (p *site) entryOf(section, id string) api.ConfigEntry {
	p.t.Helper()
	var all api.Configuration
	p.call(http.MethodGet, "/configuration?section="+section, "", http.StatusOK, &all)
	for _, e := range all.Entries {
		if e.ID == id {
			return e
		}
	}
	return api.ConfigEntry{State: "none"}
}

func TestASensorIsAdoptedPlacedAndKept(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	folder, file := t.TempDir(), writtenFile(t, device.Path)
	p := startSite(t, file, folder)
	changes := p.s.hub.subscribe(t.Context())
	told := func(kind, id string) any {
		t.Helper()
		for deadline := time.After(30 * time.Second); ; {
			select {
			case c := <-changes:
				if c.Type == kind && (c.ID == id || id == "") {
					return c.Data
				}
			case <-deadline:
				t.Fatalf("no %s of %s was told", kind, id)
			}
		}
	}
	seq := uint64(0)
	trip := func(id string) {
		t.Helper()
		seq++
		m := line.Message{Sensor: id, Seq: seq, At: time.Now(), Type: line.Trip, Confidence: 90, Detail: "WALK", Battery: -1}
		if _, err := device.Write(m.Append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	trip("s-99")
	p.sees("the stranger", "/sensors/unknown", `"id":"s-99","gateway":"north","protocol":"vedette-line","likely":"seismic"`)

	for body, says := range map[string]string{
		`{"kind":"seismic","gateway":"north"}`:                                       "position: is missing",
		`{"kind":"seismic","position":{"lat":95,"lon":1},"gateway":"north"}`:         "not a place on earth",
		`{"kind":"seismic","position":{"lat":1,"lon":1},"gateway":"south"}`:          "there is no gateway",
		`{"kind":"seismic","position":{"lat":1,"lon":1},"gateway":"north","size":3}`: "size",
	} {
		if text := p.call(http.MethodPut, "/configuration/sensors/s-99", body, http.StatusBadRequest, nil); !strings.Contains(text, says) {
			t.Errorf("%s: %s", body, text)
		}
	}
	var entry api.ConfigEntry
	p.call(http.MethodPut, "/configuration/sensors/s-99", `{"kind":"seismic","position":{"lat":-35.37,"lon":149.17},"gateway":"north"}`, http.StatusOK, &entry)
	if entry.State != "added" || entry.Who == "" || entry.Restart {
		t.Errorf("%+v", entry)
	}
	if s, is := told(api.TypeSensor, "s-99").(api.Sensor); !is || s.Position.Lat != -35.37 {
		t.Errorf("told %+v", s)
	}
	trip("s-99")
	told(api.TypeTrip, "s-99")
	p.until("fusion heard it", func() bool {
		text, err := json.Marshal(p.s.picture.fusionStats())
		return err == nil && strings.Contains(string(text), `"Trips":1`)
	})

	p.call(http.MethodPut, "/configuration/sensors/s-01", `{"kind":"seismic","position":{"lat":-35.4,"lon":149.1},"rangeM":25,"gateway":"north"}`, http.StatusOK, &entry)
	if entry.State != "changed" || !strings.Contains(string(entry.File), "-35.36") {
		t.Errorf("%+v", entry)
	}
	p.stop()

	p = startSite(t, file, folder)
	p.sees("the adopted sensor after a restart", "/sensors", `"id":"s-99","kind":"seismic","position":{"lat":-35.37,"lon":149.17}`)
	p.sees("the moved sensor after a restart", "/sensors", `"id":"s-01","kind":"seismic","position":{"lat":-35.4,"lon":149.1},"rangeM":25`)
	p.call(http.MethodPost, "/configuration/sensors/s-01/reset", "", http.StatusOK, &entry)
	if entry.State != "file" || p.entryOf("sensors", "s-01").State != "file" {
		t.Errorf("%+v", entry)
	}
	p.sees("the sensor where the file has it", "/sensors", `"position":{"lat":-35.36,"lon":149.16},"rangeM":40`)
	changes = p.s.hub.subscribe(t.Context())
	p.call(http.MethodDelete, "/configuration/sensors/s-99", "", http.StatusOK, &entry)
	told(api.TypeSensorGone, "s-99")
	if entry.State != "none" || p.entryOf("sensors", "s-99").State != "none" {
		t.Errorf("%+v", entry)
	}
	p.call(http.MethodDelete, "/configuration/sensors/s-99", "", http.StatusNotFound, nil)
	for _, want := range []string{`"action":"setEntry","target":"sensors/s-99"`, `"action":"resetEntry"`, `"before":{"id": "s-01"`, `"after":{`} {
		p.sees("the audit", "/audit?limit=1000", strings.ReplaceAll(want, ": ", ":"))
	}
}

func TestZonesAreChangedByTheRulesOfTheFile(t *testing.T) {
	t.Parallel()
	folder, file := t.TempDir(), writtenFile(t, ptytest.New(t).Path)
	p := startSite(t, file, folder)
	points := func(all ...[2]float64) string {
		var out []string
		for _, at := range all {
			out = append(out, fmt.Sprintf(`{"lat":%g,"lon":%g}`, at[0], at[1]))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	square := points([2]float64{-35, 149}, [2]float64{-35, 149.1}, [2]float64{-35.1, 149.1}, [2]float64{-35.1, 149})
	for body, says := range map[string]string{
		`{"kind":"area","points":` + points([2]float64{0, 0}, [2]float64{1, 1}, [2]float64{0, 1}, [2]float64{1, 0}) + `}`: "crosses itself",
		`{"kind":"area","points":` + points([2]float64{0, 179}, [2]float64{0, -179}, [2]float64{1, -179}) + `}`:           "180th meridian",
		`{"kind":"border","points":` + points([2]float64{0, 0}) + `}`:                                                     "at least 2 points",
		`{"kind":"noFly","direction":"L2R","points":` + square + `}`:                                                      "borders",
		`{"kind":"area","days":["caturday"],"points":` + square + `}`:                                                     "no day",
	} {
		if text := p.call(http.MethodPut, "/configuration/zones/z-1", body, http.StatusBadRequest, nil); !strings.Contains(text, says) {
			t.Errorf("%s: %s", body, text)
		}
	}
	changes := p.s.hub.subscribe(t.Context())
	p.call(http.MethodPut, "/configuration/zones/z-1", `{"kind":"noFly","name":"Hospital","points":`+square+`}`, http.StatusOK, nil)
	for deadline := time.After(30 * time.Second); ; {
		select {
		case c := <-changes:
			if z, is := c.Data.(api.ZoneCollection); is && len(z.Features) == 3 {
				goto told
			}
		case <-deadline:
			t.Fatal("the zones were not told")
		}
	}
told:
	if name, blocked := p.s.vehicles.forbidden(geo.LatLon{Lat: -35.05, Lon: 148.9}, geo.LatLon{Lat: -35.05, Lon: 149.05}); !blocked || name != "Hospital" {
		t.Errorf("flown into: %q %v", name, blocked)
	}
	p.call(http.MethodDelete, "/configuration/zones/house", "", http.StatusOK, nil)
	p.stop()

	p = startSite(t, file, folder)
	if all := p.s.zones.all(); len(all) != 2 || p.entryOf("zones", "house").State != "removed" || p.s.picture.guarded() {
		t.Errorf("%+v", all)
	}
	p.call(http.MethodPost, "/configuration/zones/house/reset", "", http.StatusOK, nil)
	p.until("the privacy zone holds again", func() bool { return len(p.s.zones.all()) == 3 })
	operator := access.Principal{Name: "ann", Role: access.RoleOperator}
	sites := &siting{amendments: p.s.amended, room: p.s.sensors, hub: p.s.hub}
	if _, err := sites.SetEntry(t.Context(), operator, api.EntryChange{Section: "zones", ID: "house"}); err == nil || !strings.Contains(err.Error(), "admin") {
		t.Errorf("an operator takes a privacy zone away: %v", err)
	}
	if _, err := sites.SetEntry(t.Context(), operator, api.EntryChange{Section: "zones", ID: "line"}); err != nil {
		t.Errorf("an operator removes a border: %v", err)
	}
}

func TestFeedsComeAndGoAndKeepTheirPasswords(t *testing.T) {
	t.Parallel()
	folder, file := t.TempDir(), writtenFile(t, ptytest.New(t).Path)
	p := startSite(t, file, folder)
	var entry api.ConfigEntry
	p.call(http.MethodPut, "/configuration/feeds/gate", `{"url":"rtsp://cam:other-word@127.0.0.1:9/1","substream":"rtsp://cam:other-word@127.0.0.1:9/2"}`, http.StatusOK, &entry)
	p.sees("the feed and its substream", "/feeds", `"id":"gate-sub"`)
	p.call(http.MethodPut, "/configuration/feeds/gate", `{"url":"rtsp://cam:__hidden__@127.0.0.1:9/3","camera":{"kind":"thermal","hfovDeg":24}}`, http.StatusOK, &entry)
	if held, _ := p.s.amended.entry(amendKey{config.Feeds, "gate"}); !strings.Contains(held, "other-word@127.0.0.1:9/3") {
		t.Errorf("the password was not kept: %s", held)
	}
	p.until("the substream is gone", func() bool { _, is := p.s.video.Feed("gate-sub"); return !is })
	p.call(http.MethodPut, "/configuration/feeds/mast", `{"url":"rtsp://post:__hidden__@10.9.9.9/eo"}`, http.StatusBadRequest, nil)
	p.call(http.MethodDelete, "/configuration/feeds/mast", "", http.StatusOK, &entry)
	p.until("the feed is gone", func() bool { _, is := p.s.video.Feed("mast"); return !is })
	for _, path := range []string{"/configuration", "/audit?limit=1000", "/events?limit=1000", "/feeds"} {
		if _, text := p.ask(http.MethodGet, path, ""); strings.Contains(text, "secret-word") || strings.Contains(text, "other-word") {
			t.Errorf("%s tells a password: %s", path, text)
		}
	}

	p.call(http.MethodPut, "/configuration/links/radio", `{"serial":{"device":"/dev/ttyUSB7","baud":"auto"}}`, http.StatusOK, &entry)
	if !entry.Restart || entry.State != "added" {
		t.Errorf("a link: %+v", entry)
	}
	p.stop()
	p = startSite(t, file, folder)
	p.sees("the link after a restart", "/links", `"name":"radio"`)
	if _, is := p.s.video.Feed("gate"); !is || p.entryOf("links", "radio").Restart {
		t.Error("after a restart")
	}
}

func TestTheFileIsChangedBesideWhatWasChangedHere(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t).Path
	folder, file := t.TempDir(), writtenFile(t, device)
	p := startSite(t, file, folder)
	p.call(http.MethodPut, "/configuration/sensors/s-01", `{"kind":"seismic","position":{"lat":-35.4,"lon":149.1},"gateway":"north"}`, http.StatusOK, nil)
	p.call(http.MethodPut, "/configuration/sensors/s-02", `{"kind":"seismic","position":{"lat":-35.5,"lon":149.1},"gateway":"north"}`, http.StatusOK, nil)
	p.stop()

	moved := file
	moved.Sensors = []config.Sensor{file.Sensors[0]}
	moved.Sensors[0].RangeM = 60
	p = startSite(t, moved, folder)
	if e := p.entryOf("sensors", "s-01"); e.State != "changed" || !e.FileChanged || !strings.Contains(string(e.File), "60") {
		t.Errorf("%+v", e)
	}
	p.stop()

	caught, err := file.Amend(config.Sensors, "s-02", `{"kind":"seismic","position":{"lat":-35.5,"lon":149.1},"gateway":"north"}`)
	if err != nil {
		t.Fatal(err)
	}
	p = startSite(t, caught, folder)
	if e := p.entryOf("sensors", "s-02"); e.State != "file" {
		t.Errorf("the file says it too, and it is %+v", e)
	}
	p.stop()

	without := file
	without.Gateways, without.Sensors = nil, nil
	p = startSite(t, without, folder)
	if e := p.entryOf("sensors", "s-01"); e.State != "added" || e.Problem == "" || !strings.Contains(e.Problem, "no gateway") || len(p.s.sensors.Sensors()) != 0 {
		t.Errorf("without its gateway: %+v", e)
	}
}

func TestTwoWhoChangeAtOnce(t *testing.T) {
	t.Parallel()
	p := startSite(t, writtenFile(t, ptytest.New(t).Path), t.TempDir())
	sites := &siting{amendments: p.s.amended, room: p.s.sensors, hub: p.s.hub}
	seen := p.entryOf("sensors", "s-01").Revision
	ann, bob := access.Principal{Name: "ann", Role: access.RoleOperator}, access.Principal{Name: "bob", Role: access.RoleOperator}
	move := func(lat string) api.EntryChange {
		return api.EntryChange{Section: "sensors", ID: "s-01", Expected: seen, Entry: json.RawMessage(`{"kind":"seismic","position":{"lat":` + lat + `,"lon":149},"gateway":"north"}`)}
	}
	if _, err := sites.SetEntry(t.Context(), ann, move("-35.1")); err != nil {
		t.Fatal(err)
	}
	if _, err := sites.SetEntry(t.Context(), bob, move("-35.2")); err == nil || !strings.Contains(err.Error(), "meanwhile") {
		t.Errorf("the second: %v", err)
	}
	if e := p.entryOf("sensors", "s-01"); e.Who != "ann" {
		t.Errorf("%+v", e)
	}
}

func TestTheCheckOfAFileLooksAtItsShapes(t *testing.T) {
	t.Parallel()
	file := writtenFile(t, "/dev/null")
	if err := Check(file); err != nil {
		t.Errorf("a good file: %v", err)
	}
	file.Zones = append(file.Zones, config.Zone{ID: "bow", Kind: "area", Points: []geo.LatLon{{Lat: 0, Lon: 0}, {Lat: 1, Lon: 1}, {Lat: 0, Lon: 1}, {Lat: 1, Lon: 0}}})
	if err := Check(file); err == nil || !strings.Contains(err.Error(), "zones[2]") || !strings.Contains(err.Error(), "crosses itself") {
		t.Errorf("a bow tie: %v", err)
	}
}
