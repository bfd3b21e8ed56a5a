package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/internal/station/journal"
	"vedette/internal/store"
	"vedette/tracking/fusion"
)

func TestExportOfTelemetry(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "telemetry")
	log, err := os.ReadFile("../../mavlink/testdata/arducopter-short.tlog")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "vehicle-007"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "vehicle-007", "20261122T154538Z.tlog"), log, 0o600); err != nil {
		t.Fatal(err)
	}
	export := func(args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		status := run(context.Background(), environment{out: &out, errOut: &errOut, getenv: os.Getenv}, append([]string{"export"}, args...))
		return status, out.String(), errOut.String()
	}
	status, all, _ := export("telemetry", "--data", filepath.Dir(folder), "--format", "jsonl")
	if status != exitDone || !strings.Contains(all, `"message":"HEARTBEAT"`) {
		t.Errorf("%d, %d bytes", status, len(all))
	}
	status, none, _ := export("--folder", folder, "telemetry", "--format", "jsonl", "--to", "2020-01-01T00:00:00Z")
	if status != exitDone || none != "" {
		t.Errorf("%d, %q", status, none)
	}
	path := filepath.Join(t.TempDir(), "x.tlog")
	if status, _, said := export("telemetry", "--folder", folder, "--vehicle", "7", "--out", path); status != exitDone {
		t.Errorf("%d, %s", status, said)
	}
	if b, err := os.ReadFile(path); err != nil || len(b) == 0 || len(b) > len(log) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	for _, bad := range [][]string{{}, {"tracks"}, {"telemetry", "--folder", folder, "--from", "yesterday"}, {"telemetry", "--folder", folder, "--format", "xml"}, {"telemetry", "--folder", folder + "x"}} {
		if status, _, said := export(bad...); status != exitUsage || said == "" {
			t.Errorf("%q: %d, %q", bad, status, said)
		}
	}
}

func TestExportOfTracksAndAlerts(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s, err := store.Open(t.Context(), filepath.Join(data, "vedette.db"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	track := json.RawMessage(`{"type":"Feature","id":"t-9","geometry":{"type":"Point","coordinates":[149.1,-35.1]},"properties":{"status":"confirmed","class":"person"}}`)
	for i := range 3 {
		at := time.Date(2026, 11, 26, 12, 0, i, 0, time.UTC)
		if _, err := s.Append(t.Context(), store.Event{Kind: "track", Key: "t-9", ObservedAt: at, Data: track}, store.Event{Kind: "alert", Key: "a-1", ObservedAt: at, Data: json.RawMessage("7")}); err != nil {
			t.Fatal(err)
		}
	}
	export := func(args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		status := run(t.Context(), environment{out: &out, errOut: &errOut, getenv: os.Getenv}, append([]string{"export"}, args...))
		return status, out.String(), errOut.String()
	}
	// While a station has it open, and after its end.
	for range 2 {
		status, csv, said := export("tracks", "--data", data, "--format", "csv", "--from", "2026-11-26T12:00:01Z")
		if status != exitDone || strings.Count(csv, "t-9") != 2 || said != "" {
			t.Errorf("%d %q %q", status, csv, said)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "tracks.geojson")
	if status, _, said := export("tracks", "--data", data, "--out", out); status != exitDone {
		t.Errorf("%d %q", status, said)
	}
	if b, err := os.ReadFile(out); err != nil || !bytes.Contains(b, []byte("LineString")) {
		t.Errorf("%v %s", err, b)
	}
	if status, kml, said := export("alerts", "--data", data, "--format", "kml"); status != exitDone || !strings.Contains(kml, "</kml>") || !strings.Contains(said, "3 damaged records") {
		t.Errorf("%d %q %q", status, kml, said)
	}
	for _, bad := range [][]string{
		{"tracks", "alerts"}, {"tracks", "--data", data + "x"}, {"tracks", "--data", data, "--format", "tlog"}, {"alerts", "--data", data, "--vehicle", "1"},
		{"alerts", "--data", data, "--from", "2026-11-26T12:00:01Z", "--to", "2026-11-26T12:00:00Z"}, {"tracks", "--data", data, "--out", filepath.Join(data, "no", "folder")},
	} {
		if status, _, said := export(bad...); status != exitUsage || said == "" {
			t.Errorf("%q: %d, %q", bad, status, said)
		}
	}
	if err := os.WriteFile(filepath.Join(data, "vedette.db"), []byte(strings.Repeat("garbage ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, said := export("tracks", "--data", data); status != exitFailed || !strings.Contains(said, "damaged") {
		t.Errorf("a damaged record: %d, %q", status, said)
	}
}

// TestExportOfMeasurementsIsAnInputOfTrack goes from the files of a station to tracks.
func TestExportOfMeasurementsIsAnInputOfTrack(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	j := journal.New(journal.Config{Folder: filepath.Join(data, "measurements"), Log: slog.New(slog.DiscardHandler)})
	j.Sensor(fusion.Sensor{ID: "north", Kind: fusion.Camera, Pd: 0.9, ClutterPerScan: 0.1})
	began := time.Now().UTC()
	at := func(s int) time.Time { return began.Add(time.Duration(s) * time.Second) }
	for s := range 20 {
		p := geo.LatLon{Lat: -35 + 1.2e-5*float64(s), Lon: 149}
		j.Scan(fusion.Scan{
			Sensor: "north", Time: at(s), Arrival: at(s), Position: geo.LatLon{Lat: -35.001, Lon: 149}, Sector: fusion.Sector{HFovDeg: 60, RMaxM: 300},
			Detections: []fusion.Detection{{Position: p, EE: 4, NN: 4, Score: 0.9, Class: fusion.ClassProbs{0.9, 0.05, 0.05}}},
		})
	}
	j.Report(at(20))
	ended, end := context.WithCancel(t.Context())
	end()
	if err := j.Run(ended); err != nil {
		t.Fatal(err)
	}
	vedette := func(in string, args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		status := run(context.Background(), environment{in: strings.NewReader(in), out: &out, errOut: &errOut, getenv: os.Getenv}, args)
		return status, out.String(), errOut.String()
	}
	status, kept, said := vedette("", "export", "measurements", "--data", data)
	if status != exitDone || said != "" {
		t.Fatalf("%d, %s", status, said)
	}
	status, tracks, said := vedette(kept, "track")
	if status != exitDone || said != "" || strings.Count(tracks, `"status":"confirmed"`) != 1 || !strings.Contains(tracks, `"class":"person"`) {
		t.Errorf("%d, %s, %s", status, tracks, said)
	}
	for want, bad := range map[int][]string{
		exitUsage:  {"measurements", "--data", data, "--format", "csv"},
		exitFailed: {"measurements", "--data", data, "--to", "2020-01-01T00:00:00Z"},
	} {
		if status, _, said := vedette("", append([]string{"export"}, bad...)...); status != want || said == "" {
			t.Errorf("%q: %d, %q", bad, status, said)
		}
	}
	if status, _, said := vedette("", "export", "measurements", "--data", filepath.Join(data, "none")); status != exitUsage || !strings.Contains(said, "--folder") {
		t.Errorf("%d, %q", status, said)
	}
}
