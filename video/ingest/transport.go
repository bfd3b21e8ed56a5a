package ingest

import (
	"errors"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// Transport says how RTP comes from a source.
type Transport string

// The ways of RTP (RFC 2326, section 12.39).
const (
	// TransportAuto takes TCP, and UDP where the source refuses TCP or sends nothing over it. TCP goes first because it
	// passes every firewall that lets RTSP through, and because the RTSP library holds back what follows a packet lost
	// over UDP until 64 more have come. What has worked is tried first the next time.
	TransportAuto Transport = "auto"
	// TransportTCP is RTP interleaved in the RTSP connection, which loses nothing.
	TransportTCP Transport = "tcp"
	// TransportUDP is RTP in datagrams to this station.
	TransportUDP Transport = "udp"
	// TransportMulticast is RTP in datagrams to a group.
	TransportMulticast Transport = "multicast"
)

// firstPacketWait is how long the first packet of a connection may take.
const firstPacketWait = 3 * time.Second

func (t Transport) order() []Transport {
	switch t {
	case TransportTCP, TransportUDP, TransportMulticast:
		return []Transport{t}
	default:
		return []Transport{TransportTCP, TransportUDP}
	}
}

func (t Transport) library() *gortsplib.Transport {
	v := gortsplib.TransportTCP
	switch t {
	case TransportUDP:
		v = gortsplib.TransportUDP
	case TransportMulticast:
		v = gortsplib.TransportUDPMulticast
	}
	return &v
}

var errSilent = errors.New("no packet")

// transportFailed says whether an attempt failed in a way that another transport may mend.
func transportFailed(err error) bool {
	var wantsUDP liberrors.ErrClientServerRequestedUDP
	var wantsTCP liberrors.ErrClientServerRequestedTCP
	var status liberrors.ErrClientBadStatusCode
	return errors.Is(err, errSilent) || errors.As(err, &wantsUDP) || errors.As(err, &wantsTCP) ||
		errors.As(err, &status) && status.Code == base.StatusUnsupportedTransport
}
