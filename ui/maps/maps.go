// Package maps serves the tiles of map files that users put into a folder: PMTiles (specification version 3) and MBTiles
// (specification 1.3), with pictures (PNG, JPEG, WebP, AVIF) or vector tiles (Mapbox Vector Tile) in web mercator, and GeoTIFF
// pictures, whose tiles are drawn. The folder is looked at again whenever the maps are listed, so that a file that is copied into
// it while the station runs is found.
//
// The files come from anywhere, so sizes that they claim are bounded and a file that makes no sense is told of, not believed.
package maps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"vedette/ui/maps/geopicture"
)

// Format says what the tiles of a map are.
type Format string

// The formats.
const (
	PNG    Format = "png"
	JPEG   Format = "jpg"
	WebP   Format = "webp"
	AVIF   Format = "avif"
	Vector Format = "vector"
)

// ErrNoMap means that there is no such file, or that it cannot be read.
var ErrNoMap = errors.New("there is no such map")

// MaxZoom is the deepest zoom of which a tile is looked for.
const MaxZoom = 24

const (
	mostMaps = 200
	mostTile = 8 << 20
	mostText = 200
)

// Map is one file.
type Map struct {
	// ID is the file's name.
	ID string
	// Name and Attribution are the maker's words, without markup.
	Name, Attribution string
	Format            Format
	MinZoom, MaxZoom  int
	// Bounds are west, south, east and north in degrees; all zero where the file does not tell.
	Bounds [4]float64
	// Layers are the names of the layers in vector tiles.
	Layers []string
	// Problem says why the file cannot be shown; the rest is empty then.
	Problem string
}

// Tile is one tile.
type Tile struct {
	Data []byte // empty: nothing is drawn there
	Gzip bool   // the data is compressed so
}

// archive is an open file.
type archive interface {
	describe() Map
	tile(ctx context.Context, z, x, y int) (Tile, error)
	close() error
}

// opened is a file as it was when it was opened; a nil archive stands for one that could not be.
type opened struct {
	archive archive
	about   Map
	size    int64
	changed time.Time
	readers *sync.WaitGroup // who takes a tile out of the archive now
}

// Folder is a folder of maps. Its methods may be called from many goroutines.
type Folder struct {
	path     string
	log      *slog.Logger
	pictures *geopicture.Reader

	mu   sync.RWMutex
	maps map[string]opened
}

// OpenFolder looks into a folder, which must exist.
func OpenFolder(ctx context.Context, path string, log *slog.Logger) (*Folder, error) {
	f := &Folder{path: path, log: log, pictures: geopicture.NewReader(), maps: map[string]opened{}}
	if _, err := f.List(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// List tells of the maps that lie in the folder now, by name.
func (f *Folder) List(ctx context.Context) ([]Map, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fmt.Errorf("look for maps: %w", err)
	}
	found := map[string]bool{}
	for _, e := range entries {
		if open := f.opener(e.Name()); open != nil && len(found) < mostMaps && f.look(ctx, e.Name(), open) {
			found[e.Name()] = true
		}
	}
	var all []Map
	for name, o := range f.maps {
		if !found[name] {
			f.drop(name)
			continue
		}
		all = append(all, o.about)
	}
	slices.SortFunc(all, func(a, b Map) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

// opener is what opens a file of this name, nil where it is no map.
func (f *Folder) opener(name string) func(ctx context.Context, path string) (archive, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pmtiles":
		return func(_ context.Context, path string) (archive, error) { return openPMTiles(path) }
	case ".mbtiles":
		return func(ctx context.Context, path string) (archive, error) { return openMBTiles(ctx, path) }
	case ".tif", ".tiff":
		return func(_ context.Context, path string) (archive, error) { return openGeoTIFF(f.pictures, path) }
	}
	return nil
}

// look opens a file that is new or has changed, and tells whether it is there.
func (f *Folder) look(ctx context.Context, name string, open func(context.Context, string) (archive, error)) bool {
	path := filepath.Join(f.path, name)
	stat, err := os.Stat(path)
	if err != nil || !stat.Mode().IsRegular() {
		return false
	}
	old, known := f.maps[name]
	if known && old.size == stat.Size() && old.changed.Equal(stat.ModTime()) {
		return true
	}
	f.drop(name)
	o := opened{size: stat.Size(), changed: stat.ModTime(), about: Map{ID: name, Name: name}, readers: new(sync.WaitGroup)}
	o.archive, err = open(ctx, path)
	if err != nil && ctx.Err() != nil {
		return false // who asked has gone: the next one opens it
	}
	if err != nil {
		o.archive, o.about.Problem = nil, err.Error()
		f.log.Warn("a map cannot be read", "file", path, "error", err)
	} else {
		about := o.archive.describe()
		o.about = about
		o.about.ID, o.about.Name = name, cmp.Or(plain(about.Name), name)
		o.about.Attribution = plain(about.Attribution)
		f.log.Info("a map", "file", path, "format", about.Format, "minZoom", about.MinZoom, "maxZoom", about.MaxZoom)
	}
	f.maps[name] = o
	return true
}

// drop closes a file when the last tile has been taken out of it; mu must be held for writing, so that nobody begins to.
func (f *Folder) drop(name string) {
	if o, ok := f.maps[name]; ok && o.archive != nil {
		o.readers.Wait()
		if err := o.archive.close(); err != nil {
			f.log.Warn("a map was not closed well", "file", name, "error", err)
		}
	}
	delete(f.maps, name)
}

// Tile is a tile of a map, by the scheme that web maps use: y counts from the north. The error is ErrNoMap, or that of reading.
func (f *Folder) Tile(ctx context.Context, id string, z, x, y int) (Tile, Format, error) {
	o, ok := f.begin(id)
	if !ok {
		return Tile{}, "", fmt.Errorf("%w: %.100q", ErrNoMap, id)
	}
	defer o.readers.Done()
	if z < 0 || z > MaxZoom || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return Tile{}, o.about.Format, nil
	}
	t, err := o.archive.tile(ctx, z, x, y)
	if err != nil {
		return Tile{}, o.about.Format, fmt.Errorf("read tile %d/%d/%d of %s: %w", z, x, y, id, err)
	}
	return t, o.about.Format, nil
}

// begin finds a map of which a tile is to be taken. The folder is not held meanwhile: tiles that are drawn take their time.
func (f *Folder) begin(id string) (opened, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	o, ok := f.maps[id]
	if !ok || o.archive == nil {
		return opened{}, false
	}
	o.readers.Add(1)
	return o, true
}

// Close closes all files.
func (f *Folder) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range f.maps {
		f.drop(name)
	}
}

// plain takes the markup out of a text and cuts it to a length that a page can show.
func plain(text string) string {
	var b strings.Builder
	inTag := false
	for _, r := range text {
		switch {
		case r == '<':
			inTag = true
		case r == '>' && inTag:
			inTag = false
		case !inTag && r >= ' ' && b.Len() < mostText:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// sane bounds what a file says of itself.
func (m *Map) sane() error {
	if m.MinZoom < 0 || m.MaxZoom > MaxZoom || m.MinZoom > m.MaxZoom {
		return fmt.Errorf("zoom levels %d to %d make no sense", m.MinZoom, m.MaxZoom)
	}
	w, s, e, n := m.Bounds[0], m.Bounds[1], m.Bounds[2], m.Bounds[3]
	if !(w >= -180 && w < e && e <= 180 && s >= -90 && s < n && n <= 90) {
		m.Bounds = [4]float64{}
	}
	if len(m.Layers) > mostLayers {
		m.Layers = m.Layers[:mostLayers]
	}
	return nil
}
