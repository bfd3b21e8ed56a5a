// Package copter plays multirotors: plausible dynamics, and an autopilot that speaks MAVLink 2 over UDP with the habits
// of a recorded ArduCopter 4.7 (nothing but heartbeats before a station asks, MISSION_REQUEST for uploads, item 0 = home,
// reasons in STATUSTEXT). A gimbal (component 154, managed by the autopilot) and a camera (component 100) belong to it.
//
// A Copter steps its simulation at 100 Hz of its own clock. All its state belongs to the goroutine of Run, which also
// owns the socket's reader; TruePose, State and Stats may be called from anywhere.
package copter

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
	"vedette/sim/mavftp"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// Config describes one vehicle. World is required.
type Config struct {
	World     *world.World
	Drone     scenario.Drone           // its id is the MAVLink system id
	Stations  []string                 // who gets telemetry: udp:HOST:PORT, udpin:, tcp:, tcpin:, serial:DEVICE[:BAUD]; others may send and are answered
	Number    int                      // of the vehicle, from 0: each listens 10 ports after the one before
	Impair    Impairment               // of every link; what the scenario says of the drone is added
	StreamURI func(kind string) string // gives the RTSP address of "thermal" and "eo"; nil: none
	Seed      int64                    // of sensor noise
	Speed     float64                  // simulated seconds per second; 0 means 1
	Uptime    time.Duration            // how long it has been powered at the start; 0 means 1 min, negative none
	Log       *slog.Logger             // nil: silent
}

// State is the truth about a vehicle at one instant.
type State struct {
	Time       time.Time
	LatLon     geo.LatLon
	AltAMSL    geo.AMSL
	AltAGL     geo.AGL // above the terrain below
	E, N, U    float64 // metres in the world's frame
	VE, VN, VU float64 // m/s
	HeadingDeg float64
	Mode       string
	Armed      bool
	Landed     bool
	BatteryPct float64
	Camera     world.CameraPose
}

// Stats counts traffic.
type Stats struct {
	Received   uint64 // frames understood
	BadFrames  uint64 // frames with a wrong checksum or of no known form
	Dropped    uint64 // frames lost because the autopilot was busy, and chunks because a line was
	Refused    uint64 // frames with a signature that is wrong or old
	Datagrams  uint64 // sent, or chunks of frames on a stream
	SendErrors uint64
	LostInAir  uint64 // datagrams and chunks that the vehicle's impairment lost, both ways
	Overruns   uint64 // simulated seconds skipped because the machine was too slow
}

const (
	tickEvery = 10 * time.Millisecond
	// mostLag is how much simulated time is caught up at once; more is skipped, so that a suspended laptop does not burn.
	mostLag = 5 * time.Second
	// paramsPerStep paces a parameter list.
	paramsPerStep = 16
)

// Copter is one simulated multirotor.
type Copter struct {
	cfg         Config
	log         *slog.Logger
	flight      *flight
	link        *link
	uploads     [planTypes]*upload // lists on their way in
	streamOrder []uint32
	logs        logbook
	logJob      *logTransfer
	files       *mavftp.Server
	jobs        []job // commands that take time
	restart     bool  // wanted once the acknowledgement is out
	downFor     int   // steps until it has restarted
	poses       history
	textID      uint16 // of the latest text in chunks

	mu       sync.Mutex
	state    State
	overruns uint64
}

// New opens the vehicle's socket and puts it on the ground at home, or in the air on its patrol.
func New(cfg Config) (*Copter, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Speed <= 0 {
		cfg.Speed = 1
	}
	if cfg.Uptime == 0 {
		cfg.Uptime = time.Minute
	}
	if cfg.Drone.ID < 1 || cfg.Drone.ID > 250 {
		return nil, fmt.Errorf("vehicle: system id %d: must be 1 to 250", cfg.Drone.ID)
	}
	d, err := newDialect()
	if err != nil {
		return nil, err
	}
	l, err := openLink(cfg.Stations, cfg.Number, uint8(cfg.Drone.ID), d)
	if err != nil {
		return nil, fmt.Errorf("vehicle %d: %w", cfg.Drone.ID, err)
	}
	if is := cfg.impairment(); !is.none() {
		l.air = newAir(is, rand.New(rand.NewPCG(uint64(cfg.Seed), 1000+uint64(cfg.Drone.ID))))
	}
	c := &Copter{cfg: cfg, log: cfg.Log.With("vehicle", cfg.Drone.ID), link: l}
	for id := range streamed {
		c.streamOrder = append(c.streamOrder, id)
	}
	slices.Sort(c.streamOrder)

	rng := rand.New(rand.NewPCG(uint64(cfg.Seed), uint64(cfg.Drone.ID)))
	home := vec{cfg.Drone.Home[0], cfg.Drone.Home[1]}
	params := newParameters(cfg.Drone.ID)
	if err := params.prepare(cfg.Drone); err != nil {
		l.close()
		return nil, fmt.Errorf("vehicle %d: %w", cfg.Drone.ID, err)
	}
	c.flight = newFlight(cfg.World, params, cfg.World.Start(), home, rng, cfg.Drone.YawBiasDeg)
	l.now = c.flight.now
	c.flight.pace = max(1, cfg.Speed)
	c.flight.events = comingEvents(cfg.Drone)
	c.flight.traffic.rng = rand.New(rand.NewPCG(uint64(cfg.Seed), 2000+uint64(cfg.Drone.ID)))
	c.flight.uptime = max(0, cfg.Uptime.Seconds())
	c.flight.crew.relaunch = cfg.Drone.Relaunch
	if cfg.Drone.BatteryPct > 0 {
		c.flight.batt.usedMAh = capacityMAh * (1 - cfg.Drone.BatteryPct/100)
		c.flight.batt.step(dt, 0, false)
	}
	indices := c.flight.loadPatrol(cfg.Drone)
	if cfg.Drone.Airborne && len(indices) > 0 {
		c.flight.launch(cfg.Drone, indices)
	}
	c.logs.next = len(oldFlights)
	c.logs.begin(c.flight)
	c.files = mavftp.NewServer(c.newFiles())
	c.publish()
	return c, nil
}

// ID is the MAVLink system id.
func (c *Copter) ID() int { return c.cfg.Drone.ID }

// Addr is the vehicle's own address: of the socket that it reports from, else of the first where it waits.
func (c *Copter) Addr() net.Addr {
	for _, s := range c.link.sockets {
		if a := s.addr(); a != nil {
			return a
		}
	}
	return nil
}

// impairment adds up what the configuration and the scenario say.
func (c Config) impairment() Impairment {
	d := c.Drone
	return Impairment{
		LossPct: min(100, c.Impair.LossPct+d.LossPct), DuplicatePct: min(100, c.Impair.DuplicatePct+d.DuplicatePct),
		Delay:  c.Impair.Delay + time.Duration(d.DelayMS*float64(time.Millisecond)),
		Jitter: c.Impair.Jitter + time.Duration(d.JitterMS*float64(time.Millisecond)),
	}
}

// TruePose is where the camera truly was at an instant of the last ten seconds, or will be within a quarter of a second.
func (c *Copter) TruePose(t time.Time) (world.CameraPose, bool) { return c.poses.at(t) }

// State is the truth at the latest step.
func (c *Copter) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Stats gives the counters.
func (c *Copter) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		Received: c.link.received.Load(), BadFrames: c.link.badFrames.Load(), Dropped: c.link.dropped.Load(), Refused: c.link.refused.Load(),
		Datagrams: c.link.sent.Load(), SendErrors: c.link.sendErrors.Load(), LostInAir: c.link.air.losses(), Overruns: c.overruns,
	}
}

// Close frees the socket of a vehicle that is not going to Run.
func (c *Copter) Close() { c.link.close() }

// Run flies until ctx ends.
func (c *Copter) Run(ctx context.Context) error {
	var reader sync.WaitGroup
	reader.Go(func() { c.link.run(ctx) })
	defer reader.Wait()
	defer c.Close()

	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	began := time.Now()
	c.flight.start = began.Round(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case k := <-c.link.inbox:
			c.receive(k)
		case <-ticker.C:
			began = c.catchUp(began)
		}
	}
}

// receive deals with one frame, or with a stream that was opened or closed.
func (c *Copter) receive(k packet) {
	if k.event == closed {
		c.dropped(c.link.drop(func(p *peer) bool { return p.origin == k.from }))
		return
	}
	p := c.link.from(k.from, time.Now())
	switch {
	case p == nil:
	case k.event == opened:
		p.fixed = true
	case k.signed != nil && !c.link.signing.accept(k.signed):
		c.link.refused.Add(1)
	default:
		c.handle(p, k)
		c.notify()
		p.flush()
		if c.restart {
			c.goDown()
		}
	}
}

// catchUp steps until the simulated clock has reached the real one. It returns the instant of step zero, which moves when
// time was skipped.
func (c *Copter) catchUp(began time.Time) time.Time {
	due := time.Duration(float64(time.Since(began)) * c.cfg.Speed)
	lag := due - time.Duration(c.flight.steps)*tickEvery
	if limit := time.Duration(float64(mostLag) * c.cfg.Speed); lag > limit {
		c.mu.Lock()
		c.overruns += uint64((lag - limit).Seconds())
		c.mu.Unlock()
		skip := time.Duration(float64(lag-limit) / c.cfg.Speed)
		began = began.Add(skip)
		c.flight.start = c.flight.start.Add(skip)
		lag = limit
	}
	for ; lag >= tickEvery; lag -= tickEvery {
		c.step()
	}
	for _, p := range c.link.peers {
		p.flush()
	}
	return began
}

// step advances the vehicle and sends what is due.
func (c *Copter) step() {
	f := c.flight
	f.step()
	if f.steps%2 == 0 {
		c.publish()
	}
	if c.downFor > 0 {
		f.notes, f.reached, f.changed = f.notes[:0], f.reached[:0], f.changed[:0]
		if c.downFor--; c.downFor > 0 {
			return
		}
		c.comeUp()
	}
	if f.steps%100 == 1 {
		c.everySecond()
	}
	c.logs.step(f)
	c.notify()
	c.stepUploads()
	c.stepJobs()
	c.stepLog()
	c.stepFiles()
	for _, p := range c.link.peers {
		for range min(paramsPerStep, len(p.params)) {
			if !p.room() {
				break
			}
			if i := p.params[0]; i < len(f.params.list) { // the list may have become shorter meanwhile
				p.send(autopilotComponent, f.params.message(i, true))
			}
			p.params = p.params[1:]
		}
		if p.modes > 0 {
			p.send(autopilotComponent, availableMode(len(modeList)-p.modes+1))
			p.modes--
		}
	}
	c.stream()
}

// everySecond sends the heartbeats of all components.
func (c *Copter) everySecond() {
	seconds := c.flight.steps / 100
	if seconds%5 == 0 {
		c.forget(time.Now())
	}
	var timesync message.Message
	if seconds%10 == 0 {
		timesync = &mav.MessageTimesync{Ts1: c.flight.nanos()}
	}
	c.flight.params.set("STAT_RUNTIME", c.flight.age())
	for _, p := range c.link.peers {
		p.tell(autopilotComponent, c.heartbeat())
		p.tell(gimbalComponent, gimbalHeartbeat())
		p.tell(cameraComponent, cameraHeartbeat())
		if timesync != nil {
			p.tell(autopilotComponent, timesync)
		}
	}
	c.tellTraffic()
	c.tellRemoteID()
	c.tellScarce()
	c.askForTerrain()
}

// forget drops the stations that went silent, and what they had begun.
func (c *Copter) forget(now time.Time) {
	c.dropped(c.link.forget(now))
}

// dropped ends what stations had begun that are gone.
func (c *Copter) dropped(gone []*peer) {
	for _, p := range gone {
		c.files.Forget(p)
		for i, u := range c.uploads {
			if u != nil && u.peer == p {
				c.uploads[i] = nil
			}
		}
		if c.logJob != nil && c.logJob.peer == p {
			c.logJob = nil
		}
	}
}

// notify tells the stations what happened: texts, and mission items reached.
func (c *Copter) notify() {
	f := c.flight
	c.runErrands()
	for _, n := range f.notes {
		c.logs.say(f, n.text)
		c.log.Debug("status text", "severity", n.severity, "text", n.text)
		for _, m := range c.chunks(n) {
			for _, p := range c.link.peers {
				p.tell(autopilotComponent, m)
			}
		}
	}
	for _, i := range f.reached {
		f.lastReached = i
		for _, p := range c.link.peers {
			p.tell(autopilotComponent, &mav.MessageMissionItemReached{Seq: uint16(i)})
		}
	}
	for _, name := range f.changed {
		for _, p := range c.link.peers {
			p.tell(autopilotComponent, f.params.message(f.params.index[name], false))
		}
	}
	if f.homeMoved && f.ready() {
		for _, p := range c.link.peers {
			p.tell(autopilotComponent, c.build(242))
			p.tell(autopilotComponent, c.build(49))
		}
	}
	f.notes, f.reached, f.changed, f.homeMoved = f.notes[:0], f.reached[:0], f.changed[:0], false
	c.tellPhotos()
}

// chunks are the messages of a text: one, or several with a number of their own that are put together again.
func (c *Copter) chunks(n note) []*mav.MessageStatustext {
	const room = 50
	if len(n.text) <= room {
		return []*mav.MessageStatustext{{Severity: n.severity, Text: n.text}}
	}
	c.textID = max(1, c.textID+1)
	var out []*mav.MessageStatustext
	for text := n.text; text != ""; text = text[min(len(text), room):] {
		out = append(out, &mav.MessageStatustext{Severity: n.severity, Text: text[:min(len(text), room)], Id: c.textID, ChunkSeq: uint8(len(out))})
	}
	if len(n.text)%room == 0 { // the end is a chunk that is not full
		out = append(out, &mav.MessageStatustext{Severity: n.severity, Id: c.textID, ChunkSeq: uint8(len(out))})
	}
	return out
}

// publish makes the truth of this step visible to others.
func (c *Copter) publish() {
	f := c.flight
	pose := world.CameraPose{
		Time: f.now(), E: f.body.pos[0], N: f.body.pos[1], U: f.body.pos[2] + cameraAboveFeet,
		YawDeg: f.gimbal.trueYaw, PitchDeg: max(-90, f.gimbal.truePitch),
		BodyYawDeg: f.body.yawDeg, BodyPitchDeg: f.body.pitchDeg, BodyRollDeg: f.body.rollDeg,
		ThermalZoom: f.camera.lenses[thermalSource].zoom(), EOZoom: f.camera.lenses[eoSource].zoom(),
	}
	c.poses.add(pose)
	p, amsl := f.position(f.body.pos)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = State{
		Time: pose.Time, LatLon: p, AltAMSL: amsl, AltAGL: geo.AGL(f.aboveGround()),
		E: f.body.pos[0], N: f.body.pos[1], U: f.body.pos[2], VE: f.body.vel[0], VN: f.body.vel[1], VU: f.body.vel[2],
		HeadingDeg: f.body.yawDeg, Mode: f.mode.String(), Armed: f.armed, Landed: f.body.onGround,
		BatteryPct: 100 * f.batt.charge(), Camera: pose,
	}
}

// cameraAboveFeet keeps the lens of a landed vehicle out of the ground, in metres.
const cameraAboveFeet = 0.2
