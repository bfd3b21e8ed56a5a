package mavlinktest

import (
	"sort"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

type transfer struct {
	count int
	items []*common.MessageMissionItemInt
}

// transferMessage answers missions and parameters as ArduPilot does; mu must be held.
func (a *Autopilot) transferMessage(m message.Message) {
	switch m := m.(type) {
	case *common.MessageMissionCount:
		a.transfer = &transfer{count: int(m.Count)}
		a.askItem()
	case *common.MessageMissionItemInt:
		a.item(m)
		if a.faults.DuplicateItems {
			a.item(m)
		}
	case *common.MessageMissionRequestList:
		a.send(autopilotComponent, &common.MessageMissionCount{TargetSystem: 255, TargetComponent: 190, Count: uint16(len(a.mission))})
	case *common.MessageMissionRequestInt:
		if int(m.Seq) < len(a.mission) {
			item := *a.mission[m.Seq]
			item.TargetSystem, item.TargetComponent = 255, 190
			a.send(autopilotComponent, &item)
		}
	case *common.MessageMissionClearAll:
		a.mission = nil
		a.missionAck(common.MAV_MISSION_ACCEPTED)
	case *common.MessageFileTransferProtocol:
		a.fileMessage(m)
	case *common.MessageParamRequestList:
		for i := range a.sortedParams() {
			if a.faults.LoseParameters == 0 || i%a.faults.LoseParameters != 0 {
				a.param(i)
			}
		}
	case *common.MessageParamRequestRead:
		if m.ParamIndex >= 0 {
			a.param(int(m.ParamIndex))
			return
		}
		for i, name := range a.sortedParams() {
			if name == m.ParamId {
				a.param(i)
			}
		}
	case *common.MessageParamSet:
		for i, name := range a.sortedParams() {
			if name == m.ParamId {
				if name != "READ_ONLY" {
					a.values[name] = m.ParamValue
				}
				a.param(i)
			}
		}
	}
}

func (a *Autopilot) askItem() {
	// ArduPilot still asks with the old message.
	a.send(autopilotComponent, &common.MessageMissionRequest{TargetSystem: 255, TargetComponent: 190, Seq: uint16(len(a.transfer.items))})
}

func (a *Autopilot) item(m *common.MessageMissionItemInt) {
	t := a.transfer
	switch {
	case t == nil:
		a.missionAck(common.MAV_MISSION_ERROR)
	case int(m.Seq) != len(t.items):
		a.missionAck(common.MAV_MISSION_INVALID_SEQUENCE)
	default:
		t.items = append(t.items, m)
		if len(t.items) < t.count {
			a.askItem()
			return
		}
		a.transfer = nil
		if !a.faults.ForgetMission {
			a.mission = t.items
		}
		if !a.faults.LoseMissionAck {
			a.missionAck(common.MAV_MISSION_ACCEPTED)
		}
	}
}

func (a *Autopilot) missionAck(r common.MAV_MISSION_RESULT) {
	a.send(autopilotComponent, &common.MessageMissionAck{TargetSystem: 255, TargetComponent: 190, Type: r})
}

func (a *Autopilot) sortedParams() []string {
	sort.Strings(a.params)
	return a.params
}

func (a *Autopilot) param(i int) {
	if i >= len(a.params) {
		return
	}
	name := a.sortedParams()[i]
	a.send(autopilotComponent, &common.MessageParamValue{
		ParamId: name, ParamValue: a.values[name], ParamType: common.MAV_PARAM_TYPE_REAL32, ParamCount: uint16(len(a.params)), ParamIndex: uint16(i),
	})
}

func (a *Autopilot) fileMessage(m *common.MessageFileTransferProtocol) {
	if a.cfg.Files == nil || m.TargetSystem != a.cfg.SystemID {
		return
	}
	for i, out := range a.cfg.Files.Answer(m, [2]uint8{255, 190}) {
		a.answers++
		if a.faults.LoseFiles == 0 || a.answers%a.faults.LoseFiles != 0 {
			a.send(autopilotComponent, out)
		}
		if i%20 == 19 {
			a.flush()
		}
	}
}
