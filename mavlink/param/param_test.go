package param_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/dialog"
	"vedette/mavlink/param"
)

func TestAListComesWholeOverEveryLink(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(300)
			fault(w)
			begun := w.now
			l := param.NewList(peer, param.Cast)
			if err := w.run(t, l); err != nil {
				t.Fatal(err)
			}
			got := l.Parameters()
			if len(got) != 300 {
				t.Fatalf("%d parameters", len(got))
			}
			for i, p := range got {
				if s := w.settings[i]; p.Name != s.name || p.Value != float64(s.value) {
					t.Errorf("%+v, want %+v", p, s)
				}
			}
			t.Logf("%v with %d requests", w.now.Sub(begun), w.requests)
		})
	}
}

func TestAListThatChangesItsLength(t *testing.T) {
	t.Parallel()
	for _, loss := range []float64{0, 0.1} {
		w := newWorld(200)
		w.loss, w.each = loss, 5*time.Millisecond
		changed := false
		w.before = func(sent int) {
			if sent == 120 && !changed { // a subsystem is switched on in the middle
				changed = true
				more := append([]setting{{"AAA_NEW", 5, common.MAV_PARAM_TYPE_REAL32}}, w.settings[:50]...)
				w.settings = append(append(more, setting{"P0049_X", 6, common.MAV_PARAM_TYPE_REAL32}), w.settings[50:]...)
			}
		}
		l := param.NewList(peer, param.Cast)
		if err := w.run(t, l); err != nil {
			t.Fatal(err)
		}
		if got := l.Parameters(); len(got) != 202 || got[0].Name != "AAA_NEW" {
			t.Errorf("loss %v: %d parameters, first %v", loss, len(got), got[0])
		}
	}
}

func TestAListThatNeverEnds(t *testing.T) {
	t.Parallel()
	deaf := newWorld(10)
	deaf.loss = 1
	if err := deaf.run(t, param.NewList(peer, param.Cast)); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	half := newWorld(50)
	half.before = func(sent int) {
		if sent == 20 {
			half.loss = 1
		}
	}
	if err := half.run(t, param.NewList(peer, param.Cast)); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("%v", err)
	}
}

func TestReadingOne(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(20)
			w.settings = append(w.settings, setting{"ARMING_ACCTHRESH", 0.75, common.MAV_PARAM_TYPE_REAL32}, setting{"MAV_SYSID", 3, common.MAV_PARAM_TYPE_INT16})
			fault(w)
			r := param.NewRead(peer, param.Cast, 0, "ARMING_ACCTHRESH")
			if err := w.run(t, r); err != nil || r.Parameter().Value != 0.75 {
				t.Errorf("%+v, %v", r.Parameter(), err)
			}
			old := param.NewRead(peer, param.Cast, 0, append([]string{"SYSID_THISMAV"}, param.Aliases("SYSID_THISMAV")...)...)
			if err := w.run(t, old); err != nil || old.Parameter().Name != "MAV_SYSID" || old.Parameter().Value != 3 {
				t.Errorf("%+v, %v", old.Parameter(), err)
			}
			if err := w.run(t, param.NewRead(peer, param.Cast, 0, "NO_SUCH")); !errors.Is(err, param.ErrUnknown) {
				t.Errorf("an unknown name: %v", err)
			}
			w.tells = true
			begun := w.now
			if err := w.run(t, param.NewRead(peer, param.Cast, 0, "NO_SUCH")); !errors.Is(err, param.ErrUnknown) {
				t.Errorf("an unknown name that is told: %v", err)
			}
			if name == "a good link" && w.now.Sub(begun) > 100*time.Millisecond {
				t.Errorf("the word of the vehicle took %v to count", w.now.Sub(begun))
			}
		})
	}
	deaf := newWorld(5)
	deaf.loss = 1
	if err := deaf.run(t, param.NewRead(peer, param.Cast, 0, "P0001_VALUE")); !errors.Is(err, dialog.ErrNoAnswer) {
		t.Errorf("nobody answers: %v", err)
	}
}

func TestSettingOne(t *testing.T) {
	t.Parallel()
	for name, fault := range links {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(5)
			w.readOnly["P0002_VALUE"] = true
			fault(w)
			set := func(i int, v float64) (*param.Set, error) {
				s, err := param.NewSet(peer, param.Cast, 0, param.Parameter{Name: w.settings[i].name, Type: w.settings[i].kind}, v)
				if err != nil {
					return nil, err
				}
				return s, w.run(t, s)
			}
			if s, err := set(1, 12.3); err != nil || float32(s.Parameter().Value) != 12.3 || w.settings[1].value != 12.3 {
				t.Errorf("%v", err)
			}
			var refused *param.RefusedError
			if _, err := set(2, 7); !errors.As(err, &refused) || refused.Kept == nil || *refused.Kept != 0.25 {
				t.Errorf("read only: %v", err)
			}
			w.tells = true
			if _, err := set(2, 8); !errors.As(err, &refused) || refused.Reason != "the parameter can only be read" && refused.Kept == nil {
				t.Errorf("read only, told: %v", err)
			}
		})
	}
}

func TestAnEarlierValueOnItsWayIsNoRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(3)
	w.delay = 100 * time.Millisecond
	w.tell(1, 1) // on its way before the set
	s, err := param.NewSet(peer, param.Cast, 0, param.Parameter{Name: "P0001_VALUE", Type: common.MAV_PARAM_TYPE_REAL32}, 9)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, s); err != nil || s.Parameter().Value != 9 {
		t.Errorf("%+v, %v", s.Parameter(), err)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  common.MAV_PARAM_TYPE
		value float64
	}{
		{common.MAV_PARAM_TYPE_UINT8, 255},
		{common.MAV_PARAM_TYPE_INT8, -128},
		{common.MAV_PARAM_TYPE_UINT16, 65535},
		{common.MAV_PARAM_TYPE_INT16, -32768},
		{common.MAV_PARAM_TYPE_UINT32, 4294967295},
		{common.MAV_PARAM_TYPE_INT32, -2147483648},
		{common.MAV_PARAM_TYPE_INT32, 1<<24 + 1},
		{common.MAV_PARAM_TYPE_INT32, 2143289344}, // the bytes of a number that is not a number
		{common.MAV_PARAM_TYPE_REAL32, 0.5},
	} {
		if err := param.Check(c.value, c.kind); err != nil {
			t.Errorf("%v", err)
		}
		if got := param.Bytewise.Decode(param.Bytewise.Encode(c.value, c.kind), c.kind); got != c.value {
			t.Errorf("bytewise %v became %v", c.value, got)
		}
		if got := param.Cast.Decode(param.Cast.Encode(c.value, c.kind), c.kind); (got == c.value) != param.Cast.Exact(c.value, c.kind) {
			t.Errorf("cast %v became %v, said to be exact: %v", c.value, got, param.Cast.Exact(c.value, c.kind))
		}
	}
	was := param.Parameter{Name: "MASK", Type: common.MAV_PARAM_TYPE_INT32}
	for v, ok := range map[float64]bool{1 << 24: true, 1<<24 + 1: false, 1 << 31: false, 1.5: false, math.NaN(): false, math.Inf(1): false, -5: true} {
		if _, err := param.NewSet(peer, param.Cast, 0, was, v); (err == nil) != ok {
			t.Errorf("set %v: %v", v, err)
		}
	}
	if _, err := param.NewSet(peer, param.Bytewise, 0, was, 1<<24+1); err != nil {
		t.Error(err)
	}
}
