package relay

import (
	"bytes"
	"net"
	"sync"
	"testing"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
)

// lossy is a peer's socket that loses every nth packet of the video as it arrives. What is sent again is let pass.
type lossy struct {
	net.PacketConn
	nth int

	mu   sync.Mutex
	ssrc uint32 // of the video; 0: not known yet, and nothing is lost
	n    int
	lost map[uint16]bool
}

func (l *lossy) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := l.PacketConn.ReadFrom(b)
		if err != nil || !l.loses(b[:n]) {
			return n, from, err
		}
	}
}

// loses says whether a datagram is lost. The header of an SRTP packet is in the clear (RFC 3711, section 3.1); RTP is
// told from the rest by its first byte (RFC 7983, section 7), and from RTCP by its second (RFC 5761, section 4).
func (l *lossy) loses(b []byte) bool {
	var h rtp.Header
	if len(b) < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] <= 223 {
		return false
	}
	if _, err := h.Unmarshal(b); err != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ssrc == 0 || h.SSRC != l.ssrc {
		return false
	}
	if l.n++; l.n%l.nth != 0 {
		return false
	}
	l.lost[h.SequenceNumber] = true
	return true
}

// open has packets lost from now on.
func (l *lossy) open(ssrc uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ssrc = ssrc
}

func (l *lossy) close() (lost map[uint16]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ssrc = 0
	return l.lost
}

// Packets that the path loses are asked for by NACK and come again by RTX, whole and in their place.
func TestPacketsThatThePathLosesComeAgainByRetransmission(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	path := &lossy{PacketConn: conn, nth: 10, lost: make(map[uint16]bool)}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: path})
	t.Cleanup(func() { _ = mux.Close() }) // perhaps for the second time

	type kept struct {
		ts      uint32
		marker  bool
		payload []byte
	}
	var mu sync.Mutex
	straight, again := map[uint16]kept{}, map[uint16]kept{}
	p := watch(t, r, s, peerConfig{mux: mux, nack: true, taken: func(p *rtp.Packet, byRTX bool) {
		mu.Lock()
		defer mu.Unlock()
		to := straight
		if byRTX {
			to = again
		}
		to[p.SequenceNumber] = kept{p.Timestamp, p.Marker, bytes.Clone(p.Payload)}
	}})
	p.awaitMedia()
	_, _, ssrc := p.seen()
	path.open(ssrc)
	poll(t, "packets are lost", func() bool {
		path.mu.Lock()
		defer path.mu.Unlock()
		return len(path.lost) >= 20
	})
	lost := path.close()
	poll(t, "what was lost comes again", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for seq := range lost {
			if _, ok := again[seq]; !ok {
				return false
			}
		}
		return true
	})
	mu.Lock()
	defer mu.Unlock()
	for seq := range lost {
		if _, ok := straight[seq]; ok {
			t.Errorf("packet %d was not lost", seq)
		}
		// The neighbours say what it must be: of the same picture, or the end of one.
		before, okBefore := straight[seq-1]
		after, okAfter := straight[seq+1]
		got := again[seq]
		if !okBefore || !okAfter {
			continue
		}
		if got.ts != before.ts && got.ts != after.ts || int32(got.ts-before.ts) < 0 || int32(after.ts-got.ts) < 0 {
			t.Errorf("packet %d has the timestamp %d between %d and %d", seq, got.ts, before.ts, after.ts)
		}
		if got.marker != (after.ts != got.ts) || len(got.payload) == 0 || len(got.payload) > maxPayload {
			t.Errorf("packet %d: marker %v, %d bytes", seq, got.marker, len(got.payload))
		}
	}
	if n := s.Counts().Resent; n < uint64(len(lost)) {
		t.Errorf("%d packets were lost, %d sent again", len(lost), n)
	}
}
