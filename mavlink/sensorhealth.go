package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// sensorNames are the bits of MAV_SYS_STATUS_SENSOR in words, from bit 0.
var sensorNames = [32]string{
	"gyroscope", "accelerometer", "compass", "barometer", "airspeed sensor", "GPS", "optical flow", "vision position",
	"laser position", "external ground truth", "rate control", "attitude control", "yaw control", "height control",
	"position control", "motor outputs", "remote control", "second gyroscope", "second accelerometer", "second compass",
	"geofence", "attitude estimate", "terrain", "reversed motors", "logging", "battery", "proximity sensor",
	"satellite link", "prearm checks", "obstacle avoidance", "propulsion", "",
}

const prearmBit = uint32(common.MAV_SYS_STATUS_PREARM_CHECK)

func sensorHealth(m *common.MessageSysStatus, at time.Time) *SensorHealth {
	h := SensorHealth{
		Present: uint32(m.OnboardControlSensorsPresent), Enabled: uint32(m.OnboardControlSensorsEnabled),
		Healthy: uint32(m.OnboardControlSensorsHealth), Time: at.UTC(),
	}
	ill := h.Present & h.Enabled &^ h.Healthy &^ prearmBit
	for bit, name := range sensorNames {
		if ill&(1<<bit) != 0 && name != "" {
			h.Unhealthy = append(h.Unhealthy, name)
		}
	}
	if m.Load <= 1000 {
		h.LoadPercent = number(float64(m.Load) / 10)
	}
	return &h
}

// prearm is what the bit of the prearm checks says: nil where the vehicle has none.
func (h *SensorHealth) prearm() *bool {
	if h.Present&h.Enabled&prearmBit == 0 {
		return nil
	}
	ready := h.Healthy&prearmBit != 0
	return &ready
}

func rcOf(m *common.MessageRcChannels, at time.Time) *RC {
	r := RC{Channels: int(m.Chancount), Time: at.UTC()}
	if m.Rssi != math.MaxUint8 {
		const full, percent = 254, 100
		r.RSSIPercent = number(float64(m.Rssi) / full * percent)
	}
	return &r
}

func fenceOf(m *common.MessageFenceStatus, at time.Time) *FenceStatus {
	f := FenceStatus{Breached: m.BreachStatus != 0, Count: int(m.BreachCount), Time: at.UTC()}
	switch m.BreachType {
	case common.FENCE_BREACH_MINALT:
		f.Kind = "minimumAltitude"
	case common.FENCE_BREACH_MAXALT:
		f.Kind = "maximumAltitude"
	case common.FENCE_BREACH_BOUNDARY:
		f.Kind = "boundary"
	}
	return &f
}

func systemStatus(s common.MAV_STATE) string {
	switch s {
	case common.MAV_STATE_BOOT:
		return "boot"
	case common.MAV_STATE_CALIBRATING:
		return "calibrating"
	case common.MAV_STATE_STANDBY:
		return "standby"
	case common.MAV_STATE_ACTIVE:
		return "active"
	case common.MAV_STATE_CRITICAL:
		return "critical"
	case common.MAV_STATE_EMERGENCY:
		return "emergency"
	case common.MAV_STATE_POWEROFF:
		return "powerOff"
	case common.MAV_STATE_FLIGHT_TERMINATION:
		return "terminated"
	default:
		return ""
	}
}

func vtolState(s common.MAV_VTOL_STATE) string {
	switch s {
	case common.MAV_VTOL_STATE_TRANSITION_TO_FW:
		return "transitionToFixedWing"
	case common.MAV_VTOL_STATE_TRANSITION_TO_MC:
		return "transitionToHover"
	case common.MAV_VTOL_STATE_MC:
		return "hover"
	case common.MAV_VTOL_STATE_FW:
		return "fixedWing"
	default:
		return ""
	}
}
