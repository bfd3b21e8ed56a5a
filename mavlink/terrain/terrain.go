// Package terrain answers the requests of ArduPilot for the height of the ground (TERRAIN_REQUEST, 133) out of a terrain
// store. It knows no clock and no network.
//
// A vehicle asks for a grid of 28 by 32 posts, counted to the north and to the east of a corner, in 56 blocks of 4 by 4; a
// bit of the request stands for each. A block is one TERRAIN_DATA (134).
package terrain

import (
	"math"
	"math/bits"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

const (
	side       = 4 // posts of a block in each direction
	blocksEast = 8
	blocks     = 56
	allBlocks  = 1<<blocks - 1
	maxSpacing = 1000
	// keep is how many grids may wait: a vehicle asks for one at a time.
	keep = 4

	perDegree = 1e7
	// metresPerDegree is ArduPilot's; its posts lie where it thinks they do.
	metresPerDegree = 111318.84502145034
)

// Counts is what became of requests.
type Counts struct {
	// Requests came; Refused ones made no sense.
	Requests, Refused uint64
	// Unknown blocks reach beyond the terrain that is known and are not answered; Dropped ones gave way to newer requests.
	Unknown, Dropped uint64
}

type grid struct {
	lat, lon int32
	spacing  uint16
	mask     uint64
}

// Queue holds what one vehicle has asked for and not got yet. The zero value is ready.
type Queue struct {
	waiting []grid
	counts  Counts
}

// Counts gives the counters.
func (q *Queue) Counts() Counts { return q.counts }

// Ask takes a request. One for a grid that waits already replaces that: the vehicle knows what it lacks.
func (q *Queue) Ask(m *common.MessageTerrainRequest) {
	q.counts.Requests++
	g := grid{lat: m.Lat, lon: m.Lon, spacing: m.GridSpacing, mask: m.Mask & allBlocks}
	corner := geo.LatLon{Lat: float64(m.Lat) / perDegree, Lon: float64(m.Lon) / perDegree}
	if !corner.Valid() || g.spacing == 0 || g.spacing > maxSpacing || g.mask == 0 {
		q.counts.Refused++
		return
	}
	for i, w := range q.waiting {
		if w.lat == g.lat && w.lon == g.lon && w.spacing == g.spacing {
			q.waiting[i].mask = g.mask
			return
		}
	}
	if len(q.waiting) == keep {
		q.counts.Dropped += uint64(bits.OnesCount64(q.waiting[0].mask))
		q.waiting = append(q.waiting[:0], q.waiting[1:]...)
	}
	q.waiting = append(q.waiting, g)
}

// Next gives the next block to send; false when nothing waits. Blocks that are not wholly known are passed over: no height
// is invented.
func (q *Queue) Next(t geo.Terrain) (*common.MessageTerrainData, bool) {
	for len(q.waiting) > 0 {
		g := &q.waiting[0]
		if g.mask == 0 {
			q.waiting = append(q.waiting[:0], q.waiting[1:]...)
			continue
		}
		bit := bits.TrailingZeros64(g.mask)
		g.mask &^= 1 << bit
		if m, ok := g.block(bit, t); ok {
			return m, true
		}
		q.counts.Unknown++
	}
	return nil, false
}

// block is one block of a grid, its posts row by row from the south, each from the west.
func (g grid) block(bit int, t geo.Terrain) (*common.MessageTerrainData, bool) {
	m := &common.MessageTerrainData{Lat: g.lat, Lon: g.lon, GridSpacing: g.spacing, Gridbit: uint8(bit)}
	north, east := bit/blocksEast*side, bit%blocksEast*side
	for i := range m.Data {
		h, ok := t.ElevationAMSL(g.post(north+i/side, east+i%side))
		if !ok || math.IsNaN(float64(h)) || math.Abs(float64(h)) > math.MaxInt16 {
			return nil, false
		}
		m.Data[i] = int16(math.Round(float64(h)))
	}
	return m, true
}

// post is where a post of the grid lies.
func (g grid) post(north, east int) geo.LatLon {
	lat := float64(g.lat) / perDegree
	up := float64(north) * float64(g.spacing) / metresPerDegree
	narrower := math.Max(math.Cos((lat+up/2)*math.Pi/180), 0.01)
	right := float64(east) * float64(g.spacing) / metresPerDegree / narrower
	lon := float64(g.lon)/perDegree + right
	if lon >= 180 {
		lon -= 360
	}
	return geo.LatLon{Lat: lat + up, Lon: lon}
}
