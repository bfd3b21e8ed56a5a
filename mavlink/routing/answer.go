package routing

import (
	"bytes"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
)

// answer tells a station that the vehicle will not do what it asked, in the vehicle's name, as the vehicle itself would:
// else the station waits, and asks again.
func (s *station) answer(p *link.Peer, f link.Frame, system, component uint8) {
	r := s.router
	if component == 0 {
		component, _ = r.cfg.Vehicles.Autopilot(system)
	}
	m := refusal(f)
	if m == nil {
		return
	}
	frame, err := r.cfg.Codec.Encode(nil, m, uint8(s.sequence.Add(1)), system, component)
	if err != nil {
		r.log.Error("a refusal could not be sent", "error", err)
		return
	}
	p.Send(link.Urgent, link.Raw(frame))
}

// refusal makes the answer that says no, nil where the protocol has none.
func refusal(f link.Frame) message.Message {
	if planMessages[f.MessageID] {
		return &common.MessageMissionAck{
			TargetSystem: f.SystemID, TargetComponent: f.ComponentID, Type: common.MAV_MISSION_DENIED,
			MissionType: common.MAV_MISSION_TYPE(missionType(f)),
		}
	}
	switch f.MessageID {
	case idCommandLong, idCommandInt, idSetMode:
		return &common.MessageCommandAck{
			Command: common.MAV_CMD(commandOf(f)), Result: common.MAV_RESULT_DENIED,
			TargetSystem: f.SystemID, TargetComponent: f.ComponentID,
		}
	case idParamSet:
		const nameAt, nameSize = 6, 16
		name := make([]byte, nameSize)
		for i := range name {
			name[i] = byteAt(f.Payload, nameAt+i)
		}
		name, _, _ = bytes.Cut(name, []byte{0})
		return &common.MessageParamError{
			TargetSystem: f.SystemID, TargetComponent: f.ComponentID, ParamId: string(name), ParamIndex: -1,
			Error: common.MAV_PARAM_ERROR_PERMISSION_DENIED,
		}
	case idFTP:
		return refuseFile(f)
	}
	return nil
}

// missionType reads the extension at the end of a message of the mission protocol.
func missionType(f link.Frame) byte {
	at := map[uint32]int{
		idPartialList: 6, idWritePartial: 6, idMissionItem: 37, idMissionRequest: 4, idMissionList: 2, idMissionCount: 4,
		idMissionClear: 2, idRequestInt: 4, idMissionItemInt: 37,
	}
	return byteAt(f.Payload, at[f.MessageID])
}

// refuseFile is a NAK of MAVFTP: the file is protected.
func refuseFile(f link.Frame) message.Message {
	const nak, protected = 129, 9
	m := &common.MessageFileTransferProtocol{TargetSystem: f.SystemID, TargetComponent: f.ComponentID}
	sequence := uint16At(f.Payload, 3) + 1
	m.Payload[0], m.Payload[1] = byte(sequence), byte(sequence>>8)
	m.Payload[2] = byteAt(f.Payload, ftpSessionAt)
	m.Payload[3] = nak
	m.Payload[4] = 1                              // one byte of data: the error
	m.Payload[5] = byteAt(f.Payload, ftpOpcodeAt) // what was asked
	m.Payload[12] = protected
	return m
}
