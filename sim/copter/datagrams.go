package copter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// datagrams is a UDP socket: the vehicle's own, from which it reports, or one where it waits for stations.
type datagrams struct{ conn *net.UDPConn }

func listenDatagrams(bind *net.UDPAddr) (*datagrams, error) {
	conn, err := net.ListenUDP("udp", bind)
	if err != nil {
		return nil, fmt.Errorf("open the vehicle's socket: %w", err)
	}
	return &datagrams{conn}, nil
}

func (d *datagrams) addr() net.Addr { return d.conn.LocalAddr() }

func (d *datagrams) close() { _ = d.conn.Close() } // closing twice is harmless

// put sends one datagram. A station that is not there is no error of the vehicle.
func (d *datagrams) put(b []byte, to netip.AddrPort) error {
	_ = d.conn.SetWriteDeadline(time.Now().Add(networkTimeout)) // fails only when closed, which the write reports
	if _, err := d.conn.WriteToUDPAddrPort(b, to); err != nil {
		return fmt.Errorf("send to %s: %w", to, err)
	}
	return nil
}

func (d *datagrams) run(ctx context.Context, l *link) {
	stop := context.AfterFunc(ctx, d.close) // wakes the read below
	defer stop()
	buf := make([]byte, largestPacket)
	for ctx.Err() == nil {
		_ = d.conn.SetReadDeadline(time.Now().Add(networkTimeout)) // fails only when closed, which the read reports
		n, from, err := d.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // a deadline, or an ICMP answer to an earlier datagram
		}
		l.hear(origin{d, netip.AddrPortFrom(from.Addr().Unmap(), from.Port())}, buf[:n], &scanner{whole: true})
	}
}
