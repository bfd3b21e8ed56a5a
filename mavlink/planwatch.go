package mavlink

import (
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
	"vedette/mavlink/mission"
)

// PlanState is what is known about one of the lists that a vehicle holds.
type PlanState struct {
	Kind PlanKind
	// SyncedAt is when the station last wrote or read it, the zero time where it never did; Count is the number of items then, home
	// left out.
	SyncedAt time.Time
	Count    int
	// ID is the vehicle's own id of it (MISSION_CURRENT), 0 where it gives none.
	ID uint32
	// ChangedAt is when somebody else changed it after that, the zero time where nobody did; ChangedBy names who, as far as known.
	ChangedAt time.Time
	ChangedBy string
}

// EventPlan tells that somebody else changed a list of the vehicle.
const EventPlan = "plan"

const (
	// settling is how long a vehicle may tell old ids and counts after a transfer of ours.
	settling = 3 * time.Second
	// unsettled is the same after one of ours that failed: the vehicle may go back to what it had when it gives up.
	unsettled = 12 * time.Second
	// oneChange is how long what is noticed belongs to the same change.
	oneChange = 10 * time.Second
)

// plans is what a system's lists are followed by.
type plans struct {
	all map[PlanKind]*planRecord
	// other is the latest transfer between the vehicle and another station.
	other foreignTransfer
}

type planRecord struct {
	state PlanState
	// held is the list as far as it is known.
	held    mission.Held
	writing bool // by us, now
	settled time.Time
	id      uint32 // as told last
	total   int    // as told last, -1 before
	// writer is the station that writes it, as overheard.
	writer foreignStation
}

type foreignStation struct{ system, component uint8 }

func (f foreignStation) String() string { return fmt.Sprintf("station %d/%d", f.system, f.component) }

type foreignTransfer struct {
	who foreignStation
	at  time.Time
	// writes tells that the station sends a list and does not only read one.
	writes bool
}

func (p *plans) of(kind PlanKind) *planRecord {
	if p.all == nil {
		p.all = make(map[PlanKind]*planRecord)
	}
	r, ok := p.all[kind]
	if !ok {
		r = &planRecord{state: PlanState{Kind: kind}, total: -1}
		p.all[kind] = r
	}
	return r
}

// show makes what is known visible; mu must be held.
func (s *system) showPlans() {
	var all []PlanState
	for _, kind := range PlanKinds() {
		if r, ok := s.state.plans.all[kind]; ok && (!r.state.SyncedAt.IsZero() || !r.state.ChangedAt.IsZero()) {
			all = append(all, r.state)
		}
	}
	s.state.v.Plans = all
}

func (s *system) planWriting(kind PlanKind, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.plans.of(kind)
	r.writing = on
	if now := time.Now(); !on && r.settled.Before(now) {
		r.settled = now.Add(unsettled)
	}
}

// planSynced notes that the station knows a list now: given and told as the vehicle counts it, count without its home. Without given
// it was only read.
func (s *system) planSynced(kind PlanKind, given, told []mission.Item, count int, id uint32, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.plans.of(kind)
	if id == 0 {
		id = r.id
	}
	r.state = PlanState{Kind: kind, SyncedAt: now.UTC(), Count: count, ID: id}
	if given != nil {
		r.held = mission.Held{Given: given, Told: told}
	} else {
		r.held = r.held.Tells(told)
	}
	r.settled = now.Add(settling)
	s.showPlans()
}

// planHeld is the list that the vehicle holds as far as the station knows; nothing where it does not or somebody changed it. From
// then on it does not know until planSynced, because it is about to be written.
func (s *system) planHeld(kind PlanKind) mission.Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.plans.of(kind)
	held := r.held
	r.held = mission.Held{}
	if !r.state.ChangedAt.IsZero() {
		return mission.Held{}
	}
	return held
}

// otherStation names the station whose transfer was overheard within a time, or nobody, and tells whether it writes.
func (s *system) otherStation(now time.Time, within time.Duration) (who string, writes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.state.plans.other
	if o.at.IsZero() || now.Sub(o.at) > within {
		return "", false
	}
	return o.who.String(), o.writes
}

// watchPlans notices what happens to the lists of vehicles without us: ids and counts that change, and what other stations send to
// vehicles and get from them.
func (s *Service) watchPlans(f link.Frame, m message.Message, at time.Time) {
	if m, ok := m.(*common.MessageMissionCurrent); ok {
		if sys := s.systems[f.SystemID].Load(); sys != nil && sys.component == f.ComponentID {
			s.planChanges(sys, sys.planIDs(m, at))
		}
		return
	}
	system, component, kind, ok := missionTarget(m)
	if !ok {
		return
	}
	vehicle, who := s.systems[f.SystemID].Load(), foreignStation{system, component}
	if vehicle == nil {
		vehicle, who = s.systems[system].Load(), foreignStation{f.SystemID, f.ComponentID}
	}
	if vehicle == nil || who.system == 0 || who.system == s.systemID && (who.component == s.componentID || who.component == 0) {
		return
	}
	s.planChanges(vehicle, vehicle.overheard(m, kind, who, at))
}

func (s *Service) planChanges(sys *system, changed []PlanKind) {
	if len(changed) == 0 {
		return
	}
	s.updates.note(sys, []string{EventPlan, EventState})
	for _, kind := range changed {
		sys.log.Warn("somebody else changed a plan of the vehicle", "kind", kind)
	}
}

// missionTarget gives the addressee of a message of the mission protocol.
func missionTarget(m message.Message) (system, component uint8, kind mission.Kind, ok bool) {
	switch m := m.(type) {
	case *common.MessageMissionCount:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionItemInt:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionItem:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionRequest:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionRequestInt:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionRequestList:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionWritePartialList:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionClearAll:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	case *common.MessageMissionAck:
		return m.TargetSystem, m.TargetComponent, m.MissionType, true
	}
	return 0, 0, 0, false
}

// overheard follows another station's transfer and answers the lists that it changed.
func (s *system) overheard(m message.Message, wire mission.Kind, who foreignStation, at time.Time) []PlanKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.state.plans
	kinds := PlanKinds()
	if kind, ok := planKind(wire); ok {
		kinds = []PlanKind{kind}
	}
	switch m := m.(type) {
	case *common.MessageMissionAck:
		// The end of a transfer, whoever says so.
		p.other = foreignTransfer{}
		return slices.DeleteFunc(kinds, func(kind PlanKind) bool {
			r := p.of(kind)
			wrote := r.writer == who
			r.writer = foreignStation{}
			return !wrote || m.Type != common.MAV_MISSION_ACCEPTED || !s.changed(r, who.String(), at)
		})
	case *common.MessageMissionRequest, *common.MessageMissionRequestInt, *common.MessageMissionClearAll, *common.MessageMissionWritePartialList:
		if !s.reads(m) {
			for _, kind := range kinds {
				p.of(kind).writer = who
			}
		}
	}
	writes := p.other.who == who && p.other.writes || !s.reads(m)
	p.other = foreignTransfer{who, at, writes}
	return nil
}

// reads tells what belongs to the reading of a list from what belongs to its writing.
func (s *system) reads(m message.Message) bool {
	switch m := m.(type) {
	case *common.MessageMissionRequest:
		return m.TargetSystem == s.id
	case *common.MessageMissionRequestInt:
		return m.TargetSystem == s.id
	case *common.MessageMissionRequestList:
		return m.TargetSystem == s.id
	case *common.MessageMissionCount:
		return m.TargetSystem != s.id
	case *common.MessageMissionItemInt:
		return m.TargetSystem != s.id
	case *common.MessageMissionItem:
		return m.TargetSystem != s.id
	}
	return false
}

// planIDs compares what the vehicle tells about its lists with what it told before.
func (s *system) planIDs(m *common.MessageMissionCurrent, at time.Time) []PlanKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	var changed []PlanKind
	for kind, id := range map[PlanKind]uint32{PlanMission: m.MissionId, PlanFence: m.FenceId, PlanRally: m.RallyPointsId} {
		r := s.state.plans.of(kind)
		total := -1
		if kind == PlanMission && m.Total != unknown16 {
			total = int(m.Total)
		}
		differs := id != 0 && r.id != 0 && id != r.id || total >= 0 && r.total >= 0 && total != r.total
		if id != 0 {
			r.id = id
		}
		if total >= 0 {
			r.total = total
		}
		if r.writing || at.Before(r.settled) || r.state.SyncedAt.IsZero() {
			if !r.state.SyncedAt.IsZero() && r.state.ID != r.id {
				r.state.ID = r.id
				s.showPlans()
			}
			continue
		}
		if differs && s.changed(r, "", at) {
			changed = append(changed, kind)
		}
	}
	return changed
}

// changed notes that somebody else changed a list, and answers whether that is news; mu must be held.
func (s *system) changed(r *planRecord, by string, at time.Time) bool {
	if r.writing {
		return false
	}
	news := r.state.ChangedAt.IsZero() || at.Sub(r.state.ChangedAt) > oneChange
	if by == "" && !news {
		by = r.state.ChangedBy
	}
	r.state.ChangedAt, r.state.ChangedBy, r.state.ID = at.UTC(), by, r.id
	s.showPlans()
	return news
}

// Tell adds a text of the station's own to those of a vehicle, for everybody who watches it.
func (s *Service) Tell(id int, severity, text string) {
	sys, err := s.system(id)
	if err != nil {
		return
	}
	now := time.Now().UTC()
	sys.mu.Lock()
	sys.state.addTexts([]Text{{Time: now, First: now, Count: 1, Component: s.componentID, Severity: severity, Text: text}})
	sys.mu.Unlock()
	s.updates.note(sys, []string{EventText})
}
