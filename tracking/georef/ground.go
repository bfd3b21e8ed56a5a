package georef

import "vedette/internal/geo"

// Ground is a surface that rays meet. The second result is false where its height is not known.
type Ground interface {
	HeightHAE(p geo.LatLon) (geo.HAE, bool)
}

// Flat is ground of one ellipsoidal height everywhere.
type Flat geo.HAE

// HeightHAE is the height itself.
func (f Flat) HeightHAE(geo.LatLon) (geo.HAE, bool) { return geo.HAE(f), true }

// Terrain is ground from an elevation model above mean sea level.
type Terrain struct {
	Model  geo.Terrain
	GeoidM *float64 // geoid above the ellipsoid, metres; nil: EGM96
}

// HeightHAE is the elevation plus the geoid's height.
func (t Terrain) HeightHAE(p geo.LatLon) (geo.HAE, bool) {
	if t.Model == nil {
		return 0, false
	}
	h, ok := t.Model.ElevationAMSL(p)
	if !ok {
		return 0, false
	}
	if t.GeoidM != nil {
		return geo.HAE(float64(h) + *t.GeoidM), true
	}
	return geo.ToHAE(p, h), true
}
