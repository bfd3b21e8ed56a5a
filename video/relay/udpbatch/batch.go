package udpbatch

import (
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
)

const (
	// full is how many bytes a batch keeps before it flushes itself.
	full = 256 << 10
	// maxSegments and maxRun bound one send with UDP_SEGMENT: UDP_MAX_SEGMENTS of Linux, and a UDP datagram's payload.
	maxSegments = 64
	maxRun      = 65_000
)

// Routes says which batch takes the media of which source. The zero value is ready. Any goroutine may use it.
type Routes struct {
	mu    sync.Mutex
	table atomic.Pointer[map[uint32]*Batch] // replaced whole

	batches, datagrams, sends, calls, failed atomic.Uint64
	short, full, fallbacks, givenUp          atomic.Uint64
}

func (r *Routes) find(ssrc uint32) *Batch {
	if t := r.table.Load(); t != nil {
		return (*t)[ssrc]
	}
	return nil
}

// Set gives a source to a batch, and takes it away from any with nil.
func (r *Routes) Set(ssrc uint32, b *Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := map[uint32]*Batch{}
	if t := r.table.Load(); t != nil {
		next = maps.Clone(*t)
	}
	if b == nil {
		delete(next, ssrc)
	} else {
		next[ssrc] = b
	}
	r.table.Store(&next)
}

// Counts returns the counters.
func (r *Routes) Counts() Counts {
	return Counts{
		Batches: r.batches.Load(), Datagrams: r.datagrams.Load(), Sends: r.sends.Load(), Calls: r.calls.Load(),
		ShortCalls: r.short.Load(), FullSocket: r.full.Load(),
		Fallbacks: r.fallbacks.Load(), SegmentsGivenUp: r.givenUp.Load(), Failed: r.failed.Load(),
	}
}

// Batch keeps datagrams until Flush. One goroutine writes the media of its sources and flushes it. Datagrams to one
// destination leave in the order in which they were written.
type Batch struct {
	routes *Routes
	buf    []byte
	kept   []datagram
	sys    sys
}

// datagram is a piece of the batch's buffer.
type datagram struct {
	conn     *Conn
	to       netip.AddrPort
	from, at int // buf[from:at]
}

// NewBatch makes an empty batch.
func (r *Routes) NewBatch() *Batch {
	b := &Batch{routes: r, buf: make([]byte, 0, full)}
	b.sys.init()
	return b
}

func (b *Batch) add(c *Conn, data []byte, to netip.AddrPort) {
	if len(b.buf)+len(data) > full {
		b.Flush()
	}
	from := len(b.buf)
	b.buf = append(b.buf, data...)
	b.kept = append(b.kept, datagram{c, to, from, len(b.buf)})
}

// Flush sends what is kept. A datagram that the kernel refuses is lost, as any on the way may be, and counted.
func (b *Batch) Flush() {
	if len(b.kept) == 0 {
		return
	}
	for i := 0; i < len(b.kept); {
		end := i + 1
		for end < len(b.kept) && b.kept[end].conn == b.kept[i].conn {
			end++
		}
		b.send(b.kept[i].conn, b.kept[i:end])
		i = end
	}
	b.routes.batches.Add(1)
	b.routes.datagrams.Add(uint64(len(b.kept)))
	clear(b.kept)
	b.buf, b.kept = b.buf[:0], b.kept[:0]
}

// run returns how many of the datagrams, which lie one behind the other, may leave as one send: all of the first one's
// size and to its destination, but for the last, which may be shorter.
func run(d []datagram) int {
	size, total := d[0].at-d[0].from, d[0].at-d[0].from
	n := 1
	for n < len(d) && n < maxSegments && d[n].to == d[0].to {
		s := d[n].at - d[n].from
		if s > size || total+s > maxRun {
			break
		}
		total += s
		n++
		if s < size {
			break
		}
	}
	return n
}

// plain sends datagrams one by one.
func (b *Batch) plain(c *Conn, d []datagram) {
	for _, g := range d {
		if _, err := c.udp.WriteToUDPAddrPort(b.buf[g.from:g.at], g.to); err != nil {
			b.routes.failed.Add(1)
		}
	}
	b.routes.sends.Add(uint64(len(d)))
	b.routes.calls.Add(uint64(len(d)))
}
