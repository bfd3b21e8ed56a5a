package live

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/paulmach/orb"

	"vedette/ui/api"
)

// The binary form of tracks, as docs/api.md has it: a frame is a header and rows of one length, little endian.
const (
	frameVersion = 1
	frameHeader  = 24 // bytes
	rowBytes     = 40
)

// Bits of a row's flags: which of its members are known.
const (
	hasCourse = 1 << iota
	hasSpeed
	hasEllipse
	hasExistence
	hasClasses
)

// trackStatus is the number of a status; 0 is one that this version does not know.
func trackStatus(words string) byte {
	switch words {
	case "tentative":
		return 1
	case "confirmed":
		return 2
	case "coasting":
		return 3
	}
	return 0
}

// appendRow appends a track under its number. It is false where the track is nowhere.
func appendRow(b []byte, number uint32, t *api.Track) ([]byte, bool) {
	at, is := t.Geometry.Coordinates.(orb.Point)
	if !is || !(math.Abs(at.Lat()) <= 90 && math.Abs(at.Lon()) <= 180) { //nolint:staticcheck // what is not a number is nowhere too
		return b, false
	}
	p := &t.Properties
	var flags byte
	var course, speed, bearing uint16
	var major, minor float32
	var existence byte
	var classes [3]byte
	if p.CourseDeg != nil {
		flags |= hasCourse
		course = hundredths(math.Mod(*p.CourseDeg, 360))
	}
	if p.Speed != nil {
		flags |= hasSpeed
		speed = hundredths(*p.Speed)
	}
	if e := p.Ellipse; e != nil {
		flags |= hasEllipse
		major, minor, bearing = float32(e.SemiMajorM), float32(e.SemiMinorM), hundredths(math.Mod(e.BearingDeg+360, 360))
	}
	if p.Existence != nil {
		flags |= hasExistence
		existence = share(*p.Existence)
	}
	if len(p.ClassProbabilities) > 0 {
		flags |= hasClasses
		for i, class := range [...]string{"person", "vehicle", "animal"} {
			classes[i] = share(p.ClassProbabilities[class])
		}
	}
	t0 := p.T.Time
	if t0.IsZero() {
		t0 = p.LastSeen.Time
	}
	le := binary.LittleEndian
	b = le.AppendUint32(b, number)
	b = le.AppendUint32(b, uint32(int32(math.Round(at.Lat()*1e7)))) //nolint:gosec // within ±90e7; the bits are kept
	b = le.AppendUint32(b, uint32(int32(math.Round(at.Lon()*1e7)))) //nolint:gosec // within ±180e7
	b = le.AppendUint32(b, uint32(t0.UnixMilli()))                  //nolint:gosec // the low half; the frame tells the high one
	b = le.AppendUint32(b, uint32(p.LastSeen.UnixMilli()))          //nolint:gosec // so
	b = le.AppendUint32(b, math.Float32bits(major))
	b = le.AppendUint32(b, math.Float32bits(minor))
	b = le.AppendUint16(b, bearing)
	b = le.AppendUint16(b, course)
	b = le.AppendUint16(b, speed)
	return append(b, trackStatus(p.Status), flags, existence, classes[0], classes[1], classes[2]), true
}

// beginFrame appends the header of a frame with so many rows.
func beginFrame(b []byte, seq uint64, now time.Time, rows int) []byte {
	le := binary.LittleEndian
	b = append(b, 'V', 'T', frameVersion, rowBytes)
	b = le.AppendUint32(b, uint32(rows)) //nolint:gosec // at most maxRows
	b = le.AppendUint64(b, seq)
	return le.AppendUint64(b, math.Float64bits(float64(now.UnixMilli())))
}

// hundredths is a value in hundredths, within what fits.
func hundredths(v float64) uint16 {
	return uint16(min(max(math.Round(v*100), 0), math.MaxUint16))
}

// share is a probability in 255ths.
func share(v float64) byte {
	return byte(min(max(math.Round(v*255), 0), 255))
}
