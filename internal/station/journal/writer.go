package journal

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// writer is the present file, and what each file begins with.
type writer struct {
	journal *Journal
	head    []byte
	order   []string // of the sensors, as they came
	sensors map[string][]byte

	file    *os.File
	zip     *gzip.Writer
	began   time.Time
	notTill time.Time // after a failure
}

// take writes a line, in a new file where it is time for one.
func (w *writer) take(e entry, now time.Time) {
	defer w.remember(e)
	if w.file != nil && (now.Sub(w.began) >= fileFor || now.Before(w.began)) {
		w.close()
	}
	if w.file == nil {
		if e.part != measured { // a file begins with what is measured; the rest is known by then
			return
		}
		if now.Before(w.notTill) {
			w.journal.stats.dropped.Add(1)
			return
		}
		if err := w.open(now); err != nil {
			w.fail(err, now)
			return
		}
	}
	if _, err := w.zip.Write(e.raw); err != nil {
		w.fail(err, now)
		return
	}
	w.journal.stats.kept.Add(1)
}

// remember keeps what the next file begins with.
func (w *writer) remember(e entry) {
	switch e.part {
	case watched:
		w.head = e.head
	case described:
		if _, known := w.sensors[e.key]; !known {
			w.order = append(w.order, e.key)
		}
		w.sensors[e.key] = e.raw
	case removed:
		delete(w.sensors, e.key)
	case measured:
	}
}

// open begins a file.
func (w *writer) open(now time.Time) error {
	cfg := &w.journal.cfg
	if err := os.MkdirAll(cfg.Folder, 0o750); err != nil {
		return err
	}
	pruned, err := prune(cfg.Folder, cfg.Keep, cfg.MostTotal, now)
	if w.journal.stats.pruned.Add(pruned); err != nil {
		cfg.Log.Warn("old measurements cannot be removed", "folder", cfg.Folder, "error", err)
	}
	file, err := os.OpenFile(filepath.Join(cfg.Folder, nameOf(now)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640) //nolint:gosec // within the data folder
	if err != nil {
		return err
	}
	w.file, w.began = file, now
	w.zip = gzip.NewWriter(counted{file, w.journal})
	if _, err := w.zip.Write(w.head); err != nil {
		return err
	}
	for i := 0; i < len(w.order); {
		raw, known := w.sensors[w.order[i]]
		if !known {
			w.order = append(w.order[:i], w.order[i+1:]...)
			continue
		}
		if _, err := w.zip.Write(raw); err != nil {
			return err
		}
		i++
	}
	return nil
}

// flush puts on disk what was taken.
func (w *writer) flush(now time.Time) {
	if w.file == nil {
		return
	}
	if err := w.zip.Flush(); err != nil {
		w.fail(err, now)
	}
}

func (w *writer) close() {
	if w.file == nil {
		return
	}
	if err := errors.Join(w.zip.Close(), w.file.Close()); err != nil {
		w.journal.stats.failed.Add(1)
		w.journal.cfg.Log.Warn("measurements are not kept whole", "folder", w.journal.cfg.Folder, "error", err)
	}
	w.file, w.zip = nil, nil
}

// fail gives up the present file for a while.
func (w *writer) fail(err error, now time.Time) {
	w.journal.stats.failed.Add(1)
	w.journal.stats.dropped.Add(1)
	w.journal.cfg.Log.Warn("measurements are not kept", "folder", w.journal.cfg.Folder, "error", err, "again in", retryAfter)
	if w.file != nil {
		_ = w.file.Close() // what is in it can be read as far as it goes
		w.file, w.zip = nil, nil
	}
	w.notTill = now.Add(retryAfter)
}

// counted counts what reaches the disk.
type counted struct {
	io.Writer
	journal *Journal
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.journal.stats.bytes.Add(uint64(n)) //nolint:gosec // never negative
	return n, err
}
