package geo

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Folder is the terrain in a folder of HGT tiles and GeoTIFFs, each read when first needed and kept. Where several files cover a
// place, a GeoTIFF goes before HGT tiles, and the finest GeoTIFF before others; one that has no data there leaves the answer to
// the next. It is safe for concurrent use.
type Folder struct {
	names   map[[2]int]string // south, west -> path
	rasters []*rasterFile     // finest first

	mu    sync.RWMutex
	tiles map[[2]int]*Tile // nil for one that could not be read
	bad   []error
}

// rasterFile is a GeoTIFF of which only the header has been read so far.
type rasterFile struct {
	path                     string
	west, south, east, north float64
	cell                     float64 // degrees
	once                     sync.Once
	raster                   *Raster // nil when it could not be read
}

// OpenFolder lists the tiles and GeoTIFFs of a folder. A folder without any is allowed: it has no data anywhere.
func OpenFolder(dir string) (*Folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open terrain folder: %w", err)
	}
	f := &Folder{names: map[[2]int]string{}, tiles: map[[2]int]*Tile{}}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".hgt":
			south, west, err := ParseTileName(e.Name())
			if err != nil {
				f.bad = append(f.bad, err)
				continue
			}
			f.names[[2]int{south, west}] = path
		case ".tif", ".tiff":
			raster, err := headOf(path)
			if err != nil {
				f.bad = append(f.bad, err)
				continue
			}
			f.rasters = append(f.rasters, raster)
		}
	}
	slices.SortStableFunc(f.rasters, func(a, b *rasterFile) int {
		switch {
		case a.cell < b.cell:
			return -1
		case a.cell > b.cell:
			return 1
		default:
			return strings.Compare(a.path, b.path)
		}
	})
	return f, nil
}

func headOf(path string) (*rasterFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open terrain: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	g, err := openGeoTIFF(file)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", filepath.Base(path), err)
	}
	out := &rasterFile{path: path, cell: g.perLat}
	out.west, out.south, out.east, out.north = g.Bounds()
	return out, nil
}

// Problems are the files that could not be used so far.
func (f *Folder) Problems() []error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return append([]error(nil), f.bad...)
}

// Bounds are the outer edges of all files in degrees; false where there is none.
func (f *Folder) Bounds() (west, south, east, north float64, ok bool) {
	west, south, east, north = 180, 90, -180, -90
	for k := range f.names {
		south, north = min(south, float64(k[0])), max(north, float64(k[0]+1))
		west, east = min(west, float64(k[1])), max(east, float64(k[1]+1))
	}
	for _, r := range f.rasters {
		south, north = min(south, r.south), max(north, r.north)
		west, east = min(west, r.west), max(east, r.east)
	}
	return west, south, east, north, len(f.names)+len(f.rasters) > 0
}

// ElevationAMSL implements Terrain.
func (f *Folder) ElevationAMSL(p LatLon) (AMSL, bool) {
	if !p.Valid() {
		return 0, false
	}
	for _, r := range f.rasters {
		if p.Lat < r.south || p.Lat > r.north || p.Lon < r.west || p.Lon > r.east {
			continue
		}
		if g := f.load(r); g != nil {
			if h, ok := g.ElevationAMSL(p); ok {
				return h, true
			}
		}
	}
	t := f.tile([2]int{int(math.Floor(p.Lat)), int(math.Floor(p.Lon))})
	if t == nil {
		return 0, false
	}
	return t.ElevationAMSL(p)
}

// load reads the heights of a GeoTIFF the first time that they are asked for.
func (f *Folder) load(r *rasterFile) *Raster {
	r.once.Do(func() {
		file, err := os.Open(r.path)
		if err == nil {
			defer func() { _ = file.Close() }() // only read from
			r.raster, err = ReadGeoTIFF(file)
		}
		if err != nil {
			r.raster = nil
			f.mu.Lock()
			defer f.mu.Unlock()
			f.bad = append(f.bad, fmt.Errorf("%q: %w", filepath.Base(r.path), err))
		}
	})
	return r.raster
}

func (f *Folder) tile(key [2]int) *Tile {
	name, known := f.names[key]
	if !known {
		return nil
	}
	f.mu.RLock()
	t, loaded := f.tiles[key]
	f.mu.RUnlock()
	if loaded {
		return t
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, loaded := f.tiles[key]; loaded {
		return t
	}
	t, err := readTileFile(name)
	if err != nil {
		f.bad = append(f.bad, err)
	}
	f.tiles[key] = t
	return t
}

func readTileFile(name string) (*Tile, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open terrain tile: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	return ReadHGT(file, filepath.Base(name))
}
