package mavlink_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

const (
	packedFile = "@PARAM/param.pck"
	packedWith = packedFile + "?withdefaults=1"
)

// packedVehicle serves a packed list that takes what is uploaded, as ArduPilot does.
func packedVehicle(list []mavlinktest.PackedParameter) *mavlinktest.Files {
	f := &mavlinktest.Files{Content: map[string][]byte{}, Folders: map[string]bool{}, Announce: 1 << 20, OneReadSize: true}
	pack := func() { f.Content[packedWith] = mavlinktest.Pack(list, 239, true) }
	pack()
	f.Written = func(path string, b []byte) {
		// One whole number of 32 bits, which is all that the test sends.
		name := string(b[8 : len(b)-4])
		for i := range list {
			if path == packedFile && list[i].Name == name && int(binary.LittleEndian.Uint16(b[4:])) == len(b) {
				list[i].Value = float64(int32(binary.LittleEndian.Uint32(b[len(b)-4:])))
			}
		}
		pack()
	}
	return f
}

func askedForList(a *mavlinktest.Autopilot) (n int) {
	for _, m := range a.Heard() {
		if _, ok := m.(*common.MessageParamRequestList); ok {
			n++
		}
	}
	return n
}

func TestParametersOverMAVFTP(t *testing.T) {
	t.Parallel()
	list := []mavlinktest.PackedParameter{{Name: "LOG_BITMASK", Kind: 3, Value: 1<<24 + 3, Default: 176126}, {Name: "RTL_ALT", Kind: 4, Value: 3000, Default: 1500}}
	for i := range 1200 {
		list = append(list, mavlinktest.PackedParameter{Name: fmt.Sprintf("SERVO%d_MIN", i), Kind: 2, Value: 1100, Default: 1100})
	}
	s, a := found(t, mavlinktest.Config{
		Files: packedVehicle(list), Parameters: map[string]float32{"LOG_BITMASK": 1<<24 + 4, "RTL_ALT": 3000},
		Kinds: map[string]common.MAV_PARAM_TYPE{"LOG_BITMASK": common.MAV_PARAM_TYPE_INT32},
	})
	a.Change(func(f *mavlinktest.Faults) { f.LoseFiles = 11 })
	eventually(t, "the vehicle has told that it has files", func() bool { v, _ := s.Vehicle(1); return v.Capabilities != 0 })
	all, err := s.Parameters(within(t), 1)
	if err != nil || len(all) != len(list) || askedForList(a) != 0 {
		t.Fatalf("%d parameters, %d lists asked for, %v", len(all), askedForList(a), err)
	}
	if p := all[0]; p.Name != "LOG_BITMASK" || p.Value != 1<<24+3 || p.Default == nil || *p.Default != 176126 {
		t.Errorf("%+v", p)
	}
	// A message shows too few digits of it; what is known better stays.
	if p, err := s.Parameter(within(t), 1, "LOG_BITMASK"); err != nil || p.Value != 1<<24+3 {
		t.Errorf("a message took the digits away: %+v, %v", p, err)
	}
	if p, err := s.SetParameter(within(t), 1, "LOG_BITMASK", 1<<25+1); err != nil || p.Value != 1<<25+1 {
		t.Errorf("%+v, %v", p, err)
	}
	a.WithFiles(func(f *mavlinktest.Files) { f.NotFound, f.Content = true, map[string][]byte{"/": nil} })
	if all, err := s.Parameters(within(t), 1); err != nil || len(all) != 2 || askedForList(a) == 0 {
		t.Errorf("without a packed list: %d parameters, %v", len(all), err)
	}
	a.WithFiles(func(f *mavlinktest.Files) { f.Content[packedWith] = []byte("no list of parameters at all") })
	if all, err := s.Parameters(within(t), 1); err != nil || len(all) != 2 {
		t.Errorf("with a broken packed list: %d parameters, %v", len(all), err)
	}
}

func TestAPX4KeepsWholeNumbersAndItsSum(t *testing.T) {
	t.Parallel()
	const large = 1<<24 + 1
	s, a := found(t, mavlinktest.Config{
		PX4: true, Parameters: map[string]float32{"COM_FLTMODE1": math.Float32frombits(large), "MPC_XY_VEL_MAX": 12},
		Kinds: map[string]common.MAV_PARAM_TYPE{"COM_FLTMODE1": common.MAV_PARAM_TYPE_INT32},
	})
	all, err := s.Parameters(within(t), 1)
	if err != nil || len(all) != 2 || all[0].Value != large {
		t.Fatalf("%+v, %v", all, err)
	}
	if all, err = s.Parameters(within(t), 1); err != nil || len(all) != 2 || askedForList(a) != 1 {
		t.Errorf("asked %d times for a list whose sum is the same, %v", askedForList(a), err)
	}
	a.SetParameter("MPC_XY_VEL_MAX", 8, true)
	if all, err = s.Parameters(within(t), 1); err != nil || askedForList(a) != 2 || all[1].Value != 8 {
		t.Errorf("asked %d times: %+v, %v", askedForList(a), all, err)
	}
	if p, err := s.SetParameter(within(t), 1, "COM_FLTMODE1", -large); err != nil || p.Value != -large {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestASecondVisitShowsParametersAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	visit := func(name string, do func(s *mavlink.Service, a *mavlinktest.Autopilot)) {
		s, err := mavlink.New(mavlink.Config{Folder: folder, Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Run(ctx) })
		defer func() { cancel(); wg.Wait() }()
		eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
		a := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), Lat: 1, Lon: 1, Parameters: map[string]float32{"RTL_ALT": 3000, "FS_GCS_ENABLE": 1}})
		eventually(t, name, func() bool { v, ok := s.Vehicle(1); return ok && v.UID != "" })
		do(s, a)
	}
	visit("first", func(s *mavlink.Service, _ *mavlinktest.Autopilot) {
		if _, ok, err := s.KnownParameters(1); ok || err != nil {
			t.Errorf("known before: %v, %v", ok, err)
		}
		if _, err := s.Parameters(within(t), 1); err != nil {
			t.Fatal(err)
		}
		if l, ok, err := s.KnownParameters(1); !ok || err != nil || !l.Verified || len(l.Parameters) != 2 {
			t.Errorf("%+v, %v, %v", l, ok, err)
		}
	})
	visit("second", func(s *mavlink.Service, a *mavlinktest.Autopilot) {
		a.SetParameter("RTL_ALT", 5000, true)
		l, ok, err := s.KnownParameters(1)
		if !ok || err != nil || l.Verified || len(l.Parameters) != 2 || l.Parameters[1].Value != 3000 {
			t.Errorf("%+v, %v, %v", l, ok, err)
		}
		eventually(t, "the list was verified in the background", func() bool {
			l, _, _ := s.KnownParameters(1)
			return l.Verified && l.Parameters[1].Value == 5000
		})
		a.SetParameter("RTL_ALT", 6000, false) // another station
		eventually(t, "what another station sets is known", func() bool {
			l, _, _ := s.KnownParameters(1)
			return l.Verified && l.Parameters[1].Value == 6000
		})
	})
	files, err := filepath.Glob(filepath.Join(folder, "parameters", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte(`{"uid":"broken`), 0o600); err != nil {
		t.Fatal(err)
	}
	visit("third, with a broken file", func(s *mavlink.Service, _ *mavlinktest.Autopilot) {
		if _, ok, err := s.KnownParameters(1); ok || err != nil {
			t.Errorf("a broken file was used: %v", err)
		}
		if all, err := s.Parameters(within(t), 1); err != nil || len(all) != 2 {
			t.Errorf("%v", err)
		}
	})
}

func TestManyParametersAreSet(t *testing.T) {
	t.Parallel()
	s, _ := found(t, mavlinktest.Config{
		Parameters: map[string]float32{"A": 1, "B": 2, "READ_ONLY": 1, "MAV_SYSID": 1, "N": 4},
		Kinds:      map[string]common.MAV_PARAM_TYPE{"N": common.MAV_PARAM_TYPE_INT8},
	})
	got, err := s.SetParameters(within(t), 1, []mavlink.Parameter{
		{Name: "A", Value: 5}, {Name: "B", Value: 2}, {Name: "READ_ONLY", Value: 3}, {Name: "NO_SUCH", Value: 1}, {Name: "SYSID_THISMAV", Value: 9}, {Name: "N", Value: 1.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"set", "unchanged", "denied", "unknown", "set", "invalid"}
	for i, r := range got {
		if r.Result != want[i] {
			t.Errorf("%+v, want %s", r, want[i])
		}
	}
	if got[4].Name != "MAV_SYSID" || got[4].Asked != "SYSID_THISMAV" || *got[2].Value != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := s.SetParameter(within(t), 1, "N", 200); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if _, err := s.SetParameters(within(t), 9, nil); !errors.Is(err, mavlink.ErrUnknownVehicle) {
		t.Errorf("%v", err)
	}
}
