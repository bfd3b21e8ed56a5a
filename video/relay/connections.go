package relay

import (
	"sync/atomic"

	"vedette/video/relay/udpbatch"
)

// connectionCounters count what becomes of viewers' connections.
type connectionCounters struct {
	refused, tooMany, panics, restarts                 atomic.Uint64
	connectedUDP, connectedTCP, connectedRelay         atomic.Uint64
	failedUnheard, failedOneWay, failedHandshake, lost atomic.Uint64
}

// Connections counts what became of viewers' connections since the relay was opened.
type Connections struct {
	// Connected* count viewers that got a path, by its kind: straight over UDP, straight over TCP, or by the station's TURN
	// server.
	ConnectedUDP, ConnectedTCP, ConnectedRelay uint64
	// FailedUnheard counts viewers of whom no request ever arrived: something between blocks both UDP and TCP.
	// FailedOneWay those who were heard but did not hear the station. FailedHandshake those who had a path and did not
	// agree on keys.
	FailedUnheard, FailedOneWay, FailedHandshake uint64
	// Lost counts viewers who were connected and fell silent.
	Lost uint64
	// Restarts counts ICE restarts of viewers whose network changed.
	Restarts uint64
	// OffersRefused counts offers that could not be answered, TooMany those that came when all places were taken.
	OffersRefused, TooMany uint64
	// Panics counts offers that broke the WebRTC library.
	Panics uint64
	// TCPOpen is the present number of TCP connections. TCPRefused counts those turned away because too many were open,
	// TCPUnproven those ended because no viewer's request came in time.
	TCPOpen, TCPRefused, TCPUnproven uint64
	// TURN counts the embedded TURN server's work.
	TURN TURNCounts
}

// Sent is what the UDP sockets have sent of media.
type Sent = udpbatch.Counts

// Sent returns the counters of the UDP sockets.
func (r *Relay) Sent() Sent { return r.ports.routes.Counts() }

// Connections returns the counters.
func (r *Relay) Connections() Connections {
	c := &r.counters
	out := Connections{
		ConnectedUDP: c.connectedUDP.Load(), ConnectedTCP: c.connectedTCP.Load(), ConnectedRelay: c.connectedRelay.Load(),
		FailedUnheard: c.failedUnheard.Load(), FailedOneWay: c.failedOneWay.Load(), FailedHandshake: c.failedHandshake.Load(),
		Lost: c.lost.Load(), Restarts: c.restarts.Load(), OffersRefused: c.refused.Load(), TooMany: c.tooMany.Load(),
		Panics: c.panics.Load(), TURN: r.turn.counts(),
	}
	if g := r.ports.gate; g != nil {
		out.TCPOpen, out.TCPRefused, out.TCPUnproven = uint64(g.open.Load()), g.refused.Load(), g.abandoned.Load()
	}
	return out
}

func (r *Relay) countConnected(s *session) {
	pair := s.pair()
	if pair == nil {
		r.counters.connectedUDP.Add(1)
		return
	}
	switch r.path(pair) {
	case "relay":
		r.counters.connectedRelay.Add(1)
	case "tcp":
		r.counters.connectedTCP.Add(1)
	default:
		r.counters.connectedUDP.Add(1)
	}
}

// countFailed notes why a viewer's connection has come to nothing, once.
func (r *Relay) countFailed(s *session) {
	if !s.failed.CompareAndSwap(false, true) {
		return
	}
	v := r.view(s)
	var why string
	switch {
	case v.WasConnected:
		r.counters.lost.Add(1)
		r.log.Debug("viewer went", "stream", s.stream.name, "session", s.id)
		return
	case v.RequestsReceived == 0:
		r.counters.failedUnheard.Add(1)
		why = "nothing came from the browser by UDP or TCP"
	case v.Path == "":
		r.counters.failedOneWay.Add(1)
		why = "the browser was heard, but it did not hear the station"
	default:
		r.counters.failedHandshake.Add(1)
		why = "there was a path, but no agreement on keys"
	}
	r.log.Info("viewer did not connect", "stream", s.stream.name, "session", s.id, "who", s.who, "why", why,
		"offered", v.Offered, "browser", v.BrowserOffers)
}
