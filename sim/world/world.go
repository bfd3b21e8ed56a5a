// Package world is the simulated piece of country: terrain made from a seed, people, vehicles and animals on paths,
// wind, ground sensors and the line that they watch. Everything is a pure function of the seed, the scenario and
// the time, so that cameras, sensors and the truth log agree without talking to one another. A World is immutable after
// New and safe for concurrent use; it starts no goroutine.
package world

import (
	"errors"
	"fmt"
	"time"

	"vedette/internal/geo"
	"vedette/sim/scenario"
)

// Config says which world to make.
type Config struct {
	Seed     int64
	Scenario *scenario.Scenario // as scenario.Load gives it; nil: the default one
	Start    time.Time          // zero of the scenario's clock; zero value: now
}

// World is one simulated piece of country.
type World struct {
	scenario   *scenario.Scenario
	tile       *geo.Tile
	frame      *geo.Frame
	ground     *groundGrid
	cover      *cover
	air        *air
	travellers []traveller
	herds      []herd
	sensors    []Sensor
	trees      []Tree
	border     []geo.LatLon
	sector     []geo.LatLon
	start      time.Time
}

// errNoGround cannot happen with a scenario that scenario.Load gave.
var errNoGround = errors.New("the site's centre lies outside the terrain tile")

// New makes the world; it takes less than a second of processor time.
func New(cfg Config) (*World, error) {
	s := cfg.Scenario
	if s == nil {
		var err error
		if s, err = scenario.Load(scenario.Default); err != nil {
			return nil, fmt.Errorf("make world: %w", err)
		}
	}
	chance := random(mix(uint64(cfg.Seed)))
	border := polyline(s.Site.Border)
	w := &World{scenario: s, start: cfg.Start}
	if w.start.IsZero() {
		w.start = time.Now()
	}

	w.tile = makeTile(&relief{
		large: chance.derive("large"), hills: chance.derive("hills"), ridge: chance.derive("ridge"),
		detail: chance.derive("detail"), border: border,
	}, s.Site.Centre)
	height, ok := w.tile.ElevationAMSL(s.Site.Centre)
	if !ok {
		return nil, fmt.Errorf("make world: %w", errNoGround)
	}
	w.frame = geo.NewFrame(s.Site.Centre, geo.ToHAE(s.Site.Centre, height))
	w.ground = makeGround(w.tile, w.frame)

	w.cover = &cover{chance: chance.derive("cover"), border: border}
	for _, r := range s.Site.Roads {
		w.cover.roads = append(w.cover.roads, r)
	}
	w.trees = w.cover.plant(s)
	w.air = newAir(s.Wind, chance.derive("air"))
	for _, o := range s.Objects {
		w.travellers = append(w.travellers, traveller{Object: o, route: newRoute(o), chance: chance.derive("object " + o.ID)})
	}
	for _, a := range s.Animals {
		w.herds = append(w.herds, herd{Animal: a, chance: chance.derive("herd " + a.ID)})
	}
	for _, x := range s.Sensors {
		w.sensors = append(w.sensors, w.place(x))
	}
	w.border, w.sector = w.places(s.Site.Border), w.places(s.Site.Sector)
	return w, nil
}

// Place is the position on the ground at east and north metres.
func (w *World) Place(e, n float64) (geo.LatLon, geo.AMSL) {
	p, h := w.frame.FromENU([3]float64{e, n, w.ground.at(e, n)})
	return p, geo.ToAMSL(p, h)
}

func (w *World) places(ps []scenario.Point) []geo.LatLon {
	out := make([]geo.LatLon, len(ps))
	for i, p := range ps {
		out[i], _ = w.Place(p[0], p[1])
	}
	return out
}

func (w *World) place(x scenario.Sensor) Sensor {
	s := Sensor{
		ID: x.ID, Kind: SensorKind(x.Kind), E: x.At[0], N: x.At[1],
		RangeM: x.RangeM, Gateway: x.Gateway, Address: x.Address, Channel: x.Channel,
	}
	s.LatLon, _ = w.Place(x.At[0], x.At[1])
	switch s.Kind {
	case PIR:
		s.AzimuthDeg, s.FOVDeg = geo.NormalizeDeg(x.AzimuthDeg), x.FOVDeg
	case Beam:
		// The first post is the sensor's own place.
		s.Line[0] = s.LatLon
		s.Line[1], _ = w.Place(x.To[0], x.To[1])
	}
	return s
}

// Scenario is what the world was made from. It must not be changed.
func (w *World) Scenario() *scenario.Scenario { return w.scenario }

// Tile is the terrain as an SRTM tile of one arc second. It must not be changed.
func (w *World) Tile() *geo.Tile { return w.tile }

// Frame is the local frame of all east, north and up metres: its origin is on the ground at the site's centre.
func (w *World) Frame() *geo.Frame { return w.frame }

// GroundU is the terrain height in Frame at a place, clamped to the cached square of ±6 km.
func (w *World) GroundU(e, n float64) float64 { return w.ground.at(e, n) }

// Sensors are the ground sensors, in the scenario's order. The slice must not be changed.
func (w *World) Sensors() []Sensor { return w.sensors }

// Border is the guarded line from west to east. The slice must not be changed.
func (w *World) Border() []geo.LatLon { return w.border }

// BorderN is the northing of the guarded line at an easting: what is north of it is inside.
func (w *World) BorderN(e float64) float64 { return polyline(w.scenario.Site.Border).northAt(e) }

// Sector is the polygon that the post watches. The slice must not be changed.
func (w *World) Sector() []geo.LatLon { return w.sector }

// Start is the zero of the scenario's clock.
func (w *World) Start() time.Time { return w.start }

// AmbientC is the temperature of air and ground.
func (w *World) AmbientC() float64 { return w.scenario.AmbientC }

// Trees are the trees and large bushes; none stands on a path or a road. The slice must not be changed.
func (w *World) Trees() []Tree { return w.trees }
