package h264

import (
	"bytes"
	"testing"
)

var (
	testSPS = []byte{0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0x41, 0x90}
	testPPS = []byte{0x68, 0xce, 0x3c, 0x80}
)

func nal(header byte, n int) []byte {
	out := make([]byte, n)
	out[0] = header
	for i := 1; i < n; i++ {
		out[i] = byte(i*7)%251 + 1 // no zero bytes, so no start code inside
	}
	return out
}

func TestInspectNamesWhatBegins(t *testing.T) {
	t.Parallel()
	idr := nal(0x65, 3000)
	var fragments [][]byte
	Split(idr, 1000, func(p []byte) { fragments = append(fragments, p) })
	tests := []struct {
		name    string
		payload []byte
		want    Summary
		ok      bool
	}{
		{"empty", nil, Summary{}, false},
		{"single IDR", idr, Summary{IDR: true, Slice: true}, true},
		{"P slice", nal(0x41, 10), Summary{Slice: true}, true},
		{"SPS", testSPS, Summary{SPS: true}, true},
		{"aggregate", Aggregate(testSPS, testPPS), Summary{SPS: true, PPS: true}, true},
		{"first fragment", fragments[0], Summary{IDR: true, Slice: true}, true},
		{"middle fragment", fragments[1], Summary{}, true},
		{"torn aggregate", Aggregate(testSPS, testPPS)[:14], Summary{SPS: true}, false},
		{"short fragment", []byte{0x7c, 0x85}, Summary{}, false},
		{"type 0", []byte{0, 1, 2}, Summary{}, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := Inspect(tc.payload)
			if got != tc.want || ok != tc.ok {
				t.Errorf("got %+v %v, want %+v %v", got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestSplitPiecesAreReassembled(t *testing.T) {
	t.Parallel()
	big := nal(0x65, 5000)
	for _, limit := range []int{16, 100, 1188, 4999, 6000} {
		var a Assembler
		var got []AccessUnit
		emit := func(u AccessUnit) { got = append(got, u) }
		a.Push(Aggregate(testSPS, testPPS), 90, false, false, emit)
		// Twice cut: as a camera would, then again as the relay does.
		var outer [][]byte
		Split(big, 1400, func(p []byte) { outer = append(outer, p) })
		for i, o := range outer {
			var inner [][]byte
			if !Split(o, limit, func(p []byte) { inner = append(inner, p) }) {
				t.Fatal("split refused")
			}
			for j, p := range inner {
				if len(p) > limit {
					t.Fatalf("piece of %d bytes, limit %d", len(p), limit)
				}
				a.Push(p, 90, i == len(outer)-1 && j == len(inner)-1, false, emit)
			}
		}
		var want []byte
		for _, n := range [][]byte{testSPS, testPPS, big} {
			want = append(append(want, 0, 0, 0, 1), n...)
		}
		if len(got) != 1 || !got[0].Key || !bytes.Equal(got[0].Data, want) {
			t.Fatalf("limit %d: %d access units, not the one that went in", limit, len(got))
		}
	}
}

func TestAssemblerIsSilentAfterLossUntilKeyPicture(t *testing.T) {
	t.Parallel()
	var a Assembler
	a.SetParameterSets(testSPS, testPPS)
	var got []uint32
	emit := func(u AccessUnit) { got = append(got, u.Timestamp) }
	p, idr := nal(0x41, 50), nal(0x65, 50)
	a.Push(p, 1, true, false, emit) // before any key picture
	a.Push(idr, 2, true, false, emit)
	a.Push(p, 3, true, false, emit)
	a.Push(p, 4, true, true, emit) // a packet before this one was lost
	a.Push(p, 5, true, false, emit)
	a.Push(idr, 6, false, false, emit) // no marker: the next timestamp ends it
	a.Push(p, 7, true, false, emit)
	want := []uint32{2, 3, 6, 7}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestAssemblerBoundsAccessUnit(t *testing.T) {
	t.Parallel()
	var a Assembler
	a.SetParameterSets(testSPS, testPPS)
	idr := nal(0x65, 60000)
	for range 200 { // 12 MB in one access unit
		a.Push(idr, 1, false, false, func(AccessUnit) { t.Fatal("emitted an access unit over the limit") })
	}
	if len(a.buf) > maxAccessUnit+len(idr) {
		t.Fatalf("buffer grew to %d", len(a.buf))
	}
	a.Push(idr, 2, false, false, func(AccessUnit) { t.Fatal("emitted an access unit over the limit") })
}

func TestParseSPS(t *testing.T) {
	t.Parallel()
	f, err := ParseSPS(testSPS)
	if err != nil {
		t.Fatal(err)
	}
	if f.Width != 640 || f.Height != 512 || f.Profile != 66 || f.MayReorder {
		t.Errorf("got %+v", f)
	}
	for _, bad := range [][]byte{nil, {0x67}, {0x67, 0, 0, 0, 0}, bytes.Repeat([]byte{0x67}, 2000), testPPS} {
		if _, err := ParseSPS(bad); err == nil {
			t.Errorf("%x was taken for an SPS", bad[:min(len(bad), 8)])
		}
	}
}

func FuzzParseSPS(f *testing.F) {
	f.Add(testSPS)
	f.Add([]byte{0x67, 0x64, 0, 0x28, 0xac, 0xd1, 0, 0x78, 2, 0x27, 0xe5, 0xc0, 0x44})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ParseSPS(b)
		if err == nil && (got.Width <= 0 || got.Width > maxSide || got.Height <= 0 || got.Height > maxSide) {
			t.Fatalf("size %d x %d", got.Width, got.Height)
		}
	})
}

// FuzzPayloads feeds length-prefixed payloads through everything that reads RTP payloads.
func FuzzPayloads(f *testing.F) {
	f.Add([]byte{3, 0x7c, 0x85, 1, 2, 0x65, 9}, uint16(100))
	f.Add(append([]byte{byte(len(testSPS))}, testSPS...), uint16(16))
	f.Add([]byte{4, 0x78, 0, 1, 0x67}, uint16(20))
	f.Fuzz(func(t *testing.T, b []byte, limit uint16) {
		l := max(int(limit), 16)
		var a Assembler
		ts := uint32(0)
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			p := b[1 : 1+n]
			ts += uint32(b[0] >> 7)
			b = b[1+n:]
			Inspect(p)
			ParameterSets(p)
			a.Push(p, ts, n%3 == 0, n%17 == 1, func(u AccessUnit) {
				if len(u.Data) == 0 || len(u.Data) > 2*maxAccessUnit {
					t.Fatalf("access unit of %d bytes", len(u.Data))
				}
			})
			Split(p, l, func(q []byte) {
				if len(q) > l || len(q) == 0 {
					t.Fatalf("piece of %d bytes, limit %d", len(q), l)
				}
			})
		}
	})
}
