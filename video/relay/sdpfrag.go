package relay

import (
	"errors"
	"fmt"
	"strings"
)

// ErrBadFragment means that an ICE fragment cannot be used; the text says why.
var ErrBadFragment = errors.New("ICE fragment cannot be used")

const maxFragment = 64 << 10 // bytes

// fragment is an application/trickle-ice-sdpfrag (RFC 8840, section 9).
type fragment struct {
	ufrag, pwd string // empty where it does not say them
	mid        string
	candidates []string // values of a=candidate, those that can be read
}

// readFragment reads a fragment. Candidates are kept as far as they can be used; the rest is dropped, as the standard
// asks. Everything is bundled, so of several sections the first that has candidates or credentials counts.
func readFragment(text string) (fragment, error) {
	var f fragment
	if len(text) > maxFragment {
		return f, fmt.Errorf("%w: %d bytes, more than %d", ErrBadFragment, len(text), maxFragment)
	}
	section, chosen := 0, -1
	take := func(value *string, v string) error {
		if *value != "" && *value != v {
			return fmt.Errorf("%w: it names two sets of credentials", ErrBadFragment)
		}
		*value = v
		return nil
	}
	lines := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		lines++
		if strings.HasPrefix(line, "m=") {
			section++
			continue
		}
		rest, ok := strings.CutPrefix(line, "a=")
		if !ok {
			return f, fmt.Errorf("%w: line %.40q is neither an attribute nor a media line", ErrBadFragment, line)
		}
		key, value, _ := strings.Cut(rest, ":")
		var err error
		switch key {
		case "ice-ufrag":
			err = take(&f.ufrag, value)
		case "ice-pwd":
			err = take(&f.pwd, value)
		case "mid":
			if f.mid == "" {
				f.mid = value
			}
		case "candidate":
			if chosen < 0 {
				chosen = section
			}
			if _, usable := candidateKind(value); usable && section == chosen && len(f.candidates) < maxCandidates {
				f.candidates = append(f.candidates, value)
			}
		}
		if err != nil {
			return f, err
		}
	}
	if lines == 0 {
		return f, fmt.Errorf("%w: it is empty", ErrBadFragment)
	}
	if (f.ufrag == "") != (f.pwd == "") {
		return f, fmt.Errorf("%w: a=ice-ufrag and a=ice-pwd belong together", ErrBadFragment)
	}
	if f.ufrag != "" && checkCredentials(f.ufrag, f.pwd) != nil {
		return f, fmt.Errorf("%w: a=ice-ufrag has 4 to 256 characters and a=ice-pwd 22 to 256", ErrBadFragment)
	}
	return f, nil
}
