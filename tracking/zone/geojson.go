package zone

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb/geojson"
)

// FromGeoJSON reads zones from a FeatureCollection (RFC 7946): each feature with the properties id, name and kind. The
// id may also be the feature's own. It reports every bad zone at once, and then answers none.
func FromGeoJSON(data []byte) ([]Zone, error) {
	collection, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	var (
		zones    []Zone
		problems []error
		seen     = map[string]bool{}
	)
	for i, f := range collection.Features {
		if f == nil {
			problems = append(problems, fmt.Errorf("feature %d is null", i))
			continue
		}
		z := Zone{
			ID: text(f.Properties, "id"), Name: text(f.Properties, "name"),
			Kind: Kind(text(f.Properties, "kind")), Geometry: f.Geometry,
		}
		if id, ok := f.ID.(string); ok && z.ID == "" {
			z.ID = id
		}
		if err := z.Validate(); err != nil {
			problems = append(problems, fmt.Errorf("feature %d: %w", i, err))
		}
		if seen[z.ID] {
			problems = append(problems, fmt.Errorf("feature %d: the id %q is used twice", i, z.ID))
		}
		seen[z.ID] = true
		zones = append(zones, z)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	return zones, nil
}

// text is a property that is text, else empty: orb's own MustString panics on a number.
func text(p geojson.Properties, key string) string {
	s, _ := p[key].(string)
	return s
}

// ToGeoJSON writes zones as the FeatureCollection that FromGeoJSON reads.
func ToGeoJSON(zones []Zone) ([]byte, error) {
	data, err := Collection(zones).MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write zones: %w", err)
	}
	return data, nil
}

// Collection is the zones as a FeatureCollection.
func Collection(zones []Zone) *geojson.FeatureCollection {
	c := geojson.NewFeatureCollection()
	for _, z := range zones {
		f := geojson.NewFeature(z.Geometry)
		f.ID = z.ID
		f.Properties = geojson.Properties{"id": z.ID, "name": z.Name, "kind": string(z.Kind)}
		c.Append(f)
	}
	return c
}
