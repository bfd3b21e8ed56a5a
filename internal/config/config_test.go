package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const whole = `
station: {id: post-1, position: {lat: -35.363, lon: 149.165}}
links:
  - {name: radio, serial: {device: /dev/ttyUSB0}}
  - {name: lan, udpServer: ":14550"}
feeds:
  - {id: 1-thermal, url: "rtsp://10.0.0.5:8554/thermal", vehicle: 1, camera: {hfovDeg: 24.6, kind: thermal}}
sensors:
  - {id: s-01, kind: seismic, position: {lat: -35.36, lon: 149.16}, gateway: north}
  - {id: b-01, kind: beam, line: [{lat: -35.36, lon: 149.16}, {lat: -35.36, lon: 149.17}], gateway: north}
  - {id: g-01, kind: seismic, position: {lat: -35.36, lon: 149.16}, gateway: shake, address: 10.0.0.7}
gateways:
  - {name: north, serial: {device: /dev/ttyUSB1}, protocol: vedette-line}
  - {name: shake, udp: ":8888", protocol: raspberry-shake}
zones:
  - {id: line, kind: border, points: [{lat: -35.3, lon: 149.1}, {lat: -35.3, lon: 149.2}]}
terrain: {folder: dem/}
retention: {video: 72h, tracks: 24h, audit: 8760h}
`

func TestWholeFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vedette.yaml")
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Links[0].Serial.Baud != 57600 || cfg.Gateways[0].Serial.Baud != 115200 {
		t.Errorf("default speeds: %+v %+v", cfg.Links[0].Serial, cfg.Gateways[0].Serial)
	}
	if cfg.Retention.Tracks != 24*time.Hour || cfg.Cues.Expire != 5*time.Minute || cfg.Station.Name != "post-1" {
		t.Errorf("%+v %+v %+v", cfg.Retention, cfg.Cues, cfg.Station)
	}
	if want := filepath.Join(filepath.Dir(path), "dem"); cfg.Terrain.Folder != want {
		t.Errorf("terrain in %q, want %q", cfg.Terrain.Folder, want)
	}
}

func TestEmptyFileIsAStation(t *testing.T) {
	t.Parallel()
	cfg, err := Parse("empty.yaml", nil)
	if err != nil || cfg.Station.ID != "post-1" {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestProblemsNameFileLineAndKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "station: {id: a}\nlinkz: []\n", "x.yaml:2: linkz:"},
		{"unknown nested key", "links:\n  - {name: a, udpServer: ':1'}\n  - {name: b, udpserver: ':1'}\n", "x.yaml:3: udpserver:"},
		{"wrong type", "video:\n  webrtcPort: many\n", "x.yaml:2: many:"},
		{"broken yaml", "links: [\n", "x.yaml:"},
		{"two transports", "links:\n  - {name: a, udpServer: ':1', tcpServer: ':2'}\n", "x.yaml:2: links[0]: give exactly one"},
		{"no gateway", "sensors:\n  - {id: s, kind: pir, position: {lat: 1, lon: 2}, gateway: g}\n", `x.yaml:2: sensors[0].gateway: there is no gateway "g"`},
		{"missing position", "gateways: [{name: g, udp: ':1', protocol: raspberry-shake}]\nsensors:\n  - id: s\n    kind: pir\n    gateway: g\n    address: 1.2.3.4\n", "sensors[0].position: is missing"},
		{"bad place", "station: {position: {lat: 95, lon: 2}}\n", "station.position: lat 95"},
		{"twice", "links:\n  - {name: a, udpServer: ':1'}\n  - {name: a, udpServer: ':2'}\n", `x.yaml:3: links[1].name: "a" is used twice`},
		{"bad url", "feeds:\n  - {id: f, url: 'http://x/'}\n", "feeds[0].url: needs the form"},
		{"bad substream", "feeds:\n  - {id: f, url: 'rtsp://u:geheim@x/', substream: 'rtsp://u:geheim@:x'}\n", "x.yaml:2: feeds[0].substream: needs the form"},
		{"substream id taken", "feeds:\n  - {id: f, url: 'rtsp://x/', substream: 'rtsp://x/2'}\n  - {id: f-sub, url: 'rtsp://y/'}\n", `feeds[1].id: "f-sub" is used twice`},
		{"two other streams", "feeds:\n  - {id: f, url: 'rtsp://x/', substream: 'rtsp://x/2', alternate: g}\n", "feeds[0].alternate: substream makes the feed f-sub"},
		{"its own alternate", "feeds:\n  - {id: f, url: 'rtsp://x/', alternate: f}\n", "feeds[0].alternate: is the feed itself"},
		{"no such transport", "feeds:\n  - {id: f, url: 'rtsp://x/', transport: sctp}\n", `feeds[0].transport: "sctp" is not one of`},
		{"bad fingerprint", "feeds:\n  - {id: f, url: 'rtsps://x/', tls: {fingerprint: 'sha256:12'}}\n", "feeds[0].tls.fingerprint: needs the form sha256:"},
		{"two ways to trust", "feeds:\n  - {id: f, url: 'rtsps://x/', tls: {ca: a.pem, insecure: true}}\n", "feeds[0].tls: give one of"},
		{"TLS without TLS", "feeds:\n  - {id: f, url: 'rtsp://x/', tls: {insecure: true}}\n", "feeds[0].tls: is for an rtsps:// address"},
		{"half a certificate", "tls: {key: k.pem}\n", "tls: certificate and key"},
		{"a speed in words", "links:\n  - {name: a, serial: {device: /dev/x, baud: fast}}\n", "x.yaml:2: links[0].serial.baud: is no speed: give bits a second, or auto"},
		{"a gateway finds no speed", "gateways: [{name: g, serial: {device: /dev/x, baud: auto}, protocol: vedette-line}]\n", "gateways[0].serial.baud: is no speed"},
		{"no such message", "links:\n  - {name: a, udpServer: ':1', rates: {ATITUDE: 4}}\n", `x.yaml:2: links[0].rates.ATITUDE: there is no MAVLink message "ATITUDE"`},
		{"no such profile", "links:\n  - {name: a, udpServer: ':1', profile: slow}\n", `links[0].profile: "slow" is not one of`},
		{"a bandwidth of nothing", "links:\n  - {name: a, udpServer: ':1', bytesPerSecond: 3}\n", "links[0].bytesPerSecond: 3 is not between"},
		{"no time of the day", "zones:\n  - {id: z, kind: border, points: [{lat: 1, lon: 2}, {lat: 1, lon: 3}], from: '25:00', to: '05:00'}\n", `x.yaml:2: zones[0].from: "25:00" is no time of the day`},
		{"half a time", "zones:\n  - {id: z, kind: border, points: [{lat: 1, lon: 2}, {lat: 1, lon: 3}], from: '22:00'}\n", "zones[0]: from and to belong together"},
		{"no day", "zones:\n  - {id: z, kind: border, points: [{lat: 1, lon: 2}, {lat: 1, lon: 3}], days: [monday]}\n", `zones[0].days[0]: "monday" is no day`},
		{"no class", "zones:\n  - {id: z, kind: border, points: [{lat: 1, lon: 2}, {lat: 1, lon: 3}], classes: [cow]}\n", `zones[0].classes[0]: "cow" is not one of`},
		{"no direction", "zones:\n  - {id: z, kind: border, points: [{lat: 1, lon: 2}, {lat: 1, lon: 3}], direction: north}\n", `zones[0].direction: "north" is not one of`},
		{"negative", "retention: {audit: -1h}\n", "retention.audit: -1h0m0s is negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("x.yaml", []byte(c.text))
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant %q in it", err, c.want)
			}
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse("x.yaml", []byte("links:\n  - {name: '', udpServer: 'x'}\nvideo: {webrtcPort: 70000}\n"))
	var problems *Error
	if !errors.As(err, &problems) || len(problems.Problems) != 3 {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("linkz:\n  - {nam: a, udpserver: ':1', rates: {A: x}}\n  - 3\nsensors:\n  ! 0\ntls: {key: [], key: 1}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := Parse("fuzz.yaml", raw); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
