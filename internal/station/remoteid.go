package station

import (
	"vedette/internal/config"
	"vedette/mavlink"
)

// operatorMoves tells whether the operator that vehicles broadcast is where the station is.
func operatorMoves(cfg config.Config) bool {
	r := cfg.RemoteID
	return r.Position == nil && (r.OperatorID != "" || len(r.Vehicles) > 0)
}

// remoteIDConfig is empty where nothing is configured: a station's place alone is not broadcast.
func remoteIDConfig(cfg config.Config) mavlink.RemoteIDConfig {
	r := cfg.RemoteID
	if r.OperatorID == "" && r.Position == nil && len(r.Vehicles) == 0 {
		return mavlink.RemoteIDConfig{}
	}
	out := mavlink.RemoteIDConfig{
		OperatorID: r.OperatorID, AltHAE: r.AltitudeHAE, Description: r.Description, Region: r.Region, Category: r.Category, Class: r.Class,
		Vehicles: r.Vehicles,
	}
	place := r.Position
	if place == nil {
		place = cfg.Station.Position
	}
	if place != nil {
		out.Lat, out.Lon = place.Lat, place.Lon
	}
	return out
}
