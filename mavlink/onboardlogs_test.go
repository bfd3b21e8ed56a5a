package mavlink_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
)

// stationWithFolder runs a station that keeps what it reads, and a vehicle.
func stationWithFolder(t *testing.T, folder string, cfg mavlinktest.Config) (*mavlink.Service, *mavlinktest.Autopilot) {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Folder: folder, Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	cfg.Address, cfg.Lat, cfg.Lon = s.LinkAddr("lan").String(), -35, 149
	a := fly(t, cfg)
	eventually(t, "the vehicle is known", func() bool { v, ok := s.Vehicle(1); return ok && v.UID != "" })
	return s, a
}

func logOf(t *testing.T, s *mavlink.Service, n int) mavlink.OnboardLog {
	t.Helper()
	all, err := s.OnboardLogs(within(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.ID == n {
			return l
		}
	}
	t.Fatalf("no log %d in %+v", n, all)
	return mavlink.OnboardLog{}
}

func contentOf(t *testing.T, s *mavlink.Service, n int) []byte {
	t.Helper()
	f, _, _, err := s.OpenLog(1, n)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLogsAreDownloaded(t *testing.T) {
	t.Parallel()
	want := numbered(300000)
	logs := &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{UTC: 1.7e9, Content: numbered(5000)}, {UTC: 1.8e9, Content: want}, {Content: nil}}}
	s, a := stationWithFolder(t, t.TempDir(), mavlinktest.Config{Logs: logs})
	a.Change(func(f *mavlinktest.Faults) { f.LoseLogs = 37 })
	if l := logOf(t, s, 2); l.Size != 300000 || !l.Time.Equal(time.Unix(1.8e9, 0)) || l.Have != 0 || l.Complete {
		t.Errorf("%+v", l)
	}
	if _, _, _, err := s.OpenLog(1, 2); !errors.Is(err, mavlink.ErrNoLog) {
		t.Errorf("%v", err)
	}
	if err := s.DownloadLog(within(t), 1, 9, false); !errors.Is(err, mavlink.ErrNoLog) {
		t.Errorf("%v", err)
	}
	if err := s.DownloadLog(within(t), 1, 2, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is there", func() bool { _, _, _, err := s.OpenLog(1, 2); return err == nil })
	if got := contentOf(t, s, 2); !bytes.Equal(got, want) {
		t.Errorf("%d bytes", len(got))
	}
	if l := logOf(t, s, 2); !l.Complete || l.Have != 300000 {
		t.Errorf("%+v", l)
	}
	if err := s.DownloadLog(within(t), 1, 2, false); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestADownloadIsCancelledAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	folder, want := t.TempDir(), numbered(2<<20)
	cfg := mavlinktest.Config{Logs: &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{UTC: 1.7e9, Content: want}}}}
	s, a := stationWithFolder(t, folder, cfg)
	if err := s.DownloadLog(within(t), 1, 1, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "some of it has come", func() bool {
		v, _ := s.Vehicle(1)
		return v.Transfer != nil && v.Transfer.Kind == "log" && v.Transfer.Done > 100000
	})
	if err := s.DownloadLog(within(t), 1, 1, false); !errors.Is(err, mavlink.ErrDownloading) {
		t.Errorf("%v", err)
	}
	if on, err := s.CancelTransfer(1); !on || err != nil {
		t.Errorf("%v %v", on, err)
	}
	eventually(t, "what came is kept", func() bool {
		notes, err := filepath.Glob(filepath.Join(folder, "logs", "*", "*.json"))
		return err == nil && len(notes) == 1
	})
	eventually(t, "the vehicle was told", func() bool {
		ends := 0
		a.WithLogs(func(l *mavlinktest.Logs) { ends = l.Ends })
		return ends > 0
	})
	l := logOf(t, s, 1)
	if l.Have < 100000 || l.Complete || !strings.Contains(l.Failed, "cancelled") {
		t.Errorf("%+v", l)
	}
	// Another station with the same folder, as after a restart.
	again, b := stationWithFolder(t, folder, mavlinktest.Config{Logs: &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{UTC: 1.7e9, Content: want}}}})
	if got := logOf(t, again, 1); got.Have != l.Have {
		t.Errorf("%d bytes were known, %d are", l.Have, got.Have)
	}
	if err := again.DownloadLog(within(t), 1, 1, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is whole", func() bool { _, _, _, err := again.OpenLog(1, 1); return err == nil })
	if got := contentOf(t, again, 1); !bytes.Equal(got, want) {
		t.Errorf("%d bytes", len(got))
	}
	if left, err := filepath.Glob(filepath.Join(folder, "logs", "*", "*")); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	_ = b
}

func TestLogsOfAnArmedVehicle(t *testing.T) {
	t.Parallel()
	logs := &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{Content: numbered(4 << 20)}, {Content: nil}}}
	s, _ := stationWithFolder(t, t.TempDir(), mavlinktest.Config{Logs: logs})
	if err := s.DownloadLog(within(t), 1, 1, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has begun", func() bool { v, _ := s.Vehicle(1); return v.Transfer != nil && v.Transfer.Done > 0 })
	if _, err := s.Command(within(t), 1, mavlink.Arm{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is armed", func() bool { v, _ := s.Vehicle(1); return v.Armed })
	var denied *mavlink.DeniedError
	for name, err := range map[string]error{
		"list": func() error { _, err := s.OnboardLogs(within(t), 1); return err }(), "download": s.DownloadLog(within(t), 1, 2, false), "erase": s.EraseLogs(within(t), 1),
	} {
		if !errors.As(err, &denied) || !strings.Contains(denied.Reason, "armed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLogsAreErased(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	logs := &mavlinktest.Logs{First: 0, All: []mavlinktest.Log{{Content: numbered(500)}, {Content: numbered(700)}}}
	s, _ := stationWithFolder(t, folder, mavlinktest.Config{PX4: true, Logs: logs})
	if err := s.DownloadLog(within(t), 1, 1, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is there", func() bool { _, _, _, err := s.OpenLog(1, 1); return err == nil })
	if err := s.EraseLogs(within(t), 1); err != nil {
		t.Fatal(err)
	}
	if all, err := s.OnboardLogs(within(t), 1); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if got := contentOf(t, s, 1); len(got) != 700 {
		t.Errorf("what was downloaded has %d bytes", len(got))
	}
	if found, err := filepath.Glob(filepath.Join(folder, "logs", "*", "*.ulg")); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "parameters")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that nobody needs: %v", err)
	}
}

func TestALogComesAsAFileWhereThatIsOffered(t *testing.T) {
	t.Parallel()
	want := numbered(200000)
	cfg := withFiles(map[string][]byte{"/APM/LOGS/00000001.BIN": want})
	cfg.Logs = &mavlinktest.Logs{First: 1, All: []mavlinktest.Log{{UTC: 1.7e9, Content: want}}}
	s, a := stationWithFolder(t, t.TempDir(), cfg)
	eventually(t, "the vehicle has told that it has files", func() bool { v, _ := s.Vehicle(1); return v.Capabilities != 0 })
	if err := s.DownloadLog(within(t), 1, 1, false); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is there", func() bool { _, _, _, err := s.OpenLog(1, 1); return err == nil })
	if got := contentOf(t, s, 1); !bytes.Equal(got, want) {
		t.Errorf("%d bytes", len(got))
	}
	resets := 0
	if a.WithFiles(func(f *mavlinktest.Files) { resets = f.Resets }); resets == 0 {
		t.Error("it did not come as a file")
	}
}
