package station

import (
	"context"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// trafficEvery is how often aircraft are passed on: as often as their transponders speak.
const trafficEvery = time.Second

// Traffic implements ui.Vehicles.
func (v *vehicles) Traffic() []api.Aircraft {
	heard := v.mavlink.Traffic()
	out := make([]api.Aircraft, len(heard))
	for i, a := range heard {
		out[i] = describeAircraft(a)
	}
	return out
}

func describeAircraft(a mavlink.Aircraft) api.Aircraft {
	return api.Aircraft{
		ID: a.ICAO, Callsign: a.Callsign, Squawk: a.Squawk, Emitter: a.Emitter, Position: geo.LatLon{Lat: a.Lat, Lon: a.Lon},
		AltitudeM: a.AltitudeM, AltitudeType: a.AltitudeType, CourseDeg: a.HeadingDeg, Speed: a.Speed, ClimbRate: a.ClimbRate,
		Simulated: a.Simulated, Receiver: a.Receiver, T: api.At(a.Time), Stale: a.Stale, Vehicle: a.Vehicle, DistanceM: a.DistanceM, AboveM: a.AboveM,
	}
}

// followTraffic passes aircraft on to the consoles when they were heard again, grow old or are gone.
func (s *Station) followTraffic(ctx context.Context) error {
	type seen struct {
		t     time.Time
		stale bool
	}
	shown := map[string]seen{}
	ticker := time.NewTicker(trafficEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		var changes []api.Change
		now := map[string]seen{}
		for _, a := range s.vehicles.Traffic() {
			now[a.ID] = seen{a.T.Time, a.Stale}
			if shown[a.ID] != now[a.ID] {
				changes = append(changes, api.AircraftChanged(a))
			}
		}
		for id := range shown {
			if _, still := now[id]; !still {
				changes = append(changes, api.AircraftEnded(id))
			}
		}
		shown = now
		s.hub.publish(changes...)
	}
}
