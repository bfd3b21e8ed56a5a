package geo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// sampleHeight is what the files of testdata hold (written by GDAL 3.6 from one grid): 50 x 40 samples 0.001 degrees apart, the outer
// corner of the first at 50 N 10 E, and no data in the last corner.
func sampleHeight(col, row int) float64 {
	c, r := float64(col), float64(row)
	return 500 + 3*c - 2*r + 20*math.Sin(c/7)*math.Cos(r/9)
}

func openRaster(t *testing.T, name string) *Raster {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	g, err := ReadGeoTIFF(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return g
}

func TestGeoTIFFsOfEveryKindHoldTheSameGround(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		off  float64 // int16 files are rounded
	}{
		{"float-none.tif", 0.001},
		{"float-deflate3-tiled.tif", 0.001},
		{"float-lzw-big.tif", 0.001},
		{"float-lzw2.tif", 0.001},
		{"int-lzw2.tif", 0.51},
		{"int-deflate2-tiled-big.tif", 0.51},
		{"int-point.tif", 0.51},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := openRaster(t, tc.name)
			for row := range 40 {
				for col := range 50 {
					p := LatLon{Lat: 50 - 0.001*(float64(row)+0.5), Lon: 10 + 0.001*(float64(col)+0.5)}
					h, ok := g.ElevationAMSL(p)
					if void := row >= 34 && col >= 44; void {
						if row >= 35 && col >= 45 && ok {
							t.Fatalf("row %d column %d has no data, but got %v", row, col, h)
						}
						continue
					}
					if !ok || math.Abs(float64(h)-sampleHeight(col, row)) > tc.off {
						t.Fatalf("row %d column %d: %v %v, want %.3f", row, col, h, ok, sampleHeight(col, row))
					}
				}
			}
			if _, ok := g.ElevationAMSL(LatLon{Lat: 50.01, Lon: 10.01}); ok {
				t.Error("a height north of the file")
			}
		})
	}
}

func TestGeoTIFFIsBilinearAndSpeaksToItsEdge(t *testing.T) {
	t.Parallel()
	g := openRaster(t, "float-none.tif")
	h, ok := g.ElevationAMSL(LatLon{Lat: 50 - 0.001*5.75, Lon: 10 + 0.001*7.75})
	want := 0.75*(0.75*sampleHeight(7, 5)+0.25*sampleHeight(8, 5)) + 0.25*(0.75*sampleHeight(7, 6)+0.25*sampleHeight(8, 6))
	if !ok || math.Abs(float64(h)-want) > 0.01 {
		t.Errorf("%v %v, want %.3f", h, ok, want)
	}
	if h, ok := g.ElevationAMSL(LatLon{Lat: 50, Lon: 10}); !ok || math.Abs(float64(h)-sampleHeight(0, 0)) > 0.01 {
		t.Errorf("outer corner: %v %v", h, ok)
	}
	w, s, e, n := g.Bounds()
	if math.Abs(w-10)+math.Abs(n-50)+math.Abs(e-10.05)+math.Abs(s-49.96) > 1e-9 {
		t.Errorf("bounds %v %v %v %v", w, s, e, n)
	}
}

func TestFolderJoinsTilesAndGeoTIFFs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	raw, err := os.ReadFile(filepath.Join("testdata", "float-deflate3-tiled.tif"))
	if err != nil {
		t.Fatal(err)
	}
	tile := &Tile{South: 49, West: 10, Size: 1201, Data: make([]int16, 1201*1201)}
	for i := range tile.Data {
		tile.Data[i] = 77
	}
	var hgt bytes.Buffer
	if err := tile.WriteHGT(&hgt); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"survey.tif": raw, "N49E010.hgt": hgt.Bytes(), "bad.TIFF": []byte("II*\x00")} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		p    LatLon
		want float64
		ok   bool
	}{
		{"in the GeoTIFF", LatLon{50 - 0.001*10.5, 10 + 0.001*20.5}, sampleHeight(20, 10), true},
		{"where the GeoTIFF has no data", LatLon{50 - 0.001*38, 10 + 0.001*48}, 77, true},
		{"in the tile only", LatLon{49.5, 10.5}, 77, true},
		{"in neither", LatLon{48.5, 10.5}, 0, false},
	} {
		if h, ok := f.ElevationAMSL(tc.p); ok != tc.ok || math.Abs(float64(h)-tc.want) > 0.01 {
			t.Errorf("%s: %v %v, want %.3f %v", tc.name, h, ok, tc.want, tc.ok)
		}
	}
	if p := f.Problems(); len(p) != 1 || !errors.Is(p[0], ErrGeoTIFF) {
		t.Errorf("problems %v", p)
	}
}

func TestGeoTIFFsThatAreNotUnderstoodAreRefused(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(filepath.Join("testdata", "float-none.tif"))
	if err != nil {
		t.Fatal(err)
	}
	// set overwrites the value of a tag of one short in a little-endian file.
	set := func(tag, value uint16) []byte {
		out := bytes.Clone(good)
		at := int(binary.LittleEndian.Uint32(out[4:]))
		for i := range int(binary.LittleEndian.Uint16(out[at:])) {
			if e := out[at+2+12*i:]; binary.LittleEndian.Uint16(e) == tag {
				binary.LittleEndian.PutUint16(e[8:], value)
				return out
			}
		}
		t.Fatalf("no tag %d", tag)
		return nil
	}
	for name, raw := range map[string][]byte{
		"empty":               {},
		"a text":              []byte("ncols 50 nrows 40"),
		"BigTIFF":             append([]byte("II+\x00"), good[4:]...),
		"cut off":             good[:len(good)/2],
		"JPEG":                set(tagCompression, 7),
		"bytes":               set(tagBits, 8),
		"three bands":         set(tagSamples, 3),
		"more rows than data": set(tagHeight, 4000),
	} {
		if _, err := ReadGeoTIFF(bytes.NewReader(raw)); !errors.Is(err, ErrGeoTIFF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadGeoTIFF(f *testing.F) {
	names, err := filepath.Glob("testdata/*.tif")
	if err != nil || len(names) == 0 {
		f.Fatalf("no files: %v", err)
	}
	for _, n := range names {
		raw, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := ReadGeoTIFF(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, ErrGeoTIFF) {
				t.Fatal(err)
			}
			return
		}
		w, s, e, n := g.Bounds()
		if h, ok := g.ElevationAMSL(LatLon{(s + n) / 2, (w + e) / 2}); ok && math.IsNaN(float64(h)) {
			t.Fatal("not a number")
		}
	})
}
