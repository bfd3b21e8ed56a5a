package geo

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"math"
	"sync"
)

// egm96Packed is the EGM96 geoid on a 15-minute grid (NGA, public domain): 721 rows from south to north, 1440 columns
// from 180 west, int16 centimetres, each row as differences along the row, then DEFLATE. packgeoid_test.go makes it from the
// published grid.
//
//go:embed egm96.bin
var egm96Packed []byte

const (
	geoidRows = 721
	geoidCols = 1440
	geoidStep = 0.25
)

var egm96 = sync.OnceValue(func() []int16 {
	grid, err := unpackGeoid(egm96Packed)
	if err != nil {
		panic("geo: embedded geoid is damaged: " + err.Error()) // an impossible state of the binary itself
	}
	return grid
})

func unpackGeoid(packed []byte) ([]int16, error) {
	raw := make([]byte, geoidRows*geoidCols*2)
	if _, err := io.ReadFull(flate.NewReader(bytes.NewReader(packed)), raw); err != nil {
		return nil, err
	}
	grid := make([]int16, geoidRows*geoidCols)
	for r := range geoidRows {
		var sum int16
		for c := range geoidCols {
			i := r*geoidCols + c
			// Low bytes first, then high bytes: they compress far better apart.
			sum += int16(binary.LittleEndian.Uint16([]byte{raw[i], raw[geoidRows*geoidCols+i]}))
			grid[i] = sum
		}
	}
	return grid, nil
}

// Undulation is the height in metres of the EGM96 geoid above the WGS 84 ellipsoid, bilinear on the 15-minute grid
// (within 0.06 m of NGA's check points). It is zero for a position that is not valid.
func Undulation(p LatLon) float64 {
	if !p.Valid() {
		return 0
	}
	grid := egm96()
	y := (p.Lat + 90) / geoidStep
	x := (p.Lon + 180) / geoidStep
	r := min(int(y), geoidRows-2)
	fy := y - float64(r)
	c0 := int(math.Floor(x))
	fx := x - float64(c0)
	at := func(r, c int) float64 { return float64(grid[r*geoidCols+c%geoidCols]) / 100 }
	south := at(r, c0)*(1-fx) + at(r, c0+1)*fx
	north := at(r+1, c0)*(1-fx) + at(r+1, c0+1)*fx
	return south*(1-fy) + north*fy
}

// ToHAE turns a height above mean sea level into one above the ellipsoid.
func ToHAE(p LatLon, h AMSL) HAE { return HAE(float64(h) + Undulation(p)) }

// ToAMSL turns a height above the ellipsoid into one above mean sea level.
func ToAMSL(p LatLon, h HAE) AMSL { return AMSL(float64(h) - Undulation(p)) }
