package h265

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

// Parameter sets that x265 wrote: 640 x 512, Main, no reordering.
var (
	testVPS = unhex("40010c01ffff01600000030090000003000003005a928090")
	testSPS = unhex("42010101600000030090000003000003005aa0050200805964a924caf0168080000003008000000504")
	testPPS = unhex("4401c172b46240")
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// nal makes a NAL unit of layer 0 and temporal id 0.
func nal(nalType byte, n int) []byte {
	out := make([]byte, n)
	out[0], out[1] = nalType<<1, 1
	for i := 2; i < n; i++ {
		out[i] = byte(i*7)%251 + 1 // no zero bytes, so no start code inside
	}
	return out
}

func TestInspectNamesWhatBegins(t *testing.T) {
	t.Parallel()
	idr := nal(TypeIDR, 3000)
	var fragments [][]byte
	Split(idr, 1000, func(p []byte) { fragments = append(fragments, p) })
	sets := Aggregate(testVPS, testSPS, testPPS)
	tests := []struct {
		name    string
		payload []byte
		want    Summary
		ok      bool
	}{
		{"empty", nil, Summary{}, false},
		{"header only", []byte{TypeIDR << 1, 1}, Summary{}, false},
		{"IDR", idr, Summary{Key: true, Slice: true}, true},
		{"IDR without leading pictures", nal(20, 10), Summary{Key: true, Slice: true}, true},
		{"CRA", nal(TypeCRA, 10), Summary{Key: true, Slice: true}, true},
		{"BLA", nal(TypeBLA, 10), Summary{Key: true, Slice: true}, true},
		{"trailing picture", nal(1, 10), Summary{Slice: true}, true},
		{"RASL picture", nal(9, 10), Summary{Slice: true}, true},
		{"VPS", testVPS, Summary{VPS: true}, true},
		{"SPS", testSPS, Summary{SPS: true}, true},
		{"PPS", testPPS, Summary{PPS: true}, true},
		{"SEI", nal(TypeSEI, 10), Summary{}, true},
		{"aggregate", sets, Summary{VPS: true, SPS: true, PPS: true}, true},
		{"torn aggregate", sets[:len(sets)-1], Summary{VPS: true, SPS: true}, false},
		{"aggregate in an aggregate", Aggregate(sets), Summary{}, false},
		{"first fragment", fragments[0], Summary{Key: true, Slice: true}, true},
		{"middle fragment", fragments[1], Summary{}, true},
		{"short fragment", fragments[0][:3], Summary{}, false},
		{"PACI", nal(50, 10), Summary{}, false},
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

func TestParameterSetsAreFoundAloneAndAggregated(t *testing.T) {
	t.Parallel()
	check := func(payload, vps, sps, pps []byte) {
		t.Helper()
		v, s, p := ParameterSets(payload)
		if !bytes.Equal(v, vps) || !bytes.Equal(s, sps) || !bytes.Equal(p, pps) {
			t.Errorf("%x: got %x %x %x", payload, v, s, p)
		}
	}
	check(nil, nil, nil, nil)
	check(nal(TypeIDR, 10), nil, nil, nil)
	check(testVPS, testVPS, nil, nil)
	check(testSPS, nil, testSPS, nil)
	check(testPPS, nil, nil, testPPS)
	check(Aggregate(testVPS, testSPS, testPPS), testVPS, testSPS, testPPS)
	check(Aggregate(testSPS, testPPS), nil, testSPS, testPPS)
}

func TestAggregateTakesTheLowestIDs(t *testing.T) {
	t.Parallel()
	a, b := nal(1, 10), nal(1, 10)
	a[0], a[1] = 1<<1|1, 0b00010<<3|3 // layer 34, temporal id 3
	b[1] = 0b00111<<3 | 2             // layer 7, temporal id 2
	if got := Aggregate(a, b); got[0] != typeAP<<1 || got[1] != 0b00111<<3|2 {
		t.Errorf("header %08b %08b", got[0], got[1])
	}
}

func TestSplitPiecesAreReassembled(t *testing.T) {
	t.Parallel()
	big := nal(TypeIDR, 5000)
	for _, limit := range []int{16, 100, 1188, 4999, 6000} {
		var a Assembler
		var got []AccessUnit
		emit := func(u AccessUnit) { got = append(got, u) }
		push := func(p []byte, marker bool) {
			// Cut again, as the relay does.
			var pieces [][]byte
			if !Split(p, limit, func(p []byte) { pieces = append(pieces, p) }) {
				t.Fatal("split refused")
			}
			for j, q := range pieces {
				if len(q) > limit {
					t.Fatalf("piece of %d bytes, limit %d", len(q), limit)
				}
				a.Push(q, 90, marker && j == len(pieces)-1, false, emit)
			}
		}
		if limit >= 50 {
			push(Aggregate(testVPS, testSPS, testPPS), false)
		} else {
			a.SetParameterSets(testVPS, testSPS, testPPS) // a set cut in fragments is no parameter set for Assembler
		}
		var outer [][]byte
		Split(big, 1400, func(p []byte) { outer = append(outer, p) })
		for i, o := range outer {
			push(o, i == len(outer)-1)
		}
		var want []byte
		for _, n := range [][]byte{testVPS, testSPS, testPPS, big} {
			want = append(append(want, 0, 0, 0, 1), n...)
		}
		if len(got) != 1 || !got[0].Key || !bytes.Equal(got[0].Data, want) {
			t.Fatalf("limit %d: %d access units, not the one that went in", limit, len(got))
		}
	}
}

func TestSplitRefusesWhatItCannotCut(t *testing.T) {
	t.Parallel()
	for _, bad := range [][]byte{nil, {2, 1}, nal(50, 100), append(Aggregate(testVPS, testSPS), 0, 9)} {
		if Split(bad, 40, func([]byte) {}) {
			t.Errorf("%x was taken", bad[:min(len(bad), 8)])
		}
	}
}

func TestAssemblerIsSilentAfterLossUntilKeyPicture(t *testing.T) {
	t.Parallel()
	var a Assembler
	a.SetParameterSets(testVPS, testSPS, testPPS)
	var got []uint32
	emit := func(u AccessUnit) { got = append(got, u.Timestamp) }
	p, key := nal(1, 50), nal(TypeCRA, 50)
	a.Push(p, 1, true, false, emit) // before any key picture
	a.Push(key, 2, true, false, emit)
	a.Push(p, 3, true, false, emit)
	a.Push(p, 4, true, true, emit) // a packet before this one was lost
	a.Push(p, 5, true, false, emit)
	a.Push(key, 6, false, false, emit) // no marker: the next timestamp ends it
	a.Push(p, 7, true, false, emit)
	if want := []uint32{2, 3, 6, 7}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	a.Reset()
	a.Push(p, 8, true, false, func(AccessUnit) { t.Error("a picture after Reset, before a key picture") })
}

func TestAssemblerBoundsAccessUnit(t *testing.T) {
	t.Parallel()
	var a Assembler
	a.SetParameterSets(testVPS, testSPS, testPPS)
	key := nal(TypeIDR, 60000)
	for range 200 { // 12 MB in one access unit
		a.Push(key, 1, false, false, func(AccessUnit) { t.Fatal("emitted an access unit over the limit") })
	}
	if len(a.buf) > maxAccessUnit+len(key) {
		t.Fatalf("buffer grew to %d", len(a.buf))
	}
	a.Push(key, 2, false, false, func(AccessUnit) { t.Fatal("emitted an access unit over the limit") })
}

func TestParseSPS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		sps  []byte
		want Format
	}{
		{"Main", testSPS, Format{Width: 640, Height: 512, Profile: 1, Level: 90, BitDepth: 8, Chroma: 1}},
		{
			"B-frames", unhex("42010101600000030090000003000003005da00280802d16595964932bc05a020000030002000003001410"),
			Format{Width: 1280, Height: 720, Profile: 1, Level: 93, BitDepth: 8, Chroma: 1, MaxReorder: 2},
		},
		{
			"Main 10", unhex("420101022000000300900000030000030078a003c08010e4d964a924caf0168080000003008000000504"),
			Format{Width: 1920, Height: 1080, Profile: 2, Level: 120, BitDepth: 10, Chroma: 1},
		},
		{
			"4:2:2", unhex("4201010408000003009d0800000300003cb00a080f16592a4932bc05a02000000300200000030141"),
			Format{Width: 320, Height: 240, Profile: 4, Level: 60, BitDepth: 8, Chroma: 2},
		},
		{
			"4:4:4", unhex("4201010408000003009e0800000300003c90014101e2cb2549265780b4040000030004000003002820"),
			Format{Width: 320, Height: 240, Profile: 4, Level: 60, BitDepth: 8, Chroma: 3},
		},
	}
	for _, tc := range tests {
		got, err := ParseSPS(tc.sps)
		got.separatePlanes, got.orderBits = false, 0
		if err != nil || got != tc.want {
			t.Errorf("%s: got %+v %v, want %+v", tc.name, got, err, tc.want)
		}
		if got.MayReorder() != (tc.want.MaxReorder > 0) {
			t.Errorf("%s: MayReorder", tc.name)
		}
	}
	for _, bad := range [][]byte{nil, {0x42, 1}, testSPS[:12], bytes.Repeat([]byte{0x42}, 2000), testPPS, testVPS} {
		if _, err := ParseSPS(bad); err == nil {
			t.Errorf("%x was taken for an SPS", bad[:min(len(bad), 8)])
		}
	}
}

func FuzzParseSPS(f *testing.F) {
	f.Add(testSPS)
	f.Add(unhex("420101022000000300900000030000030078a003c08010e4d964a924caf0168080000003008000000504"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ParseSPS(b)
		if err == nil && (got.Width <= 0 || got.Width > maxSide || got.Height <= 0 || got.Height > maxSide) {
			t.Fatalf("size %d x %d", got.Width, got.Height)
		}
	})
}

// FuzzPayloads feeds length-prefixed payloads through everything that reads RTP payloads.
func FuzzPayloads(f *testing.F) {
	f.Add([]byte{4, typeFU << 1, 1, 0x80 | TypeIDR, 2, 0x26, 9}, uint16(100))
	f.Add(append([]byte{byte(len(testSPS))}, testSPS...), uint16(16))
	f.Add([]byte{7, typeAP << 1, 1, 0, 3, 0x42, 1, 9}, uint16(20))
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
