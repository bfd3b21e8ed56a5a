package mavlink

import (
	"time"
)

func (s *system) traffic() (live bool, received, lost, changes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	received, lost = s.state.paths.totals()
	return s.state.v.State == Live, received, lost, s.state.paths.changes
}

func (s *system) refusals() (refused, rivals, jumps uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.refused, s.state.identity.strangers, s.state.identity.jumps
}

func (s *system) snapshot(now time.Time) Vehicle {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	v := st.v
	v.Components = st.components()
	v.Warnings = st.identity.warnings(v.ID)
	if v.HighLatency = st.sparse.in(v.LastSeen, now); v.HighLatency {
		v.LastSeen = st.sparse.last.UTC()
	}
	v.Arming, v.Failsafe = st.arming.view(), st.failsafes.view()
	v.Endurance = st.endurance.view(&st.v, now)
	v.Links = st.paths.states(now)
	if len(v.Links) > 0 {
		v.Link = v.Links[0]
	}
	v.Gimbals = st.gimbalViews(s.ours, now)
	v.Gimbal = firstView(v.Gimbals)
	v.Cameras = st.cameras.List()
	v.Clock = st.clockView(s.component, now)
	return v
}

func (s *system) poseAt(t time.Time, gimbal uint8) (Pose, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if source, _, ok := s.state.gimbal.attitudeOf(gimbal); ok {
		gimbal = source
	} else {
		gimbal = s.state.firstGimbal()
	}
	offset, ok := s.state.clock(s.component).offset(time.Now())
	if !ok {
		return Pose{}, ErrNoPose
	}
	pose, err := s.state.poses.at(t.UnixNano()-offset, gimbal)
	pose.Time = t.UTC()
	return pose, err
}

// measured gives the UTC at which a message of the component was made.
func (st *state) measured(component uint8, millis uint32, at time.Time) time.Time {
	offset, ok := st.clock(component).offset(at)
	if !ok {
		return at.UTC()
	}
	return time.Unix(0, int64(millis)*int64(time.Millisecond)+offset).UTC()
}

func (st *state) clock(component uint8) *clock {
	c, ok := st.clocks[component]
	if !ok {
		c = &clock{}
		st.clocks[component] = c
	}
	return c
}
