package tlog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 60 * time.Second // a machine may be busy with other tests

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", patience, what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// bracket is a codec of a toy: a frame is '<', its length, as many bytes, and their sum.
type bracket struct{}

func (bracket) FrameAt(b []byte, _ bool) int {
	if len(b) == 0 {
		return -1
	}
	if b[0] != '<' {
		return 0
	}
	if len(b) < 2 || len(b) < int(b[1])+3 {
		return -1
	}
	if sum(b[2:2+int(b[1])]) != b[2+int(b[1])] {
		return 0
	}
	return int(b[1]) + 3
}

func sum(b []byte) (s byte) {
	for _, v := range b {
		s += v
	}
	return s
}

func toy(payload string) []byte {
	b := append([]byte{'<', byte(len(payload))}, payload...)
	return append(b, sum([]byte(payload)))
}

func record(at time.Time, payload string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro())), toy(payload)...)
}

func readAll(t *testing.T, from io.Reader) (times []time.Time, payloads []string, skipped int64) {
	t.Helper()
	r := NewReader(from, bracket{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return times, payloads, r.Skipped()
		}
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, rec.Time)
		payloads = append(payloads, string(rec.Frame[2:len(rec.Frame)-1]))
	}
}

func TestAReaderFindsItsWayThroughDamage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 1, 2, 3, 4000, time.UTC)
	a, b, c := record(at, "alpha"), record(at.Add(time.Second), "beta"), record(at.Add(2*time.Second), "gamma")
	broken := bytes.Clone(b)
	broken[len(broken)-1]++
	for name, x := range map[string]struct {
		log  []byte
		want []string
	}{
		"whole":            {slices.Concat(a, b, c), []string{"alpha", "beta", "gamma"}},
		"boot text":        {slices.Concat([]byte("Init ArduCopter\r\n<"), a, b), []string{"alpha", "beta"}},
		"text between":     {slices.Concat(a, []byte("hello, hello"), b), []string{"alpha", "beta"}},
		"a damaged one":    {slices.Concat(a, broken, c), []string{"alpha", "gamma"}},
		"cut at the end":   {slices.Concat(a, b[:len(b)-2]), []string{"alpha"}},
		"cut in the stamp": {slices.Concat(a, b[:3]), []string{"alpha"}},
		"a hole":           {slices.Concat(a, make([]byte, 100000), c), []string{"alpha", "gamma"}},
		"nothing":          {nil, nil},
		"a lonely start":   {slices.Concat(a, []byte{'<', 255}), []string{"alpha"}},
	} {
		for _, from := range []io.Reader{bytes.NewReader(x.log), &dripping{b: x.log}} {
			_, got, skipped := readAll(t, from)
			if !slices.Equal(got, x.want) {
				t.Errorf("%s: %q, want %q", name, got, x.want)
			}
			if (skipped == 0) != (name == "whole" || name == "nothing") {
				t.Errorf("%s: %d bytes skipped", name, skipped)
			}
		}
	}
}

// dripping gives one byte at a time.
type dripping struct{ b []byte }

func (d *dripping) Read(b []byte) (int, error) {
	if len(d.b) == 0 {
		return 0, io.EOF
	}
	b[0], d.b = d.b[0], d.b[1:]
	return 1, nil
}

func TestSenselessTimesAreThoseBefore(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 1, 2, 3, 4000, time.UTC)
	log := slices.Concat(record(at, "a"), record(time.UnixMicro(5), "b"), record(at.AddDate(300, 0, 0), "c"), record(at.Add(-time.Hour), "d"))
	times, _, _ := readAll(t, bytes.NewReader(log))
	if !slices.Equal(times, []time.Time{at, at, at, at.Add(-time.Hour)}) {
		t.Errorf("%v", times)
	}
}

func FuzzReader(f *testing.F) {
	at := time.Date(2026, 11, 26, 1, 2, 3, 4000, time.UTC)
	f.Add(slices.Concat(record(at, "alpha"), []byte("noise"), record(at, "beta")))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, '<', 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		tail := record(at, "the last one")
		// Whatever comes before, a whole record behind enough room is found: a toy frame is at most 258 bytes.
		_, got, skipped := readAll(t, bytes.NewReader(slices.Concat(b, make([]byte, 300), tail)))
		if len(got) == 0 || got[len(got)-1] != "the last one" || skipped > int64(len(b)+300) {
			t.Errorf("%q, %d skipped", got, skipped)
		}
	})
}

func start(t *testing.T, cfg Config) (*Recorder, func()) {
	t.Helper()
	r := NewRecorder(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	var once sync.Once
	stop := func() { once.Do(func() { cancel(); wg.Wait() }) }
	t.Cleanup(stop)
	return r, stop
}

func contents(t *testing.T, r *Recorder, system int) (all []string) {
	t.Helper()
	files, err := r.Files(system)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path, err := Path(r.Folder(), system, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, payloads, skipped := readAll(t, bytes.NewReader(b))
		if skipped != 0 {
			t.Errorf("%s: %d bytes are no record", f.Name, skipped)
		}
		all = append(all, payloads...)
	}
	return all
}

func TestARecorderKeepsEveryFrameOfEveryVehicleInOrder(t *testing.T) {
	t.Parallel()
	r, stop := start(t, Config{Folder: t.TempDir(), FileBytes: 20 << 10})
	at := time.Date(2026, 11, 26, 23, 59, 58, 0, time.UTC)
	const frames = 2000
	var wg sync.WaitGroup
	for system := uint8(1); system <= 5; system++ {
		wg.Go(func() {
			for i := range frames {
				r.Record(system, toy(fmt.Sprintf("%d:%d", system, i)), at.Add(time.Duration(i)*2*time.Millisecond))
				if i%500 == 499 {
					before := r.Stats().Frames
					eventually(t, "it is written", func() bool { return r.Stats().Frames >= before })
				}
			}
		})
	}
	wg.Wait()
	eventually(t, "all is on disk while it runs", func() bool { return r.Stats().Frames == 5*frames })
	stop()
	for system := 1; system <= 5; system++ {
		got := contents(t, r, system)
		if len(got) != frames {
			t.Fatalf("vehicle %d: %d frames", system, len(got))
		}
		for i, p := range got {
			if p != fmt.Sprintf("%d:%d", system, i) {
				t.Fatalf("vehicle %d: frame %d is %q", system, i, p)
			}
		}
	}
	if st := r.Stats(); st.Dropped != 0 || st.Failures != 0 || st.Failing != 0 {
		t.Errorf("%+v", st)
	}
}

func TestFilesBeginBySizeByDayAndWhenCut(t *testing.T) {
	t.Parallel()
	r, stop := start(t, Config{Folder: t.TempDir(), FileBytes: 1000})
	at := time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC)
	put := func(payload string, at time.Time) {
		t.Helper()
		before := r.Stats().Frames
		r.Record(3, toy(payload), at)
		eventually(t, "written", func() bool { return r.Stats().Frames == before+1 })
	}
	put("first", at)
	put("second", at.Add(time.Minute))
	r.Cut(3)
	put("after a loss", at.Add(2*time.Minute))
	put("next day", at.Add(2*time.Hour))
	big := string(bytes.Repeat([]byte{'x'}, 250))
	for range 4 {
		put(big, at.Add(2*time.Hour))
	}
	files, err := r.Files(3)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	want := []string{"20261126T230000Z.tlog", "20261126T230200Z.tlog", "20261127T010000Z.tlog", "20261127T010000Z-2.tlog"}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	open := 0
	for _, f := range files {
		if f.Open {
			open++
		}
	}
	if open != 1 {
		t.Errorf("%d files are open", open)
	}
	stop()
	if got := contents(t, r, 3); len(got) != 8 {
		t.Errorf("%q", got)
	}
}

func TestNamesThatAreNoLogsAreRefused(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	folder := folderOf(root, 3)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(root, "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(folder, "20261126T230000Z.tlog")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "../secret", "20261126T230000Z.tlog", "20261126T230001Z.tlog", "a.tlog", "20261126T230000Z.tlog/../../secret", "20261126T230000Z-2.tlog\x00"} {
		if path, err := Path(root, 3, name); !errors.Is(err, ErrNoFile) {
			t.Errorf("%q is %s, %v", name, path, err)
		}
	}
	if _, err := Path(root, 256, "20261126T230001Z.tlog"); !errors.Is(err, ErrNoFile) {
		t.Error(err)
	}
	if files, err := List(root, 3); len(files) != 0 || err != nil {
		t.Errorf("%v %v", files, err)
	}
}

func TestOldLogsGoByAgeAndBySize(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	now := time.Now()
	for i, age := range []time.Duration{time.Hour, 3 * time.Hour, 50 * time.Hour, 2 * time.Hour, 100 * time.Hour} {
		path := filepath.Join(folderOf(root, i+1), fmt.Sprintf("2026112%dT000000Z.tlog", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	systems := func(files []File) (ids []int) {
		for _, f := range files {
			ids = append(ids, f.System)
		}
		return ids
	}
	none := func(File) bool { return false }
	removed, err := Tidy(root, 48*time.Hour, 0, now, func(f File) bool { return f.System == 5 })
	if err != nil || !slices.Equal(systems(removed), []int{3}) {
		t.Errorf("by age: %v, %v", removed, err)
	}
	removed, err = Tidy(root, 0, 250, now, none)
	if err != nil || !slices.Equal(systems(removed), []int{5, 2}) {
		t.Errorf("by size: %v, %v", removed, err)
	}
	if removed, err = Tidy(root, 0, 0, now, none); err != nil || len(removed) != 0 {
		t.Errorf("no limit: %v, %v", removed, err)
	}
}

func TestADiskThatIsGoneIsSaidAndRecoveredFrom(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "telemetry")
	// A file where the folder should be: nothing can be written below it.
	if err := os.WriteFile(root, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, stop := start(t, Config{Folder: root})
	at := time.Now()
	r.Record(1, toy("kept while the disk is away"), at)
	eventually(t, "the failure is counted", func() bool { st := r.Stats(); return st.Failures > 0 && st.Failing == 1 })
	// More than there is room for.
	payload := string(bytes.Repeat([]byte{'x'}, 200))
	for range 2 * bufferLimit / 200 {
		r.Record(1, toy(payload), at)
	}
	if r.Stats().Dropped == 0 {
		t.Error("a full buffer dropped nothing")
	}
	if err := os.Remove(root); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is recorded again", func() bool { st := r.Stats(); return st.Frames > 0 && st.Failing == 0 })
	stop()
	got := contents(t, r, 1)
	if len(got) == 0 || got[0] != "kept while the disk is away" || uint64(len(got)) != r.Stats().Frames {
		t.Errorf("%d on disk, %+v", len(got), r.Stats())
	}
	if n := r.Stats(); n.Frames+n.Dropped != uint64(1+2*bufferLimit/200) {
		t.Errorf("%d frames and %d dropped", n.Frames, n.Dropped)
	}
}

// TestAFullDiskLeavesNoHalfRecord runs against a limit of the process's file size, as a full disk would cut a write short.
func TestAFullDiskLeavesNoHalfRecord(t *testing.T) {
	t.Parallel()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	out := &fileOut{file: f}
	if err := out.write([]byte("x")); !errors.Is(err, syscall.ENOSPC) || out.size != 0 {
		t.Errorf("%v, %d bytes", err, out.size)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkRecord(b *testing.B) {
	r := NewRecorder(Config{Folder: b.TempDir()})
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = r.Run(ctx) })
	frame := toy(string(bytes.Repeat([]byte{'x'}, 60)))
	now := time.Now()
	rng := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Record(uint8(1+rng.IntN(50)), frame, now)
	}
	cancel()
	wg.Wait()
	b.ReportMetric(float64(r.Stats().Dropped), "dropped")
}
