package ingest

import (
	"net"

	"golang.org/x/sys/unix"
)

// widen gives a source's TCP connection a receive buffer that holds its largest key pictures. Where one does not fit, a
// source on a fast path meets a closed window, and may then pause for 200 ms (the least retransmission timeout of Linux)
// with each key picture. It changes what it may, and leaves the kernel's own tuning where it gets less than it asks for:
// that would bound the rate on a long path.
func widen(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return // it has been closed
	}
	_ = raw.Control(func(fd uintptr) { // likewise
		s := int(fd)
		if unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) == nil { // needs CAP_NET_ADMIN
			return
		}
		if _, err := unix.GetsockoptInt(s, unix.SOL_SOCKET, unix.SO_BUF_LOCK); err != nil {
			return // before Linux 5.14 a size that was set stays
		}
		if unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer) != nil {
			return
		}
		if n, err := unix.GetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUF); err == nil && n < receiveBuffer {
			_ = unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_BUF_LOCK, 0) // the kernel knows it
		}
	})
}
