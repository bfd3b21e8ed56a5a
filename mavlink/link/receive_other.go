//go:build !linux || !(amd64 || arm64 || arm || riscv64)

package link

import (
	"net"
	"net/netip"
)

// datagrams reads a UDP socket.
type datagrams struct{ conn *net.UDPConn }

func newDatagrams(conn *net.UDPConn) (*datagrams, error) { return &datagrams{conn: conn}, nil }

// read waits for a datagram until the deadline of the socket.
func (d *datagrams) read(buf []byte) (int, netip.AddrPort, error) {
	return d.conn.ReadFromUDPAddrPort(buf)
}
