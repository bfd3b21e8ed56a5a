package api

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Geometry is a GeoJSON geometry (RFC 7946): longitude first, degrees, WGS 84.
type Geometry struct {
	Type        string       `json:"type"`
	Coordinates orb.Geometry `json:"coordinates"` // a Point, LineString, Polygon or MultiPolygon; all marshal as nested arrays
}

// NewGeometry wraps an orb geometry.
func NewGeometry(g orb.Geometry) Geometry {
	return Geometry{Type: g.GeoJSONType(), Coordinates: g}
}

// UnmarshalJSON reads any geometry of RFC 7946, for programs in Go that use the API.
func (g *Geometry) UnmarshalJSON(b []byte) error {
	read, err := geojson.UnmarshalGeometry(b)
	if err != nil {
		return fmt.Errorf("geometry: %w", err)
	}
	*g = NewGeometry(read.Geometry())
	return nil
}

// Feature is a GeoJSON feature with typed properties.
type Feature[P any] struct {
	Type       string   `json:"type"` // "Feature"
	ID         string   `json:"id,omitempty"`
	Geometry   Geometry `json:"geometry"`
	Properties P        `json:"properties"`
}

// NewFeature makes a feature of an orb geometry.
func NewFeature[P any](id string, g orb.Geometry, properties P) Feature[P] {
	return Feature[P]{Type: "Feature", ID: id, Geometry: NewGeometry(g), Properties: properties}
}

// FeatureCollection is a GeoJSON feature collection with typed properties.
type FeatureCollection[P any] struct {
	Type     string       `json:"type"`     // "FeatureCollection"
	Features []Feature[P] `json:"features"` // never null
}

// NewFeatureCollection makes a collection; no features is an empty array.
func NewFeatureCollection[P any](features []Feature[P]) FeatureCollection[P] {
	if features == nil {
		features = []Feature[P]{}
	}
	return FeatureCollection[P]{Type: "FeatureCollection", Features: features}
}
