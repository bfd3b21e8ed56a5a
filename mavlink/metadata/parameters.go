package metadata

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"vedette/mavlink/param"
)

const (
	maxParameters = 20000
	maxChoices    = 1000
	maxText       = 2000
	// numbered stands in a name, and in what is said about it, for the number of a servo, a battery and so on.
	numbered = "{n}"
)

// Table is what a component tells about its parameters.
type Table struct {
	byName map[string]param.Meta
	// Refused counts entries that could not be used.
	Refused int
}

// entry is one parameter of the file.
type entry struct {
	Name     string   `json:"name"`
	Short    string   `json:"shortDesc"`
	Long     string   `json:"longDesc"`
	Units    string   `json:"units"`
	Min      *float64 `json:"min"`
	Max      *float64 `json:"max"`
	Default  *float64 `json:"default"`
	Decimals *int     `json:"decimalPlaces"`
	Step     *float64 `json:"increment"`
	Reboot   bool     `json:"rebootRequired"`
	Group    string   `json:"group"`
	Category string   `json:"category"`
	Values   []struct {
		Value       float64 `json:"value"`
		Description string  `json:"description"`
	} `json:"values"`
	Bits []struct {
		Index       int    `json:"index"`
		Description string `json:"description"`
	} `json:"bitmask"`
}

// ReadParameters reads a file about parameters. An entry that cannot be used is counted and left out.
func ReadParameters(b []byte) (*Table, error) {
	var file struct {
		Version    int               `json:"version"`
		Parameters []json.RawMessage `json:"parameters"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("parameter metadata: %w: %w", ErrFormat, err)
	}
	if file.Version != version || len(file.Parameters) > maxParameters {
		return nil, fmt.Errorf("parameter metadata: %w: version %d with %d parameters", ErrFormat, file.Version, len(file.Parameters))
	}
	t := &Table{byName: make(map[string]param.Meta, len(file.Parameters))}
	for _, raw := range file.Parameters {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil || !param.ValidName(strings.Replace(e.Name, numbered, "0", 1)) {
			t.Refused++
			continue
		}
		t.byName[e.Name] = e.meta()
	}
	return t, nil
}

// Len is how many names there are.
func (t *Table) Len() int { return len(t.byName) }

func (e *entry) meta() param.Meta {
	m := param.Meta{
		Description: sentence(e.Short, e.Long), Units: text(e.Units), Reboot: e.Reboot, Group: text(e.Group), Category: text(e.Category),
		Min: e.Min, Max: e.Max, Default: e.Default, Increment: e.Step,
	}
	const mostDecimals = 15
	if e.Decimals != nil && *e.Decimals >= 0 && *e.Decimals <= mostDecimals {
		m.Decimals = e.Decimals
	}
	if m.Min != nil && m.Max != nil && *m.Min > *m.Max {
		m.Min, m.Max = nil, nil
	}
	for _, v := range e.Values[:min(len(e.Values), maxChoices)] {
		m.Values = append(m.Values, param.Choice{Value: v.Value, Label: text(v.Description)})
	}
	for _, bit := range e.Bits[:min(len(e.Bits), maxChoices)] {
		if bit.Index >= 0 && bit.Index < 64 {
			m.Bits = append(m.Bits, param.Choice{Value: float64(bit.Index), Label: text(bit.Description)})
		}
	}
	return m
}

// sentence joins the short and the long description, of which many files tell only one, or the same twice.
func sentence(short, long string) string {
	short, long = text(short), text(long)
	switch {
	case long == "" || long == short:
		return short
	case short == "" || strings.HasPrefix(long, short):
		return long
	default:
		return strings.TrimRight(short, ". ") + ". " + long
	}
}

// text takes out what is not for reading, and the end of what is too long.
func text(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// Find gives what is told about a parameter. An entry for NAME{n} is for every number in that place.
func (t *Table) Find(name string) (param.Meta, bool) {
	if m, ok := t.byName[name]; ok {
		return m, true
	}
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	for i := 0; i < len(name); i++ {
		if !isDigit(name[i]) {
			continue
		}
		from := i
		for i < len(name) && isDigit(name[i]) {
			i++
		}
		if m, ok := t.byName[name[:from]+numbered+name[i:]]; ok {
			m.Description = strings.ReplaceAll(m.Description, numbered, name[from:i])
			return m, true
		}
	}
	return param.Meta{}, false
}
