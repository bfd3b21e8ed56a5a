package mavlink_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

func cameraSettings() []mavlinktest.Setting {
	return []mavlinktest.Setting{
		{Name: "CAM_ISO", Kind: common.MAV_PARAM_EXT_TYPE_UINT32, Value: "\x00\x01\x00\x00"}, // 256, whose first byte is zero
		{Name: "CAM_EV", Kind: common.MAV_PARAM_EXT_TYPE_REAL32, Value: "\x00\x00\x00\xbf"},  // -0.5
		{Name: "CAM_NAME", Kind: common.MAV_PARAM_EXT_TYPE_CUSTOM, Value: "north"},
		{Name: "RO_SERIAL", Kind: common.MAV_PARAM_EXT_TYPE_UINT64, Value: "\xff\xff\xff\xff\xff\xff\xff\xff"},
	}
}

func TestSettingsOfACamera(t *testing.T) {
	t.Parallel()
	s, a := found(t, mavlinktest.Config{
		Settings: cameraSettings(), Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1, Uri: "rtsp://127.0.0.1:1/a"}},
	})
	eventually(t, "the camera was heard", func() bool { return cameraOf(s).ID == 100 })
	a.Change(func(f *mavlinktest.Faults) { f.LoseSettings = 3 })
	all, err := s.Settings(within(t), 1, 100)
	if err != nil || len(all) != 4 {
		t.Fatalf("%+v, %v", all, err)
	}
	if all[0].Number != -0.5 || all[1].Number != 256 || all[2].Text != "north" || all[3].Text != "18446744073709551615" {
		t.Errorf("%+v", all)
	}
	number, text := 65536.0, strings.Repeat("long ", 25)
	a.Change(func(f *mavlinktest.Faults) { f.SlowSettings = 1 })
	if p, err := s.SetSetting(within(t), 1, 100, "CAM_ISO", &number, nil); err != nil || p.Number != 65536 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.SetSetting(within(t), 1, 100, "CAM_NAME", nil, &text); err != nil || p.Text != text {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.Setting(within(t), 1, 100, "CAM_ISO"); err != nil || p.Number != 65536 {
		t.Errorf("%+v, %v", p, err)
	}
	var denied *mavlink.DeniedError
	unsupported := float64(0xEE)
	if _, err := s.SetSetting(within(t), 1, 100, "CAM_ISO", &unsupported, nil); !errors.As(err, &denied) || !strings.Contains(denied.Reason, "cannot have this value") {
		t.Errorf("%v", err)
	}
	if _, err := s.SetSetting(within(t), 1, 100, "RO_SERIAL", &number, nil); !errors.As(err, &denied) || !strings.Contains(denied.Reason, "keeps") {
		t.Errorf("%v", err)
	}
	if _, err := s.SetSetting(within(t), 1, 100, "CAM_ISO", nil, &text); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if _, err := s.Setting(within(t), 1, 100, "NO_SUCH"); !errors.Is(err, mavlink.ErrNoParameter) {
		t.Errorf("%v", err)
	}
	if _, err := s.Settings(within(t), 1, 101); !errors.Is(err, mavlink.ErrNoComponent) {
		t.Errorf("%v", err)
	}
	if _, err := s.Settings(within(t), 9, 100); !errors.Is(err, mavlink.ErrUnknownVehicle) {
		t.Errorf("%v", err)
	}
}
