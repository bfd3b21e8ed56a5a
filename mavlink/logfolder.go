package mavlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"vedette/mavlink/onboardlog"
	"vedette/mavlink/spans"
)

// keptLog is a log in the folder of the station: logs/<hardware>/<number>-<time>-<size>, whole as .bin or .ulg, or in parts as .part
// with a .json beside it that tells which bytes are there. Number, time and size together say that it is the same log;
// vehicles use their numbers again after erasing.
type keptLog struct {
	base     string
	suffix   string
	complete bool
	spans    []spans.Span
	size     int64
}

type fileSink interface {
	io.WriterAt
	Sync() error
	Close() error
	Truncate(size int64) error
}

func (k *keptLog) have() int64 {
	if k.complete {
		return k.size
	}
	set := spans.Of(k.spans)
	return set.Len()
}

func (k *keptLog) whole() string { return k.base + k.suffix }

// logBase is the path of a log without its suffix.
func (s *Service) logBase(sys *system, e onboardlog.Entry) (base, suffix string) {
	uid, _ := sys.hardware()
	if uid == "" {
		uid = fmt.Sprintf("vehicle-%03d", sys.id)
	}
	at := "unknown"
	if !e.Time.IsZero() {
		at = e.Time.UTC().Format("20060102T150405Z")
	}
	suffix = ".bin"
	if sys.pilot.name() == (px4{}).name() {
		suffix = ".ulg"
	}
	return filepath.Join(s.folder, "logs", uid, fmt.Sprintf("%05d-%s-%d", e.ID, at, e.Size)), suffix
}

// kept looks for a log in the folder; nil where nothing is there.
func (s *Service) kept(sys *system, e onboardlog.Entry) *keptLog {
	if s.folder == "" {
		return nil
	}
	k := &keptLog{}
	k.base, k.suffix = s.logBase(sys, e)
	if info, err := os.Stat(k.whole()); err == nil && info.Mode().IsRegular() {
		k.complete, k.size = true, info.Size()
		return k
	}
	b, err := os.ReadFile(k.base + ".json")
	if err != nil || json.Unmarshal(b, &k.spans) != nil {
		return nil
	}
	info, err := os.Stat(k.base + ".part")
	if err != nil {
		return nil
	}
	// The note may tell of more than reached the disk before a crash.
	var set spans.Set
	for _, one := range k.spans {
		set.Add(one.From, min(one.To, info.Size()))
	}
	k.spans = set.Spans()
	return k
}

// openPart opens what there is of a log, or begins it.
func (s *Service) openPart(sys *system, e onboardlog.Entry) (*logPart, error) {
	p := &logPart{noted: time.Now()}
	if k := s.kept(sys, e); k != nil {
		p.keptLog = *k
	} else {
		p.base, p.suffix = s.logBase(sys, e)
	}
	p.set = spans.Of(p.spans)
	if err := os.MkdirAll(filepath.Dir(p.base), 0o750); err != nil {
		return nil, fmt.Errorf("keep log %d: %w", e.ID, err)
	}
	f, err := os.OpenFile(p.base+".part", os.O_RDWR|os.O_CREATE, 0o640) //nolint:gosec // the name is made of numbers and an id in hex
	if err != nil {
		return nil, fmt.Errorf("keep log %d: %w", e.ID, err)
	}
	p.sink = f
	return p, nil
}

// note writes down what has come, after it is on disk.
func (p *logPart) note() error {
	if err := p.sink.Sync(); err != nil {
		return fmt.Errorf("keep what came of a log: %w", err)
	}
	b, err := json.Marshal(p.set.Spans())
	if err != nil {
		return err
	}
	if err := replaceFile(p.base+".json", b); err != nil {
		return fmt.Errorf("keep what came of a log: %w", err)
	}
	return nil
}

// finish makes a whole log of it.
func (p *logPart) finish(size int64) error {
	if err := errors.Join(p.sink.Truncate(size), p.sink.Sync()); err != nil {
		return fmt.Errorf("keep a log: %w", err)
	}
	if err := os.Rename(p.base+".part", p.whole()); err != nil {
		return fmt.Errorf("keep a log: %w", err)
	}
	p.complete = true
	if err := os.Remove(p.base + ".json"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("keep a log: %w", err)
	}
	return nil
}

// close notes what has come where the log is not whole, so that the next attempt goes on.
func (p *logPart) close() error {
	var err error
	if !p.complete {
		err = p.note()
	}
	return errors.Join(err, p.sink.Close())
}

// OpenLog opens a log that has been downloaded whole. Its name is one for the person who saves it. It fails with ErrNoLog.
func (s *Service) OpenLog(id, n int) (content io.ReadSeekCloser, name string, at time.Time, err error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, "", at, err
	}
	if s.folder == "" {
		return nil, "", at, ErrNoFolder
	}
	base, suffix := s.logBase(sys, onboardlog.Entry{ID: n})
	// The newest of that number, which the vehicle may have used before.
	found, err := filepath.Glob(filepath.Join(filepath.Dir(base), fmt.Sprintf("%05d-*%s", n, suffix)))
	if err != nil {
		return nil, "", at, err
	}
	newest := ""
	for _, path := range found {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			newest, at = path, info.ModTime()
		}
	}
	if newest == "" {
		return nil, "", at, fmt.Errorf("%w: log %d of vehicle %d has not been downloaded", ErrNoLog, n, id)
	}
	f, err := os.Open(newest) //nolint:gosec // from a list of the station's own folder
	if err != nil {
		return nil, "", at, fmt.Errorf("open log %d: %w", n, err)
	}
	return f, fmt.Sprintf("vehicle-%d-log-%s", id, filepath.Base(newest)), at, nil
}
