package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

const (
	// sparsePeriod is the time between the messages of a high-latency link unless it shows another one; a vehicle is lost
	// after missedReports of them, within bounds.
	sparsePeriod  = 5 * time.Second
	missedReports = 4
	leastSparse   = 20 * time.Second
	mostSparse    = 5 * time.Minute
	// provingSparse is the time within which two reports make a vehicle.
	provingSparse = 2 * time.Minute
)

// sparse follows a vehicle that is heard on a high-latency link.
type sparse struct {
	// last is when HIGH_LATENCY2 came last, period the time between two of them, smoothed.
	last   time.Time
	period time.Duration
}

// in tells whether the vehicle is known by its reports alone: heartbeats have stopped and reports have not.
func (s *sparse) in(heartbeat, now time.Time) bool {
	return !s.last.IsZero() && now.Sub(heartbeat) > lostAfter/2 && now.Sub(s.last) <= min(max(missedReports*s.period, leastSparse), mostSparse)
}

func (s *sparse) note(at time.Time) {
	switch gap := at.Sub(s.last); {
	case s.last.IsZero():
		s.period = sparsePeriod
	case gap > (missedReports-1)*s.period:
		// Reports were lost: that is not their period.
	default:
		s.period += (gap - s.period) / 4
	}
	s.last = at
}

// applySparse takes the state of a vehicle from a HIGH_LATENCY2.
func (s *system) applySparse(m *common.MessageHighLatency2, at time.Time) (events []string) {
	st := &s.state
	st.sparse.note(at)
	if st.v.State == Lost {
		st.v.State = Live
		st.identity.unsettle()
		events = append(events, EventBack)
		s.log.Info("vehicle is back on a high-latency link")
	}
	v := &st.v
	st.customMode = uint32(m.CustomMode)
	if s.pilot.name() == "px4" {
		// PX4 puts the upper half of its number here.
		st.customMode = uint32(m.CustomMode) << 16
	}
	v.Mode = st.modes.name(st.customMode)
	if place, ok := placeOf(m.Latitude, m.Longitude); ok {
		p := Position{Lat: place.Lat, Lon: place.Lon, AltAMSL: float64(m.Altitude), Time: at.UTC()}
		if v.Home != nil {
			p.AltRelative = p.AltAMSL - v.Home.AltAMSL
		}
		v.Position = &p
	}
	const unknown = math.MaxUint8
	if m.Heading != unknown {
		v.HeadingDeg = number(geo.NormalizeDeg(float64(m.Heading) * 2))
	}
	v.GroundSpeed, v.Airspeed, v.ClimbRate, v.ThrottlePercent = fifth(m.Groundspeed), fifth(m.Airspeed), nil, nil
	if m.Throttle <= 100 {
		v.ThrottlePercent = number(float64(m.Throttle))
	}
	v.SpeedTime = at.UTC()
	if m.Battery >= 0 && m.Battery <= 100 {
		v.Battery = &Battery{Percent: number(float64(m.Battery)), Time: at.UTC()}
	}
	if m.Windspeed != unknown && m.WindHeading != unknown {
		// The message names where the wind blows to.
		st.applyWind(float64(m.Windspeed)/5, float64(m.WindHeading)*2+180, 0, at)
	}
	st.applyFailures(m.FailureFlags, at)
	return append(events, EventState)
}

// fifth reads a speed in fifths of a metre a second; 255 is unknown.
func fifth(v uint8) *float64 {
	if v == math.MaxUint8 {
		return nil
	}
	return number(float64(v) / 5)
}

// applyFailures turns the failure flags of a report into the form of SYS_STATUS.
func (st *state) applyFailures(f common.HL_FAILURE_FLAG, at time.Time) {
	h := SensorHealth{Time: at.UTC()}
	for _, k := range []struct {
		bit  common.HL_FAILURE_FLAG
		name string
	}{
		{common.HL_FAILURE_FLAG_GPS, "GPS"}, {common.HL_FAILURE_FLAG_DIFFERENTIAL_PRESSURE, "airspeed sensor"},
		{common.HL_FAILURE_FLAG_ABSOLUTE_PRESSURE, "barometer"}, {common.HL_FAILURE_FLAG_3D_ACCEL, "accelerometer"},
		{common.HL_FAILURE_FLAG_3D_GYRO, "gyroscope"}, {common.HL_FAILURE_FLAG_3D_MAG, "compass"}, {common.HL_FAILURE_FLAG_TERRAIN, "terrain"},
		{common.HL_FAILURE_FLAG_BATTERY, "battery"}, {common.HL_FAILURE_FLAG_RC_RECEIVER, "remote control"},
		{common.HL_FAILURE_FLAG_OFFBOARD_LINK, "offboard link"}, {common.HL_FAILURE_FLAG_ENGINE, "engine"},
		{common.HL_FAILURE_FLAG_GEOFENCE, "geofence"}, {common.HL_FAILURE_FLAG_ESTIMATOR, "attitude estimate"},
		{common.HL_FAILURE_FLAG_MISSION, "mission"},
	} {
		if f&k.bit != 0 {
			h.Unhealthy = append(h.Unhealthy, k.name)
		}
	}
	st.v.Sensors = &h
}

// sparseHeartbeat is a report in the form of the heartbeat that a vehicle on a high-latency link does not send.
func sparseHeartbeat(m message.Message) (*common.MessageHeartbeat, bool) {
	r, ok := m.(*common.MessageHighLatency2)
	if !ok {
		return nil, false
	}
	return &common.MessageHeartbeat{Type: r.Type, Autopilot: r.Autopilot, CustomMode: uint32(r.CustomMode)}, true
}

// quiet tells that every message to the vehicle costs: it is reached over a high-latency link alone.
func (s *system) quiet(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.sparse.in(s.state.v.LastSeen, now)
}
