package mavlink

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	keepTexts = 20
	chunkSize = 50
	maxChunks = 20
	// chunkWait is how long a text waits for its next part before the parts that came are given out.
	chunkWait = 2 * time.Second
	// sameText is the time within which an equal text is the same one over another link.
	sameText = time.Second
	// repeatedText is the time within which an equal text is a repetition of the one that is shown.
	repeatedText = 5 * time.Minute
)

// textJoiner makes whole texts of STATUSTEXT messages: parts with the same id are joined, copies are dropped.
type textJoiner struct {
	// open holds the text of each component that has parts to come, and done the last one that was whole.
	open, done map[uint8]*openText
	recent     []Text
}

type openText struct {
	id       uint16
	severity common.MAV_SEVERITY
	parts    []string
	newest   time.Time
}

func (o *openText) text() string { return strings.Join(o.parts, "") }

// add answers the texts that a message completes: none while parts are missing or when it is a copy, two when it begins
// and ends one while another was still open.
func (j *textJoiner) add(component uint8, m *common.MessageStatustext, at time.Time) []Text {
	if m.Id == 0 {
		return j.whole(component, m.Severity, m.Text, at)
	}
	if j.open == nil {
		j.open, j.done = make(map[uint8]*openText), make(map[uint8]*openText)
	}
	if d, ok := j.done[component]; ok && d.id == m.Id && at.Sub(d.newest) <= chunkWait {
		return nil // a part again, over another link
	}
	var texts []Text
	o, ok := j.open[component]
	if ok && o.id != m.Id {
		texts = j.whole(component, o.severity, o.text()+"…", o.newest)
		ok = false
	}
	if !ok {
		o = &openText{id: m.Id, severity: m.Severity}
		j.open[component] = o
	}
	// A part may be missing or come twice: its place is its number.
	for len(o.parts) <= int(m.ChunkSeq) && len(o.parts) < maxChunks {
		o.parts = append(o.parts, "")
	}
	if int(m.ChunkSeq) < len(o.parts) {
		o.parts[m.ChunkSeq] = m.Text
	}
	o.newest = at
	if len(m.Text) == chunkSize && len(o.parts) < maxChunks {
		return texts
	}
	delete(j.open, component)
	j.done[component] = o
	return append(texts, j.whole(component, o.severity, o.text(), at)...)
}

// expire answers the texts whose last parts have not come in time.
func (j *textJoiner) expire(now time.Time) (texts []Text) {
	for component, o := range j.open {
		if now.Sub(o.newest) > chunkWait {
			delete(j.open, component)
			texts = append(texts, j.whole(component, o.severity, o.text()+"…", o.newest)...)
		}
	}
	return texts
}

// whole cleans a text and answers it, unless it is a copy or says nothing.
func (j *textJoiner) whole(component uint8, severity common.MAV_SEVERITY, text string, at time.Time) []Text {
	t := Text{Time: at.UTC(), First: at.UTC(), Count: 1, Component: component, Severity: severityName(severity), Text: clean(text)}
	if t.Text == "" || t.Text == "…" {
		return nil
	}
	j.recent = slices.DeleteFunc(j.recent, func(r Text) bool { return t.Time.Sub(r.Time) > sameText })
	for _, r := range j.recent {
		if r.Text == t.Text && r.Severity == t.Severity {
			return nil
		}
	}
	j.recent = append(j.recent, t)
	return []Text{t}
}

// addTexts keeps the newest texts in a new slice, since copies of the old one are about. A text that is kept already moves
// to the end and is counted.
func (st *state) addTexts(texts []Text) {
	all := slices.Clone(st.v.Messages)
	for _, t := range texts {
		same := func(o Text) bool {
			return o.Text == t.Text && o.Severity == t.Severity && o.Component == t.Component && t.Time.Sub(o.Time) <= repeatedText
		}
		if i := slices.IndexFunc(all, same); i >= 0 {
			t.First, t.Count = all[i].First, all[i].Count+1
			all = slices.Delete(all, i, i+1)
		}
		all = append(all, t)
	}
	st.v.Messages = all[max(0, len(all)-keepTexts):]
}

// clean leaves printable characters only: the text goes to screens and logs.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "?")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s))
}

func severityName(s common.MAV_SEVERITY) string {
	switch {
	case s <= common.MAV_SEVERITY_CRITICAL:
		return "critical"
	case s == common.MAV_SEVERITY_ERROR:
		return "error"
	case s == common.MAV_SEVERITY_WARNING:
		return "warning"
	case s == common.MAV_SEVERITY_NOTICE:
		return "notice"
	default:
		return "info"
	}
}
