package testcam

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// freePair finds an even port and the one above that are both free, for RTP and RTCP (RFC 3550, section 11).
func freePair() (rtp, rtcp string, err error) {
	var lc net.ListenConfig
	for range 50 {
		c, err := lc.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
		if err != nil {
			return "", "", fmt.Errorf("find a port: %w", err)
		}
		port := c.LocalAddr().(*net.UDPAddr).Port &^ 1
		_ = c.Close() // nothing was sent
		rtp, rtcp = fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("127.0.0.1:%d", port+1)
		if isFree(rtp) && isFree(rtcp) {
			return rtp, rtcp, nil
		}
	}
	return "", "", errors.New("find a pair of ports: none is free")
}

func isFree(address string) bool {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(context.Background(), "udp", address)
	if err != nil {
		return false
	}
	_ = c.Close() // nothing was sent
	return true
}
