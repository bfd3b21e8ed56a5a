package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
