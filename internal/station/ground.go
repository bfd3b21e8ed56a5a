package station

import (
	"context"
	"errors"
	"math"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// ground answers questions about the terrain; without a terrain folder it knows nothing and says so.
type ground struct {
	terrain geo.Terrain // nil: none configured
	folder  *geo.Folder
	tiles   *terrainTiles
	note    string
}

func newGround(folder *geo.Folder, note string) *ground {
	if folder == nil {
		return &ground{}
	}
	return &ground{terrain: folder, folder: folder, tiles: newTerrainTiles(folder), note: note}
}

var errNoTerrain = api.NotFound("no terrain is configured: put SRTM tiles (*.hgt) or GeoTIFFs (*.tif) into a folder and name it in terrain.folder")

func (g *ground) elevation(p geo.LatLon) (geo.AMSL, bool) {
	if g.terrain == nil {
		return 0, false
	}
	return g.terrain.ElevationAMSL(p)
}

// TerrainInfo implements ui.Ground.
func (g *ground) TerrainInfo() (api.TerrainInfo, error) {
	if g.folder == nil {
		return api.TerrainInfo{}, errNoTerrain
	}
	w, s, e, n, ok := g.folder.Bounds()
	if !ok {
		return api.TerrainInfo{}, errNoTerrain
	}
	return api.TerrainInfo{Bounds: [4]float64{w, s, e, n}, MinZoom: minTerrainZoom, MaxZoom: maxTerrainZoom, Note: g.note}, nil
}

// TerrainTile implements ui.Ground.
func (g *ground) TerrainTile(_ context.Context, z, x, y int) ([]byte, error) {
	if g.tiles == nil {
		return nil, errNoTerrain
	}
	tile, err := g.tiles.tile(z, x, y)
	if errors.Is(err, errNoTile) {
		return nil, api.NotFound("no terrain in tile %d/%d/%d", z, x, y)
	}
	return tile, err
}

// Elevation implements ui.Ground.
func (g *ground) Elevation(at geo.LatLon) (api.Elevation, error) {
	h, ok := g.elevation(at)
	if !ok {
		return api.Elevation{}, api.NotFound("no terrain at %.5f, %.5f", at.Lat, at.Lon)
	}
	return api.Elevation{ElevationAMSL: h}, nil
}

// highestBetween is the highest ground on the straight way from a to b; false where a part of it is not known.
func (g *ground) highestBetween(a, b geo.LatLon) (geo.AMSL, bool) {
	const stepM = 20
	length := geo.Distance(a, b)
	bearing := geo.BearingDeg(a, b)
	top := geo.AMSL(math.Inf(-1))
	for s := 0.0; ; s += stepM {
		p := b
		if s < length {
			p = geo.Offset(a, bearing, s)
		}
		h, ok := g.elevation(p)
		if !ok {
			return 0, false
		}
		top = max(top, h)
		if s >= length {
			return top, true
		}
	}
}
