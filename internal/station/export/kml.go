package export

import (
	"encoding/xml"
	"fmt"
	"strings"

	"vedette/ui/api"
)

// document writes a KML document.
type document[T any] struct {
	out  textWriter
	name string
	mark func(textWriter, T) error
}

func (d *document[T]) begin() error {
	_, err := fmt.Fprintf(d.out, `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>%s</name>
`, d.name)
	return err
}

func (d *document[T]) put(thing T) error { return d.mark(d.out, thing) }

func (d *document[T]) end() error {
	_, err := d.out.WriteString("</Document>\n</kml>\n")
	return err
}

// trackMark is a placemark with a gx:Track, whose instants all stand before its places.
func trackMark(w textWriter, p past) error {
	last := p.last()
	title := p.id
	if last.Class != "" {
		title += " " + last.Class
	}
	if _, err := fmt.Fprintf(w, "<Placemark><name>%s</name><description>%s</description>\n<gx:Track><altitudeMode>clampToGround</altitudeMode>\n",
		escape(title), escape(fmt.Sprintf("%s, %d points", last.Status, len(p.points)))); err != nil {
		return err
	}
	for _, at := range p.points {
		if _, err := fmt.Fprintf(w, "<when>%s</when>\n", instant(api.At(at.at))); err != nil {
			return err
		}
	}
	for _, at := range p.points {
		if _, err := fmt.Fprintf(w, "<gx:coord>%s %s 0</gx:coord>\n", number(at.place.Lon(), 7), number(at.place.Lat(), 7)); err != nil {
			return err
		}
	}
	_, err := w.WriteString("</gx:Track></Placemark>\n")
	return err
}

func alertMark(w textWriter, a api.Alert) error {
	about := []string{a.Severity + ", " + a.State}
	if a.DecidedBy != "" {
		about[0] += " by " + a.DecidedBy
	}
	about = append(about, a.Reasons...)
	if _, err := fmt.Fprintf(w, "<Placemark><name>%s</name><description>%s</description><TimeStamp><when>%s</when></TimeStamp>",
		escape(a.ID+" "+a.Title), escape(strings.Join(about, "\n")), instant(a.RaisedAt)); err != nil {
		return err
	}
	if at := a.Position; at != nil {
		if _, err := fmt.Fprintf(w, "<Point><coordinates>%s,%s</coordinates></Point>", number(at.Lon, 7), number(at.Lat, 7)); err != nil {
			return err
		}
	}
	_, err := w.WriteString("</Placemark>\n")
	return err
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
