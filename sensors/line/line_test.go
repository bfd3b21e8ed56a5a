package line_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"vedette/sensors/line"
)

func sum(body string) string {
	var x byte
	for _, c := range []byte(body) {
		x ^= c
	}
	return fmt.Sprintf("$%s*%02X", body, x)
}

var at = time.UnixMilli(1790000000123).UTC()

func TestParseAndFormat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]line.Message{
		"VGS,s-07,12,1790000000123,TRIP,86,WALK,91":  {Sensor: "s-07", Seq: 12, At: at, Type: line.Trip, Confidence: 86, Detail: "WALK", Battery: 91},
		"VGS,b_1.x,0,1790000000123,TRIP,100,L2R,0":   {Sensor: "b_1.x", At: at, Type: line.Trip, Confidence: 100, Detail: "L2R"},
		"VGS,P,18446744073709551615,0,STATUS,0,,100": {Sensor: "P", Seq: 1<<64 - 1, At: time.UnixMilli(0).UTC(), Type: line.Status, Battery: 100},
		"VGS,p-1,7,1790000000123,TAMPER,0,,":         {Sensor: "p-1", Seq: 7, At: at, Type: line.Tamper, Battery: -1},
	} {
		framed := sum(text)
		for _, end := range []string{"", "\r\n", "\n"} {
			got, err := line.Parse([]byte(framed + end))
			if err != nil || got != want {
				t.Errorf("%s: %+v, %v", text, got, err)
			}
		}
		if got := string(want.Append(nil)); got != framed+"\r\n" {
			t.Errorf("%q written, %q wanted", got, framed)
		}
	}
}

func TestKnownChecksum(t *testing.T) {
	t.Parallel()
	// Worked out by hand from the protocol's definition: "VGS" is 56^47^53 = 42.
	if _, err := line.Parse([]byte("$VGS*42")); !errors.Is(err, line.ErrMalformed) {
		t.Error("a right checksum and too few fields:", err)
	}
	if _, err := line.Parse([]byte("$VGS*43")); !errors.Is(err, line.ErrChecksum) {
		t.Error("a wrong checksum:", err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := "VGS,s-07,12,1790000000123,TRIP,86,WALK,91"
	for name, text := range map[string]string{
		"empty":            "",
		"no frame":         good,
		"no checksum":      "$" + good,
		"not hexadecimal":  "$" + good + "*G0",
		"signed checksum":  "$" + good + "*+1",
		"other talker":     sum("GPGGA,s-07,12,1790000000123,TRIP,86,WALK,91"),
		"too few fields":   sum("VGS,s-07,12,1790000000123,TRIP,86,WALK"),
		"too many fields":  sum(good + ",1"),
		"no sensor":        sum("VGS,,12,1790000000123,TRIP,86,WALK,91"),
		"odd sensor":       sum("VGS,s 07,12,1790000000123,TRIP,86,WALK,91"),
		"long sensor":      sum("VGS," + strings.Repeat("s", 33) + ",12,1790000000123,TRIP,86,WALK,91"),
		"signed sequence":  sum("VGS,s-07,+12,1790000000123,TRIP,86,WALK,91"),
		"empty sequence":   sum("VGS,s-07,,1790000000123,TRIP,86,WALK,91"),
		"huge sequence":    sum("VGS,s-07,18446744073709551616,1790000000123,TRIP,86,WALK,91"),
		"time before 1970": sum("VGS,s-07,12,-5,TRIP,86,WALK,91"),
		"time after 9999":  sum("VGS,s-07,12,253402300800000,TRIP,86,WALK,91"),
		"unknown type":     sum("VGS,s-07,12,1790000000123,trip,86,WALK,91"),
		"confidence 101":   sum("VGS,s-07,12,1790000000123,TRIP,101,WALK,91"),
		"small letters":    sum("VGS,s-07,12,1790000000123,TRIP,86,walk,91"),
		"battery 101":      sum("VGS,s-07,12,1790000000123,TRIP,86,WALK,101"),
		"too long":         sum(good + strings.Repeat("0", line.MaxLength)),
	} {
		if m, err := line.Parse([]byte(text)); !errors.Is(err, line.ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func TestEveryDamagedBitIsNoticed(t *testing.T) {
	t.Parallel()
	good := line.Message{Sensor: "s-07", Seq: 12, At: at, Type: line.Trip, Confidence: 86, Detail: "WALK", Battery: 91}
	framed := good.Append(nil)
	for i := range len(framed) - 2 {
		for bit := range 8 {
			bad := bytes.Clone(framed)
			bad[i] ^= 1 << bit
			// A hexadecimal digit may change its case and say the same.
			if m, err := line.Parse(bad); err == nil && m != good {
				t.Errorf("byte %d, bit %d: %+v", i, bit, m)
			}
		}
	}
}

func TestSplitter(t *testing.T) {
	t.Parallel()
	long := "$" + strings.Repeat("x", line.MaxLength)
	for name, c := range map[string]struct {
		in         string
		want       []string
		cut, noise uint64
	}{
		"lines":                  {"$a\r\n$b\n$c\r", []string{"$a", "$b", "$c"}, 0, 0},
		"noise before":           {"xy\x00$a\r\n", []string{"$a"}, 0, 3},
		"interrupted":            {"$VGS,s-0$VGS,s-08\r\n", []string{"$VGS,s-08"}, 1, 0},
		"a line that never ends": {long + long + "\r\n$a\n", []string{"$a"}, 2, 0},
		"unfinished":             {"$a\n$b", []string{"$a"}, 0, 0},
		"nothing":                {"\r\n\r\n", nil, 0, 0},
	} {
		for size := 1; size <= len(c.in); size++ {
			var s line.Splitter
			var got []string
			for rest := c.in; rest != ""; {
				n := min(size, len(rest))
				s.Feed([]byte(rest[:n]), func(b []byte) { got = append(got, string(b)) })
				rest = rest[n:]
			}
			if strings.Join(got, "|") != strings.Join(c.want, "|") || s.Cut != c.cut || s.Noise != c.noise {
				t.Fatalf("%s in pieces of %d: %q, %d cut, %d noise", name, size, got, s.Cut, s.Noise)
			}
		}
	}
}

func TestNoiseCostsOnlyTheLinesItHits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var stream []byte
	hit := map[uint64]bool{}
	const lines = 2000
	for i := range uint64(lines) {
		one := line.Message{Sensor: "s-07", Seq: i, At: at, Type: line.Status, Battery: 50}.Append(nil)
		if r.IntN(5) == 0 {
			hit[i] = true
			for range 1 + r.IntN(3) {
				one[r.IntN(len(one)-1)] ^= byte(1 + r.IntN(255))
			}
		}
		stream = append(stream, one...)
	}
	got := map[uint64]bool{}
	var s line.Splitter
	s.Feed(stream, func(b []byte) {
		if m, err := line.Parse(b); err == nil {
			got[m.Seq] = true
		}
	})
	for i := range uint64(lines) {
		if !hit[i] && !got[i] {
			t.Errorf("the sound line %d was lost", i)
		}
	}
	if len(hit) == 0 {
		t.Error("no line was damaged")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("$VGS,s-07,12,1790000000123,TRIP,86,WALK,91*00"))
	f.Add([]byte("$VGS*42"))
	f.Add(line.Message{Sensor: "s-07", Seq: 12, At: at, Type: line.Trip, Detail: "L2R", Battery: -1}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := line.Parse(b)
		if err != nil {
			if !errors.Is(err, line.ErrMalformed) && !errors.Is(err, line.ErrChecksum) {
				t.Error("an error without identity:", err)
			}
			return
		}
		again, err := line.Parse(m.Append(nil))
		if err != nil || again != m {
			t.Errorf("%+v written and read is %+v, %v", m, again, err)
		}
	})
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("$a\r\nx$b$c\n"), 3)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		var whole, parts []byte
		var s, p line.Splitter
		s.Feed(b, func(l []byte) { whole = append(append(whole, l...), '\n') })
		at = max(0, min(at, len(b)))
		p.Feed(b[:at], func(l []byte) { parts = append(append(parts, l...), '\n') })
		p.Feed(b[at:], func(l []byte) { parts = append(append(parts, l...), '\n') })
		if !bytes.Equal(whole, parts) || s.Cut != p.Cut || s.Noise != p.Noise {
			t.Errorf("%q whole, %q in parts", whole, parts)
		}
	})
}
