package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

const (
	// ssrcEvery is how long a source identifier lasts where it changes.
	ssrcEvery = 4 * time.Second
	// garbageEvery is after how many good packets some garbage comes.
	garbageEvery = 5
)

// faultListener takes connections on which faults can be made.
type faultListener struct{ net.Listener }

// Accept implements net.Listener.
func (l faultListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &faultConn{Conn: c}, nil
}

// faultConn makes faults in the interleaved packets (RFC 2326, section 10.12) that the server writes, one a call.
type faultConn struct {
	net.Conn
	mu            sync.Mutex
	begun         time.Time
	ssrc, garbage bool
	packets       int
}

// begin says which faults to make from here.
func (c *faultConn) begin(ssrc, garbage bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun, c.ssrc, c.garbage = time.Now(), ssrc, garbage
}

// Write implements net.Conn. What is no interleaved packet goes as it is.
func (c *faultConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	out := b
	if len(b) >= 4+12 && b[0] == '$' {
		if c.ssrc {
			out = anotherSource(b, uint32(time.Since(c.begun)/ssrcEvery))
		}
		if c.garbage && b[1]%2 == 0 {
			if c.packets++; c.packets%garbageEvery == 0 {
				out = append(append([]byte{}, out...), garbageAfter(b, c.packets/garbageEvery)...)
			}
		}
	}
	c.mu.Unlock()
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// anotherSource is an interleaved packet as source n would send it: other SSRC, sequence numbers and timestamps.
func anotherSource(b []byte, n uint32) []byte {
	out := append([]byte{}, b...)
	add16 := func(at int, by uint16) { binary.BigEndian.PutUint16(out[at:], binary.BigEndian.Uint16(out[at:])+by) }
	add32 := func(at int, by uint32) { binary.BigEndian.PutUint32(out[at:], binary.BigEndian.Uint32(out[at:])+by) }
	const clockStep, sourceStep = 1_234_567_890, 777
	if b[1]%2 == 0 {
		add16(4+2, uint16(n*20_011))
		add32(4+4, n*clockStep)
		add32(4+8, n*sourceStep)
		return out
	}
	const senderReport = 200
	add32(4+4, n*sourceStep)
	if out[4+1] == senderReport && len(out) >= 4+20 {
		add32(4+16, n*clockStep)
	}
	return out
}

// garbageAfter is what nobody should have sent after a packet: noise behind its first two bytes, so with another SSRC; a
// packet that ends in its header; a payload type that was never described; the packet again; and noise as RTCP, in turn.
func garbageAfter(b []byte, n int) []byte {
	channel, payload := b[1], append([]byte{}, b[4:]...)
	switch n % 5 {
	case 0:
		noise(payload[2:])
	case 1:
		payload = payload[:7]
	case 2:
		payload[1] = payload[1]&0x80 | 35
	case 4:
		channel++
		noise(payload)
	}
	out := []byte{'$', channel, 0, 0}
	binary.BigEndian.PutUint16(out[2:], uint16(len(payload)))
	return append(out, payload...)
}

func noise(b []byte) {
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
}
