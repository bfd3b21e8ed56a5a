package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	extension = ".mp4"
	openMark  = ".part" // after the extension, while the file grows
	nameTime  = "20060102T150405.000Z"
	// maxFragmentBytes bounds what is kept in memory of an open fragment.
	maxFragmentBytes = 16 << 20
	// maxFragmentKLV bounds the KLV packets of one fragment.
	maxFragmentKLV = 1024
)

// file is the segment that is being written. It is used by the recorder's goroutine only.
type file struct {
	f        *os.File
	path     string // without openMark
	segment  Segment
	format   format
	contents contents
	open     fragment
	step     int64 // how long a picture is shown, lately
	decoded  int64 // the decoding time that the next fragment may begin with
}

// create begins a segment; its first picture was taken at a time.
func create(folder, feed string, f format, taken time.Time) (*file, error) {
	dir := filepath.Join(folder, feed)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of a feed: %w", err)
	}
	head, durationAt, roomAt := f.header()
	for at := taken.UTC(); ; at = at.Add(time.Millisecond) {
		name := feed + "_" + at.Format(nameTime)
		path := filepath.Join(dir, name+extension)
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		out, err := os.OpenFile(path+openMark, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640) //nolint:gosec // of a folder and a feed that are configured
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("begin a recording: %w", err)
		}
		if _, err := out.Write(head); err != nil {
			return nil, fmt.Errorf("begin a recording: %w", errors.Join(err, out.Close(), os.Remove(path+openMark)))
		}
		return &file{
			f: out, path: path, format: f,
			segment: Segment{
				Name: name, Feed: feed, Start: taken.UTC(), End: taken.UTC(), Bytes: int64(len(head)),
				Codec: f.codec, WidthPx: f.width, HeightPx: f.height, Open: true,
			},
			contents: contents{
				durationAt: int64(durationAt), roomAt: int64(roomAt), codec: f.codec, width: f.width, height: f.height,
				end: int64(len(head)),
			},
			step: timescale / 25,
		}, nil
	}
}

// add puts a picture into the open fragment.
func (w *file) add(s sample, taken time.Time, exact bool) {
	if len(w.open.samples) == 0 {
		w.open.taken, w.open.exact = taken, exact
	}
	w.open.samples = append(w.open.samples, s)
	w.open.bytes += len(s.data)
}

// length is how long the pictures of the open fragment are, in units of timescale.
func (w *file) length(next int64) int64 {
	if len(w.open.samples) == 0 {
		return 0
	}
	return next - w.open.samples[0].at
}

// flush writes the open fragment and has it on disk. next is when the next picture is shown; below 0: not known.
func (w *file) flush(next int64) error {
	n := len(w.open.samples)
	if n == 0 {
		return nil
	}
	first, final := w.open.shown()
	if n > 1 {
		w.step = max((final-first)/int64(n-1), 1)
	}
	last := w.step
	if next > final {
		last = next - final
	}
	w.open.number++
	data, lies := w.open.encode(w.decoded, last)
	if _, err := w.f.WriteAt(data, w.contents.end); err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	if err := w.f.Sync(); err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	w.contents.pieces = append(w.contents.pieces, piece{
		at: w.contents.end, size: int64(len(data)), taken: w.open.taken, first: w.open.samples[0].at, span: lies,
		key: w.open.samples[0].key, pictures: n,
	})
	w.contents.end += int64(len(data))
	w.decoded = lies.to - last + 1
	w.segment.Bytes, w.segment.End = w.contents.end, w.contents.finish()
	w.open = fragment{number: w.open.number}
	return nil
}

// close ends the segment with the fragments that are on disk. One without any is removed, and kept is false.
func (w *file) close() (kept bool, err error) {
	return seal(w.f, w.path, &w.contents)
}

// seal cuts a file after its last whole fragment, finishes and closes it, and gives it its name.
func seal(f *os.File, path string, c *contents) (kept bool, err error) {
	if len(c.pieces) == 0 {
		return false, errors.Join(f.Close(), os.Remove(path+openMark))
	}
	err = f.Truncate(c.end)
	if err == nil {
		err = finish(f, c)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return false, fmt.Errorf("end a recording: %w", err) // mended when the folder is opened again
	}
	if err := os.Rename(path+openMark, path); err != nil {
		return false, fmt.Errorf("end a recording: %w", err)
	}
	return true, syncFolder(filepath.Dir(path))
}

// syncFolder has a folder's names on disk.
func syncFolder(path string) error {
	d, err := os.Open(path) //nolint:gosec // of a folder and a feed that are configured
	if err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	return nil
}

// FeedOf is the feed of a segment, by its name; "" for what is no such name.
func FeedOf(name string) string {
	if feed, ok := feedOf(name); ok {
		return feed
	}
	return ""
}

// feedOf takes the feed out of a segment's name; ok is false for what is no such name.
func feedOf(name string) (feed string, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i < 1 || strings.ContainsAny(name, `/\`) || name[0] == '.' {
		return "", false
	}
	_, err := time.Parse(nameTime, name[i+1:])
	return name[:i], err == nil
}
