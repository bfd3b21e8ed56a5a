package h265

import "testing"

// FuzzSliceHeads reads slice segments by arbitrary parameter sets and follows their order.
func FuzzSliceHeads(f *testing.F) {
	f.Add(testSPS, testPPS, []byte{6, 0x26, 1, 0xaf, 8, 9, 10, 4, 2, 1, 0xd0, 9})
	f.Add(testSPS, []byte{TypePPS << 1, 1, 0xd9, 0x73}, []byte{6, 2, 1, 0xe0, 8, 9, 10})
	f.Fuzz(func(t *testing.T, sps, pps, slices []byte) {
		format, err := ParseSPS(sps)
		if err != nil {
			return
		}
		set, ok := ParsePPS(pps)
		if !ok {
			return
		}
		var o Order
		heads := 0
		for len(slices) > 1 {
			n := min(int(slices[0]), len(slices)-1)
			nal := slices[1 : 1+n]
			slices = slices[1+n:]
			if len(nal) < headerSize {
				continue
			}
			if h, ok := ParseSliceHead(Type(nal), nal[headerSize:], format, set); ok {
				heads++
				o.Slice(h, format)
			}
		}
		if o.Pictures > heads || o.Reordered > o.Pictures || o.Pictures < 0 || o.Reordered < 0 {
			t.Fatalf("%d pictures, %d out of order, of %d slices", o.Pictures, o.Reordered, heads)
		}
	})
}
