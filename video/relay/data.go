package relay

import (
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// DataLabel is the label of the data channel that carries messages beside the pictures.
const DataLabel = "klv"

const (
	maxChannels    = 4        // that one viewer may open
	maxDataQueued  = 64 << 10 // bytes that wait for a viewer; what comes then is dropped
	maxDataMessage = 64 << 10 // bytes of a message from a viewer, which nobody reads
	maxDataReceive = 256 << 10
)

// dataLine carries messages to one viewer, once that has a channel for them. A browser opens the channel itself, because an
// offer has a place for one only then; to one that opened another first, the station opens it.
type dataLine struct {
	stream  *Stream
	channel atomic.Pointer[webrtc.DataChannel]

	mu     sync.Mutex
	opened int
	own    bool // the station has opened one

	sending sync.Mutex
	sentOn  *webrtc.DataChannel // where the last message went
	sent    uint64              // its number
}

// told is a message, numbered from 1 in the order of the telling.
type told struct {
	number uint64
	text   string
}

// accept has the line take the channels that a viewer opens. One that opens too many is ended.
func (d *dataLine) accept(pc *webrtc.PeerConnection, end func()) {
	pc.OnDataChannel(func(dc *webrtc.DataChannel) {
		d.mu.Lock()
		d.opened++
		many := d.opened > maxChannels
		wanted := dc.Label() == DataLabel
		first := !wanted && !d.own && d.channel.Load() == nil
		d.own = d.own || first
		d.mu.Unlock()
		switch {
		case many:
			end()
		case wanted:
			d.use(dc, true)
		case first:
			// An error leaves the viewer without messages; its connection has ended, or is about to.
			if own, err := pc.CreateDataChannel(DataLabel, nil); err == nil {
				d.use(own, false)
			}
		}
	})
}

// use sends on a channel as soon as it is open, the newest message at once. The viewer's own channel goes before the station's.
func (d *dataLine) use(dc *webrtc.DataChannel, theirs bool) {
	dc.OnOpen(func() {
		if theirs {
			d.channel.Store(dc)
		} else if !d.channel.CompareAndSwap(nil, dc) {
			return
		}
		if m := d.stream.message.Load(); m != nil {
			d.send(m)
		}
	})
}

// send never waits: a viewer that does not keep up loses messages. No channel gets one twice, nor an older one after a newer, although a
// channel opens while messages are told.
func (d *dataLine) send(m *told) {
	d.sending.Lock()
	defer d.sending.Unlock()
	dc := d.channel.Load()
	if dc == nil || dc.ReadyState() != webrtc.DataChannelStateOpen || dc == d.sentOn && m.number <= d.sent {
		return
	}
	if dc.BufferedAmount()+uint64(len(m.text)) > maxDataQueued || dc.SendText(m.text) != nil {
		d.stream.counters.messagesDropped.Add(1)
		return
	}
	d.sentOn, d.sent = dc, m.number
	d.stream.counters.messagesOut.Add(1)
}

// Tell sends a message to every viewer that has a data channel. Viewers that come later get the newest one. It never waits.
func (s *Stream) Tell(message string) {
	s.mu.Lock()
	s.tellings++
	m := &told{s.tellings, message}
	s.message.Store(m)
	viewers := s.viewers
	s.mu.Unlock()
	for _, v := range viewers {
		v.data.send(m)
	}
}
