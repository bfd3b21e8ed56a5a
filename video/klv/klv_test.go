package klv_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"vedette/video/klv"
)

// packet frames items as they would come on the wire: tag, length and value are given by hand, key and checksum added.
func packet(body ...byte) []byte {
	b, _ := hex.DecodeString("060e2b34020b01010e01030101000000")
	b = append(b, 0x82, byte((len(body)+4)>>8), byte(len(body)+4))
	b = append(append(b, body...), 1, 2)
	var sum uint16
	for i, c := range b {
		if i%2 == 0 {
			sum += uint16(c) << 8
		} else {
			sum += uint16(c)
		}
	}
	return append(b, byte(sum>>8), byte(sum))
}

func decode(t *testing.T, body ...byte) klv.Set {
	t.Helper()
	items, rest, err := klv.Decode(packet(body...))
	if err != nil || len(rest) > 0 {
		t.Fatalf("%x: %v, %d bytes left", body, err, len(rest))
	}
	return items[:len(items)-1]
}

func near(got *float64, want float64) bool {
	return got != nil && math.Abs(*got-want) <= 1e-6*max(1, math.Abs(want))
}

// The values are examples of the standards themselves, or follow from their formulas.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		raw  []byte
		tag  uint32
		want float64
	}{
		{"lowest altitude", []byte{15, 2, 0, 0}, 15, -900},
		{"highest altitude", []byte{15, 2, 0xff, 0xff}, 15, 19000},
		{"steepest pitch", []byte{6, 2, 0x80, 0x01}, 6, -20},
		{"latitude of the pole", []byte{13, 4, 0x7f, 0xff, 0xff, 0xff}, 13, 90},
		{"corner offset", []byte{26, 2, 0xc0, 0x6e}, 26, -0.03724936674},
		{"cold", []byte{39, 1, 0xf6}, 39, -10},
		{"gate width", []byte{43, 1, 3}, 43, 6},
		{"pressure in pascal", []byte{37, 2, 0xbe, 0xba}, 37, 372_518.501564},
		{"wide target", []byte{96, 3, 0x00, 0xd9, 0x2a}, 96, 13898.5},
		{"height above the ellipsoid", []byte{104, 3, 0x2f, 0x92, 0x1e}, 104, 23456.234375},
		{"turn rate", []byte{117, 2, 0x3e, 0x90}, 117, 1},
		{"two-byte tag", []byte{0x81, 0x06, 2, 0x12, 0x34}, 134, 18.203125},
	} {
		if got := decode(t, c.raw...).Number(c.tag); !near(got, c.want) {
			v := math.NaN()
			if got != nil {
				v = *got
			}
			t.Errorf("%s: %v, want %v", c.name, v, c.want)
		}
	}
}

func TestWhatASenderMarksAsUnknownIsAbsent(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"pitch in error": {6, 2, 0x80, 0}, "latitude in error": {13, 4, 0x80, 0, 0, 0}, "offset in error": {26, 2, 0x80, 0},
		"no value": {21, 0}, "not a number": {96, 3, 0xd0, 0, 0}, "above the range": {112, 2, 0x7f, 0xff}, "infinite": {104, 3, 0xc8, 0, 0},
	} {
		items := decode(t, raw...)
		if items[0].Kind != klv.Absent || items.Number(items[0].Tag) != nil {
			t.Errorf("%s: %+v", name, items[0])
		}
	}
}

func TestABadItemCostsNoOther(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"short latitude": {13, 3, 1, 2, 3}, "long time": {2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "security that ends early": {48, 2, 1, 9},
		"targets that end early": {74, 4, 101, 2, 9, 1}, "long text": append([]byte{3, 0x82, 0x08, 0}, make([]byte, 2048)...),
	} {
		items := decode(t, append(append([]byte{16, 2, 0x80, 0}, raw...), 10, 1, 'x')...)
		if len(items) != 3 || items.BadItems() != 1 || items.Number(16) == nil || items.Text(10) != "x" {
			t.Errorf("%s: %+v", name, items)
		}
	}
}

func TestAnUnknownTagIsKeptByItsNumber(t *testing.T) {
	t.Parallel()
	items := decode(t, 0x83, 0x7f, 3, 7, 8, 9)
	if it := items.Find(511); it == nil || it.Name != "" || it.Kind != klv.Bytes || !bytes.Equal(it.Raw, []byte{7, 8, 9}) {
		t.Errorf("%+v", items)
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	items := decode(t, append([]byte{10, 10}, "a\x1b[2J\xff\x00b\x00\x00"...)...)
	if got := items.Text(10); got != "a�[2J��b" {
		t.Errorf("%q", got)
	}
}

func TestMovingTargets(t *testing.T) {
	t.Parallel()
	first := []byte{7, // id
		1, 3, 0x06, 0x40, 0x05, // centroid: pixel 409605 of rows of 1280
		2, 2, 0x05, 0x03, 3, 2, 0x0a, 0x0a, // from pixel 1283 to 2570
		5, 1, 80, 10, 3, 0x3a, 0x66, 0x67, 11, 3, 0x26, 0x66, 0x66}
	second := []byte{0x81, 0x00, 19, 1, 9, 20, 1, 8, 17, 10, 0x30, 0, 0, 0, 0x20, 0, 0, 0, 0x03, 0x84}
	series := append([]byte{byte(len(first))}, first...)
	series = append(append(series, byte(len(second))), second...)
	vmti := append([]byte{5, 1, 9, 8, 2, 0x05, 0x00, 101, byte(len(series))}, series...)
	raw := append([]byte{23, 4, 0, 0, 0, 0, 24, 4, 0, 0, 0, 0, 74, byte(len(vmti))}, vmti...)
	m := klv.Read(decode(t, raw...))
	if len(m.Targets) != 2 || m.TargetsTotal != 9 {
		t.Fatalf("%+v", m)
	}
	a, b := m.Targets[0], m.Targets[1]
	if a.ID != 7 || *a.Center != [2]float64{4, 320} || *a.Box != [4]float64{2, 1, 8, 2} || *a.ConfidencePercent != 80 ||
		!near(&a.Position.Lat, 10) || math.Abs(a.Position.Lon) > 1e-5 {
		t.Errorf("%+v %v %v %v", a, a.Center, a.Box, a.Position)
	}
	if b.ID != 128 || *b.Center != [2]float64{8, 9} || b.Box != nil || !near(&b.Position.Lat, 102.0-96) || !near(&b.Position.Lon, -52) ||
		math.Abs(float64(*b.AltHAE)) > 1e-6 {
		t.Errorf("%+v %v %v", b, b.Position, *b.AltHAE)
	}
}

func TestCornersByOffsetOrInFull(t *testing.T) {
	t.Parallel()
	center := []byte{23, 4, 0, 0, 0, 0, 24, 4, 0x80, 0, 0, 1} // on the antimeridian
	for i := range byte(8) {
		center = append(center, 26+i, 2, 0xc0, 0)
	}
	m := klv.Read(decode(t, center...))
	if len(m.Corners) != 4 || math.Abs(m.Corners[0].Lon-179.9625) > 1e-4 || math.Abs(m.Corners[3].Lat+0.0375) > 1e-4 {
		t.Fatalf("%v", m.Corners)
	}
	full := center
	for i := range byte(8) {
		full = append(full, 82+i, 4, 0x10, 0, 0, 0)
	}
	if m := klv.Read(decode(t, full...)); len(m.Corners) != 4 || !near(&m.Corners[0].Lat, 11.25) || !near(&m.Corners[0].Lon, 22.5) {
		t.Fatalf("%v", m.Corners)
	}
	if m := klv.Read(decode(t, center[12:]...)); m.Corners != nil {
		t.Fatalf("corners without a middle: %v", m.Corners)
	}
}

func TestWhatIsNoPacketSaysWhy(t *testing.T) {
	t.Parallel()
	good := packet(13, 4, 1, 2, 3, 4)
	for _, c := range []struct {
		name string
		b    []byte
		kind error
		says string
	}{
		{"nothing", nil, klv.ErrMalformed, "key"},
		{"another set", append([]byte{0x06, 0x0e, 0x2b, 0x34, 1, 1, 1, 1}, good[8:]...), klv.ErrMalformed, "key"},
		{"cut", good[:len(good)-1], klv.ErrMalformed, "ends in the middle"},
		{"huge", append(bytes.Clone(good[:16]), 0x84, 0xff, 0xff, 0xff, 0xff), klv.ErrMalformed, "ends in the middle"},
		{"endless length", append(bytes.Clone(good[:16]), 0x88, 1, 1, 1, 1, 1, 1, 1, 1), klv.ErrMalformed, "four bytes"},
		{"item beyond the end", packet(13, 9, 1, 2, 3), klv.ErrMalformed, "tag 1"},
		{"endless tag", packet(0xff, 0xff, 0xff, 0xff, 0xff, 1, 0), klv.ErrMalformed, "tag"},
		{"too many items", packet(bytes.Repeat([]byte{3, 0}, 5000)...), klv.ErrMalformed, "more items"},
		{"no checksum", append(append(bytes.Clone(good[:16]), 3), 3, 1, 'x'), klv.ErrChecksum, "damaged"},
	} {
		items, _, err := klv.Decode(c.b)
		if !errors.Is(err, c.kind) || items != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTwoPacketsInARow(t *testing.T) {
	t.Parallel()
	a, b := packet(10, 1, 'a'), packet(10, 1, 'b')
	items, rest, err := klv.Decode(append(bytes.Clone(a), b...))
	if err != nil || items.Text(10) != "a" || !bytes.Equal(rest, b) {
		t.Errorf("%v %x %v", items, rest, err)
	}
}

func TestEncodeRefusesWhatATagCannotHold(t *testing.T) {
	t.Parallel()
	for name, it := range map[string]klv.Item{
		"latitude": {Tag: 13, Kind: klv.Number, Number: 91}, "not a number": {Tag: 21, Kind: klv.Number, Number: math.NaN()},
		"extended width": {Tag: 96, Kind: klv.Number, Number: -1}, "code": {Tag: 34, Kind: klv.Integer, Integer: 256},
		"unknown": {Tag: 500, Kind: klv.Number}, "cold": {Tag: 39, Kind: klv.Number, Number: -200},
		"text": {Tag: 3, Kind: klv.Text, Text: strings.Repeat("x", 2000)}, "gate": {Tag: 43, Kind: klv.Number, Number: 600},
	} {
		if b, err := klv.Encode(klv.Set{it}); err == nil {
			t.Errorf("%s: %x", name, b)
		}
	}
}
