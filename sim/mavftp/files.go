package mavftp

import (
	"path"
	"slices"
	"strings"
)

// Limits of what stations may store, so that a vehicle's memory stays small.
const (
	mostFiles   = 64
	largestFile = 4 << 20
)

// Virtual is a file that is made when it is opened.
type Virtual struct {
	Data []byte
	Size uint32 // as it is announced, which may be a guess
}

// Files is a file system in memory. Paths are taken with or without a leading slash.
type Files struct {
	// Look gives a file that is not stored; nil or false: there is none.
	Look func(path string) (Virtual, bool)
	// More lists further entries of a folder.
	More func(dir string) []Entry
	// Written takes a file that was written and closed, and tells whether it was for it (then it is not stored).
	Written func(path string, data []byte) bool
	// Drop removes a file that is not stored.
	Drop func(path string) bool

	stored map[string][]byte
	dirs   map[string]bool
}

// Entry is one line of a folder's list.
type Entry struct {
	Name string
	Dir  bool
	Size uint32
}

// NewFiles makes a file system with empty folders.
func NewFiles(dirs ...string) *Files {
	f := &Files{stored: map[string][]byte{}, dirs: map[string]bool{"": true}}
	for _, d := range dirs {
		for d = clean(d); d != ""; d = parent(d) {
			f.dirs[d] = true
		}
	}
	return f
}

// clean is the name under which a path is kept: no leading slash, no dots.
func clean(p string) string {
	return strings.TrimPrefix(path.Clean("/"+p), "/")
}

func parent(p string) string { return strings.TrimPrefix(path.Dir("/"+p), "/") }

func (f *Files) read(p string) (Virtual, bool) {
	if b, ok := f.stored[p]; ok {
		return Virtual{Data: b, Size: uint32(len(b))}, true
	}
	if f.Look != nil {
		return f.Look(p)
	}
	return Virtual{}, false
}

// list gives the entries of a folder by name.
func (f *Files) list(dir string) ([]Entry, bool) {
	var out []Entry
	if f.More != nil {
		out = f.More(dir)
	}
	if !f.dirs[dir] && len(out) == 0 {
		return nil, false
	}
	for d := range f.dirs {
		if d != "" && parent(d) == dir {
			out = append(out, Entry{Name: path.Base(d), Dir: true})
		}
	}
	for p, b := range f.stored {
		if parent(p) == dir {
			out = append(out, Entry{Name: path.Base(p), Size: uint32(len(b))})
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out, true
}

// create makes an empty file, or says why not.
func (f *Files) create(p string) Code {
	switch {
	case strings.HasPrefix(p, "@"):
		if f.Written == nil {
			return FileProtected
		}
		return 0
	case f.dirs[p], !f.dirs[parent(p)]:
		return FileNotFound
	case f.stored[p] == nil && len(f.stored) >= mostFiles:
		return Fail
	}
	f.stored[p] = []byte{}
	return 0
}

// store keeps what was written.
func (f *Files) store(p string, data []byte) {
	if f.Written != nil && f.Written(p, data) {
		return
	}
	if _, known := f.stored[p]; known {
		f.stored[p] = data
	}
}

func (f *Files) remove(p string) Code {
	if _, known := f.stored[p]; known {
		delete(f.stored, p)
		return 0
	}
	if f.Drop != nil && f.Drop(p) {
		return 0
	}
	if _, virtual := f.read(p); virtual {
		return FileProtected
	}
	return FileNotFound
}

func (f *Files) mkdir(p string) Code {
	_, file := f.read(p)
	switch {
	case p == "" || f.dirs[p] || file:
		return FileExists
	case strings.HasPrefix(p, "@"):
		return FileProtected
	case !f.dirs[parent(p)]:
		return FileNotFound
	case len(f.dirs) >= mostFiles:
		return Fail
	}
	f.dirs[p] = true
	return 0
}

func (f *Files) rmdir(p string) Code {
	if p == "" || !f.dirs[p] {
		return FileNotFound
	}
	if inside, _ := f.list(p); len(inside) > 0 {
		return FailErrno
	}
	delete(f.dirs, p)
	return 0
}

func (f *Files) rename(from, to string) Code {
	b, known := f.stored[from]
	if !known {
		return FileNotFound
	}
	if _, taken := f.read(to); taken {
		return FileExists
	}
	if c := f.create(to); c != 0 {
		return c
	}
	delete(f.stored, from)
	f.stored[to] = b
	return 0
}
