package tlog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// File is one log on disk.
type File struct {
	// System is the vehicle's id, Name the file's name.
	System int
	Name   string
	// Start is the time of the first frame, from the name; End is when the file was written last.
	Start, End time.Time
	Bytes      int64
	// Open tells that it is being written.
	Open bool

	number int // among those that begin in the same second
}

var (
	namePattern   = regexp.MustCompile(`^([0-9]{8}T[0-9]{6}Z)(-[0-9]{1,3})?\.tlog$`)
	folderPattern = regexp.MustCompile(`^vehicle-([0-9]{3})$`)
)

const nameTime = "20060102T150405Z"

func folderOf(root string, system int) string {
	return filepath.Join(root, fmt.Sprintf("vehicle-%03d", system))
}

// ErrNoFile means that there is no log of that name.
var ErrNoFile = errors.New("no such telemetry log")

// Path gives where a log lies. Names that no log has are refused, whatever lies there.
func Path(root string, system int, name string) (string, error) {
	if system < 1 || system > 255 || !namePattern.MatchString(name) {
		return "", ErrNoFile
	}
	path := filepath.Join(folderOf(root, system), name)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return "", ErrNoFile
	}
	return path, err
}

// List gives the logs of a vehicle, the oldest first.
func List(root string, system int) ([]File, error) {
	entries, err := os.ReadDir(folderOf(root, system))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list telemetry logs: %w", err)
	}
	var all []File
	for _, e := range entries {
		m := namePattern.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // removed meanwhile
		}
		start, err := time.Parse(nameTime, m[1])
		if err != nil {
			continue
		}
		number, _ := strconv.Atoi(strings.TrimPrefix(m[2], "-")) // none is the first
		all = append(all, File{number: number, System: system, Name: e.Name(), Start: start.UTC(), End: info.ModTime().UTC(), Bytes: info.Size()})
	}
	slices.SortFunc(all, func(a, b File) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.number, b.number)) })
	return all, nil
}

// ListAll gives the logs of all vehicles, by vehicle.
func ListAll(root string) ([]File, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list telemetry logs: %w", err)
	}
	var all []File
	for _, e := range entries {
		m := folderPattern.FindStringSubmatch(e.Name())
		if m == nil || !e.IsDir() {
			continue
		}
		system, _ := strconv.Atoi(m[1]) // three digits
		files, err := List(root, system)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// create makes a new log named after its first frame. Two that begin in one second are told apart by a number.
func create(root string, system int, first time.Time) (*os.File, error) {
	folder := folderOf(root, system)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	stem := first.UTC().Format(nameTime)
	const most = 999
	for i := 1; ; i++ {
		name := stem
		if i > 1 {
			name += "-" + strconv.Itoa(i)
		}
		f, err := os.OpenFile(filepath.Join(folder, name+".tlog"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
		if !errors.Is(err, fs.ErrExist) || i == most {
			return f, err
		}
	}
}

// Tidy removes logs that are older than age, and then the oldest until all together are no more than bytes; 0 is no
// limit. Logs for which keep is true stay. It gives what it removed.
func Tidy(root string, age time.Duration, bytes int64, now time.Time, keep func(File) bool) ([]File, error) {
	all, err := ListAll(root)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b File) int { return a.End.Compare(b.End) })
	total := int64(0)
	for _, f := range all {
		total += f.Bytes
	}
	var removed []File
	var problems []error
	for _, f := range all {
		old := age > 0 && now.Sub(f.End) > age
		if !old && (bytes <= 0 || total <= bytes) || keep(f) {
			continue
		}
		if err := os.Remove(filepath.Join(folderOf(root, f.System), f.Name)); err != nil {
			problems = append(problems, fmt.Errorf("remove an old telemetry log: %w", err))
			continue
		}
		total -= f.Bytes
		removed = append(removed, f)
	}
	return removed, errors.Join(problems...)
}

// System gives the vehicle whose folder a path lies in, 0 for none.
func System(path string) int {
	m := folderPattern.FindStringSubmatch(filepath.Base(filepath.Dir(path)))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimLeft(m[1], "0")) // three digits
	return n
}
