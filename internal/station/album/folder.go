package album

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// mostTotal is how many bytes all pictures together take where Folder does not say: the oldest go first.
const mostTotal = 1 << 30

// suffix ends the name of each picture's file, which is its number, its feed and this.
const suffix = ".jpg"

// Folder keeps the files of pictures: a folder for each alert. Its methods may be called from many goroutines.
type Folder struct {
	// Path is the folder, which is made when the first picture comes.
	Path string
	// Keep is how long a picture is kept; 0: for ever.
	Keep time.Duration
	// MostTotal bounds the bytes of all pictures. Default 1 GB.
	MostTotal int64

	mu sync.Mutex // one change at a time
}

// Write keeps a picture of an alert. It is on disk when this returns; where it fails nothing is left behind.
func (f *Folder) Write(alertID string, n int, feed string, jpeg []byte) error {
	if !validID(alertID) || n < 1 {
		return fmt.Errorf("keep a picture: alert %q, number %d", alertID, n)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.write(alertID, n, feed, jpeg, time.Time{})
}

// Replace keeps another file in the place of a picture's, for as long as that would have been kept. fs.ErrNotExist: there is none. Where it
// fails the old file stays.
func (f *Folder) Replace(alertID string, n int, jpeg []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	name, feed, err := f.find(alertID, n)
	if err != nil {
		return fmt.Errorf("replace a picture: %w", err)
	}
	old, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("replace a picture: %w", err)
	}
	return f.write(alertID, n, feed, jpeg, old.ModTime())
}

// write makes a file as old as it is said to be; zero: new. mu must be held.
func (f *Folder) write(alertID string, n int, feed string, jpeg []byte, since time.Time) error {
	folder := filepath.Join(f.Path, alertID)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("keep a picture: %w", err)
	}
	file, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return fmt.Errorf("keep a picture: %w", err)
	}
	_, err = file.Write(jpeg)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil && !since.IsZero() {
		err = os.Chtimes(file.Name(), since, since)
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, strconv.Itoa(n)+"_"+url.PathEscape(feed)+suffix))
	}
	if err != nil {
		return fmt.Errorf("keep a picture: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// Read gives a picture, and the feed that it is of. fs.ErrNotExist: there is none.
func (f *Folder) Read(alertID string, n int) (jpeg []byte, feed string, err error) {
	name, feed, err := f.find(alertID, n)
	if err != nil {
		return nil, "", err
	}
	jpeg, err = os.ReadFile(name) //nolint:gosec // within the folder: the id is checked, and the name was listed
	return jpeg, feed, err
}

// Kept names a picture.
type Kept struct {
	AlertID string
	N       int
}

// All are the pictures that are kept.
func (f *Folder) All() ([]Kept, error) {
	folders, err := os.ReadDir(f.Path)
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	var out []Kept
	var errs []error
	for _, one := range folders {
		if !one.IsDir() || !validID(one.Name()) {
			continue
		}
		files, err := os.ReadDir(filepath.Join(f.Path, one.Name()))
		errs = append(errs, ignoreAbsent(err))
		for _, file := range files {
			if n, _, ok := parseName(file.Name()); ok {
				out = append(out, Kept{one.Name(), n})
			}
		}
	}
	return out, errors.Join(errs...)
}

// Note gives what is noted in a picture's file; nil: nothing. fs.ErrNotExist: there is no such picture.
func (f *Folder) Note(alertID string, n int) (note []byte, err error) {
	name, _, err := f.find(alertID, n)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(name) //nolint:gosec // within the folder: the id is checked, and the name was listed
	if err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(file, noteHead+int64(len(noteMark))+MostNote))
	return Note(head), errors.Join(err, file.Close())
}

// Has tells whether a picture is there.
func (f *Folder) Has(alertID string, n int) bool {
	_, _, err := f.find(alertID, n)
	return err == nil
}

// Remove removes a picture. One that is not there is no error.
func (f *Folder) Remove(alertID string, n int) error {
	name, _, err := f.find(alertID, n)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return ignoreAbsent(os.Remove(name))
}

func (f *Folder) find(alertID string, n int) (path, feed string, err error) {
	if !validID(alertID) || n < 1 {
		return "", "", fs.ErrNotExist
	}
	entries, err := os.ReadDir(filepath.Join(f.Path, alertID))
	if err != nil {
		return "", "", err
	}
	for _, e := range entries {
		number, feed, ok := parseName(e.Name())
		if ok && number == n {
			return filepath.Join(f.Path, alertID, e.Name()), feed, nil
		}
	}
	return "", "", fs.ErrNotExist
}

// Prune removes what is older than Keep, the oldest where all together are too large, and what was left half written. It
// returns how many pictures went.
func (f *Folder) Prune(now time.Time) (removed int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	type kept struct {
		path    string
		at      time.Time
		bytes   int64
		picture bool
	}
	var all []kept
	total := int64(0)
	err = filepath.WalkDir(f.Path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreAbsent(err)
		}
		info, err := d.Info()
		if err != nil {
			return ignoreAbsent(err)
		}
		_, _, picture := parseName(d.Name())
		all = append(all, kept{path, info.ModTime(), info.Size(), picture})
		total += info.Size()
		return nil
	})
	errs := []error{err}
	slices.SortFunc(all, func(a, b kept) int { return a.at.Compare(b.at) })
	for _, k := range all {
		old := f.Keep > 0 && now.Sub(k.at) > f.Keep
		if !old && total <= cmp.Or(f.MostTotal, mostTotal) && k.picture {
			continue
		}
		total -= k.bytes
		if err := ignoreAbsent(os.Remove(k.path)); err != nil {
			errs = append(errs, err)
			continue
		}
		if k.picture {
			removed++
		}
		_ = os.Remove(filepath.Dir(k.path)) // only the folder of an alert without further pictures goes
	}
	return removed, errors.Join(errs...)
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// parseName reads the name of a picture's file.
func parseName(name string) (n int, feed string, ok bool) {
	number, rest, found := strings.Cut(strings.TrimSuffix(name, suffix), "_")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 || !strings.HasSuffix(name, suffix) {
		return 0, "", false
	}
	feed, err = url.PathUnescape(rest)
	return n, feed, err == nil
}

// validID tells whether something can be the id of an alert, and so the name of a folder: "a-" and a number.
func validID(id string) bool {
	number, found := strings.CutPrefix(id, "a-")
	return found && number != "" && len(number) <= 19 && strings.Trim(number, "0123456789") == ""
}
