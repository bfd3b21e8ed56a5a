package mavlinktest

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Setting is one that the camera offers over PARAM_EXT. Value are the bytes of param_value. One whose name begins with RO_
// cannot be set; a value that begins with the byte 0xEE is unsupported.
type Setting struct {
	Name  string
	Kind  common.MAV_PARAM_EXT_TYPE
	Value string
}

// extSetID is PARAM_EXT_SET, in which the value begins behind the addressee and the name. gomavlib would cut it at its first zero.
const (
	extSetID  = 323
	extSetAt  = 18
	extLength = 128
)

// wholeValue gives a PARAM_EXT_SET the bytes that came.
func wholeValue(m message.Message, raw *message.MessageRaw) {
	set, ok := m.(*common.MessageParamExtSet)
	if !ok || raw.ID != extSetID {
		return
	}
	var full [extLength]byte
	if len(raw.Payload) > extSetAt {
		copy(full[:], raw.Payload[extSetAt:])
	}
	set.ParamValue = string(full[:])
}

// settingMessage answers PARAM_EXT for the camera; mu must be held.
func (a *Autopilot) settingMessage(m message.Message) {
	if a.faults.CameraDeaf {
		return
	}
	switch m := m.(type) {
	case *common.MessageParamExtRequestList:
		if m.TargetComponent != cameraComponent {
			return
		}
		for i := range a.cfg.Settings {
			a.tellSetting(i)
		}
	case *common.MessageParamExtRequestRead:
		if m.TargetComponent != cameraComponent {
			return
		}
		for i, s := range a.cfg.Settings {
			if int(m.ParamIndex) == i || m.ParamIndex < 0 && s.Name == m.ParamId {
				a.tellSetting(i)
			}
		}
	case *common.MessageParamExtSet:
		if m.TargetComponent == cameraComponent {
			a.setSetting(m)
		}
	}
}

func (a *Autopilot) tellSetting(i int) {
	a.answers++
	if a.faults.LoseSettings > 0 && a.answers%a.faults.LoseSettings == 0 {
		return
	}
	s := a.cfg.Settings[i]
	a.send(cameraComponent, &common.MessageParamExtValue{
		ParamId: s.Name, ParamValue: s.Value, ParamType: s.Kind, ParamCount: uint16(len(a.cfg.Settings)), ParamIndex: uint16(i),
	})
}

func (a *Autopilot) setSetting(m *common.MessageParamExtSet) {
	ack := &common.MessageParamExtAck{ParamId: m.ParamId, ParamValue: m.ParamValue, ParamType: m.ParamType, ParamResult: common.PARAM_ACK_VALUE_UNSUPPORTED}
	for i := range a.cfg.Settings {
		s := &a.cfg.Settings[i]
		switch {
		case s.Name != m.ParamId || s.Kind != m.ParamType:
			continue
		case m.ParamValue[0] == 0xEE:
		case len(s.Name) > 3 && s.Name[:3] == "RO_":
			ack.ParamResult = common.PARAM_ACK_FAILED
		case a.faults.SlowSettings > 0:
			a.faults.SlowSettings--
			ack.ParamResult = common.PARAM_ACK_IN_PROGRESS
			a.send(cameraComponent, ack)
			final := *ack
			final.ParamResult, ack = common.PARAM_ACK_ACCEPTED, &final
			s.Value = m.ParamValue
		default:
			ack.ParamResult, s.Value = common.PARAM_ACK_ACCEPTED, m.ParamValue
		}
		if ack.ParamResult != common.PARAM_ACK_ACCEPTED {
			ack.ParamValue = s.Value
		}
	}
	a.send(cameraComponent, ack)
}
