package param_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/param"
)

func packed() []mavlinktest.PackedParameter {
	all := []mavlinktest.PackedParameter{
		{Name: "ARMING_ACCTHRESH", Kind: 4, Value: 0.75, Default: 0.5},
		{Name: "ARMING_CHECK", Kind: 3, Value: 1<<24 + 1, Default: 1},
		{Name: "A", Kind: 1, Value: -3, Default: -3},
		{Name: "AB", Kind: 2, Value: -300, Default: -300},
	}
	for i := range 400 {
		all = append(all, mavlinktest.PackedParameter{Name: fmt.Sprintf("SERVO%d_FUNC", i), Kind: byte(1 + i%4), Value: float64(i % 100), Default: float64(i % 7)})
	}
	return all
}

func TestAPackedListIsRead(t *testing.T) {
	t.Parallel()
	for _, defaults := range []bool{false, true} {
		for _, block := range []int{239, 80, 1000000} {
			want := packed()
			got, err := param.DecodePacked(mavlinktest.Pack(want, block, defaults))
			if err != nil || len(got) != len(want) {
				t.Fatalf("blocks of %d, %d parameters: %v", block, len(got), err)
			}
			for _, w := range want {
				i := slices.IndexFunc(got, func(p param.Parameter) bool { return p.Name == w.Name })
				if i < 0 || got[i].Value != w.Value || (got[i].Default != nil) != defaults || defaults && *got[i].Default != w.Default {
					t.Errorf("%+v of %+v", got[max(i, 0)], w)
				}
			}
		}
	}
}

func TestAPackedListForUploadIsRead(t *testing.T) {
	t.Parallel()
	all := []param.Parameter{
		{Name: "ARMING_CHECK", Value: 1<<24 + 1, Type: common.MAV_PARAM_TYPE_INT32},
		{Name: "ARMING_ACCTHRESH", Value: 0.75, Type: common.MAV_PARAM_TYPE_REAL32},
		{Name: "A", Value: -3, Type: common.MAV_PARAM_TYPE_INT8},
		{Name: "ABCDEFGHIJKLMNOP", Value: 5, Type: common.MAV_PARAM_TYPE_INT16},
	}
	b, err := param.EncodePacked(all)
	if err != nil {
		t.Fatal(err)
	}
	if n := int(b[4]) | int(b[5])<<8; n != len(b) || b[2] != 4 {
		t.Errorf("the header says %d bytes of %d", n, len(b))
	}
	b[4], b[5] = b[2], b[3] // what a reader wants there
	got, err := param.DecodePacked(b)
	if err != nil || len(got) != len(all) || got[3] != all[0] {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFilesOfParameters(t *testing.T) {
	t.Parallel()
	all := []param.Parameter{
		{Name: "ARMING_CHECK", Value: 1<<24 + 1, Type: common.MAV_PARAM_TYPE_INT32},
		{Name: "BATT_LOW_VOLT", Value: float64(float32(13.6)), Type: common.MAV_PARAM_TYPE_REAL32},
		{Name: "TINY", Value: float64(float32(1.25e-7)), Type: common.MAV_PARAM_TYPE_REAL32},
	}
	plain, qgc := param.WritePlain(all), param.WriteQGC(all, 7, 1)
	if want := "ARMING_CHECK,16777217\nBATT_LOW_VOLT,13.6\nTINY,0.000000125\n"; string(plain) != want {
		t.Errorf("%q", plain)
	}
	if !strings.Contains(string(qgc), "7\t1\tBATT_LOW_VOLT\t13.6\t9\n") {
		t.Errorf("%q", qgc)
	}
	for name, b := range map[string][]byte{
		"plain": plain, "qgc": qgc, "spaces": []byte("\ufeff# c\r\nARMING_CHECK 16777217\r\n\r\nBATT_LOW_VOLT  13.60 # volts\r\nTINY,\t1.25e-7"),
		"gimbal": append(slices.Clone(qgc), "7\t154\tGB_X\t1\t9\n"...),
	} {
		f, err := param.ReadFile(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := param.Compare(all, f.Parameters, false); len(d) != 0 {
			t.Errorf("%s differs: %+v", name, d)
		}
	}
	for text, why := range map[string]string{
		"":                                "no parameters",
		"A,1\nB":                          "line 2",
		"A,x":                             "no number",
		"A,NaN":                           "no number",
		"A,1\nA,2":                        "two values",
		"ÄÖ,1":                            "no name",
		"A_NAME_TOO_LONG_BY_1,1":          "no name",
		"1\t1\tA\t5\t99":                  "no type",
		"1\t300\tA\t5\t9":                 "no id",
		"A,1" + strings.Repeat(" ", 5000): "characters",
		"\xff\xfe":                        "no text",
	} {
		if _, err := param.ReadFile([]byte(text)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestComparing(t *testing.T) {
	t.Parallel()
	here := []param.Parameter{{Name: "A", Value: 1}, {Name: "MAV1_EXTRA1", Value: 4}, {Name: "MAV_SYSID", Value: 1}, {Name: "ONLY", Value: 2}}
	there := []param.Parameter{{Name: "A", Value: 2}, {Name: "B", Value: 1}, {Name: "SR0_EXTRA1", Value: 10}, {Name: "SYSID_THISMAV", Value: 1}}
	all := param.Compare(here, there, false)
	names := func(all []param.Difference) (out []string) {
		for _, d := range all {
			out = append(out, d.Name)
		}
		return out
	}
	if got := names(all); !slices.Equal(got, []string{"A", "B", "MAV1_EXTRA1", "ONLY"}) {
		t.Errorf("%v", got)
	}
	if all[1].Here != nil || all[3].There != nil || all[2].There.Value != 10 {
		t.Errorf("%+v", all)
	}
	if got := names(param.Compare(here, there, true)); !slices.Equal(got, []string{"A", "MAV1_EXTRA1"}) {
		t.Errorf("%v", got)
	}
}

func FuzzPacked(f *testing.F) {
	f.Add(mavlinktest.Pack(packed(), 239, true))
	f.Add(mavlinktest.Pack(packed()[:4], 80, false))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := param.DecodePacked(b)
		if err != nil {
			return
		}
		for _, p := range all {
			if !param.ValidName(p.Name) {
				t.Errorf("the name %q", p.Name)
			}
		}
		if slices.ContainsFunc(all, func(p param.Parameter) bool { return param.Check(p.Value, p.Type) != nil }) {
			return
		}
		if up, err := param.EncodePacked(all); err == nil && len(all) > 0 {
			up[4], up[5] = up[2], up[3]
			again, err := param.DecodePacked(up)
			if err != nil || len(param.Compare(all, again, false)) != 0 {
				t.Errorf("not the same after packing: %v", err)
			}
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add([]byte("ARMING_CHECK,16777217\nBATT_LOW_VOLT,13.6\n"))
	f.Add([]byte("# Onboard parameters\n1\t1\tA\t-0.5\t9\n1\t1\tB\t7\t6\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := param.ReadFile(b)
		if err != nil {
			return
		}
		for _, p := range file.Parameters {
			if !param.ValidName(p.Name) || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				t.Errorf("%+v", p)
			}
		}
		for _, text := range [][]byte{param.WritePlain(file.Parameters), param.WriteQGC(file.Parameters, 1, 1)} {
			again, err := param.ReadFile(text)
			if err != nil || len(param.Compare(file.Parameters, again.Parameters, false)) != 0 {
				t.Errorf("%v: %q became %q", err, b, text)
			}
		}
	})
}
