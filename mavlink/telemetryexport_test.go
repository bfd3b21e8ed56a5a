package mavlink_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func TestTelemetryIsExported(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	whole, err := os.ReadFile("testdata/arducopter-short.tlog")
	if err != nil {
		t.Fatal(err)
	}
	records, _, err := mavlinktest.ReadTLog(whole)
	if err != nil {
		t.Fatal(err)
	}
	// Split over two files of one vehicle, and once more for another one.
	half := bytes.Index(whole, records[len(records)/2].Frame) - 8
	for name, part := range map[string][]byte{
		"vehicle-007/20200101T000000Z.tlog": whole[:half], "vehicle-007/20200101T000000Z-2.tlog": whole[half:], "vehicle-008/20200101T000000Z.tlog": whole,
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, part, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	export := func(e mavlink.TelemetryExport) []byte {
		t.Helper()
		e.Folder = folder
		var out bytes.Buffer
		if err := mavlink.ExportTelemetry(&out, e); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	one := export(mavlink.TelemetryExport{Format: "tlog", Vehicles: []int{7}})
	again, skipped, err := mavlinktest.ReadTLog(one)
	if err != nil || skipped != 0 || len(again) != len(records) {
		t.Fatalf("%d of %d records, %d bytes skipped, %v", len(again), len(records), skipped, err)
	}
	for i, r := range again {
		if !r.Time.Equal(records[i].Time) || !bytes.Equal(r.Frame, records[i].Frame) {
			t.Fatalf("record %d differs", i)
		}
	}
	both, _, err := mavlinktest.ReadTLog(export(mavlink.TelemetryExport{Format: "tlog"}))
	if err != nil || len(both) != 2*len(records) {
		t.Fatalf("%d records of both, %v", len(both), err)
	}
	from, to := records[10].Time, records[20].Time
	lines := strings.Split(strings.TrimSpace(string(export(mavlink.TelemetryExport{Format: "jsonl", Vehicles: []int{7}, From: from, To: to}))), "\n")
	if len(lines) == 0 || len(lines) > 10 {
		t.Errorf("%d lines from %v to %v", len(lines), from, to)
	}
	want := pymavlink(t)
	last := make(map[string]map[string]any)
	for line := range strings.Lines(string(export(mavlink.TelemetryExport{Format: "jsonl", Vehicles: []int{7}}))) {
		var m struct {
			T       time.Time
			System  int
			Message string
			Fields  map[string]any
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if m.System != 7 || m.T.IsZero() {
			t.Errorf("%s", line)
		}
		last[m.Message] = m.Fields
	}
	for kind, k := range want.Types {
		for name := range k.Last {
			if _, ok := last[kind][name]; !ok {
				t.Errorf("no %s.%s", kind, name)
			}
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(export(mavlink.TelemetryExport{Format: "csv", Vehicles: []int{8}}))).ReadAll()
	if err != nil || len(rows) < 5*len(records) || rows[0][3] != "message" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if err := mavlink.ExportTelemetry(&bytes.Buffer{}, mavlink.TelemetryExport{Folder: folder, Format: "xml"}); !errors.Is(err, mavlink.ErrInvalid) {
		t.Error(err)
	}
}
