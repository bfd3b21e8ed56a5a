package camera

import (
	"math"
	"time"

	"vedette/internal/geo"
)

// st0601Key begins every packet of the UAS datalink local set (MISB ST 0601).
const st0601Key = "\x06\x0e\x2b\x34\x02\x0b\x01\x01\x0e\x01\x03\x01\x01\x00\x00\x00"

// packet is a MISB ST 0601 packet in the making. The simulator writes its own, so that no error of the station's reader can
// cancel itself out. What is not finite, or beyond what a field can say, is written as in error.
type packet struct{ body []byte }

func (p *packet) item(tag byte, value []byte) {
	p.body = append(append(append(p.body, tag), berLength(len(value))...), value...)
}

func (p *packet) text(tag byte, s string) { p.item(tag, []byte(s)) }

func (p *packet) time(t time.Time) { p.item(2, bigEndian(uint64(t.UnixMicro()), 8)) }

// span writes a number of a range that does not begin at the middle of its field; there is no value for an error, so that the
// item is left out.
func (p *packet) span(tag byte, v, low, high float64, size int) {
	if !(v >= low && v <= high) {
		return
	}
	most := math.Exp2(float64(8*size)) - 1
	p.item(tag, bigEndian(uint64(math.Round((v-low)/(high-low)*most)), size))
}

// even writes a number of a range that is as wide to both sides of zero.
func (p *packet) even(tag byte, v, most float64, size int) {
	top := math.Exp2(float64(8*size-1)) - 1
	raw := uint64(1) << (8*size - 1) // an error
	if math.Abs(v) <= most {
		raw = uint64(int64(math.Round(v / most * top)))
	}
	p.item(tag, bigEndian(raw, size))
}

// place writes a latitude and a longitude as two items.
func (p *packet) place(latTag, lonTag byte, at geo.LatLon) {
	p.even(latTag, at.Lat, 90, 4)
	p.even(lonTag, at.Lon, 180, 4)
}

// done is the whole packet, with its checksum last.
func (p *packet) done() []byte {
	out := append([]byte(st0601Key), berLength(len(p.body)+4)...)
	out = append(append(out, p.body...), 1, 2)
	var sum uint16
	for i, b := range out {
		if i%2 == 0 {
			sum += uint16(b) << 8
		} else {
			sum += uint16(b)
		}
	}
	return append(out, byte(sum>>8), byte(sum))
}

func bigEndian(v uint64, size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(v >> (8 * (size - 1 - i)))
	}
	return out
}
