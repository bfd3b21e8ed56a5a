// Package station builds the rooms of a station from its configuration and joins them: a detection of the video room with
// the pose that the mavlink room knows becomes a measurement of the tracking room, and so on. A Station owns every goroutine
// of its rooms.
package station

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station/album"
	"vedette/internal/station/journal"
	"vedette/internal/store"
	"vedette/mavlink"
	"vedette/sensors"
	"vedette/tracking/cue"
	"vedette/ui"
	"vedette/ui/api"
	"vedette/ui/maps"
	"vedette/video"
	"vedette/video/rtspout"
)

// Config is what a station is built from.
type Config struct {
	File           config.Config
	DataDir        string   // an existing folder for the record
	Listen         string   // address of console and API
	Token          string   // bearer token with every right while the station runs; empty: none
	Demo           bool     // everything on show is simulated
	Version        string   // shown to people
	DecoderCommand []string // starts the decoder's child process; empty: no detection
	StillCommand   []string // starts the child process that makes pictures; empty: no snapshots
	Log            *slog.Logger
}

// ErrNeedsTLS is returned for a listen address that others can reach without TLS.
var ErrNeedsTLS = errors.New("TLS is needed to listen anywhere but on loopback: give tls.certificate and tls.key, or listen on 127.0.0.1")

// Station is one command post or centre.
type Station struct {
	cfg       Config
	log       *slog.Logger
	record    recorder
	store     *store.Store
	access    *access.Access
	mavlink   *mavlink.Service
	video     *video.Service
	sensors   *sensors.Service
	ground    *ground
	posts     *posts
	vehicles  *vehicles
	plans     *plans
	feeds     *feeds
	recorded  *recordings
	rtsp      *rtspout.Server // nil: not configured
	picture   *picture
	portraits *portraits
	journal   *journal.Journal
	executor  *executor
	zones     *zoneBook
	amended   *amendments
	hub       *hub
	maps      *maps.Folder
	console   *ui.Server
	listener  net.Listener
	started   chan struct{}
}

// New opens the record, builds every room and binds the address of the console. Nothing runs until Run; a Station that is
// built must be run, which also closes it.
func New(ctx context.Context, cfg Config) (s *Station, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s = &Station{cfg: cfg, log: cfg.Log, hub: newHub(), started: make(chan struct{})}
	if s.listener, err = listen(ctx, cfg); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.store, err = store.Open(ctx, filepath.Join(cfg.DataDir, "vedette.db"), store.Config{Log: cfg.Log.With("room", "store")}); err != nil {
		return s, err
	}
	s.record = recorder{store: s.store, log: cfg.Log}
	if s.amended, err = readAmendments(ctx, s.store, cfg.File, cfg.Log); err != nil {
		return s, err
	}
	s.cfg.File, s.amended.apply = s.amended.now, s.follow
	if s.access, err = access.New(access.Config{Store: s.store, Token: cfg.Token}); err != nil {
		return s, err
	}
	cut, err := s.access.SettleViewings(ctx)
	if err != nil {
		return s, err
	}
	if cut > 0 {
		s.log.Info("feeds were watched when the station stopped; their end is recorded as unknown", "viewings", cut)
	}
	if err = s.buildRooms(ctx); err != nil {
		return s, err
	}
	past, err := s.access.SettleIntents(ctx)
	if err != nil {
		return s, err
	}
	for _, p := range past {
		if p.Outcome == access.Unknown {
			s.log.Warn("what became of a command is not known", "vehicle", p.Vehicle, "command", p.Action, "who", p.Who, "given", p.At)
		}
	}
	if err = s.openMaps(ctx); err != nil {
		return s, err
	}
	s.console, err = ui.New(ui.Config{
		Past: past, Maps: s.maps,
		Station: newView(s), Access: s.access, Store: s.store, Metrics: metricsHandler(s.stats()),
		Version: cfg.Version, Log: cfg.Log.With("room", "ui"),
	})
	return s, err
}

func (s *Station) buildRooms(ctx context.Context) (err error) {
	file := s.cfg.File
	var folder *geo.Folder
	if file.Terrain.Folder != "" {
		if folder, err = geo.OpenFolder(file.Terrain.Folder); err != nil {
			return err
		}
	}
	var heights geo.Terrain
	if folder != nil {
		heights = folder
	}
	s.mavlink, err = mavlink.New(mavlink.Config{
		Links: mavlinkLinks(file.Links), Folder: s.cfg.DataDir, Terrain: heights, Log: s.log.With("room", "mavlink"),
		Signing: signingConfig(file.Signing, s.cfg.DataDir), Telemetry: telemetryConfig(file.Telemetry, s.cfg.DataDir),
		RTK:    rtkConfig(file.RTK),
		Routes: routeConfigs(file.Routes), Arbiter: arbiter(s.access.Leases),
		RemoteID: remoteIDConfig(file),
	})
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(s.listener.Addr().String()) // an address of a listener has both
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = ""
	}
	room, err := videoConfig(file, host)
	if err != nil {
		return err
	}
	room.Decoder, room.Log = video.DecoderConfig{Command: s.cfg.DecoderCommand}, s.log.With("room", "video")
	room.Still = video.StillConfig{Command: s.cfg.StillCommand, Log: room.Log}
	if room.Recordings, err = openRecordings(ctx, file, s.cfg.DataDir, s.store, room.Log); err != nil {
		return err
	}
	if s.video, err = video.New(room); err != nil {
		return err
	}
	sensorList, gateways := sensorConfigs(file)
	s.sensors, err = sensors.New(sensors.Config{Sensors: sensorList, Gateways: gateways, Log: s.log.With("room", "sensors")})
	if err != nil {
		return err
	}
	zones, err := zonesOf(file.Zones)
	if err != nil {
		return err
	}
	s.zones = newZoneBook(zones)
	note := ""
	if s.cfg.Demo {
		note = "simulated terrain"
	}
	s.ground = newGround(folder, note)
	s.posts = &posts{mavlink: s.mavlink, ground: s.ground, operator: operatorMoves(file)}
	if err := s.posts.standing(file.Station); err != nil {
		return err
	}
	if err := s.posts.listen(file.Station.GNSS, s.log.With("room", "gnss")); err != nil {
		return err
	}
	looks := newLooks()
	s.vehicles = &vehicles{mavlink: s.mavlink, ground: s.ground, looks: looks, zones: s.zones}
	ledger, err := newPlanLedger(ctx, s.store, s.mavlink, s.record, s.log)
	if err != nil {
		return err
	}
	s.plans = &plans{mavlink: s.mavlink, vehicles: s.vehicles, ground: s.ground, zones: s.zones, ledger: ledger}
	s.vehicles.plans = s.plans.describePlans
	if s.feeds, err = newFeeds(ctx, s.video, s.mavlink, file, s.record, s.log); err != nil {
		return err
	}
	s.feeds.viewings = &viewings{access: s.access, log: s.log}
	s.recorded = &recordings{video: s.video, viewings: s.feeds.viewings, all: map[replayKey]*replay{}}
	if s.rtsp, err = newRTSP(ctx, file, s.video, s.access, s.feeds.viewings, s.log.With("room", "rtsp")); err != nil {
		return err
	}
	s.feeds.rtsp = s.rtsp
	last, err := s.store.LastSeq(ctx)
	if err != nil {
		return err
	}
	s.executor = &executor{vehicles: s.vehicles, record: s.record, leases: s.access.Leases, intend: s.access.Intend, log: s.log, intents: make(chan cue.Intent, intentQueue)}
	s.portraits = newPortraits(
		&album.Folder{Path: filepath.Join(s.cfg.DataDir, picturesFolder), Keep: cmp.Or(file.Retention.Video, keepVideo)}, s.video.LookedAt, s.feeds.viewings,
		s.log.With("room", "pictures"),
	)
	s.journal = journal.New(journal.Config{
		Folder: filepath.Join(s.cfg.DataDir, measurementsFolder), Keep: cmp.Or(file.Retention.Measurements, keepMeasurements), Log: s.log.With("room", "measurements"),
	})
	s.picture = newPicture(pictureConfig{
		portraits: s.portraits, journal: s.journal,
		mavlink: s.mavlink, feeds: s.feeds, ground: s.ground, looks: looks, leases: leaseNames{s.access.Leases},
		zones: zones, alerts: file.Alerts, cues: cueConfig(file.Cues, zones),
		hub: s.hub, record: s.record, intents: s.executor.intents, firstID: int(last) + 1, log: s.log,
	}, s.sensors.Sensors())
	s.executor.fail, s.feeds.veil = s.picture.failCue, s.picture.veilSnapshot
	s.vehicles.byHand = s.picture.flownByHand
	return s.picture.restore(ctx, s.store, time.Now())
}

// leaseNames tells who holds leases.
type leaseNames struct{ leases *access.Leases }

func (l leaseNames) holder(vehicle int) string {
	lease, _ := l.leases.Of(vehicle)
	return lease.Holder
}

// stats names the counters of the rooms.
func (s *Station) stats() map[string]func() any {
	return map[string]func() any{
		"mavlink":      func() any { return s.mavlink.Stats() },
		"video":        func() any { return s.video.Stats() },
		"rtsp":         func() any { return s.rtsp.Stats() },
		"sensors":      func() any { return s.sensors.Stats() },
		"gnss":         func() any { return s.posts.counts() },
		"store":        func() any { return s.store.Stats() },
		"access":       func() any { return s.access.Stats() },
		"fusion":       func() any { return s.picture.fusionStats() },
		"pictures":     func() any { return s.portraits.stats() },
		"measurements": func() any { return s.journal.Stats() },
		"picture": func() any {
			return struct{ FramesWithoutPose, FramesDropped uint64 }{s.picture.posesNo.Load(), s.picture.framesNo.Load()}
		},
	}
}

// Run runs the station until ctx ends or a room fails, and closes it.
func (s *Station) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts sync.WaitGroup
	start := func(name string, run func(context.Context) error) {
		parts.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	start("mavlink", s.mavlink.Run)
	start("video", s.video.Run)
	if s.rtsp != nil {
		start("rtsp", s.rtsp.Run)
	}
	start("sensors", s.sensors.Run)
	if s.posts.receiver != nil {
		start("receiver", s.posts.receiver.Run)
	}
	start("picture", func(ctx context.Context) error {
		return s.picture.run(ctx, s.video.Detections(), s.sensors.Events())
	})
	start("pictures", func(ctx context.Context) error { return s.portraits.run(ctx, s.picture) })
	start("measurements", s.journal.Run)
	start("cues", s.executor.run)
	start("leading", func(ctx context.Context) error { return leadingEnds(ctx, s.mavlink, s.access.Leases) })
	start("vehicles", s.followVehicles)
	start("links", s.followLinks)
	start("traffic", s.followTraffic)
	start("plans", s.plans.ledger.run)
	start("feeds", func(ctx context.Context) error { return s.feeds.follow(ctx, s.hub) })
	start("sensor states", s.followSensors)
	start("retention", s.prune)
	start("routes", s.auditRoutes)
	start("recordings", s.recorded.run)
	start("console", func(ctx context.Context) error { return ui.Serve(ctx, s.console, s.listener) })
	close(s.started)
	s.log.Info("station", "id", s.cfg.File.Station.ID, "console", s.URL(), "version", s.cfg.Version)
	<-ctx.Done()
	parts.Wait()
	var failed error
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		failed = cause
	}
	return errors.Join(failed, s.close())
}

// close closes what New opened.
func (s *Station) close() error {
	var errs []error
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		errs = append(errs, err)
	}
	if s.rtsp != nil {
		errs = append(errs, s.rtsp.Close())
	}
	if s.maps != nil {
		s.maps.Close()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// followSensors passes the states of sensors on that change without an event, such as one that falls silent.
func (s *Station) followSensors(ctx context.Context) error {
	for {
		select {
		case state := <-s.sensors.Updates():
			s.hub.publish(api.SensorChanged(s.picture.describeSensor(state)))
		case <-ctx.Done():
			return nil
		}
	}
}

const pruneEvery = time.Hour

// prune removes from the record what is older than its retention.
func (s *Station) prune(ctx context.Context) error {
	keep := s.cfg.File.Retention
	ages := map[string]time.Duration{
		kindDetection: keep.Tracks, kindTrack: keep.Tracks, kindTrip: keep.Tracks, kindVehicle: keep.Tracks, kindTelemetry: keep.Tracks, kindLink: keep.Tracks,
		kindCommand: keep.Audit, access.KindIntent: keep.Audit, kindAlert: keep.Audit, kindCue: keep.Audit, kindAccess: keep.Audit,
		access.KindViewing: keep.Audit, kindRecording: keep.Audit, access.KindConfiguration: keep.Audit,
	}
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		for kind, age := range ages {
			if age <= 0 {
				continue
			}
			if _, err := s.store.Prune(ctx, kind, time.Now().Add(-age)); err != nil && ctx.Err() == nil {
				s.log.Error("cannot remove old records", "kind", kind, "error", err)
			}
		}
		if keep.Audit > 0 {
			if _, err := s.store.PruneDecisions(ctx, time.Now().Add(-keep.Audit)); err != nil && ctx.Err() == nil {
				s.log.Error("cannot remove old decisions", "error", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// listen binds the console's address, with TLS where it is configured.
func listen(ctx context.Context, cfg Config) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the console: %w", err)
	}
	file := cfg.File.TLS
	if file.Certificate == "" {
		if addr, ok := l.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
			return nil, errors.Join(ErrNeedsTLS, l.Close())
		}
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(file.Certificate, file.Key)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load the TLS certificate: %w", err), l.Close())
	}
	return ui.Secure(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}), nil
}

// RTSPAddr is where plain RTSP is served, RTSPSAddr where RTSPS is; "" where it is not.
func (s *Station) RTSPAddr() string { return s.rtsp.Addr() }

// RTSPSAddr is where RTSPS is served; "" where it is not.
func (s *Station) RTSPSAddr() string { return s.rtsp.AddrTLS() }

// Started is closed once every room runs.
func (s *Station) Started() <-chan struct{} { return s.started }

// URL is the address of the console.
func (s *Station) URL() string {
	scheme := "http"
	if s.cfg.File.TLS.Certificate != "" {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}

// SignInURL is the console's address with a ticket in it that signs one browser in as an operator.
func (s *Station) SignInURL() (string, error) {
	ticket, err := s.access.NewTicket("operator", access.RoleOperator)
	if err != nil {
		return "", fmt.Errorf("make a sign-in link: %w", err)
	}
	return s.URL() + "/signin?ticket=" + ticket, nil
}
