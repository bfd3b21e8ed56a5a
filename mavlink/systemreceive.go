package mavlink

import (
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
)

// judge says whether a frame is the vehicle's own, and what its coming means.
func (s *system) judge(p *link.Peer, f link.Frame, at time.Time) (own bool, events []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	verdict := s.state.identity.judge(p, f, f.ComponentID == s.component, at)
	if verdict == mine {
		return true, nil
	}
	return verdict.usable(), s.alarm(s.follow(verdict))
}

// news counts a frame on its way, and says whether it is news: not a copy that came on another way before, and not an
// older state than the way in use has told.
func (s *system) news(p *link.Peer, f link.Frame, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	st.paths.heardFrame(p, p.Priority(), f, at)
	if f.MessageID == timesyncID {
		st.roundTrip(p, f, at)
	}
	if len(st.paths.all) < 2 || !st.paths.several(at) {
		return true
	}
	if st.repeats.again(p, f, at) {
		return false
	}
	return f.ComponentID != s.component || !streamed(f.MessageID) || !st.repeats.behind(p, st.paths.best(at), f.MessageID, at)
}

// receive takes a message and answers the events that it makes, and the texts that it completes.
func (s *system) receive(p *link.Peer, f link.Frame, m message.Message, at time.Time) (events []string, texts []Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := m.(*common.MessageAutopilotVersion); ok && f.ComponentID == s.component {
		verdict := s.state.identity.board(p, f, v, at)
		events = s.alarm(s.follow(verdict))
		if verdict == theirs {
			s.state.paths.forget(p)
			return events, nil
		}
	}
	told, texts := s.hear(f.ComponentID, m, at)
	return append(events, told...), texts
}

// mustAsk says whether the vehicle must tell over this way what hardware it is.
func (s *system) mustAsk(p *link.Peer, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.identity.doubtful(p, at)
}

// hear takes a message of a component; mu must be held.
func (s *system) hear(component uint8, m message.Message, at time.Time) (events []string, texts []Text) {
	st := &s.state
	switch m := m.(type) {
	case *common.MessageHeartbeat:
		events = s.heartbeat(component, m, at)
	case *common.MessageTimesync:
		st.sync.answer(st.clock(component), m, st.boot, at)
	case *common.MessageHighLatency2:
		if component == s.component {
			events = s.applySparse(m, at)
		}
	case *common.MessageStatustext:
		if texts = st.texts.add(component, m, at); len(texts) > 0 {
			st.heed(texts)
			events = []string{EventText}
		}
	default:
		events = s.apply(component, m, at)
	}
	return events, texts
}

func (s *system) apply(component uint8, m message.Message, at time.Time) []string {
	st := &s.state
	if component != s.component && st.restarted(component, m, at) {
		s.poke()
	}
	st.describeMember(component, m)
	if st.applyRemoteID(component, m, at) {
		return []string{EventState}
	}
	if events, ok := st.applyCamera(component, m, at); ok {
		if slices.Contains(events, EventStreams) {
			s.poke()
		}
		return events
	}
	if st.applyGimbal(component, m, at) {
		return []string{EventState}
	}
	if component != s.component {
		return nil
	}
	if ms, ok := bootMillis(m); ok {
		st.boot.newest = ms
		st.clock(component).arrived(int64(ms)*int64(time.Millisecond), at)
	}
	if told, ok := st.applyEvents(component, m, at); ok {
		return told
	}
	if st.applyMotion(component, m, at) || st.applyHealth(m, at) || st.applyIdentity(m, s.pilot, at) {
		return []string{EventState}
	}
	return nil
}

func (s *system) heartbeat(component uint8, hb *common.MessageHeartbeat, at time.Time) []string {
	st := &s.state
	st.meetMember(component, hb, at)
	if component != s.component {
		if st.meet(component, hb, at) {
			s.poke()
		}
		return nil
	}
	events := []string{EventState}
	if st.v.State == Lost {
		st.v.State = Live
		st.session++
		st.identity.unsettle()
		events = []string{EventBack, EventState}
		s.poke()
		s.log.Info("vehicle is back", "silent", at.Sub(st.v.LastSeen).Round(time.Second))
	}
	st.v.LastSeen = at.UTC()
	st.v.Armed = hb.BaseMode&common.MAV_MODE_FLAG_SAFETY_ARMED != 0
	st.customMode = hb.CustomMode
	st.v.Mode = st.modes.name(hb.CustomMode)
	if st.v.Armed {
		st.arming.drop(fromText)
	}
	st.v.SystemStatus = systemStatus(hb.SystemStatus)
	st.failsafes.status(hb.SystemStatus, at)
	return events
}

// heed keeps texts, and takes from them what they say of arming and failsafes.
func (st *state) heed(texts []Text) {
	st.addTexts(texts)
	for _, t := range texts {
		if !st.arming.text(t) {
			st.failsafes.text(t)
		}
	}
}
