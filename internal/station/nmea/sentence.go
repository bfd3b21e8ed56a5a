package nmea

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kinds of sentences that are read.
const (
	GGA = "GGA" // fix data
	RMC = "RMC" // recommended minimum
)

// Errors of a line that is no sentence for us.
var (
	// ErrFrame is a line that does not read $…*HH.
	ErrFrame = errors.New("no NMEA sentence")
	// ErrChecksum is a sentence that was changed on its way.
	ErrChecksum = errors.New("wrong checksum")
	// ErrField is a sentence with a right checksum whose fields cannot be.
	ErrField = errors.New("field out of range")
	// ErrOther is a sentence of another kind.
	ErrOther = errors.New("sentence of another kind")
)

// Sentence is a GGA or an RMC.
type Sentence struct {
	Kind string
	// Clock is the UTC time of day of the measurement in seconds; negative: not told.
	Clock float64
	// Fix tells that the receiver measured a place: Lat and Lon in degrees.
	Fix      bool
	Lat, Lon float64

	// Of GGA: the quality as told (1 GNSS, 2 differential, 3 PPS, 4 RTK fixed, 5 RTK float), satellites used, and metres: the
	// height above mean sea level, and the geoid above the ellipsoid.
	Quality         int
	Satellites      int
	HDOP            *float64
	AltAMSL, GeoidM *float64

	// Of RMC: the speed over ground in m/s and the course from true north; nil: not told.
	SpeedMS, CourseDeg *float64
}

const knot = 1852.0 / 3600 // m/s

// Parse reads one line, without or with its line end. The sender's two letters may be any.
func Parse(line []byte) (Sentence, error) {
	fields, err := unwrap(bytes.TrimRight(line, "\r\n"))
	if err != nil {
		return Sentence{}, err
	}
	address := fields[0]
	if len(address) != 5 || address[0] == 'P' {
		return Sentence{}, ErrOther
	}
	r := reader{fields: fields}
	s := Sentence{Kind: address[2:], Clock: -1}
	switch s.Kind {
	case GGA:
		r.gga(&s)
	case RMC:
		r.rmc(&s)
	default:
		return Sentence{}, ErrOther
	}
	if r.err != nil {
		return Sentence{}, fmt.Errorf("%s: %w", s.Kind, r.err)
	}
	return s, nil
}

// unwrap checks the frame and the checksum, the exclusive or of what stands between $ and *.
func unwrap(line []byte) ([]string, error) {
	star := len(line) - 3
	if star < 1 || line[0] != '$' || line[star] != '*' {
		return nil, ErrFrame
	}
	want, err := strconv.ParseUint(string(line[star+1:]), 16, 8)
	if err != nil {
		return nil, ErrFrame
	}
	var sum byte
	for _, b := range line[1:star] {
		if b < ' ' || b > '~' {
			return nil, ErrFrame
		}
		sum ^= b
	}
	if sum != byte(want) {
		return nil, ErrChecksum
	}
	return strings.Split(string(line[1:star]), ","), nil
}

// reader takes fields by their number; the first that cannot be is kept.
type reader struct {
	fields []string
	err    error
}

func (r *reader) gga(s *Sentence) {
	s.Clock = r.clock(1)
	s.Quality = int(r.value(6, 0, 9, 0))
	s.Satellites = int(r.value(7, 0, 999, 0))
	s.HDOP = r.number(8, 0, 9999)
	s.AltAMSL = r.metres(9)
	s.GeoidM = r.metres(11)
	// 6 is dead reckoning, 7 typed in, 8 simulated: nobody should fly after those.
	if s.Quality >= 1 && s.Quality <= 5 {
		s.Fix, s.Lat, s.Lon = r.place(2)
	}
}

func (r *reader) rmc(s *Sentence) {
	s.Clock = r.clock(1)
	if r.text(2) != "A" {
		return
	}
	if v := r.number(7, 0, 2000); v != nil {
		s.SpeedMS = new(*v * knot)
	}
	s.CourseDeg = r.number(8, 0, 360)
	switch r.text(12) {
	case "", "A", "D", "F", "R", "P": // autonomous, differential, RTK, precise; nothing before version 2.3
		s.Fix, s.Lat, s.Lon = r.place(3)
	}
}

func (r *reader) text(i int) string {
	if i < len(r.fields) {
		return r.fields[i]
	}
	return ""
}

func (r *reader) fail(i int) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: field %d is %q", ErrField, i, r.text(i))
	}
}

// number reads a decimal number; nil where the field is empty.
func (r *reader) number(i int, low, high float64) *float64 {
	text := r.text(i)
	if text == "" {
		return nil
	}
	v, ok := decimal(text)
	if !ok || v < low || v > high {
		r.fail(i)
		return nil
	}
	return &v
}

func (r *reader) value(i int, low, high, missing float64) float64 {
	if v := r.number(i, low, high); v != nil {
		return *v
	}
	return missing
}

// metres reads a length whose unit stands behind it.
func (r *reader) metres(i int) *float64 {
	v := r.number(i, -20000, 100000)
	if v != nil && r.text(i+1) != "M" {
		r.fail(i + 1)
		return nil
	}
	return v
}

// clock reads hhmmss.sss; 60 is a leap second.
func (r *reader) clock(i int) float64 {
	text := r.text(i)
	if text == "" {
		return -1
	}
	v, ok := decimal(text)
	whole, _, _ := strings.Cut(text, ".")
	if !ok || len(whole) != 6 || v < 0 {
		r.fail(i)
		return -1
	}
	hours, minutes, seconds := math.Floor(v/10000), math.Mod(math.Floor(v/100), 100), math.Mod(v, 100)
	if hours > 23 || minutes > 59 || seconds >= 61 {
		r.fail(i)
		return -1
	}
	return hours*3600 + minutes*60 + seconds
}

// place reads four fields: ddmm.mm, N or S, dddmm.mm, E or W.
func (r *reader) place(i int) (ok bool, lat, lon float64) {
	if r.text(i) == "" && r.text(i+2) == "" {
		return false, 0, 0
	}
	lat, lon = r.angle(i, 90, "N", "S"), r.angle(i+2, 180, "E", "W")
	return r.err == nil, lat, lon
}

func (r *reader) angle(i int, most float64, plus, minus string) float64 {
	v, ok := decimal(r.text(i))
	whole, _, _ := strings.Cut(r.text(i), ".")
	degrees := math.Floor(v / 100)
	minutes := v - degrees*100
	angle := degrees + minutes/60
	if !ok || len(whole) < 3 || v < 0 || minutes >= 60 || angle > most {
		r.fail(i)
		return 0
	}
	switch r.text(i + 1) {
	case plus:
		return angle
	case minus:
		return -angle
	}
	r.fail(i + 1)
	return 0
}

// decimal reads digits with a sign and a point; ParseFloat alone would take inf, hexadecimal digits and exponents too.
func decimal(text string) (float64, bool) {
	const most = 24
	if len(text) > most || strings.Trim(text, "+-.0123456789") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}
