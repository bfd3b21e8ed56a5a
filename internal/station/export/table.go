package export

import (
	"encoding/csv"
	"strconv"
	"strings"

	"vedette/ui/api"
)

// table writes comma-separated values with a head.
type table[T any] struct {
	out  *csv.Writer
	head []string
	rows func(T) [][]string
}

func newCSV(w textWriter) *csv.Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	return out
}

func (t *table[T]) begin() error { return t.out.Write(t.head) }

func (t *table[T]) put(thing T) error { return t.out.WriteAll(t.rows(thing)) }

func (t *table[T]) end() error {
	t.out.Flush()
	return t.out.Error()
}

var trackHead = []string{
	"time", "track", "lat", "lon", "status", "class", "existence", "speedMS", "courseDeg", "semiMajorM", "semiMinorM", "bearingDeg", "sources",
}

func trackRows(p past) [][]string {
	rows := make([][]string, len(p.points))
	for i, at := range p.points {
		var major, minor, bearing string
		if e := at.Ellipse; e != nil {
			major, minor, bearing = number(e.SemiMajorM, 1), number(e.SemiMinorM, 1), number(e.BearingDeg, 1)
		}
		sources := make([]string, len(at.Sources))
		for k, s := range at.Sources {
			sources[k] = s.ID
		}
		rows[i] = []string{
			instant(api.At(at.at)), p.id, number(at.place.Lat(), 7), number(at.place.Lon(), 7), at.Status, at.Class, known(at.Existence, 3),
			known(at.Speed, 2), known(at.CourseDeg, 1), major, minor, bearing, words(strings.Join(sources, " ")),
		}
	}
	return rows
}

var alertHead = []string{
	"alert", "raisedAt", "updatedAt", "state", "severity", "title", "probably", "confidence", "lat", "lon", "track", "decidedBy", "decidedAt", "note", "reasons",
	"sources",
}

func alertRows(a api.Alert) [][]string {
	var lat, lon, note string
	if a.Position != nil {
		lat, lon = number(a.Position.Lat, 7), number(a.Position.Lon, 7)
	}
	for _, h := range a.History {
		if h.Note != "" {
			note = h.Note
		}
	}
	return [][]string{{
		a.ID, instant(a.RaisedAt), instant(a.UpdatedAt), a.State, a.Severity, words(a.Title), a.Probably, known(a.Confidence, 3), lat, lon, a.TrackID,
		words(a.DecidedBy), instant(a.DecidedAt), words(note), words(strings.Join(a.Reasons, "; ")), words(strings.Join(a.Sources, " ")),
	}}
}

func number(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

func known(v *float64, decimals int) string {
	if v == nil {
		return ""
	}
	return number(*v, decimals)
}

func instant(t api.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// words is a text that somebody wrote, with an apostrophe before what a spreadsheet would take for a formula.
func words(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
