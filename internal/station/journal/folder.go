package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Files are named after the time of their beginning, UTC.
const (
	nameForm = "20060102T150405.000"
	suffix   = "Z.jsonl.gz"
)

func nameOf(at time.Time) string { return at.UTC().Format(nameForm) + suffix }

// kept is one file.
type kept struct {
	path  string
	began time.Time
	ended time.Time // when it was written last
	bytes int64
}

// files gives those of a folder, oldest first; none where there is no such folder.
func files(folder string) ([]kept, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []kept
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		if !ours {
			continue
		}
		began, err := time.Parse(nameForm, name)
		if err != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, kept{filepath.Join(folder, e.Name()), began, info.ModTime(), info.Size()})
	}
	slices.SortFunc(out, func(a, b kept) int { return a.began.Compare(b.began) })
	return out, nil
}

// prune removes what is older than keep, and the oldest where all together are too large.
func prune(folder string, keep time.Duration, mostTotal int64, now time.Time) (removed uint64, err error) {
	all, err := files(folder)
	total := int64(0)
	for _, f := range all {
		total += f.bytes
	}
	errs := []error{err}
	for _, f := range all {
		if !(keep > 0 && now.Sub(f.ended) > keep) && total <= mostTotal {
			continue
		}
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		total -= f.bytes
		removed++
	}
	return removed, errors.Join(errs...)
}
