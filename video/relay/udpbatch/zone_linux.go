//go:build linux && (amd64 || arm64)

package udpbatch

import (
	"net"
	"net/netip"
	"strconv"
)

// zone returns the index of the interface that a link-local address names, 0 for none.
func zone(a netip.Addr) uint32 {
	if a.Zone() == "" {
		return 0
	}
	if n, err := strconv.ParseUint(a.Zone(), 10, 32); err == nil {
		return uint32(n)
	}
	i, err := net.InterfaceByName(a.Zone())
	if err != nil {
		return 0
	}
	return uint32(i.Index)
}
