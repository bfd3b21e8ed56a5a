package planfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"vedette/internal/geo"
	"vedette/mavlink/mission"
)

type kmlFile struct {
	XMLName  xml.Name    `xml:"http://www.opengis.net/kml/2.2 kml"`
	Document kmlDocument `xml:"Document"`
}

type kmlDocument struct {
	Name       string         `xml:"name"`
	Placemarks []kmlPlacemark `xml:"Placemark"`
}

type kmlPlacemark struct {
	Name        string       `xml:"name"`
	Description string       `xml:"description,omitempty"`
	Point       *kmlGeometry `xml:"Point,omitempty"`
	Line        *kmlGeometry `xml:"LineString,omitempty"`
	Polygon     *kmlPolygon  `xml:"Polygon,omitempty"`
}

type kmlGeometry struct {
	Mode        string `xml:"altitudeMode,omitempty"`
	Coordinates string `xml:"coordinates"`
}

type kmlPolygon struct {
	Ring kmlGeometry `xml:"outerBoundaryIs>LinearRing"`
}

// circleCorners is how many corners the ring of a circle gets: KML knows no circles.
const circleCorners = 72

// WriteKML draws a plan: the way of the mission as a line, its items and rally points as points, the fence as areas. Heights above
// home are written above the sea where the home of the plan is known; else they lie on the ground and the descriptions tell them.
func WriteKML(p Plan) ([]byte, error) {
	d := kmlDocument{Name: "Vedette plan"}
	d.addMission(p)
	areas, err := mission.AreasOf(p.Fence)
	if err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	for i, a := range areas.Polygons {
		d.addArea(fmt.Sprintf("fence %d: %s", i+1, inOrOut(a.Inclusion)), a.Points)
	}
	for i, c := range areas.Circles {
		var ring []geo.LatLon
		for n := range circleCorners {
			ring = append(ring, geo.Offset(c.Center, float64(n)*360/circleCorners, c.RadiusM))
		}
		d.addArea(fmt.Sprintf("fence circle %d: %s, %.0f m", i+1, inOrOut(c.Inclusion), c.RadiusM), ring)
	}
	for i, r := range p.Rally {
		mode, alt, words := kmlHeight(p, r)
		d.Placemarks = append(d.Placemarks, kmlPlacemark{
			Name: fmt.Sprintf("rally %d", i+1), Description: words,
			Point: &kmlGeometry{mode, tuple(geo.LatLon{Lat: r.Lat, Lon: r.Lon}, alt)},
		})
	}
	text, err := xml.MarshalIndent(kmlFile{Document: d}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a KML: %w", err)
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

func (d *kmlDocument) addMission(p Plan) {
	var way bytes.Buffer
	var points []kmlPlacemark
	wayMode := "absolute"
	for i, it := range p.Mission {
		at := geo.LatLon{Lat: it.Lat, Lon: it.Lon}
		if !mission.FliesThere(it.Command) || at == (geo.LatLon{}) || !at.Valid() || mission.HeightOf(it.Frame) == mission.HeightNone {
			continue
		}
		mode, alt, words := kmlHeight(p, it)
		if mode != "absolute" {
			wayMode = ""
		}
		way.WriteString(tuple(at, alt) + " ")
		points = append(points, kmlPlacemark{
			Name: fmt.Sprintf("%d %s", i+1, mission.CommandName(it.Command)), Description: words, Point: &kmlGeometry{mode, tuple(at, alt)},
		})
	}
	if len(points) > 1 {
		d.Placemarks = append(d.Placemarks, kmlPlacemark{Name: "mission", Line: &kmlGeometry{wayMode, strings.TrimSpace(way.String())}})
	}
	d.Placemarks = append(d.Placemarks, points...)
}

func (d *kmlDocument) addArea(name string, corners []geo.LatLon) {
	if len(corners) == 0 {
		return
	}
	var ring []string
	for _, c := range append(slices.Clip(corners), corners[0]) {
		ring = append(ring, tuple(c, 0))
	}
	d.Placemarks = append(d.Placemarks, kmlPlacemark{Name: name, Polygon: &kmlPolygon{kmlGeometry{Coordinates: strings.Join(ring, " ")}}})
}

// kmlHeight is the altitude mode, the height in it, and the height in words.
func kmlHeight(p Plan, it mission.Item) (mode string, height float64, words string) {
	switch mission.HeightOf(it.Frame) {
	case mission.HeightAMSL:
		return "absolute", it.Alt, fmt.Sprintf("%.1f m AMSL", it.Alt)
	case mission.HeightAGL:
		return "relativeToGround", it.Alt, fmt.Sprintf("%.1f m above the terrain", it.Alt)
	case mission.HeightRelative:
		words = fmt.Sprintf("%.1f m above home", it.Alt)
		if p.Home != nil {
			return "absolute", p.Home.AltAMSL + it.Alt, words
		}
	case mission.HeightNone:
	}
	return "", 0, words
}

func inOrOut(inclusion bool) string {
	if inclusion {
		return "stay inside"
	}
	return "keep out"
}

func tuple(at geo.LatLon, height float64) string {
	return fmt.Sprintf("%.7f,%.7f,%.2f", at.Lon, at.Lat, height)
}
