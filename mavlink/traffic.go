package mavlink

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/geo"
)

const (
	// trafficStale is the silence after which an aircraft is shown as old, trafficGone after which it is dropped.
	trafficStale = 15 * time.Second
	trafficGone  = 60 * time.Second
	maxTraffic   = 1000
	// An aircraft that stays within these of one of our vehicles, as fast as it is, for several reports is that vehicle.
	ownRadiusM = 100
	ownHeightM = 60
	ownSpeedMS = 3
	ownReports = 3
	// believable bounds of a height in metres.
	lowestM, highestM = -1000, 60_000
)

// Aircraft is one aircraft that an ADS-B receiver hears.
type Aircraft struct {
	// ICAO is the address of its transponder in six hexadecimal digits.
	ICAO     string
	Callsign string
	Squawk   string
	// Emitter is "light", "small", "large", "heavy", "rotorcraft", "glider", "balloon", "parachutist", "ultralight", "uav",
	// "space", "surface", "obstacle", "fast" or empty.
	Emitter  string
	Lat, Lon float64
	// AltitudeM is a height in metres; AltitudeType is "pressure" (QNH) or "geometric" (above the ellipsoid).
	AltitudeM    *float64
	AltitudeType string
	// HeadingDeg is the course over ground, Speed and ClimbRate are in metres a second.
	HeadingDeg, Speed, ClimbRate *float64
	// Simulated aircraft are not there.
	Simulated bool
	// Receiver is the system id that heard it last.
	Receiver int
	// Time is when its transponder was heard last; Stale tells that this is more than 15 s ago.
	Time  time.Time
	Stale bool
	// Vehicle is the nearest of our own live vehicles, 0 for none, with the distance to it and the height above it in metres.
	Vehicle           int
	DistanceM, AboveM *float64
}

// TrafficStats counts what happened to reports of aircraft.
type TrafficStats struct {
	// Shown are the aircraft in the table; Own reports were those of our vehicles; Refused had no valid place; Overflow found
	// the table full.
	Shown, Own, Refused, Overflow uint64
}

// traffic is the table of aircraft.
type traffic struct {
	own, refused, overflow atomic.Uint64

	mu  sync.Mutex
	all map[uint32]*heardAircraft
}

type heardAircraft struct {
	Aircraft
	// mimics counts in a row the reports that fit vehicle.
	mimics  int
	vehicle int
}

// note takes a report. fleet are our own vehicles.
func (t *traffic) note(receiver uint8, m *common.MessageAdsbVehicle, fleet []ownPlace, at time.Time) {
	place, ok := placeOf(m.Lat, m.Lon)
	if !ok || m.Flags&common.ADSB_FLAGS_VALID_COORDS == 0 {
		t.refused.Add(1)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = make(map[uint32]*heardAircraft)
	}
	h, known := t.all[m.IcaoAddress]
	if !known {
		if len(t.all) >= maxTraffic && !t.makeRoom(at) {
			t.overflow.Add(1)
			return
		}
		h = &heardAircraft{}
		t.all[m.IcaoAddress] = h
	}
	heard := at.Add(-time.Duration(m.Tslc) * time.Second).UTC()
	if known && heard.Before(h.Time) {
		return // another receiver has newer news
	}
	h.Aircraft = aircraftOf(m, place, h.Aircraft)
	h.Receiver, h.Time = int(receiver), heard
	if v, fits := mimicked(h.Aircraft, fleet); fits && (h.mimics == 0 || h.vehicle == v) {
		h.vehicle = v
		h.mimics++
	} else {
		h.mimics = 0
	}
	if h.mimics >= ownReports {
		t.own.Add(1)
	}
}

// makeRoom drops the oldest where it is stale.
func (t *traffic) makeRoom(now time.Time) bool {
	var oldest uint32
	var at time.Time
	for icao, h := range t.all {
		if at.IsZero() || h.Time.Before(at) {
			oldest, at = icao, h.Time
		}
	}
	if now.Sub(at) <= trafficStale {
		return false
	}
	delete(t.all, oldest)
	return true
}

func aircraftOf(m *common.MessageAdsbVehicle, place geo.LatLon, was Aircraft) Aircraft {
	has := func(f common.ADSB_FLAGS) bool { return m.Flags&f != 0 }
	a := Aircraft{
		ICAO: fmt.Sprintf("%06X", m.IcaoAddress&0xFFFFFF), Callsign: was.Callsign, Squawk: was.Squawk, Emitter: emitter(m.EmitterType),
		Lat: place.Lat, Lon: place.Lon, Simulated: has(common.ADSB_FLAGS_SIMULATED),
	}
	if has(common.ADSB_FLAGS_VALID_CALLSIGN) {
		a.Callsign = clean(m.Callsign)
	}
	if has(common.ADSB_FLAGS_VALID_SQUAWK) && m.Squawk <= 7777 {
		a.Squawk = fmt.Sprintf("%04d", m.Squawk)
	}
	if h := float64(m.Altitude) / perMetre; has(common.ADSB_FLAGS_VALID_ALTITUDE) && h >= lowestM && h <= highestM {
		a.AltitudeM, a.AltitudeType = &h, "pressure"
		if m.AltitudeType == common.ADSB_ALTITUDE_TYPE_GEOMETRIC {
			a.AltitudeType = "geometric"
		}
	}
	if has(common.ADSB_FLAGS_VALID_HEADING) && m.Heading <= 36000 {
		a.HeadingDeg = number(geo.NormalizeDeg(float64(m.Heading) / centi))
	}
	if has(common.ADSB_FLAGS_VALID_VELOCITY) {
		a.Speed = number(float64(m.HorVelocity) / centi)
		a.ClimbRate = number(float64(m.VerVelocity) / centi)
	}
	return a
}

// mimicked gives the vehicle of ours that the aircraft must be.
func mimicked(a Aircraft, fleet []ownPlace) (id int, ok bool) {
	for _, v := range fleet {
		switch {
		case geo.Distance(geo.LatLon{Lat: a.Lat, Lon: a.Lon}, v.place) > ownRadiusM:
		case a.AltitudeM != nil && a.AltitudeType == "pressure" && math.Abs(*a.AltitudeM-v.amsl) > ownHeightM:
		case a.Speed != nil && math.Abs(*a.Speed-v.speed) > ownSpeedMS:
		default:
			return v.id, true
		}
	}
	return 0, false
}

// list gives the aircraft that are not ours, by address, and forgets those that are gone.
func (t *traffic) list(fleet []ownPlace, now time.Time) []Aircraft {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Aircraft, 0, len(t.all))
	for icao, h := range t.all {
		silent := now.Sub(h.Time)
		if silent > trafficGone {
			delete(t.all, icao)
			continue
		}
		if h.mimics >= ownReports {
			continue
		}
		a := h.Aircraft
		a.Stale = silent > trafficStale
		a.relate(fleet)
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Aircraft) int { return cmp.Compare(a.ICAO, b.ICAO) })
	return out
}

// relate finds the nearest of our vehicles.
func (a *Aircraft) relate(fleet []ownPlace) {
	for _, v := range fleet {
		d := geo.Distance(geo.LatLon{Lat: a.Lat, Lon: a.Lon}, v.place)
		if a.DistanceM != nil && d >= *a.DistanceM {
			continue
		}
		a.Vehicle, a.DistanceM, a.AboveM = v.id, &d, nil
		if a.AltitudeM != nil && a.AltitudeType == "pressure" {
			a.AboveM = number(*a.AltitudeM - v.amsl)
		}
	}
}

func emitter(t common.ADSB_EMITTER_TYPE) string {
	switch t {
	case common.ADSB_EMITTER_TYPE_LIGHT:
		return "light"
	case common.ADSB_EMITTER_TYPE_SMALL:
		return "small"
	case common.ADSB_EMITTER_TYPE_LARGE, common.ADSB_EMITTER_TYPE_HIGH_VORTEX_LARGE:
		return "large"
	case common.ADSB_EMITTER_TYPE_HEAVY:
		return "heavy"
	case common.ADSB_EMITTER_TYPE_HIGHLY_MANUV:
		return "fast"
	case common.ADSB_EMITTER_TYPE_ROTOCRAFT:
		return "rotorcraft"
	case common.ADSB_EMITTER_TYPE_GLIDER:
		return "glider"
	case common.ADSB_EMITTER_TYPE_LIGHTER_AIR:
		return "balloon"
	case common.ADSB_EMITTER_TYPE_PARACHUTE:
		return "parachutist"
	case common.ADSB_EMITTER_TYPE_ULTRA_LIGHT:
		return "ultralight"
	case common.ADSB_EMITTER_TYPE_UAV:
		return "uav"
	case common.ADSB_EMITTER_TYPE_SPACE:
		return "space"
	case common.ADSB_EMITTER_TYPE_EMERGENCY_SURFACE, common.ADSB_EMITTER_TYPE_SERVICE_SURFACE:
		return "surface"
	case common.ADSB_EMITTER_TYPE_POINT_OBSTACLE:
		return "obstacle"
	default:
		return ""
	}
}

// Traffic gives the aircraft that the ADS-B receivers of the vehicles, and those beside them, hear; our own are left out.
func (s *Service) Traffic() []Aircraft {
	now := time.Now()
	return s.traffic.list(s.places(), now)
}

// ownPlace is where one of our live vehicles is.
type ownPlace struct {
	id          int
	place       geo.LatLon
	amsl, speed float64
}

func (s *Service) places() []ownPlace {
	var fleet []ownPlace
	for i := range s.systems {
		if sys := s.systems[i].Load(); sys != nil {
			if p, ok := sys.place(); ok {
				fleet = append(fleet, p)
			}
		}
	}
	return fleet
}

func (s *system) place() (p ownPlace, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &s.state.v
	if v.Position == nil || v.State != Live {
		return p, false
	}
	p = ownPlace{id: v.ID, place: geo.LatLon{Lat: v.Position.Lat, Lon: v.Position.Lon}, amsl: v.Position.AltAMSL}
	if v.Velocity != nil {
		p.speed = math.Hypot(v.Velocity.North, v.Velocity.East)
	}
	return p, true
}

// hearTraffic takes a report of an aircraft, from a vehicle or from a receiver that is none; ok is false for other messages.
func (s *Service) hearTraffic(system uint8, m any, at time.Time) (ok bool) {
	a, ok := m.(*common.MessageAdsbVehicle)
	if ok {
		s.traffic.note(system, a, s.places(), at)
	}
	return ok
}

func (t *traffic) stats() TrafficStats {
	t.mu.Lock()
	shown := len(t.all)
	t.mu.Unlock()
	return TrafficStats{Shown: uint64(shown), Own: t.own.Load(), Refused: t.refused.Load(), Overflow: t.overflow.Load()}
}
