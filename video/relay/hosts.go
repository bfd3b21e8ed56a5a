package relay

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// VirtualInterfaces are the patterns (path.Match) of interfaces that are left out unless configured otherwise: bridges
// and cables between containers and virtual machines, whose addresses no browser on another machine reaches. VPNs
// (tun, tap, wg, tailscale, zt) are not among them.
var VirtualInterfaces = []string{
	"docker*", "br-*", "veth*", "virbr*", "vnet*", "vmnet*", "vboxnet*", "lxc*", "lxdbr*", "podman*", "cni*",
	"flannel*", "cali*", "vEthernet*",
}

const (
	interfacesFor = 2 * time.Second  // how long a list of the interfaces' addresses is good
	namesFor      = 60 * time.Second // how long a looked-up name is good
	lookupTimeout = 2 * time.Second
)

// hosts knows the addresses that are offered to browsers: those of the station's interfaces, and configured ones that
// lead to it from elsewhere.
type hosts struct {
	bound   netip.Addr // the one address that the ports are bound to; not valid: all
	leaveIn func(name string) bool
	extra   []extraHost
	log     *slog.Logger

	mu       sync.Mutex
	own      []netip.Addr
	ownUntil time.Time
}

// extraHost is a configured address, with a port where a router forwards another one.
type extraHost struct {
	host string
	port int // 0: the WebRTC port

	mu    sync.Mutex
	addrs []netip.Addr
	until time.Time
}

// endpoint is an address and a port that is offered beside the interfaces' own.
type endpoint struct {
	addr netip.Addr
	port int // 0: the WebRTC port
}

// newHosts checks the configuration. bound is an IP address, or empty for all interfaces.
func newHosts(bound string, addresses, leaveOut []string, log *slog.Logger) (*hosts, error) {
	h := &hosts{log: log, extra: make([]extraHost, len(addresses))}
	if bound != "" {
		addr, err := netip.ParseAddr(bound)
		if err != nil {
			return nil, fmt.Errorf("listen for WebRTC on %q: not an IP address", bound)
		}
		if !addr.IsUnspecified() {
			h.bound = addr.Unmap()
		}
	}
	for i, a := range addresses {
		host, port, err := splitAddress(a)
		if err != nil {
			return nil, err
		}
		h.extra[i].host, h.extra[i].port = host, port
	}
	if leaveOut == nil {
		leaveOut = VirtualInterfaces
	}
	for _, p := range leaveOut {
		if _, err := path.Match(p, "eth0"); err != nil {
			return nil, fmt.Errorf("interfaces to leave out: pattern %q: %w", p, err)
		}
	}
	h.leaveIn = func(name string) bool {
		return !slices.ContainsFunc(leaveOut, func(p string) bool {
			out, _ := path.Match(p, name) // the pattern has been checked
			return out
		})
	}
	return h, nil
}

// splitAddress takes HOST, HOST:PORT, an IPv6 address, or [IPv6]:PORT.
func splitAddress(a string) (host string, port int, err error) {
	if addr, err := netip.ParseAddr(strings.Trim(a, "[]")); err == nil {
		return addr.String(), 0, nil
	}
	host = a
	if h, p, err := net.SplitHostPort(a); err == nil {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return "", 0, fmt.Errorf("address %q: %q is not a port", a, p)
		}
		host = h
	}
	if host == "" || strings.ContainsAny(host, " \t\r\n/:@") {
		return "", 0, fmt.Errorf("address %q: a host, or host:port, is needed", a)
	}
	return host, port, nil
}

// addresses returns the interfaces' addresses that are offered. The caller must not change the slice.
func (h *hosts) addresses() []netip.Addr {
	if h.bound.IsValid() {
		return []netip.Addr{h.bound}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Before(h.ownUntil) {
		return h.own
	}
	h.own, h.ownUntil = h.list(), now.Add(interfacesFor)
	return h.own
}

func (h *hosts) list() []netip.Addr {
	interfaces, err := net.Interfaces()
	if err != nil {
		h.log.Warn("interfaces cannot be listed", "error", err)
		return nil
	}
	var out []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || !h.leaveIn(i.Name) {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // the interface is going
		}
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			// A link-local IPv6 address means nothing without the interface of the machine that uses it.
			if addr := prefix.Addr().Unmap(); !addr.Is6() || !addr.IsLinkLocalUnicast() {
				out = append(out, addr)
			}
		}
	}
	return out
}

// offers tells whether an interface's address is offered.
func (h *hosts) offers(ip net.IP) bool {
	addr, ok := netip.AddrFromSlice(ip)
	return ok && slices.Contains(h.addresses(), addr.Unmap())
}

// further returns the configured addresses, names looked up. A name that is not found is left out and logged; one that
// was found before keeps its addresses.
func (h *hosts) further(ctx context.Context) []endpoint {
	var out []endpoint
	for i := range h.extra {
		for _, a := range h.extra[i].lookup(ctx, h.log) {
			out = append(out, endpoint{a, h.extra[i].port})
		}
	}
	return out
}

func (e *extraHost) lookup(ctx context.Context, log *slog.Logger) []netip.Addr {
	if addr, err := netip.ParseAddr(e.host); err == nil {
		return []netip.Addr{addr.Unmap()}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if now.Before(e.until) {
		return e.addrs
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", e.host)
	e.until = now.Add(namesFor)
	if err != nil {
		log.Warn("a name to offer to browsers cannot be looked up", "name", e.host, "error", err)
		return e.addrs
	}
	e.addrs = e.addrs[:0:0]
	for _, a := range found {
		e.addrs = append(e.addrs, a.Unmap())
	}
	return e.addrs
}
