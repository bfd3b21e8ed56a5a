package mavlink

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// batteryAge is how long BATTERY_STATUS goes before the short form in SYS_STATUS.
const batteryAge = 10 * time.Second

// applyHealth takes what says how the vehicle is; false for everything else.
func (st *state) applyHealth(m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *common.MessageSysStatus:
		if at.Sub(st.fullBattery) > batteryAge {
			st.v.Battery = shortBattery(m, at)
		}
	case *common.MessageBatteryStatus:
		if m.Id != 0 {
			return false
		}
		st.fullBattery = at
		st.v.Battery = fullBattery(m, at)
	case *common.MessageGpsRawInt:
		st.v.GPS = gpsOf(m, at)
	case *common.MessageExtendedSysState:
		st.v.Landed = landed(m.LandedState)
	default:
		return false
	}
	return true
}

func shortBattery(m *common.MessageSysStatus, at time.Time) *Battery {
	b := Battery{Time: at.UTC()}
	if m.VoltageBattery != unknown16 && m.VoltageBattery != 0 {
		b.Voltage = number(float64(m.VoltageBattery) / 1000)
	}
	if m.CurrentBattery >= 0 {
		b.Current = number(float64(m.CurrentBattery) / centi)
	}
	if m.BatteryRemaining >= 0 {
		b.Percent = number(float64(m.BatteryRemaining))
	}
	return &b
}

func fullBattery(m *common.MessageBatteryStatus, at time.Time) *Battery {
	b := Battery{Time: at.UTC()}
	millivolts := 0
	for _, cell := range m.Voltages {
		if cell != unknown16 {
			millivolts += int(cell)
		}
	}
	// The cells beyond ten say 0 for unknown, because old senders leave the field out.
	for _, cell := range m.VoltagesExt {
		if cell != unknown16 {
			millivolts += int(cell)
		}
	}
	if millivolts > 0 {
		b.Voltage = number(float64(millivolts) / 1000)
	}
	if m.CurrentBattery >= 0 {
		b.Current = number(float64(m.CurrentBattery) / centi)
	}
	if m.BatteryRemaining >= 0 {
		b.Percent = number(float64(m.BatteryRemaining))
	}
	if m.TimeRemaining > 0 {
		left := time.Duration(m.TimeRemaining) * time.Second
		b.TimeLeft = &left
	}
	return &b
}

func gpsOf(m *common.MessageGpsRawInt, at time.Time) *GPS {
	g := GPS{Fix: fix(m.FixType), Time: at.UTC()}
	if m.SatellitesVisible != math.MaxUint8 {
		n := int(m.SatellitesVisible)
		g.Satellites = &n
	}
	if m.Eph != unknown16 {
		g.HDOP = number(float64(m.Eph) / centi)
	}
	return &g
}

func fix(t common.GPS_FIX_TYPE) string {
	switch t {
	case common.GPS_FIX_TYPE_2D_FIX:
		return "2d"
	case common.GPS_FIX_TYPE_3D_FIX, common.GPS_FIX_TYPE_STATIC:
		return "3d"
	case common.GPS_FIX_TYPE_DGPS, common.GPS_FIX_TYPE_PPP:
		return "dgps"
	case common.GPS_FIX_TYPE_RTK_FLOAT:
		return "rtkFloat"
	case common.GPS_FIX_TYPE_RTK_FIXED:
		return "rtkFixed"
	default:
		return "none"
	}
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
