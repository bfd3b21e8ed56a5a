// Command testmaps writes two small maps of the whole world and one that is cut short into a folder, for tests of what shows them:
// photo.mbtiles (magenta pictures), land.pmtiles (vector tiles, all water) and broken.pmtiles; and two GeoTIFFs of the demo's site:
// ortho.tif, a picture, and heights.tif, which is none.
//
// Usage: testmaps FOLDER
package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // MBTiles are SQLite files
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: testmaps FOLDER")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "testmaps:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil { //nolint:gosec // the folder is whose test it is
		return fmt.Errorf("make the folder: %w", err)
	}
	picture, err := magenta()
	if err != nil {
		return err
	}
	if err := mbtiles(ctx, filepath.Join(dir, "photo.mbtiles"), picture); err != nil {
		return err
	}
	orthophoto, err := ortho()
	if err != nil {
		return err
	}
	elevation, err := heights()
	if err != nil {
		return err
	}
	land := pmtiles(water())
	for name, data := range map[string][]byte{"land.pmtiles": land, "broken.pmtiles": land[:140], "ortho.tif": orthophoto, "heights.tif": elevation} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil { //nolint:gosec // as above
			return fmt.Errorf("write a map: %w", err)
		}
	}
	return nil
}

// magenta is a picture of 256 x 256 points of one colour.
func magenta() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, 256, 256))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{R: 255, B: 255, A: 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("encode the picture: %w", err)
	}
	return b.Bytes(), nil
}

// mbtiles writes an MBTiles file of zoom 0 (MBTiles 1.3).
func mbtiles(ctx context.Context, path string, tile []byte) (err error) {
	_ = os.Remove(path) //nolint:gosec // as above; it may not be there
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	defer func() {
		if closed := db.Close(); err == nil && closed != nil {
			err = fmt.Errorf("close %s: %w", path, closed)
		}
	}()
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{"CREATE TABLE metadata (name text, value text)", nil},
		{"CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)", nil},
		{"INSERT INTO metadata VALUES ('name', 'Photo of the valley'), ('format', 'png'), ('attribution', 'Survey office')", nil},
		{"INSERT INTO tiles VALUES (0, 0, 0, ?)", []any{tile}},
	} {
		if _, err := db.ExecContext(ctx, s.statement, s.args...); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}

// pmtiles is a PMTiles file (version 3) of one uncompressed vector tile at zoom 0.
func pmtiles(tile []byte) []byte {
	const headerBytes = 127
	root := []byte{1, 0, 1} // one entry: tile 0, run length 1
	root = binary.AppendUvarint(root, uint64(len(tile)))
	root = append(root, 1) // at the beginning of the tiles
	meta := []byte(`{"name":"Lakes","attribution":"Water office","vector_layers":[{"id":"water","fields":{}}]}`)
	head := make([]byte, headerBytes)
	copy(head, "PMTiles\x03")
	var rest []byte
	for _, p := range []struct {
		at   int
		part []byte
	}{{8, root}, {24, meta}, {40, nil}, {56, tile}} {
		binary.LittleEndian.PutUint64(head[p.at:], headerBytes+uint64(len(rest)))
		binary.LittleEndian.PutUint64(head[p.at+8:], uint64(len(p.part)))
		rest = append(rest, p.part...)
	}
	for _, at := range []int{72, 80, 88} { // tiles addressed, entries, contents
		head[at] = 1
	}
	head[96], head[97], head[98], head[99] = 1, 1, 1, 1 // clustered; nothing compressed; vector tiles
	for i, e7 := range []int32{-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000} {
		binary.LittleEndian.PutUint32(head[102+4*i:], uint32(e7)) //nolint:gosec // two's complement, as the specification has it
	}
	return append(head, rest...)
}

// water is a vector tile (Mapbox Vector Tile 2.1) whose layer water is one square over the whole of it.
func water() []byte {
	const extent = 4096
	move, line, end := uint64(1<<3|1), uint64(3<<3|2), uint64(1<<3|7)
	var geometry []byte
	for _, v := range []uint64{move, 0, 0, line, zigzag(extent), 0, 0, zigzag(extent), zigzag(-extent), 0, end} {
		geometry = binary.AppendUvarint(geometry, v)
	}
	feature := field(number(nil, 3, 3), 4, geometry) // a polygon
	layer := field(nil, 1, []byte("water"))
	layer = field(layer, 2, feature)
	layer = number(layer, 5, extent)
	layer = number(layer, 15, 2) // the version
	return field(nil, 3, layer)
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) } //nolint:gosec // as protocol buffers have it

// field appends a length-delimited field of a protocol buffer.
func field(b []byte, n uint64, data []byte) []byte {
	b = binary.AppendUvarint(b, n<<3|2)
	b = binary.AppendUvarint(b, uint64(len(data)))
	return append(b, data...)
}

// number appends a varint field of a protocol buffer.
func number(b []byte, n, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, n<<3), v)
}
