package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// recover mends what a crash left open and brings the index in step with the files.
func (l *Library) recover(ctx context.Context) error {
	known, err := l.known(ctx)
	if err != nil {
		return err
	}
	feeds, err := os.ReadDir(l.cfg.Folder)
	if err != nil {
		return fmt.Errorf("read the folder of recordings: %w", err)
	}
	for _, dir := range feeds {
		if !dir.IsDir() {
			continue
		}
		files, err := os.ReadDir(filepath.Join(l.cfg.Folder, dir.Name()))
		if err != nil {
			return fmt.Errorf("read the folder of recordings: %w", err)
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("open the recordings: %w", err)
			}
			name, open, ok := isSegment(f.Name())
			if feed, _ := feedOf(name); !ok || feed != dir.Name() {
				continue // not ours
			}
			s, listed := known[name]
			delete(known, name)
			if open || !listed || s.Open {
				l.mend(name, dir.Name(), open)
			}
		}
	}
	for name := range known {
		l.forget(name) // its file is gone
	}
	return nil
}

// known reads the whole index.
func (l *Library) known(ctx context.Context) (map[string]Segment, error) {
	all := map[string]Segment{}
	var from time.Time
	for {
		list, err := l.Find(ctx, "", from, time.Time{}, page)
		if err != nil {
			return nil, fmt.Errorf("read the index of recordings: %w", err)
		}
		before := len(all)
		for _, s := range list {
			all[s.Name] = s
			from = s.End
		}
		if len(list) < page || len(all) == before {
			return all, nil
		}
	}
}

// mend reads one file, finishes it where it was left open, and puts it into the index. A file that cannot be read stays as
// it is, and the others are served.
func (l *Library) mend(name, feed string, open bool) {
	path := l.path(feed, name)
	s, err := l.mendFile(path, open)
	switch {
	case errors.Is(err, errNothing):
		l.lost.Add(1)
		l.log.Warn("a recording that was left open held nothing and was removed", "file", name)
		l.forget(name)
		return
	case err != nil:
		l.counts.failures.Add(1)
		l.log.Error("a recording cannot be read", "file", name, "error", err)
		return
	}
	if open {
		l.recovered.Add(1)
		l.log.Info("a recording that was left open is whole again", "file", name, "until", s.End)
	}
	s.Name, s.Feed = name, feed
	l.put(s)
}

// errNothing means that a file was left open before its first fragment was whole.
var errNothing = errors.New("nothing was recorded")

func (l *Library) mendFile(path string, open bool) (Segment, error) {
	mark, mode := "", os.O_RDONLY
	if open {
		mark, mode = openMark, os.O_RDWR
	}
	f, err := os.OpenFile(path+mark, mode, 0) //nolint:gosec // found in the folder of recordings
	if err != nil {
		return Segment{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return Segment{}, errors.Join(err, f.Close())
	}
	c, err := scan(f, info.Size())
	if errors.Is(err, errNotOurs) && open && info.Size() <= maxHeader {
		c, err = &contents{}, nil // the header itself was cut short
	}
	if err != nil {
		return Segment{}, errors.Join(err, f.Close())
	}
	if open {
		kept, err := seal(f, path, c)
		if err == nil && !kept {
			err = errNothing
		}
		if err != nil {
			return Segment{}, err
		}
	} else if err := f.Close(); err != nil {
		return Segment{}, err
	}
	if len(c.pieces) == 0 {
		return Segment{}, errNotOurs
	}
	return Segment{
		Start: c.start(), End: c.finish(), Bytes: c.end, Codec: c.codec, WidthPx: c.width, HeightPx: c.height,
	}, nil
}
