package station

import (
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// describeCondition fills in how a vehicle is.
func describeCondition(out *api.Vehicle, m mavlink.Vehicle, now time.Time) {
	out.VTOL, out.Status, out.Version, out.UID = m.VTOL, m.SystemStatus, m.Version, m.UID
	out.HighLatency, out.IntendedMode = m.HighLatency, m.IntendedMode
	out.Airspeed, out.Throttle = m.Airspeed, m.ThrottlePercent
	for _, c := range m.Components {
		out.Components = append(out.Components, api.Component{
			ID: c.ID, Kind: c.Kind, Vendor: c.Vendor, Model: c.Model, Version: c.Version,
			LastSeen: api.At(c.LastSeen), AgeS: api.Known(max(0, now.Sub(c.LastSeen).Seconds())),
		})
	}
	for _, w := range m.Warnings {
		out.Warnings = append(out.Warnings, api.Warning{Kind: w.Kind, Text: w.Text, Since: api.At(w.Since)})
	}
	if m.Battery != nil {
		b := describeBattery(*m.Battery)
		out.Battery = &b
	}
	for _, b := range m.Batteries {
		out.Batteries = append(out.Batteries, describeBattery(b))
	}
	out.Endurance = describeEndurance(m.Endurance)
	out.GPS, out.GPS2 = describeGPS(m.GPS), describeGPS(m.GPS2)
	describeEstimate(out, m)
	describeSurroundings(out, m)
	describeReadiness(out, m)
	out.Clock = &api.Clock{Synchronised: m.Clock.Synchronised}
	if m.Clock.Uncertainty > 0 {
		out.Clock.UncertaintyMs = api.Known(float64(m.Clock.Uncertainty.Microseconds()) / 1000)
	}
	if m.Clock.Ahead != nil {
		out.Clock.AheadS = api.Known(m.Clock.Ahead.Seconds())
	}
	out.Stale = stale(m, now)
}

func describeBattery(b mavlink.Battery) api.Battery {
	out := api.Battery{
		ID: b.ID, Function: b.Function, Chemistry: b.Chemistry, Percent: b.Percent, Voltage: b.Voltage, Current: b.Current,
		ConsumedAh: b.ConsumedAh, CellsV: b.CellsV, TemperatureC: b.TemperatureC, Charge: b.Charge, Faults: b.Faults, T: api.At(b.Time),
	}
	if b.TimeLeft != nil {
		out.TimeLeftS = api.Known(b.TimeLeft.Seconds())
	}
	return out
}

func describeEndurance(e *mavlink.Endurance) *api.Endurance {
	if e == nil {
		return nil
	}
	out := api.Endurance{
		ToReserveS: e.ToReserve.Seconds(), ReservePercent: e.ReservePercent, DistanceM: e.DistanceM, Basis: e.Basis, T: api.At(e.Time),
	}
	if e.ToHome != nil {
		out.ToHomeS = api.Known(e.ToHome.Seconds())
	}
	if e.Spare != nil {
		out.SpareS = api.Known(e.Spare.Seconds())
	}
	return &out
}

func describeGPS(g *mavlink.GPS) *api.GPS {
	if g == nil {
		return nil
	}
	return &api.GPS{
		Fix: g.Fix, Satellites: g.Satellites, HDOP: g.HDOP, VDOP: g.VDOP, HorizontalM: g.HorizontalM, VerticalM: g.VerticalM,
		AltAMSL: amslOf(g.AltAMSL), Jamming: g.Jamming, Spoofing: g.Spoofing, T: api.At(g.Time),
	}
}

func amslOf(v *float64) *geo.AMSL {
	if v == nil {
		return nil
	}
	amsl := geo.AMSL(*v)
	return &amsl
}

func describeEstimate(out *api.Vehicle, m mavlink.Vehicle) {
	if e := m.EKF; e != nil {
		out.EKF = &api.EKF{
			Level: e.Level, Attitude: e.Attitude, Velocity: e.Velocity, Position: e.Position, Height: e.Height, Held: e.Held,
			GPSGlitch: e.GPSGlitch, VelocityRatio: e.VelocityRatio, HorizontalRatio: e.HorizontalRatio, VerticalRatio: e.VerticalRatio,
			CompassRatio: e.CompassRatio, TerrainRatio: e.TerrainRatio, AirspeedRatio: e.AirspeedRatio, T: api.At(e.Time),
		}
	}
	if v := m.Vibration; v != nil {
		out.Vibration = &api.Vibration{X: v.X, Y: v.Y, Z: v.Z, Clipping: v.Clipping, Level: v.Level, T: api.At(v.Time)}
	}
}

func describeSurroundings(out *api.Vehicle, m mavlink.Vehicle) {
	if w := m.Wind; w != nil {
		out.Wind = &api.Wind{Speed: w.Speed, FromDeg: w.FromDeg, Up: w.Up, T: api.At(w.Time)}
	}
	if a := m.Altitudes; a != nil {
		out.Altitudes = &api.Altitudes{
			AMSL: amslOf(a.AMSL), Relative: a.Relative, Local: a.Local, Terrain: a.Terrain, Clearance: a.Clearance, T: api.At(a.Time),
		}
	}
	if t := m.Terrain; t != nil {
		out.Terrain = &api.TerrainReport{GroundAMSL: amslOf(t.GroundAMSL), AboveM: t.AboveM, Pending: t.Pending, Loaded: t.Loaded, T: api.At(t.Time)}
	}
	if r := m.Rangefinder; r != nil {
		out.Rangefinder = &api.Rangefinder{DistanceM: r.DistanceM, T: api.At(r.Time)}
	}
	if r := m.RC; r != nil {
		out.RC = &api.RC{Channels: r.Channels, RSSIPercent: r.RSSIPercent, T: api.At(r.Time)}
	}
}

func describeReadiness(out *api.Vehicle, m mavlink.Vehicle) {
	if s := m.Sensors; s != nil {
		out.Sensors = &api.SensorHealth{Unhealthy: s.Unhealthy, LoadPercent: s.LoadPercent, T: api.At(s.Time)}
		if s.Unhealthy == nil {
			out.Sensors.Unhealthy = []string{}
		}
	}
	if f := m.Fence; f != nil {
		out.Fence = &api.FenceStatus{Breached: f.Breached, Kind: f.Kind, Count: f.Count, T: api.At(f.Time)}
	}
	if r := m.RemoteID; r != nil {
		out.RemoteID = &api.RemoteID{Ready: r.Ready, Error: r.Error, T: api.At(r.Time)}
	}
	out.Failsafe = &api.Failsafe{Active: m.Failsafe.Active}
	for _, r := range m.Failsafe.Reasons {
		out.Failsafe.Reasons = append(out.Failsafe.Reasons, api.FailsafeReason{Kind: r.Kind, Text: r.Text, T: api.At(r.Time)})
	}
	out.Arming = &api.Arming{Ready: m.Arming.Ready, T: api.At(m.Arming.Time)}
	for _, r := range m.Arming.Reasons {
		out.Arming.Reasons = append(out.Arming.Reasons, api.ArmingReason{Text: r.Text, Source: r.Source, Warning: r.Warning, T: api.At(r.Time)})
	}
}

const (
	// What says where a vehicle is and moves is old after a loss's time, the rest after some of its periods. Home and modes
	// stay true until told otherwise.
	motionAge    = 4 * time.Second
	conditionAge = 15 * time.Second
)

// stale names the members that are too old to go by.
func stale(m mavlink.Vehicle, now time.Time) (names []string) {
	note := func(name string, at time.Time, limit time.Duration) {
		if !at.IsZero() && now.Sub(at) > limit {
			names = append(names, name)
		}
	}
	if p := m.Position; p != nil {
		note("position", p.Time, motionAge)
	}
	if v := m.Velocity; v != nil {
		note("velocity", v.Time, motionAge)
	}
	if a := m.Attitude; a != nil {
		note("attitude", a.Time, motionAge)
	}
	note("groundSpeed", m.SpeedTime, motionAge)
	if b := m.Battery; b != nil {
		note("battery", b.Time, conditionAge)
	}
	for _, g := range []struct {
		name string
		gps  *mavlink.GPS
	}{{"gps", m.GPS}, {"gps2", m.GPS2}} {
		if g.gps != nil {
			note(g.name, g.gps.Time, conditionAge)
		}
	}
	if e := m.EKF; e != nil {
		note("ekf", e.Time, conditionAge)
	}
	if w := m.Wind; w != nil {
		note("wind", w.Time, conditionAge)
	}
	if v := m.Vibration; v != nil {
		note("vibration", v.Time, conditionAge)
	}
	if s := m.Sensors; s != nil {
		note("sensors", s.Time, conditionAge)
	}
	note("landed", m.StateTime, conditionAge)
	return names
}
