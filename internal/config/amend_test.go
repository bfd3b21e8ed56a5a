package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
)

// written is a configuration as somebody wrote it.
func written(t *testing.T) Config {
	t.Helper()
	cfg, err := Parse("vedette.yaml", []byte(`
links: [{name: radio, serial: {device: /dev/ttyUSB0}}]
feeds: [{id: mast, url: "rtsp://post:secret@10.0.0.5/eo"}]
gateways: [{name: north, serial: {device: /dev/ttyUSB1}, protocol: vedette-line}]
sensors:
  - {id: s-01, kind: seismic, position: {lat: -35.36, lon: 149.16}, gateway: north, silentAfter: 5m}
zones:
  - {id: line, kind: border, points: [{lat: -35, lon: 149}, {lat: -35, lon: 149.1}], direction: L2R}
`))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestAnEntryComesBackAsItIsTold(t *testing.T) {
	t.Parallel()
	cfg := written(t)
	for _, s := range Sections() {
		for _, id := range cfg.Names(s) {
			text, found := cfg.Entry(s, id)
			if !found || !strings.HasPrefix(text, "{") || strings.Contains(text, "\n") {
				t.Fatalf("%s %s: %q", s, id, text)
			}
			again, err := cfg.Amend(s, id, text)
			if err != nil {
				t.Fatalf("%s %s: %v", s, id, err)
			}
			if same, _ := again.Entry(s, id); same != text {
				t.Errorf("%s %s: %q became %q", s, id, text, same)
			}
		}
	}
}

func TestAnEntryIsAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	file := written(t)
	more, err := file.Amend(Sensors, "s-02", `{"kind":"pir","position":{"lat":-35.3,"lon":149.2},"rangeM":12,"azimuthDeg":90,"fovDeg":60,"gateway":"north","silentAfter":"90s"}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Sensors) != 1 || len(more.Sensors) != 2 || more.Sensors[1].ID != "s-02" || more.Sensors[1].Silent != 90*time.Second {
		t.Errorf("%+v; the file has %d", more.Sensors, len(file.Sensors))
	}
	moved, err := more.Amend(Sensors, "s-01", `{"kind":"seismic","position":{"lat":-35.4,"lon":149.1},"gateway":"north"}`)
	if err != nil || *moved.Sensors[0].Position != (geo.LatLon{Lat: -35.4, Lon: 149.1}) || more.Sensors[0].Position.Lat != -35.36 {
		t.Errorf("%+v, %v", moved.Sensors, err)
	}
	fewer, err := moved.Amend(Sensors, "s-01", "")
	if err != nil || len(fewer.Sensors) != 1 || fewer.Sensors[0].ID != "s-02" || len(moved.Sensors) != 2 {
		t.Errorf("%+v, %v", fewer.Sensors, err)
	}
	if serial := moved.Links[0].Serial; serial.Baud != 57600 {
		t.Errorf("the default of a serial speed: %v", serial.Baud)
	}
}

func TestWhatTheFileRefusesIsRefusedHere(t *testing.T) {
	t.Parallel()
	file := written(t)
	for _, c := range []struct {
		section        Section
		id, text, says string
	}{
		{Sensors, "s-02", `{"kind":"radar","position":{"lat":1,"lon":2},"gateway":"north"}`, `kind: "radar" is not one of seismic, pir, beam`},
		{Sensors, "s-02", `{"kind":"pir","gateway":"north"}`, "position: is missing"},
		{Sensors, "s-02", `{"kind":"pir","position":{"lat":91,"lon":2},"gateway":"north"}`, "not a place on earth"},
		{Sensors, "s-02", `{"kind":"pir","position":{"lat":1,"lon":2},"gateway":"south"}`, `there is no gateway "south"`},
		{Sensors, "s-02", `{"kind":"pir","position":{"lat":1,"lon":2},"gateway":"north","rangeM":-1}`, "rangeM"},
		{Sensors, "s-02", `{"kind":"pir","position":{"lat":1,"lon":2},"gateway":"north","colour":"red"}`, "colour"},
		{Sensors, "s-02", `{"id":"s-03","kind":"pir","position":{"lat":1,"lon":2},"gateway":"north"}`, `names itself "s-03"`},
		{Sensors, "s 02", `{"kind":"pir","position":{"lat":1,"lon":2},"gateway":"north"}`, "is not a name"},
		{Sensors, "s-02", `[1,2]`, ""},
		{Zones, "z", `{"kind":"area","points":[{"lat":1,"lon":2}]}`, "needs at least 3 points"},
		{Zones, "z", `{"kind":"area","from":"25:00","to":"26:00","points":[{"lat":1,"lon":2},{"lat":1,"lon":3},{"lat":2,"lon":3}]}`, "time of the day"},
		{Feeds, "f", `{"url":"http://10.0.0.5/"}`, "rtsp://HOST:PORT/PATH"},
		{Feeds, "f", `{"url":"rtsp://u:topsecret@/"}`, "rtsp://HOST:PORT/PATH"},
		{Links, "l", `{"udpServer":":14550","tcpClient":"10.0.0.5:5760"}`, "give exactly one of"},
		{Links, "l", `{"replay":{"file":"a.tlog"}}`, "whole path"},
		{Section("tls"), "l", `{}`, "no section"},
	} {
		_, err := file.Amend(c.section, c.id, c.text)
		if !errors.Is(err, ErrEntry) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%s %s %s: %v", c.section, c.id, c.text, err)
		}
	}
}

func FuzzAmend(f *testing.F) {
	for _, text := range []string{
		`{"kind":"pir","position":{"lat":-35.3,"lon":149.2},"gateway":"north"}`, "kind: seismic\nposition: {lat: 1, lon: 2}\n", "", "{", "- 1", "a: &a [*a]",
		`{"url":"rtsp://u:p@h/","camera":{"hfovDeg":30}}`, `{"name":"l","rates":{"ATTITUDE":4},"udpServer":":1"}`,
	} {
		for i := range Sections() {
			f.Add(i, "s-02", text)
		}
	}
	f.Fuzz(func(t *testing.T, section int, id, text string) {
		s := Sections()[(section%4+4)%4]
		var file Config
		file.Gateways = []Gateway{{Name: "north", Protocol: "vedette-line", Serial: &SerialPort{Device: "/dev/ttyUSB1"}}}
		cfg, err := file.Amend(s, id, text)
		if err != nil {
			return
		}
		told, found := cfg.Entry(s, id)
		if !found {
			if strings.TrimSpace(text) != "" {
				t.Fatalf("%q was taken and is not there", text)
			}
			return
		}
		again, err := cfg.Amend(s, id, told)
		if err != nil {
			t.Fatalf("%q was taken, and is told as %q: %v", text, told, err)
		}
		if same, _ := again.Entry(s, id); same != told {
			t.Fatalf("%q is told as %q and then as %q", text, told, same)
		}
	})
}
