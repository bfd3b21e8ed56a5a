package station

import (
	"fmt"
	"sync"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/ui/api"
)

// looks remembers what each vehicle's camera was told to look at, and what it sees of the ground.
type looks struct {
	mu         sync.Mutex
	targets    map[gimbalKey]geo.LatLon
	footprints map[int]footprint
}

// gimbalKey names a gimbal; device 0 is that of a vehicle that has told of none.
type gimbalKey struct {
	vehicle int
	device  uint8
}

type footprint struct {
	at      time.Time
	polygon []geo.LatLon
}

func newLooks() *looks {
	return &looks{targets: map[gimbalKey]geo.LatLon{}, footprints: map[int]footprint{}}
}

func (l *looks) set(g gimbalKey, target geo.LatLon) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.targets[g] = target
}

func (l *looks) forget(g gimbalKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.targets, g)
}

func (l *looks) target(g gimbalKey) *geo.LatLon {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.targets[g]; ok {
		return &t
	}
	return nil
}

func (l *looks) sees(vehicle int, f footprint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.footprints[vehicle] = f
}

func (l *looks) sight(vehicle int) footprint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.footprints[vehicle]
}

const footprintFor = 3 * time.Second // an older one is not shown

// describe is a vehicle as the API has it.
func (v *vehicles) describe(m mavlink.Vehicle, now time.Time) api.Vehicle {
	age := now.Sub(m.LastSeen).Seconds()
	out := api.Vehicle{
		ID: m.ID, Name: fmt.Sprintf("Vehicle %d", m.ID), State: string(m.State), LastSeen: api.At(m.LastSeen),
		AgeS: api.Known(max(0, age)), Autopilot: m.Autopilot, Type: m.Type,
		Mode: m.Mode, Modes: m.Modes, Landed: m.Landed,
		HeadingDeg: m.HeadingDeg, GroundSpeed: m.GroundSpeed, ClimbRate: m.ClimbRate,
	}
	out.Armed = &m.Armed
	v.describePlace(&out, m)
	if a := m.Attitude; a != nil {
		out.Attitude = &api.Attitude{RollDeg: a.RollDeg, PitchDeg: a.PitchDeg, YawDeg: a.YawDeg, T: api.At(a.Time)}
	}
	describeCondition(&out, m, now)
	v.describeCamera(&out, m, now)
	for _, l := range m.Links {
		out.Links = append(out.Links, describeWay(l))
	}
	if len(out.Links) > 0 {
		out.Link = &out.Links[0]
	}
	if m.Mission != nil {
		out.Mission = &api.MissionState{Current: m.Mission.Current, Count: m.Mission.Count, T: api.At(m.Mission.Time)}
	}
	describeOrders(&out, m)
	if v.plans != nil {
		out.Plans = v.plans(m)
	}
	if t := m.Transfer; t != nil {
		out.Transfer = &api.Transfer{Kind: t.Kind, Upload: t.Upload, Done: t.Done, Total: t.Total}
	}
	for _, t := range m.Messages {
		message := api.Message{T: api.At(t.Time), Severity: t.Severity, Text: t.Text, Component: int(t.Component)}
		if t.Count > 1 {
			message.Count, message.FirstT = t.Count, api.At(t.First)
		}
		out.Messages = append(out.Messages, message)
	}
	return out
}

func (v *vehicles) describePlace(out *api.Vehicle, m mavlink.Vehicle) {
	if p := m.Position; p != nil {
		amsl := geo.AMSL(p.AltAMSL)
		out.Position = &api.Position{Lat: p.Lat, Lon: p.Lon, AltAMSL: &amsl, AltRelative: api.Known(p.AltRelative), T: api.At(p.Time)}
		if below, ok := v.ground.elevation(geo.LatLon{Lat: p.Lat, Lon: p.Lon}); ok {
			agl := geo.AGL(amsl - below)
			out.Position.AltAGL = &agl
		}
	}
	if s := m.Velocity; s != nil {
		out.Velocity = &api.Velocity{North: s.North, East: s.East, Up: s.Up, T: api.At(s.Time)}
	}
	if h := m.Home; h != nil {
		amsl := geo.AMSL(h.AltAMSL)
		out.Home = &api.Home{Lat: h.Lat, Lon: h.Lon, AltAMSL: &amsl, T: api.At(h.Time)}
	}
}

func (v *vehicles) describeCamera(out *api.Vehicle, m mavlink.Vehicle, now time.Time) {
	seen := v.looks.sight(m.ID)
	out.Gimbals, out.Cameras = v.describeGimbals(m), v.describeCameras(m, now)
	for _, g := range out.Gimbals {
		if first := m.Gimbal; first != nil && first.Valid && int(first.ID) == g.ID {
			out.Gimbal = &api.Gimbal{PitchDeg: first.PitchDeg, YawDeg: first.YawDeg, RollDeg: first.RollDeg, Target: g.Target, T: api.At(first.Time)}
		}
	}
	if m.State == mavlink.Live && len(seen.polygon) >= 3 && now.Sub(seen.at) < footprintFor {
		polygon := api.NewGeometry(ringOf(seen.polygon))
		out.Footprint = &polygon
	}
}

// describeOrders tells what the vehicle was told and is at.
func describeOrders(out *api.Vehicle, m mavlink.Vehicle) {
	if p := m.Pending; p != nil {
		out.Pending = &api.Pending{Command: p.Name, Percent: p.Percent, Since: api.At(p.Began)}
	}
	if l := m.Leading; l != nil {
		out.Leading = &api.Leading{Kind: l.Kind, By: l.By, Since: api.At(l.Began)}
	}
	if d := m.Destination; d != nil {
		out.Destination = &api.Destination{Lat: d.Lat, Lon: d.Lon, AltAMSL: geo.AMSL(d.AltAMSL)}
	}
}
