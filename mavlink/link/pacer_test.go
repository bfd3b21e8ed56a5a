package link

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/serialport/ptytest"
)

// wire is a far end that notes what is written to a peer, and when by the virtual clock.
type wire struct {
	now    time.Time
	frames []Frame
	at     []time.Time
	bytes  int
}

// pacedPeer makes a peer on a link of a bandwidth, whose writer the test steps by hand.
func pacedPeer(t *testing.T, bytesPerSecond float64) (*Peer, *writer, *wire) {
	t.Helper()
	c := codec(t)
	l, err := New(Config{Name: "radio", UDPServer: ":0", BytesPerSecond: bytesPerSecond}, Params{Codec: c, Handler: &ear{}, SystemID: 255, ComponentID: 190})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{now: time.Unix(1000, 0)}
	p := l.newPeer("far", func(b []byte) error {
		f, v := parseFrame(c, append([]byte(nil), b...))
		if v != isFrame {
			t.Errorf("no frame: %x", b)
		}
		w.frames, w.at, w.bytes = append(w.frames, f), append(w.at, w.now), w.bytes+len(b)
		return nil
	}, nil)
	return p, &writer{out: outlet{peer: p}}, w
}

// until steps the writer on the virtual clock up to a time.
func (w *wire) until(t *testing.T, writer *writer, end time.Time) {
	t.Helper()
	for w.now.Before(end) {
		wait, err := writer.step(w.now)
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(min(wait, 10*time.Millisecond))
	}
}

func item(seq int) message.Message {
	return &common.MessageMissionItemInt{TargetSystem: 1, TargetComponent: 1, Seq: uint16(seq), X: 1 << 30, Y: 1 << 30, Z: 100, MissionType: 1}
}

func TestALinkKeepsBelowItsBandwidth(t *testing.T) {
	t.Parallel()
	const rate = 5760
	p, writer, w := pacedPeer(t, rate)
	begin := w.now
	for s := range 20 {
		for i := range queueLimit {
			p.Send(Transfer, item(i))
		}
		w.until(t, writer, begin.Add(time.Duration(s+1)*500*time.Millisecond))
	}
	if limit := rate*10 + rate/50 + maxFrame; w.bytes > limit || w.bytes < rate*10*95/100 {
		t.Errorf("%d bytes in 10 s of %d a second", w.bytes, rate)
	}
}

func TestACommandOvertakesAMissionWithinOneFrame(t *testing.T) {
	t.Parallel()
	const rate = 5760
	p, writer, w := pacedPeer(t, rate)
	begin := w.now
	for round := range 40 {
		for i := range queueLimit {
			p.Send(Transfer, item(i))
			p.Send(Background, &common.MessageCommandLong{Command: common.MAV_CMD_SET_MESSAGE_INTERVAL, Param7: 1})
		}
		w.until(t, writer, begin.Add(time.Duration(round)*137*time.Millisecond))
		asked, before := w.now, len(w.frames)
		p.Send(Urgent, &common.MessageCommandLong{Command: common.MAV_CMD_NAV_LAND, Confirmation: uint8(round), Param7: 1})
		w.until(t, writer, asked.Add(100*time.Millisecond))
		if len(w.frames) == before {
			t.Fatal("nothing was sent")
		}
		f, at := w.frames[before], w.at[before]
		if f.MessageID != (&common.MessageCommandLong{}).GetID() {
			t.Errorf("message %d went before the command", f.MessageID)
		}
		if waited := at.Sub(asked); waited > maxFrame*time.Second/rate {
			t.Errorf("the command waited %v", waited)
		}
	}
}

func TestCommandsAloneKeepBelowTheBandwidthToo(t *testing.T) {
	t.Parallel()
	const rate = 1000
	p, writer, w := pacedPeer(t, rate)
	begin := w.now
	for i := range 200 {
		p.Send(Urgent, &common.MessageCommandLong{Param7: 1})
		w.until(t, writer, begin.Add(time.Duration(i)*50*time.Millisecond))
	}
	if limit := rate*10 + 2*maxFrame; w.bytes > limit {
		t.Errorf("%d bytes in 10 s of %d a second", w.bytes, rate)
	}
}

func radioReport(txbuf, remoteRSSI, remoteNoise uint8) Frame {
	return Frame{MessageID: radioStatusID, Payload: []byte{0, 0, 0, 0, 180, remoteRSSI, txbuf, 40, remoteNoise}}
}

func TestAFullRadioSlowsUsDownAndAnEmptyOneGivesItBack(t *testing.T) {
	t.Parallel()
	p, writer, w := pacedPeer(t, 5760)
	second := func() int {
		before := w.bytes
		for i := range queueLimit {
			p.Send(Transfer, item(i))
		}
		w.until(t, writer, w.now.Add(500*time.Millisecond))
		for i := range queueLimit {
			p.Send(Transfer, item(i))
		}
		w.until(t, writer, w.now.Add(500*time.Millisecond))
		return w.bytes - before
	}
	full := second()
	for range 3 {
		p.link.radio(radioReport(10, 180, 40), w.now)
	}
	if slow := second(); slow > full/6 || slow < full/12 {
		t.Errorf("%d bytes a second with a full buffer, %d before", slow, full)
	}
	for range 20 {
		p.link.radio(radioReport(0, 180, 40), w.now)
	}
	if stuck := second(); stuck < full/15 {
		t.Errorf("%d bytes a second: stopped altogether", stuck)
	}
	for range 15 {
		p.link.radio(radioReport(100, 180, 40), w.now)
	}
	if again := second(); again < full*9/10 {
		t.Errorf("%d bytes a second with an empty buffer, %d before", again, full)
	}
	p.link.radio(radioReport(100, 45, 40), w.now)
	if weak := second(); weak > full*6/10 {
		t.Errorf("%d bytes a second to a far radio that hardly hears us, %d before", weak, full)
	}
	w.now = w.now.Add(2 * radioSilence)
	if silent := second(); silent < full*9/10 {
		t.Errorf("%d bytes a second after the radio said nothing for long", silent)
	}
	if r := p.link.Stats().Radio; r.RSSI != 180 || r.RemoteRSSI != 45 || r.TxBufferPercent != 100 {
		t.Errorf("%+v", r)
	}
}

// The same over a real serial device: what is queued arrives no quicker than the line could carry it.
func TestASerialLineIsPaced(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	peers := make(chan *Peer, 1)
	l := open(t, Config{Serial: &SerialConfig{Device: device.Path, Baud: 9600}}, first{peers})
	eventually(t, "opened", func() bool { return l.Stats().Opens == 1 })
	if _, err := device.Write(encode(t, codec(t), 0, &common.MessageHeartbeat{})); err != nil {
		t.Fatal(err)
	}
	p := <-peers
	began := time.Now()
	const items = 40
	for i := range items {
		if !p.Send(Transfer, item(i)) {
			t.Fatal("refused")
		}
	}
	total, seen := 0, 0
	s := NewScanner(codec(t))
	buf := make([]byte, 4096)
	for seen < items {
		n, err := device.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		total += n
		s.Feed(buf[:n], time.Now(), func(f Frame) {
			if f.MessageID == (&common.MessageMissionItemInt{}).GetID() {
				seen++
			}
		})
	}
	// The first frame and what an idle line saves are free.
	least := time.Duration(float64(total-2*maxFrame) / 960 * float64(time.Second))
	if took := time.Since(began); took < least {
		t.Errorf("%d bytes in %v at 9600 baud", total, took)
	}
}

// first hands out the first peer that is heard.
type first struct{ peers chan *Peer }

func (f first) Receive(p *Peer, _ Frame, _ time.Time) {
	select {
	case f.peers <- p:
	default:
	}
}
func (first) Closed(*Peer) {}

// Many peers of one link share its bandwidth, and none waits for ever.
func TestPeersShareTheBandwidth(t *testing.T) {
	t.Parallel()
	l, err := New(Config{Name: "shared", UDPServer: ":0", BytesPerSecond: 20000}, Params{Codec: codec(t), Handler: &ear{}, SystemID: 255, ComponentID: 190})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	began := time.Now()
	var peers []*Peer
	for range 4 {
		p := l.newPeer("far", func([]byte) error { return nil }, nil)
		peers = append(peers, p)
		for i := range queueLimit {
			p.Send(Transfer, item(i))
		}
		writers.Go(func() { p.run(ctx) })
	}
	eventually(t, "all is sent", func() bool { return l.Stats().FramesOut >= 4*queueLimit })
	least := time.Duration(float64(l.Stats().BytesOut-6*maxFrame) / 20000 * float64(time.Second))
	if took := time.Since(began); took < least {
		t.Errorf("%d bytes in %v", l.Stats().BytesOut, took)
	}
	cancel()
	writers.Wait()
	for _, p := range peers {
		if p.BytesOut() == 0 {
			t.Error("a peer got nothing")
		}
	}
}
