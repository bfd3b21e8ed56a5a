package mavlink

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/development"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// applyHealth takes what says how the vehicle is; false for everything else.
func (st *state) applyHealth(m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageSysStatus:
		if at.Sub(st.batteryHeard) > batteryAge {
			st.v.Battery = st.shortBattery(m, at)
			if st.flies() {
				st.endurance.draw(*st.v.Battery, at)
			}
		}
		st.v.Sensors = sensorHealth(m, at)
		st.arming.checks(st.v.Sensors.prearm(), at)
	case *common.MessageBatteryStatus:
		st.applyBattery(m, at)
	case *common.MessageGpsRawInt:
		st.v.GPS = gpsOf(m, st.v.GPS, at)
	case *common.MessageGps2Raw:
		st.v.GPS2 = gps2Of(m, st.v.GPS2, at)
	case *development.MessageGnssIntegrity:
		st.applyIntegrity(m)
	case *common.MessageExtendedSysState:
		st.v.Landed, st.v.VTOL, st.v.StateTime = landed(m.LandedState), vtolState(m.VtolState), at.UTC()
	case *ardupilotmega.MessageEkfStatusReport:
		st.v.EKF = ekfOf(m, at)
	case *common.MessageEstimatorStatus:
		st.v.EKF = estimatorOf(m, at)
	case *common.MessageVibration:
		st.applyVibration(m, at)
	case *common.MessageRcChannels:
		st.v.RC = rcOf(m, at)
	case *common.MessageFenceStatus:
		st.v.Fence = fenceOf(m, at)
		st.failsafes.fence(st.v.Fence, at)
	default:
		return st.applySurroundings(m, at)
	}
	return true
}

func landed(s common.MAV_LANDED_STATE) string {
	switch s {
	case common.MAV_LANDED_STATE_ON_GROUND:
		return "onGround"
	case common.MAV_LANDED_STATE_TAKEOFF:
		return "takingOff"
	case common.MAV_LANDED_STATE_IN_AIR:
		return "inAir"
	case common.MAV_LANDED_STATE_LANDING:
		return "landing"
	default:
		return ""
	}
}

// applyIdentity takes what says who the vehicle is and what it is set to do; false for everything else.
func (st *state) applyIdentity(m message.Message, p pilot, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageAutopilotVersion:
		st.v.Capabilities = uint64(m.Capabilities)
		st.v.Version = version(m.FlightSwVersion)
		st.v.UID = uid(m)
	case *common.MessageAvailableModes:
		st.modes.add(m)
		st.v.Modes = st.modes.selectable()
		st.v.Mode = st.modes.name(st.customMode)
	case *common.MessageCurrentMode:
		st.customMode = m.CustomMode
		st.v.Mode, st.v.IntendedMode = st.modes.name(m.CustomMode), ""
		if m.IntendedCustomMode != 0 && m.IntendedCustomMode != m.CustomMode {
			st.v.IntendedMode = st.modes.name(m.IntendedCustomMode)
		}
	case *common.MessageAvailableModesMonitor:
		st.modes.edition(m.Seq)
	case *common.MessageMissionCurrent:
		st.applyMission(m, p, at)
	default:
		return false
	}
	return true
}

func (st *state) applyMission(m *common.MessageMissionCurrent, p pilot, at time.Time) {
	now := MissionState{Current: int(m.Seq), State: missionState(m.MissionState), Time: at.UTC()}
	if m.Total != unknown16 {
		now.Count = int(m.Total)
	}
	// The first item after home is number 1 where item 0 is home, and number 0 elsewhere.
	if !p.homeItem() && now.Count > 0 {
		now.Current++
	}
	st.v.Mission = &now
}

func missionState(s common.MISSION_STATE) string {
	switch s {
	case common.MISSION_STATE_NO_MISSION:
		return "none"
	case common.MISSION_STATE_NOT_STARTED:
		return "notStarted"
	case common.MISSION_STATE_ACTIVE:
		return "active"
	case common.MISSION_STATE_PAUSED:
		return "paused"
	case common.MISSION_STATE_COMPLETE:
		return "complete"
	default:
		return ""
	}
}

// version reads FIRMWARE_VERSION_TYPE: major, minor, patch and kind of release in a byte each.
func version(v uint32) string {
	if v == 0 {
		return ""
	}
	s := fmt.Sprintf("%d.%d.%d", v>>24, v>>16&0xFF, v>>8&0xFF)
	switch kind := v & 0xFF; {
	case kind < 64:
		return s + "-dev"
	case kind < 128:
		return s + "-alpha"
	case kind < 192:
		return s + "-beta"
	case kind < 255:
		return s + "-rc"
	default:
		return s
	}
}

func uid(m *common.MessageAutopilotVersion) string {
	if m.Uid2 != [18]uint8{} {
		return hex.EncodeToString(m.Uid2[:])
	}
	if m.Uid != 0 {
		return fmt.Sprintf("%016x", m.Uid)
	}
	return ""
}
