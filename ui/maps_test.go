package ui

import (
	"database/sql"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"

	"vedette/internal/access"
	"vedette/ui/api"
	"vedette/ui/maps"
)

func TestMapsOfTheFolderAreServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, "photo.mbtiles"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"CREATE TABLE metadata (name text, value text)", "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)",
		"INSERT INTO metadata VALUES ('name', 'Photo'), ('format', 'jpg')", "INSERT INTO tiles VALUES (1, 0, 1, 'picture')",
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	folder, err := maps.OpenFolder(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(folder.Close)
	p := newPost(t, func(c *Config) { c.Maps = folder })
	text := p.as(access.RoleViewer, "GET", "/maps", "").body
	var all []api.MapFile
	if err := json.Unmarshal([]byte(text), &all); err != nil || len(all) != 1 || all[0].ID != "photo.mbtiles" || all[0].Name != "Photo" || all[0].MinZoom != 1 || all[0].Bounds != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for path, want := range map[string]struct {
		status int
		kind   string
		body   string
	}{
		"/maps/photo.mbtiles/1/0/0":      {200, "image/jpeg", "picture"},
		"/maps/photo.mbtiles/1/1/0":      {200, "image/png", string(nothing)},
		"/maps/photo.mbtiles/9/0/0":      {200, "image/png", string(nothing)},
		"/maps/photo.mbtiles/1/0/x":      {404, "application/problem+json", ""},
		"/maps/none.mbtiles/1/0/0":       {404, "application/problem+json", ""},
		"/maps/..%2Fphoto.mbtiles/1/0/0": {404, "application/problem+json", ""},
	} {
		r := p.as(access.RoleViewer, "GET", path, "")
		if r.status != want.status || r.header.Get("Content-Type") != want.kind || want.body != "" && r.body != want.body {
			t.Errorf("%s: %d %s %q", path, r.status, r.header.Get("Content-Type"), r.body)
		}
	}
}
