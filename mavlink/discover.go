package mavlink

import (
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/command"
	"vedette/mavlink/gimbal"
	"vedette/mavlink/link"
)

const (
	// Two heartbeats within this time make a vehicle.
	provingTime   = 10 * time.Second
	maxCandidates = 512
)

type candidateKey struct{ system, component uint8 }

type candidate struct {
	kind      uint64
	autopilot uint64
	first     time.Time
}

// Receive takes a frame from a link. It is for the links only.
func (s *Service) Receive(p *link.Peer, f link.Frame, at time.Time) {
	// Our own frames come back through routers and radios.
	if f.SystemID == 0 || f.SystemID == s.systemID && f.ComponentID == s.componentID {
		return
	}
	if !s.admit(p, f, at) {
		return
	}
	sys := s.systems[f.SystemID].Load()
	if sys != nil {
		own, events := sys.judge(p, f, at)
		s.updates.note(sys, events)
		if !own {
			return
		}
		if !sys.news(p, f, at) {
			s.counts.repeated.Add(1)
			return
		}
		if unread(f.MessageID) && sys.inbox.idle() {
			s.passOn(p, f, at)
			return
		}
	}
	m, err := s.codec.Decode(f)
	if err != nil {
		s.counts.undecodable.Add(1)
		if sys != nil {
			s.passOn(p, f, at) // others may know better
		}
		return
	}
	s.watchPlans(f, m, at)
	aircraft := s.hearTraffic(f.SystemID, m, at)
	if sys == nil {
		hb, ok := m.(*common.MessageHeartbeat)
		if !ok {
			hb, ok = sparseHeartbeat(m)
		}
		if !ok {
			if !aircraft {
				s.counts.strangers.Add(1)
			}
			return
		}
		if sys = s.discover(p, f, hb, at); sys == nil {
			return
		}
	}
	s.passOn(p, f, at)
	if ts, ok := m.(*common.MessageTimesync); ok && ts.Tc1 == 0 {
		s.answerTimesync(p, f, ts, at)
	}
	if v, ok := m.(*common.MessageParamValue); ok {
		sys.noteParameter(p, f, v)
	}
	if ask, ok := m.(*common.MessageTerrainRequest); ok && f.ComponentID == sys.component {
		s.terrain.ask(sys, ask)
	}
	events, texts := sys.receive(p, f, m, at)
	if slices.Contains(events, EventBack) {
		s.recorder.Cut(sys.id)
	}
	if hb, ok := m.(*common.MessageHeartbeat); ok && hb.Autopilot != common.MAV_AUTOPILOT_INVALID && sys.mustAsk(p, at) {
		p.Send(link.Background, &common.MessageCommandLong{
			TargetSystem: f.SystemID, TargetComponent: f.ComponentID, Command: common.MAV_CMD_REQUEST_MESSAGE,
			Param1: float32((&common.MessageAutopilotVersion{}).GetID()),
		})
	}
	if ack, ok := m.(*common.MessageCommandAck); ok && s.ours(ack) {
		sys.stray(p, f, ack, at)
	}
	sys.inbox.deliver(inbound{component: f.ComponentID, frame: command.Frame{Way: p, Sequence: f.Sequence}, message: m})
	for i := range texts {
		sys.inbox.deliver(inbound{component: f.ComponentID, text: &texts[i]})
	}
	s.updates.note(sys, events)
}

// Closed forgets a way to vehicles. It is for the links only.
func (s *Service) Closed(p *link.Peer) {
	s.hearing.forget(p)
	for i := range s.systems {
		if sys := s.systems[i].Load(); sys != nil {
			sys.forget(p)
		}
	}
}

// discover makes a vehicle of the second heartbeat of the same kind. Gimbals, cameras, stations, traffic receivers and
// whatever has no autopilot never become one.
func (s *Service) discover(p *link.Peer, f link.Frame, hb *common.MessageHeartbeat, at time.Time) *system {
	if airframe(hb.Type) == "" || hb.Autopilot == common.MAV_AUTOPILOT_INVALID {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sys := s.systems[f.SystemID].Load(); sys != nil {
		sys.news(p, f, at) // another link was quicker
		return sys
	}
	key := candidateKey{f.SystemID, f.ComponentID}
	now := candidate{kind: uint64(hb.Type), autopilot: uint64(hb.Autopilot), first: at}
	was, ok := s.candidates[key]
	if !ok || was.kind != now.kind || was.autopilot != now.autopilot || at.Sub(was.first) > proving(f) {
		s.prune(at)
		s.candidates[key] = now
		return nil
	}
	delete(s.candidates, key)
	sys := newSystem(f.SystemID, f.ComponentID, hb, was.first, s.log)
	sys.turns, sys.lenses = s.turnMover(sys), s.lensMover(sys)
	sys.ours = gimbal.Controller{System: s.systemID, Component: s.componentID}
	sys.news(p, f, at) // whoever sees the vehicle can reach it
	s.systems[f.SystemID].Store(sys)
	s.found <- sys // one for each system id at most: there is always room
	s.updates.note(sys, []string{EventFound})
	s.log.Info("vehicle found", "vehicle", f.SystemID, "autopilot", sys.pilot.name(), "type", airframe(hb.Type))
	return sys
}

// proving is the time within which a second message must come.
func proving(f link.Frame) time.Duration {
	if f.MessageID == (&common.MessageHighLatency2{}).GetID() {
		return provingSparse
	}
	return provingTime
}

func (s *Service) prune(now time.Time) {
	for k, c := range s.candidates {
		if now.Sub(c.first) > provingSparse || len(s.candidates) > maxCandidates {
			s.counts.ghosts.Add(1)
			delete(s.candidates, k)
		}
	}
}

// answerTimesync tells the asker our time, by which autopilots measure the link.
func (s *Service) answerTimesync(p *link.Peer, f link.Frame, ask *common.MessageTimesync, at time.Time) {
	p.Send(link.Urgent, &common.MessageTimesync{
		Tc1: at.UnixNano(), Ts1: ask.Ts1, TargetSystem: f.SystemID, TargetComponent: f.ComponentID,
	})
}

// airframe names the kinds of vehicle; "" is everything that is none.
func airframe(t common.MAV_TYPE) string {
	switch t {
	case common.MAV_TYPE_FIXED_WING:
		return "fixedWing"
	case common.MAV_TYPE_QUADROTOR:
		return "quadrotor"
	case common.MAV_TYPE_COAXIAL:
		return "coaxial"
	case common.MAV_TYPE_HELICOPTER:
		return "helicopter"
	case common.MAV_TYPE_AIRSHIP:
		return "airship"
	case common.MAV_TYPE_FREE_BALLOON:
		return "balloon"
	case common.MAV_TYPE_GROUND_ROVER:
		return "groundRover"
	case common.MAV_TYPE_SURFACE_BOAT:
		return "surfaceBoat"
	case common.MAV_TYPE_SUBMARINE:
		return "submarine"
	case common.MAV_TYPE_HEXAROTOR:
		return "hexarotor"
	case common.MAV_TYPE_OCTOROTOR:
		return "octorotor"
	case common.MAV_TYPE_TRICOPTER:
		return "tricopter"
	case common.MAV_TYPE_DODECAROTOR:
		return "dodecarotor"
	case common.MAV_TYPE_DECAROTOR:
		return "decarotor"
	case common.MAV_TYPE_GENERIC_MULTIROTOR:
		return "multirotor"
	case common.MAV_TYPE_VTOL_TAILSITTER_DUOROTOR, common.MAV_TYPE_VTOL_TAILSITTER_QUADROTOR,
		common.MAV_TYPE_VTOL_TILTROTOR, common.MAV_TYPE_VTOL_FIXEDROTOR, common.MAV_TYPE_VTOL_TAILSITTER,
		common.MAV_TYPE_VTOL_TILTWING, common.MAV_TYPE_VTOL_GYRODYNE:
		return "vtol"
	case common.MAV_TYPE_FLAPPING_WING:
		return "flappingWing"
	case common.MAV_TYPE_PARAFOIL:
		return "parafoil"
	case common.MAV_TYPE_GROUND_QUADRUPED:
		return "quadruped"
	default:
		return ""
	}
}
