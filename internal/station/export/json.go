package export

import (
	"encoding/json"

	"github.com/paulmach/orb"

	"vedette/ui/api"
)

// textWriter is what the forms write to.
type textWriter interface {
	Write(p []byte) (int, error)
	WriteString(s string) (int, error)
}

// lines writes an object a line.
type lines[T any] struct {
	out     textWriter
	objects func(T) []any
}

func (*lines[T]) begin() error { return nil }
func (*lines[T]) end() error   { return nil }

func (l *lines[T]) put(thing T) error {
	enc := json.NewEncoder(l.out)
	enc.SetEscapeHTML(false)
	for _, o := range l.objects(thing) {
		if err := enc.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// trackObjects gives a track at each instant, as GET /tracks does.
func trackObjects(p past) []any {
	out := make([]any, len(p.points))
	for i, at := range p.points {
		at.T = api.At(at.at)
		out[i] = api.NewFeature(p.id, at.place, at.TrackProperties)
	}
	return out
}

// collection writes one FeatureCollection.
type collection[T any] struct {
	out     textWriter
	feature func(T) any
	some    bool
}

func (c *collection[T]) begin() error {
	_, err := c.out.WriteString(`{"type":"FeatureCollection","features":[`)
	return err
}

func (c *collection[T]) put(thing T) error {
	b, err := json.Marshal(c.feature(thing))
	if err != nil {
		return err
	}
	between := "\n"
	if c.some {
		between = ",\n"
	}
	c.some = true
	if _, err := c.out.WriteString(between); err != nil {
		return err
	}
	_, err = c.out.Write(b)
	return err
}

func (c *collection[T]) end() error {
	_, err := c.out.WriteString("\n]}\n")
	return err
}

// pastProperties describe a track's past: its last state, and an instant for each vertex.
type pastProperties struct {
	api.TrackProperties
	Times []api.Time `json:"times"`
}

// trackFeature is a LineString, or a Point where there is but one: RFC 7946, section 3.1.4, wants two positions of a line.
func trackFeature(p past) any {
	last := p.last()
	properties := pastProperties{TrackProperties: last.TrackProperties}
	properties.T = api.At(last.at)
	line := make(orb.LineString, len(p.points))
	for i, at := range p.points {
		line[i] = at.place
		properties.Times = append(properties.Times, api.At(at.at))
	}
	if len(line) == 1 {
		return api.NewFeature(p.id, line[0], properties)
	}
	return api.NewFeature(p.id, line, properties)
}

// placeless is a feature whose place is not known (RFC 7946, section 3.2: a null geometry).
type placeless struct {
	Type       string    `json:"type"`
	ID         string    `json:"id"`
	Geometry   *struct{} `json:"geometry"`
	Properties api.Alert `json:"properties"`
}

func alertFeature(a api.Alert) any {
	if a.Position == nil {
		return placeless{Type: "Feature", ID: a.ID, Properties: a}
	}
	return api.NewFeature(a.ID, orb.Point{a.Position.Lon, a.Position.Lat}, a)
}
