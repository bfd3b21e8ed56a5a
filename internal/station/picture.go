package station

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/station/journal"
	"vedette/mavlink"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/fusion"
	"vedette/tracking/georef"
	"vedette/tracking/zone"
	"vedette/ui/api"
	"vedette/video"
)

const (
	pictureEvery  = 200 * time.Millisecond
	recordEvery   = time.Second // tracks and the vehicles' part in them
	maxPending    = 256         // frames that wait for their pose
	historyPoints = 3600        // of a track, one a second
	historyKept   = 30 * time.Minute
	vagueM        = 120             // 95 % semi-major axis beyond which a track is not shown
	approachFor   = 5 * time.Second // a warm patch of ground that fools the first detector seldom moves that long
)

// picture is what the station believes: it owns the tracker, the alerts and the cues, and is the only goroutine that
// touches them. Everything else sends it messages, or functions to run in between.
type picture struct {
	cfg     pictureConfig
	tracker *measuring
	counted atomic.Pointer[fusionCounts] // as of the last step
	alerts  *alert.Engine
	cues    *cue.Engine
	locator georef.Locator

	pending  []video.Detections
	trips    []alert.Trip
	pictures []cue.Picture // looked at since the last step
	// sightings are the frames since the last step that can be kept with alerts, unasked when an alert may be asked about next.
	sightings []sighting
	unasked   map[string]time.Time
	own       []alert.Own // reports of ours since the last step
	sensors   map[string]sensors.State
	cameras   map[string]bool      // known to the tracker, and whether their frames' times are exact
	views     map[string]footprint // what each feed's last frame showed
	seen      map[string]time.Time // when detections of each feed were last recorded
	recorded  time.Time
	history   map[string]*trackHistory
	glimpses  glimpses
	requests  chan func()
	posesNo   atomic.Uint64 // frames that had no pose
	framesNo  atomic.Uint64 // frames dropped because too many waited

	mu sync.RWMutex
	// privateNow are the privacy zones.
	privateNow []zone.Zone

	tracksNow []api.Track
	alertsNow []api.Alert
	cuesNow   []api.Cue
	patrols   map[string]api.Patrol
	mutes     map[string]alert.Mute
	lessons   map[string]alert.Lesson // by sensor
	// areaLessons are the same by area and border.
	areaLessons map[string]alert.Lesson
}

// pictureConfig is what the picture draws on.
type pictureConfig struct {
	mavlink craft
	feeds   *feeds
	ground  *ground
	looks   *looks
	leases  leaseHolders
	zones   []zone.Zone
	alerts  config.Alerts
	cues    cue.Config
	hub     *hub
	record  recorder
	// portraits keeps pictures with alerts; nil: none are kept.
	portraits *portraits
	// journal keeps what is measured; nil: nothing is kept.
	journal *journal.Journal
	intents chan<- cue.Intent
	// firstID is the number of the first track, alert and cue: higher than any on record, so that a restart names nothing
	// twice.
	firstID int
	log     *slog.Logger
}

// craft tells where the vehicles are, and where a camera looked; the mavlink room is one.
type craft interface {
	Vehicles() []mavlink.Vehicle
	CameraPoseAt(vehicle int, gimbal uint8, at time.Time) (mavlink.Pose, error)
}

// leaseHolders tells who controls a vehicle; empty: nobody.
type leaseHolders interface{ holder(vehicle int) string }

func newPicture(cfg pictureConfig, known []sensors.State) *picture {
	cfg.cues.FirstID = cfg.firstID
	limits := alertConfig(cfg.alerts, cfg.zones, cfg.firstID)
	limits.Hunches = cfg.cues.HunchesPerHour > 0 // nobody is asked to look at them otherwise
	p := &picture{
		cfg:      cfg,
		tracker:  newMeasuring(fusionConfig(cfg.zones), cfg.journal),
		alerts:   alert.New(limits),
		cues:     cue.New(cfg.cues),
		locator:  georef.Locator{Ground: georef.Terrain{Model: cfg.ground.terrain}, MaxRangeM: 2 * placeRangeM},
		sensors:  map[string]sensors.State{},
		cameras:  map[string]bool{},
		views:    map[string]footprint{},
		seen:     map[string]time.Time{},
		history:  map[string]*trackHistory{},
		glimpses: glimpses{},
		requests: make(chan func()),
		patrols:  map[string]api.Patrol{}, mutes: map[string]alert.Mute{}, unasked: map[string]time.Time{},
	}
	p.privateNow = privateAmong(cfg.zones)
	if cfg.portraits != nil {
		cfg.portraits.heed(p.privateNow)
	}
	for _, s := range known {
		p.sensors[s.ID] = s
		p.addSensor(fusionSensor(s))
	}
	return p
}

// addSensor makes a sensor known to fusion. What a refused one measures is counted by the tracker and shows in no track.
func (p *picture) addSensor(s fusion.Sensor) {
	if err := p.tracker.AddSensor(s); err != nil {
		p.cfg.log.Error("a sensor takes no part in tracking", "sensor", s.ID, "error", err)
	}
}

// run is the picture's goroutine.
func (p *picture) run(ctx context.Context, detections <-chan video.Detections, events <-chan sensors.Event) error {
	ticker := time.NewTicker(pictureEvery)
	defer ticker.Stop()
	keeping := time.NewTicker(keepMetEvery)
	defer keeping.Stop()
	var kept sync.WaitGroup
	defer kept.Wait()
	for {
		select {
		case <-keeping.C:
			met := p.alerts.Met()
			kept.Go(func() { p.keepMet(ctx, met) })
		case d := <-detections:
			p.takeFrame(d)
		case e := <-events:
			p.takeEvent(e)
		case do := <-p.requests:
			do()
		case <-ticker.C:
			p.step(time.Now())
		case <-ctx.Done():
			p.keepMet(context.WithoutCancel(ctx), p.alerts.Met())
			return nil
		}
	}
}

// do runs a function in the picture's goroutine and waits for it.
func (p *picture) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case p.requests <- func() { f(); close(done) }:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-done
	return nil
}

func (p *picture) takeFrame(d video.Detections) {
	if len(p.pending) >= maxPending {
		p.framesNo.Add(1)
		return
	}
	p.pending = append(p.pending, d)
	if !p.guarded() {
		p.cfg.hub.publish(api.Detected(describeDetections(d)))
	}
}

func (p *picture) takeEvent(e sensors.Event) {
	if _, known := p.sensors[e.Sensor]; !known {
		return // it was removed while its message waited
	}
	p.sensors[e.Sensor] = e.State
	p.cfg.hub.publish(api.SensorChanged(p.describeSensor(e.State)))
	if e.Type != sensors.EventTrip {
		return
	}
	trip := describeTrip(e)
	p.cfg.hub.publish(api.Tripped(trip))
	p.cfg.record.post(kindTrip, e.Sensor, e.ObservedAt, trip)
	p.tracker.AddTrip(fusionTrip(e))
	p.trips = append(p.trips, alertTrip(e))
}

// describeSensor is a sensor with what people have said of it.
func (p *picture) describeSensor(s sensors.State) api.Sensor {
	out := describeSensor(s)
	p.addKnown(&out, time.Now())
	return out
}

// step places the frames whose time has come, and works out tracks, alerts and cues as they are now.
func (p *picture) step(now time.Time) {
	p.placeFrames(now)
	tracks := p.tracks(now)
	input := alert.Input{Now: now, Trips: p.trips, Own: p.own, Tracks: make([]alert.Track, 0, len(tracks))}
	for _, t := range tracks {
		input.Tracks = append(input.Tracks, p.alertTrack(t))
	}
	p.trips, p.own = nil, nil
	news := p.alerts.Update(input)
	for _, n := range news.Notes {
		p.cfg.log.Info("sensors", "note", n.Text, "kind", n.Kind)
	}
	proposals := p.cues.Update(cue.Input{
		Now: now, Targets: p.targets(tracks, now), Vehicles: p.vehicles(now), Pictures: p.pictures, Hints: p.hints(tracks, now),
	})
	p.pictures = nil
	for _, c := range proposals.Changed {
		if a, err := p.alerts.Alert(c.AlertID); err == nil && (c.State == cue.Proposed || !c.State.Final() && a.CueID == "") {
			if linked, err := p.alerts.SetCue(c.AlertID, c.ID, now); err == nil {
				news.Changed = slices.DeleteFunc(news.Changed, func(a alert.Alert) bool { return a.ID == linked.ID })
				news.Changed = append(news.Changed, linked)
			}
		}
	}
	for _, i := range proposals.Intents {
		select {
		case p.cfg.intents <- i:
		default: // the executor keeps only the newest of each vehicle; it is never behind by this much
			p.cfg.log.Warn("an intent was not carried out", "vehicle", i.Vehicle, "cue", i.Cue)
		}
	}
	p.counted.Store(countsOf(p.tracker.Tracker))
	p.publish(now, tracks, news.Changed, proposals.Changed)
	p.illustrate(tracks, now)
}

// tracks are those that say something: a place that is vaguer than vagueM has been forgotten, and one in a privacy zone, or likely in one, is
// nobody's business.
func (p *picture) tracks(now time.Time) []fusion.Track {
	private := privateAmong(p.cfg.zones)
	return slices.DeleteFunc(p.tracker.Tracks(now), func(t fusion.Track) bool {
		return ellipse95(t.EE, t.EN, t.NN).SemiMajorM > vagueM || hides(private, t.Position, zone.Spread{EE: t.EE, EN: t.EN, NN: t.NN})
	})
}

// placeFrames turns the frames that waited long enough into scans.
func (p *picture) placeFrames(now time.Time) {
	p.pending = slices.DeleteFunc(p.pending, func(d video.Detections) bool {
		if now.Sub(d.FrameTime) < scanDelay {
			return false
		}
		p.placeFrame(d)
		return true
	})
}

func (p *picture) placeFrame(d video.Detections) {
	place, ok := p.cfg.feeds.place(d.Feed)
	if !ok || p.cfg.ground.terrain == nil {
		return
	}
	s, height, ok := p.lookOf(d, place)
	if !ok {
		return
	}
	if p.guarded() {
		d = p.withoutPrivate(d, s)
		p.cfg.hub.publish(api.Detected(describeDetections(d)))
	}
	seen := footprint{at: d.FrameTime, polygon: p.locator.Footprint(s.camera, s.pose, detectRangeM)}
	before := p.shownBefore(d, seen)
	p.views[d.Feed] = seen
	if place.vehicle != 0 {
		p.cfg.looks.sees(place.vehicle, seen)
	}
	if len(seen.polygon) < 3 {
		return
	}
	if exact, known := p.cameras[d.Feed]; !known || exact != d.TimeExact {
		p.cameras[d.Feed] = d.TimeExact
		p.addSensor(fusion.Sensor{ID: d.Feed, Kind: fusion.Camera, Pd: 0.75, ClutterPerScan: 0.3, Bias: cameraBias(d.TimeExact)})
	}
	found := placeBoxes(&p.locator, s, d)
	scan := scanOf(found, s, d, height, seen.polygon)
	scan.Before = before
	p.tracker.AddScan(scan)
	if d.Kept && len(found) > 0 {
		p.sightings = append(p.sightings, sighting{frame: d, pose: cmp.Or(place.pose, poseMAVLink), look: s, found: found})
	}
	if place.vehicle != 0 {
		p.pictures = append(p.pictures, cuePicture(place.vehicle, s, scan))
	}
	if len(scan.Detections) > 0 && d.FrameTime.Sub(p.seen[d.Feed]) >= recordEvery {
		p.seen[d.Feed] = d.FrameTime
		p.cfg.record.post(kindDetection, d.Feed, d.FrameTime, describeScan(scan))
	}
}

// shownBefore is the ground that the frame showed which an object must have shown in as well to be told of. It is empty, not nil, where
// that is not known: then a place without an object says nothing.
func (p *picture) shownBefore(d video.Detections, now footprint) []geo.LatLon {
	switch last := p.views[d.Feed]; {
	case d.Before.IsZero():
	case d.Before.Equal(now.at):
		return nil // this frame's own ground is all there is
	case d.Before.Equal(last.at):
		return append([]geo.LatLon{}, last.polygon...)
	}
	return []geo.LatLon{}
}

// vehicles are those that could look.
func (p *picture) vehicles(now time.Time) []cue.Vehicle {
	var out []cue.Vehicle
	for _, m := range p.cfg.mavlink.Vehicles() {
		if m.Position == nil {
			continue
		}
		v := cue.Vehicle{
			ID: m.ID, Lat: m.Position.Lat, Lon: m.Position.Lon, AltAGL: m.Position.AltRelative,
			Airborne: m.Armed && m.Landed != "onGround", Live: m.State == mavlink.Live,
			HasCamera: m.Gimbal != nil && m.Gimbal.Valid, LeaseHolder: p.cfg.leases.holder(m.ID),
			Mode: m.Mode, PlacesMode: m.PlacesMode, GoingHome: m.GoingHome(),
		}
		if below, ok := p.cfg.ground.elevation(geo.LatLon{Lat: v.Lat, Lon: v.Lon}); ok {
			v.AltAGL = m.Position.AltAMSL - float64(below)
		}
		if m.Home != nil {
			v.HomeLat, v.HomeLon = m.Home.Lat, m.Home.Lon
		}
		if m.Battery != nil && m.Battery.TimeLeft != nil {
			v.BatteryTimeLeft = *m.Battery.TimeLeft
		} else if m.Endurance != nil {
			v.BatteryTimeLeft = m.Endurance.ToReserve
		}
		out = append(out, v)
	}
	return out
}

// trackID is the id of a track of this run's tracker, which counts from 1.
func (p *picture) trackID(id uint64) string {
	return "t-" + strconv.FormatUint(id+uint64(p.cfg.firstID)-1, 10)
}

func fusionConfig(zones []zone.Zone) fusion.Config {
	var cfg fusion.Config
	for _, z := range zones {
		if line := borderOf(z); line != nil {
			cfg.Lines = append(cfg.Lines, fusion.Line{ID: z.ID, Points: line})
		}
	}
	return cfg
}
