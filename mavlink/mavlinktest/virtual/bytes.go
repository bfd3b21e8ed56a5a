package virtual

import "math/rand/v2"

// Memory is a file in memory that grows with what is written: an io.WriterAt.
type Memory struct{ Bytes []byte }

// WriteAt never fails.
func (m *Memory) WriteAt(p []byte, at int64) (int, error) {
	if need := int(at) + len(p); need > len(m.Bytes) {
		m.Bytes = append(m.Bytes, make([]byte, need-len(m.Bytes))...)
	}
	return copy(m.Bytes[at:], p), nil
}

// Content is n bytes at random, always the same ones for the same n.
func Content(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(n), 7))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
