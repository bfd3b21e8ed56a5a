package param_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/param"
)

// largest is the largest value that the component takes for a number.
const largest = 1000

func (w *world) extValue(i int) (string, common.MAV_PARAM_EXT_TYPE) {
	s := w.settings[i]
	if text, ok := w.texts[s.name]; ok {
		return text, common.MAV_PARAM_EXT_TYPE_CUSTOM
	}
	return string(binary.LittleEndian.AppendUint32(nil, math.Float32bits(s.value))), common.MAV_PARAM_EXT_TYPE_REAL32
}

func (w *world) tellExt(i int) {
	w.sent++
	value, kind := w.extValue(i)
	w.send(false, &common.MessageParamExtValue{
		ParamId: w.settings[i].name, ParamValue: value, ParamType: kind, ParamCount: uint16(len(w.settings)), ParamIndex: uint16(i),
	})
}

// hearExt is a camera that offers PARAM_EXT.
func (w *world) hearExt(m message.Message) {
	switch m := m.(type) {
	case *common.MessageParamExtRequestList:
		for i := range w.settings {
			w.tellExt(i)
		}
	case *common.MessageParamExtRequestRead:
		i := int(m.ParamIndex)
		if i < 0 {
			i = w.find(m.ParamId)
		}
		if i >= 0 && i < len(w.settings) {
			w.tellExt(i)
		}
	case *common.MessageParamExtSet:
		w.setExt(m)
	}
}

func (w *world) setExt(m *common.MessageParamExtSet) {
	i := w.find(m.ParamId)
	result := common.PARAM_ACK_ACCEPTED
	_, isText := w.texts[m.ParamId]
	number := math.Float32frombits(binary.LittleEndian.Uint32([]byte(m.ParamValue + "\x00\x00\x00\x00")))
	switch {
	case i < 0, !isText && number > largest:
		result = common.PARAM_ACK_VALUE_UNSUPPORTED
	case w.readOnly[m.ParamId]:
		result = common.PARAM_ACK_FAILED
	case w.working > 0:
		w.working--
		w.send(false, &common.MessageParamExtAck{ParamId: m.ParamId, ParamValue: m.ParamValue, ParamType: m.ParamType, ParamResult: common.PARAM_ACK_IN_PROGRESS})
		return
	case isText:
		w.texts[m.ParamId] = m.ParamValue
	default:
		w.settings[i].value = number
	}
	ack := &common.MessageParamExtAck{ParamId: m.ParamId, ParamType: m.ParamType, ParamResult: result}
	if i >= 0 {
		ack.ParamValue, ack.ParamType = w.extValue(i)
	}
	w.send(false, ack)
}

func TestSettingsComeWholeOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(60)
			w.texts = map[string]string{"P0007_VALUE": "sixteen bytes at"}
			fault(w)
			l := param.NewExtList(peer)
			if err := w.run(t, l); err != nil {
				t.Fatal(err)
			}
			got := l.Settings()
			if len(got) != 60 {
				t.Fatalf("%d settings", len(got))
			}
			for i, e := range got {
				if s := w.settings[i]; e.Name != s.name || e.Text != w.texts[s.name] || e.Text == "" && e.Number != float64(s.value) {
					t.Errorf("%+v, want %+v", e, s)
				}
			}
			r := param.NewExtRead(peer, 0, "P0007_VALUE")
			if err := w.run(t, r); err != nil || r.Setting().Text != "sixteen bytes at" {
				t.Errorf("%+v, %v", r.Setting(), err)
			}
		})
	}
}

func TestAComponentWithoutSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(3)
	w.loss = 1
	begun := w.now
	if err := w.run(t, param.NewExtList(peer)); !errors.Is(err, dialog.ErrNoAnswer) || w.now.Sub(begun) > 20*time.Second {
		t.Errorf("%v after %v", err, w.now.Sub(begun))
	}
	w.loss = 0
	if err := w.run(t, param.NewExtRead(peer, 0, "NO_SUCH")); !errors.Is(err, param.ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestSettingsAreSetOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(8)
			w.texts = map[string]string{"P0007_VALUE": "before"}
			w.readOnly["P0001_VALUE"] = true
			if fault(w); w.loss > 0.2 {
				w.loss = 0.1 // four tries do not always get through more
			}
			set := func(i int, number *float64, text *string) (param.Ext, error) {
				raw, kind := w.extValue(i)
				s, err := param.NewExtSet(peer, 2*w.delay, param.DecodeExt(w.settings[i].name, kind, raw), number, text)
				if err != nil {
					return param.Ext{}, err
				}
				err = w.run(t, s)
				return s.Setting(), err
			}
			half, much, text := 0.5, 5000.0, strings.Repeat("ä", 64)
			w.working = 2
			if _, err := set(3, &half, nil); err != nil || w.settings[3].value != 0.5 {
				t.Errorf("%v: %v", w.settings[3].value, err)
			}
			if e, err := set(7, nil, &text); err != nil || w.texts["P0007_VALUE"] != text || e.Text != text {
				t.Errorf("%q: %v", w.texts["P0007_VALUE"], err)
			}
			var refused *param.RefusedError
			if _, err := set(1, &half, nil); !errors.As(err, &refused) || refused.Kept == nil || *refused.Kept != 0.125 {
				t.Errorf("%v", err)
			}
			if _, err := set(4, &much, nil); !errors.As(err, &refused) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAcknowledgementsOfOthersAreNotOurs(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	was := param.DecodeExt("CAM_ISO", common.MAV_PARAM_EXT_TYPE_UINT16, "\x64")
	want := 800.0
	s, err := param.NewExtSet(peer, 0, was, &want, nil)
	if err != nil {
		t.Fatal(err)
	}
	ack := func(id, value string, result common.PARAM_ACK) dialog.Step {
		return s.Handle(&common.MessageParamExtAck{ParamId: id, ParamValue: value, ParamType: common.MAV_PARAM_EXT_TYPE_UINT16, ParamResult: result}, now)
	}
	if step := s.Tick(now); len(step.Send) != 1 {
		t.Fatalf("%+v", step)
	}
	if step := ack("CAM_EV", "\x20\x03", common.PARAM_ACK_ACCEPTED); step.Done {
		t.Error("another setting")
	}
	if step := ack("CAM_ISO", "\x90\x01", common.PARAM_ACK_ACCEPTED); step.Done {
		t.Error("another value")
	}
	if step := ack("CAM_ISO", "\x20\x03", common.PARAM_ACK_ACCEPTED); !step.Done || step.Err != nil || s.Setting().Number != 800 {
		t.Errorf("%+v, %+v", step, s.Setting())
	}
	if step := s.Tick(now.Add(time.Minute)); !step.Done || len(step.Send) > 0 {
		t.Errorf("after the end: %+v", step)
	}
}

func TestAComponentThatNeverFinishes(t *testing.T) {
	t.Parallel()
	w := newWorld(1)
	w.working = math.MaxInt32
	begun, one := w.now, 1.0
	s, err := param.NewExtSet(peer, 0, param.DecodeExt(w.settings[0].name, common.MAV_PARAM_EXT_TYPE_REAL32, ""), &one, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, s); !errors.Is(err, dialog.ErrNoAnswer) || w.now.Sub(begun) > 3*time.Minute {
		t.Errorf("%v after %v", err, w.now.Sub(begun))
	}
}

func TestValuesOfEveryTypeSurvive(t *testing.T) {
	t.Parallel()
	number := func(v float64) *float64 { return &v }
	digits := func(s string) *string { return &s }
	for _, c := range []struct {
		kind   common.MAV_PARAM_EXT_TYPE
		number *float64
		text   *string
		size   int
	}{
		{common.MAV_PARAM_EXT_TYPE_UINT8, number(255), nil, 1},
		{common.MAV_PARAM_EXT_TYPE_INT8, number(-128), nil, 1},
		{common.MAV_PARAM_EXT_TYPE_UINT16, number(256), nil, 2},
		{common.MAV_PARAM_EXT_TYPE_INT16, number(-2), nil, 2},
		{common.MAV_PARAM_EXT_TYPE_UINT32, number(4294967040), nil, 4},
		{common.MAV_PARAM_EXT_TYPE_INT32, number(-16777217), nil, 4},
		{common.MAV_PARAM_EXT_TYPE_UINT64, nil, digits("18446744073709551615"), 8},
		{common.MAV_PARAM_EXT_TYPE_INT64, nil, digits("-9223372036854775808"), 8},
		{common.MAV_PARAM_EXT_TYPE_INT64, number(-5), nil, 8},
		{common.MAV_PARAM_EXT_TYPE_REAL32, number(0.25), nil, 4},
		{common.MAV_PARAM_EXT_TYPE_REAL64, number(math.Pi), nil, 8},
		{common.MAV_PARAM_EXT_TYPE_CUSTOM, nil, digits("ISO auto"), 8},
	} {
		raw, err := param.EncodeExt(c.kind, c.number, c.text)
		got := param.DecodeExt("A", c.kind, raw)
		if err != nil || len(raw) != c.size || c.number != nil && got.Number != *c.number || c.text != nil && got.Text != *c.text {
			t.Errorf("%v: %x, %+v, %v", c.kind, raw, got, err)
		}
	}
	for what, c := range map[string]struct {
		kind   common.MAV_PARAM_EXT_TYPE
		number *float64
		text   *string
	}{
		"too large":           {common.MAV_PARAM_EXT_TYPE_UINT8, number(256), nil},
		"no whole number":     {common.MAV_PARAM_EXT_TYPE_INT32, number(0.5), nil},
		"no number":           {common.MAV_PARAM_EXT_TYPE_REAL64, number(math.NaN()), nil},
		"too many digits":     {common.MAV_PARAM_EXT_TYPE_INT64, number(1 << 60), nil},
		"no digits":           {common.MAV_PARAM_EXT_TYPE_UINT64, nil, digits("-1")},
		"a text for a number": {common.MAV_PARAM_EXT_TYPE_INT16, nil, digits("5")},
		"a number for a text": {common.MAV_PARAM_EXT_TYPE_CUSTOM, number(5), nil},
		"too long":            {common.MAV_PARAM_EXT_TYPE_CUSTOM, nil, digits(strings.Repeat("x", 129))},
		"a zero in it":        {common.MAV_PARAM_EXT_TYPE_CUSTOM, nil, digits("a\x00b")},
		"an unknown type":     {99, number(1), nil},
	} {
		if raw, err := param.EncodeExt(c.kind, c.number, c.text); err == nil {
			t.Errorf("%s: %x", what, raw)
		}
	}
}

func FuzzDecodeExt(f *testing.F) {
	f.Add(uint8(3), "\x00\x01")
	f.Add(uint8(11), "auto\x00rest")
	f.Fuzz(func(t *testing.T, kind uint8, raw string) {
		e := param.DecodeExt("A", common.MAV_PARAM_EXT_TYPE(kind), raw)
		if len(e.Text) > 3*param.ExtSize || strings.Contains(e.Text, "\x00") {
			t.Errorf("%q", e.Text)
		}
	})
}
