package geo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// ErrGeoTIFF is wrapped by the errors of a file that is no GeoTIFF elevation model of the kind that is read: one band of int16,
// uint16 or float32 heights in metres on geographic WGS 84 axes; strips or tiles; uncompressed, deflate or LZW; predictor 1 to 3.
var ErrGeoTIFF = errors.New("not a GeoTIFF elevation model that can be read")

// The tags that are read (TIFF 6.0, GeoTIFF 1.1, GDAL).
const (
	tagWidth, tagHeight, tagBits, tagCompression   = 256, 257, 258, 259
	tagStripOffsets, tagSamples, tagRowsPerStrip   = 273, 277, 278
	tagStripBytes, tagPredictor                    = 279, 317
	tagTileWidth, tagTileHeight                    = 322, 323
	tagTileOffsets, tagTileBytes, tagSampleFormat  = 324, 325, 339
	tagPixelScale, tagTiePoint, tagGeoKeys, noData = 33550, 33922, 34735, 42113
)

const (
	maxRasterPixels = 64 << 20
	maxTagValues    = 1 << 20
)

// Raster is an elevation model read from a GeoTIFF. Heights are taken as metres above mean sea level.
type Raster struct {
	Width, Height int
	Data          []float32 // row 0 is the northern edge; NaN where there is no data

	west, north      float64 // place of the centre of the first sample, degrees
	perLon, perLat   float64 // degrees between samples
	before, after    float64 // how far the raster speaks beyond its outer samples, in samples
	order            binary.ByteOrder
	tags             map[uint16]tiffTag
	floats           bool
	signed           bool
	missing          float64
	hasMissing       bool
	partW, partH     int
	offsets, lengths []float64
}

type tiffTag struct {
	kind  uint16
	count uint32
	raw   []byte
}

// ReadGeoTIFF reads the whole file.
func ReadGeoTIFF(r io.ReaderAt) (*Raster, error) {
	g, err := openGeoTIFF(r)
	if err != nil {
		return nil, err
	}
	return g, g.load(r)
}

// openGeoTIFF reads the header only: where the raster lies, and how its heights are stored.
func openGeoTIFF(r io.ReaderAt) (*Raster, error) {
	g := &Raster{}
	if err := g.readTags(r); err != nil {
		return nil, err
	}
	if err := g.layout(); err != nil {
		return nil, err
	}
	return g, g.place()
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrGeoTIFF, fmt.Sprintf(format, args...))
}

func (g *Raster) readTags(r io.ReaderAt) error {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return refuse("it is shorter than a header")
	}
	switch string(head[:2]) {
	case "II":
		g.order = binary.LittleEndian
	case "MM":
		g.order = binary.BigEndian
	default:
		return refuse("it is no TIFF")
	}
	if v := g.order.Uint16(head[2:]); v != 42 {
		return refuse("version %d (43 is BigTIFF)", v)
	}
	at := int64(g.order.Uint32(head[4:]))
	var n [2]byte
	if _, err := r.ReadAt(n[:], at); err != nil {
		return refuse("its directory is missing")
	}
	entries := make([]byte, 12*int(g.order.Uint16(n[:])))
	if _, err := r.ReadAt(entries, at+2); err != nil {
		return refuse("its directory is cut off")
	}
	g.tags = map[uint16]tiffTag{}
	for ; len(entries) > 0; entries = entries[12:] {
		t := tiffTag{kind: g.order.Uint16(entries[2:]), count: g.order.Uint32(entries[4:])}
		size := map[uint16]uint32{1: 1, 2: 1, 3: 2, 4: 4, 12: 8}[t.kind]
		if size == 0 || t.count > maxTagValues {
			continue // a kind of value that no tag of ours has
		}
		t.raw = append([]byte(nil), entries[8:12]...)
		if size*t.count > 4 {
			t.raw = make([]byte, size*t.count)
			if _, err := r.ReadAt(t.raw, int64(g.order.Uint32(entries[8:]))); err != nil {
				return refuse("tag %d is cut off", g.order.Uint16(entries))
			}
		}
		g.tags[g.order.Uint16(entries)] = t
	}
	return nil
}

// numbers are the values of a tag; none where it is missing.
func (g *Raster) numbers(tag uint16) []float64 {
	t := g.tags[tag]
	out := make([]float64, 0, t.count)
	for i := range int(t.count) {
		switch t.kind {
		case 1:
			out = append(out, float64(t.raw[i]))
		case 3:
			out = append(out, float64(g.order.Uint16(t.raw[2*i:])))
		case 4:
			out = append(out, float64(g.order.Uint32(t.raw[4*i:])))
		case 12:
			out = append(out, math.Float64frombits(g.order.Uint64(t.raw[8*i:])))
		}
	}
	return out
}

func (g *Raster) number(tag uint16, missing float64) float64 {
	if v := g.numbers(tag); len(v) > 0 {
		return v[0]
	}
	return missing
}

// layout checks how the heights are stored.
func (g *Raster) layout() error {
	g.Width, g.Height = int(g.number(tagWidth, 0)), int(g.number(tagHeight, 0))
	if g.Width < 2 || g.Height < 2 || g.Width > maxRasterPixels || g.Height > maxRasterPixels || g.Width*g.Height > maxRasterPixels {
		return refuse("%d x %d samples", g.Width, g.Height)
	}
	if n := g.number(tagSamples, 1); n != 1 {
		return refuse("%v bands instead of one", n)
	}
	format, bits := g.number(tagSampleFormat, 1), g.number(tagBits, 1)
	switch {
	case format == 3 && bits == 32:
		g.floats = true
	case (format == 1 || format == 2) && bits == 16:
		g.signed = format == 2
	default:
		return refuse("samples of format %v with %v bits instead of int16 or float32", format, bits)
	}
	g.offsets, g.lengths = g.numbers(tagTileOffsets), g.numbers(tagTileBytes)
	g.partW, g.partH = int(g.number(tagTileWidth, 0)), int(g.number(tagTileHeight, 0))
	if len(g.offsets) == 0 {
		g.offsets, g.lengths = g.numbers(tagStripOffsets), g.numbers(tagStripBytes)
		g.partW, g.partH = g.Width, int(min(g.number(tagRowsPerStrip, float64(g.Height)), float64(g.Height)))
	}
	if g.partW < 1 || g.partH < 1 || g.partW > 1<<16 || g.partH > 1<<16 || g.partW*g.partH > maxRasterPixels {
		return refuse("parts of %d x %d samples", g.partW, g.partH)
	}
	if want := g.across() * ((g.Height + g.partH - 1) / g.partH); len(g.offsets) != want || len(g.lengths) != want {
		return refuse("%d parts instead of %d", len(g.offsets), want)
	}
	if t, ok := g.tags[noData]; ok {
		v, err := strconv.ParseFloat(strings.TrimRight(strings.TrimSpace(string(t.raw[:t.count])), "\x00 "), 64)
		g.missing, g.hasMissing = v, err == nil
	}
	return nil
}

// across is how many parts lie side by side.
func (g *Raster) across() int { return (g.Width + g.partW - 1) / g.partW }

// place works out where the samples lie.
func (g *Raster) place() error {
	scale, tie := g.numbers(tagPixelScale), g.numbers(tagTiePoint)
	if len(scale) < 2 || len(tie) < 6 || !(scale[0] > 0 && scale[1] > 0) {
		return refuse("it does not say where it lies (pixel scale and tie point)")
	}
	keys := g.numbers(tagGeoKeys)
	point := false
	for i := 4; i+3 < len(keys); i += 4 {
		switch key, value := keys[i], keys[i+3]; {
		case key == 1024 && value != 2:
			return refuse("its axes are not latitude and longitude (model type %v)", value)
		case key == 1025:
			point = value == 2
		case key == 2048 && value != 4326 && value != 4979:
			return refuse("its datum is not WGS 84 (EPSG %v)", value)
		}
	}
	g.perLon, g.perLat = scale[0], scale[1]
	g.before, g.after = 0, 1
	shift := 0.0
	if !point {
		g.before, g.after, shift = 0.5, 0.5, 0.5
	}
	g.west = tie[3] + (shift-tie[0])*g.perLon
	g.north = tie[4] - (shift-tie[1])*g.perLat
	if !(LatLon{g.north, g.west}.Valid()) || !(LatLon{g.north - g.perLat*float64(g.Height-1), g.west}.Valid()) {
		return refuse("it does not lie on Earth")
	}
	return nil
}

// load reads the heights.
func (g *Raster) load(r io.ReaderAt) error {
	g.Data = make([]float32, g.Width*g.Height)
	for k := range g.offsets {
		part, err := g.part(r, k)
		if err != nil {
			g.Data = nil
			return err
		}
		x0, y0 := k%g.across()*g.partW, k/g.across()*g.partH
		for y := range min(g.partH, g.Height-y0) {
			for x := range min(g.partW, g.Width-x0) {
				g.Data[(y0+y)*g.Width+x0+x] = g.sample(part, y*g.partW+x)
			}
		}
	}
	g.tags, g.offsets, g.lengths = nil, nil, nil
	return nil
}

// part is the bytes of one strip or tile, unpacked and with its predictor undone, in the file's byte order.
func (g *Raster) part(r io.ReaderAt, k int) ([]byte, error) {
	rows := g.partH
	if _, tiled := g.tags[tagTileWidth]; !tiled {
		rows = min(rows, g.Height-k*g.partH) // the last strip is shorter
	}
	size := g.sampleBytes()
	want := g.partW * rows * size
	if g.lengths[k] > float64(2*want+1024) {
		return nil, refuse("part %d has %v bytes for %d", k, g.lengths[k], want)
	}
	raw := make([]byte, int(g.lengths[k]))
	if _, err := r.ReadAt(raw, int64(g.offsets[k])); err != nil {
		return nil, refuse("part %d is cut off", k)
	}
	switch c := g.number(tagCompression, 1); c {
	case 1:
	case 5:
		var err error
		if raw, err = Unlzw(raw, want); err != nil {
			return nil, refuse("part %d: %v", k, err)
		}
	case 8, 32946:
		z, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, refuse("part %d: %v", k, err)
		}
		if raw, err = io.ReadAll(io.LimitReader(z, int64(want))); err != nil {
			return nil, refuse("part %d: %v", k, err)
		}
	default:
		return nil, refuse("compression %v (1, 5 and 8 are read)", c)
	}
	if len(raw) < want {
		return nil, refuse("part %d has %d bytes instead of %d", k, len(raw), want)
	}
	out := make([]byte, g.partW*g.partH*size)
	copy(out, raw[:want])
	return out, g.unpredict(out)
}

func (g *Raster) sampleBytes() int {
	if g.floats {
		return 4
	}
	return 2
}

func (g *Raster) unpredict(b []byte) error {
	predictor, size := g.number(tagPredictor, 1), g.sampleBytes()
	row := g.partW * size
	switch {
	case predictor == 1:
	case predictor == 2:
		for ; len(b) > 0; b = b[row:] {
			for x := size; x < row; x += size {
				if g.floats {
					g.order.PutUint32(b[x:], g.order.Uint32(b[x:])+g.order.Uint32(b[x-4:]))
				} else {
					g.order.PutUint16(b[x:], g.order.Uint16(b[x:])+g.order.Uint16(b[x-2:]))
				}
			}
		}
	case predictor == 3 && g.floats:
		// The bytes of a row are differences, sorted by significance: all first bytes, then all second bytes (Adobe technical note 3).
		for line := make([]byte, row); len(b) > 0; b = b[row:] {
			for x := 1; x < row; x++ {
				b[x] += b[x-1]
			}
			copy(line, b[:row])
			for x := range g.partW {
				v := uint32(line[x])<<24 | uint32(line[g.partW+x])<<16 | uint32(line[2*g.partW+x])<<8 | uint32(line[3*g.partW+x])
				g.order.PutUint32(b[4*x:], v)
			}
		}
	default:
		return refuse("predictor %v", predictor)
	}
	return nil
}

func (g *Raster) sample(part []byte, i int) float32 {
	var v float64
	switch {
	case g.floats:
		v = float64(math.Float32frombits(g.order.Uint32(part[4*i:])))
	case g.signed:
		v = float64(int16(g.order.Uint16(part[2*i:])))
	default:
		v = float64(g.order.Uint16(part[2*i:]))
	}
	// No ground is 20 km away from sea level; such numbers stand for missing data where the file does not name another.
	if (g.hasMissing && v == g.missing) || !(v > -20000 && v < 20000) {
		return float32(math.NaN())
	}
	return float32(v)
}

// Bounds are the outer edges in degrees.
func (g *Raster) Bounds() (west, south, east, north float64) {
	return g.west - g.before*g.perLon, g.north - (float64(g.Height-1)+g.after)*g.perLat,
		g.west + (float64(g.Width-1)+g.after)*g.perLon, g.north + g.before*g.perLat
}

// ElevationAMSL is the bilinear height of the ground; false outside the raster or where one of the four samples has no data. In
// the half cell (of point rasters the cell) between the last samples of a raster and the first of its neighbour, which GeoTIFFs
// do not share as HGT tiles do, the outer samples count.
func (g *Raster) ElevationAMSL(p LatLon) (AMSL, bool) {
	x, y := (p.Lon-g.west)/g.perLon, (g.north-p.Lat)/g.perLat
	lastX, lastY := float64(g.Width-1), float64(g.Height-1)
	const rounding = 1e-6
	if g.Data == nil || !(x >= -g.before-rounding && y >= -g.before-rounding && x <= lastX+g.after+rounding && y <= lastY+g.after+rounding) {
		return 0, false
	}
	x, y = max(0, min(x, lastX)), max(0, min(y, lastY))
	c, r := min(int(x), g.Width-2), min(int(y), g.Height-2)
	fx, fy := x-float64(c), y-float64(r)
	i := r*g.Width + c
	n := float64(g.Data[i])*(1-fx) + float64(g.Data[i+1])*fx
	s := float64(g.Data[i+g.Width])*(1-fx) + float64(g.Data[i+g.Width+1])*fx
	h := n*(1-fy) + s*fy
	return AMSL(h), !math.IsNaN(h)
}
