package station

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"vedette/internal/config"
	"vedette/mavlink"
	"vedette/ui/api"
	"vedette/video"
	"vedette/video/rtspout"
)

// feeds keeps the video room's list of feeds in step with the configuration and with what vehicles announce.
type feeds struct {
	video    *video.Service
	mavlink  *mavlink.Service
	detector string // of feeds that name none
	record   recorder
	log      *slog.Logger
	// viewings has on record who watches; set once, before anybody does.
	viewings *viewings
	rtsp     *rtspout.Server // nil: not configured; likewise
	// veil makes black in a picture what may show a privacy zone; nil: nothing is. Set once, likewise.
	veil func(ctx context.Context, feed string, of api.FeedPicture) (api.FeedPicture, error)

	switching sync.Mutex // serialises the switching of recordings; taken before mu, never while holding it

	mu       sync.Mutex
	byHand   map[string]config.Feed     // as they are configured, by feed id
	places   map[string]feedPlace       // by feed id
	switches map[string]recordingSwitch // what was switched by hand, by feed id
}

// feedPlace is what places a feed's pictures: who carries the camera, and its field of view.
type feedPlace struct {
	vehicle int
	hfovDeg float64 // as configured or announced
	url     string
	pose    string // poseMAVLink or poseKLV
	// camera and stream are those of the vehicle that feed it, gimbal carries the camera; 0 while not known.
	camera uint8
	stream int
	gimbal uint8
}

func newFeeds(ctx context.Context, v *video.Service, m *mavlink.Service, cfg config.Config, record recorder, log *slog.Logger) (*feeds, error) {
	switches, err := readSwitches(ctx, record.store)
	if err != nil {
		return nil, err
	}
	f := &feeds{
		video: v, mavlink: m, byHand: map[string]config.Feed{}, detector: cmp.Or(cfg.Video.Detector, "network"), record: record, log: log,
		places: map[string]feedPlace{}, switches: switches,
	}
	for _, c := range cfg.Feeds {
		if err := f.set(c); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// set adds a feed as it is configured, or changes it; its substream comes and goes with it.
func (f *feeds) set(c config.Feed) error {
	f.mu.Lock()
	before, had := f.byHand[c.ID]
	f.byHand[c.ID] = c
	f.mu.Unlock()
	err := f.open(c)
	if err == nil {
		if before.Substream != "" && c.Substream == "" {
			f.remove(c.ID + config.SubstreamSuffix)
		}
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if had {
		f.byHand[c.ID] = before
	} else {
		delete(f.byHand, c.ID)
	}
	return err
}

// unset forgets a configured feed. What a vehicle announces under its id is there again then.
func (f *feeds) unset(id string) {
	f.mu.Lock()
	c := f.byHand[id]
	delete(f.byHand, id)
	f.mu.Unlock()
	f.remove(id)
	if c.Substream != "" {
		f.remove(id + config.SubstreamSuffix)
	}
	for _, v := range f.mavlink.Vehicles() {
		f.discover(v.ID)
	}
}

func (f *feeds) remove(id string) {
	f.video.RemoveFeed(id)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.places, id)
}

// configured is a feed as it is configured; false where a vehicle announced it.
func (f *feeds) configured(id string) (config.Feed, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, byHand := f.byHand[id]
	return c, byHand
}

// open has the video room pull a configured feed.
func (f *feeds) open(c config.Feed) error {
	kind := video.Kind(c.Camera.Kind)
	main := video.FeedConfig{
		ID: c.ID, URL: c.URL, Kind: kind, OnDemand: !c.Always && kind != video.KindThermal,
		Detect:    kind == video.KindThermal || c.Detector == string(video.DetectorMotion),
		Transport: video.Transport(c.Transport), Alternate: c.Alternate,
		TLS: video.TLS{CAFile: c.TLS.CA, Fingerprint: c.TLS.Fingerprint, Insecure: c.TLS.Insecure},
	}
	place := feedPlace{vehicle: c.Vehicle, hfovDeg: c.Camera.HFOVDeg, url: c.URL, pose: poseOf(c)}
	if c.Substream != "" {
		sub := main
		sub.ID, sub.URL, sub.Alternate = c.ID+config.SubstreamSuffix, c.Substream, c.ID
		sub.OnDemand, sub.Detect = true, false // the detector looks at the larger picture
		main.Alternate = sub.ID
		if err := f.add(sub, feedPlace{vehicle: place.vehicle, hfovDeg: place.hfovDeg, url: sub.URL, pose: place.pose}); err != nil {
			return err
		}
	}
	return f.add(main, place)
}

// poseOf says where the pose of a configured feed comes from.
func poseOf(c config.Feed) string {
	if c.Pose == "" && c.Vehicle == 0 {
		return poseKLV
	}
	return cmp.Or(c.Pose, poseMAVLink)
}

func (f *feeds) add(cfg video.FeedConfig, place feedPlace) error {
	cfg.HFOVDeg = place.hfovDeg
	cfg.Record = f.shouldRecord(cfg.ID)
	byHand, _ := f.configured(cfg.ID)
	if detector := cmp.Or(byHand.Detector, f.detector); cfg.Detect && detector != "off" {
		cfg.Detector = video.DetectorKind(detector)
	} else {
		cfg.Detect = false
	}
	if err := f.video.AddFeed(cfg); err != nil {
		return fmt.Errorf("feed %s: %w", cfg.ID, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.places[cfg.ID] = place
	return nil
}

// discover adds the streams that a vehicle's cameras announce; a feed of the same id in the configuration outweighs them.
func (f *feeds) discover(vehicle int) {
	counts := map[video.Kind]int{}
	for _, s := range f.mavlink.Streams(vehicle) {
		if s.URI == "" {
			continue
		}
		kind := video.KindEO
		if s.Thermal {
			kind = video.KindThermal
		}
		counts[kind]++
		id := fmt.Sprintf("%d-%s", vehicle, kind)
		if n := counts[kind]; n > 1 {
			id = fmt.Sprintf("%s-%d", id, n)
		}
		if _, byHand := f.configured(id); byHand {
			f.join(id, s)
			continue
		}
		place := feedPlace{vehicle: vehicle, hfovDeg: s.HFOVDeg, url: s.URI, pose: poseMAVLink, camera: uint8(s.CameraID), stream: s.StreamID, gimbal: s.Gimbal}
		if known, ok := f.place(id); ok && known.url == place.url && known.vehicle == vehicle {
			f.mu.Lock()
			f.places[id] = place // the picture is the same; how it looks may have changed
			f.mu.Unlock()
			continue
		}
		cfg := video.FeedConfig{ID: id, URL: s.URI, Kind: kind, OnDemand: kind != video.KindThermal, Detect: kind == video.KindThermal}
		if err := f.add(cfg, place); err != nil {
			f.log.Warn("a vehicle announces a stream that cannot be used", "vehicle", vehicle, "stream", s.Name, "error", err)
		}
	}
}

// join notes which camera of the vehicle feeds a feed that is configured; what is configured stays.
func (f *feeds) join(id string, s mavlink.VideoStream) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.places[id]
	p.camera, p.stream, p.gimbal = uint8(s.CameraID), s.StreamID, s.Gimbal
	f.places[id] = p
}

func (f *feeds) place(id string) (feedPlace, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.places[id]
	return p, ok
}

// hfov is the horizontal field of view of a feed at the time of a frame, 0 while not known: as the camera measured it, else
// as it was configured, else as it was announced.
func (f *feeds) hfov(id string, p feedPlace, t time.Time) float64 {
	if p.pose == poseKLV {
		if m, _ := f.video.MetadataAround(id, t); m != nil && m.HFOVDeg != nil && *m.HFOVDeg > 0 {
			return *m.HFOVDeg
		}
		return p.hfovDeg
	}
	if measured, ok := f.mavlink.MeasuredHFOVAt(p.vehicle, p.camera, p.stream, t); ok {
		return measured
	}
	if byHand, _ := f.configured(id); byHand.Camera.HFOVDeg > 0 || p.camera == 0 {
		return byHand.Camera.HFOVDeg
	}
	return f.mavlink.HFOVAt(p.vehicle, p.camera, p.stream, t)
}

// Feeds implements ui.Feeds.
func (f *feeds) Feeds() []api.Feed {
	states := f.video.Feeds()
	out := make([]api.Feed, len(states))
	for i, s := range states {
		out[i] = f.describe(s)
	}
	return out
}

// Feed implements ui.Feeds.
func (f *feeds) Feed(id string) (api.Feed, error) {
	s, ok := f.video.Feed(id)
	if !ok {
		return api.Feed{}, api.NotFound("there is no feed %q", id)
	}
	out := f.describe(s)
	out.Metadata, out.MetadataPackets = describeMetadata(s, time.Now())
	return out, nil
}

func (f *feeds) describe(s video.FeedState) api.Feed {
	place, _ := f.place(s.ID)
	out := api.Feed{
		ID: s.ID, Vehicle: place.vehicle, Camera: int(place.camera), Gimbal: int(place.gimbal), Kind: string(s.Kind),
		HFOVDeg: positive(f.hfov(s.ID, place, time.Now())), State: string(s.State),
		Width: s.WidthPx, Height: s.HeightPx, Codec: s.Codec, Viewers: s.Viewers,
		Detector: &api.Detector{State: string(s.Detector.State), Reason: s.Detector.Reason, FramesPerS: api.Known(s.Detector.FramesPerS)},
	}
	out.Alternate = s.Alternate
	if s.Recording.State != "" {
		out.Recording = f.describeRecording(s)
	}
	if s.Problem.Code != "" {
		out.Problem = &api.FeedProblem{Code: string(s.Problem.Code), Words: s.Problem.Words, Plays: string(s.Problem.Plays)}
	}
	for _, h := range s.Hints {
		out.Hints = append(out.Hints, api.FeedHint{Code: string(h.Code), Words: h.Words})
	}
	for _, t := range s.Tracks {
		out.Tracks = append(out.Tracks, api.FeedTrack{Kind: t.Kind, Codec: t.Codec, ClockRateHz: t.ClockRateHz, Used: t.Used})
	}
	switch s.State {
	case video.StateNoSignal:
		out.NoSignalSince = api.At(s.Since)
	case video.StateLive:
		out.FPS, out.Kbps = api.Known(s.FPS), api.Known(s.Kbps)
	}
	return out
}

// follow passes the states of feeds on to the consoles.
func (f *feeds) follow(ctx context.Context, h *hub) error {
	told := map[string]video.RecordingState{}
	for {
		select {
		case s := <-f.video.FeedUpdates():
			f.tellRecording(s, told)
			if s.Removed {
				h.publish(api.FeedEnded(s.ID))
			} else {
				h.publish(api.FeedChanged(f.describe(s)))
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// followVehicles passes the states of vehicles on to the consoles and records what matters of them.
func (s *Station) followVehicles(ctx context.Context) error {
	shown, recorded := map[int]time.Time{}, map[int]time.Time{}
	for {
		select {
		case u := <-s.mavlink.Updates():
			now := time.Now()
			id := u.Vehicle.ID
			switch u.Event {
			case mavlink.EventStreams, mavlink.EventFound, mavlink.EventBack, mavlink.EventRebooted:
				s.feeds.discover(id)
			case mavlink.EventPlan:
				s.plans.tellChanged(u.Vehicle, now)
			}
			matters := u.Event != mavlink.EventState && u.Event != mavlink.EventText
			if matters {
				s.record.post(kindVehicle, fmt.Sprint(id), now, map[string]any{"vehicle": id, "event": u.Event})
				s.log.Info("vehicle "+strings.ToLower(u.Event), "vehicle", id, "type", u.Vehicle.Type, "link", u.Vehicle.Link.Name)
			} else if now.Sub(shown[id]) < vehicleEvery {
				continue
			}
			shown[id] = now
			described := s.vehicles.describe(u.Vehicle, now)
			s.hub.publish(api.VehicleChanged(described))
			if matters || telemetryDue(described, recorded[id], now) {
				recorded[id] = now
				s.record.post(kindTelemetry, fmt.Sprint(id), now, telemetryOf(described))
			}
		case <-ctx.Done():
			return nil
		}
	}
}

const vehicleEvery = 190 * time.Millisecond // five a second, as docs/api.md promises
