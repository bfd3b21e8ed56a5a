//go:build linux && (amd64 || arm64)

package udpbatch

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxMessages bounds one sendmmsg.
const maxMessages = 64

// mmsghdr is struct mmsghdr of sendmmsg(2).
type mmsghdr struct {
	hdr  unix.Msghdr
	sent uint32
	_    [4]byte
}

// segmentControl is a control message with UDP_SEGMENT (udp(7)): a header of 16 bytes and a 16-bit size, padded.
type segmentControl [24]byte

// sys holds what a sendmmsg needs, so that none allocates.
type sys struct {
	msgs  [maxMessages]mmsghdr
	iov   [maxMessages]unix.Iovec
	names [maxMessages][unix.SizeofSockaddrInet6]byte
	ctl   [maxMessages]segmentControl
	runs  [maxMessages]int // datagrams in each message
	count int
	done  int
	err   error
	calls int // of sendmmsg; short and full: those that took some messages, and none for want of room
	short int
	full  int
	write func(fd uintptr) bool
}

func (s *sys) init() {
	s.write = func(fd uintptr) bool {
		for s.done < s.count {
			s.calls++
			n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&s.msgs[s.done])), //nolint:gosec // sendmmsg(2)
				uintptr(s.count-s.done), unix.MSG_DONTWAIT, 0, 0)
			switch {
			case errno == unix.EINTR:
			case errno == unix.EAGAIN:
				s.full++
				return false // the runtime waits until the socket takes more
			case errno != 0:
				s.err = errno
				return true
			default:
				if s.done += int(n); s.done < s.count {
					s.short++
				}
			}
		}
		return true
	}
}

func (c *Conn) prepare() {
	err := c.raw.Control(func(fd uintptr) {
		for _, o := range [][2]int{{unix.SO_SNDBUFFORCE, unix.SO_SNDBUF}, {unix.SO_RCVBUFFORCE, unix.SO_RCVBUF}} {
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, o[0], socketBuffer) != nil { // needs CAP_NET_ADMIN
				_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, o[1], socketBuffer) // the kernel caps it
			}
		}
		_, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT)
		c.gso.Store(err == nil)
	})
	c.mmsg.Store(err == nil)
}

// send sends the datagrams of one socket.
func (b *Batch) send(c *Conn, d []datagram) {
	for len(d) > 0 {
		if !c.mmsg.Load() {
			b.plain(c, d)
			return
		}
		d = d[b.sendSome(c, d):]
	}
}

// sendSome sends up to maxMessages runs, and returns how many datagrams are dealt with.
func (b *Batch) sendSome(c *Conn, d []datagram) int {
	s := &b.sys
	s.count, s.done, s.err = 0, 0, nil
	s.calls, s.short, s.full = 0, 0, 0
	gso, taken := c.gso.Load(), 0
	for taken < len(d) && s.count < maxMessages {
		n := 1
		if gso {
			n = run(d[taken:])
		}
		b.message(c, s.count, d[taken:taken+n])
		s.runs[s.count] = n
		s.count++
		taken += n
	}
	err := c.raw.Write(s.write)
	b.routes.calls.Add(uint64(s.calls))
	b.routes.short.Add(uint64(s.short))
	b.routes.full.Add(uint64(s.full))
	b.routes.sends.Add(uint64(s.done))
	if err == nil {
		err = s.err
	}
	if err == nil {
		return taken
	}
	sent := 0
	for _, n := range s.runs[:s.done] {
		sent += n
	}
	if s.done == s.count {
		return sent
	}
	failed := s.runs[s.done]
	if b.lacks(c, err) || failed > 1 {
		// The route may lead to a device that cannot cut runs, or takes smaller datagrams only.
		if failed > 1 {
			b.routes.fallbacks.Add(1)
		}
		b.plain(c, d[sent:sent+failed])
	} else {
		b.routes.failed.Add(1)
	}
	return sent + failed // the others are not to blame
}

// lacks gives up what the kernel has turned out not to do. It reports whether that was sendmmsg.
func (b *Batch) lacks(c *Conn, err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	switch errno {
	case unix.EIO, unix.ENOPROTOOPT, unix.EOPNOTSUPP: // of UDP_SEGMENT: no checksums in hardware
		if c.gso.Swap(false) {
			b.routes.givenUp.Add(1)
		}
	case unix.ENOSYS:
		c.mmsg.Store(false)
		return true
	}
	return false
}

// message fills message i with a run.
func (b *Batch) message(c *Conn, i int, d []datagram) {
	s := &b.sys
	s.iov[i].Base = &b.buf[d[0].from]
	s.iov[i].SetLen(d[len(d)-1].at - d[0].from)
	h := &s.msgs[i].hdr
	*h = unix.Msghdr{Iov: &s.iov[i], Name: &s.names[i][0], Namelen: name(&s.names[i], d[0].to, c.v4)}
	h.SetIovlen(1)
	if len(d) == 1 {
		return
	}
	ctl := &s.ctl[i]
	binary.NativeEndian.PutUint64(ctl[0:], uint64(unix.CmsgLen(2)))
	binary.NativeEndian.PutUint32(ctl[8:], unix.IPPROTO_UDP)
	binary.NativeEndian.PutUint32(ctl[12:], unix.UDP_SEGMENT)
	binary.NativeEndian.PutUint16(ctl[16:], uint16(d[0].at-d[0].from))
	h.Control = &ctl[0]
	h.SetControllen(len(ctl))
}

// name writes a struct sockaddr_in or sockaddr_in6 and returns its length.
func name(to *[unix.SizeofSockaddrInet6]byte, a netip.AddrPort, v4 bool) uint32 {
	clear(to[:])
	binary.BigEndian.PutUint16(to[2:], a.Port())
	if v4 {
		binary.NativeEndian.PutUint16(to[0:], unix.AF_INET)
		ip := a.Addr().Unmap().As4()
		copy(to[4:], ip[:])
		return unix.SizeofSockaddrInet4
	}
	binary.NativeEndian.PutUint16(to[0:], unix.AF_INET6)
	ip := a.Addr().As16()
	copy(to[8:], ip[:])
	binary.NativeEndian.PutUint32(to[24:], zone(a.Addr()))
	return unix.SizeofSockaddrInet6
}
