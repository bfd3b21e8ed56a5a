// Package sim stands in for everything outside the station: a piece of country, its drones with their cameras, and its
// ground sensors. It reaches the station only over real wires: MAVLink over UDP, RTSP, a serial line on a
// pseudo-terminal, and datagrams of geophones. What truly happens is written to a truth log as JSON lines.
package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vedette/internal/geo"
	"vedette/sim/camera"
	"vedette/sim/copter"
	"vedette/sim/groundsensor"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// Config says what to simulate. The zero value flies the default scenario for nobody.
type Config struct {
	Scenario string            // name of a built-in scenario, or a file; empty: scenario.Default
	Seed     int64             // of everything random
	MAVLink  []string          // stations of the drones: udp:HOST:PORT, udpin:, tcp:, tcpin:, serial:DEVICE[:BAUD]; see docs/simulator.md
	Impair   copter.Impairment // of all drones' radios
	RTSP     string            // listen address of the cameras; empty: 127.0.0.1:8554; port 0 takes a free one
	ShakeUDP string            // where the geophones send their datagrams, HOST:PORT; empty: nowhere
	DEMDir   string            // folder where the terrain is written as an HGT tile; empty: nowhere
	Truth    io.Writer         // truth log as JSON lines; nil: none
	Log      *slog.Logger      // nil: silent
}

// Layout is what a station must be told to watch the scene.
type Layout struct {
	Position      geo.LatLon        `json:"position"` // of the post
	Sensors       []world.Sensor    `json:"sensors"`
	GatewayDevice string            `json:"gatewayDevice"` // serial device of the gateway "north"
	Gateways      map[string]string `json:"gateways"`      // serial devices of all gateways by name
	Border        []geo.LatLon      `json:"border"`        // from west to east
	Sector        []geo.LatLon      `json:"sector"`        // polygon, not closed
	Drones        []Drone           `json:"drones"`
	RTSPAddr      string            `json:"rtspAddr"` // empty where the machine has no video encoder
}

// Drone is one vehicle of the layout.
type Drone struct {
	ID             int        `json:"id"` // MAVLink system id
	Home           geo.LatLon `json:"home"`
	ThermalHFOVDeg float64    `json:"thermalHFOVDeg"` // full horizontal field of view
	EOHFOVDeg      float64    `json:"eoHFOVDeg"`
	ThermalURL     string     `json:"thermalURL"` // empty where the machine has no video encoder
	EOURL          string     `json:"eoURL"`
}

// Sim is one running scene.
type Sim struct {
	cfg     Config
	log     *slog.Logger
	world   *world.World
	copters []*copter.Copter
	cameras *camera.Server // nil where the machine has no video encoder
	ground  *groundsensor.Sensors
	truth   *truth
}

const defaultRTSP = "127.0.0.1:8554"

// New makes the world, writes its terrain, and binds every address and device, so that Layout is complete before Run. The
// scenario's clock starts here. Without a video encoder there are no cameras; everything else works, and the log says
// how to mend it.
func New(cfg Config) (*Sim, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.RTSP == "" {
		cfg.RTSP = defaultRTSP
	}
	s := &Sim{cfg: cfg, log: cfg.Log, truth: newTruth(cfg.Truth)}
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Sim) open() error {
	sc, err := scenario.Load(s.cfg.Scenario)
	if err != nil {
		return err
	}
	// Whole milliseconds, as the truth log writes them.
	s.world, err = world.New(world.Config{Seed: s.cfg.Seed, Scenario: sc, Start: time.Now().Truncate(time.Millisecond)})
	if err != nil {
		return err
	}
	if err := s.writeTerrain(); err != nil {
		return err
	}
	for i, d := range sc.Drones {
		c, err := copter.New(copter.Config{
			World: s.world, Drone: d, Stations: s.cfg.MAVLink, Number: i, Impair: s.cfg.Impair, Seed: s.cfg.Seed, Log: s.log,
			StreamURI: func(kind string) string { return s.streamURL(d.ID, kind) },
		})
		if err != nil {
			return err
		}
		s.copters = append(s.copters, c)
	}
	sources := make([]camera.Source, len(s.copters))
	for i, c := range s.copters {
		sources[i] = c
	}
	s.cameras, err = camera.NewServer(camera.Config{
		Listen: s.cfg.RTSP, World: s.world, Drones: sources, Log: s.log,
		ThermalHFOVDeg: copter.ThermalHFOVDeg, EOHFOVDeg: copter.EOHFOVDeg,
	})
	if errors.Is(err, camera.ErrNoEncoder) {
		s.log.Warn("the drones fly without cameras", "err", err)
		s.cameras, err = nil, nil
	}
	if err != nil {
		return err
	}
	s.ground, err = groundsensor.New(groundsensor.Config{
		World: s.world, ShakeUDP: s.cfg.ShakeUDP, Seed: s.cfg.Seed, Log: s.log, OnTrip: s.truth.trip,
	})
	return err
}

// writeTerrain puts the tile into the folder, whole or not at all.
func (s *Sim) writeTerrain() error {
	if s.cfg.DEMDir == "" {
		return nil
	}
	if err := os.MkdirAll(s.cfg.DEMDir, 0o755); err != nil {
		return fmt.Errorf("make the terrain folder: %w", err)
	}
	tile := s.world.Tile()
	tmp, err := os.CreateTemp(s.cfg.DEMDir, "terrain-*.tmp")
	if err != nil {
		return fmt.Errorf("write terrain: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // fails once it was renamed
	err = errors.Join(tile.WriteHGT(tmp), tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(s.cfg.DEMDir, geo.TileName(tile.South, tile.West)))
	}
	if err != nil {
		return fmt.Errorf("write terrain: %w", err)
	}
	return nil
}

func (s *Sim) streamURL(id int, kind string) string {
	if s.cameras == nil {
		return ""
	}
	return s.cameras.URL(id, kind)
}

// World is the piece of country.
func (s *Sim) World() *world.World { return s.world }

// Layout is what a station must be told to watch the scene.
func (s *Sim) Layout() Layout {
	site := s.world.Scenario().Site
	l := Layout{
		Sensors: s.world.Sensors(), GatewayDevice: s.ground.Device(), Gateways: s.ground.Devices(), Border: s.world.Border(), Sector: s.world.Sector(),
	}
	l.Position, _ = s.world.Place(site.Post[0], site.Post[1])
	if s.cameras != nil {
		l.RTSPAddr = s.cameras.Addr().String()
	}
	for _, d := range s.world.Scenario().Drones {
		home, _ := s.world.Place(d.Home[0], d.Home[1])
		l.Drones = append(l.Drones, Drone{
			ID: d.ID, Home: home, ThermalHFOVDeg: copter.ThermalHFOVDeg, EOHFOVDeg: copter.EOHFOVDeg,
			ThermalURL: s.streamURL(d.ID, camera.KindThermal), EOURL: s.streamURL(d.ID, camera.KindEO),
		})
	}
	return l
}

// Drones gives the truth about every drone at its latest step, in the scenario's order.
func (s *Sim) Drones() []copter.State {
	out := make([]copter.State, len(s.copters))
	for i, c := range s.copters {
		out[i] = c.State()
	}
	return out
}

// Close frees what New opened, for a Sim that is not going to Run. It may be called twice, and after Run.
func (s *Sim) Close() {
	for _, c := range s.copters {
		c.Close()
	}
	if s.cameras != nil {
		s.cameras.Close()
	}
	if s.ground != nil {
		s.ground.Close()
	}
}

// Run plays until ctx ends or a part fails; it waits for all parts. It may be called once.
func (s *Sim) Run(ctx context.Context) error {
	defer s.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	start := func(what string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				mu.Lock()
				failed = append(failed, fmt.Errorf("%s: %w", what, err))
				mu.Unlock()
				cancel()
			}
		})
	}
	for _, c := range s.copters {
		start(fmt.Sprintf("drone %d", c.ID()), c.Run)
	}
	if s.cameras != nil {
		start("cameras", s.cameras.Run)
	}
	start("ground sensors", s.ground.Run)
	start("truth log", s.writeTruth)
	wg.Wait()
	return errors.Join(failed...)
}

// Stats counts what the parts did.
type Stats struct {
	Drones  map[int]copter.Stats        // by system id
	Cameras map[string]camera.FeedStats // by path
	Ground  groundsensor.Stats
	Objects int // present now
}

// Stats gives the counters.
func (s *Sim) Stats() Stats {
	out := Stats{Drones: map[int]copter.Stats{}, Ground: s.ground.Stats(), Objects: len(s.world.ObjectsAt(time.Now()))}
	for _, c := range s.copters {
		out.Drones[c.ID()] = c.Stats()
	}
	if s.cameras != nil {
		out.Cameras = s.cameras.Stats()
	}
	return out
}

func speed(o world.Object) float64 { return math.Hypot(o.VE, o.VN) }

// round keeps the truth log short: n decimals are enough.
func round(v float64, n int) float64 {
	k := math.Pow10(n)
	return math.Round(v*k) / k
}
