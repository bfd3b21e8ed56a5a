package metadata_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"vedette/mavlink/metadata"
)

const general = `{"version":1,"metadataTypes":[{"type":4,"uri":"mftp:///etc/events.json"},
	{"type":1,"uri":"mftp://[;comp=1]/etc/extras/parameters.json.xz","fileCrc":4294967295,"uriFallback":"https://example.com/p.json.xz"}]}`

const parameters = `{"version":1,"parameters":[
	{"name":"MPC_XY_VEL_MAX","type":"Float","shortDesc":"Maximum horizontal velocity","longDesc":"If the commanded\nvelocity is greater it is limited.",
	 "units":"m/s","min":0,"max":20,"default":12,"decimalPlaces":2,"increment":1,"group":"Multicopter Position Control","category":"Standard"},
	{"name":"COM_FLTMODE{n}","type":"Int32","shortDesc":"Mode of switch position {n}","rebootRequired":true,"values":[{"value":-1,"description":"Unassigned"},{"value":0,"description":"Manual"}]},
	{"name":"EKF2_AID","type":"Int32","bitmask":[{"index":0,"description":"GPS"},{"index":99,"description":"none"}],"min":5,"max":1},
	{"name":"A NAME THAT CANNOT BE"},{"name":"WRONG","min":"low"},7]}`

func TestTheGeneralFileNamesTheOneAboutParameters(t *testing.T) {
	t.Parallel()
	f, ok, err := metadata.ParameterFile([]byte(general))
	if err != nil || !ok || f.CRC == nil || *f.CRC != 1<<32-1 {
		t.Fatalf("%+v, %v, %v", f, ok, err)
	}
	for uri, want := range map[string]metadata.Place{
		f.URI:                               {Component: 1, Path: "/etc/extras/parameters.json.xz"},
		"mftp:///etc/a.json":                {Path: "/etc/a.json"},
		"mftp://etc/a.json":                 {Path: "etc/a.json"},
		"mftp:///[;comp=100]definition.xml": {Component: 100, Path: "definition.xml"},
	} {
		if got, err := metadata.ParsePlace(uri); err != nil || got != want {
			t.Errorf("%s: %+v, %v", uri, got, err)
		}
	}
	for _, uri := range []string{"https://example.com/p.json", "http://a", "", "file:///etc/passwd"} {
		if _, err := metadata.ParsePlace(uri); !errors.Is(err, metadata.ErrNotOnVehicle) {
			t.Errorf("%q: %v", uri, err)
		}
	}
	for _, uri := range []string{"mftp://", "mftp://[;comp=0]a", "mftp://[;comp=256]a", "mftp://[;comp=1a", "mftp://[;comp=1]"} {
		if _, err := metadata.ParsePlace(uri); !errors.Is(err, metadata.ErrFormat) {
			t.Errorf("%q: %v", uri, err)
		}
	}
	if _, ok, err := metadata.ParameterFile([]byte(`{"version":1,"metadataTypes":[{"type":2,"uri":"mftp://a"}]}`)); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	for _, bad := range []string{"", "[]", `{"version":2}`, `{"version":1,"metadataTypes":[{"type":1,"uri":"a","fileCrc":-1}]}`} {
		if _, _, err := metadata.ParameterFile([]byte(bad)); !errors.Is(err, metadata.ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestWhatIsToldAboutParameters(t *testing.T) {
	t.Parallel()
	table, err := metadata.ReadParameters([]byte(parameters))
	if err != nil || table.Len() != 3 || table.Refused != 3 {
		t.Fatalf("%+v, %v", table, err)
	}
	m, ok := table.Find("MPC_XY_VEL_MAX")
	if !ok || m.Description != "Maximum horizontal velocity. If the commanded velocity is greater it is limited." || m.Units != "m/s" ||
		*m.Max != 20 || *m.Default != 12 || *m.Decimals != 2 || *m.Increment != 1 || m.Category != "Standard" || m.Reboot {
		t.Errorf("%+v", m)
	}
	m, ok = table.Find("COM_FLTMODE13")
	if !ok || m.Description != "Mode of switch position 13" || !m.Reboot || len(m.Values) != 2 || m.Values[0].Value != -1 {
		t.Errorf("%+v", m)
	}
	if m, _ = table.Find("EKF2_AID"); len(m.Bits) != 1 || m.Bits[0].Label != "GPS" || m.Min != nil {
		t.Errorf("%+v", m)
	}
	if _, ok := table.Find("COM_FLTMODE"); ok {
		t.Error("found without a number")
	}
	long := fmt.Sprintf(`{"version":1,"parameters":[{"name":"A","shortDesc":"%s\u0007\ud800"}]}`, strings.Repeat("ü", 5000))
	if table, err = metadata.ReadParameters([]byte(long)); err != nil {
		t.Fatal(err)
	}
	if m, _ := table.Find("A"); len(m.Description) != 2000 {
		t.Errorf("%d bytes", len(m.Description))
	}
}

func TestPackedFiles(t *testing.T) {
	t.Parallel()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(general)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{[]byte(general), z.Bytes()} {
		if got, err := metadata.Unpack(b); err != nil || string(got) != general {
			t.Errorf("%q, %v", got, err)
		}
	}
	packed, err := os.ReadFile("../xz/testdata/crc64.xz")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := metadata.Unpack(packed); err != nil || !bytes.HasPrefix(got, []byte(`{"name":"P0"`)) {
		t.Errorf("%v", err)
	}
	var bomb bytes.Buffer
	w = gzip.NewWriter(&bomb)
	for range 17 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string][]byte{"a bomb": bomb.Bytes(), "half a gzip": z.Bytes()[:z.Len()-9], "half an xz": packed[:1000]} {
		if _, err := metadata.Unpack(b); !errors.Is(err, metadata.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(general))
	f.Add([]byte(parameters))
	f.Fuzz(func(t *testing.T, b []byte) {
		if file, ok, err := metadata.ParameterFile(b); err == nil && ok {
			if p, err := metadata.ParsePlace(file.URI); err == nil && p.Path == "" {
				t.Error("a place without a path")
			}
		}
		if table, err := metadata.ReadParameters(b); err == nil {
			table.Find("A1_2")
		}
	})
}
