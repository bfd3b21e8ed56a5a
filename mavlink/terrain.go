package mavlink

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink/link"
	"vedette/mavlink/terrain"
)

const (
	terrainQueue = 64
	// terrainEvery and terrainBurst pace the blocks for one vehicle: 30 a second are 1.7 kB/s, and a grid takes two
	// seconds, after which the vehicle asks for what it lacks.
	terrainEvery = 100 * time.Millisecond
	terrainBurst = 3
)

// TerrainCounts counts what vehicles asked of the ground, in blocks of 4 by 4 heights but for the requests.
type TerrainCounts struct {
	// Requests came, Refused made no sense, Overflowed were too many at once.
	Requests, Refused, Overflowed uint64
	// Sent blocks went out, Unknown ones are not known here, Dropped ones gave way to newer requests or found the link full.
	Sent, Unknown, Dropped uint64
}

// terrainDesk answers the terrain requests of all vehicles, in one goroutine: a look at the ground may wait for a disk.
type terrainDesk struct {
	source geo.Terrain // nil: none
	asks   chan terrainAsk

	requests, refused, overflowed, sent, unknown, dropped atomic.Uint64
}

type terrainAsk struct {
	sys     *system
	request *common.MessageTerrainRequest
}

func newTerrainDesk(source geo.Terrain) *terrainDesk {
	return &terrainDesk{source: source, asks: make(chan terrainAsk, terrainQueue)}
}

// ask takes a request, and never waits.
func (d *terrainDesk) ask(sys *system, m *common.MessageTerrainRequest) {
	if d.source == nil {
		return
	}
	select {
	case d.asks <- terrainAsk{sys, m}:
	default:
		d.overflowed.Add(1) // the vehicle asks again
	}
}

func (d *terrainDesk) run(ctx context.Context) {
	if d.source == nil {
		return
	}
	queues := map[*system]*terrain.Queue{}
	busy := map[*system]bool{}
	ticker := time.NewTicker(terrainEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-d.asks:
			q := queues[a.sys]
			if q == nil {
				q = &terrain.Queue{}
				queues[a.sys] = q // one for each system id at most
			}
			before := q.Counts()
			q.Ask(a.request)
			d.account(before, q.Counts())
			busy[a.sys] = true
		case <-ticker.C:
			for sys := range busy {
				if !d.serve(sys, queues[sys]) {
					delete(busy, sys)
				}
			}
		}
	}
}

// serve sends a vehicle its next blocks; false when nothing is left.
func (d *terrainDesk) serve(sys *system, q *terrain.Queue) bool {
	before := q.Counts()
	defer func() { d.account(before, q.Counts()) }()
	for range terrainBurst {
		m, ok := q.Next(d.source)
		if !ok {
			return false
		}
		p, err := sys.live()
		if err != nil || !p.Send(link.Background, m) {
			d.dropped.Add(1)
			return true
		}
		d.sent.Add(1)
	}
	return true
}

func (d *terrainDesk) account(before, after terrain.Counts) {
	d.requests.Add(after.Requests - before.Requests)
	d.refused.Add(after.Refused - before.Refused)
	d.unknown.Add(after.Unknown - before.Unknown)
	d.dropped.Add(after.Dropped - before.Dropped)
}

func (d *terrainDesk) counts() TerrainCounts {
	return TerrainCounts{
		Requests: d.requests.Load(), Refused: d.refused.Load(), Overflowed: d.overflowed.Load(),
		Sent: d.sent.Load(), Unknown: d.unknown.Load(), Dropped: d.dropped.Load(),
	}
}
