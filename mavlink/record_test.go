package mavlink_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/link"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/signing"
	"vedette/mavlink/tlog"
)

// replaying runs a station whose only link is a recording.
func replaying(t *testing.T, r link.ReplayConfig, telemetry string) *mavlink.Service {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{
		Links: []mavlink.LinkConfig{{Name: "replay", Replay: &r}}, Telemetry: mavlink.TelemetryConfig{Folder: telemetry},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	return s
}

const wholeFlight = "testdata/arducopter-flight.tlog"

func TestAReplayedFlightIsAsPymavlinkReadsIt(t *testing.T) {
	t.Parallel()
	want := pymavlink(t)
	folder := filepath.Join(t.TempDir(), "telemetry")
	s := replaying(t, link.ReplayConfig{File: wholeFlight}, folder)
	eventually(t, "all of it is read", func() bool { return s.Stats().Links[0].FramesIn == uint64(want.Messages+lostByPymavlink) })
	eventually(t, "its vehicle is there", func() bool { v, ok := s.Vehicle(flown); return ok && v.Mode == "RTL" })
	v, _ := s.Vehicle(flown)
	checkLast(t, v, want)
	if v.Link.Name != "replay" || v.State != mavlink.Live {
		t.Errorf("%+v", v)
	}
	// Nothing can be told to a recording.
	if _, err := s.Command(within(t), flown, mavlink.Land{}); !errors.Is(err, mavlink.ErrNoAnswer) {
		t.Errorf("a recording answered: %v", err)
	}
	st := s.Stats()
	if st.Undecodable != 0 || st.Links[0].BadChecksums != 0 || st.Links[0].FramesOut != 0 || st.Telemetry.Frames != 0 {
		t.Errorf("%+v", st)
	}
	if files, err := s.TelemetryFiles(flown); err != nil || len(files) != 0 {
		t.Errorf("a replay was recorded: %v, %v", files, err)
	}
}

func TestAReplayKeepsItsPace(t *testing.T) {
	t.Parallel()
	// Two seconds of heartbeats, a step of the clock back and one far ahead, damage, and two seconds more.
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	put := func(at time.Time, seq int) {
		f, err := codec.Encode(nil, &common.MessageHeartbeat{Type: 2, Autopilot: 3, MavlinkVersion: 3}, uint8(seq), 5, 1)
		if err != nil {
			t.Fatal(err)
		}
		us := uint64(at.UnixMicro())
		for shift := 56; shift >= 0; shift -= 8 {
			log.WriteByte(byte(us >> shift))
		}
		log.Write(f)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 21 {
		put(at.Add(time.Duration(i)*100*time.Millisecond), i)
	}
	log.WriteString("what is this? \xfd\xfe")
	for i := range 21 {
		put(at.AddDate(0, 0, -1).Add(time.Duration(i)*100*time.Millisecond), 21+i)
	}
	put(at.AddDate(1, 0, 0), 42)
	path := filepath.Join(t.TempDir(), "x.tlog")
	if err := os.WriteFile(path, log.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s := replaying(t, link.ReplayConfig{File: path, Speed: 8, Loop: true}, "")
	eventually(t, "played once", func() bool { return s.Stats().Links[0].FramesIn >= 43 })
	if took := time.Since(began); took < 450*time.Millisecond {
		t.Errorf("four seconds at eight times the speed took %v", took)
	}
	eventually(t, "played again", func() bool { return s.Stats().Links[0].FramesIn >= 86 })
	if st := s.Stats().Links[0]; st.SkippedBytes < 15 || st.Opens < 2 {
		t.Errorf("%+v", st)
	}
}

func TestAReplayIsChecked(t *testing.T) {
	t.Parallel()
	for _, r := range []link.ReplayConfig{{}, {File: "x", Speed: -1}, {File: "x", Speed: 1e9}} {
		if _, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "a", Replay: &r}}}); err == nil {
			t.Errorf("%+v is taken", r)
		}
	}
}

// recorded reads a vehicle's logs back with a reader that is not ours.
func recorded(t *testing.T, s *mavlink.Service, id int) (all []mavlinktest.Record) {
	t.Helper()
	files, err := s.TelemetryFiles(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path, err := s.TelemetryPath(id, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		records, skipped, err := mavlinktest.ReadTLog(b)
		if err != nil || skipped != 0 {
			t.Fatalf("%s: %d bytes skipped, %v", f.Name, skipped, err)
		}
		all = append(all, records...)
	}
	return all
}

func TestBothDirectionsAreRecordedAndNoKeyIs(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "telemetry")
	s, err := mavlink.New(mavlink.Config{
		Links:     []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0", Trusted: true}},
		Telemetry: mavlink.TelemetryConfig{Folder: folder},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	guard := mavlinktest.NewGuard(nil)
	a := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), Guard: guard, Lat: -35, Lon: 149})
	b := fly(t, mavlinktest.Config{Address: s.LinkAddr("lan").String(), SystemID: 2})
	live(t, s, 1)
	live(t, s, 2)
	key := signing.NewKey()
	if err := s.SetUpSigning(within(t), 1, key); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Command(within(t), 1, mavlink.Land{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Command(within(t), 2, mavlink.Land{}); err != nil {
		t.Fatal(err)
	}
	// A loss and a return begin another file.
	a.Change(func(f *mavlinktest.Faults) { f.Silent = true })
	eventually(t, "lost", func() bool { v, _ := s.Vehicle(1); return v.State == mavlink.Lost })
	a.Change(func(f *mavlinktest.Faults) { f.Silent = false })
	live(t, s, 1)
	eventually(t, "a second file", func() bool { files, _ := s.TelemetryFiles(1); return len(files) == 2 })
	b.Change(func(f *mavlinktest.Faults) { f.Silent = true })
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	seen := func(id int) map[[2]int]int { // message and sender
		counts := make(map[[2]int]int)
		scanner := link.NewScanner(codec)
		for _, r := range recorded(t, s, id) {
			if time.Since(r.Time) > time.Minute || time.Until(r.Time) > time.Second {
				t.Errorf("recorded at %v", r.Time)
			}
			scanner.Datagram(r.Frame, func(f link.Frame) { counts[[2]int{int(f.MessageID), int(f.SystemID)}]++ })
			if bytes.Contains(r.Frame, key[:]) {
				t.Error("the key is in the log")
			}
		}
		return counts
	}
	eventually(t, "heartbeats and the exchange of commands are there", func() bool {
		one, two := seen(1), seen(2)
		return one[[2]int{0, 1}] > 0 && one[[2]int{0, 255}] > 0 && one[[2]int{76, 255}] > 0 && one[[2]int{77, 1}] > 0 &&
			two[[2]int{0, 2}] > 0 && two[[2]int{76, 255}] > 0 && two[[2]int{77, 2}] > 0 && two[[2]int{0, 1}] == 0 && one[[2]int{0, 2}] == 0
	})
	if st := s.Stats().Telemetry; st.Dropped != 0 || st.Failures != 0 || st.Frames == 0 {
		t.Errorf("%+v", st)
	}
	// What was recorded can be replayed.
	files, err := s.TelemetryFiles(2)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	path, err := s.TelemetryPath(2, files[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	again := replaying(t, link.ReplayConfig{File: path}, "")
	live(t, again, 2)
	if n := len(again.Vehicles()); n != 1 {
		t.Errorf("%d vehicles in the replay", n)
	}
}

func TestOurReaderReadsTheRecordingAsOthersDo(t *testing.T) {
	t.Parallel()
	codec, err := link.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(wholeFlight)
	if err != nil {
		t.Fatal(err)
	}
	want, skipped, err := mavlinktest.ReadTLog(b)
	if err != nil {
		t.Fatal(err)
	}
	r := tlog.NewReader(bytes.NewReader(b), codec)
	for i := 0; ; i++ {
		got, err := r.Next()
		if errors.Is(err, io.EOF) {
			if i != len(want) || r.Skipped() != int64(skipped) {
				t.Errorf("%d records and %d bytes skipped, want %d and %d", i, r.Skipped(), len(want), skipped)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(want) || !got.Time.Equal(want[i].Time) || !reflect.DeepEqual(got.Frame, want[i].Frame) {
			t.Fatalf("record %d is %v", i, got)
		}
	}
}
