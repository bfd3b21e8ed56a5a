package station

import (
	"net/http"
	"slices"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/mavlinktest"
	"vedette/ui/api"
)

func TestSettingsOfACameraOverTheAPI(t *testing.T) {
	t.Parallel()
	p := newPost(t, mavlinktest.Config{
		Parameters: map[string]float32{"RTL_ALT": 3000},
		Streams:    []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1, Uri: "rtsp://127.0.0.1:1/a"}},
		Settings: []mavlinktest.Setting{
			{Name: "CAM_ISO", Kind: common.MAV_PARAM_EXT_TYPE_UINT32, Value: "\x00\x01\x00\x00"},
			{Name: "CAM_NAME", Kind: common.MAV_PARAM_EXT_TYPE_CUSTOM, Value: "north"},
			{Name: "RO_SERIAL", Kind: common.MAV_PARAM_EXT_TYPE_UINT64, Value: "\xff\xff\xff\xff\xff\xff\xff\xff"},
		},
	})
	p.until("the camera was heard", func() bool {
		var v api.Vehicle
		p.call(http.MethodGet, "/vehicles/1", "", http.StatusOK, &v)
		return slices.ContainsFunc(v.Components, func(c api.Component) bool { return c.ID == 100 })
	})
	var list []api.Parameter
	p.call(http.MethodGet, "/vehicles/1/parameters?component=100", "", http.StatusOK, &list)
	if len(list) != 3 || *list[0].Value != 256 || list[0].Type != "uint32" || list[0].Text != nil || *list[1].Text != "north" || list[1].Value != nil ||
		*list[2].Text != "18446744073709551615" {
		t.Fatalf("%+v", list)
	}
	p.call(http.MethodGet, "/vehicles/1/parameters?component=100&search=iso", "", http.StatusOK, &list)
	if len(list) != 1 {
		t.Errorf("%+v", list)
	}
	var one api.Parameter
	p.call(http.MethodPut, "/vehicles/1/parameters/CAM_NAME?component=100", `{"text":"south"}`, http.StatusOK, &one)
	if one.Text == nil || *one.Text != "south" || one.Type != "custom" {
		t.Errorf("%+v", one)
	}
	p.call(http.MethodPut, "/vehicles/1/parameters/CAM_ISO?component=100", `{"value":512}`, http.StatusOK, &one)
	p.call(http.MethodGet, "/vehicles/1/parameters/CAM_ISO?component=100", "", http.StatusOK, &one)
	if *one.Value != 512 {
		t.Errorf("%+v", one)
	}
	p.call(http.MethodGet, "/vehicles/1/parameters?component=1", "", http.StatusOK, &list)
	if len(list) != 1 || list[0].Name != "RTL_ALT" {
		t.Errorf("%+v", list)
	}
	p.call(http.MethodPut, "/vehicles/1/parameters/RO_SERIAL?component=100", `{"value":1}`, http.StatusUnprocessableEntity, nil)
	for _, body := range []string{`{}`, `{"value":1,"text":"a"}`, `{"value":"a"}`, `{"value":-1}`} {
		p.call(http.MethodPut, "/vehicles/1/parameters/CAM_ISO?component=100", body, http.StatusBadRequest, nil)
	}
	p.call(http.MethodPut, "/vehicles/1/parameters/RTL_ALT", `{"text":"a"}`, http.StatusBadRequest, nil)
	p.call(http.MethodGet, "/vehicles/1/parameters/NO_SUCH?component=100", "", http.StatusNotFound, nil)
	p.call(http.MethodGet, "/vehicles/1/parameters?component=55", "", http.StatusNotFound, nil)
	p.call(http.MethodGet, "/vehicles/1/parameters?component=256", "", http.StatusBadRequest, nil)
	p.call(http.MethodGet, "/vehicles/1/parameters?component=100&format=qgc", "", http.StatusBadRequest, nil)
}
