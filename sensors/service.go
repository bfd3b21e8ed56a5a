package sensors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// eventQueue is how many events wait for the reader; when it is full the oldest is dropped and counted.
	eventQueue = 1024
	// healthEvery is how often sensors are looked at for having gone silent.
	healthEvery = time.Second
	// tellEvery is how often bad messages are told, if there were any.
	tellEvery = time.Minute
)

// Service receives what the sensors report and keeps their registry. All methods may be called concurrently.
type Service struct {
	cfg      Config
	log      *slog.Logger
	sockets  map[string]net.PacketConn // by gateway; bound in New so that their addresses are known
	registry *registry
	events   chan Event
	updates  *updates

	changing   sync.Mutex    // serialises SetSensor and RemoveSensor
	generation atomic.Uint64 // counts their changes, for those who keep what they made of the sensors
}

// New checks the configuration, reports all of its problems at once, and binds the UDP gateways.
func New(cfg Config) (*Service, error) {
	s, err := build(cfg)
	if err != nil {
		return nil, err
	}
	for _, g := range s.cfg.Gateways {
		if g.UDP == "" {
			continue
		}
		var listen net.ListenConfig
		socket, err := listen.ListenPacket(context.Background(), "udp", g.UDP)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sensors: gateway %s: %w", g.Name, err), s.closeSockets())
		}
		s.sockets[g.Name] = socket
	}
	return s, nil
}

// build makes a Service that has no port open.
func build(cfg Config) (*Service, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("sensors: %w", err)
	}
	return &Service{
		cfg: cfg, log: cfg.Log, sockets: map[string]net.PacketConn{},
		registry: newRegistry(cfg.Sensors), events: make(chan Event, eventQueue), updates: newUpdates(),
	}, nil
}

// Run receives until ctx is done, and returns nil when every goroutine has ended and both channels are closed. It may
// be called once.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, g := range s.cfg.Gateways {
		wg.Go(func() { s.runGateway(ctx, g) })
	}
	wg.Go(func() { s.watch(ctx) })
	wg.Go(func() { s.updates.run(ctx, s.registry.state) })
	<-ctx.Done()
	err := s.closeSockets()
	wg.Wait()
	close(s.events)
	if err != nil {
		return fmt.Errorf("close the gateways: %w", err)
	}
	return nil
}

func (s *Service) closeSockets() error {
	var problems []error
	for _, socket := range s.sockets {
		problems = append(problems, socket.Close())
	}
	return errors.Join(problems...)
}

// Sensors gives the state of every sensor in the order of the configuration.
func (s *Service) Sensors() []State { return s.registry.states() }

// Waveform is what a geophone felt around its newest trip: ten seconds before it, and five after it as far as they have
// come. Sensors that send trips alone have none. Its samples must not be changed.
func (s *Service) Waveform(id string) (Waveform, bool) { return s.registry.wave(id) }

// Events gives what the sensors report. 1024 wait for the reader; then the oldest is dropped and counted. The channel
// closes when Run ends.
func (s *Service) Events() <-chan Event { return s.events }

// Updates gives the newest state of each sensor that changed; a slow reader misses the states in between. The channel
// closes when Run ends.
func (s *Service) Updates() <-chan State { return s.updates.out }

// GatewayAddr is the address that a UDP gateway is bound to, or nil when no UDP gateway has that name.
func (s *Service) GatewayAddr(name string) net.Addr {
	if socket := s.sockets[name]; socket != nil {
		return socket.LocalAddr()
	}
	return nil
}

// Stats counts since the start.
func (s *Service) Stats() Stats { return s.registry.stats() }

// emit hands an event out and marks its sensor as changed. Only a full queue costs anything: the oldest event.
func (s *Service) emit(e Event) {
	for {
		select {
		case s.events <- e:
			s.registry.count(func(c *Stats) { c.Events++ })
			s.updates.mark(e.Sensor)
			return
		default:
		}
		select {
		case <-s.events:
			s.registry.count(func(c *Stats) { c.Overflow++ })
		default:
		}
	}
}

// watch finds silent sensors, and tells of bad messages once a minute.
func (s *Service) watch(ctx context.Context) {
	ticker := time.NewTicker(healthEvery)
	defer ticker.Stop()
	told, toldAt := Stats{}, s.cfg.Now()
	for {
		select {
		case <-ctx.Done():
			s.tell(told, s.Stats())
			return
		case <-ticker.C:
		}
		now := s.cfg.Now()
		for _, id := range s.registry.newlySilent(now) {
			s.updates.mark(id)
		}
		if now.Sub(toldAt) >= tellEvery {
			stats := s.Stats()
			s.tell(told, stats)
			told, toldAt = stats, now
		}
	}
}

// tell logs what went wrong between two counts.
func (s *Service) tell(before, now Stats) {
	var args []any
	for _, c := range []struct {
		name        string
		before, now uint64
	}{
		{"badChecksum", before.BadChecksum, now.BadChecksum},
		{"malformed", before.Malformed, now.Malformed},
		{"unknownSensor", before.UnknownSensor, now.UnknownSensor},
		{"repeated", before.Repeated, now.Repeated},
		{"restarts", before.Restarts, now.Restarts},
		{"clockFar", before.ClockFar, now.ClockFar},
		{"gaps", before.Gaps, now.Gaps},
		{"overflow", before.Overflow, now.Overflow},
		{"panics", before.Panics, now.Panics},
	} {
		if c.now > c.before {
			args = append(args, slog.Uint64(c.name, c.now-c.before))
		}
	}
	if strangers := s.registry.takeStrangers(); len(strangers) > 0 {
		args = append(args, slog.Any("unknown", strangers))
	}
	if len(args) > 0 {
		s.log.Warn("bad messages of ground sensors", args...)
	}
}
