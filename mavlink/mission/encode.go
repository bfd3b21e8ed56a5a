package mission

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// stored is an item as it is kept on disk: what MISSION_ITEM_INT carries, little endian.
type stored struct {
	Command      uint16
	Frame        uint8
	AutoContinue bool
	Params       [4]float32
	X, Y         int32
	Z            float32
}

// Encode makes bytes of items, of which Decode makes the same items. What travels is kept exactly; Current is not kept.
func Encode(items []Item) []byte {
	var b bytes.Buffer
	for _, it := range items {
		s := stored{Command: it.Command, Frame: it.Frame, AutoContinue: it.AutoContinue, Z: float32(it.Alt)}
		for i, v := range it.Params {
			s.Params[i] = float32(v)
		}
		s.X, s.Y = it.Raw()
		_ = binary.Write(&b, binary.LittleEndian, s) // a buffer takes everything, and the size is fixed
	}
	return b.Bytes()
}

// Decode is the inverse of Encode.
func Decode(data []byte) ([]Item, error) {
	size := binary.Size(stored{})
	if len(data)%size != 0 || len(data)/size > maxItems {
		return nil, errors.New("these are no stored items")
	}
	items := make([]Item, 0, len(data)/size)
	for r := bytes.NewReader(data); r.Len() > 0; {
		var s stored
		if err := binary.Read(r, binary.LittleEndian, &s); err != nil {
			return nil, fmt.Errorf("read stored items: %w", err)
		}
		it := Item{Seq: len(items), Command: s.Command, Frame: s.Frame, AutoContinue: s.AutoContinue, Alt: float64(s.Z)}
		for i, v := range s.Params {
			it.Params[i] = float64(v)
		}
		it.FromRaw(s.X, s.Y)
		items = append(items, it)
	}
	return items, nil
}

// Digest tells lists of items apart.
func Digest(items []Item) string {
	const bytesShown = 12
	sum := sha256.Sum256(Encode(items))
	return hex.EncodeToString(sum[:bytesShown])
}
