package maps

import (
	"bytes"
	"context"
	"image/png"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"vedette/ui/maps/geopicture/testtiff"
)

func geoTIFFFile(t testing.TB, change func(*testtiff.Picture)) []byte {
	t.Helper()
	// A square of web mercator's tile 8/134/84, but for a margin.
	const side = 40075016.685578488 / 256
	s := testtiff.Picture{
		Width: 240, Height: 240, EPSG: 3857, X: 6*side + side/32, Y: 44*side - side/32, StepX: side / 256, StepY: side / 256, Compression: 8,
		Copyright: "Survey <b>office</b>", At: func(_, _, band int) int { return [3]int{255, 0, 255}[band] },
	}
	change(&s)
	b, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGeoTIFFPicturesOfAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	same := func(*testtiff.Picture) {}
	write(t, filepath.Join(dir, "Photo.TIF"), geoTIFFFile(t, same))
	write(t, filepath.Join(dir, "heights.tiff"), geoTIFFFile(t, func(s *testtiff.Picture) { s.Samples, s.Bits, s.Format = 1, 16, 2 }))
	write(t, filepath.Join(dir, "half.tif"), geoTIFFFile(t, same)[:300])
	f, err := OpenFolder(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := f.List(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	half, heights, photo := all[0], all[1], all[2]
	if !strings.Contains(half.Problem, "cut off") || !strings.Contains(heights.Problem, "terrain folder") {
		t.Errorf("%q and %q", half.Problem, heights.Problem)
	}
	if photo.Problem != "" || photo.Format != PNG || photo.Name != "Photo.TIF" || photo.Attribution != "Survey office" || photo.MaxZoom != 8 || photo.Bounds[0] < 8.4 || photo.Bounds[2] > 9.9 {
		t.Errorf("%+v", photo)
	}
	tile, format, err := f.Tile(t.Context(), photo.ID, 8, 134, 84)
	if err != nil || format != PNG {
		t.Fatal(format, err)
	}
	m, err := png.Decode(bytes.NewReader(tile.Data))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[[2]int][4]uint32{{128, 128}: {0xffff, 0, 0xffff, 0xffff}, {10, 128}: {0xffff, 0, 0xffff, 0xffff}, {6, 128}: {}, {128, 250}: {}} {
		if r, g, b, a := m.At(at[0], at[1]).RGBA(); [4]uint32{r, g, b, a} != want {
			t.Errorf("%v: %d %d %d %d", at, r, g, b, a)
		}
	}
	for _, at := range [][3]int{{8, 133, 84}, {8, 134, 85}, {9, 268, 168}, {0, 0, 0}} {
		if got, _, err := f.Tile(t.Context(), photo.ID, at[0], at[1], at[2]); err != nil || len(got.Data) != 0 {
			t.Errorf("%v: %d bytes, %v", at, len(got.Data), err)
		}
	}
}

// slow is an archive whose tile takes until it is let go.
type slow struct {
	begun, let chan struct{}
	closed     chan struct{}
}

func (s *slow) describe() Map { return Map{Format: PNG} }

func (s *slow) tile(context.Context, int, int, int) (Tile, error) {
	close(s.begun)
	<-s.let
	select {
	case <-s.closed:
		panic("the file was closed under a reader")
	default:
	}
	return Tile{Data: []byte("a tile")}, nil
}

func (s *slow) close() error { close(s.closed); return nil }

func TestATileThatIsDrawnHoldsUpNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "photo.tif"), geoTIFFFile(t, func(*testtiff.Picture) {}))
	f, err := OpenFolder(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	f.mu.Lock()
	o := f.maps["photo.tif"]
	if err := o.archive.close(); err != nil {
		t.Fatal(err)
	}
	o.archive = s
	f.maps["photo.tif"] = o
	f.mu.Unlock()
	drawn := make(chan error, 1)
	go func() {
		_, _, err := f.Tile(context.Background(), "photo.tif", 0, 0, 0)
		drawn <- err
	}()
	<-s.begun
	if all, err := f.List(t.Context()); err != nil || len(all) != 1 { // would wait for ever if the folder were held
		t.Fatal(all, err)
	}
	closed := make(chan struct{})
	go func() { f.Close(); close(closed) }()
	select {
	case <-s.closed:
		t.Error("the file is closed while a tile is drawn")
	default:
	}
	close(s.let)
	if err := <-drawn; err != nil {
		t.Error(err)
	}
	<-closed
	<-s.closed
}
