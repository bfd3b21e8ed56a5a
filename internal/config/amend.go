package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Section is a list of the file whose entries may be changed beside the file, while the station runs.
type Section string

// The sections that can be amended.
const (
	Sensors Section = "sensors"
	Zones   Section = "zones"
	Feeds   Section = "feeds"
	Links   Section = "links"
)

// Sections are those that can be amended, in the order in which they are shown.
func Sections() []Section { return []Section{Sensors, Zones, Feeds, Links} }

// ErrEntry is wrapped by the errors of Amend: the entry breaks a rule, and the text says which.
var ErrEntry = errors.New("this cannot be used")

// maxEntryBytes bounds one entry.
const maxEntryBytes = 256 << 10

// list is how the entries of a section are reached.
type list interface {
	ids(c *Config) []string
	text(c *Config, i int) (string, error)
	put(c *Config, i int, id, text string) error
	remove(c *Config, i int)
}

// listOf is the list of entries of one type.
type listOf[T any] struct {
	all func(c *Config) *[]T
	id  func(v *T) *string
}

func (l listOf[T]) ids(c *Config) []string {
	all := *l.all(c)
	out := make([]string, len(all))
	for i := range all {
		out[i] = *l.id(&all[i])
	}
	return out
}

func (l listOf[T]) text(c *Config, i int) (string, error) {
	raw, err := yaml.MarshalWithOptions((*l.all(c))[i], yaml.JSON())
	return strings.TrimSpace(string(raw)), err
}

// put decodes an entry strictly and puts it in place of the i-th, or at the end where i is below 0. The list of c is a new one then: the
// old may be shared.
func (l listOf[T]) put(c *Config, i int, id, text string) error {
	// JSON only, although YAML would do: who changes an entry over the network gets no anchors and aliases to play with.
	if !json.Valid([]byte(text)) || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return fmt.Errorf("%w: it is no JSON object", ErrEntry)
	}
	var v T
	if err := yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s", ErrEntry, strings.TrimPrefix(syntaxProblem("", err), ":"))
	}
	if own := *l.id(&v); own != "" && own != id {
		return fmt.Errorf("%w: it names itself %q, not %q", ErrEntry, own, id)
	}
	*l.id(&v) = id
	all := slices.Clone(*l.all(c))
	if i < 0 {
		all = append(all, v)
	} else {
		all[i] = v
	}
	*l.all(c) = all
	return nil
}

func (l listOf[T]) remove(c *Config, i int) {
	*l.all(c) = slices.Delete(slices.Clone(*l.all(c)), i, i+1)
}

func listFor(s Section) list {
	switch s {
	case Sensors:
		return listOf[Sensor]{func(c *Config) *[]Sensor { return &c.Sensors }, func(v *Sensor) *string { return &v.ID }}
	case Zones:
		return listOf[Zone]{func(c *Config) *[]Zone { return &c.Zones }, func(v *Zone) *string { return &v.ID }}
	case Feeds:
		return listOf[Feed]{func(c *Config) *[]Feed { return &c.Feeds }, func(v *Feed) *string { return &v.ID }}
	case Links:
		return listOf[Link]{func(c *Config) *[]Link { return &c.Links }, func(v *Link) *string { return &v.Name }}
	}
	return nil
}

// Entry is an entry of a section as one JSON object with the keys of the file; found is false where there is none of that name.
func (c *Config) Entry(s Section, id string) (text string, found bool) {
	l := listFor(s)
	if l == nil {
		return "", false
	}
	i := slices.Index(l.ids(c), id)
	if i < 0 {
		return "", false
	}
	text, err := l.text(c, i)
	return text, err == nil
}

// Entries are all entries of a section as Entry gives them, in the order of the file.
func (c *Config) Entries(s Section) (names, texts []string) {
	l := listFor(s)
	if l == nil {
		return nil, nil
	}
	for i, id := range l.ids(c) {
		if text, err := l.text(c, i); err == nil {
			names, texts = append(names, id), append(texts, text)
		}
	}
	return names, texts
}

// Names are the names of a section's entries, in the order of the file.
func (c *Config) Names(s Section) []string {
	l := listFor(s)
	if l == nil {
		return nil
	}
	return l.ids(c)
}

// Amend gives the configuration with one entry put in the place of the one of its name, or added; text is a JSON object with the keys of
// the file, and is decoded as strictly. An empty text removes the entry. The whole is checked by the rules of the file; c stays as
// it is.
func (c Config) Amend(s Section, id, text string) (Config, error) {
	out, err := c.put(s, id, text)
	if err != nil {
		return c, err
	}
	if problems := out.problemsOf(s, id); len(problems) > 0 {
		return c, fmt.Errorf("%w: %s", ErrEntry, strings.Join(problems, "; "))
	}
	out.fillEntryDefaults()
	return out, nil
}

func (c Config) put(s Section, id, text string) (Config, error) {
	l := listFor(s)
	if l == nil {
		return c, fmt.Errorf("%w: there is no section %q", ErrEntry, s)
	}
	if len(text) > maxEntryBytes {
		return c, fmt.Errorf("%w: it is larger than %d bytes", ErrEntry, maxEntryBytes)
	}
	i := slices.Index(l.ids(&c), id)
	if strings.TrimSpace(text) != "" {
		err := l.put(&c, i, id, text)
		return c, err
	}
	if i >= 0 {
		l.remove(&c, i)
	}
	return c, nil
}

// problemsOf are the problems of the whole, with those of an entry named by its name and not by its number.
func (c *Config) problemsOf(s Section, id string) []string {
	check := checker{}
	check.check(*c)
	for i, l := range c.Links {
		if r := l.Replay; r != nil && r.File != "" && !filepath.IsAbs(r.File) {
			check.addf(fmt.Sprintf("links[%d].replay.file", i), "%q needs a whole path, from the root", r.File)
		}
	}
	own := fmt.Sprintf("%s[%d]", s, slices.Index(listFor(s).ids(c), id))
	out := check.problems()
	for i, text := range out {
		text = strings.TrimPrefix(text, ": ")
		if rest, of := strings.CutPrefix(text, own); of {
			text = strings.TrimPrefix(strings.TrimPrefix(rest, "."), ": ")
		}
		out[i] = text
	}
	return out
}

// fillEntryDefaults fills in what fillDefaults does of the sections that can be amended, in lists of their own.
func (c *Config) fillEntryDefaults() {
	c.Links = slices.Clone(c.Links)
	for i := range c.Links {
		if s := c.Links[i].Serial; s != nil {
			own := *s
			setDefault(&own.Baud, 57600)
			c.Links[i].Serial = &own
		}
	}
	c.Feeds = slices.Clone(c.Feeds)
	for i := range c.Feeds {
		setDefault(&c.Feeds[i].Camera.Kind, "eo")
	}
}
