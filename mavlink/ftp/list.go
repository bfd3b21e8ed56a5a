package ftp

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
)

// maxEntries bounds a listing; a server that never ends its list is broken.
const maxEntries = 20000

// Entry is a file or folder.
type Entry struct {
	Name string
	Dir  bool
	// Size is in bytes, 0 for folders.
	Size int64
}

// List lists a folder.
type List struct {
	x       exchange
	path    string
	entries []Entry
	offset  uint32
	done    bool
}

// NewList prepares a listing.
func NewList(c *Conn, path string) (*List, error) {
	if err := checkPath(path, maxPath); err != nil {
		return nil, err
	}
	return &List{x: exchange{conn: c}, path: path}, nil
}

// Entries is the list once the machine is done without error.
func (l *List) Entries() []Entry { return l.entries }

// Tick implements dialog.Machine.
func (l *List) Tick(now time.Time) dialog.Step {
	switch {
	case l.done:
		return dialog.Step{Done: true}
	case !l.x.open:
		return l.ask(now)
	}
	step := l.x.tick(now)
	l.done = step.Done
	return step
}

func (l *List) ask(now time.Time) dialog.Step {
	return l.x.ask(Payload{Op: OpList, Offset: l.offset, Data: []byte(l.path)}, now)
}

// Handle implements dialog.Machine.
func (l *List) Handle(m message.Message, now time.Time) dialog.Step {
	if l.done {
		return dialog.Step{Done: true}
	}
	p, ok := l.x.received(m)
	if !ok || !l.x.answers(p, now) {
		return l.x.wait()
	}
	if p.Op == opNak {
		l.done = true
		if refused := refusal(p); refused.Code != nakEOF {
			return ended(refused)
		}
		return ended(nil)
	}
	entries, taken := parseEntries(p.Data)
	if taken == 0 {
		l.done = true // a server that ends its list with an empty answer
		return ended(nil)
	}
	l.entries = append(l.entries, entries...)
	l.offset += uint32(taken)
	if l.offset > maxEntries {
		l.done = true
		return ended(fmt.Errorf("the folder has more than %d entries", maxEntries))
	}
	return l.ask(now)
}

// parseEntries reads names that end with zeros: 'F' name tab size, 'D' name, 'S' for one that is left out. taken counts all of
// them, by which the next request goes on.
func parseEntries(data []byte) (entries []Entry, taken int) {
	for len(data) > 0 {
		one, rest, _ := bytes.Cut(data, []byte{0})
		data = rest
		if len(one) == 0 {
			continue // padding
		}
		taken++
		name := string(one[1:])
		switch one[0] {
		case 'D':
			if name != "." && name != ".." && printable(name) {
				entries = append(entries, Entry{Name: name, Dir: true})
			}
		case 'F':
			before, size, _ := bytes.Cut(one[1:], []byte{'\t'})
			n, err := strconv.ParseInt(string(size), 10, 64)
			if err != nil || n < 0 {
				n = 0
			}
			if printable(string(before)) {
				entries = append(entries, Entry{Name: string(before), Size: n})
			}
		}
	}
	return entries, taken
}

func printable(name string) bool { return checkPath(name, maxPath) == nil }
