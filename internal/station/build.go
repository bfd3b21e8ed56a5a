package station

import (
	"fmt"
	"path/filepath"

	"github.com/paulmach/orb"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/serialport"
	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/sensors"
	"vedette/tracking/fusion"
	"vedette/tracking/zone"
)

func mavlinkLinks(links []config.Link) []mavlink.LinkConfig {
	out := make([]mavlink.LinkConfig, 0, len(links))
	for _, l := range links {
		c := mavlink.LinkConfig{
			Name: l.Name, UDPServer: l.UDPServer, UDPClient: l.UDPClient, TCPServer: l.TCPServer, TCPClient: l.TCPClient,
			UDPBroadcast: l.UDPBroadcast, Trusted: l.Trusted, Priority: l.Priority, BytesPerSecond: l.BytesPerSecond,
			Profile: link.Profile{Name: l.Profile, Rates: ratesByID(l.Rates)},
		}
		if r := l.Replay; r != nil {
			c.Replay = &link.ReplayConfig{File: r.File, Speed: valueOr(r.Speed, 1), Loop: r.Loop}
		}
		if l.Serial != nil {
			c.Serial = &mavlink.SerialConfig{Device: l.Serial.Device, Baud: max(int(l.Serial.Baud), 0)} // 0 is found by itself
		}
		out = append(out, c)
	}
	return out
}

// ratesByID turns message names, which the configuration was checked for, into ids.
func ratesByID(byName map[string]float64) map[uint32]float64 {
	out := make(map[uint32]float64, len(byName))
	for name, hz := range byName {
		if id, ok := link.MessageID(name); ok {
			out[id] = hz
		}
	}
	return out
}

func signingConfig(cfg config.Signing, dataDir string) mavlink.SigningConfig {
	return mavlink.SigningConfig{Folder: filepath.Join(dataDir, "signing"), AcceptUnsigned: cfg.Unsigned == "accept"}
}

func telemetryConfig(cfg config.Telemetry, dataDir string) mavlink.TelemetryConfig {
	if cfg.Off {
		return mavlink.TelemetryConfig{}
	}
	const mega, giga = 1 << 20, 1 << 30
	folder := cfg.Folder
	if folder == "" {
		folder = filepath.Join(dataDir, "telemetry")
	}
	return mavlink.TelemetryConfig{
		Folder: folder, FileBytes: int64(cfg.FileMB * mega), KeepFor: cfg.Keep, KeepBytes: int64(cfg.MaxGB * giga),
	}
}

func rtkConfig(c config.RTK) mavlink.RTKConfig {
	out := mavlink.RTKConfig{TCP: c.TCP}
	if c.Serial != nil {
		out.Serial = &mavlink.SerialConfig{Device: c.Serial.Device, Baud: int(c.Serial.Baud)}
	}
	return out
}

func sensorConfigs(cfg config.Config) (out []sensors.SensorConfig, gateways []sensors.GatewayConfig) {
	for _, s := range cfg.Sensors {
		c := sensors.SensorConfig{
			ID: s.ID, Kind: sensors.Kind(s.Kind), AzimuthDeg: s.AzimuthDeg, FOVDeg: s.FOVDeg, RangeM: s.RangeM,
			Gateway: s.Gateway, Address: s.Address, Channel: s.Channel, SilentAfter: s.Silent,
		}
		if s.Position != nil {
			c.Lat, c.Lon = s.Position.Lat, s.Position.Lon
		}
		if len(s.Line) == 2 {
			c.Line = &[2]geo.LatLon{s.Line[0], s.Line[1]}
		}
		out = append(out, c)
	}
	for _, g := range cfg.Gateways {
		c := sensors.GatewayConfig{Name: g.Name, UDP: g.UDP, Protocol: g.Protocol}
		if g.Serial != nil {
			c.Serial = &serialport.Config{Device: g.Serial.Device, Baud: int(g.Serial.Baud)}
		}
		gateways = append(gateways, c)
	}
	return out, gateways
}

// Reach by class of a seismic node whose reach for a walking person is 1: heavier things are felt from farther away.
const (
	vehicleReach = 4.5
	animalReach  = 0.65
)

// fusionSensor is a ground sensor as fusion sees it.
func fusionSensor(s sensors.State) fusion.Sensor {
	f := fusion.Sensor{ID: s.ID, Position: s.Position}
	switch s.Kind {
	case sensors.Seismic:
		f.Kind = fusion.Seismic
		f.RangeM = [3]float64{s.RangeM, vehicleReach * s.RangeM, animalReach * s.RangeM}
	case sensors.PIR:
		f.Kind = fusion.PIR
		f.RangeM = [3]float64{s.RangeM}
		if s.AzimuthDeg != nil {
			f.AzDeg = *s.AzimuthDeg
		}
		if s.FOVDeg != nil {
			f.FovDeg = *s.FOVDeg
		}
	case sensors.Beam:
		f.Kind = fusion.Beam
		if s.Line != nil {
			f.A, f.B = s.Line[0], s.Line[1]
		}
	}
	return f
}

// zonesOf turns the configured zones into geometry.
func zonesOf(cfg []config.Zone) ([]zone.Zone, error) {
	out := make([]zone.Zone, 0, len(cfg))
	for _, z := range cfg {
		line := make(orb.LineString, 0, len(z.Points)+1)
		for _, p := range z.Points {
			line = append(line, p.Point())
		}
		var g orb.Geometry = line
		if z.Kind != string(zone.Border) {
			if line[0] != line[len(line)-1] {
				line = append(line, line[0])
			}
			g = orb.Polygon{orb.Ring(line)}
		}
		rule, err := ruleOf(z)
		if err != nil {
			return nil, fmt.Errorf("zone %q: %w", z.ID, err)
		}
		made := zone.Zone{ID: z.ID, Name: z.Name, Kind: zone.Kind(z.Kind), Geometry: g, Rule: rule}
		if err := made.Validate(); err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// ruleOf turns the words of a zone's rule into values.
func ruleOf(z config.Zone) (zone.Rule, error) {
	rule := zone.Rule{
		Classes: z.Classes, MinSpeedMS: z.MinSpeed, MaxSpeedMS: z.MaxSpeed, Loiter: z.Loiter, Direction: zone.Direction(z.Direction),
	}
	var err error
	if rule.From, err = config.ClockTime(z.From); err != nil {
		return rule, err
	}
	if rule.To, err = config.ClockTime(z.To); err != nil {
		return rule, err
	}
	for _, text := range z.Days {
		day, err := config.Weekday(text)
		if err != nil {
			return rule, err
		}
		rule.Days = append(rule.Days, day)
	}
	return rule, nil
}
