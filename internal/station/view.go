package station

import (
	"context"
	"path/filepath"

	"vedette/sensors"
	"vedette/ui"
	"vedette/ui/api"
)

// view is the station as the HTTP API sees it.
type view struct {
	*ground
	*posts
	*vehicles
	*cameras
	*links
	*settings
	*onboard
	*wires
	*plans
	*feeds
	*recordings
	*periods
	*past
	*picture
	*portraits
	*siting

	hub     *hub
	sensors *sensors.Service
	info    api.StationInfo
	zones   *zoneBook
	started <-chan struct{}
}

var _ ui.Station = (*view)(nil)

func newView(s *Station) *view {
	file := s.cfg.File
	info := api.StationInfo{ID: file.Station.ID, Name: file.Station.Name, Position: file.Station.Position, Version: s.cfg.Version, Demo: s.cfg.Demo}
	if known := s.sensors.Sensors(); info.Position == nil && len(known) > 0 {
		info.Position = &known[0].Position
	}
	return &view{
		ground: s.ground, posts: s.posts, vehicles: s.vehicles, cameras: &cameras{s.vehicles}, links: &links{mavlink: s.mavlink},
		settings: &settings{mavlink: s.mavlink, vehicles: s.vehicles}, onboard: &onboard{mavlink: s.mavlink, plans: &s.plans.running},
		plans: s.plans, wires: &wires{mavlink: s.mavlink},
		periods: &periods{station: file.Station.ID, path: filepath.Join(s.cfg.DataDir, "vedette.db"), folder: s.cfg.DataDir, pictures: s.portraits.file, video: s.video},
		past:    &past{store: s.store}, siting: &siting{amendments: s.amended, room: s.sensors, hub: s.hub},
		feeds: s.feeds, recordings: s.recorded, picture: s.picture, portraits: s.portraits, hub: s.hub, sensors: s.sensors,
		info: info, zones: s.zones, started: s.started,
	}
}

// Info implements ui.Overview.
func (v *view) Info() api.StationInfo { return v.info }

// Ready implements ui.Overview.
func (v *view) Ready() []string {
	select {
	case <-v.started:
		return nil
	default:
		return []string{"the station is starting"}
	}
}

// Sensors implements ui.Picture.
func (v *view) Sensors() []api.Sensor {
	known := v.sensors.Sensors()
	out := make([]api.Sensor, len(known))
	for i, s := range known {
		out[i] = v.describeSensor(s)
	}
	return out
}

// Waveform implements ui.Picture.
func (v *view) Waveform(sensor string) (api.Waveform, error) {
	w, felt := v.sensors.Waveform(sensor)
	if !felt {
		return api.Waveform{}, api.NotFound("no waveform of sensor %.40q: it sends none, or has felt nobody since the start", sensor)
	}
	return api.Waveform{Sensor: w.Sensor, RateHz: w.RateHz, From: api.At(w.From), Trip: api.At(w.Trip), Detail: w.Detail, Counts: w.Counts}, nil
}

// Zones implements ui.Picture.
func (v *view) Zones() api.ZoneCollection { return v.judgedZones(v.zones.told()) }

// Changes implements ui.Station.
func (v *view) Changes(ctx context.Context) <-chan api.Change { return v.hub.subscribe(ctx) }
