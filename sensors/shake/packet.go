// Package shake reads the datagrams that a Raspberry Shake sends of its waveform, and follows their time. Each holds one
// channel: its name, the Unix time in seconds of the first sample, and the samples as counts:
//
//	{'EHZ', 1582315130.292, 14168, 14927, 16112}
//
// They carry neither a station name nor a sequence number: a sender is known by its address alone, and loss shows only
// in time. The package is pure.
package shake

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	// SampleRate of the geophone channels, in samples a second.
	SampleRate = 100
	// MaxDatagram is the largest datagram read, in bytes; a Shake's have about 200.
	MaxDatagram = 8 << 10
	// MaxSamples is the most samples taken from one datagram; a Shake sends 25.
	MaxSamples = 1000

	maxChannel = 8
	maxSeconds = 253402300799 // the end of the year 9999
	nanoDigits = 9
)

// ErrMalformed means that a datagram is not one of a Raspberry Shake.
var ErrMalformed = errors.New("not a Raspberry Shake datagram")

// Packet is one datagram.
type Packet struct {
	Channel string    // such as EHZ, the vertical geophone
	At      time.Time // of the first sample, by the Shake's clock
	Samples []int32   // counts, with whatever offset the digitizer has
}

// Duration is the time that the samples cover.
func (p Packet) Duration() time.Duration {
	return time.Duration(len(p.Samples)) * (time.Second / SampleRate)
}

// Parse reads a datagram. The samples are appended to into[:0], so that a caller may keep one buffer.
func Parse(b []byte, into []int32) (Packet, error) {
	if len(b) > MaxDatagram {
		return Packet{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	b = bytes.TrimSpace(b)
	if len(b) < 2 || b[0] != '{' || b[len(b)-1] != '}' {
		return Packet{}, fmt.Errorf("%w: no braces", ErrMalformed)
	}
	name, rest, _ := bytes.Cut(b[1:len(b)-1], []byte{','})
	channel, err := parseChannel(bytes.TrimSpace(name))
	if err != nil {
		return Packet{}, err
	}
	first, rest, more := bytes.Cut(rest, []byte{','})
	at, err := parseTime(bytes.TrimSpace(first))
	if err != nil {
		return Packet{}, err
	}
	p := Packet{Channel: channel, At: at, Samples: into[:0]}
	for more {
		var one []byte
		one, rest, more = bytes.Cut(rest, []byte{','})
		count, err := strconv.ParseInt(string(bytes.TrimSpace(one)), 10, 32)
		if err != nil {
			return Packet{}, fmt.Errorf("%w: sample %q", ErrMalformed, one)
		}
		if len(p.Samples) == MaxSamples {
			return Packet{}, fmt.Errorf("%w: more than %d samples", ErrMalformed, MaxSamples)
		}
		p.Samples = append(p.Samples, int32(count)) //nolint:gosec // ParseInt was asked for 32 bits
	}
	if len(p.Samples) == 0 {
		return Packet{}, fmt.Errorf("%w: no samples", ErrMalformed)
	}
	return p, nil
}

func parseChannel(b []byte) (string, error) {
	if len(b) < 3 || len(b) > maxChannel+2 || b[0] != '\'' || b[len(b)-1] != '\'' {
		return "", fmt.Errorf("%w: channel %q", ErrMalformed, b)
	}
	b = b[1 : len(b)-1]
	for _, c := range b {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' {
			return "", fmt.Errorf("%w: channel %q", ErrMalformed, b)
		}
	}
	return string(b), nil
}

// parseTime reads decimal seconds without passing through a float, which would lose microseconds.
func parseTime(b []byte) (time.Time, error) {
	whole, fraction, _ := bytes.Cut(b, []byte{'.'})
	if len(fraction) > nanoDigits {
		fraction = fraction[:nanoDigits]
	}
	if !digits(whole) || len(whole) == 0 || !digits(fraction) {
		return time.Time{}, fmt.Errorf("%w: time %q", ErrMalformed, b)
	}
	seconds, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil || seconds > maxSeconds {
		return time.Time{}, fmt.Errorf("%w: time %q", ErrMalformed, b)
	}
	var nanos int64
	for i := range nanoDigits {
		nanos *= 10
		if i < len(fraction) {
			nanos += int64(fraction[i] - '0')
		}
	}
	return time.Unix(seconds, nanos).UTC(), nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
