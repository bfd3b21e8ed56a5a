package mavlinktest

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const copterGuided = 4

// command answers a COMMAND_LONG; mu must be held.
func (a *Autopilot) command(m *common.MessageCommandLong) {
	if m.TargetSystem != a.cfg.SystemID {
		return
	}
	from := m.TargetComponent
	if from == 0 {
		from = autopilotComponent
	}
	result := common.MAV_RESULT_ACCEPTED
	say := ""
	if from == cameraComponent {
		a.cameraCommand(m)
		return
	}
	switch m.Command {
	case common.MAV_CMD_SET_MESSAGE_INTERVAL:
		if from == autopilotComponent {
			delete(a.due, uint32(m.Param1))
			if m.Param2 > 0 {
				a.due[uint32(m.Param1)] = &schedule{every: time.Duration(m.Param2) * time.Microsecond}
			}
		} else {
			result = common.MAV_RESULT_UNSUPPORTED
		}
	case common.MAV_CMD_REQUEST_MESSAGE:
		result = a.request(from, uint32(m.Param1), uint8(m.Param2))
	case common.MAV_CMD_COMPONENT_ARM_DISARM:
		if m.Param1 == 1 && a.faults.PreArm != "" {
			result, say = common.MAV_RESULT_FAILED, a.faults.PreArm
		} else {
			a.armed = m.Param1 == 1
		}
	case common.MAV_CMD_RUN_PREARM_CHECKS:
		say = a.faults.PreArm
	case common.MAV_CMD_DO_SET_MODE:
		a.mode = uint32(m.Param2)
		if a.cfg.PX4 {
			a.mode = uint32(m.Param2)<<16 | uint32(m.Param3)<<24
		}
	case common.MAV_CMD_NAV_TAKEOFF:
		result = a.takeoff(m)
	case common.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE, common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW, common.MAV_CMD_DO_SET_ROI_NONE,
		common.MAV_CMD_DO_SET_ROI_SYSID, common.MAV_CMD_DO_MOUNT_CONTROL:
		result = a.gimbalCommand(m)
	case common.MAV_CMD_NAV_RETURN_TO_LAUNCH, common.MAV_CMD_NAV_LAND, common.MAV_CMD_MISSION_START, common.MAV_CMD_DO_CHANGE_SPEED,
		common.MAV_CMD_DO_FENCE_ENABLE:
	case common.MAV_CMD_DO_SET_MISSION_CURRENT:
		if a.faults.OldAutopilot {
			result = common.MAV_RESULT_UNSUPPORTED
		}
	default:
		result = common.MAV_RESULT_UNSUPPORTED
	}
	a.ack(from, m.Command, result)
	if say != "" {
		a.send(autopilotComponent, &common.MessageStatustext{Severity: common.MAV_SEVERITY_CRITICAL, Text: say})
	}
}

func (a *Autopilot) takeoff(m *common.MessageCommandLong) common.MAV_RESULT {
	if !a.armed || !a.cfg.PX4 && a.mode != copterGuided {
		return common.MAV_RESULT_FAILED
	}
	if a.faults.Progress > 0 {
		a.faults.Progress--
		return common.MAV_RESULT_IN_PROGRESS
	}
	if a.landed != common.MAV_LANDED_STATE_ON_GROUND {
		return common.MAV_RESULT_FAILED
	}
	a.height = float64(m.Param7)
	if a.cfg.PX4 {
		a.height -= a.cfg.GroundAMSL
	}
	a.landed = common.MAV_LANDED_STATE_TAKEOFF
	return common.MAV_RESULT_ACCEPTED
}

func (a *Autopilot) commandInt(m *common.MessageCommandInt) {
	if m.TargetSystem != a.cfg.SystemID {
		return
	}
	result := common.MAV_RESULT_UNSUPPORTED
	switch m.Command {
	case common.MAV_CMD_DO_REPOSITION:
		result = common.MAV_RESULT_ACCEPTED
		if a.faults.RefusePlaces {
			result = common.MAV_RESULT_DENIED
		} else {
			a.mode = copterGuided
		}
	case common.MAV_CMD_DO_SET_ROI_LOCATION:
		result = a.allowed(uint8(m.Param1))
	}
	a.ack(autopilotComponent, m.Command, result)
}

// cancel gives up what is in progress.
func (a *Autopilot) cancel(m *common.MessageCommandCancel) {
	if m.TargetSystem == a.cfg.SystemID {
		a.ack(m.TargetComponent, m.Command, common.MAV_RESULT_CANCELLED)
	}
}

func (a *Autopilot) ack(component uint8, command common.MAV_CMD, result common.MAV_RESULT) {
	background := command == common.MAV_CMD_SET_MESSAGE_INTERVAL || command == common.MAV_CMD_REQUEST_MESSAGE
	if a.faults.LoseAcks > 0 && !background {
		a.faults.LoseAcks--
		return
	}
	// Another station's answer, which must not be taken for ours.
	a.send(component, &common.MessageCommandAck{Command: command, Result: common.MAV_RESULT_DENIED, TargetSystem: 254, TargetComponent: 190})
	ours := &common.MessageCommandAck{Command: command, Result: result, TargetSystem: a.asker[0], TargetComponent: a.asker[1]}
	if result == common.MAV_RESULT_IN_PROGRESS {
		ours.Progress = 30
	}
	a.send(component, ours)
}

func (a *Autopilot) request(component uint8, id uint32, index uint8) common.MAV_RESULT {
	switch {
	case id == (&common.MessageAvailableModes{}).GetID() && !a.cfg.PX4:
		// One mode for each request, whatever the index says of all of them.
		modes := []string{"STABILIZE", "GUIDED", "RTL", "SECRET"}
		numbers := []uint32{0, copterGuided, 6, 77}
		if index == 0 || int(index) > len(modes) {
			return common.MAV_RESULT_FAILED
		}
		m := &common.MessageAvailableModes{NumberModes: uint8(len(modes)), ModeIndex: index, CustomMode: numbers[index-1], ModeName: modes[index-1]}
		if m.CustomMode == 77 {
			m.Properties = common.MAV_MODE_PROPERTY_NOT_USER_SELECTABLE
		}
		a.send(autopilotComponent, m)
	case component == autopilotComponent && (a.about(id) || a.report(id)):
	default:
		return common.MAV_RESULT_FAILED
	}
	return common.MAV_RESULT_ACCEPTED
}

// about sends what the test gave it to tell.
func (a *Autopilot) about(id uint32) bool {
	for _, m := range a.cfg.About {
		if m.GetID() == id {
			a.send(autopilotComponent, m)
			return true
		}
	}
	return false
}
