package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func problemsOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := Parse("x.yaml", []byte(text))
	problems, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	return problems.Problems
}

func TestWrongKeysAndValuesAreAllToldAtOnce(t *testing.T) {
	t.Parallel()
	got := problemsOf(t, `station: {idd: post, position: {lat: 95, lon: 2}}
linkz:
  - {name: a, udpserver: ':1', bytesPerSecond: 3}
  - {name: b, udp_client: 'h:1', baud: 57600}
  - {name: a, udpServer: 'x', priority: high}
feeds:
  - {id: f, url: 'http://x/', hfovDeg: 30, camera: {hfov: 30, kindd: thermal}}
  - 7
sensors:
  - {id: s, kind: pir, gateway: g, rangeM: far, rangeM: 4}
video:
  webrtcPort: many
retention: {audit: -1h, vido: 3h, tracks: soon}
nonsense: {a: 1}
zones: 3
`)
	want := []string{
		`x.yaml:1: idd: unknown field "idd": did you mean "id"?`,
		`x.yaml:1: station.position: lat 95, lon 2 is not a place on earth`,
		`x.yaml:2: linkz: unknown field "linkz": did you mean "links"?`,
		`x.yaml:3: links[0].bytesPerSecond: 3 is not between 100 and 1e+09`,
		`x.yaml:3: udpserver: unknown field "udpserver": did you mean "udpServer"?`,
		`x.yaml:4: baud: unknown field "baud": did you mean "serial.baud"?`,
		`x.yaml:4: udp_client: unknown field "udp_client": did you mean "udpClient"?`,
		`x.yaml:5: high: cannot unmarshal string into Go struct field Link.Priority of type int`,
		`x.yaml:5: links[2].name: "a" is used twice`,
		`x.yaml:5: links[2].udpServer: "x" needs the form HOST:PORT or :PORT`,
		`x.yaml:7: feeds[0].url: needs the form rtsp://HOST:PORT/PATH`,
		`x.yaml:7: hfov: unknown field "hfov": did you mean "hfovDeg"?`,
		`x.yaml:7: hfovDeg: unknown field "hfovDeg": did you mean "camera.hfovDeg"?`,
		`x.yaml:7: kindd: unknown field "kindd": did you mean "kind"?`,
		`x.yaml:8: 7: int was used where mapping is expected`,
		`x.yaml:10: far: cannot unmarshal string into Go struct field Sensor.RangeM of type float64`,
		`x.yaml:10: rangeM: mapping key "rangeM" already defined at [10:36]`,
		`x.yaml:10: sensors[0].gateway: there is no gateway "g"`,
		`x.yaml:12: many: cannot unmarshal string into Go struct field Video.WebRTCPort of type int`,
		`x.yaml:13: retention.audit: -1h0m0s is negative`,
		`x.yaml:13: retention.tracks: time: invalid duration "soon"`,
		`x.yaml:13: vido: unknown field "vido": did you mean "video"?`,
		`x.yaml:14: nonsense: unknown field "nonsense"`,
		`x.yaml:15: 3: int was used where sequence is expected`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What is lacking only since something wrong was left out is no problem of its own; all else is.
func TestAMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"links:\n  - {name: a, wire: ':1'}\n":                                         {`x.yaml:2: wire: unknown field "wire"`},
		"links:\n  - {label: a, udpServer: 'x'}\n":                                    {`x.yaml:2: label: unknown field "label"`, `x.yaml:2: links[0].udpServer: "x" needs the form HOST:PORT or :PORT`},
		"links:\n  - {name: a, udpServer: [1]}\n":                                     {`x.yaml:2: [: cannot unmarshal []interface {} into Go struct field Link.UDPServer of type string`},
		"station: {id: a}\nstation: {id: b}\n":                                        {`x.yaml:2: station: mapping key "station" already defined at [1:1]`},
		"gatewayz:\n  - {name: g, udp: ':1', protocol: raspberry-shake}\nlinks: []\n": {`x.yaml:1: gatewayz: unknown field "gatewayz": did you mean "gateways"?`},
		"links:\n  - {name: a, udpServer: ':1', rates: {ATTITUDE: x, HEARTBEAT: y}}\n": {
			`x.yaml:2: x: cannot unmarshal string into Go value of type float64`, `x.yaml:2: y: cannot unmarshal string into Go value of type float64`,
		},
		// A key that stands for a known one beside which the known one stands: that one counts.
		"station: {ID: 'a b', id: c}\n": {`x.yaml:1: ID: unknown field "ID": did you mean "id"?`},
		"sensors:\n  ! 0\nzonez: []\n":  {`x.yaml:1: sensors: this is no YAML that can be read`, `x.yaml:3: zonez: unknown field "zonez": did you mean "zones"?`},
		"- a\n- b\n":                    {`x.yaml:1: -: sequence was used where mapping is expected`},
		"links: [\n":                    {`x.yaml:1: [: sequence end token ']' not found`},
		// Of what stands for something else only the whole file knows what it is.
		"station: &s {id: a}\ntls: *s\n":        {`x.yaml:1: id: unknown field "id"`},
		"station: *gone\nvideos: {}\n":          {`x.yaml:1: gone: could not find alias "gone"`, `x.yaml:2: videos: unknown field "videos": did you mean "video"?`},
		"x-all: &all {}\nstation: {<<: *all}\n": {`x.yaml:1: x-all: unknown field "x-all"`},
	} {
		if got := problemsOf(t, text); !slices.Equal(got, want) {
			t.Errorf("%q: got\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestTooManyProblemsAreCounted(t *testing.T) {
	t.Parallel()
	text := &strings.Builder{}
	for i := range 120 {
		fmt.Fprintf(text, "qqq%03d: 1\n", i)
	}
	got := problemsOf(t, text.String())
	if len(got) != mostProblems+1 || got[0] != `x.yaml:1: qqq000: unknown field "qqq000"` || got[mostProblems] != "x.yaml: and 70 more" {
		t.Errorf("%d problems, from %q to %q", len(got), got[0], got[len(got)-1])
	}
}

func TestTheKeyThatWasMeant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of        any
		key, want string
	}{
		{Config{}, "sensor", "sensors"}, {Config{}, "remoteID", "remoteId"}, {Config{}, "retnetion", "retention"}, {Config{}, "x", ""},
		{Config{}, strings.Repeat("s", 100), ""}, {Config{}, "", ""}, {Feed{}, "fingerprint", "tls.fingerprint"}, {Feed{}, "ulr", "url"},
		{Sensor{}, "range", "rangeM"}, {Sensor{}, "silent", "silentAfter"}, {Link{}, "udp", ""}, {Link{}, "device", "serial.device"},
	} {
		if got := likely(reflect.TypeOf(c.of), c.key); got != c.want {
			t.Errorf("%q: %q, want %q", c.key, got, c.want)
		}
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "ab", 2}, {"links", "linkz", 1}, {"url", "ulr", 1}, {"zones", "zone", 1}, {"kitten", "sitting", 3}, {"abcdef", "badcfe", 3}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
