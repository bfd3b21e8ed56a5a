package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

const (
	perDegree = 1e7 // MAVLink's integer degrees
	perMetre  = 1e3
	centi     = 1e2
	// unknown16 marks an unknown value in an unsigned field of 16 bits.
	unknown16 = math.MaxUint16
)

// applyMotion takes what says where the vehicle is and how it moves; false for everything else.
func (st *state) applyMotion(component uint8, m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageGlobalPositionInt:
		st.applyPosition(component, m, at)
	case *common.MessageAttitude:
		return st.applyAttitude(component, m, at)
	case *common.MessageVfrHud:
		st.applySpeeds(m, at)
	case *common.MessageHomePosition:
		if place, ok := placeOf(m.Latitude, m.Longitude); ok {
			st.v.Home = &Home{Lat: place.Lat, Lon: place.Lon, AltAMSL: float64(m.Altitude) / perMetre, Time: at.UTC()}
		}
	case *common.MessageSystemTime:
		// GPS time is known when it is past 2001.
		switch unix := int64(min(m.TimeUnixUsec, math.MaxInt64/1000)) * 1000; {
		case unix > unixLatest:
			st.refused++
		case unix > unixLike:
			st.boot.unixLessBoot = unix - int64(m.TimeBootMs)*int64(time.Millisecond)
		}
	default:
		return false
	}
	return true
}

func (st *state) applyPosition(component uint8, m *common.MessageGlobalPositionInt, at time.Time) {
	place, ok := placeOf(m.Lat, m.Lon)
	if !ok {
		if m.Lat != 0 || m.Lon != 0 {
			st.refused++
		}
		return
	}
	made := st.measured(component, m.TimeBootMs, at)
	s := placeSample{
		lat: place.Lat, lon: place.Lon,
		altAMSL: float64(m.Alt) / perMetre, altRelative: float64(m.RelativeAlt) / perMetre,
		north: float64(m.Vx) / centi, east: float64(m.Vy) / centi, up: -float64(m.Vz) / centi,
	}
	boot := int64(m.TimeBootMs) * int64(time.Millisecond)
	st.poses.places.add(boot, s)
	if st.poses.places.behind(boot) {
		return // a late one is for the history only
	}
	st.v.Position = &Position{Lat: s.lat, Lon: s.lon, AltAMSL: s.altAMSL, AltRelative: s.altRelative, Time: made}
	st.v.Velocity = &Velocity{North: s.north, East: s.east, Up: s.up, Time: made}
	if st.flies() {
		st.endurance.fly(st.v.Type, st.v.Velocity, st.v.Wind, at)
	}
	if m.Hdg != unknown16 {
		st.v.HeadingDeg = number(geo.NormalizeDeg(float64(m.Hdg) / centi))
	}
}

func (st *state) applyAttitude(component uint8, m *common.MessageAttitude, at time.Time) bool {
	if !finite(m.Roll, m.Pitch, m.Yaw) {
		st.refused++
		return false
	}
	s := turnSample{q: fromEuler(float64(m.Roll), float64(m.Pitch), float64(m.Yaw))}
	if finite(m.Rollspeed, m.Pitchspeed, m.Yawspeed) {
		s.rates = [3]float64{float64(m.Rollspeed), float64(m.Pitchspeed), float64(m.Yawspeed)}
	}
	boot := int64(m.TimeBootMs) * int64(time.Millisecond)
	st.poses.turns.add(boot, s)
	st.turned = at
	if st.poses.turns.behind(boot) {
		return true
	}
	a := Attitude{Time: st.measured(component, m.TimeBootMs, at)}
	a.RollDeg, a.PitchDeg, a.YawDeg = s.q.eulerDeg()
	st.v.Attitude = &a
	return true
}

func (st *state) applySpeeds(m *common.MessageVfrHud, at time.Time) {
	if !finite(m.Groundspeed, m.Climb) || m.Groundspeed < 0 {
		st.refused++
		return
	}
	st.v.GroundSpeed, st.v.ClimbRate, st.v.SpeedTime = number(m.Groundspeed), number(m.Climb), at.UTC()
	st.v.Airspeed, st.v.ThrottlePercent = nil, nil
	if finite(m.Airspeed) && m.Airspeed >= 0 {
		st.v.Airspeed = number(m.Airspeed)
	}
	if m.Throttle <= 100 {
		st.v.ThrottlePercent = number(float64(m.Throttle))
	}
}

// placeOf answers false for places that cannot be, and for 0, 0, which autopilots send before they know.
func placeOf(lat, lon int32) (geo.LatLon, bool) {
	p := geo.LatLon{Lat: float64(lat) / perDegree, Lon: float64(lon) / perDegree}
	return p, p.Valid() && (lat != 0 || lon != 0)
}

func number[T float32 | float64](v T) *float64 {
	f := float64(v)
	return &f
}

func finite(values ...float32) bool {
	for _, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
	}
	return true
}
