package record

import (
	"bytes"
	"testing"
	"time"
)

// FuzzScan reads damaged files: no panic, nothing beyond the file, and what is found lies in order.
func FuzzScan(f *testing.F) {
	c, err := clip()
	if err != nil {
		f.Fatal(err)
	}
	format, err := newFormat(H264, [][]byte{c.SPS, c.PPS})
	if err != nil {
		f.Fatal(err)
	}
	head, _, _ := format.header()
	one := fragment{
		number: 1, taken: time.Unix(1_800_000_000, 0), samples: []sample{{data: []byte{1, 2, 3}, key: true}, {data: []byte{4}, at: 3000}},
		klv: []klvPacket{{data: []byte{6, 14}, at: 20}}, bytes: 4,
	}
	piece, _ := one.encode(0, 3000)
	f.Add(append(bytes.Clone(head), piece...))
	f.Add(append(append(bytes.Clone(head), piece...), piece[:len(piece)-1]...))
	f.Add(head[:100])
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		c, err := scan(r, int64(len(data)))
		if err != nil {
			return
		}
		at := int64(0)
		for _, p := range c.pieces {
			if p.at < at || p.size <= 0 || p.pictures < 1 {
				t.Fatalf("%+v", p)
			}
			at = p.at + p.size
		}
		if c.end > int64(len(data)) || len(c.pieces) > 0 && c.end != at {
			t.Fatalf("end %d of %d", c.end, len(data))
		}
		if _, err := ReadKLV(r, int64(len(data))); err != nil {
			t.Fatal(err)
		}
		if len(c.pieces) > 0 && len(segmentIndex(c.pieces)) != indexRoom {
			t.Fatal("the index does not fill its room")
		}
	})
}
