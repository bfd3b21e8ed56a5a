package copter

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/sim/scenario"
)

// real32 is a value of PARAM_EXT.
func real32(v float32) string {
	return string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
}

func TestTheCameraOffersItsSettings(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 1)
	s.send(&mav.MessageParamExtRequestList{TargetSystem: 1, TargetComponent: cameraComponent})
	for i, x := range settings {
		m := until(s, x.name, func(m *mav.MessageParamExtValue) bool { return int(m.ParamIndex) == i })
		if m.ParamId != x.name || m.ParamType != x.kind || int(m.ParamCount) != len(settings) {
			t.Errorf("number %d: %+v", i, m)
		}
	}
	set := func(name, value string, kind mav.MAV_PARAM_EXT_TYPE) mav.PARAM_ACK {
		s.send(&mav.MessageParamExtSet{TargetSystem: 1, TargetComponent: cameraComponent, ParamId: name, ParamValue: value, ParamType: kind})
		return until(s, "the answer for "+name, func(m *mav.MessageParamExtAck) bool { return m.ParamId == name }).ParamResult
	}
	const number, text = mav.MAV_PARAM_EXT_TYPE_REAL32, mav.MAV_PARAM_EXT_TYPE_CUSTOM
	for _, x := range []struct {
		name, value string
		kind        mav.MAV_PARAM_EXT_TYPE
		want        mav.PARAM_ACK
	}{
		{"CAM_SERIES_MIN", real32(2), number, mav.PARAM_ACK_ACCEPTED}, // 00 00 00 40: its first byte is a zero
		{"CAM_SERIES_MIN", real32(0), number, mav.PARAM_ACK_VALUE_UNSUPPORTED},
		{"CAM_SERIES_MIN", real32(nan32), number, mav.PARAM_ACK_VALUE_UNSUPPORTED},
		{"CAM_SERIES_MIN", real32(3), mav.MAV_PARAM_EXT_TYPE_UINT32, mav.PARAM_ACK_VALUE_UNSUPPORTED},
		{"CAM_ZOOM_RATE", real32(50), number, mav.PARAM_ACK_ACCEPTED},
		{"CAM_CARD_NAME", "north", text, mav.PARAM_ACK_ACCEPTED},
		{"CAM_CARD_NAME", strings.Repeat("x", 33), text, mav.PARAM_ACK_VALUE_UNSUPPORTED},
		{"CAM_CARD_NAME", "a\x07b", text, mav.PARAM_ACK_VALUE_UNSUPPORTED},
		{"CAM_PHOTOS", real32(1), mav.MAV_PARAM_EXT_TYPE_UINT32, mav.PARAM_ACK_FAILED},
	} {
		if got := set(x.name, x.value, x.kind); got != x.want {
			t.Errorf("%s to %q: %v", x.name, x.value, got)
		}
	}
	s.send(&mav.MessageParamExtRequestRead{TargetSystem: 1, TargetComponent: cameraComponent, ParamId: "CAM_CARD_NAME", ParamIndex: -1})
	if m := until[*mav.MessageParamExtValue](s, "the name", nil); m.ParamValue != "north" {
		t.Errorf("the name is %q", m.ParamValue)
	}
	card := func(name string) {
		s.must(s.command(cameraComponent, common.MAV_CMD_REQUEST_STORAGE_INFORMATION, 0, 1))
		if told := all[*mav.MessageStorageInformation](s); len(told) == 0 || told[len(told)-1].Name != name { // told before the acknowledgement
			t.Errorf("the card is not %s: %d answers", name, len(told))
		}
	}
	card("north")
	s.must(s.command(cameraComponent, common.MAV_CMD_IMAGE_START_CAPTURE, 0, 0.1, 0)) // not faster than the setting
	until(s, "the interval of the series", func(m *mav.MessageCameraCaptureStatus) bool { return m.ImageInterval == 2 })
	s.must(s.command(cameraComponent, common.MAV_CMD_RESET_CAMERA_SETTINGS, 1))
	card("card")
}
