package copter

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

const (
	mostSigners   = 16           // streams that are remembered; more are refused until a restart, as in ArduPilot
	signingMinute = 60 * 100_000 // one minute in timestamps of 10 microseconds
	signatureLen  = 6
	signedTail    = 1 + 6 // link id and timestamp
)

// signingEpoch is the zero of signing timestamps.
var signingEpoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// signer is a stream of signed frames: system, component and link.
type signer [3]uint8

// signing is the vehicle's message signing: after SETUP_SIGNING it signs what it sends and checks what is signed. Unsigned
// frames are taken all the same, as ArduPilot does on its first serial port.
type signing struct {
	key     [32]byte
	on      bool
	stamp   uint64 // the latest, ours or heard
	streams map[signer]uint64
}

// setup takes a new key; a key of zeros switches signing off.
func (s *signing) setup(m *mav.MessageSetupSigning) {
	s.key, s.stamp = m.SecretKey, max(s.stamp, m.InitialTimestamp)
	s.on = s.key != [32]byte{}
}

// accept tells whether a signed frame may be believed: the right key, and newer than what came before.
func (s *signing) accept(raw []byte) bool {
	if !s.on {
		return true
	}
	n := len(raw) - signatureLen
	sum := s.sum(raw[:n])
	if subtle.ConstantTimeCompare(sum[:], raw[n:]) != 1 {
		return false
	}
	tail := raw[n-signedTail : n]
	who := signer{raw[5], raw[6], tail[0]}
	stamp := stampOf(tail[1:])
	last, known := s.streams[who]
	switch {
	case known && stamp <= last, // a frame from the past, or again
		!known && len(s.streams) >= mostSigners,
		!known && stamp+signingMinute < s.stamp:
		return false
	}
	if s.streams == nil {
		s.streams = map[signer]uint64{}
	}
	s.streams[who] = stamp
	s.stamp = max(s.stamp, stamp)
	return true
}

func stampOf(b []byte) uint64 {
	var x [8]byte
	copy(x[:], b[:6])
	return binary.LittleEndian.Uint64(x[:])
}

// sum is the signature over a frame up to it.
func (s *signing) sum(b []byte) (out [signatureLen]byte) {
	h := sha256.New()
	_, _ = h.Write(s.key[:]) // a hash never fails
	_, _ = h.Write(b)
	copy(out[:], h.Sum(nil))
	return out
}

// sign turns an unsigned MAVLink 2 frame into a signed one; extra is the message's CRC_EXTRA.
func (s *signing) sign(b []byte, extra byte, now time.Time) []byte {
	s.stamp = max(s.stamp+1, uint64(max(0, now.Sub(signingEpoch)/(10*time.Microsecond))))
	end := len(b) - 2
	out := append(make([]byte, 0, len(b)+signatureBytes), b[:end]...)
	out[2] |= signedFlag
	out = binary.LittleEndian.AppendUint16(out, checksum(out[1:], extra))
	out = append(out, 0) // the link
	var stamp [8]byte
	binary.LittleEndian.PutUint64(stamp[:], s.stamp)
	out = append(out, stamp[:6]...)
	sum := s.sum(out)
	return append(out, sum[:]...)
}

// checksum is CRC-16/MCRF4XX over a frame without its magic byte, then CRC_EXTRA.
func checksum(b []byte, extra byte) uint16 {
	crc := uint16(0xFFFF)
	add := func(c byte) {
		t := c ^ byte(crc)
		t ^= t << 4
		crc = crc>>8 ^ uint16(t)<<8 ^ uint16(t)<<3 ^ uint16(t)>>4
	}
	for _, c := range b {
		add(c)
	}
	add(extra)
	return crc
}
