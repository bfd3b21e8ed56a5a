package klv_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"vedette/video/klv"
)

// sealed gives any bytes the key, length and checksum of a packet, so that what is within is read.
func sealed(body []byte) []byte { return packet(body[:min(len(body), 60_000)]...) }

// FuzzPacket reads any bytes, as they are and as the inside of a whole packet.
func FuzzPacket(f *testing.F) {
	for _, s := range samples(f) {
		b := s.bytes(f)
		f.Add(b)
		f.Add(b[19 : len(b)-4])
	}
	f.Add([]byte{74, 18, 5, 1, 9, 8, 2, 5, 0, 101, 8, 7, 7, 1, 3, 6, 64, 5, 5, 80})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range [][]byte{b, sealed(b)} {
			items, rest, err := klv.Decode(p)
			if err != nil {
				if items != nil {
					t.Fatal("items beside an error")
				}
				continue
			}
			if len(rest) >= len(p) {
				t.Fatal("nothing was read")
			}
			check(t, items)
			if _, err := json.Marshal(klv.Read(items)); err != nil {
				t.Fatalf("what was read cannot be told: %v", err)
			}
			again(t, items)
		}
	})
}

func check(t *testing.T, s klv.Set) {
	t.Helper()
	for _, it := range s {
		if it.Kind == klv.Number && (math.IsNaN(it.Number) || math.IsInf(it.Number, 0)) {
			t.Fatalf("tag %d is %v", it.Tag, it.Number)
		}
		check(t, it.Items)
	}
}

// again writes what was read and reads it once more.
func again(t *testing.T, items klv.Set) {
	t.Helper()
	b, err := klv.Encode(items)
	if err != nil {
		return // a text may have grown by what stands for its unprintable parts
	}
	back, _, err := klv.Decode(b)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	if a, b := outline(items), outline(back); a != b {
		t.Fatalf("read %s\nthen %s", a, b)
	}
}

// outline tells of items what must outlive writing and reading: all but the checksum, numbers to nine digits.
func outline(s klv.Set) string {
	var b bytes.Buffer
	for _, it := range s {
		if it.Name == "checksum" {
			continue
		}
		fmt.Fprintf(&b, "(%d %d %.9g %d %q %s)", it.Tag, it.Kind, it.Number, it.Integer, it.Text, outline(it.Items))
	}
	return b.String()
}

// numbers are tags with the ends of their ranges and their steps.
var numbers = []struct {
	tag             uint32
	low, high, step float64
}{
	{5, 0, 360, 360.0 / 65535}, {6, -20, 20, 40.0 / 65534}, {7, -50, 50, 100.0 / 65534}, {13, -90, 90, 180.0 / 4294967294},
	{14, -180, 180, 360.0 / 4294967294}, {15, -900, 19000, 19900.0 / 65535}, {16, 0, 180, 180.0 / 65535},
	{18, 0, 360, 360.0 / 4294967295}, {19, -180, 180, 360.0 / 4294967294}, {21, 0, 5e6, 5e6 / 4294967295}, {22, 0, 10000, 10000.0 / 65535},
	{26, -0.075, 0.075, 0.15 / 65534}, {82, -90, 90, 180.0 / 4294967294}, {90, -90, 90, 180.0 / 4294967294},
	{79, -327, 327, 654.0 / 65534}, {96, 0, 1.5e6, 0.25}, {104, -900, 40000, 1.0 / 128}, {117, -1000, 1000, 1.0 / 4096}, {112, 0, 360, 1.0 / 64},
}

func TestWhatIsWrittenIsReadBackWithinAStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in klv.Set
		for _, n := range numbers {
			if rapid.Bool().Draw(t, "has") {
				in = append(in, klv.Item{Tag: n.tag, Kind: klv.Number, Number: rapid.Float64Range(n.low, n.high).Draw(t, fmt.Sprint(n.tag))})
			}
		}
		in = append(in, klv.Item{Tag: 2, Kind: klv.Integer, Integer: rapid.Uint64().Draw(t, "time")},
			klv.Item{Tag: 10, Kind: klv.Text, Text: rapid.StringMatching(`[a-zA-Zäß0-9 -]{0,40}`).Draw(t, "name")})
		b, err := klv.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		out, rest, err := klv.Decode(b)
		if err != nil || len(rest) > 0 || len(out) != len(in)+1 {
			t.Fatalf("%d items of %d, %v", len(out), len(in), err)
		}
		for _, n := range numbers {
			want, got := in.Number(n.tag), out.Number(n.tag)
			if (want == nil) != (got == nil) || want != nil && math.Abs(*got-*want) > n.step*1.0001 {
				t.Fatalf("tag %d: wrote %v, read %v", n.tag, want, got)
			}
		}
		if us, _ := out.Integer(2); us != in[len(in)-2].Integer || out.Text(10) != in[len(in)-1].Text {
			t.Fatalf("%v %q", us, out.Text(10))
		}
	})
}

// It runs by itself, since it counts what the whole process allocates.
func TestHostilePacketsCostLittle(t *testing.T) {
	// Sets nested in sets, and as many small targets as a packet takes.
	deep := []byte{1, 0}
	for range 100 {
		deep = append([]byte{74, 0x82, byte(len(deep) >> 8), byte(len(deep))}, deep...)
	}
	row := bytes.Repeat([]byte{1, 1}, 30_000)
	targets := append([]byte{101, 0x82, byte(len(row) >> 8), byte(len(row))}, row...)
	for name, body := range map[string][]byte{
		"deep": deep, "empty items": bytes.Repeat([]byte{10, 0}, 30_000),
		"targets": append([]byte{74, 0x82, byte(len(targets) >> 8), byte(len(targets))}, targets...),
	} {
		p := packet(body...)
		const runs = 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			if items, _, err := klv.Decode(p); err == nil {
				klv.Read(items)
			}
		}
		runtime.ReadMemStats(&after)
		if per := (after.TotalAlloc - before.TotalAlloc) / runs; per > 2<<20 {
			t.Errorf("%s: %d bytes are allocated for a packet of %d", name, per, len(p))
		}
	}
}
