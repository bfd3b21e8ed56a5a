package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"vedette/internal/station/export"
	"vedette/internal/station/journal"
	"vedette/internal/store"
	"vedette/mavlink"
)

const exportUsage = `usage: vedette export telemetry     [--from T] [--to T] [--format tlog|jsonl|csv] [--vehicle N] [--data DIR | --folder DIR] [--out FILE]
       vedette export tracks|alerts [--from T] [--to T] [--format geojson|csv|kml|jsonl] [--data DIR] [--out FILE]
       vedette export measurements  [--from T] [--to T] [--data DIR | --folder DIR] [--out FILE]
         what the tracker took, for another run: vedette export measurements | vedette track
       times as 2026-11-26T01:00:00Z; --from counts, --to does not`

// exportFlags are what an export may be told.
type exportFlags struct {
	from, to                  time.Time
	format, data, folder, out string
	vehicle                   int
}

// runExport writes what a station has recorded; the station may be running.
func runExport(ctx context.Context, env environment, args []string) error {
	fs := newFlags("export")
	var f exportFlags
	from := fs.String("from", "", "`time` of the first record, RFC 3339")
	to := fs.String("to", "", "`time` before which the last record was, RFC 3339")
	fs.StringVar(&f.format, "format", "", "`format`: tlog (usual), jsonl (a message a line) or csv (a field a line) of telemetry; geojson (usual), csv, kml or jsonl of tracks and alerts")
	fs.IntVar(&f.vehicle, "vehicle", 0, "of telemetry: MAVLink system `id`; 0: all")
	fs.StringVar(&f.data, "data", "data", "`folder` of the station's record")
	fs.StringVar(&f.folder, "folder", "", "of telemetry and measurements: `folder` of their files (default: telemetry or measurements in the data folder)")
	fs.StringVar(&f.out, "out", "-", "output `file`; - is standard output")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	if f.from, err = instant("from", *from); err != nil {
		return err
	}
	if f.to, err = instant("to", *to); err != nil {
		return err
	}
	switch {
	case len(words) == 1 && words[0] == "telemetry":
		return exportTelemetry(env, f)
	case len(words) == 1 && words[0] == "measurements":
		return exportMeasurements(ctx, env, f)
	case len(words) == 1 && (words[0] == "tracks" || words[0] == "alerts"):
		return exportRecord(ctx, env, words[0], f)
	default:
		return usagef("%s", exportUsage)
	}
}

func exportTelemetry(env environment, f exportFlags) error {
	e := mavlink.TelemetryExport{Folder: f.folder, Format: f.format, From: f.from, To: f.to}
	if e.Folder == "" {
		e.Folder = filepath.Join(f.data, "telemetry")
	}
	if e.Format == "" {
		e.Format = "tlog"
	}
	if f.vehicle != 0 {
		e.Vehicles = []int{f.vehicle}
	}
	if _, err := os.Stat(e.Folder); err != nil {
		return usagef("the telemetry logs: %w; name their folder with --data or --folder", err)
	}
	return writeTo(env, f.out, func(w io.Writer) error {
		err := mavlink.ExportTelemetry(w, e)
		if errors.Is(err, mavlink.ErrInvalid) {
			return usageError{err}
		}
		return err
	})
}

// exportMeasurements writes what fusion took as one input of `vedette track`.
func exportMeasurements(ctx context.Context, env environment, f exportFlags) error {
	if f.vehicle != 0 || f.format != "" && f.format != "jsonl" {
		return usagef("measurements are of no vehicle and have one format, jsonl: leave --vehicle and --format out")
	}
	if f.folder == "" {
		f.folder = filepath.Join(f.data, "measurements")
	}
	if _, err := os.Stat(f.folder); err != nil {
		return usagef("the measurements: %w; name their folder with --data or --folder", err)
	}
	return writeTo(env, f.out, func(w io.Writer) error {
		sum, err := journal.Export(ctx, w, f.folder, f.from, f.to)
		if sum.Damaged > 0 || sum.Unreadable > 0 { // nowhere else to say it
			_, _ = fmt.Fprintf(env.errOut, "%d of %d files end in the middle, as what a station still writes or a power cut left does, and were read as far as they go; %d lines cannot be read\n",
				sum.Damaged, sum.Files, sum.Unreadable)
		}
		return err
	})
}

// exportRecord writes tracks or alerts.
func exportRecord(ctx context.Context, env environment, subject string, f exportFlags) error {
	if f.vehicle != 0 || f.folder != "" {
		return usagef("--vehicle is for telemetry, --folder for telemetry and measurements")
	}
	r := export.Request{Subject: subject, Format: f.format, Within: store.Within{From: f.from, To: f.to}}
	if r.Format == "" {
		r.Format = export.Formats()[0]
	}
	if err := r.Validate(); err != nil {
		return usageError{err}
	}
	return withRecord(ctx, f.data, func(record *store.Reader) error {
		return writeTo(env, f.out, func(w io.Writer) error {
			sum, err := export.Write(ctx, w, record, r)
			if sum.Unreadable > 0 {
				_, _ = fmt.Fprintf(env.errOut, "%d damaged records were left out\n", sum.Unreadable) // nowhere else to say it
			}
			return err
		})
	})
}

func instant(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usagef("--%s %q: use the form 2026-11-26T01:00:00Z", flag, text)
	}
	return t, nil
}

// writeTo opens an output and closes it, so that one that could not be written whole is an error.
func writeTo(env environment, path string, write func(io.Writer) error) (err error) {
	if path == "-" {
		return write(env.out)
	}
	f, err := os.Create(path)
	if err != nil {
		return usageError{err}
	}
	defer func() {
		if closeErr := f.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("write %s: %w", path, closeErr)
		}
	}()
	return write(f)
}
