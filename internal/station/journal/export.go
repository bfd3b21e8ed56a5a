package journal

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"vedette/tracking/batch"
)

// maxLine is the longest line that is read, in bytes: a frame of thousands of detections.
const maxLine = 16 << 20

// Sum says what an export holds.
type Sum struct {
	Measurements int
	Files        int
	Damaged      int // files whose end is missing
	Unreadable   int // lines
}

// ErrNothing tells that nothing was measured in the time that was asked for.
var ErrNothing = errors.New("nothing was measured in that time")

// Export writes what was measured from an instant (zero: the oldest there is) up to another (zero: now) as one input of `vedette
// track`: the sensors as they stood, and their changes. A station that was started anew meanwhile goes on in it as if it had not been.
func Export(ctx context.Context, w io.Writer, folder string, from, to time.Time) (Sum, error) {
	all, err := files(folder)
	if err != nil {
		return Sum{}, fmt.Errorf("measurements: %w", err)
	}
	x := &exporter{out: bufio.NewWriterSize(w, 1<<16), from: from, to: to, known: map[string][]byte{}, told: map[string][]byte{}}
	for i, f := range all {
		after := i+1 < len(all) && !from.IsZero() && all[i+1].began.Before(from)
		if after || !to.IsZero() && !f.began.Before(to) {
			continue
		}
		if err := x.file(ctx, f.path); err != nil {
			return x.sum, err
		}
	}
	if x.sum.Measurements == 0 {
		if len(all) == 0 {
			return x.sum, fmt.Errorf("%w: there are no files in %s", ErrNothing, folder)
		}
		return x.sum, fmt.Errorf("%w: the files reach from %s to %s", ErrNothing, all[0].began.Format(time.RFC3339), all[len(all)-1].ended.UTC().Format(time.RFC3339))
	}
	x.write(batch.End())
	return x.sum, errors.Join(x.failed, x.out.Flush())
}

// exporter joins files.
type exporter struct {
	out      *bufio.Writer
	from, to time.Time
	sum      Sum
	failed   error // of writing

	order  []string
	known  map[string][]byte // sensors as they are at the line that is read
	told   map[string][]byte // as they were written last
	lines  json.RawMessage   // that are watched
	began  bool              // the header is written
	behind bool              // lines or sensors may have changed since what was written last
	wrote  json.RawMessage   // lines, as written last
}

// headed is what has to be known of a line to sort it.
type headed struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Sensor string          `json:"sensor"`
	T      int64           `json:"t"`
	Tr     *int64          `json:"tr"`
	Lines  json.RawMessage `json:"lines"`
}

func (x *exporter) file(ctx context.Context, path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // listed in the folder that was named
	if err != nil {
		return fmt.Errorf("measurements: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	x.sum.Files++
	zip, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		x.sum.Damaged++ // not a line reached the disk
		return nil
	}
	// A sensor that this file no longer names was removed before.
	x.known, x.order, x.behind = map[string][]byte{}, nil, true
	in := bufio.NewScanner(zip)
	in.Buffer(make([]byte, 0, 1<<16), maxLine)
	in.Split(wholeLines)
	for in.Scan() {
		if err := errors.Join(ctx.Err(), x.failed); err != nil {
			return err
		}
		x.line(in.Bytes())
	}
	if in.Err() != nil {
		x.sum.Damaged++
	}
	return nil
}

// wholeLines leaves out a last line without its end.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

func (x *exporter) line(raw []byte) {
	var h headed
	if err := json.Unmarshal(raw, &h); err != nil {
		x.sum.Unreadable++
		return
	}
	switch h.Type {
	case "header", "lines":
		x.behind = true
		x.lines = slices.Clone(h.Lines)
	case "sensor":
		x.behind = true
		if _, known := x.known[h.ID]; !known {
			x.order = append(x.order, h.ID)
		}
		x.known[h.ID] = slices.Clone(raw)
	case "remove":
		x.behind = true
		delete(x.known, h.Sensor)
		x.order = slices.DeleteFunc(x.order, func(id string) bool { return id == h.Sensor })
	case "scan", "trip", "track", "reset", "report":
		at := h.T
		if h.Tr != nil {
			at = *h.Tr
		}
		t := time.UnixMilli(at)
		if t.Before(x.from) || !x.to.IsZero() && !t.Before(x.to) {
			return
		}
		if x.behind {
			x.catchUp(t)
		}
		x.write(raw)
		x.sum.Measurements++
	}
}

// catchUp writes what has changed of the lines that are watched and of the sensors.
func (x *exporter) catchUp(at time.Time) {
	x.behind = false
	lines := x.lines
	if lines == nil {
		lines = json.RawMessage("[]")
	}
	switch {
	case !x.began:
		x.began = true
		x.write(slices.Concat([]byte(`{"type":"header","format":"trackbench/1","lines":`), lines, []byte("}\n")))
	case !bytes.Equal(lines, x.wrote):
		x.write(slices.Concat([]byte(`{"type":"lines","lines":`), lines, []byte("}\n")))
	}
	x.wrote = lines
	for _, id := range slices.Sorted(maps.Keys(x.told)) {
		if _, known := x.known[id]; !known {
			delete(x.told, id)
			raw, err := batch.Remove(id, at)
			x.failed = errors.Join(x.failed, err)
			x.write(raw)
		}
	}
	for _, id := range x.order {
		if raw := x.known[id]; !bytes.Equal(raw, x.told[id]) {
			x.write(raw)
			x.told[id] = raw
		}
	}
}

func (x *exporter) write(raw []byte) {
	if x.failed == nil {
		_, x.failed = x.out.Write(raw)
	}
}
