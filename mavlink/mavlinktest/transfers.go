package mavlinktest

import (
	"math"
	"slices"
	"sort"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

type transfer struct {
	kind  common.MAV_MISSION_TYPE
	count int
	items []*common.MessageMissionItemInt
	// rest is what follows a part that is written.
	rest []*common.MessageMissionItemInt
}

// transferMessage answers missions and parameters as ArduPilot does; mu must be held.
func (a *Autopilot) transferMessage(m message.Message) {
	switch m := m.(type) {
	case *common.MessageMissionCount:
		if a.faults.BusyUploads > 0 {
			a.faults.BusyUploads--
			a.missionAck(m.MissionType, common.MAV_MISSION_DENIED)
			return
		}
		a.transfer = &transfer{kind: m.MissionType, count: int(m.Count)}
		a.askItem()
	case *common.MessageMissionWritePartialList:
		switch old := a.lists[m.MissionType]; {
		case a.cfg.PX4:
		case m.StartIndex < 0 || m.EndIndex < m.StartIndex || int(m.EndIndex) >= len(old) || a.faults.RefuseParts:
			a.missionAck(m.MissionType, common.MAV_MISSION_ERROR)
		default:
			a.transfer = &transfer{
				kind: m.MissionType, count: int(m.EndIndex) + 1, items: slices.Clone(old[:m.StartIndex]), rest: slices.Clone(old[m.EndIndex+1:]),
			}
			a.askItem()
		}
	case *common.MessageMissionItemInt:
		a.item(m)
		if a.faults.DuplicateItems {
			a.item(m)
		}
	case *common.MessageMissionRequestList:
		a.send(autopilotComponent, &common.MessageMissionCount{TargetSystem: a.asker[0], TargetComponent: a.asker[1], Count: uint16(len(a.lists[m.MissionType])), MissionType: m.MissionType})
	case *common.MessageMissionRequestInt:
		if list := a.lists[m.MissionType]; int(m.Seq) < len(list) {
			item := *list[m.Seq]
			item.TargetSystem, item.TargetComponent = a.asker[0], a.asker[1]
			a.send(autopilotComponent, &item)
		}
	case *common.MessageMissionClearAll:
		if m.MissionType == common.MAV_MISSION_TYPE_ALL {
			a.missionAck(m.MissionType, common.MAV_MISSION_UNSUPPORTED)
			return
		}
		delete(a.lists, m.MissionType)
		a.missionAck(m.MissionType, common.MAV_MISSION_ACCEPTED)
	case *common.MessageFileTransferProtocol:
		a.fileMessage(m)
	case *common.MessageLogRequestList, *common.MessageLogRequestData, *common.MessageLogErase, *common.MessageLogRequestEnd:
		if a.cfg.Logs != nil {
			a.cfg.Logs.Armed = a.armed && !a.cfg.PX4
			a.cfg.Logs.Hear(m)
		}
	case *common.MessageParamExtRequestList, *common.MessageParamExtRequestRead, *common.MessageParamExtSet:
		a.settingMessage(m)
	case *common.MessageMissionSetCurrent:
		a.send(autopilotComponent, &common.MessageMissionCurrent{Seq: m.Seq})
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
		if a.cfg.PX4 && m.ParamId == "_HASH_CHECK" {
			a.hash()
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
	a.send(autopilotComponent, &common.MessageMissionRequest{TargetSystem: a.asker[0], TargetComponent: a.asker[1], Seq: uint16(len(a.transfer.items)), MissionType: a.transfer.kind})
}

func (a *Autopilot) item(m *common.MessageMissionItemInt) {
	t := a.transfer
	switch {
	case t == nil || m.MissionType != t.kind:
		a.missionAck(m.MissionType, common.MAV_MISSION_ERROR)
	case int(m.Seq) != len(t.items):
		a.missionAck(m.MissionType, common.MAV_MISSION_INVALID_SEQUENCE)
	default:
		t.items = append(t.items, m)
		if len(t.items) < t.count {
			a.askItem()
			return
		}
		a.transfer = nil
		switch {
		case a.faults.ForgetMission:
		case a.faults.ForgetLists > 0:
			a.faults.ForgetLists--
			delete(a.lists, t.kind)
		default:
			a.lists[t.kind] = append(t.items, t.rest...)
		}
		if !a.faults.LoseMissionAck {
			a.missionAck(t.kind, common.MAV_MISSION_ACCEPTED)
		}
	}
}

func (a *Autopilot) missionAck(kind common.MAV_MISSION_TYPE, r common.MAV_MISSION_RESULT) {
	a.send(autopilotComponent, &common.MessageMissionAck{TargetSystem: a.asker[0], TargetComponent: a.asker[1], Type: r, MissionType: kind})
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
	kind, ok := a.cfg.Kinds[name]
	if !ok {
		kind = common.MAV_PARAM_TYPE_REAL32
	}
	a.send(autopilotComponent, &common.MessageParamValue{
		ParamId: name, ParamValue: a.values[name], ParamType: kind, ParamCount: uint16(len(a.params)), ParamIndex: uint16(i),
	})
}

// hash tells a sum over all parameters, as PX4 does.
func (a *Autopilot) hash() {
	sum := uint32(7)
	for _, name := range a.sortedParams() {
		sum = sum*31 + math.Float32bits(a.values[name])
	}
	a.send(autopilotComponent, &common.MessageParamValue{
		ParamId: "_HASH_CHECK", ParamValue: math.Float32frombits(sum), ParamType: common.MAV_PARAM_TYPE_UINT32,
		ParamCount: uint16(len(a.params)), ParamIndex: math.MaxUint16,
	})
}

// SetParameter changes a parameter as another station does: everybody hears of it, or nobody where it is quiet.
func (a *Autopilot) SetParameter(name string, value float32, quiet bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.values[name] = value
	for i, known := range a.sortedParams() {
		if known == name && !quiet {
			a.param(i)
		}
	}
	a.flush()
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

// sendLogs sends what is due of a log; mu must be held.
func (a *Autopilot) sendLogs() {
	if a.cfg.Logs == nil {
		return
	}
	a.cfg.Logs.Armed = a.armed && !a.cfg.PX4
	const eachStep = 40
	for range eachStep {
		m := a.cfg.Logs.Next()
		if m == nil {
			return
		}
		a.answers++
		if a.faults.LoseLogs == 0 || a.answers%a.faults.LoseLogs != 0 {
			a.send(autopilotComponent, m)
		}
	}
}
