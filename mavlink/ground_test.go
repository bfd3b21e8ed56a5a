package mavlink_test

import (
	"bytes"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/mavlinktest"
)

// ground is another station: it sends what it is told, and keeps all frames that it hears.
type ground struct {
	t         *testing.T
	conn      net.Conn
	codec     *link.Codec
	system    uint8
	component uint8

	mu    sync.Mutex
	raw   [][]byte
	heard []link.Frame
}

func newGround(t *testing.T, addr net.Addr, system uint8) *ground {
	t.Helper()
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	g := &ground{t: t, conn: conn, codec: codec, system: system, component: 190}
	var wg sync.WaitGroup
	wg.Go(g.listen)
	t.Cleanup(func() { _ = conn.Close(); wg.Wait() })
	return g
}

func (g *ground) listen() {
	s := link.NewScanner(g.codec)
	keep := func(f link.Frame) {
		g.mu.Lock()
		defer g.mu.Unlock()
		f.Raw, f.Payload = bytes.Clone(f.Raw), bytes.Clone(f.Payload)
		g.heard = append(g.heard, f)
		g.raw = append(g.raw, f.Raw)
	}
	s.Unknown = keep
	buf := make([]byte, 64<<10)
	for {
		n, err := g.conn.Read(buf)
		if err != nil {
			return
		}
		s.Feed(buf[:n], time.Now(), keep)
	}
}

func (g *ground) send(messages ...message.Message) {
	g.t.Helper()
	for _, m := range messages {
		b, err := g.codec.Encode(nil, m, 0, g.system, g.component)
		if err != nil {
			g.t.Fatal(err)
		}
		g.write(b)
	}
}

func (g *ground) write(b []byte) {
	g.t.Helper()
	if _, err := g.conn.Write(b); err != nil {
		g.t.Fatal(err)
	}
}

// says tells the station there.
func (g *ground) says() {
	g.t.Helper()
	g.send(&common.MessageHeartbeat{Type: common.MAV_TYPE_GCS, Autopilot: common.MAV_AUTOPILOT_INVALID, MavlinkVersion: 3})
}

// count counts frames of a system and message.
func (g *ground) count(system uint8, id uint32) int {
	n := 0
	for _, f := range g.frames() {
		if f.SystemID == system && f.MessageID == id {
			n++
		}
	}
	return n
}

func (g *ground) frames() []link.Frame {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.heard)
}

func (g *ground) has(raw []byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.raw, func(b []byte) bool { return bytes.Equal(b, raw) })
}

// acks gives the results of acknowledgements of a command.
func (g *ground) acks(command common.MAV_CMD) (results []common.MAV_RESULT) {
	for _, f := range g.frames() {
		m, err := g.codec.Decode(f)
		if ack, ok := m.(*common.MessageCommandAck); err == nil && ok && ack.Command == command && ack.TargetSystem == g.system {
			results = append(results, ack.Result)
		}
	}
	return results
}

// shared runs a station with two vehicles and routes.
func shared(t *testing.T, arbiter mavlink.Arbiter, routes ...mavlink.RouteConfig) (*mavlink.Service, [3]*mavlinktest.Autopilot) {
	t.Helper()
	for i := range routes {
		if routes[i].UDPServer == "" && routes[i].TCPServer == "" && routes[i].UDPClient == "" {
			routes[i].UDPServer = "127.0.0.1:0"
		}
	}
	s, err := mavlink.New(mavlink.Config{
		Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}, Routes: routes, Arbiter: arbiter,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "everything is bound", func() bool {
		for _, r := range routes {
			if r.UDPClient == "" && s.RouteAddr(r.Name) == nil {
				return false
			}
		}
		return s.LinkAddr("lan") != nil
	})
	var a [3]*mavlinktest.Autopilot
	for id := uint8(1); id <= 2; id++ {
		a[id] = fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), SystemID: id, Lat: -35, Lon: 149, Parameters: map[string]float32{"A": 1}})
	}
	live(t, s, 1)
	live(t, s, 2)
	return s, a
}

// hearings counts the messages that a vehicle heard and that pick accepts.
func hearings[M message.Message](a *mavlinktest.Autopilot, pick func(M) bool) int {
	n := 0
	for _, m := range a.Heard() {
		if m, ok := m.(M); ok && pick(m) {
			n++
		}
	}
	return n
}

func land(system uint8) *common.MessageCommandLong {
	return &common.MessageCommandLong{TargetSystem: system, TargetComponent: 1, Command: common.MAV_CMD_NAV_LAND}
}

// unknownFrame is a MAVLink 2 frame of a message that no dialect has.
func unknownFrame(system uint8, payload []byte) []byte {
	b := []byte{0xFD, byte(len(payload)), 0, 0, 9, system, 1, 0x31, 0xD4, 0x00}
	b = append(b, payload...)
	crc := uint16(0xFFFF)
	for _, v := range append(bytes.Clone(b[1:]), 77) { // 77 is what its definition would say
		t := v ^ byte(crc)
		t ^= t << 4
		crc = crc>>8 ^ uint16(t)<<8 ^ uint16(t)<<3 ^ uint16(t)>>4
	}
	return append(b, byte(crc), byte(crc>>8))
}
