package routing

import (
	"encoding/binary"

	"vedette/mavlink/link"
)

// class is what a station may do with a message.
type class int

const (
	// presence shows that somebody is there, and measures the way: any station may.
	presence class = iota
	// reading asks for something and changes nothing: any station may.
	reading
	// control changes something: only a station with control, while it holds the lease or nobody does.
	control
	// never passes: a key in clear is for a trusted link alone.
	never
)

const (
	idHeartbeat      = 0
	idPing           = 4
	idSetMode        = 11
	idParamRead      = 20
	idParamList      = 21
	idParamSet       = 23
	idPartialList    = 37
	idWritePartial   = 38
	idMissionItem    = 39
	idMissionRequest = 40
	idMissionList    = 43
	idMissionCount   = 44
	idMissionClear   = 45
	idMissionAck     = 47
	idRequestInt     = 51
	idMissionItemInt = 73
	idCommandInt     = 75
	idCommandLong    = 76
	idCommandAck     = 77
	idFTP            = 110
	idTimesync       = 111
	idLogList        = 117
	idLogData        = 119
	idLogEnd         = 122
	idFencePoint     = 161
	idRallyPoint     = 176
	idVersion        = 183
	idSetupSigning   = 256
	idParamExtRead   = 320
	idParamExtList   = 321
	idRequestEvent   = 412
)

// readMessages are those by which a station asks for something or ends having asked.
var readMessages = map[uint32]bool{
	idParamRead: true, idParamList: true, idPartialList: true, idMissionRequest: true, idMissionList: true, idMissionAck: true,
	idRequestInt: true, idCommandAck: true, idLogList: true, idLogData: true, idLogEnd: true, idFencePoint: true, idRallyPoint: true,
	idVersion: true, idParamExtRead: true, idParamExtList: true, idRequestEvent: true,
}

// readCommands are the MAV_CMDs that ask for a message.
var readCommands = map[uint16]bool{
	410:  true, // GET_HOME_POSITION
	510:  true, // GET_MESSAGE_INTERVAL
	512:  true, // REQUEST_MESSAGE
	519:  true, // REQUEST_PROTOCOL_VERSION
	520:  true, // REQUEST_AUTOPILOT_CAPABILITIES
	521:  true, // REQUEST_CAMERA_INFORMATION
	522:  true, // REQUEST_CAMERA_SETTINGS
	525:  true, // REQUEST_STORAGE_INFORMATION
	527:  true, // REQUEST_CAMERA_CAPTURE_STATUS
	528:  true, // REQUEST_FLIGHT_INFORMATION
	2504: true, // REQUEST_VIDEO_STREAM_INFORMATION
	2505: true, // REQUEST_VIDEO_STREAM_STATUS
}

// readOpcodes of MAVFTP: none, end a session, reset sessions, list, open for reading, read, checksum, burst read.
var readOpcodes = map[byte]bool{0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 14: true, 15: true}

// planMessages belong to a transfer of a mission, a fence or rally points.
var planMessages = map[uint32]bool{
	idPartialList: true, idWritePartial: true, idMissionItem: true, idMissionRequest: true, idMissionList: true, idMissionCount: true,
	idMissionClear: true, idRequestInt: true, idMissionItemInt: true,
}

// Where things stand in a payload: MAVLink orders fields by size.
const (
	longCommandAt = 28 // COMMAND_LONG: seven floats before it
	intCommandAt  = 28 // COMMAND_INT: four floats, two int32, a float
	ftpOpcodeAt   = 3 + 3
	ftpSessionAt  = 3 + 2
)

func classOf(f link.Frame) class {
	switch f.MessageID {
	case idHeartbeat, idPing, idTimesync:
		return presence
	case idSetupSigning:
		return never
	case idCommandLong, idCommandInt:
		if readCommands[commandOf(f)] {
			return reading
		}
		return control
	case idFTP:
		if readOpcodes[byteAt(f.Payload, ftpOpcodeAt)] {
			return reading
		}
		return control
	}
	if readMessages[f.MessageID] {
		return reading
	}
	return control
}

// commandOf gives the MAV_CMD of a command, 0 for other messages.
func commandOf(f link.Frame) uint16 {
	switch f.MessageID {
	case idCommandLong:
		return uint16At(f.Payload, longCommandAt)
	case idCommandInt:
		return uint16At(f.Payload, intCommandAt)
	case idSetMode:
		return idSetMode // autopilots acknowledge it by its own number
	}
	return 0
}

// byteAt reads a payload from whose end zeros were cut.
func byteAt(payload []byte, i int) byte {
	if i < len(payload) {
		return payload[i]
	}
	return 0
}

func uint16At(payload []byte, i int) uint16 {
	return binary.LittleEndian.Uint16([]byte{byteAt(payload, i), byteAt(payload, i+1)})
}

// priorityOf says how urgent a frame to a vehicle is.
func priorityOf(f link.Frame, c class) link.Priority {
	switch {
	case planMessages[f.MessageID], f.MessageID == idMissionAck, f.MessageID == idFTP, f.MessageID == idParamSet, c == reading:
		return link.Transfer
	default:
		return link.Urgent
	}
}
