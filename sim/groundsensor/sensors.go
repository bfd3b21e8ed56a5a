package groundsensor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"vedette/internal/geo"
	"vedette/sim/world"
)

// Config describes the ground sensors. World is required.
type Config struct {
	World        *world.World //
	ShakeUDP     string       // where the Raspberry Shakes send their datagrams, host:port; empty: nowhere
	Seed         int64        // of noise, misses, confusion and false trips
	FalsePerHour float64      // false trips of one node in still air; 0 means 1, negative none
	Log          *slog.Logger // nil: silent
	// OnTrip is told of every trip of a gateway's sensor at its true time; cause is an object's id, or "false". It must not
	// block. May be nil.
	OnTrip func(t time.Time, sensor, detail, cause string)
}

// Stats counts what the sensors did.
type Stats struct {
	Trips          uint64 // of gateway sensors, false ones included
	FalseTrips     uint64
	StatusLines    uint64
	Repeats        uint64 // lines sent twice with one sequence number
	LinesDropped   uint64 // lost because nobody read the serial line, or because the queue was full
	Datagrams      uint64 // of the shakes
	DatagramErrors uint64 // not sent, or refused by the receiver's machine
	StepsSkipped   uint64 // moments at which the machine was too busy to simulate
}

type counters struct {
	trips, falseTrips, status, repeats, dropped, datagrams, datagramErrors, skipped atomic.Uint64
}

// scene is the part of a world that ground sensors notice.
type scene interface {
	ObjectsAt(t time.Time) []world.Object
	Wind(t time.Time, e, n, u float64) (ve, vn, vu float64)
	GroundU(e, n float64) float64
	Sensors() []world.Sensor
	Frame() *geo.Frame
	AmbientC() float64
}

var _ scene = (*world.World)(nil)

const (
	stepEvery     = 50 * time.Millisecond
	stepsPerBlock = 5 // of 25 samples of the shakes
	mostBehind    = 2 * time.Second
)

// Sensors plays all ground sensors of a world.
type Sensors struct {
	cfg    Config
	scene  scene
	field  *field
	lines  map[string]*gateway // by name
	shakes []*shake
	count  counters
	close  sync.Once
}

// New opens the serial gateways and the sockets of the shakes. They stay open until Run returns or Close is called.
func New(cfg Config) (*Sensors, error) {
	if cfg.World == nil {
		return nil, errors.New("ground sensors: no world to stand in")
	}
	return newSensors(cfg, cfg.World)
}

func newSensors(cfg Config, w scene) (*Sensors, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.FalsePerHour = falsePerHour(cfg.FalsePerHour)
	s := &Sensors{cfg: cfg, scene: w, lines: map[string]*gateway{}}
	s.field = newField(w, cfg.Seed, cfg.FalsePerHour)
	for i, x := range w.Sensors() {
		if x.Gateway == world.GatewayShake {
			sh, err := newShake(x, cfg.ShakeUDP, cfg.FalsePerHour, random(cfg.Seed, uint64(1000+i)))
			if err != nil {
				s.Close()
				return nil, fmt.Errorf("ground sensors: shake %s: %w", x.ID, err)
			}
			s.shakes = append(s.shakes, sh)
			continue
		}
		if s.lines[x.Gateway] != nil {
			continue
		}
		g, err := openGateway(&s.count.dropped)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("ground sensors: gateway %s: %w", x.Gateway, err)
		}
		s.lines[x.Gateway] = g
	}
	return s, nil
}

func random(seed int64, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), stream)) }

// Device is the path of the pseudo-terminal on which the gateway "north" speaks; empty where the world has none.
func (s *Sensors) Device() string { return s.Devices()["north"] }

// Devices are the paths of all gateways by name.
func (s *Sensors) Devices() map[string]string {
	out := make(map[string]string, len(s.lines))
	for name, g := range s.lines {
		out[name] = g.path
	}
	return out
}

// Run plays until ctx ends. It may be called once.
func (s *Sensors) Run(ctx context.Context) error {
	defer s.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, g := range s.lines {
		wg.Go(func() { g.run(ctx) })
	}
	s.play(ctx)
	cancel()
	s.Close() // ends the gateways' reads
	wg.Wait()
	return nil
}

// play steps the simulation at exact multiples of stepEvery.
func (s *Sensors) play(ctx context.Context) {
	at := time.Now().Truncate(stepsPerBlock * stepEvery).UTC()
	s.field.begin(at)
	for _, sh := range s.shakes {
		sh.begin(at)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		at = at.Add(stepEvery)
		timer.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		behind := time.Since(at)
		if behind > mostBehind || behind < -mostBehind { // a machine that slept, or a clock that was set
			s.count.skipped.Add(1)
			at = time.Now().Truncate(stepsPerBlock * stepEvery).UTC()
			s.field.begin(at)
			for _, sh := range s.shakes {
				sh.begin(at)
			}
			continue
		}
		s.step(at)
	}
}

// step simulates one moment.
func (s *Sensors) step(at time.Time) {
	objects := s.scene.ObjectsAt(at)
	for _, e := range s.field.step(at, objects) {
		s.tell(e)
	}
	for _, l := range s.field.due(at) {
		s.lines[l.gateway].send(l.text)
	}
	if at.UnixNano()%int64(stepsPerBlock*stepEvery) != 0 {
		return
	}
	for _, sh := range s.shakes {
		if err := sh.block(s.scene, at, objects); err != nil {
			if s.count.datagramErrors.Add(1) == 1 {
				s.cfg.Log.Warn("shake datagram not sent; later ones are only counted", "sensor", sh.sensor.ID, "err", err)
			}
			continue
		}
		if sh.conn != nil {
			s.count.datagrams.Add(1)
		}
	}
}

// tell counts and reports what a sensor says.
func (s *Sensors) tell(e event) {
	if e.repeat {
		s.count.repeats.Add(1)
		return
	}
	if e.kind != kindTrip {
		s.count.status.Add(1)
		return
	}
	s.count.trips.Add(1)
	if e.cause == causeFalse {
		s.count.falseTrips.Add(1)
	}
	if s.cfg.OnTrip != nil {
		s.cfg.OnTrip(e.at, e.sensor, e.detail, e.cause)
	}
}

// Close frees what New opened, for a caller that does not Run; it may be called twice.
func (s *Sensors) Close() {
	s.close.Do(func() {
		for _, g := range s.lines {
			g.shut()
		}
		for _, sh := range s.shakes {
			sh.shut()
		}
	})
}

// Stats gives the counters.
func (s *Sensors) Stats() Stats {
	c := &s.count
	return Stats{
		Trips: c.trips.Load(), FalseTrips: c.falseTrips.Load(), StatusLines: c.status.Load(), Repeats: c.repeats.Load(),
		LinesDropped: c.dropped.Load(), Datagrams: c.datagrams.Load(), DatagramErrors: c.datagramErrors.Load(),
		StepsSkipped: c.skipped.Load(),
	}
}
