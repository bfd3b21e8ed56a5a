package copter

import (
	"math"
	"math/bits"
	"slices"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

// The terrain that a station gives comes in tiles of 7 squares north and 8 east, each of 4 by 4 heights, laid out in every
// degree as ArduPilot does, so that neighbours overlap by a square.
const (
	squaresNorth, squaresEast = 7, 8
	squareSide                = 4
	allSquares                = 1<<(squaresNorth*squaresEast) - 1
	mostTiles                 = 64
	metresPerE7               = 0.011131884502145034
)

// tileKey is a tile's south-west corner, in 1e-7 degrees.
type tileKey struct{ lat, lon int32 }

type tile struct {
	have    uint64 // a bit for each square
	heights [squaresNorth * squareSide][squaresEast * squareSide]int16
}

// tiles are those that the mission needs.
type tiles struct {
	spacing float64 // metres
	wanted  []tileKey
	byKey   map[tileKey]*tile
	turn    int
}

func tileOf(p geo.LatLon, spacing float64) tileKey {
	south, west := math.Floor(p.Lat), math.Floor(p.Lon)
	shrink := math.Cos(south * toRad)
	high, wide := (squaresNorth-1)*squareSide*spacing/metresPerE7, (squaresEast-1)*squareSide*spacing/metresPerE7/shrink
	return tileKey{
		int32(south*1e7 + math.Floor((p.Lat-south)*1e7/high)*high),
		int32(west*1e7 + math.Floor((p.Lon-west)*1e7/wide)*wide),
	}
}

func overTerrain(i item) bool {
	return i.frame == mav.MAV_FRAME_GLOBAL_TERRAIN_ALT || i.frame == mav.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT
}

// wantTiles lists the tiles of a mission with heights above the terrain, and of where the vehicle is; none otherwise.
func (f *flight) wantTiles() {
	t := &f.tiles
	spacing := clamp(f.params.get("TERRAIN_SPACING"), 10, 1000)
	if spacing != t.spacing {
		*t = tiles{spacing: spacing, byKey: map[tileKey]*tile{}}
	}
	t.wanted = t.wanted[:0]
	if f.params.get("TERRAIN_ENABLE") == 0 || !f.ready() {
		return
	}
	want := func(p geo.LatLon) {
		key := tileOf(p, spacing)
		if len(t.wanted) == mostTiles || slices.Contains(t.wanted, key) {
			return
		}
		t.wanted = append(t.wanted, key)
		if t.byKey[key] == nil {
			t.byKey[key] = &tile{}
		}
	}
	for _, it := range f.mission {
		if overTerrain(it) && (it.x != 0 || it.y != 0) {
			want(it.position())
		}
	}
	if len(t.wanted) > 0 {
		here, _ := f.position(f.est.pos)
		want(here)
	}
	for key := range t.byKey { // those of a mission that is gone
		if len(t.byKey) > 2*mostTiles && !slices.Contains(t.wanted, key) {
			delete(t.byKey, key)
		}
	}
}

// askForTerrain asks for what is missing of one tile, once a second.
func (c *Copter) askForTerrain() {
	f := c.flight
	f.wantTiles()
	t := &f.tiles
	for range t.wanted {
		t.turn = (t.turn + 1) % len(t.wanted)
		key := t.wanted[t.turn]
		missing := ^t.byKey[key].have & allSquares
		if missing == 0 {
			continue
		}
		for _, p := range c.link.peers {
			p.tell(autopilotComponent, &mav.MessageTerrainRequest{Lat: key.lat, Lon: key.lon, GridSpacing: uint16(t.spacing), Mask: missing})
		}
		return
	}
}

// handleTerrain takes TERRAIN_DATA that was asked for, and answers TERRAIN_CHECK.
func (c *Copter) handleTerrain(p *peer, k packet) bool {
	f := c.flight
	switch m := k.msg.(type) {
	case *mav.MessageTerrainData:
		t := f.tiles.byKey[tileKey{m.Lat, m.Lon}]
		if t == nil || float64(m.GridSpacing) != f.tiles.spacing || m.Gridbit >= squaresNorth*squaresEast {
			return true
		}
		x0, y0 := int(m.Gridbit)/squaresEast*squareSide, int(m.Gridbit)%squaresEast*squareSide
		for i, h := range m.Data {
			t.heights[x0+i/squareSide][y0+i%squareSide] = h
		}
		t.have |= 1 << m.Gridbit
	case *mav.MessageTerrainCheck:
		place := geo.LatLon{Lat: float64(m.Lat) / 1e7, Lon: float64(m.Lon) / 1e7}
		if place.Valid() {
			p.send(autopilotComponent, f.terrainReport(place))
		}
	default:
		return false
	}
	return true
}

// height is that of the nearest point that the tiles have.
func (t *tiles) height(p geo.LatLon) (float64, bool) {
	if t.spacing == 0 {
		return 0, false
	}
	key := tileOf(p, t.spacing)
	x := t.byKey[key]
	if x == nil {
		return 0, false
	}
	north := (p.Lat*1e7 - float64(key.lat)) * metresPerE7 / t.spacing
	east := (p.Lon*1e7 - float64(key.lon)) * metresPerE7 * math.Cos(math.Floor(p.Lat)*toRad) / t.spacing
	i, j := int(math.Round(north)), int(math.Round(east))
	if i < 0 || j < 0 || i >= len(x.heights) || j >= len(x.heights[0]) || x.have&(1<<(i/squareSide*squaresEast+j/squareSide)) == 0 {
		return 0, false
	}
	return float64(x.heights[i][j]), true
}

// terrainReport is TERRAIN_REPORT of a place: of the tiles where the mission needs some, else of what the vehicle has stored.
func (f *flight) terrainReport(p geo.LatLon) *mav.MessageTerrainReport {
	_, amsl := f.position(f.est.pos)
	m := &mav.MessageTerrainReport{Lat: e7(p.Lat), Lon: e7(p.Lon), Spacing: 30, Loaded: 504}
	at := f.place(p, f.homeAMSL)
	_, ground := f.position(vec{at[0], at[1], f.land.GroundU(at[0], at[1])})
	height := float64(ground)
	if len(f.tiles.wanted) > 0 {
		m.Loaded, m.Spacing = 0, uint16(f.tiles.spacing)
		for _, key := range f.tiles.wanted {
			have := bits.OnesCount64(f.tiles.byKey[key].have)
			m.Loaded += uint16(have)
			m.Pending += uint16(squaresNorth*squaresEast - have)
		}
		var known bool
		if height, known = f.tiles.height(p); !known {
			m.Spacing = 0 // says that there are no data
			return m
		}
	}
	m.TerrainHeight, m.CurrentHeight = float32(height), float32(float64(amsl)-height)
	return m
}
