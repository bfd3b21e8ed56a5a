package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// roomEvery is how often the free space is looked at, retireEvery how often old segments are looked for.
	roomEvery   = time.Second
	retireEvery = time.Minute
	// page is how many segments are read from the index at once.
	page = 500
)

// ErrUnknown means that there is no such segment.
var ErrUnknown = errors.New("no such recording")

type counts struct {
	segments, fragments, pictures, bytes, klv, dropped, klvDropped, failures, indexFailures atomic.Uint64
}

// Library is the folder of all recordings.
type Library struct {
	cfg    Config
	log    *slog.Logger
	counts counts

	recovered, lost, removed, free atomic.Uint64

	mu     sync.Mutex
	reason string // why nothing may be written; "" where it may
}

// Open makes the folder ready: segments that a crash left open are cut after their last whole fragment, and the index
// is brought in step with the files. ctx bounds the work.
func Open(ctx context.Context, cfg Config) (*Library, error) {
	if cfg.Segment <= 0 {
		cfg.Segment = time.Minute
	}
	if cfg.Fragment <= 0 {
		cfg.Fragment = time.Second
	}
	if cfg.KeepFree == 0 {
		cfg.KeepFree = 2 << 30
	}
	if cfg.KeepLeast == 0 {
		cfg.KeepLeast = time.Hour
	}
	if cfg.Free == nil {
		cfg.Free = freeBytes
	}
	l := &Library{cfg: cfg, log: cfg.Log}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Folder, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of recordings: %w", err)
	}
	if err := l.recover(ctx); err != nil {
		return nil, err
	}
	l.room()
	return l, nil
}

// Run keeps the folder within its limits until ctx ends, and then returns nil.
func (l *Library) Run(ctx context.Context) error {
	tick := time.NewTicker(roomEvery)
	defer tick.Stop()
	var retired time.Time
	for {
		if now := time.Now(); now.Sub(retired) >= retireEvery {
			retired = now
			l.retire(ctx, now)
		}
		l.makeRoom(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Stats returns the counters.
func (l *Library) Stats() Stats {
	c := &l.counts
	s := Stats{
		Counts: Counts{
			Segments: c.segments.Load(), Fragments: c.fragments.Load(), Pictures: c.pictures.Load(), Bytes: c.bytes.Load(),
			KLV: c.klv.Load(), PicturesDropped: c.dropped.Load(), KLVDropped: c.klvDropped.Load(),
			Failures: c.failures.Load(), IndexFailures: c.indexFailures.Load(),
		},
		Recovered: l.recovered.Load(), Lost: l.lost.Load(), Removed: l.removed.Load(), FreeBytes: l.free.Load(),
	}
	if l.full() != "" {
		s.Full = 1
	}
	return s
}

// Find returns segments that touch a span of time, the oldest first; zero times leave a side open, feed "" means all.
func (l *Library) Find(ctx context.Context, feed string, from, to time.Time, limit int) ([]Segment, error) {
	if l.cfg.Index == nil {
		return nil, nil
	}
	return l.cfg.Index.Find(ctx, feed, from, to, limit)
}

// File opens a segment for reading, also one that still grows. The caller closes it. Error: ErrUnknown.
func (l *Library) File(name string) (f *os.File, feed string, err error) {
	feed, ok := feedOf(name)
	if !ok {
		return nil, "", fmt.Errorf("%w: %.80q", ErrUnknown, name)
	}
	path := l.path(feed, name)
	f, err = os.Open(path) //nolint:gosec // a name without separators, of this package's form
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.Open(path + openMark) //nolint:gosec // likewise
	}
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.Open(path) //nolint:gosec // it has just been ended
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("%w: %q", ErrUnknown, name)
	case err != nil:
		return nil, "", fmt.Errorf("open a recording: %w", err)
	}
	return f, feed, nil
}

func (l *Library) path(feed, name string) string {
	return filepath.Join(l.cfg.Folder, feed, name+extension)
}

// put tells the index of a segment. Where that fails, the next start puts it right.
func (l *Library) put(s Segment) {
	if l.cfg.Index == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), indexWait)
	defer cancel()
	if err := l.cfg.Index.Put(ctx, s); err != nil {
		l.counts.indexFailures.Add(1)
		l.log.Error("the index of recordings does not take a segment", "file", s.Name, "error", err)
	}
}

// forget takes a segment out of the index.
func (l *Library) forget(name string) {
	if l.cfg.Index == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), indexWait)
	defer cancel()
	if err := l.cfg.Index.Remove(ctx, name); err != nil {
		l.counts.indexFailures.Add(1)
		l.log.Error("the index of recordings keeps a segment that is gone", "file", name, "error", err)
	}
}

// full says why nothing may be written; "" where it may.
func (l *Library) full() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// words tells an error of the disk to people.
func (l *Library) words(err error) string {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return "the disk is full"
	}
	return "the disk cannot be written: " + err.Error()
}

// room looks at the free space: below half of KeepFree nothing is written until there is three quarters of it again.
func (l *Library) room() (short bool) {
	free, err := l.cfg.Free(l.cfg.Folder)
	if err != nil {
		l.log.Error("the free space of the disk is not known", "folder", l.cfg.Folder, "error", err)
		return false
	}
	l.free.Store(free)
	l.mu.Lock()
	before := l.reason
	switch {
	case free < l.cfg.KeepFree/2:
		l.reason = fmt.Sprintf("the disk is nearly full: less than %s free", size(l.cfg.KeepFree/2))
	case free >= l.cfg.KeepFree/4*3:
		l.reason = ""
	}
	now := l.reason
	l.mu.Unlock()
	if before != "" && now == "" {
		l.log.Warn("there is room on the disk again: recording goes on", "freeBytes", free)
	}
	return free < l.cfg.KeepFree
}

// size writes bytes for people.
func size(n uint64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// makeRoom removes the oldest segments while the disk is short of free space.
func (l *Library) makeRoom(ctx context.Context) {
	for l.room() && ctx.Err() == nil {
		oldest, err := l.Find(ctx, "", time.Time{}, time.Time{}, page)
		if err != nil {
			l.log.Error("the index of recordings cannot be read", "error", err)
			return
		}
		removed := false
		for _, s := range oldest {
			if !s.Open && time.Since(s.End) >= l.cfg.KeepLeast && l.remove(s) {
				removed = true
				break
			}
		}
		if !removed {
			return
		}
	}
}

// retire removes what is older than Keep.
func (l *Library) retire(ctx context.Context, now time.Time) {
	if l.cfg.Keep <= 0 {
		return
	}
	for ctx.Err() == nil {
		old, err := l.Find(ctx, "", time.Time{}, now.Add(-l.cfg.Keep), page)
		if err != nil {
			l.log.Error("the index of recordings cannot be read", "error", err)
			return
		}
		removed := false
		for _, s := range old {
			if !s.Open && s.End.Before(now.Add(-l.cfg.Keep)) && l.remove(s) {
				removed = true
			}
		}
		if !removed {
			return
		}
	}
}

// remove removes a segment's file and then its place in the index, so that what is cut short is found at the next start.
func (l *Library) remove(s Segment) bool {
	feed, ok := feedOf(s.Name)
	if !ok {
		l.forget(s.Name)
		return false
	}
	if err := os.Remove(l.path(feed, s.Name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.counts.failures.Add(1)
		l.log.Error("an old recording cannot be removed", "file", s.Name, "error", err)
		return false
	}
	l.removed.Add(1)
	l.forget(s.Name)
	return true
}

// isSegment tells a file of ours by its name.
func isSegment(file string) (name string, open, ok bool) {
	name, open = strings.CutSuffix(file, openMark)
	name, ok = strings.CutSuffix(name, extension)
	if !ok {
		return "", false, false
	}
	_, ok = feedOf(name)
	return name, open, ok
}
