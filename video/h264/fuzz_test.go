package h264

import "testing"

// FuzzSliceHeads reads slices by an arbitrary parameter set and follows their order.
func FuzzSliceHeads(f *testing.F) {
	f.Add(testSPS, []byte{8, 0x65, 0x88, 0x84, 0, 0x10, 0xff, 1, 2, 4, 0x41, 0x9a, 0x24, 0x6c})
	f.Add(testSPS, []byte{3, 0x01, 0x9e, 0x41})
	f.Fuzz(func(t *testing.T, sps, slices []byte) {
		format, err := ParseSPS(sps)
		if err != nil {
			return
		}
		var o Order
		heads := 0
		for len(slices) > 1 {
			n := min(int(slices[0]), len(slices)-1)
			nal := slices[1 : 1+n]
			slices = slices[1+n:]
			if len(nal) == 0 {
				continue
			}
			if h, ok := ParseSliceHead(nal[0], nal[1:], format); ok {
				heads++
				o.Slice(h, format)
			}
		}
		if o.Pictures > heads || o.Reordered > o.Pictures || o.Pictures < 0 || o.Reordered < 0 {
			t.Fatalf("%d pictures, %d out of order, of %d slices", o.Pictures, o.Reordered, heads)
		}
	})
}
