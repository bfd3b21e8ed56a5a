package loadtest

import (
	"encoding/binary"
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// askForStamps has the kernel tell of each datagram when it came (socket(7), SO_TIMESTAMPNS).
func askForStamps(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	e := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	return errors.Join(e, err)
}

// arrived reads the one control message that was asked for, a struct timespec behind a struct cmsghdr (cmsg(3)).
func arrived(control []byte) int64 {
	if len(control) < unix.CmsgSpace(16) {
		return time.Now().UnixNano()
	}
	at := control[unix.CmsgLen(0):]
	return int64(binary.NativeEndian.Uint64(at))*int64(time.Second) + int64(binary.NativeEndian.Uint64(at[8:]))
}
