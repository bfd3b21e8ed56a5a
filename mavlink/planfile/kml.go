package planfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"vedette/internal/geo"
)

// Shape is something drawn in a KML file (OGC 07-147r2). Nothing in such a file says what it is for.
type Shape struct {
	Name   string
	Kind   ShapeKind
	Points []geo.LatLon // the ring of an area does not repeat its first point
	// Heights are those of the points in metres, of the kind that Above tells; nil where they lie on the ground.
	Heights []float64
	Above   ShapeHeight
}

// ShapeKind is what a shape is made of.
type ShapeKind string

// The kinds of shapes.
const (
	ShapePoint ShapeKind = "point"
	ShapeLine  ShapeKind = "line"
	ShapeArea  ShapeKind = "area"
)

// ShapeHeight is what heights in a KML file count from.
type ShapeHeight int

// The altitude modes of KML.
const (
	OnGround ShapeHeight = iota
	AboveGround
	AboveSea
)

const (
	// MaxShapes and MaxShapePoints are the most that is read of one file.
	MaxShapes      = 2000
	MaxShapePoints = 50000
	maxDepth       = 60
	maxName        = 200 // bytes
)

// IsKML tells whether a file looks like XML, of which only KML is read, or like a KMZ.
func IsKML(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("<")) || bytes.HasPrefix(data, []byte("PK\x03\x04"))
}

// ReadKML reads the placemarks of a KML file. Holes in areas, styles and links are passed over; nothing is fetched.
func ReadKML(data []byte) ([]Shape, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, fmt.Errorf("the file has %d bytes, more than %d", len(data), MaxBytes)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, errors.New("this is a KMZ, a packed KML: unpack it and take the doc.kml in it")
	}
	r := kmlReader{decoder: xml.NewDecoder(bytes.NewReader(data))}
	for {
		token, err := r.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the file is no XML: %w", err)
		}
		if err := r.take(token); err != nil {
			line, _ := r.decoder.InputPos()
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if !r.isKML {
		return nil, errors.New("the file is XML, but no KML")
	}
	return r.shapes, nil
}

// kmlReader walks through the elements of a file.
type kmlReader struct {
	decoder *xml.Decoder
	path    []string
	isKML   bool
	shapes  []Shape
	points  int

	name  string // of the placemark
	above ShapeHeight
	coord string // text of the coordinates
	first int    // shape of the placemark
}

func (r *kmlReader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		if len(r.path) == maxDepth {
			return fmt.Errorf("elements lie deeper than %d in one another", maxDepth)
		}
		if len(r.path) == 0 {
			r.isKML = t.Name.Local == "kml"
		}
		r.path = append(r.path, t.Name.Local)
		switch t.Name.Local {
		case "Placemark":
			r.name, r.first = "", len(r.shapes)
		case "Point", "LineString", "Polygon":
			r.above, r.coord = OnGround, ""
		}
	case xml.CharData:
		r.text(string(t))
	case xml.EndElement:
		r.path = r.path[:len(r.path)-1]
		return r.end(t.Name.Local)
	}
	return nil
}

func (r *kmlReader) inside(name string) bool {
	return slices.Contains(r.path, name)
}

func (r *kmlReader) text(text string) {
	if len(r.path) == 0 || !r.inside("Placemark") {
		return
	}
	switch r.path[len(r.path)-1] {
	case "name":
		if r.path[len(r.path)-2] == "Placemark" && len(r.name) < maxName {
			r.name = strings.ToValidUTF8(strings.TrimSpace(r.name+text), "")
			r.name = strings.ToValidUTF8(r.name[:min(len(r.name), maxName)], "")
		}
	case "altitudeMode":
		switch strings.TrimSpace(text) {
		case "absolute":
			r.above = AboveSea
		case "relativeToGround":
			r.above = AboveGround
		}
	case "coordinates":
		if !r.inside("innerBoundaryIs") {
			r.coord += text
		}
	}
}

func (r *kmlReader) end(name string) error {
	kind := map[string]ShapeKind{"Point": ShapePoint, "LineString": ShapeLine, "Polygon": ShapeArea}[name]
	switch {
	case name == "Placemark":
		// A name may follow its geometry.
		for i := r.first; i < len(r.shapes); i++ {
			r.shapes[i].Name = r.name
		}
		return nil
	case kind == "" || !r.inside("Placemark"):
		return nil
	case len(r.shapes) == MaxShapes:
		return fmt.Errorf("more than %d shapes", MaxShapes)
	}
	shape := Shape{Kind: kind, Above: r.above}
	if err := r.coordinates(&shape); err != nil {
		return err
	}
	r.coord = ""
	if n := len(shape.Points); kind == ShapeArea && n > 1 && shape.Points[0] == shape.Points[n-1] {
		shape.Points = shape.Points[:n-1]
		shape.Heights = shape.Heights[:min(n-1, len(shape.Heights))]
	}
	if least := map[ShapeKind]int{ShapePoint: 1, ShapeLine: 2, ShapeArea: 3}[kind]; len(shape.Points) < least {
		return fmt.Errorf("the %s %q has %d places, at least %d are needed", kind, r.name, len(shape.Points), least)
	}
	r.shapes = append(r.shapes, shape)
	return nil
}

// coordinates reads tuples of longitude, latitude and height.
func (r *kmlReader) coordinates(s *Shape) error {
	for tuple := range strings.FieldsSeq(r.coord) {
		if r.points++; r.points > MaxShapePoints {
			return fmt.Errorf("more than %d places", MaxShapePoints)
		}
		parts := strings.Split(tuple, ",")
		if len(parts) < 2 || len(parts) > 3 {
			return fmt.Errorf("coordinates %.60q: longitude,latitude or longitude,latitude,height is needed", tuple)
		}
		values := [3]float64{}
		for i, p := range parts {
			v, err := strconv.ParseFloat(p, 64)
			if err != nil || math.IsNaN(v) || math.Abs(v) > [3]float64{180, 90, maxHeight}[i] {
				return fmt.Errorf("coordinates %.60q: %.20q is no %s", tuple, p, [3]string{"longitude", "latitude", "height in metres"}[i])
			}
			values[i] = v
		}
		s.Points = append(s.Points, geo.LatLon{Lat: values[1], Lon: values[0]})
		if s.Above != OnGround {
			s.Heights = append(s.Heights, values[2])
		}
	}
	return nil
}
