package export_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"vedette/internal/station/export"
	"vedette/internal/store"
)

func TestAPackageHoldsEverythingOfItsTime(t *testing.T) {
	t.Parallel()
	from := record(t)
	var out bytes.Buffer
	film := func(content string, err error) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), err }
	}
	beside := export.Beside{Pictures: stills, Films: []export.Film{
		{Feed: "cam", Name: "cam_20261126T120000.000Z", Start: noon, Open: film("a film", nil)},
		{Feed: "cam", Name: "cam_20261126T120100.000Z", Start: noon, Open: film("", fs.ErrNotExist)},
	}}
	about := export.About{Station: "post-1", Who: "ann", Made: after(600)}
	if err := export.WritePackage(t.Context(), &out, from, beside, store.Within{From: noon, To: after(60)}, about); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	for name, words := range map[string]string{
		"tracks.geojson": `"t-9"`, "tracks.kml": "gx:Track", "tracks.csv": "t-12", "alerts.geojson": "FeatureCollection", "alerts.kml": "<kml", "alerts.csv": "raisedAt,",
		"README.txt": "tracks.csv: 2 tracks, 1 damaged records left out", "pictures/a-1_1.jpg": "a still",
		"video/cam/cam_20261126T120000.000Z.mp4": "a film",
	} {
		if !strings.Contains(files[name], words) {
			t.Errorf("%s lacks %q: %.300s", name, words, files[name])
		}
	}
	if len(files) != 9 || !strings.Contains(files["README.txt"], "video: 1 recordings, whole files that touch the time, 1 more are no longer kept") || !strings.Contains(files["README.txt"], "pictures: 1, 1 more are no longer kept") || !strings.Contains(files["README.txt"], "post-1") || !strings.Contains(files["README.txt"], "by ann") {
		t.Errorf("%d files; %s", len(files), files["README.txt"])
	}
	if err := export.WritePackage(t.Context(), &out, from, beside, store.Within{From: after(60), To: noon}, about); !errors.Is(err, export.ErrInvalid) {
		t.Errorf("a span that ends before it begins: %v", err)
	}
	broken := func(string, int) ([]byte, error) { return nil, io.ErrUnexpectedEOF }
	if err := export.WritePackage(t.Context(), io.Discard, from, export.Beside{Pictures: broken}, store.Within{From: noon, To: after(60)}, about); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a picture that cannot be read went unnoticed: %v", err)
	}
	films := export.Beside{Films: []export.Film{{Feed: "cam", Name: "x", Open: film("", io.ErrClosedPipe)}}}
	if err := export.WritePackage(t.Context(), io.Discard, from, films, store.Within{From: noon, To: after(60)}, about); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a film that cannot be read went unnoticed: %v", err)
	}
	if err := export.WritePackage(t.Context(), full{}, from, beside, store.Within{}, about); err == nil {
		t.Error("a full disk went unnoticed")
	}
}

// stills has one of the two pictures of the record.
func stills(alertID string, n int) ([]byte, error) {
	if alertID == "a-1" && n == 1 {
		return []byte("a still"), nil
	}
	return nil, fs.ErrNotExist
}
