package param

import (
	"strings"
)

// Choice is a value, or the number of a bit, with its meaning.
type Choice struct {
	Value float64
	Label string
}

// Meta is what is known about a parameter beside its value. It is for people: nothing is refused for it.
type Meta struct {
	// Description says in a sentence what it does.
	Description string
	// Units as people write them: "m", "cm/s", "deg"; empty for plain numbers.
	Units string
	// Min and Max are the range that makes sense, nil where none is known.
	Min, Max *float64
	// Values are the choices of an enumeration, Bits those of a bit mask by the number of the bit.
	Values, Bits []Choice
	// Reboot says that a change counts only after a restart of the vehicle.
	Reboot bool
	// Default is what the firmware sets, Increment the step in which people change it, Decimals how many places are worth showing;
	// nil where it is not known.
	Default, Increment *float64
	Decimals           *int
	// Group and Category are how the firmware sorts its parameters.
	Group, Category string
}

// About gives what this program knows about a parameter of "ardupilot" or "px4", under any of its names.
func About(autopilot, name string) (Meta, bool) {
	table := ardupilotMeta
	if autopilot == "px4" {
		table = px4Meta
	}
	if m, ok := table(name); ok {
		return m, true
	}
	for _, other := range Aliases(name) {
		if m, ok := table(other); ok {
			return m, true
		}
	}
	// The second battery and its like are described as the first.
	if first := unnumbered(name); first != name {
		return table(first)
	}
	return Meta{}, false
}

// unnumbered takes the number off the part before the first underscore.
func unnumbered(name string) string {
	group, rest, ok := strings.Cut(name, "_")
	if !ok {
		return name
	}
	return strings.TrimRight(group, "0123456789") + "_" + rest
}

// Matches tells whether a search finds a parameter: every word must be in its name, its description or its choices. Case does not
// matter.
func Matches(search, name string, m Meta) bool {
	words := []string{name, m.Description}
	for _, list := range [][]Choice{m.Values, m.Bits} {
		for _, c := range list {
			words = append(words, c.Label)
		}
	}
	text := strings.ToLower(strings.Join(words, " "))
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func about(description, units string, limits ...float64) Meta {
	m := Meta{Description: description, Units: units}
	if len(limits) == 2 {
		m.Min, m.Max = &limits[0], &limits[1]
	}
	return m
}

// choices numbers labels from 0; an empty one is left out.
func choices(labels ...string) []Choice {
	var out []Choice
	for i, label := range labels {
		if label != "" {
			out = append(out, Choice{Value: float64(i), Label: label})
		}
	}
	return out
}

func choose(description string, values []Choice) Meta {
	return Meta{Description: description, Values: values}
}

func flags(description string, bits ...string) Meta {
	return Meta{Description: description, Bits: choices(bits...)}
}

func (m Meta) afterReboot() Meta {
	m.Reboot = true
	return m
}
