package signing

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Key is the secret that a station and a vehicle share. It prints as nothing that tells it.
type Key [KeySize]byte

// NewKey makes a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails (crypto/rand)
	return k
}

// FromPassphrase makes the key that QGroundControl, MAVProxy and Mission Planner make of the same words: their SHA-256.
func FromPassphrase(words string) Key { return sha256.Sum256([]byte(words)) }

// ParseKey reads a key of 32 bytes as 64 hexadecimal digits or as base64.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != KeySize {
		return Key{}, errors.New("a key is 32 bytes, as 64 hexadecimal digits or as base64")
	}
	k := Key(raw)
	if k.Zero() {
		return Key{}, errors.New("a key of zeros switches signing off; it is no key")
	}
	return k, nil
}

// Zero tells whether this is no key.
func (k Key) Zero() bool { return k == Key{} }

// String hides the key.
func (k Key) String() string { return "(a key)" }

// GoString hides the key.
func (k Key) GoString() string { return k.String() }

// LogValue hides the key.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides the key: whoever means to write it down says so.
func (k Key) MarshalText() ([]byte, error) { return nil, errors.New("a key is not to be written down") }

// Format of a signed frame's end: link id, timestamp in six bytes, signature in six.
const (
	// Size is what a signature adds to a frame.
	Size          = 13
	timestampSize = 6
	sumSize       = 6
)

// Sum is the signature: the first 48 bits of SHA-256 over the key, the frame from its first byte to its checksum, the
// link id and the timestamp (MAVLink 'Message Signing', signature).
func Sum(k Key, frame []byte, linkID uint8, at Timestamp) [sumSize]byte {
	h := sha256.New()
	_, _ = h.Write(k[:]) // a hash never fails
	_, _ = h.Write(frame)
	end := trailer(linkID, at)
	_, _ = h.Write(end[:1+timestampSize])
	var full [sha256.Size]byte
	return [sumSize]byte(h.Sum(full[:0])[:sumSize])
}

func trailer(linkID uint8, at Timestamp) (end [Size]byte) {
	end[0] = linkID
	for i := range timestampSize {
		end[1+i] = byte(at >> (8 * i))
	}
	return end
}

// Sign gives the bytes that sign a frame, which ends with its checksum and has the flag of a signed one.
func Sign(k Key, frame []byte, linkID uint8, at Timestamp) [Size]byte {
	end := trailer(linkID, at)
	sum := Sum(k, frame, linkID, at)
	copy(end[1+timestampSize:], sum[:])
	return end
}

// Read takes the end of a signed frame apart; a frame that is shorter than one signature gives zeros.
func Read(frame []byte) (linkID uint8, at Timestamp) {
	if len(frame) < Size {
		return 0, 0
	}
	end := frame[len(frame)-Size:]
	for i := range timestampSize {
		at |= Timestamp(end[1+i]) << (8 * i)
	}
	return end[0], at
}

// Matches tells whether a whole signed frame was signed with the key.
func Matches(k Key, frame []byte) bool {
	if len(frame) < Size {
		return false
	}
	linkID, at := Read(frame)
	return Sum(k, frame[:len(frame)-Size], linkID, at) == [sumSize]byte(frame[len(frame)-sumSize:])
}
