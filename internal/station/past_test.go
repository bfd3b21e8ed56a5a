package station

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vedette/internal/store"
	"vedette/ui/api"
)

func newPast(t *testing.T) (*past, func(kind, key, who string, at time.Time, data any)) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "vedette.db"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &past{store: s}, func(kind, key, who string, at time.Time, data any) {
		t.Helper()
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), store.Event{Kind: kind, Key: key, Who: who, ObservedAt: at, Data: raw}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestThePastSaysHowThingsStoodAndWhatChanged(t *testing.T) {
	t.Parallel()
	p, put := newPast(t)
	start := time.Now().Add(-30 * time.Second).Truncate(time.Second)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	alert := func(id, state string, raised int) api.Alert {
		return api.Alert{ID: id, State: state, Severity: "serious", Title: id, RaisedAt: api.At(at(raised))}
	}
	if _, err := p.Past(t.Context(), at(0), at(20), time.Second); problemStatus(err) != http.StatusNotFound {
		t.Errorf("nothing is recorded: %v", err)
	}
	put(kindAlert, "a-1", "", at(-20), alert("a-1", "new", -20))
	put(kindAlert, "a-1", "anna", at(-10), map[string]string{"action": "acknowledge"}) // what somebody did, not how it stood
	put(kindAlert, "a-1", "", at(-10), alert("a-1", "acknowledged", -20))
	put(kindTelemetry, "1", "", at(-5), api.Vehicle{ID: 1, State: "live"})
	put(kindTrack, "t-old", "", at(-9), "gone long since")
	for s := range 20 {
		put(kindTrack, "t-1", "", at(s), s)
		put(kindTelemetry, "1", "", at(s), api.Vehicle{ID: 1, State: "live"})
	}
	put(kindAlert, "a-2", "", at(7), alert("a-2", "new", 7))
	put(kindTrip, "s-1", "", at(6), api.Trip{Sensor: "s-1"})

	// A report of that time has both alerts, the one that was decided in it with how it stood then.
	reported, err := p.RecordedAlerts(t.Context(), at(-15), at(20))
	if err != nil || len(reported) != 2 || reported[0].ID != "a-1" || reported[0].State != "acknowledged" || reported[1].ID != "a-2" {
		t.Errorf("%+v, %v", reported, err)
	}
	if none, err := p.RecordedAlerts(t.Context(), at(-9), at(5)); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}

	got, err := p.Past(t.Context(), at(0), at(20), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range got.Changes {
		told = append(told, fmt.Sprintf("%s %s %.0f", c.Type, c.ID, c.T.Sub(start).Seconds()))
	}
	want := []string{
		"alert a-1 -10", "vehicle 1 -5", "vehicle 1 0", "track t-1 0", "vehicle 1 5", "track t-1 5", "trip s-1 6", "alert a-2 7",
		"vehicle 1 10", "track t-1 10", "vehicle 1 15", "track t-1 15",
	}
	if !slices.Equal(told, want) {
		t.Errorf("%q\nwant %q", told, want)
	}
	var first api.Alert
	if err := json.Unmarshal(got.Changes[0].Data, &first); err != nil || first.State != "acknowledged" {
		t.Errorf("%+v, %v", first, err)
	}
	if !got.To.Equal(at(20)) {
		t.Errorf("it reaches %v", got.To)
	}
	if _, err := p.Past(t.Context(), at(-3000), at(-2000), time.Second); problemStatus(err) != http.StatusNotFound {
		t.Errorf("before the record begins: %v", err)
	}

	line, err := p.Timeline(t.Context(), at(0), at(60))
	if err != nil {
		t.Fatal(err)
	}
	if len(line.Alerts) != 1 || line.Alerts[0].ID != "a-2" || line.Oldest.IsZero() {
		t.Errorf("%+v", line)
	}
	tracks, trips := 0.0, 0
	for _, s := range line.Activity {
		tracks, trips = tracks+s.Tracks*line.StretchS, trips+s.Trips
	}
	if trips != 1 || tracks != 21 {
		t.Errorf("%v records of tracks, %d trips: %+v", tracks, trips, line.Activity)
	}
}

func TestAnAnswerAboutThePastIsCutWhereItIsFull(t *testing.T) {
	t.Parallel()
	p, _ := newPast(t)
	// Half of it lies ahead, so that a slow machine has it on disk within cameLater of each instant.
	start := time.Now().Add(-15 * time.Second).Truncate(time.Second)
	batch := make([]store.Event, 0, 30_000) // 30 times 1,000 tracks
	for n := range cap(batch) {
		at := start.Add(time.Duration(n/1000) * time.Second)
		batch = append(batch, store.Event{Kind: kindTrack, Key: fmt.Sprint("t-", n%1000), ObservedAt: at, Data: []byte("1")})
	}
	if _, err := p.store.Append(t.Context(), batch...); err != nil {
		t.Fatal(err)
	}
	seen, from, end := 0, start, start.Add(30*time.Second)
	answers := 0
	for ; from.Before(end) && answers < 10; answers++ {
		got, err := p.Past(t.Context(), from, end, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Changes) > 2*mostChanges {
			t.Fatalf("%d changes at once", len(got.Changes))
		}
		for _, c := range got.Changes {
			if !c.T.Before(from) {
				seen++
			}
		}
		from = got.To.Time
	}
	if seen != 30_000 || answers < 2 {
		t.Errorf("%d of 30,000 states in %d answers", seen, answers)
	}
}

func problemStatus(err error) int {
	if p, ok := err.(*api.Problem); ok { //nolint:errorlint // the station hands it out as it is
		return p.Status
	}
	return 0
}

func TestFlyingVehiclesAreRecordedMoreOften(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, is := range []struct {
		armed bool
		ago   time.Duration
		due   bool
	}{{true, 900 * time.Millisecond, false}, {true, time.Second, true}, {false, 9 * time.Second, false}, {false, 10 * time.Second, true}} {
		if got := telemetryDue(api.Vehicle{Armed: &is.armed}, now.Add(-is.ago), now); got != is.due {
			t.Errorf("%+v: %v", is, got)
		}
	}
}
