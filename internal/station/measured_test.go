//go:build !race

package station

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"vedette/internal/station/journal"
	"vedette/tracking/batch"
)

// TestARecordedNightCanBeRunAgain plays minutes of the simulator's usual scenario, and has `vedette track` come to the same tracks from what
// was kept of what was measured.
func TestARecordedNightCanBeRunAgain(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	j := journal.New(journal.Config{Folder: folder, Log: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error, 1)
	go func() { written <- j.Run(ctx) }()

	s := newScene(t, "crossing", 3)
	fusion := s.picture.tracker
	fusion.journal = j
	j.Lines(fusionConfig(s.picture.cfg.zones).Lines)
	for _, state := range s.replay.Sensors() {
		j.Sensor(fusionSensor(state))
	}
	type place struct {
		Lat, Lon float64
		Status   string
	}
	// In which order is their numbers', and those depend on how often they are asked for.
	byPlace := func(a, b place) int { return cmp.Or(cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon)) }
	live := map[int64][]place{}
	tracks, reset := 0, false
	for s.now.Before(sceneStart.Add(6 * time.Minute)) {
		before := fusion.reported
		s.step()
		if fusion.reported.Equal(before) {
			continue
		}
		var now []place
		for _, tr := range fusion.Tracker.Tracks(fusion.reported) {
			now = append(now, place{math.Round(tr.Position.Lat*1e7) / 1e7, math.Round(tr.Position.Lon*1e7) / 1e7, tr.Status.String()})
		}
		slices.SortFunc(now, byPlace)
		live[fusion.reported.UnixMilli()] = now
		tracks += len(now)
		if !reset && s.now.After(sceneStart.Add(3*time.Minute)) {
			reset = fusion.ForgetCameraError("1-thermal")
		}
	}
	if !reset || tracks < 400 {
		t.Fatalf("%d tracks, reset %v: the scene is too poor", tracks, reset)
	}
	stop()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if stats := j.Stats(); stats.Dropped+stats.Failed != 0 || stats.Kept < 1000 {
		t.Fatalf("%+v", stats)
	}

	var kept, again, said bytes.Buffer
	sum, err := journal.Export(t.Context(), &kept, folder, time.Time{}, time.Time{})
	if err != nil || sum.Damaged+sum.Unreadable != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if err := batch.RunTrack(&kept, &again, &said); err != nil || said.Len() > 0 {
		t.Fatalf("%v, %s", err, said.String())
	}
	compared := 0
	for line := range bytes.Lines(again.Bytes()) {
		var got struct {
			T      int64
			Tracks []place
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		want := live[got.T]
		slices.SortFunc(got.Tracks, byPlace)
		if len(got.Tracks) != len(want) {
			t.Fatalf("at %d ms: %d tracks, live there were %d", got.T-sceneStart.UnixMilli(), len(got.Tracks), len(want))
		}
		for i := range want {
			if got.Tracks[i] != want[i] {
				t.Fatalf("at %d ms: %+v, live %+v", got.T-sceneStart.UnixMilli(), got.Tracks[i], want[i])
			}
			compared++
		}
	}
	t.Logf("%d tracks compared, %d measurements, %d bytes", compared, sum.Measurements, j.Stats().Bytes)
	if compared != tracks {
		t.Errorf("%d of %d tracks came again", compared, tracks)
	}
}
