package journal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/internal/station/journal"
	"vedette/tracking/batch"
	"vedette/tracking/fusion"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func at(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }

func geophone(id string, lat float64) fusion.Sensor {
	return fusion.Sensor{ID: id, Kind: fusion.Seismic, Position: geo.LatLon{Lat: lat, Lon: 149}}
}

func trip(id string, s int) fusion.Trip {
	return fusion.Trip{Sensor: id, Time: at(s), Arrival: at(s), Confidence: 0.9, Class: fusion.ClassProbs{0.8, 0.1, 0.1}}
}

// station keeps what one run of a station tells.
func station(t *testing.T, cfg journal.Config, tell func(j *journal.Journal)) journal.Stats {
	t.Helper()
	cfg.Log = slog.New(slog.DiscardHandler)
	j := journal.New(cfg)
	tell(j)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := j.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return j.Stats()
}

func export(t *testing.T, folder string, from, to time.Time) (string, journal.Sum, error) {
	t.Helper()
	var out bytes.Buffer
	sum, err := journal.Export(t.Context(), &out, folder, from, to)
	return out.String(), sum, err
}

// began names the newest file of a folder as if it had begun then.
func began(t *testing.T, folder string, then time.Time) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.jsonl.gz"))
	if err != nil || len(names) == 0 || os.Rename(names[len(names)-1], filepath.Join(folder, then.Format("20060102T150405.000")+"Z.jsonl.gz")) != nil {
		t.Fatalf("%q, %v", names, err)
	}
}

func kinds(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(line, `{"type":"`), `"`)
		out = append(out, kind)
	}
	return strings.Join(out, " ")
}

// TestTwoRunsAreOneInput has a station start anew with a sensor moved, one removed and another line, as a day has it.
func TestTwoRunsAreOneInput(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "measurements")
	line := func(id string) []fusion.Line {
		return []fusion.Line{{ID: id, Points: []geo.LatLon{{Lat: -35, Lon: 148}, {Lat: -35, Lon: 150}}}}
	}
	station(t, journal.Config{Folder: folder}, func(j *journal.Journal) {
		j.Lines(line("north"))
		j.Sensor(geophone("s-1", -35))
		j.Sensor(geophone("s-2", -35.001))
		j.Trip(trip("s-1", 0), fusion.Seismic)
		j.Sensor(geophone("s-1", -35.002)) // moved
		j.Trip(trip("s-1", 10), fusion.Seismic)
		j.Report(at(11))
		j.Remove("s-2", at(12))
		j.Trip(trip("s-1", 20), fusion.Seismic)
	})
	began(t, folder, at(-1))
	station(t, journal.Config{Folder: folder}, func(j *journal.Journal) {
		j.Lines(line("south"))
		j.Sensor(geophone("s-1", -35.002))
		j.Trip(trip("s-1", 30), fusion.Seismic)
	})
	began(t, folder, at(25))
	all, sum, err := export(t, folder, time.Time{}, time.Time{})
	if want := "header sensor sensor trip sensor trip report remove trip lines trip end"; err != nil || kinds(all) != want || sum.Files != 2 || sum.Measurements != 5 {
		t.Fatalf("%q, %+v, %v", kinds(all), sum, err)
	}
	var said bytes.Buffer
	if err := batch.RunTrack(strings.NewReader(all), io.Discard, &said); err != nil || said.Len() > 0 {
		t.Errorf("%v, %s", err, said.String())
	}
	// A part of it begins with the sensors as they stood then.
	part, _, err := export(t, folder, at(15), at(30))
	if err != nil || kinds(part) != "header sensor trip end" || !strings.Contains(part, "-35.002") || !strings.Contains(part, `"north"`) {
		t.Errorf("%s, %v", part, err)
	}
	for _, none := range [][2]time.Time{{at(100), {}}, {{}, at(-100)}, {at(12), at(20)}} {
		if _, _, err := export(t, folder, none[0], none[1]); !errors.Is(err, journal.ErrNothing) || !strings.Contains(err.Error(), "reach from") {
			t.Errorf("%v: %v", none, err)
		}
	}
	if _, _, err := export(t, filepath.Join(folder, "none"), time.Time{}, time.Time{}); !errors.Is(err, journal.ErrNothing) {
		t.Errorf("no folder: %v", err)
	}
}

func TestAFileThatWasCutIsReadAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	station(t, journal.Config{Folder: folder}, func(j *journal.Journal) {
		j.Sensor(geophone("s-1", -35))
		for s := range 2000 {
			j.Trip(trip("s-1", s), fusion.Seismic)
		}
	})
	names, err := filepath.Glob(filepath.Join(folder, "*.jsonl.gz"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%q, %v", names, err)
	}
	whole, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, keep := range []int{0, 5, 40, len(whole) / 2, len(whole) - 4, len(whole)} {
		if err := os.WriteFile(names[0], whole[:keep], 0o600); err != nil {
			t.Fatal(err)
		}
		text, sum, err := export(t, folder, time.Time{}, time.Time{})
		if err != nil && !errors.Is(err, journal.ErrNothing) || sum.Measurements < last || sum.Unreadable > 0 || (sum.Damaged == 0) != (keep == len(whole)) {
			t.Errorf("%d of %d bytes: %+v, %v", keep, len(whole), sum, err)
		}
		for l := range strings.Lines(text) {
			if !strings.HasSuffix(l, "}\n") {
				t.Errorf("half a line: %q", l)
			}
		}
		last = sum.Measurements
	}
	if last != 2000 {
		t.Errorf("%d measurements of the whole file", last)
	}
}

func TestOldAndTooLargeFilesGo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	now := time.Now()
	for i := range 6 {
		name := filepath.Join(folder, now.Add(-time.Duration(6-i)*time.Hour).UTC().Format("20060102T150405.000")+"Z.jsonl.gz")
		if err := os.WriteFile(name, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		if old := now.Add(-time.Duration(6-i) * time.Hour); os.Chtimes(name, old, old) != nil {
			t.Fatal(name)
		}
	}
	other := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(other, make([]byte, 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	stats := station(t, journal.Config{Folder: folder, Keep: 4*time.Hour + time.Minute, MostTotal: 2500}, func(j *journal.Journal) { j.Trip(trip("s-1", 0), fusion.Seismic) })
	names, err := filepath.Glob(filepath.Join(folder, "*.jsonl.gz"))
	if err != nil || len(names) != 3 || stats.Pruned != 4 { // the two newest, and its own
		t.Errorf("%q, %+v, %v", names, stats, err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestADiskThatTakesNothingIsCountedAndNothingWaits(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stats := station(t, journal.Config{Folder: filepath.Join(file, "below")}, func(j *journal.Journal) {
		for s := range 5000 { // more than may wait
			j.Trip(trip("s-1", s), fusion.Seismic)
		}
	})
	if stats.Kept != 0 || stats.Dropped != 5000 || stats.Failed != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestWithoutAJournalNothingIsKept(t *testing.T) {
	t.Parallel()
	var j *journal.Journal
	j.Lines(nil)
	j.Sensor(geophone("s-1", -35))
	j.Remove("s-1", noon)
	j.Reset("c", noon)
	j.Scan(fusion.Scan{})
	j.Trip(trip("s-1", 0), fusion.Seismic)
	j.Report(noon)
	if j.Stats() != (journal.Stats{}) {
		t.Errorf("%+v", j.Stats())
	}
}

// FuzzExport reads files of any content.
func FuzzExport(f *testing.F) {
	f.Add([]byte(`{"type":"header","lines":[]}` + "\n" + `{"type":"sensor","id":"s"}` + "\n" + `{"type":"trip","sensor":"s","t":1,"tr":2}` + "\n"))
	f.Add([]byte(`{"type":"remove","sensor":"s"}` + "\n" + `{"type":"lines","lines":null}` + "\n" + `{"type":"report","t":9e9}` + "\nnonsense\n{"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		folder := t.TempDir()
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		if _, err := w.Write(lines); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		for i, content := range [][]byte{zipped.Bytes(), lines} {
			name := fmt.Sprintf("20261127T12000%d.000Z.jsonl.gz", i)
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		sum, err := journal.Export(t.Context(), &out, folder, time.Time{}, time.Time{})
		if err != nil && !errors.Is(err, journal.ErrNothing) {
			t.Fatal(err)
		}
		if err == nil && (sum.Measurements == 0 || !strings.HasPrefix(out.String(), `{"type":"header"`)) {
			t.Errorf("%+v, %q", sum, out.String())
		}
	})
}
