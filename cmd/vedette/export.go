package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"vedette/mavlink"
)

const exportUsage = `usage: vedette export telemetry [--from T] [--to T] [--format tlog|jsonl|csv] [--vehicle N] [--data DIR | --folder DIR] [--out FILE]
       times as 2026-11-26T01:00:00Z`

// runExport writes what a station has recorded; the station may be running.
func runExport(_ context.Context, env environment, args []string) error {
	fs := newFlags("export")
	from := fs.String("from", "", "`time` of the first frame, RFC 3339")
	to := fs.String("to", "", "`time` before which the last frame was, RFC 3339")
	format := fs.String("format", "tlog", "`format`: tlog, jsonl (a message a line) or csv (a field a line)")
	vehicle := fs.Int("vehicle", 0, "MAVLink system `id`; 0: all")
	data := fs.String("data", "data", "`folder` of the station's record")
	folder := fs.String("folder", "", "`folder` of the telemetry logs (default: telemetry in the data folder)")
	out := fs.String("out", "-", "output `file`; - is standard output")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || words[0] != "telemetry" {
		return usagef("%s", exportUsage)
	}
	e := mavlink.TelemetryExport{Folder: *folder, Format: *format}
	if e.Folder == "" {
		e.Folder = filepath.Join(*data, "telemetry")
	}
	if *vehicle != 0 {
		e.Vehicles = []int{*vehicle}
	}
	if e.From, err = instant("from", *from); err != nil {
		return err
	}
	if e.To, err = instant("to", *to); err != nil {
		return err
	}
	if _, err := os.Stat(e.Folder); err != nil {
		return usagef("the telemetry logs: %w; name their folder with --data or --folder", err)
	}
	return writeTo(env, *out, func(w io.Writer) error {
		err := mavlink.ExportTelemetry(w, e)
		if errors.Is(err, mavlink.ErrInvalid) {
			return usageError{err}
		}
		return err
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
