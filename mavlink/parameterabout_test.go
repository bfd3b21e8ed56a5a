package mavlink_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/ftp"
	"vedette/mavlink/mavlinktest"
)

const (
	generalPath = "/etc/extras/component_general.json"
	aboutPath   = "/etc/extras/parameters.json.xz"
	// aboutPacked is what Python's lzma made of a file about MPC_XY_VEL_MAX and COM_FLTMODE{n}.
	aboutPacked = "testdata/parameters.json.xz"
)

// telling is a PX4 that serves metadata about its parameters.
func telling(t *testing.T, general string, files map[string][]byte) mavlinktest.Config {
	t.Helper()
	files[generalPath] = []byte(general)
	return mavlinktest.Config{
		PX4: true, Lat: 1, Lon: 1, Parameters: map[string]float32{"MPC_XY_VEL_MAX": 8, "COM_FLTMODE3": 0, "NAV_RCL_ACT": 2},
		Files: &mavlinktest.Files{Content: files, Folders: map[string]bool{}},
		About: []message.Message{&common.MessageComponentMetadata{FileCrc: ftp.Checksum(files[generalPath]), Uri: "mftp://" + generalPath}},
	}
}

func names(uri string, crc uint32) string {
	return fmt.Sprintf(`{"version":1,"metadataTypes":[{"type":1,"uri":"%s","fileCrc":%d}]}`, uri, crc)
}

func packedAbout(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(aboutPacked)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reads counts how often a file was opened.
func reads(a *mavlinktest.Autopilot, path string) (n int) {
	for _, m := range a.Heard() {
		if f, ok := m.(*common.MessageFileTransferProtocol); ok && f.Payload[3] == 4 && strings.HasPrefix(string(f.Payload[12:]), path+"\x00") {
			n++
		}
	}
	return n
}

func TestAVehicleTellsWhatItsParametersAre(t *testing.T) {
	t.Parallel()
	about := packedAbout(t)
	folder := t.TempDir()
	visit := func(name string, wantReads int) {
		s, err := mavlink.New(mavlink.Config{Folder: folder, Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Run(ctx) })
		defer func() { cancel(); wg.Wait() }()
		eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
		cfg := telling(t, names("mftp://[;comp=1]"+aboutPath, ftp.Checksum(about)), map[string][]byte{aboutPath: about})
		cfg.Address = s.LinkAddr("lan").String()
		a := fly(t, cfg)
		a.Change(func(f *mavlinktest.Faults) { f.LoseFiles = 13 })
		eventually(t, "the vehicle has told who it is", func() bool { v, ok := s.Vehicle(1); return ok && v.UID != "" && v.Capabilities != 0 })
		if _, err := s.Parameters(within(t), 1); err != nil {
			t.Fatal(err)
		}
		eventually(t, name+": the vehicle has told about its parameters", func() bool {
			l, _, _ := s.KnownParameters(1)
			return l.About == "vehicle"
		})
		m, ok := s.ParameterMeta(1, "MPC_XY_VEL_MAX")
		if !ok || m.Description != "Maximum horizontal velocity" || m.Units != "m/s" || m.Max == nil || *m.Max != 20 || *m.Decimals != 2 {
			t.Errorf("%s: %+v", name, m)
		}
		if m, _ = s.ParameterMeta(1, "COM_FLTMODE3"); m.Description != "Mode of position 3" || !m.Reboot || len(m.Values) != 2 {
			t.Errorf("%s: %+v", name, m)
		}
		if m, ok = s.ParameterMeta(1, "NAV_RCL_ACT"); !ok {
			t.Errorf("%s: the built-in table is gone", name)
		}
		l, _, err := s.KnownParameters(1)
		if err != nil || len(l.Parameters) != 3 || l.Parameters[1].Default == nil || *l.Parameters[1].Default != 12 {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
		if got := reads(a, aboutPath); got < wantReads || wantReads == 0 && got > 0 {
			t.Errorf("%s: read %d times", name, got)
		}
	}
	visit("first visit", 1)
	visit("second visit", 0)
	kept, err := filepath.Glob(filepath.Join(folder, "parameters", "about", "*.json"))
	if err != nil || len(kept) != 2 {
		t.Fatalf("%v, %v", kept, err)
	}
	for _, path := range kept {
		if err := os.WriteFile(path, []byte(`{"version":`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	visit("a visit with broken files", 1)
}

func TestWhatAVehicleTellsOfItsParametersMayNotBeUsable(t *testing.T) {
	t.Parallel()
	about := packedAbout(t)
	sum := ftp.Checksum(about)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(`{"version":1,"parameters":[{"name":"MPC_XY_VEL_MAX","shortDesc":"zipped"},{"name":7}]}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const builtIn = ""
	for what, c := range map[string]struct {
		general string
		file    []byte
		change  func(c *mavlinktest.Config)
		words   string
		means   string
	}{
		"packed by gzip, without a first slash": {general: names("mftp://etc/extras/parameters.json.xz", ftp.Checksum(zipped.Bytes())), file: zipped.Bytes(), words: "vehicle", means: "zipped"},
		"on the internet":                       {general: names("https://example.com/parameters.json.xz", sum), words: "nothing is fetched from the internet"},
		"another checksum than announced, but the vehicle's own": {
			general: names("mftp://"+aboutPath, sum+1), file: about, words: "vehicle", means: "Maximum horizontal velocity",
		},
		"a broken file":          {general: names("mftp://"+aboutPath, ftp.Checksum(about[:300])), file: about[:300], words: "no whole .xz file"},
		"a file that is missing": {general: names("mftp://"+aboutPath, sum), words: "no such file"},
		"no file about parameters": {
			general: `{"version":1,"metadataTypes":[{"type":4,"uri":"mftp:///events.json"}]}`, words: "names no file about its parameters",
		},
		"an older vehicle": {
			general: names("mftp://"+aboutPath, sum), file: about, words: "vehicle", means: "Maximum horizontal velocity",
			change: func(c *mavlinktest.Config) {
				was, _ := c.About[0].(*common.MessageComponentMetadata)
				c.About = []message.Message{&common.MessageComponentInformation{GeneralMetadataUri: was.Uri, GeneralMetadataFileCrc: was.FileCrc}}
			},
		},
		"a vehicle that tells nothing": {general: "{}", change: func(c *mavlinktest.Config) { c.About = nil }, words: "refused by the vehicle"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			files := map[string][]byte{}
			if c.file != nil {
				files[aboutPath] = c.file
			}
			cfg := telling(t, c.general, files)
			if c.change != nil {
				c.change(&cfg)
			}
			s, _ := found(t, cfg)
			eventually(t, "the vehicle has told what it can do", func() bool { v, _ := s.Vehicle(1); return v.Capabilities != 0 })
			if _, err := s.Parameters(within(t), 1); err != nil {
				t.Fatal(err)
			}
			var got string
			eventually(t, what, func() bool { l, _, _ := s.KnownParameters(1); got = l.About; return got != "" })
			if !strings.Contains(got, c.words) {
				t.Errorf("%q", got)
			}
			m, ok := s.ParameterMeta(1, "MPC_XY_VEL_MAX")
			if c.means != builtIn && m.Description != c.means || c.means == builtIn && ok && m.Description == "Maximum horizontal velocity" {
				t.Errorf("%+v", m)
			}
		})
	}
}
