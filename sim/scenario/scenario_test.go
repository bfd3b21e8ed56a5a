package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBuiltInScenariosLoad(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		s, err := Load(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Name != name || len(s.Sensors) != 20 || len(s.Drones) != 2 {
			t.Errorf("%s: name %q, %d sensors, %d drones", name, s.Name, len(s.Sensors), len(s.Drones))
		}
	}
	s, err := Load("")
	if err != nil || s.Name != Default {
		t.Fatalf("default: %v, %v", s, err)
	}
}

func TestTheTwentySensorsAreAsTheStationExpects(t *testing.T) {
	t.Parallel()
	s, err := Load(Default)
	if err != nil {
		t.Fatal(err)
	}
	kinds, shakes := map[string]int{}, map[string]bool{}
	for _, x := range s.Sensors {
		kinds[x.Kind]++
		if x.Gateway == "shake" {
			shakes[x.Address] = true
		}
	}
	if kinds["seismic"] != 12 || kinds["pir"] != 4 || kinds["beam"] != 4 || len(shakes) != 4 {
		t.Errorf("kinds %v, shakes %v", kinds, shakes)
	}
	if span := s.Sensors[19].At[0] - s.Sensors[0].At[0]; span != 1500 {
		t.Errorf("the line is %.0f m long", span)
	}
}

func TestAFileIsReadAndItsMistakesAreNamed(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("builtin/quiet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(file); err != nil || s.Name != "quiet" {
		t.Fatalf("%v, %v", s, err)
	}
	cases := map[string]struct{ old, repl, want string }{
		"unknown key":   {"ambientC:", "ambienceC:", "ambienceC"},
		"unknown class": {"class: vehicle", "class: tank", "objects[0].class"},
		"beam w/o post": {", to: [-440.0", ", rangeM: 3} # [", "sensors[3].to"},
		"twice":         {"id: s-02", "id: s-01", "sensors[1].id"},
		"no parameter":  {"home: [170, -335]", "home: [170, -335]\n    parameters: {sim_gps: 1}", "drones[0].parameters"},
		"empty event":   {"home: [170, -335]", "home: [170, -335]\n    events: [{atS: 3}]", "drones[0].events[0].set"},
		"far away":      {"home: [170, -335]", "home: [-90000, -335]", "drones[0].home"},
	}
	for name, c := range cases {
		bad := strings.Replace(string(good), c.old, c.repl, 1)
		if bad == string(good) {
			t.Fatalf("%s: the mistake was not made", name)
		}
		if _, err := Parse([]byte(bad)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want an error about %q, got: %v", name, c.want, err)
		}
	}
	if _, err := Load("no-such-scenario"); err == nil || !strings.Contains(err.Error(), "crossing, quiet") {
		t.Errorf("a missing scenario should list those that exist: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		raw, err := builtin.ReadFile("builtin/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("objects: [{id: a, class: person, path: [[0,0],[1,1]]}]"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := Parse(raw); err == nil && len(s.problems()) > 0 {
			t.Fatal("accepted with problems")
		}
	})
}
