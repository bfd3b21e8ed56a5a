package mavlinktest

import (
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Guard is the signing of an ArduPilot, with its rules: a timestamp must be greater than the last of its stream; a stream
// may begin at most a minute behind the newest timestamp; there are 16 streams until a reboot; the radio's own status
// needs no signature; and on the cable nothing does. It lives in an autopilot's memory, so several connections may share it.
type Guard struct {
	mu       sync.Mutex
	cable    bool
	key      *frame.V2Key
	newest   uint64
	streams  map[stream]uint64
	sent     uint64
	accepted int
	refused  int
}

type stream struct{ system, component, link byte }

// NewGuard makes the signing of an autopilot; without a key it is off.
func NewGuard(key []byte) *Guard {
	g := &Guard{streams: make(map[stream]uint64)}
	if key != nil {
		g.key = frame.NewV2Key(key)
	}
	return g
}

const (
	minute     = 60 * 100000 // in units of 10 microseconds
	mostSigned = 16
)

// stamp is the autopilot's own timestamp, which follows what it is sent.
func (g *Guard) stamp() uint64 {
	since := time.Since(time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC))
	g.sent = max(g.sent+1, uint64(since/(10*time.Microsecond)), g.newest)
	return g.sent
}

// check decides about a frame; a nil guard takes everything.
func (g *Guard) check(f frame.Frame) bool {
	if g == nil {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	ok := g.admits(f)
	v2, _ := f.(*frame.V2Frame)
	switch {
	case ok:
		g.accepted++
	case v2 != nil && !v2.IsSigned() && f.GetMessage().GetID() == 0:
		// A station's first heartbeat on a connection comes before it can know who is there.
	default:
		g.refused++
	}
	return ok
}

func (g *Guard) admits(f frame.Frame) bool {
	if g.key == nil {
		return true
	}
	v2, ok := f.(*frame.V2Frame)
	if !ok || !v2.IsSigned() {
		return g.cable || f.GetMessage().GetID() == 109
	}
	if *v2.Signature != *v2.GenerateSignature(g.key) {
		return false
	}
	s := stream{v2.SystemID, v2.ComponentID, v2.SignatureLinkID}
	last, known := g.streams[s]
	switch {
	case known && v2.SignatureTimestamp <= last:
		return false
	case !known && len(g.streams) >= mostSigned:
		return false
	case !known && v2.SignatureTimestamp+minute < g.newest:
		return false
	}
	g.streams[s] = v2.SignatureTimestamp
	g.newest = max(g.newest, v2.SignatureTimestamp)
	return true
}

// setUp is SETUP_SIGNING of a disarmed autopilot.
func (g *Guard) setUp(m *common.MessageSetupSigning) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.key = nil
	if m.SecretKey != [32]byte{} {
		g.key = frame.NewV2Key(m.SecretKey[:])
		g.newest = max(g.newest, m.InitialTimestamp)
	}
}

// sign signs a frame that the autopilot sends, with gomavlib's own implementation.
func (g *Guard) sign(d interface {
	GetMessage(id uint32) *message.ReadWriter
}, f *frame.V2Frame,
) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.key == nil {
		return
	}
	f.IncompatibilityFlag |= frame.V2FlagSigned
	f.Checksum = f.GenerateChecksum(d.GetMessage(f.Message.GetID()).CRCExtra())
	f.SignatureTimestamp = g.stamp()
	f.Signature = f.GenerateSignature(g.key)
}

// Key gives the key, nil without one; SetKey changes it.
func (g *Guard) Key() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.key == nil {
		return nil
	}
	return append([]byte(nil), g.key[:]...)
}

// SetKey gives the autopilot another key.
func (g *Guard) SetKey(key []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.key = frame.NewV2Key(key)
}

// PlugIn makes the connection a cable: unsigned frames are taken, as on SERIAL0.
func (g *Guard) PlugIn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cable = true
}

// Counts tells how many frames were taken and refused since the last call, and how many streams there are.
func (g *Guard) Counts() (accepted, refused, streams int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	accepted, refused, streams = g.accepted, g.refused, len(g.streams)
	g.accepted, g.refused = 0, 0
	return accepted, refused, streams
}
