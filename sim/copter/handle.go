package copter

import (
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// handle answers one frame. Frames for other vehicles are ignored.
func (c *Copter) handle(p *peer, k packet) {
	id := uint8(c.cfg.Drone.ID)
	if k.system == id || c.downFor > 0 {
		return // an echo, or it is restarting
	}
	mine := func(system, component uint8) bool {
		return (system == 0 || system == id) && (component == 0 || component == autopilotComponent)
	}
	switch m := k.msg.(type) {
	case *mav.MessageHeartbeat:
		if float64(k.system) == c.flight.params.get("MAV_GCS_SYSID") {
			c.flight.stationBack()
		}
	case *mav.MessageCommandLong:
		if m.TargetSystem == 0 || m.TargetSystem == id {
			c.handleCommand(p, fromLong(k, m))
		}
	case *mav.MessageCommandInt:
		if m.TargetSystem == 0 || m.TargetSystem == id {
			c.handleCommand(p, fromInt(k, m))
		}
	case *mav.MessageCommandCancel:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.cancel(m.Command)
		}
	case *mav.MessageSetMode:
		if m.TargetSystem == id || m.TargetSystem == 0 {
			c.oldSetMode(p, k, m)
		}
	case *mav.MessageSetPositionTargetGlobalInt:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.handleTarget(m)
		}
	case *mav.MessageSetPositionTargetLocalNed:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.handleLocalTarget(m)
		}
	case *mav.MessageSetAttitudeTarget:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.handleAttitude(m)
		}
	case *mav.MessageManualControl:
		if m.Target == id {
			c.handleManual(k, m)
		}
	case *mav.MessageRcChannelsOverride:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.handleOverride(k, m)
		}
	case *mav.MessageSetupSigning:
		if m.TargetSystem == id {
			c.setupSigning(m)
		}
	case *mav.MessagePing:
		if m.TargetSystem == 0 && m.TargetComponent == 0 {
			p.send(autopilotComponent, &mav.MessagePing{TimeUsec: m.TimeUsec, Seq: m.Seq, TargetSystem: k.system, TargetComponent: k.component})
		}
	case *mav.MessageTimesync:
		if m.Tc1 == 0 && (m.TargetSystem == 0 || m.TargetSystem == id) {
			p.send(autopilotComponent, &mav.MessageTimesync{Tc1: c.flight.nanos(), Ts1: m.Ts1, TargetSystem: k.system, TargetComponent: k.component})
		}
	case *mav.MessageRequestDataStream:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.requestStream(p, m)
		}
	default:
		if !c.handleGimbal(k, mine) && !c.handleRemoteID(k) && !c.handleTerrain(p, k) && !c.handleSettings(p, k) {
			c.handleTransfer(p, k, mine)
		}
	}
}

// setupSigning takes a key, on the ground only.
func (c *Copter) setupSigning(m *mav.MessageSetupSigning) {
	if c.flight.armed {
		c.flight.say(mav.MAV_SEVERITY_CRITICAL, "ERROR: Can't setup signing when armed")
		return
	}
	c.link.signing.setup(m)
}

// oldSetMode is SET_MODE, acknowledged as if its message number were a command.
func (c *Copter) oldSetMode(p *peer, k packet, m *mav.MessageSetMode) {
	result := mav.MAV_RESULT_DENIED
	if m.BaseMode&mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED != 0 {
		result = c.changeMode(Mode(m.CustomMode))
	}
	p.send(autopilotComponent, &mav.MessageCommandAck{Command: 11, Result: result, TargetSystem: k.system, TargetComponent: k.component})
}

// handleTransfer answers parameter and mission messages.
func (c *Copter) handleTransfer(p *peer, k packet, mine func(system, component uint8) bool) {
	switch m := k.msg.(type) {
	case *mav.MessageParamRequestList:
		if mine(m.TargetSystem, m.TargetComponent) {
			p.params = p.params[:0]
			for i := range c.flight.params.list {
				p.params = append(p.params, i)
			}
		}
	case *mav.MessageParamRequestRead:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.readParam(p, m)
		}
	case *mav.MessageParamSet:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.writeParam(p, m)
		}
	case *mav.MessageMissionCount:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionCount(p, k, m)
		}
	case *mav.MessageMissionWritePartialList:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.partialWrite(p, k, m)
		}
	case *mav.MessageMissionItemInt:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionItem(p, k, m)
		}
	case *mav.MessageMissionItem:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionItem(p, k, &mav.MessageMissionItemInt{
				Seq: m.Seq, Frame: m.Frame, Command: m.Command, Autocontinue: m.Autocontinue,
				Param1: m.Param1, Param2: m.Param2, Param3: m.Param3, Param4: m.Param4,
				X: e7(float64(m.X)), Y: e7(float64(m.Y)), Z: m.Z, MissionType: m.MissionType, Current: m.Current,
			})
		}
	case *mav.MessageMissionRequestList:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionList(p, k, m.MissionType)
		}
	case *mav.MessageMissionRequestInt:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionRequest(p, k, m.Seq, m.MissionType, false)
		}
	case *mav.MessageMissionRequest:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionRequest(p, k, m.Seq, m.MissionType, true)
		}
	case *mav.MessageMissionClearAll:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.missionClear(p, k, m.MissionType)
		}
	case *mav.MessageMissionSetCurrent:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.setCurrentItem(p, m.Seq)
		}
	case *mav.MessageFileTransferProtocol:
		if mine(m.TargetSystem, m.TargetComponent) {
			c.handleFile(p, k, m)
		}
	default:
		c.handleLog(p, k, mine)
	}
}

// readParam answers by index or by name; for an unknown one a real autopilot stays silent.
func (c *Copter) readParam(p *peer, m *mav.MessageParamRequestRead) {
	list := c.flight.params
	if m.ParamIndex >= 0 {
		if int(m.ParamIndex) < len(list.list) {
			p.send(autopilotComponent, list.message(int(m.ParamIndex), true))
		}
		return
	}
	if i, ok := list.index[m.ParamId]; ok {
		p.send(autopilotComponent, list.message(i, true))
	}
}

// writeParam sets a parameter and tells every station its value, which is the old one where it may not be set.
func (c *Copter) writeParam(p *peer, m *mav.MessageParamSet) {
	list := c.flight.params
	i, ok := list.index[m.ParamId]
	if !ok {
		return
	}
	if !list.settable(m.ParamId) || math.IsNaN(float64(m.ParamValue)) {
		p.send(autopilotComponent, list.message(i, false))
		return
	}
	c.setParam(m.ParamId, float64(m.ParamValue))
}

// setParam sets a parameter and tells every station.
func (c *Copter) setParam(name string, value float64) {
	list := c.flight.params
	if !list.set(name, value) {
		return
	}
	for _, p := range c.link.peers {
		p.send(autopilotComponent, list.message(list.index[name], false))
	}
}
