package geo

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Void marks a cell without data in an SRTM tile.
const Void = -32768

// ErrNotHGT is returned for a file that is not an SRTM HGT tile.
var ErrNotHGT = errors.New("not an SRTM HGT tile (1201 or 3601 samples squared, named like S36E149.hgt)")

// Terrain tells the height of the ground. The second result is false where there is no data.
type Terrain interface {
	ElevationAMSL(p LatLon) (AMSL, bool)
}

// Tile is one SRTM tile: one degree square, its rows from north to south, heights in whole metres AMSL (EGM96).
type Tile struct {
	South, West int     // degrees of the south-west corner
	Size        int     // samples along an edge: 1201 (3") or 3601 (1"); edges are shared with the neighbours
	Data        []int16 // row 0 is the northern edge
}

// TileName is the file name of the tile with a south-west corner, for example S36E149.hgt.
func TileName(south, west int) string {
	ns, ew := 'N', 'E'
	if south < 0 {
		ns, south = 'S', -south
	}
	if west < 0 {
		ew, west = 'W', -west
	}
	return fmt.Sprintf("%c%02d%c%03d.hgt", ns, south, ew, west)
}

// ParseTileName is the inverse of TileName.
func ParseTileName(name string) (south, west int, err error) {
	var ns, ew rune
	base := filepath.Base(name)
	if n, scanErr := fmt.Sscanf(base, "%c%2d%c%3d.hgt", &ns, &south, &ew, &west); scanErr != nil || n != 4 {
		return 0, 0, fmt.Errorf("%q: %w", base, ErrNotHGT)
	}
	if ns == 'S' {
		south = -south
	}
	if ew == 'W' {
		west = -west
	}
	if base != TileName(south, west) || south < -90 || south > 89 || west < -180 || west > 179 {
		return 0, 0, fmt.Errorf("%q: %w", base, ErrNotHGT)
	}
	return south, west, nil
}

// ReadHGT reads a tile; name gives its place.
func ReadHGT(r io.Reader, name string) (*Tile, error) {
	south, west, err := ParseTileName(name)
	if err != nil {
		return nil, err
	}
	const largest = 3601 * 3601 * 2
	raw, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err != nil {
		return nil, fmt.Errorf("read terrain tile: %w", err)
	}
	t := &Tile{South: south, West: west}
	switch len(raw) {
	case 1201 * 1201 * 2:
		t.Size = 1201
	case largest:
		t.Size = 3601
	default:
		return nil, fmt.Errorf("%q has %d bytes: %w", name, len(raw), ErrNotHGT)
	}
	t.Data = make([]int16, t.Size*t.Size)
	for i := range t.Data {
		t.Data[i] = int16(uint16(raw[2*i])<<8 | uint16(raw[2*i+1]))
	}
	return t, nil
}

// WriteHGT writes the tile as big-endian int16, row by row from the north.
func (t *Tile) WriteHGT(w io.Writer) error {
	raw := make([]byte, 2*len(t.Data))
	for i, v := range t.Data {
		raw[2*i], raw[2*i+1] = byte(uint16(v)>>8), byte(uint16(v))
	}
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("write terrain tile: %w", err)
	}
	return nil
}

// ElevationAMSL is the bilinear height of the ground; false outside the tile or where one of the four samples is void.
func (t *Tile) ElevationAMSL(p LatLon) (AMSL, bool) {
	x := (p.Lon - float64(t.West)) * float64(t.Size-1)
	y := (float64(t.South) + 1 - p.Lat) * float64(t.Size-1)
	last := float64(t.Size - 1)
	if !(x >= 0 && y >= 0 && x <= last && y <= last) {
		return 0, false
	}
	c, r := min(int(x), t.Size-2), min(int(y), t.Size-2)
	fx, fy := x-float64(c), y-float64(r)
	i := r*t.Size + c
	nw, ne, sw, se := t.Data[i], t.Data[i+1], t.Data[i+t.Size], t.Data[i+t.Size+1]
	if nw == Void || ne == Void || sw == Void || se == Void {
		return 0, false
	}
	north := float64(nw)*(1-fx) + float64(ne)*fx
	south := float64(sw)*(1-fx) + float64(se)*fx
	return AMSL(north*(1-fy) + south*fy), true
}
