package testcam

import (
	"encoding/binary"
	"net"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vedette/video/h264"
)

// Player sends what one connection of a Rogue sends. One goroutine uses it.
type Player struct {
	// SSRC, Sequence and Timestamp are those of the next packet. Sequence goes on by itself with each packet.
	SSRC      uint32
	Sequence  uint16
	Timestamp uint32

	pictures int
	next     time.Time
	stop     chan struct{}

	mu   sync.Mutex // one write at a time: answers come between packets
	conn net.Conn
}

// Wait waits until the camera stops, the reader goes, d is over or released is closed (nil: never). It is false when
// nothing can be sent any more.
func (p *Player) Wait(d time.Duration, released <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-released:
		return true
	case <-p.stop:
		return false
	}
}

// Picture waits for the next picture's turn and sends it, a key picture with its parameter sets. It is false when the
// connection has ended.
func (p *Player) Picture(c *Clip) bool {
	interval := time.Second / time.Duration(c.FPS)
	if p.next.IsZero() {
		p.next = time.Now()
	}
	if !p.Wait(time.Until(p.next), nil) {
		return false
	}
	p.next = p.next.Add(interval)
	n := p.pictures % len(c.Pictures)
	nals := c.Pictures[n]
	if n%c.GOP == 0 {
		nals = append([][]byte{c.SPS, c.PPS}, nals...)
	}
	ok := true
	for i, nal := range nals {
		var pieces [][]byte
		h264.Split(nal, 1400, func(b []byte) { pieces = append(pieces, b) })
		for j, b := range pieces {
			ok = p.Packet(b, i == len(nals)-1 && j == len(pieces)-1) && ok
		}
	}
	p.Timestamp += uint32(90000 / c.FPS)
	p.pictures++
	return ok
}

// Pictures sends n pictures of a clip.
func (p *Player) Pictures(c *Clip, n int) bool {
	for range n {
		if !p.Picture(c) {
			return false
		}
	}
	return true
}

// Forever sends a clip until the connection ends.
func (p *Player) Forever(c *Clip) {
	for p.Picture(c) { //nolint:revive // it waits
	}
}

// Begin has the next picture be the first of its clip.
func (p *Player) Begin() { p.pictures = 0 }

// Packet sends one RTP packet.
func (p *Player) Packet(payload []byte, marker bool) bool {
	raw, err := (&rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: 96, Marker: marker, SequenceNumber: p.Sequence, Timestamp: p.Timestamp, SSRC: p.SSRC,
	}, Payload: payload}).Marshal()
	if err != nil {
		return false
	}
	p.Sequence++
	return p.Frame(0, raw)
}

// Report sends a sender report that gives the next picture the time at, as an NTP timestamp (RFC 3550, section 6.4.1).
func (p *Player) Report(ntp uint64) bool {
	raw, err := (&rtcp.SenderReport{SSRC: p.SSRC, NTPTime: ntp, RTPTime: p.Timestamp}).Marshal()
	return err == nil && p.Frame(1, raw)
}

// Frame sends any bytes as an interleaved frame of a channel (RFC 2326, section 10.12).
func (p *Player) Frame(channel byte, b []byte) bool {
	out := append([]byte{'$', channel}, binary.BigEndian.AppendUint16(nil, uint16(len(b)))...)
	return p.write(append(out, b...)) == nil
}

// Raw sends any bytes as they are.
func (p *Player) Raw(b []byte) bool { return p.write(b) == nil }

func (p *Player) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return errWrite
	}
	if _, err := p.conn.Write(b); err != nil {
		return errWrite
	}
	return nil
}
