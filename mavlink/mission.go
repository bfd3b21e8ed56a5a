package mavlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
	"vedette/mavlink/mission"
)

// MissionItem is one item of a mission, fence or rally list. Home is never among them: where an autopilot keeps it as item 0 of the
// mission, it is taken off and put on here, so that the first item is the first thing that is flown. Jumps name items by
// their number, the first being 1, on every autopilot.
type MissionItem = mission.Item

// PlanKind names a list that a vehicle holds.
type PlanKind string

// The lists: the flight, the areas to stay in and out of, the places to come back to.
const (
	PlanMission PlanKind = "mission"
	PlanFence   PlanKind = "fence"
	PlanRally   PlanKind = "rally"
)

// PlanKinds are all of them.
func PlanKinds() []PlanKind { return []PlanKind{PlanMission, PlanFence, PlanRally} }

func (k PlanKind) wire() mission.Kind {
	switch k {
	case PlanFence:
		return mission.Fence
	case PlanRally:
		return mission.Rally
	default:
		return mission.Flight
	}
}

func planKind(k mission.Kind) (PlanKind, bool) {
	switch k {
	case mission.Flight:
		return PlanMission, true
	case mission.Fence:
		return PlanFence, true
	case mission.Rally:
		return PlanRally, true
	}
	return "", false
}

// ErrBusy means that another transfer with the vehicle is going on, ours or another station's: nothing was sent.
var ErrBusy = errors.New("another transfer with the vehicle is going on")

const (
	// requestsOnWay is how many items of ArduPilot are asked for at once; it answers a request for any item.
	requestsOnWay = 20
	// otherQuiet is how long another station's transfer must be silent before ours begins, otherPatience how long we wait for that.
	otherQuiet    = 3 * time.Second
	otherPatience = 20 * time.Second
)

// DownloadPlan reads a list that the vehicle holds.
func (s *Service) DownloadPlan(ctx context.Context, id int, kind PlanKind) ([]MissionItem, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if err := s.claim(ctx, sys); err != nil {
		return nil, err
	}
	defer sys.transfer.leave()
	var d *mission.Download
	defer s.report(sys, nil)
	err = s.withPatience(ctx, sys, kind, func() (machine, func() Transfer) {
		d = mission.NewDownload(s.missionPeer(sys), kind.wire())
		return d, func() Transfer {
			done, total := d.Progress()
			return Transfer{Kind: string(kind), Done: done, Total: total}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", kind, err)
	}
	items := sys.numbered(kind, sys.withoutHome(kind, d.Items()), 1)
	sys.planSynced(kind, nil, d.Items(), len(items), d.ID(), time.Now())
	s.updates.note(sys, []string{EventState})
	return items, nil
}

// UploadPlan makes a list of the vehicle what it shall be, and gives what was read back afterwards. No items clear it. It fails with
// a *DeniedError where something else is stored than was sent. Parameters that autopilots shorten are not compared.
func (s *Service) UploadPlan(ctx context.Context, id int, kind PlanKind, items []MissionItem) ([]MissionItem, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if _, err := sys.live(); err != nil {
		return nil, err
	}
	list := sys.numbered(kind, items, -1)
	if kind == PlanMission && sys.pilot.homeItem() {
		list = append([]MissionItem{sys.homeItem()}, items...)
	}
	r, err := mission.NewReplace(s.missionPeer(sys), kind.wire(), list)
	if err != nil {
		return nil, fmt.Errorf("upload the %s: %w: %w", kind, ErrInvalid, err)
	}
	if err := s.claim(ctx, sys); err != nil {
		return nil, err
	}
	defer sys.transfer.leave()
	defer s.report(sys, nil)
	part, partly := sys.changedPart(kind, list)
	sys.planWriting(kind, true)
	defer sys.planWriting(kind, false)
	err = s.withPatience(ctx, sys, kind, func() (machine, func() Transfer) {
		// The list is valid: it was made once already.
		if partly {
			r, _ = mission.NewPartly(s.missionPeer(sys), kind.wire(), list, part)
		} else {
			r, _ = mission.NewReplace(s.missionPeer(sys), kind.wire(), list)
		}
		return r, func() Transfer {
			done, total, back := r.Progress()
			return Transfer{Kind: string(kind), Upload: !back, Done: done, Total: total}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("upload the %s: %w", kind, err)
	}
	stored := sys.numbered(kind, sys.withoutHome(kind, r.Stored()), 1)
	sys.planSynced(kind, list, r.Stored(), len(stored), r.ID(), time.Now())
	s.updates.note(sys, []string{EventState})
	return stored, nil
}

// changedPart is what alone must be written of a mission, where the vehicle takes parts: ArduPilot does, and keeps its home whatever
// is written.
func (s *system) changedPart(kind PlanKind, list []MissionItem) (mission.Part, bool) {
	held := s.planHeld(kind)
	if kind != PlanMission || s.pilot.name() != (ardupilot{}).name() {
		return mission.Part{}, false
	}
	const home = 1
	return held.Changed(list, home)
}

// SetMissionItem makes an item the one that is flown next; the first is 1.
func (s *Service) SetMissionItem(ctx context.Context, id, item int) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	if item < 1 || item > unknown16-1 {
		return Ack{}, fmt.Errorf("%w: there is no mission item %d", ErrInvalid, item)
	}
	seq := item
	if !sys.pilot.homeItem() {
		seq--
	}
	ack, err := s.execute(ctx, sys, long(common.MAV_CMD_DO_SET_MISSION_CURRENT, float64(seq)), link.Urgent)
	var denied *DeniedError
	if !errors.As(err, &denied) || denied.Result != resultName(common.MAV_RESULT_UNSUPPORTED) {
		return ack, err
	}
	return s.setCurrentOldWay(ctx, sys, seq)
}

// setCurrentOldWay is for autopilots from before DO_SET_MISSION_CURRENT: the answer is a MISSION_CURRENT of that item.
func (s *Service) setCurrentOldWay(ctx context.Context, sys *system, seq int) (Ack, error) {
	sub := sys.inbox.subscribe(8, func(in inbound) bool {
		m, ok := in.message.(*common.MessageMissionCurrent)
		return ok && in.component == sys.component && int(m.Seq) == seq
	})
	defer sub.close()
	began := time.Now()
	for range attempts {
		p, err := sys.live()
		if err != nil {
			return Ack{}, err
		}
		p.Send(link.Urgent, &common.MessageMissionSetCurrent{TargetSystem: sys.id, TargetComponent: sys.component, Seq: uint16(seq)})
		timer := time.NewTimer(answerWait)
		select {
		case <-sub.in:
			timer.Stop()
			return Ack{Command: uint16(common.MAV_CMD_DO_SET_MISSION_CURRENT), Result: resultName(common.MAV_RESULT_ACCEPTED), Elapsed: time.Since(began)}, nil
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return Ack{}, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		}
	}
	return Ack{}, ErrNoAnswer
}

// EnableFence switches the vehicle's fence on or off.
func (s *Service) EnableFence(ctx context.Context, id int, on bool) (Ack, error) {
	sys, err := s.system(id)
	if err != nil {
		return Ack{}, err
	}
	enable := 0.0
	if on {
		enable = 1
	}
	return s.execute(ctx, sys, long(common.MAV_CMD_DO_FENCE_ENABLE, enable), link.Urgent)
}

// homeItem stands in place 0, where ArduPilot writes its own home whatever we send.
func (s *system) homeItem() MissionItem {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := MissionItem{Frame: uint8(common.MAV_FRAME_GLOBAL), Command: uint16(common.MAV_CMD_NAV_WAYPOINT), AutoContinue: true}
	if h := s.state.v.Home; h != nil {
		item.Lat, item.Lon, item.Alt = h.Lat, h.Lon, h.AltAMSL
	}
	return item
}

func (s *system) withoutHome(kind PlanKind, items []MissionItem) []MissionItem {
	if kind == PlanMission && s.pilot.homeItem() && len(items) > 0 {
		return items[1:]
	}
	return items
}

// numbered shifts the targets of jumps between our numbers, by which the first item is 1, and the vehicle's, where home is no
// item and the first is 0.
func (s *system) numbered(kind PlanKind, items []MissionItem, by float64) []MissionItem {
	if kind != PlanMission || s.pilot.homeItem() {
		return items
	}
	out := slices.Clone(items)
	for i := range out {
		if out[i].Command == mission.Jump {
			out[i].Params[0] += by
		}
	}
	return out
}
