package geo

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"testing"
)

// gtxPath is the published grid; it lies beside the checkout, not in it.
const gtxPath = "../../../shared/data/geoid/egm96_15.gtx"

// packGeoid makes egm96.bin from the published GTX grid.
func packGeoid(t *testing.T, gtx []byte) []byte {
	t.Helper()
	const header = 40
	if rows, cols := binary.BigEndian.Uint32(gtx[32:]), binary.BigEndian.Uint32(gtx[36:]); rows != geoidRows || cols != geoidCols {
		t.Fatalf("the grid has %d x %d samples", rows, cols)
	}
	raw := make([]byte, geoidRows*geoidCols*2)
	for r := range geoidRows {
		var last int16
		for c := range geoidCols {
			i := r*geoidCols + c
			v := int16(math.Round(100 * float64(math.Float32frombits(binary.BigEndian.Uint32(gtx[header+4*i:])))))
			d := uint16(v - last)
			raw[i], raw[geoidRows*geoidCols+i] = byte(d), byte(d>>8)
			last = v
		}
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestEmbeddedGeoidIsThePublishedGrid compares the packed grid with its source where that is at hand; with PACK_GEOID=1 it
// writes the packed file anew.
func TestEmbeddedGeoidIsThePublishedGrid(t *testing.T) {
	gtx, err := os.ReadFile(gtxPath)
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("the published grid is not beside the checkout; the check points of TestUndulation stand alone")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	packed := packGeoid(t, gtx)
	if os.Getenv("PACK_GEOID") == "1" {
		if err := os.WriteFile("egm96.bin", packed, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("wrote %d bytes", len(packed))
		return
	}
	if !bytes.Equal(packed, egm96Packed) {
		t.Error("egm96.bin is not what the published grid packs to: run PACK_GEOID=1 go test ./internal/geo")
	}
}
