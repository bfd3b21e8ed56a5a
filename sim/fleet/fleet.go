// Package fleet loads a station: many small vehicles that stream telemetry at a steady rate, unasked, and answer commands at
// once. They do not fly; sim/copter does. Each vehicle has its own system id, socket and sequence numbers, so that whoever counts
// at the far end can tell what was lost.
//
// A Fleet owns its goroutines: one that sends for all vehicles and one that reads for each; all of them end before Run returns.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/internal/geo"
)

// Config is the load.
type Config struct {
	// Station is the address that hears all of it, HOST:PORT over UDP.
	Station string
	// Vehicles have the system ids FirstID (0 means 1) and up, to 250 at most.
	Vehicles, FirstID int
	// RateHz is how many messages a second each vehicle sends, heartbeats included.
	RateHz float64
	// FramesPerDatagram packs that many frames into one datagram; 0 means 1.
	FramesPerDatagram int
	// Around is where they circle.
	Around geo.LatLon
}

// Stats counts over all vehicles.
type Stats struct {
	// Frames and Datagrams were sent, SendErrors were not; Late counts frames that were due and not sent because the machine
	// was too slow.
	Frames     uint64 `json:"frames"`
	Datagrams  uint64 `json:"datagrams"`
	SendErrors uint64 `json:"sendErrors"`
	Late       uint64 `json:"late"`
	// Commands were heard and answered, BadFrames were not MAVLink.
	Commands  uint64 `json:"commands"`
	BadFrames uint64 `json:"badFrames"`
}

type counters struct {
	frames, datagrams, sendErrors, late, commands, badFrames atomic.Uint64
}

const (
	tick = 2 * time.Millisecond
	// mostBehind is how much is caught up at once after the machine was busy; more is counted as late.
	mostBehind   = 200 * time.Millisecond
	mostVehicles = 250
	socketBuffer = 1 << 20
)

// Fleet is one load.
type Fleet struct {
	cfg      Config
	counts   counters
	vehicles []*vehicle
}

// New opens a socket for each vehicle.
func New(cfg Config) (*Fleet, error) {
	if cfg.FirstID == 0 {
		cfg.FirstID = 1
	}
	cfg.FramesPerDatagram = max(cfg.FramesPerDatagram, 1)
	switch {
	case cfg.Vehicles < 1 || cfg.FirstID < 1 || cfg.FirstID+cfg.Vehicles-1 > mostVehicles:
		return nil, fmt.Errorf("fleet: %d vehicles from id %d: ids must be 1 to %d", cfg.Vehicles, cfg.FirstID, mostVehicles)
	case !(cfg.RateHz >= 1 && cfg.RateHz <= 2000):
		return nil, fmt.Errorf("fleet: %v messages a second: must be 1 to 2000", cfg.RateHz)
	case cfg.FramesPerDatagram > 20:
		return nil, fmt.Errorf("fleet: %d frames a datagram: at most 20", cfg.FramesPerDatagram)
	}
	station, err := net.ResolveUDPAddr("udp", cfg.Station)
	if err != nil {
		return nil, fmt.Errorf("fleet: station: %w", err)
	}
	d := &dialect.ReadWriter{Dialect: mav.Dialect}
	if err := d.Initialize(); err != nil {
		return nil, fmt.Errorf("fleet: prepare the dialect: %w", err)
	}
	f := &Fleet{cfg: cfg}
	for i := range cfg.Vehicles {
		conn, err := net.DialUDP("udp", nil, station)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("fleet: %w", err)
		}
		_ = conn.SetWriteBuffer(socketBuffer) // a smaller one works too
		v, err := newVehicle(uint8(cfg.FirstID+i), conn, d, &f.counts, cfg)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("fleet: %w", err)
		}
		f.vehicles = append(f.vehicles, v)
	}
	return f, nil
}

// Close frees the sockets of a fleet that is not going to Run.
func (f *Fleet) Close() {
	for _, v := range f.vehicles {
		_ = v.conn.Close() // closing twice is harmless
	}
}

// Stats gives the counters.
func (f *Fleet) Stats() Stats {
	c := &f.counts
	return Stats{
		Frames: c.frames.Load(), Datagrams: c.datagrams.Load(), SendErrors: c.sendErrors.Load(), Late: c.late.Load(),
		Commands: c.commands.Load(), BadFrames: c.badFrames.Load(),
	}
}

// Run sends and answers until ctx ends.
func (f *Fleet) Run(ctx context.Context) error {
	var readers sync.WaitGroup
	defer readers.Wait()
	defer f.Close()
	for _, v := range f.vehicles {
		readers.Go(func() { v.read() })
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			since := time.Since(began)
			for i, v := range f.vehicles {
				// The vehicles are out of step with one another, as in the field.
				phase := time.Duration(i) * time.Second / time.Duration(len(f.vehicles)) / time.Duration(max(1, int(f.cfg.RateHz)))
				if err := v.advance(since - phase); err != nil {
					return fmt.Errorf("fleet: vehicle %d: %w", v.id, err)
				}
			}
		}
	}
}

// due is how many messages a vehicle has sent by then if it is never late.
func (c Config) due(since time.Duration) uint64 {
	if since <= 0 {
		return 0
	}
	return uint64(since.Seconds() * c.RateHz)
}

var errClosed = errors.New("the socket is closed")
