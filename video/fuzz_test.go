package video

import (
	"testing"
	"time"

	"vedette/video/ingest"
)

// FuzzVerdict lets a verdict see packets of any kind: each has a head of its length, and one of its marker, loss and age.
func FuzzVerdict(f *testing.F) {
	for _, name := range []string{"base", "bframes", "inter", "h265", "h265b"} {
		var b []byte
		for _, n := range stream(f, name) {
			n = n[:min(len(n), 255)]
			b = append(append(b, byte(len(n)), 1), n...)
		}
		f.Add(b, name == "h265" || name == "h265b")
	}
	f.Fuzz(func(t *testing.T, b []byte, hevc bool) {
		codec := ingest.H264
		if hevc {
			codec = ingest.H265
		}
		var v verdict
		now := start
		v.begin(ingest.Track{Codec: codec}, now)
		for len(b) >= 2 {
			n, flags := min(int(b[0]), len(b)-2), b[1]
			now = now.Add(time.Duration(flags>>4) * 100 * time.Millisecond)
			v.packet(ingest.Packet{Payload: b[2 : 2+n], Marker: flags&1 != 0, Lost: int(flags >> 1 & 1), Arrival: now})
			b = b[2+n:]
		}
		for _, at := range []time.Time{now, now.Add(time.Minute)} {
			p, hints := v.look(at, true)
			if (p.Code == "") != (p.Words == "") || p.Code != "" && p.Plays == "" || len(hints) > 1 || len(p.Words) > 500 {
				t.Fatalf("%+v %v", p, hints)
			}
		}
		if w, h := v.size(); w < 0 || h < 0 || v.pictures() < 0 {
			t.Fatalf("%d x %d", w, h)
		}
	})
}
