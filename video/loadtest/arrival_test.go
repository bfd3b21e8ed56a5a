package loadtest

import (
	"encoding/binary"
	"net"
	"sync/atomic"
)

// remembered bounds the packets whose arrival is known: a power of two.
const remembered = 4096

// stamped is a viewer's socket that knows when the kernel put each packet into it. What the viewer takes to read and to
// decrypt is not the relay's, and on two cores most of all.
type stamped struct {
	*net.UDPConn
	control [64]byte                  // owned by who reads
	at      [remembered]atomic.Uint64 // unix nanoseconds, by the low bits of the sequence number
}

func stamp(conn *net.UDPConn) (*stamped, error) { return &stamped{UDPConn: conn}, askForStamps(conn) }

// ReadFrom implements net.PacketConn.
func (s *stamped) ReadFrom(b []byte) (int, net.Addr, error) {
	n, control, _, from, err := s.ReadMsgUDP(b, s.control[:])
	if err != nil {
		return n, nil, err
	}
	if n >= 12 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223) { // RTP (RFC 7983, section 7; RFC 5761, section 4)
		s.at[binary.BigEndian.Uint16(b[2:])%remembered].Store(uint64(arrived(s.control[:control])))
	}
	return n, from, nil
}

// arrival is when a packet came that has just been read.
func (s *stamped) arrival(sequence uint16) int64 { return int64(s.at[sequence%remembered].Load()) }
