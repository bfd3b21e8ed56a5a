package shake_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/sensors/shake"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]shake.Packet{
		"{'EHZ', 1582315130.292, 14168, 14927, 16112}": {Channel: "EHZ", At: time.Unix(1582315130, 292e6).UTC(), Samples: []int32{14168, 14927, 16112}},
		"{'HDF', 1582315130, -5}\r\n":                  {Channel: "HDF", At: time.Unix(1582315130, 0).UTC(), Samples: []int32{-5}},
		"{'ENZ',0.000000001999,2147483647}":            {Channel: "ENZ", At: time.Unix(0, 1).UTC(), Samples: []int32{1<<31 - 1}},
	} {
		got, err := shake.Parse([]byte(text), nil)
		if err != nil || got.Channel != want.Channel || !got.At.Equal(want.At) || !slices.Equal(got.Samples, want.Samples) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "{}", "{'EHZ'}", "{'EHZ', 1582315130.292}", "{'EHZ', 1582315130.292, }", "{'EHZ', 1582315130.292, 1.5}",
		"'EHZ', 1582315130.292, 1", "{EHZ, 1582315130.292, 1}", "{'', 1582315130.292, 1}", "{'E Z', 1582315130.292, 1}",
		"{'EHZEHZEHZ', 1582315130.292, 1}", "{'EHZ', -1, 1}", "{'EHZ', 1e9, 1}", "{'EHZ', .5, 1}", "{'EHZ', NaN, 1}",
		"{'EHZ', 253402300800, 1}", "{'EHZ', 99999999999999999999, 1}", "{'EHZ', 0, 2147483648}",
		"{'EHZ', 0" + strings.Repeat(", 1", shake.MaxSamples+1) + "}",
		"{'EHZ', 0, 1" + strings.Repeat(" ", shake.MaxDatagram) + "}",
	} {
		if p, err := shake.Parse([]byte(text), nil); !errors.Is(err, shake.ErrMalformed) {
			t.Errorf("%.60q: %+v, %v", text, p, err)
		}
	}
}

func TestParseKeepsItsBuffer(t *testing.T) {
	t.Parallel()
	buffer := make([]int32, 0, 64)
	p, err := shake.Parse([]byte("{'EHZ', 0, 1, 2}"), buffer)
	if err != nil || &p.Samples[0] != &buffer[:1][0] {
		t.Errorf("%+v, %v: another buffer", p, err)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	packet := func(ms int64) shake.Packet {
		return shake.Packet{Channel: "EHZ", At: time.UnixMilli(ms), Samples: make([]int32, 25)}
	}
	const start = 1_790_000_000_000
	var line shake.Timeline
	for _, step := range []struct {
		what    string
		ms      int64
		order   shake.Order
		missing int
	}{
		{"the first", 0, shake.Break, 0},
		{"the next", 250, shake.Continues, 0},
		{"a little late", 540, shake.Continues, 0},
		{"and back", 750, shake.Continues, 0},
		{"the same again", 750, shake.Repeated, 0},
		{"an old one", 250, shake.Repeated, 0},
		{"the next after those", 1000, shake.Continues, 0},
		{"one lost", 1500, shake.Gap, 25},
		{"many lost", 60_000, shake.Break, 0},
		{"the clock set back", 10_000, shake.Break, 0},
		{"and on", 10_250, shake.Continues, 0},
	} {
		order, missing := line.Take(packet(start + step.ms))
		if order != step.order || missing != step.missing {
			t.Errorf("%s: %v and %d missing, wanted %v and %d", step.what, order, missing, step.order, step.missing)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("{'EHZ', 1582315130.292, 14168, 14927}"))
	f.Add([]byte("{'EHZ', 0, }"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := shake.Parse(b, nil)
		if err != nil {
			if !errors.Is(err, shake.ErrMalformed) {
				t.Error("an error without identity:", err)
			}
			return
		}
		var text strings.Builder
		fmt.Fprintf(&text, "{'%s', %d.%09d", p.Channel, p.At.Unix(), p.At.Nanosecond())
		for _, s := range p.Samples {
			fmt.Fprintf(&text, ", %d", s)
		}
		text.WriteByte('}')
		if text.Len() > shake.MaxDatagram {
			return // spaces were added
		}
		again, err := shake.Parse([]byte(text.String()), nil)
		if err != nil || again.Channel != p.Channel || !again.At.Equal(p.At) || !slices.Equal(again.Samples, p.Samples) {
			t.Errorf("%+v written and read is %+v, %v", p, again, err)
		}
	})
}
