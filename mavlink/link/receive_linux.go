//go:build amd64 || arm64 || arm || riscv64

package link

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// datagrams reads a UDP socket without telling Go's scheduler of the system call, which never blocks: told of one while all else is
// idle, the scheduler wakes its watching thread, and that costs more than to receive and decode the datagram. It belongs to one goroutine.
type datagrams struct {
	raw   syscall.RawConn
	zones map[uint32]string // of IPv6 link-local addresses, by interface

	// What one call of receive reads into, and what it gave.
	once  func(fd uintptr) bool
	buf   []byte
	from  unix.RawSockaddrAny
	size  uint32
	n     int
	errno syscall.Errno
}

func newDatagrams(conn *net.UDPConn) (*datagrams, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("reach the socket: %w", err)
	}
	d := &datagrams{raw: raw, zones: make(map[uint32]string)}
	d.once = d.receive
	return d, nil
}

// read waits for a datagram until the deadline of the socket.
func (d *datagrams) read(buf []byte) (int, netip.AddrPort, error) {
	d.buf = buf
	if err := d.raw.Read(d.once); err != nil {
		return 0, netip.AddrPort{}, fmt.Errorf("receive: %w", err)
	}
	if d.errno != 0 {
		return 0, netip.AddrPort{}, fmt.Errorf("receive: %w", d.errno)
	}
	return d.n, d.sender(), nil
}

// receive takes what is there; false has it called again when there is something.
func (d *datagrams) receive(fd uintptr) bool {
	for {
		d.size = unix.SizeofSockaddrAny
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(d.buf))), //nolint:gosec // recvfrom(2)
			uintptr(len(d.buf)), unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&d.from)), uintptr(unsafe.Pointer(&d.size))) //nolint:gosec // recvfrom(2)
		if d.n, d.errno = int(n), errno; errno != unix.EINTR {
			return errno != unix.EAGAIN
		}
	}
}

// sender reads the address as the net package gives it; a connected socket tells none.
func (d *datagrams) sender() netip.AddrPort {
	if d.size == 0 {
		return netip.AddrPort{}
	}
	switch d.from.Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(&d.from)) //nolint:gosec // the family says so
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), port(a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(unsafe.Pointer(&d.from)) //nolint:gosec // the family says so
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).WithZone(d.zone(a.Scope_id)), port(a.Port))
	default:
		return netip.AddrPort{}
	}
}

// zone names an interface, by its number where it has no name.
func (d *datagrams) zone(index uint32) string {
	if index == 0 {
		return ""
	}
	name, ok := d.zones[index]
	if !ok {
		name = strconv.FormatUint(uint64(index), 10)
		if i, err := net.InterfaceByIndex(int(index)); err == nil {
			name = i.Name
		}
		d.zones[index] = name
	}
	return name
}

// port turns the order of the network into that of the machine.
func port(p uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], p)
	return binary.BigEndian.Uint16(b[:])
}
