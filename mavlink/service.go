package mavlink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
	"vedette/mavlink/link"
	"vedette/mavlink/routing"
	"vedette/mavlink/signing"
	"vedette/mavlink/tlog"
)

// LinkConfig names one link and its transport.
type LinkConfig = link.Config

// SerialConfig is the serial port of a link.
type SerialConfig = link.SerialConfig

const (
	defaultSystemID    = 255 // the only station id that ArduPilot counts for its failsafe
	defaultComponentID = 190 // MAV_COMP_ID_MISSIONPLANNER, what ground stations use
	tick               = 100 * time.Millisecond
)

// Config is what a Service needs; the zero value is a station without links.
type Config struct {
	Links []LinkConfig
	// SystemID and ComponentID are ours; 0 is 255 and 190.
	SystemID, ComponentID uint8
	// Signing holds the keys; the zero value keeps them in memory.
	Signing SigningConfig
	// Folder keeps parameter lists and logs of vehicles; empty: nothing is kept.
	Folder string
	// Telemetry is what is recorded; without a folder nothing is.
	Telemetry TelemetryConfig
	// Terrain is what vehicles are told of the height of the ground when they ask; nil: nothing.
	Terrain geo.Terrain
	// RTK is where corrections for satellite receivers come from.
	RTK RTKConfig
	// Routes are other stations that share the vehicles; Arbiter says which of them may command one, nil refuses nobody
	// who has control.
	Routes  []RouteConfig
	Arbiter Arbiter
	// RemoteID is what vehicles are told about their operator.
	RemoteID RemoteIDConfig
	// Log hears about links and vehicles; nil is silent.
	Log *slog.Logger
}

func (c Config) validate() error {
	var problems []error
	names := make(map[string]bool, len(c.Links))
	for i, l := range c.Links {
		if err := l.Validate(); err != nil {
			problems = append(problems, fmt.Errorf("links[%d]: %w", i, err))
		}
		if l.Name != "" && names[l.Name] {
			problems = append(problems, fmt.Errorf("links[%d]: the name %q is used twice", i, l.Name))
		}
		names[l.Name] = true
	}
	if err := c.RTK.validate(); err != nil {
		problems = append(problems, err)
	}
	problems = append(problems, c.RemoteID.validate())
	return errors.Join(problems...)
}

// Service holds the links and the vehicles.
type Service struct {
	log   *slog.Logger
	codec *link.Codec
	systemID,
	componentID uint8
	links    []*link.Link
	updates  *updates
	found    chan *system
	systems  [256]atomic.Pointer[system]
	counts   counters
	ring     *signing.Ring
	linkIDs  map[string]uint8
	hearing  *hearing
	folder   string
	tasks    tasks
	terrain  *terrainDesk
	rtk      *rtk
	post     post
	recorder *tlog.Recorder
	router   *routing.Router

	traffic traffic

	mu         sync.Mutex
	candidates map[candidateKey]candidate
	operator   RemoteIDConfig
}

// New checks the configuration and prepares a service; nothing is opened before Run.
func New(cfg Config) (*Service, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	codec, err := link.NewCodec()
	if err != nil {
		return nil, err
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		log: log, codec: codec, systemID: cfg.SystemID, componentID: cfg.ComponentID,
		linkIDs: make(map[string]uint8, len(cfg.Links)), hearing: newHearing(),
		folder:  cfg.Folder,
		updates: newUpdates(), found: make(chan *system, 256), candidates: make(map[candidateKey]candidate), operator: cfg.RemoteID,
	}
	s.terrain = newTerrainDesk(cfg.Terrain)
	s.rtk = newRTK(cfg.RTK, log, s.waysToVehicles)
	if s.systemID == 0 {
		s.systemID = defaultSystemID
	}
	if s.componentID == 0 {
		s.componentID = defaultComponentID
	}
	cfg.Telemetry.Log = log
	s.recorder = tlog.NewRecorder(cfg.Telemetry)
	if s.ring, err = signing.Open(cfg.Signing); err != nil {
		return nil, err
	}
	s.router, err = routing.New(routing.Config{
		Stations: cfg.Routes, Codec: codec, Vehicles: routed{s}, Arbiter: cfg.Arbiter, SystemID: s.systemID, ComponentID: s.componentID,
	}, log)
	if err != nil {
		return nil, err
	}
	for _, lc := range cfg.Links {
		s.linkIDs[lc.Name] = s.ring.LinkID(lc.Name)
		l, err := link.New(lc, link.Params{
			Codec: codec, Handler: s, SystemID: s.systemID, ComponentID: s.componentID,
			Beacon: heartbeat(), Log: log, Hooks: link.Hooks{Seals: s.seals, Sent: s.sent, Unknown: s.unknown},
		})
		if err != nil {
			return nil, err
		}
		s.links = append(s.links, l)
	}
	return s, nil
}

func heartbeat() *common.MessageHeartbeat {
	return &common.MessageHeartbeat{
		Type: common.MAV_TYPE_GCS, Autopilot: common.MAV_AUTOPILOT_INVALID,
		SystemStatus: common.MAV_STATE_ACTIVE, MavlinkVersion: 3,
	}
}

// Run opens the links and works until ctx ends; then it returns nil when everything has ended. It may be called once.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var links sync.WaitGroup
	errs := make(chan error, len(s.links)+1) // and the router's
	for _, l := range s.links {
		links.Go(func() {
			if err := l.Run(ctx); err != nil {
				errs <- fmt.Errorf("link %s: %w", l.Name(), err)
				cancel()
			}
		})
	}
	var keepers sync.WaitGroup
	keepers.Go(func() { s.keepKeys(ctx) })
	keepers.Go(func() { s.keepTelemetry(ctx) })
	keepers.Go(func() { s.terrain.run(ctx) })
	keepers.Go(func() { s.rtk.run(ctx) })
	links.Go(func() {
		if err := s.router.Run(ctx); err != nil {
			errs <- err
			cancel()
		}
	})
	s.tasks.open(ctx)
	s.keepTime(ctx)
	s.tasks.close()
	links.Wait()
	keepers.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// keepTime looks for lost vehicles, exchanges clocks, hands out updates, and attends to each vehicle.
func (s *Service) keepTime(ctx context.Context) {
	var attendants sync.WaitGroup
	defer attendants.Wait()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	began := time.Now()
	var clock stationClock
	for {
		select {
		case <-ctx.Done():
			return
		case sys := <-s.found:
			attendants.Go(func() { s.attend(ctx, sys) })
			attendants.Go(func() { sys.turns.run(ctx) })
			attendants.Go(func() { sys.lenses.run(ctx) })
		case now := <-ticker.C:
			step := clock.step(now.UnixNano(), now.Sub(began))
			if step != 0 {
				s.log.Warn("the clock of this computer was set", "by", step)
			}
			for i := range s.systems {
				if sys := s.systems[i].Load(); sys != nil {
					if step != 0 {
						sys.shiftClocks(step)
					}
					s.updates.note(sys, sys.tick(now))
					s.exchangeClocks(sys, now)
					s.recoverEvents(sys, now)
					s.identifyOperator(sys, now)
					s.lead(ctx, &attendants, sys, now)
				}
			}
			s.updates.flush(now)
		}
	}
}

// LinkAddr is the bound address of a server link, nil until it is bound or when there is none of that name.
func (s *Service) LinkAddr(name string) net.Addr {
	for _, l := range s.links {
		if l.Name() == name {
			return l.Addr()
		}
	}
	return nil
}

// Vehicles gives every vehicle that was ever heard, by id.
func (s *Service) Vehicles() []Vehicle {
	now := time.Now()
	all := []Vehicle{}
	for i := range s.systems {
		if sys := s.systems[i].Load(); sys != nil {
			all = append(all, sys.snapshot(now))
		}
	}
	return all
}

// Vehicle gives one vehicle.
func (s *Service) Vehicle(id int) (Vehicle, bool) {
	sys, err := s.system(id)
	if err != nil {
		return Vehicle{}, false
	}
	return sys.snapshot(time.Now()), true
}

// Updates gives the news about vehicles, for one reader. Each vehicle has at most one update of each event in 100 ms,
// with its newest state; when the reader is slow, news of the same kind run together and none is lost.
func (s *Service) Updates() <-chan Update { return s.updates.out }

// PoseAt gives the pose of a vehicle at a time (station clock, UTC), interpolated between measurements. It
// fails with ErrUnknownVehicle, ErrNoPose or ErrPoseTooOld.
func (s *Service) PoseAt(id int, t time.Time) (Pose, error) {
	sys, err := s.system(id)
	if err != nil {
		return Pose{}, err
	}
	return sys.poseAt(t, 0)
}

// CameraPoseAt is PoseAt with the view of the camera that a gimbal carries; 0, or one that tells nothing, is the first.
func (s *Service) CameraPoseAt(id int, gimbal uint8, t time.Time) (Pose, error) {
	sys, err := s.system(id)
	if err != nil {
		return Pose{}, err
	}
	return sys.poseAt(t, gimbal)
}

func (s *Service) system(id int) (*system, error) {
	if id > 0 && id < len(s.systems) {
		if sys := s.systems[id].Load(); sys != nil {
			return sys, nil
		}
	}
	return nil, fmt.Errorf("%w: %d", ErrUnknownVehicle, id)
}
