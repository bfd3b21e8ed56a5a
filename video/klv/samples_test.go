package klv_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"vedette/video/klv"
)

type sampleItem struct {
	Tag   uint32       `json:"tag"`
	Name  string       `json:"name"`
	Hex   string       `json:"hex"`
	Value any          `json:"value"`
	Valid *bool        `json:"valid"`
	Items []sampleItem `json:"items"`
}

type sample struct {
	Name     string       `json:"name"`
	Packet   string       `json:"packet_hex"`
	Expected []sampleItem `json:"expected"`
}

func (s sample) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(s.Packet)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s sample) valid() bool { return *s.Expected[len(s.Expected)-1].Valid }

// samples are the packets of MISB ST 0902 with the values that are documented for them.
func samples(t testing.TB) []sample {
	t.Helper()
	b, err := os.ReadFile("testdata/st0601_packets.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Packets []sample `json:"packets"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Packets) != 3 {
		t.Fatalf("%d packets", len(file.Packets))
	}
	return file.Packets
}

func TestSamplePacketsHaveTheirDocumentedValues(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		items, valid, rest, err := klv.Inspect(s.bytes(t))
		if err != nil || len(rest) > 0 || valid != s.valid() {
			t.Fatalf("%s: valid %v, %d bytes left, %v", s.Name, valid, len(rest), err)
		}
		compare(t, s.Name, items, s.Expected)
	}
}

func compare(t *testing.T, where string, got klv.Set, want []sampleItem) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d items, want %d", where, len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.Tag != w.Tag || g.Name != w.Name || hex.EncodeToString(g.Raw) != w.Hex {
			t.Errorf("%s: item %d is %d %q %x, want %d %q %s", where, i, g.Tag, g.Name, g.Raw, w.Tag, w.Name, w.Hex)
		}
		switch v := w.Value.(type) {
		case string:
			if g.Kind != klv.Text || g.Text != v {
				t.Errorf("%s: %s is %q, want %q", where, w.Name, g.Text, v)
			}
		case float64:
			n := got.Number(w.Tag)
			// All mappings of the samples have steps of more than 1e-7; the page gives the values to the last digit.
			if n == nil || math.Abs(*n-v) > 1e-9*max(1, math.Abs(v)) {
				t.Errorf("%s: %s is %v, want %v", where, w.Name, n, v)
			}
		}
		compare(t, where+" "+w.Name, g.Items, w.Items)
	}
}

func TestADamagedPacketIsNotUsedAndSaysWhy(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		items, _, err := klv.Decode(s.bytes(t))
		if s.valid() != (err == nil) || err != nil && (!errors.Is(err, klv.ErrChecksum) || items != nil) {
			t.Errorf("%s: %d items, %v", s.Name, len(items), err)
		}
		if !s.valid() {
			continue
		}
		// Any bit that flips on the way is noticed.
		whole := s.bytes(t)
		for bit := range 8 * len(whole) {
			b := bytes.Clone(whole)
			b[bit/8] ^= 1 << (bit % 8)
			if items, _, err := klv.Decode(b); err == nil || items != nil {
				t.Errorf("%s: bit %d flipped: %v", s.Name, bit, err)
			}
		}
	}
}

func TestSamplePacketsAreWrittenAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		if !s.valid() {
			continue
		}
		items, _, err := klv.Decode(s.bytes(t))
		if err != nil {
			t.Fatal(err)
		}
		again, err := klv.Encode(items)
		if err != nil || !bytes.Equal(again, s.bytes(t)) {
			t.Errorf("%s: %v\n%x\n%s", s.Name, err, again, s.Packet)
		}
	}
}

func TestReadTakesWhatASampleSays(t *testing.T) {
	t.Parallel()
	items, _, err := klv.Decode(samples(t)[1].bytes(t))
	if err != nil {
		t.Fatal(err)
	}
	m := klv.Read(items)
	if m.Time.UnixMicro() != 1231798102000000 || m.Platform != "Predator" || m.Security == nil ||
		*m.Security != (klv.Security{Classification: "unclassified", Country: "//USA", ObjectCountry: "USA"}) ||
		m.Position == nil || math.Abs(m.Position.Lat-60.176823) > 1e-6 || m.Center == nil || m.SlantRangeM == nil ||
		m.AltHAE != nil || m.AltAMSL == nil || m.Corners != nil || m.Targets != nil {
		b, _ := json.Marshal(m)
		t.Errorf("%s", b)
	}
}

func TestLinesAnswerEachPacket(t *testing.T) {
	t.Parallel()
	all := samples(t)
	in := all[0].Packet + "\n\nnot hex\n" + strings.ToUpper(all[2].Packet) + "\n06\n"
	var out strings.Builder
	if err := klv.RunLines(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Items         []sampleItem
		ChecksumValid *bool
		Error         string
	}
	var got []answer
	for line := range strings.Lines(out.String()) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	if len(got) != 4 || *got[0].ChecksumValid || !*got[2].ChecksumValid || got[1].Error == "" || got[3].Error == "" {
		t.Fatalf("%s", out.String())
	}
	if n := len(got[2].Items); n != len(all[2].Expected) || got[2].Items[0].Value != 1231798102000000.0 || got[2].Items[0].Name != "precision_timestamp_us" {
		t.Errorf("%+v", got[2].Items)
	}
	for _, it := range got[0].Items {
		if it.Tag == 48 && (len(it.Items) != 6 || it.Items[4].Value != "USA") {
			t.Errorf("%+v", it)
		}
	}
}
