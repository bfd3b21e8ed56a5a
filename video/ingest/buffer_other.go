//go:build !linux

package ingest

import "net"

// widen gives a source's TCP connection a receive buffer that holds its largest key pictures, as far as the system lets.
func widen(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(receiveBuffer) // it has been closed
	}
}
