package mavlink

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
	"vedette/mavlink/mission"
)

// MissionItem is one item of a mission. Home is never among them: where an autopilot keeps it as item 0, it is taken off
// and put on here, so that the first item is the first thing that is flown.
type MissionItem = mission.Item

// machine is a transfer of the mission protocol.
type machine interface {
	Tick(now time.Time) mission.Step
	Handle(m message.Message, now time.Time) mission.Step
}

// DownloadMission reads the stored mission.
func (s *Service) DownloadMission(ctx context.Context, id int) ([]MissionItem, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if err := sys.transfer.enter(ctx); err != nil {
		return nil, fmt.Errorf("wait for another transfer: %w", err)
	}
	defer sys.transfer.leave()
	return s.download(ctx, sys)
}

func (s *Service) download(ctx context.Context, sys *system) ([]MissionItem, error) {
	s.report(sys, &Transfer{Kind: "mission", Began: time.Now()})
	defer s.report(sys, nil)
	d := mission.NewDownload(s.missionPeer(sys), mission.Flight)
	if err := s.drive(ctx, sys, d); err != nil {
		return nil, fmt.Errorf("read the mission: %w", err)
	}
	items := d.Items()
	if sys.pilot.homeItem() && len(items) > 0 {
		items = items[1:]
	}
	return items, nil
}

// UploadMission replaces the stored mission and reads it back; it fails when what was stored is not what was sent. Parameters
// are not compared, because autopilots keep some of them shortened.
func (s *Service) UploadMission(ctx context.Context, id int, items []MissionItem) error {
	sys, err := s.system(id)
	if err != nil {
		return err
	}
	list := items
	if sys.pilot.homeItem() {
		list = append([]MissionItem{sys.homeItem()}, items...)
	}
	if len(items) == 0 {
		return s.ClearMission(ctx, id)
	}
	up, err := mission.NewUpload(s.missionPeer(sys), mission.Flight, list)
	if err != nil {
		return fmt.Errorf("upload a mission: %w: %w", ErrInvalid, err)
	}
	if err := sys.transfer.enter(ctx); err != nil {
		return fmt.Errorf("wait for another transfer: %w", err)
	}
	defer sys.transfer.leave()
	if err := s.drive(ctx, sys, up); err != nil {
		return fmt.Errorf("upload a mission: %w", err)
	}
	stored, err := s.download(ctx, sys)
	if err != nil {
		return fmt.Errorf("verify the mission: %w", err)
	}
	if why := difference(items, stored); why != "" {
		return fmt.Errorf("verify the mission: %w", &DeniedError{Result: "differs", Reason: why})
	}
	return nil
}

// ClearMission removes the stored mission.
func (s *Service) ClearMission(ctx context.Context, id int) error {
	sys, err := s.system(id)
	if err != nil {
		return err
	}
	if err := sys.transfer.enter(ctx); err != nil {
		return fmt.Errorf("wait for another transfer: %w", err)
	}
	defer sys.transfer.leave()
	if err := s.drive(ctx, sys, mission.NewClear(s.missionPeer(sys), mission.Flight)); err != nil {
		return fmt.Errorf("clear the mission: %w", err)
	}
	return nil
}

func (s *Service) missionPeer(sys *system) mission.Peer {
	return mission.Peer{System: sys.id, Component: sys.component, OwnSystem: s.systemID, OwnComponent: s.componentID}
}

// drive lets a machine talk to the vehicle until it is done.
func (s *Service) drive(ctx context.Context, sys *system, m machine) error {
	if _, err := sys.live(); err != nil {
		return err
	}
	sub := sys.inbox.subscribe(64, func(in inbound) bool {
		if in.component != sys.component {
			return false
		}
		switch in.message.(type) {
		case *common.MessageMissionRequest, *common.MessageMissionRequestInt, *common.MessageMissionAck,
			*common.MessageMissionCount, *common.MessageMissionItemInt:
			return true
		}
		return false
	})
	defer sub.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var step mission.Step
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		case <-timer.C:
			step = m.Tick(time.Now())
		case in := <-sub.in:
			step = m.Handle(in.message, time.Now())
		}
		if p, err := sys.live(); err == nil {
			for _, out := range step.Send {
				p.Send(link.Transfer, out)
			}
		}
		if step.Done {
			return missionError(step.Err)
		}
		timer.Reset(time.Until(step.Wake))
	}
}

func missionError(err error) error {
	var refused *mission.RefusedError
	switch {
	case errors.As(err, &refused):
		return &DeniedError{Result: mission.ResultName(refused.Result)}
	case errors.Is(err, mission.ErrNoAnswer):
		return ErrNoAnswer
	default:
		return err
	}
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

const (
	samePlace  = 2e-7 // degrees, two of the last digit
	sameHeight = 0.02 // ArduPilot keeps centimetres
)

// difference says what of a mission was stored otherwise than sent.
func difference(sent, stored []MissionItem) string {
	if len(sent) != len(stored) {
		return fmt.Sprintf("%d items were sent, %d are stored", len(sent), len(stored))
	}
	for i, a := range sent {
		b := stored[i]
		if a.Command != b.Command || math.Abs(a.Lat-b.Lat) > samePlace || math.Abs(a.Lon-b.Lon) > samePlace || math.Abs(a.Alt-b.Alt) > sameHeight {
			return fmt.Sprintf("item %d was stored otherwise", i+1)
		}
	}
	return ""
}
