package copter

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
)

// peer is one station: it has its own sequence numbers, message intervals and transfers.
type peer struct {
	origin  origin
	fixed   bool // configured, or an open stream
	mute    bool // nothing is sent: the vehicle talks to itself
	heard   time.Time
	link    *link
	out     []byte
	writers map[uint8]*streamwriter.Writer
	streams map[uint32]*stream // as asked
	groups  map[uint32]*stream // by the rate of a parameter
	params  []int              // waiting to be sent, by index
	modes   int                // that are still to be told, from the end of the list

	scarce   bool    // switched to high latency: answers, and HIGH_LATENCY2, are all that is sent
	scarceAt float64 // when the next is due, s since power-up
}

func (l *link) newPeer(o origin, fixed bool) *peer {
	return &peer{origin: o, fixed: fixed, link: l, writers: map[uint8]*streamwriter.Writer{}, streams: map[uint32]*stream{}, groups: map[uint32]*stream{}}
}

// reset forgets what the peer asked for, as a restart does.
func (p *peer) reset() {
	p.params, p.modes, p.scarce = nil, 0, false
	clear(p.writers)
	clear(p.streams)
	clear(p.groups)
}

// tell sends what nobody asked for, unless the link is too scarce for it.
func (p *peer) tell(component uint8, msg message.Message) {
	if !p.scarce {
		p.send(component, msg)
	}
}

// send queues a message of one of the vehicle's components; flush puts it on the wire.
func (p *peer) send(component uint8, msg message.Message) {
	if p.mute || msg == nil {
		return
	}
	w := p.writers[component]
	if w == nil {
		w = &streamwriter.Writer{
			FrameWriter: &frame.Writer{ByteWriter: p, DialectRW: p.link.dialect},
			Version:     streamwriter.V2, SystemID: p.link.system, ComponentID: component,
		}
		if w.FrameWriter.Initialize() != nil || w.Initialize() != nil {
			return // cannot be: all fields are set
		}
		p.writers[component] = w
	}
	if err := w.Write(msg); err != nil {
		p.link.sendErrors.Add(1)
	}
}

// room tells whether what can wait may be sent now: on a slow line it waits, so that answers stay quick.
func (p *peer) room() bool {
	w, ok := p.origin.out.(*wire)
	return !ok || len(p.out) < datagramBytes/2 && w.room() || w.bytesS == 0
}

// Write collects one frame, as the frame writer gives it, and signs it where that was set up.
func (p *peer) Write(b []byte) (int, error) {
	n := len(b)
	if p.link.signing.on {
		if m := p.link.dialect.GetMessage(idOf(b)); m != nil {
			b = p.link.signing.sign(b, m.CRCExtra(), p.link.now())
		}
	}
	if len(p.out)+len(b) > datagramBytes {
		p.flush()
	}
	p.out = append(p.out, b...)
	return n, nil
}

// flush sends what was queued.
func (p *peer) flush() {
	if len(p.out) == 0 {
		return
	}
	p.link.put(p.origin, p.out)
	p.out = p.out[:0]
}
