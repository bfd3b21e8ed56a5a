package copter

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// socket is one way for stations to reach the vehicle. It runs until ctx ends, and hands what it hears to the link.
type socket interface {
	run(ctx context.Context, l *link)
	close()
	addr() net.Addr
}

// outlet is where a peer's bytes go: one datagram, or whole frames on a stream. It does not wait for the other side.
type outlet interface {
	put(b []byte, to netip.AddrPort) error
}

// origin is where bytes came from: an outlet to answer by, and behind a socket of datagrams an address.
type origin struct {
	out  outlet
	addr netip.AddrPort
}

// portStep is the distance between the listening ports of several vehicles, as simulated ArduPilots have it.
const portStep = 10

// station is one entry of what the vehicle talks to.
type stationEntry struct {
	kind string // udp, udpin, tcp, tcpin, serial
	addr netip.AddrPort
	path string // of a serial device
	baud int
}

// parseStation reads udp:HOST:PORT, udpin:, tcp:, tcpin: or serial:DEVICE[:BAUD]. The n-th vehicle listens n ports of
// portStep further on.
func parseStation(s string, n int) (stationEntry, error) {
	kind, rest, _ := strings.Cut(s, ":")
	e := stationEntry{kind: kind}
	switch kind {
	case "udp", "tcp", "udpin", "tcpin":
	case "serial":
		e.path = rest
		if path, baud, ok := strings.Cut(rest, ":"); ok {
			speed, err := strconv.ParseUint(baud, 10, 31)
			if err != nil || speed == 0 {
				return e, fmt.Errorf("station %q: no baud rate %q", s, baud)
			}
			e.path, e.baud = path, int(speed)
		}
		if e.path == "" {
			return e, fmt.Errorf("station %q: needs a device", s)
		}
		if n > 0 { // each vehicle its own line
			e.path += strconv.Itoa(n)
		}
		return e, nil
	default:
		return e, fmt.Errorf("station %q: must read udp:HOST:PORT, udpin:, tcp:, tcpin: or serial:DEVICE[:BAUD]", s)
	}
	a, err := net.ResolveUDPAddr("udp", rest)
	if err != nil {
		return e, fmt.Errorf("station %q: %w", s, err)
	}
	if a.IP == nil {
		a.IP = net.IPv4(127, 0, 0, 1)
	}
	listens := kind == "udpin" || kind == "tcpin"
	if a.Port == 0 && !listens {
		return e, fmt.Errorf("station %q: needs a port", s)
	}
	if listens && a.Port != 0 {
		a.Port += n * portStep
	}
	if a.Port > 65535 {
		return e, fmt.Errorf("station %q: no port is left for vehicle %d", s, n+1)
	}
	ap := a.AddrPort()
	e.addr = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	return e, nil
}
