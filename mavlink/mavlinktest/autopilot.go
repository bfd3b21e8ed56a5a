// Package mavlinktest is a small autopilot for tests. It speaks real MAVLink over a real socket, with gomavlib's own
// reader and writer and not with the code under test, and fails in the ways that real ones were measured to fail.
package mavlinktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
)

const (
	autopilotComponent = 1
	cameraComponent    = 100
	gimbalComponent    = 154
	step               = 10 * time.Millisecond
)

// Autopilot is a vehicle for tests.
type Autopilot struct {
	cfg      Config
	dialect  *dialect.ReadWriter
	writers  map[uint8]*streamwriter.Writer
	outgoing bytes.Buffer
	born     time.Time // the instant of boot

	mu       sync.Mutex
	conn     net.Conn
	faults   Faults
	heard    []message.Message
	asker    [2]uint8 // who sent the last message: system and component
	due      map[uint32]*schedule
	armed    bool
	mode     uint32
	height   float64
	landed   common.MAV_LANDED_STATE
	control  map[uint8][2]uint8 // who controls each gimbal
	camera   cameraState
	lists    map[common.MAV_MISSION_TYPE][]*common.MessageMissionItemInt
	transfer *transfer
	params   []string
	values   map[string]float32
	answers  int // of MAVFTP
}

type schedule struct {
	every time.Duration
	next  time.Time
}

// New connects an autopilot to a station.
func New(cfg Config) (*Autopilot, error) {
	if cfg.SystemID == 0 {
		cfg.SystemID = 1
	}
	if len(cfg.Gimbals) == 0 {
		cfg.Gimbals = []common.MessageGimbalManagerInformation{{GimbalDeviceId: 1}}
	}
	conn, err := connect(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect the autopilot: %w", err)
	}
	a := &Autopilot{
		cfg: cfg, conn: conn, dialect: &dialect.ReadWriter{Dialect: all.Dialect}, born: time.Now().Add(-cfg.Uptime),
		writers: make(map[uint8]*streamwriter.Writer), due: make(map[uint32]*schedule),
		landed: common.MAV_LANDED_STATE_ON_GROUND, values: make(map[string]float32), control: make(map[uint8][2]uint8),
		lists: make(map[common.MAV_MISSION_TYPE][]*common.MessageMissionItemInt),
	}
	for name, v := range cfg.Parameters {
		a.params = append(a.params, name)
		a.values[name] = v
	}
	if err := a.dialect.Initialize(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	for _, component := range []uint8{autopilotComponent, cameraComponent, gimbalComponent} {
		fw := &frame.Writer{ByteWriter: &a.outgoing, DialectRW: a.dialect}
		sw := &streamwriter.Writer{FrameWriter: fw, Version: streamwriter.V2, SystemID: cfg.SystemID, ComponentID: component}
		if err := errors.Join(fw.Initialize(), sw.Initialize()); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		a.writers[component] = sw
	}
	return a, nil
}

// Close ends an autopilot that does not Run.
func (a *Autopilot) Close() { a.Disconnect() }

// Run flies until ctx ends.
func (a *Autopilot) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, a.Disconnect) // wakes the reader
	defer stop()
	var reader sync.WaitGroup
	reader.Go(func() { a.listen(ctx) })
	defer reader.Wait()
	// Quicker than real ones, so that tests find it soon.
	a.every(&common.MessageHeartbeat{}, 100*time.Millisecond)
	if a.cfg.PX4 {
		a.every(&common.MessageAttitude{}, 50*time.Millisecond)
	}
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			a.tick(now)
		}
	}
}

// Reboot starts the clock anew and forgets the message rates.
func (a *Autopilot) Reboot() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.born = time.Now()
	heartbeat := a.due[(&common.MessageHeartbeat{}).GetID()]
	a.due = map[uint32]*schedule{(&common.MessageHeartbeat{}).GetID(): heartbeat}
	a.camera.due = nil
}

func (a *Autopilot) every(m message.Message, d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.due[m.GetID()] = &schedule{every: d}
}

func (a *Autopilot) tick(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sendLogs()
	for id, s := range a.due {
		if now.Before(s.next) {
			continue
		}
		s.next = now.Add(s.every)
		a.report(id)
	}
	a.cameraTick(now)
	a.flush()
}
