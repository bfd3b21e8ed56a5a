package geopicture

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"vedette/ui/maps/geopicture/testtiff"
)

func TestWhatCannotBeShownSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	with := func(change func(*testtiff.Picture)) []byte {
		s := inSystem(3857)
		change(&s)
		return made(t, s)
	}
	whole := with(func(*testtiff.Picture) {})
	for name, tc := range map[string]struct {
		file []byte
		says []string
	}{
		"no TIFF":           {[]byte("GIF89a and more that is no TIFF"), []string{"no TIFF file"}},
		"nothing":           {nil, []string{"no TIFF file"}},
		"a header only":     {whole[:8], []string{"cut off"}},
		"half a file":       {whole[:len(whole)/2], []string{"cut off", "copy it again"}},
		"almost all":        {whole[:len(whole)-20], []string{"cut off"}},
		"a part behind it":  {with(func(s *testtiff.Picture) { s.More = []testtiff.Tag{{Number: 273, Kind: 4, Values: offsets(1 << 30)}} }), []string{"cut off"}},
		"no place":          {with(func(s *testtiff.Picture) { s.StepX = 0 }), []string{"where it lies", "world file", "gdal_translate -a_srs", "gdalwarp"}},
		"no system":         {with(func(s *testtiff.Picture) { s.EPSG = 0 }), []string{"where it lies", "gdal_translate -a_srs"}},
		"another system":    {with(func(s *testtiff.Picture) { s.EPSG = 2154 }), []string{"EPSG:2154", "gdalwarp -t_srs EPSG:3857"}},
		"another datum":     {with(func(s *testtiff.Picture) { s.EPSG = 4267 }), []string{"EPSG:4267", "gdalwarp -t_srs EPSG:3857"}},
		"a nameless system": {with(func(s *testtiff.Picture) { s.EPSG = 32767 }), []string{"without an EPSG number", "gdalwarp"}},
		"feet":              {with(func(s *testtiff.Picture) { s.EPSG, s.Unit = 32755, 9003 }), []string{"metres", "9003", "gdalwarp"}},
		"grads":             {with(func(s *testtiff.Picture) { s.EPSG, s.Unit = 4326, 9105 }), []string{"degrees", "9105", "gdalwarp"}},
		"points": {with(func(s *testtiff.Picture) {
			s.StepX, s.More = 0, []testtiff.Tag{{Number: 33922, Kind: 12, Values: make([]float64, 24)}}
		}), []string{"single points", "gdalwarp"}},
		"not on Earth":       {with(func(s *testtiff.Picture) { s.EPSG, s.Y = 4326, 95 }), []string{"not on Earth"}},
		"no size":            {with(func(s *testtiff.Picture) { s.StepY = 0 }), []string{"not on Earth"}},
		"far from its zone":  {with(func(s *testtiff.Picture) { s.EPSG, s.X = 32755, 9e6 }), []string{"not on Earth"}},
		"heights":            {with(func(s *testtiff.Picture) { s.Samples, s.Bits, s.Format = 1, 16, 2 }), []string{"elevation model", "terrain folder"}},
		"heights as reals":   {with(func(s *testtiff.Picture) { s.Samples, s.Bits, s.Format, s.Compression = 1, 32, 3, 1 }), []string{"elevation model", "terrain folder"}},
		"colours as reals":   {with(func(s *testtiff.Picture) { s.Bits, s.Format = 32, 3 }), []string{"32 bits", "gdal_translate -ot Byte -scale"}},
		"12 bits":            {with(func(s *testtiff.Picture) { s.Bits = 12 }), []string{"12 bits", "gdal_translate"}},
		"CMYK":               {with(func(s *testtiff.Picture) { s.Samples, s.Photometric = 4, 5 }), []string{"interpretation 5"}},
		"YCbCr without JPEG": {with(func(s *testtiff.Picture) { s.Photometric = 6 }), []string{"YCbCr", "gdal_translate"}},
		"Zstandard":          {with(func(s *testtiff.Picture) { s.Compression = 50000 }), []string{"Zstandard", "gdal_translate -co COMPRESS=DEFLATE"}},
		"fax":                {with(func(s *testtiff.Picture) { s.Compression, s.Samples, s.Bits = 4, 1, 1 }), []string{"CCITT", "gdal_translate"}},
		"what nobody knows":  {with(func(s *testtiff.Picture) { s.Compression = 4711 }), []string{"4711", "gdal_translate"}},
		"predictor 3":        {with(func(s *testtiff.Picture) { s.Predictor = 3 }), []string{"damaged", "predictor 3"}},
		"no palette":         {with(func(s *testtiff.Picture) { s.Samples, s.Photometric = 1, 3 }), []string{"palette"}},
		"too few parts": {with(func(s *testtiff.Picture) {
			s.More = []testtiff.Tag{{Number: 273, Kind: 4, Values: []float64{8}}, {Number: 279, Kind: 4, Values: []float64{8}}}
		}), []string{"damaged", "parts"}},
		"a large strip": {with(func(s *testtiff.Picture) { s.Width, s.Height, s.StripRows, s.Hollow = 30_000, 30_000, 0, true }), []string{"too large", "-co TILED=YES", "gdaladdo"}},
		"wide strips":   {with(func(s *testtiff.Picture) { s.Width, s.Height, s.StripRows, s.Hollow = 300_000, 3000, 16, true }), []string{"too large", "-co TILED=YES"}},
		"endless parts": {with(func(s *testtiff.Picture) {
			s.Tile, s.More = 16, []testtiff.Tag{{Number: 256, Kind: 4, Values: []float64{60_000}}, {Number: 257, Kind: 4, Values: []float64{60_000}}}
		}), []string{"too large", "-co TILED=YES"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := openBytes(tc.file)
			if err == nil {
				t.Fatalf("it is shown: zoom %d to %d, %v", p.MinZoom, p.MaxZoom, p.Bounds)
			}
			for _, word := range tc.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q says nothing of %q", err, word)
				}
			}
		})
	}
	if p, err := openBytes(whole); err != nil || p.Copyright != "" {
		t.Errorf("the whole file: %v", err)
	}
	if p := open(t, testtiff.Picture{Width: 9, Height: 9, EPSG: 4326, StepX: 1, StepY: 1, Copyright: "Survey office"}); p.Copyright != "Survey office" {
		t.Errorf("%q", p.Copyright)
	}
}

// offsets are the places, or the lengths, of the ten strips of a test picture.
func offsets(at float64) []float64 {
	all := make([]float64, 10)
	for i := range all {
		all[i] = at
	}
	return all
}

// Directories that lead back to one another end.
func TestDirectoriesInACircle(t *testing.T) {
	t.Parallel()
	spec := inSystem(3857)
	b := made(t, spec)
	at := binary.LittleEndian.Uint32(b[4:])
	n := binary.LittleEndian.Uint16(b[at:])
	binary.LittleEndian.PutUint32(b[int(at)+2+12*int(n):], at)
	if p, err := openBytes(b); err != nil || len(p.layers) != 1 {
		t.Error(err)
	}
}

func TestADamagedPartIsToldOf(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testtiff.Picture){
		"deflate":  func(*testtiff.Picture) {},
		"LZW":      func(s *testtiff.Picture) { s.Compression = 5 },
		"PackBits": func(s *testtiff.Picture) { s.Compression = 32773 },
		"JPEG":     func(s *testtiff.Picture) { s.Compression, s.Photometric = 7, 6 },
		"too short": func(s *testtiff.Picture) {
			s.Compression, s.More = 1, []testtiff.Tag{{Number: 279, Kind: 4, Values: offsets(9)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := inSystem(3857)
			change(&spec)
			b := made(t, spec)
			for i := 8; i < min(4000, len(b)-2000); i++ {
				b[i] = 0x80 // in PackBits: nothing
			}
			p, err := openBytes(b)
			if err != nil {
				t.Fatal(err)
			}
			lon, lat := p.place.at(100, 1)
			x, y, _, _ := tileAt(lon, lat, p.MaxZoom)
			if b, err := p.Tile(t.Context(), p.MaxZoom, x, y); err == nil || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
}

func FuzzPicture(f *testing.F) {
	for _, change := range []func(*testtiff.Picture){
		func(*testtiff.Picture) {},
		func(s *testtiff.Picture) { s.EPSG, s.X, s.Y, s.StepX, s.StepY = 4326, 10, 50, 0.001, 0.001 },
		func(s *testtiff.Picture) { s.EPSG, s.Compression, s.Predictor = 32632, 5, 2 },
		func(s *testtiff.Picture) { s.Compression, s.Photometric, s.JPEGTables = 7, 6, true },
		func(s *testtiff.Picture) { s.Tile, s.Planar, s.Big, s.Overviews = 16, true, true, []int{2} },
		func(s *testtiff.Picture) { s.Samples, s.Bits, s.Compression = 1, 16, 32773 },
		func(s *testtiff.Picture) {
			s.Samples, s.Bits, s.Photometric, s.Palette = 1, 4, 3, [][3]uint8{{1, 2, 3}}
		},
		func(s *testtiff.Picture) { s.Mask, s.Motorola = func(x, _ int) bool { return x > 9 }, true },
	} {
		s := testtiff.Picture{Width: 40, Height: 30, At: ramp, EPSG: 3857, X: 1e6, Y: 6e6, StepX: 1, StepY: 1, Compression: 8, StripRows: 16}
		change(&s)
		f.Add(made(f, s))
	}
	r := NewReader()
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := r.Open(bytes.NewReader(data), int64(len(data)), deepest)
		if err != nil {
			return
		}
		defer p.Close()
		if p.MinZoom < 0 || p.MinZoom > p.MaxZoom || p.MaxZoom > deepest {
			t.Fatalf("zoom %d to %d", p.MinZoom, p.MaxZoom)
		}
		lon, lat := (p.Bounds[0]+p.Bounds[2])/2, max(-85, min((p.Bounds[1]+p.Bounds[3])/2, 85))
		for _, z := range []int{p.MaxZoom, p.MinZoom} {
			x, y, _, _ := tileAt(lon, lat, z)
			_, _ = p.Tile(t.Context(), z, x, y) // must not panic, nor take much memory or time
		}
		if r.shelf.bytes > mostShelved {
			t.Fatalf("%d bytes are kept", r.shelf.bytes)
		}
	})
}
