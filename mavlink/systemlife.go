package mavlink

import (
	"time"

	"vedette/mavlink/link"
)

// lostAfter is the silence of the autopilot's heartbeat, sent once a second, after which a vehicle is lost: so much below
// four seconds that the tick which sees it comes within them.
const lostAfter = 4*time.Second - tick

// follow does what a change of the vehicle's life asks for.
func (s *system) follow(verdict judgement) []string {
	st := &s.state
	switch verdict {
	case anew:
		s.restart()
		st.identity.unsettle()
		s.log.Info("vehicle has booted")
		return []string{EventRebooted}
	case jumped, wrapped:
		// Everything that runs on the vehicle's clock begins anew. After a jump it may be another vehicle, too.
		st.poses, st.clocks, st.sync, st.boot = poseHistory{}, make(map[uint8]*clock), timesync{}, bootTime{}
		if verdict == jumped {
			st.session++
			st.turned = time.Time{}
			st.identity.unsettle()
			s.poke()
		}
		s.log.Info("the vehicle's clock has jumped")
	case swapped:
		s.log.Warn("another vehicle has taken over the system id", "hardware", st.identity.uid.String())
		st.forgetVehicle()
		s.restart()
		return []string{EventSwapped}
	}
	return nil
}

// alarm adds the news that a clash of ids has begun or ended.
func (s *system) alarm(events []string) []string {
	clash := !s.state.identity.clash.IsZero()
	if clash == s.state.v.Clash {
		return events
	}
	s.state.v.Clash = clash
	if clash {
		s.log.Warn("two vehicles use one system id")
	}
	return append(events, EventClash, EventState)
}

// forgetVehicle drops what belonged to the vehicle that had the id before.
func (st *state) forgetVehicle() {
	v := &st.v
	v.Home, v.Mission, v.Position, v.Velocity, v.Attitude, v.HeadingDeg = nil, nil, nil, nil, nil, nil
	v.Battery, v.Batteries, v.GPS, v.GPS2, v.EKF, v.Wind, v.Vibration, v.Sensors, v.Fence = nil, nil, nil, nil, nil, nil, nil, nil, nil
	v.Altitudes, v.Terrain, v.Rangefinder, v.RC, v.Messages = nil, nil, nil, nil, nil
	v.GroundSpeed, v.Airspeed, v.ClimbRate, v.ThrottlePercent = nil, nil, nil, nil
	v.Version, v.UID, v.Capabilities = "", "", 0
}

// restart forgets what a reboot made void.
func (s *system) restart() {
	st := &s.state
	st.poses = poseHistory{}
	st.gimbal.set.Forget(s.component)
	st.cameras.Forget(s.component)
	st.forgetPolls(s.component)
	st.arming, st.failsafes, st.endurance, st.events = armingState{}, failsafes{}, enduranceState{}, eventState{}
	st.clocks = make(map[uint8]*clock)
	st.sync = timesync{}
	st.session++
	st.turned = time.Time{}
	s.poke()
}

// tick notices a loss, a change of the way in use, texts whose rest will not come, and what has not been said again.
func (s *system) tick(now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchPaths(now)
	verdict, changed := s.state.identity.tick(now)
	events := s.alarm(s.follow(verdict))
	if cut := s.state.texts.expire(now); len(cut) > 0 {
		s.state.heed(cut)
		events = append(events, EventText)
	}
	if past := s.state.arming.expire(now); s.state.failsafes.expire(now) || past || changed {
		events = append(events, EventState)
	}
	st := &s.state
	if silent := now.Sub(st.v.LastSeen); st.v.State == Live && silent > lostAfter && !st.sparse.in(st.v.LastSeen, now) {
		st.v.State = Lost
		s.log.Warn("vehicle lost", "after", silent.Round(time.Second))
		events = append(events, EventLost, EventState)
	}
	return events
}

func (s *system) forget(p *link.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.paths.forget(p)
	s.state.identity.forget(p)
}

// shiftClocks takes account of a step of the station's own clock.
func (s *system) shiftClocks(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.state.clocks {
		c.shift(by)
	}
	s.state.sync.forget()
}
