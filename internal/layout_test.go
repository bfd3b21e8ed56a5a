// Package internal_test holds the rules of the house: which room may import which (DESIGN.md, section 2).
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms maps each room to what it may import of our own code; a name stands for the package and all below it.
var rooms = map[string][]string{
	"cmd":                 {""},
	"mavlink":             {"internal"},
	"video":               {"internal"},
	"sensors":             {"internal"},
	"tracking":            {"internal"},
	"ui":                  {"mavlink", "video", "sensors", "tracking", "internal"},
	"sim":                 {"internal/geo"},
	"internal/geo":        {},
	"internal/serialport": {},
	"internal/store":      {},
	"internal/config":     {"internal/geo"},
	"internal/access":     {"internal/store"},
	"internal/station":    {"mavlink", "video", "sensors", "tracking", "ui", "sim", "internal"},
}

// notForRooms are the parts of internal that only ui, station and cmd may use.
var notForRooms = []string{"internal/station", "internal/access", "internal/config"}

func within(pkg, room string) bool {
	return room == "" || pkg == room || strings.HasPrefix(pkg, room+"/")
}

func roomOf(pkg string) string {
	best := ""
	for room := range rooms {
		if within(pkg, room) && len(room) > len(best) {
			best = room
		}
	}
	return best
}

// breach says why pkg may not import dep, or nothing.
func breach(pkg, dep string) string {
	room := roomOf(pkg)
	if room == "" {
		return pkg + " is in no room of the house: add it to DESIGN.md and to this test"
	}
	if within(dep, room) {
		return ""
	}
	allowed := slices.ContainsFunc(rooms[room], func(a string) bool { return within(dep, a) })
	if slices.Contains([]string{"mavlink", "video", "sensors", "tracking", "sim"}, room) &&
		slices.ContainsFunc(notForRooms, func(n string) bool { return within(dep, n) }) {
		allowed = false
	}
	if room != "cmd" && within(dep, "internal/station") {
		allowed = false
	}
	if !allowed {
		return pkg + " may not import " + dep
	}
	return ""
}

// rtspKnowers are the packages that know the RTSP library, so that another version of it is a change of few places: the
// station's client and server, and the cameras of tests and of the simulator.
var rtspKnowers = []string{"video/ingest", "video/ingest/testcam", "video/ingest/testcam/rtspcam", "video/rtspout", "sim/camera"}

// imports lists what each of our packages imports, tests included.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "vedette/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, "vedette/")] = slices.Concat(p.Imports, p.TestImports, p.XTestImports)
	}
	delete(all, "internal") // this test
	if len(all) < 5 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			if own, ok := strings.CutPrefix(dep, "vedette/"); ok {
				if why := breach(pkg, own); why != "" {
					t.Error(why)
				}
			}
		}
	}
}

func TestFewPackagesKnowTheRTSPLibrary(t *testing.T) {
	t.Parallel()
	knowers := map[string]bool{}
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			if strings.HasPrefix(dep, "github.com/bluenviron/gortsplib/") {
				knowers[pkg] = true
			}
		}
	}
	for pkg := range knowers {
		if !slices.Contains(rtspKnowers, pkg) {
			t.Errorf("%s imports the RTSP library: ask video/ingest or video/rtspout instead", pkg)
		}
	}
	for _, pkg := range rtspKnowers {
		if !knowers[pkg] {
			t.Errorf("%s does not import the RTSP library: take it off the list", pkg)
		}
	}
}

func TestBreachIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"video/relay", "mavlink"},
		{"tracking/fusion", "sensors"},
		{"sim/copter", "mavlink/link"},
		{"sim", "internal/store"},
		{"mavlink", "internal/station"},
		{"video", "internal/access"},
		{"ui", "internal/station"},
		{"internal/geo", "video"},
		{"attic", "internal/geo"},
	} {
		if breach(c[0], c[1]) == "" {
			t.Errorf("%s importing %s went unnoticed", c[0], c[1])
		}
	}
	for _, c := range [][2]string{{"ui/api", "tracking/alert"}, {"sim/world", "internal/geo"}, {"internal/station", "mavlink"}, {"cmd/vedette", "sim"}, {"video", "video/relay"}} {
		if why := breach(c[0], c[1]); why != "" {
			t.Error(why)
		}
	}
}
