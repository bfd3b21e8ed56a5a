// Package line reads and writes the vedette-line protocol: one ASCII line an event, with the framing and the checksum of
// NMEA 0183:
//
//	$VGS,<sensor>,<seq>,<unix ms>,<TRIP|STATUS|TAMPER>,<confidence 0-100>,<detail>,<battery %>*HH\r\n
//
// HH is the exclusive or of the bytes between $ and *, in hexadecimal. It is pure: no clock, no input or output.
package line

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// MaxLength is the longest line in bytes, from $ to the end of the line, that is read.
const MaxLength = 160

const (
	header      = "VGS"
	fieldCount  = 8
	maxSensor   = 32
	maxDetail   = 16
	maxPercent  = 100
	checksumLen = 3                  // *HH
	maxUnixMS   = 253402300799999    // the end of the year 9999, the last that RFC 3339 can write
	hexDigits   = "0123456789ABCDEF" //
)

var (
	// ErrChecksum means that a line was damaged on its way.
	ErrChecksum = errors.New("the checksum does not match")
	// ErrMalformed means that a line is not of the protocol.
	ErrMalformed = errors.New("not a vedette-line message")
)

// Type says what a message reports.
type Type string

// The types of messages.
const (
	Trip   Type = "TRIP"   // the sensor sensed something
	Status Type = "STATUS" // a sign of life
	Tamper Type = "TAMPER" // somebody handles the sensor
)

// Message is one line.
type Message struct {
	Sensor     string // 1 to 32 letters, digits, '-', '_' and '.'
	Seq        uint64
	At         time.Time // by the sensor's clock, to the millisecond
	Type       Type
	Confidence int    // 0 to 100
	Detail     string // up to 16 capital letters and digits, or empty
	Battery    int    // percent, -1 where the field is empty
}

// Parse reads one line, with or without its line end. Its errors are ErrChecksum or ErrMalformed.
func Parse(b []byte) (Message, error) {
	b = bytes.TrimRight(b, "\r\n")
	if len(b) > MaxLength {
		return Message{}, fmt.Errorf("%w: longer than %d bytes", ErrMalformed, MaxLength)
	}
	if len(b) < 1+checksumLen || b[0] != '$' || b[len(b)-checksumLen] != '*' {
		return Message{}, fmt.Errorf("%w: no $…*HH frame", ErrMalformed)
	}
	body, tail := b[1:len(b)-checksumLen], b[len(b)-checksumLen+1:]
	want, err := strconv.ParseUint(string(tail), 16, 8)
	if err != nil {
		return Message{}, fmt.Errorf("%w: the checksum is not two hexadecimal digits", ErrMalformed)
	}
	if got := checksum(body); got != byte(want) {
		return Message{}, fmt.Errorf("%w: %02X, but the line says %02X", ErrChecksum, got, want)
	}
	fields := bytes.Split(body, []byte{','})
	if len(fields) != fieldCount || string(fields[0]) != header {
		return Message{}, fmt.Errorf("%w: not %d fields that begin with %s", ErrMalformed, fieldCount, header)
	}
	return parseFields(fields)
}

func parseFields(fields [][]byte) (Message, error) {
	var (
		m        Message
		problems []error
	)
	check := func(name string, field []byte, ok bool) {
		if !ok {
			problems = append(problems, fmt.Errorf("%w: %s %q", ErrMalformed, name, field))
		}
	}
	m.Sensor = string(fields[1])
	check("sensor", fields[1], validSensor(m.Sensor))
	seq, ok := number(fields[2], 1<<64-1)
	m.Seq = seq
	check("sequence", fields[2], ok)
	ms, ok := number(fields[3], maxUnixMS)
	m.At = time.UnixMilli(int64(ms)).UTC() //nolint:gosec // at most maxUnixMS
	check("time", fields[3], ok)
	m.Type = Type(fields[4])
	check("type", fields[4], m.Type == Trip || m.Type == Status || m.Type == Tamper)
	confidence, ok := number(fields[5], maxPercent)
	m.Confidence = int(confidence) //nolint:gosec // at most 100
	check("confidence", fields[5], ok)
	m.Detail = string(fields[6])
	check("detail", fields[6], validDetail(m.Detail))
	m.Battery = -1
	if len(fields[7]) > 0 {
		battery, ok := number(fields[7], maxPercent)
		m.Battery = int(battery) //nolint:gosec // at most 100
		check("battery", fields[7], ok)
	}
	if len(problems) > 0 {
		return Message{}, problems[0]
	}
	return m, nil
}

// number reads plain decimal digits: strconv alone would also take a sign.
func number(b []byte, most uint64) (uint64, bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || n > most {
		return 0, false
	}
	return n, true
}

func validSensor(s string) bool {
	for _, c := range []byte(s) {
		if !letterOrDigit(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxSensor
}

func validDetail(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(s) <= maxDetail
}

func letterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// Append writes the message as a line, with its line end, after dst. What Parse would refuse comes out all the same.
func (m Message) Append(dst []byte) []byte {
	dst = append(dst, '$')
	start := len(dst)
	dst = append(dst, header...)
	dst = append(dst, ',')
	dst = append(dst, m.Sensor...)
	dst = append(dst, ',')
	dst = strconv.AppendUint(dst, m.Seq, 10)
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, m.At.UnixMilli(), 10)
	dst = append(dst, ',')
	dst = append(dst, m.Type...)
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, int64(m.Confidence), 10)
	dst = append(dst, ',')
	dst = append(dst, m.Detail...)
	dst = append(dst, ',')
	if m.Battery >= 0 {
		dst = strconv.AppendInt(dst, int64(m.Battery), 10)
	}
	sum := checksum(dst[start:])
	return append(dst, '*', hexDigits[sum>>4], hexDigits[sum&15], '\r', '\n')
}

func checksum(b []byte) byte {
	var sum byte
	for _, c := range b {
		sum ^= c
	}
	return sum
}
