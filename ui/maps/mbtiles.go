package maps

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

var mbFormats = map[string]Format{"png": PNG, "jpg": JPEG, "jpeg": JPEG, "webp": WebP, "avif": AVIF, "pbf": Vector, "mvt": Vector}

// mbTiles is an open MBTiles file.
type mbTiles struct {
	db    *sql.DB
	query *sql.Stmt
	about Map
}

func openMBTiles(ctx context.Context, path string) (m *mbTiles, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"trusted_schema(0)", "query_only(1)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer func() {
		if err != nil {
			_ = db.Close() // nothing was written
		}
	}()
	db.SetMaxOpenConns(4)
	m = &mbTiles{db: db}
	values, err := m.metadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("it is no MBTiles file: %w", err)
	}
	meta, err := readMetadata([]byte(values["json"]))
	if err != nil {
		return nil, err
	}
	format, known := mbFormats[strings.ToLower(values["format"])]
	if !known {
		return nil, fmt.Errorf("tiles of format %.20q are not known: png, jpg, webp, avif or pbf is needed", values["format"])
	}
	m.about = Map{Name: values["name"], Attribution: values["attribution"], Format: format, Layers: meta.layers(), Bounds: bounds(values["bounds"])}
	if m.about.MinZoom, m.about.MaxZoom, err = m.zooms(ctx, values); err != nil {
		return nil, err
	}
	if err := m.about.sane(); err != nil {
		return nil, err
	}
	m.query, err = db.PrepareContext(ctx, "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?")
	if err != nil {
		return nil, fmt.Errorf("it has no tiles: %w", err)
	}
	return m, nil
}

func (m *mbTiles) metadata(ctx context.Context) (map[string]string, error) {
	rows, err := m.db.QueryContext(ctx, "SELECT name, value FROM metadata WHERE length(value) <= ? LIMIT 1000", mostMetadata)
	if err != nil {
		return nil, fmt.Errorf("read its metadata: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	values := map[string]string{}
	for rows.Next() {
		var name string
		var value sql.NullString
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read its metadata: %w", err)
		}
		values[name] = value.String
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read its metadata: %w", err)
	}
	return values, nil
}

// zooms are those that the metadata tells, or else those that are there.
func (m *mbTiles) zooms(ctx context.Context, values map[string]string) (least, most int, err error) {
	least, errLeast := strconv.Atoi(values["minzoom"])
	most, errMost := strconv.Atoi(values["maxzoom"])
	if errLeast == nil && errMost == nil {
		return least, most, nil
	}
	var from, to sql.NullInt64
	if err := m.db.QueryRowContext(ctx, "SELECT min(zoom_level), max(zoom_level) FROM tiles").Scan(&from, &to); err != nil {
		return 0, 0, fmt.Errorf("it has no tiles: %w", err)
	}
	if !from.Valid {
		return 0, 0, errors.New("it has no tiles")
	}
	return int(from.Int64), int(to.Int64), nil
}

// bounds reads "west,south,east,north"; what is none gives zeros.
func bounds(text string) (b [4]float64) {
	parts := strings.Split(text, ",")
	if len(parts) != len(b) {
		return b
	}
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return [4]float64{}
		}
		b[i] = v
	}
	return b
}

func (m *mbTiles) describe() Map { return m.about }

func (m *mbTiles) close() error { return errors.Join(m.query.Close(), m.db.Close()) }

func (m *mbTiles) tile(ctx context.Context, z, x, y int) (Tile, error) {
	var data []byte
	err := m.query.QueryRowContext(ctx, z, x, 1<<z-1-y).Scan(&data) // rows count from the south
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Tile{}, nil
	case err != nil:
		return Tile{}, err
	case len(data) > mostTile:
		return Tile{}, fmt.Errorf("a tile of %d bytes is not believed", len(data))
	}
	return Tile{Data: data, Gzip: bytes.HasPrefix(data, []byte{0x1f, 0x8b})}, nil
}
