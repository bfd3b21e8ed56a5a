package maps

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// quadrant is the content of a test tile.
func quadrant(z, x, y int) []byte { return fmt.Appendf(nil, "tile %d/%d/%d", z, x, y) }

func pack(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// directory packs entries as the specification says.
func directory(entries []pmEntry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	var last uint64
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			b = binary.AppendUvarint(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, e.offset+1)
	}
	return b
}

// pmFile is a PMTiles file of zooms 0 to 2, whose level 2 stands in a leaf directory; tile 2/3/3 and its follower are missing.
func pmFile(t testing.TB) []byte {
	t.Helper()
	var data []byte
	var top, low []pmEntry
	first := tileID(2, 0, 0)
	at := map[uint64][3]int{}
	for z := range 3 {
		for x := range 1 << z {
			for y := range 1 << z {
				at[tileID(z, x, y)] = [3]int{z, x, y}
			}
		}
	}
	missing := tileID(2, 3, 3)
	for id := range uint64(len(at)) {
		if id == missing || id == missing+1 {
			continue
		}
		c := at[id]
		tile := pack(t, quadrant(c[0], c[1], c[2]))
		e := pmEntry{id: id, offset: uint64(len(data)), length: uint32(len(tile)), run: 1}
		data = append(data, tile...)
		if id < first {
			top = append(top, e)
		} else {
			low = append(low, e)
		}
	}
	leaf := pack(t, directory(low))
	root := pack(t, directory(append(top, pmEntry{id: first, length: uint32(len(leaf))})))
	meta := pack(t, []byte(`{"name":"Test <b>land</b>","attribution":"<a href=\"http://x\">Somebody</a>","vector_layers":[{"id":"water"},{"id":"roads"}]}`))
	head := make([]byte, pmHeader)
	copy(head, "PMTiles\x03")
	var file []byte
	for _, p := range []struct {
		at   int
		part []byte
	}{{8, root}, {24, meta}, {40, leaf}, {56, data}} {
		binary.LittleEndian.PutUint64(head[p.at:], pmHeader+uint64(len(file)))
		binary.LittleEndian.PutUint64(head[p.at+8:], uint64(len(p.part)))
		file = append(file, p.part...)
	}
	head[97], head[98], head[99], head[100], head[101] = pmGzip, pmGzip, 1, 0, 2
	for i, e7 := range []int32{-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000} {
		binary.LittleEndian.PutUint32(head[102+4*i:], uint32(e7))
	}
	return append(head, file...)
}

// mbFile writes an MBTiles file with the pictures of zooms 0 to 2.
func mbFile(t testing.TB, path string, metadata map[string]string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	run := func(q string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE metadata (name text, value text)")
	run("CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)")
	for name, value := range metadata {
		run("INSERT INTO metadata VALUES (?, ?)", name, value)
	}
	for z := range 3 {
		for x := range 1 << z {
			for y := range 1 << z {
				run("INSERT INTO tiles VALUES (?, ?, ?, ?)", z, x, 1<<z-1-y, quadrant(z, x, y))
			}
		}
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTileIDs(t *testing.T) {
	t.Parallel()
	for at, want := range map[[3]int]uint64{
		{0, 0, 0}: 0, {1, 0, 0}: 1, {1, 0, 1}: 2, {1, 1, 1}: 3, {1, 1, 0}: 4, {2, 0, 0}: 5, {12, 3423, 1763}: 19078479,
	} {
		if got := tileID(at[0], at[1], at[2]); got != want {
			t.Errorf("%v: %d, not %d", at, got, want)
		}
	}
}

func TestAFolderOfMaps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "land.pmtiles"), pmFile(t))
	mbFile(t, filepath.Join(dir, "Photo.MBTiles"), map[string]string{"name": "Aerial", "format": "jpg", "bounds": "149.1, -35.5,149.3,-35.2"})
	mbFile(t, filepath.Join(dir, "odd.mbtiles"), map[string]string{"format": "tiff"})
	write(t, filepath.Join(dir, "broken.pmtiles"), []byte("PMTiles\x03 and nothing more"))
	write(t, filepath.Join(dir, "notes.txt"), []byte("no map"))
	f, err := OpenFolder(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := f.List(t.Context())
	if err != nil || len(all) != 4 {
		t.Fatalf("%+v, %v", all, err)
	}
	by := map[string]Map{}
	for _, m := range all {
		by[m.ID] = m
	}
	land, photo := by["land.pmtiles"], by["Photo.MBTiles"]
	if land.Name != "Test land" || land.Attribution != "Somebody" || land.Format != Vector || land.MaxZoom != 2 || len(land.Layers) != 2 || land.Bounds[3] != 85 {
		t.Errorf("%+v", land)
	}
	if photo.Name != "Aerial" || photo.Format != JPEG || photo.MinZoom != 0 || photo.MaxZoom != 2 || photo.Bounds != [4]float64{149.1, -35.5, 149.3, -35.2} {
		t.Errorf("%+v", photo)
	}
	for id, word := range map[string]string{"broken.pmtiles": "cut short", "odd.mbtiles": `"tiff"`} {
		if !strings.Contains(by[id].Problem, word) {
			t.Errorf("%s: %q", id, by[id].Problem)
		}
	}
	for z := range 3 {
		for x := range 1 << z {
			for y := range 1 << z {
				want := quadrant(z, x, y)
				if got, format, err := f.Tile(t.Context(), "Photo.MBTiles", z, x, y); err != nil || format != JPEG || !bytes.Equal(got.Data, want) {
					t.Errorf("photo %d/%d/%d: %q, %v", z, x, y, got.Data, err)
				}
				got, _, err := f.Tile(t.Context(), "land.pmtiles", z, x, y)
				id, missing := tileID(z, x, y), tileID(2, 3, 3)
				switch {
				case err != nil:
					t.Errorf("land %d/%d/%d: %v", z, x, y, err)
				case id == missing || id == missing+1:
					if len(got.Data) != 0 {
						t.Errorf("land %d/%d/%d is there", z, x, y)
					}
				case !got.Gzip || !bytes.Equal(got.Data, pack(t, want)):
					t.Errorf("land %d/%d/%d: %q", z, x, y, got.Data)
				}
			}
		}
	}
	for _, at := range [][3]int{{3, 0, 0}, {0, 0, 1}, {-1, 0, 0}, {99, 0, 0}} {
		if got, _, err := f.Tile(t.Context(), "land.pmtiles", at[0], at[1], at[2]); err != nil || len(got.Data) != 0 {
			t.Errorf("%v: %q, %v", at, got.Data, err)
		}
	}
	for _, id := range []string{"none", "broken.pmtiles", "../land.pmtiles"} {
		if _, _, err := f.Tile(t.Context(), id, 0, 0, 0); err == nil {
			t.Errorf("%s has tiles", id)
		}
	}
}

func TestMapsComeAndGoWhileTheStationRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := OpenFolder(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	path := filepath.Join(dir, "land.pmtiles")
	names := func() (all []string) {
		list, err := f.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			all = append(all, m.ID+m.Problem)
		}
		return all
	}
	whole := pmFile(t)
	write(t, path, whole[:200]) // half copied
	if got := names(); len(got) != 1 || got[0] == "land.pmtiles" {
		t.Errorf("half a file: %q", got)
	}
	write(t, path, whole)
	if got := names(); len(got) != 1 || got[0] != "land.pmtiles" {
		t.Errorf("the whole file: %q", got)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := names(); len(got) != 1 {
		t.Errorf("a changed file: %q", got)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	mbFile(t, filepath.Join(dir, "photo.mbtiles"), map[string]string{"format": "png"})
	if _, err := f.List(gone); err != nil {
		t.Fatal(err)
	}
	if got := names(); len(got) != 2 || got[0] != "photo.mbtiles" {
		t.Errorf("after somebody asked who has gone: %q", got)
	}
	if err := os.Remove(filepath.Join(dir, "photo.mbtiles")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := names(); len(got) != 0 {
		t.Errorf("a removed file: %q", got)
	}
	if _, _, err := f.Tile(t.Context(), "land.pmtiles", 0, 0, 0); err == nil {
		t.Error("a removed file has tiles")
	}
	if _, err := OpenFolder(t.Context(), path, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder that is not there is opened")
	}
}

func FuzzPMTiles(f *testing.F) {
	f.Add(pmFile(f))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, fmt.Sprint(os.Getpid()))
		write(t, path, data)
		p, err := openPMTiles(path)
		if err != nil {
			return
		}
		defer func() { _ = p.close() }()
		for z := range 4 {
			_, _ = p.tile(t.Context(), z, 1<<z-1, 0) // must not panic or take much memory
		}
	})
}
