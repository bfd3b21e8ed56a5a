package station

import (
	"context"
	"slices"
	"time"

	"vedette/internal/config"
	"vedette/sensors"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

// follow has the rooms follow a change of one entry of the configuration, and tells the consoles.
func (s *Station) follow(ctx context.Context, k amendKey, next config.Config) error {
	switch k.section {
	case config.Sensors:
		return s.followSensor(ctx, k.id, next)
	case config.Zones:
		zones, err := zonesOf(next.Zones)
		if err != nil {
			return err
		}
		if err := s.picture.setZones(ctx, zones); err != nil {
			return err
		}
		s.zones.set(zones)
		s.hub.publish(api.ZonesChanged(s.picture.judgedZones(s.zones.told())))
	case config.Feeds:
		i := slices.IndexFunc(next.Feeds, func(f config.Feed) bool { return f.ID == k.id })
		if i < 0 {
			s.feeds.unset(k.id)
			return nil
		}
		return s.feeds.set(next.Feeds[i])
	case config.Links: // the radios are opened at the start
	}
	return nil
}

func (s *Station) followSensor(ctx context.Context, id string, next config.Config) error {
	list, _ := sensorConfigs(next)
	i := slices.IndexFunc(list, func(c sensors.SensorConfig) bool { return c.ID == id })
	if i < 0 {
		if err := s.sensors.RemoveSensor(id); err != nil {
			return err
		}
		return s.picture.dropSensor(ctx, id)
	}
	state, err := s.sensors.SetSensor(list[i])
	if err != nil {
		return err
	}
	return s.picture.setSensor(ctx, state)
}

// setSensor has fusion hear a sensor from now on, or know its new place; what it told before keeps its old one.
func (p *picture) setSensor(ctx context.Context, state sensors.State) error {
	return p.do(ctx, func() {
		p.sensors[state.ID] = state
		p.addSensor(fusionSensor(state))
		p.cfg.hub.publish(api.SensorChanged(p.describeSensor(state)))
	})
}

// dropSensor forgets a sensor. What it raised stays.
func (p *picture) dropSensor(ctx context.Context, id string) error {
	return p.do(ctx, func() {
		delete(p.sensors, id)
		p.tracker.RemoveSensor(id)
		p.cfg.hub.publish(api.SensorEnded(id))
	})
}

// setZones has other zones hold from the next frame and trip on. What lies in a privacy zone is then no longer told, and the pictures that are
// kept with alerts are masked again.
func (p *picture) setZones(ctx context.Context, zones []zone.Zone) error {
	return p.do(ctx, func() {
		p.holdZones(zones)
		now := time.Now()
		p.publish(now, p.tracks(now), p.conceal(now), nil)
	})
}

// holdZones has all parts of the picture follow other zones.
func (p *picture) holdZones(zones []zone.Zone) {
	p.cfg.zones = zones
	p.tracker.SetLines(fusionConfig(zones).Lines)
	p.alerts.SetZones(zones)
	p.cues.SetZones(zones)
	private := privateAmong(zones)
	p.mu.Lock()
	p.privateNow = private
	p.mu.Unlock()
	if p.cfg.portraits != nil {
		p.cfg.portraits.heed(private)
	}
}
