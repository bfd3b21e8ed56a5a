package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSigningTelemetryAndReplay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vedette.yaml")
	text := `
links:
  - {name: usb, serial: {device: /dev/ttyACM0}, trusted: true}
  - {name: old, replay: {file: x.tlog, speed: 0, loop: true}}
  - {name: calm, replay: {file: /y.tlog}}
signing: {unsigned: accept}
telemetry: {folder: logs, keep: 24h, maxGB: 0.5}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	l := cfg.Links
	if !l[0].Trusted || l[1].Trusted || l[1].Replay.File != filepath.Join(dir, "x.tlog") || *l[1].Replay.Speed != 0 || !l[1].Replay.Loop ||
		l[2].Replay.File != "/y.tlog" || l[2].Replay.Speed != nil {
		t.Errorf("%+v", l)
	}
	if cfg.Signing.Unsigned != "accept" || cfg.Telemetry != (Telemetry{Folder: filepath.Join(dir, "logs"), FileMB: 64, Keep: 24 * time.Hour, MaxGB: 0.5}) {
		t.Errorf("%+v %+v", cfg.Signing, cfg.Telemetry)
	}
	if cfg, err = Parse("x", nil); err != nil || cfg.Telemetry.Off || cfg.Telemetry.Keep != 720*time.Hour || cfg.Signing.Unsigned != "refuse" {
		t.Errorf("%+v, %v", cfg, err)
	}
	for text, want := range map[string]string{
		"links:\n  - {name: a, replay: {speed: 1}}":                            "2: links[0].replay.file",
		"links:\n  - {name: a, replay: {file: x, speed: -1}}":                  "2: links[0].replay.speed",
		"links:\n  - {name: a, udpServer: ':1', replay: {file: x}}":            "found 2",
		"station:\n  gnss: {udp: ':1', tcp: 'x:1'}":                            "2: station.gnss",
		"station: {gnss: {}}":                                                  "1: station.gnss",
		"station:\n  gnss: {serial: {baud: 9600}}":                             "station.gnss.serial",
		"routes:\n  - {name: a}":                                               "2: routes[0]",
		"routes:\n  - {name: a, udpServer: ':1', access: all}":                 "2: routes[0].access",
		"routes:\n  - {name: a, udpServer: ':1', operator: anna}":              "2: routes[0].operator",
		"routes:\n  - {name: a, udpServer: ':1', vehicles: [0]}":               "routes[0].vehicles[0]",
		"routes:\n  - {name: a, udpServer: ':1'}\n  - {name: a, udpClient: x}": "3: routes[1]",
		"signing: {unsigned: maybe}":                                           "1: signing.unsigned",
		"telemetry: {keep: -1h}":                                               "1: telemetry.keep",
		"telemetry: {fileMB: .nan}":                                            "telemetry.fileMB",
		"links:\n  - {name: a, replay: {file: x, speed: 1, pause: 1}}":         "pause",
	} {
		if _, err := Parse("x", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
