package loadtest

import (
	"encoding/binary"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
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

func stamp(conn *net.UDPConn) (*stamped, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	if e := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) }); e != nil || err != nil {
		return nil, errors.Join(e, err)
	}
	return &stamped{UDPConn: conn}, nil
}

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

// arrived reads the one control message that was asked for, a struct timespec behind a struct cmsghdr (cmsg(3)).
func arrived(control []byte) int64 {
	if len(control) < unix.CmsgSpace(16) {
		return time.Now().UnixNano()
	}
	at := control[unix.CmsgLen(0):]
	return int64(binary.NativeEndian.Uint64(at))*int64(time.Second) + int64(binary.NativeEndian.Uint64(at[8:]))
}

// arrival is when a packet came that has just been read.
func (s *stamped) arrival(sequence uint16) int64 { return int64(s.at[sequence%remembered].Load()) }
