package dataflash

import (
	"encoding/binary"
	"strings"
	"testing"
)

// read takes a log apart as a viewer does: by its own FMT records.
func read(t *testing.T, b []byte) map[string]int {
	t.Helper()
	lengths, names, count := map[byte]int{128: 89}, map[byte]string{128: "FMT"}, map[string]int{}
	for len(b) > 0 {
		if len(b) < 3 || b[0] != 0xA3 || b[1] != 0x95 || lengths[b[2]] == 0 || len(b) < lengths[b[2]] {
			t.Fatalf("no record at the last %d bytes: % x", len(b), b[:min(len(b), 8)])
		}
		count[names[b[2]]]++
		if b[2] == 128 {
			lengths[b[3]], names[b[3]] = int(b[4]), strings.TrimRight(string(b[5:9]), "\x00")
		}
		b = b[lengths[b[2]]:]
	}
	return count
}

func TestALogDescribesItself(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(1000, []Format{
		{Type: 1, Name: "A", Fields: "QLcfB", Labels: "TimeUS,Lat,Roll,Alt,N"},
		{Type: 2, Name: "MSG", Fields: "QZ", Labels: "TimeUS,Message"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !w.Record("A", []float64{1e6, -35.36e7, -1.25, 600.5, 300}) || !w.Record("MSG", []float64{2e6}, "hello") {
		t.Fatal("not written")
	}
	if w.Record("A", []float64{1}) || w.Record("B", nil) || w.Record("MSG", []float64{1, 2}) {
		t.Error("wrote what does not fit")
	}
	early := w.Bytes()
	full := 0
	for w.Record("A", []float64{1e6, 0, 0, 0, 0}) {
		full++
	}
	if full == 0 || w.Size() > 1000 {
		t.Errorf("%d more records, %d bytes", full, w.Size())
	}
	if got := read(t, w.Bytes()); got["FMT"] != 3 || got["A"] != full+1 || got["MSG"] != 1 {
		t.Errorf("%v", got)
	}
	rec := early[3*89:]
	if lat := int32(binary.LittleEndian.Uint32(rec[11:])); lat != -353600000 || int16(binary.LittleEndian.Uint16(rec[15:])) != -125 || rec[21] != 255 {
		t.Errorf("% x", rec[:22])
	}
}

func TestBadFormatsAreRefused(t *testing.T) {
	t.Parallel()
	for _, f := range []Format{
		{Type: 128, Name: "A", Fields: "Q", Labels: "T"}, {Type: 1, Name: "A", Fields: "x", Labels: "T"},
		{Type: 1, Name: "A", Fields: "QQ", Labels: "T"}, {Type: 1, Name: "LONGER", Fields: "Q", Labels: "T"},
	} {
		if _, err := NewWriter(1000, []Format{f}); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}
