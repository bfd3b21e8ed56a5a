package station

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"vedette/internal/access"
	"vedette/ui/api"
)

// TestAnAlertTellsWhereItCameFromAndWhoLooked has a track walk north for two minutes. A camera sees it in two spans, and somebody watches that
// camera from the middle of the first to the end.
func TestAnAlertTellsWhereItCameFromAndWhoLooked(t *testing.T) {
	t.Parallel()
	p, put := newPast(t)
	start := time.Now().Add(-5 * time.Minute).Truncate(time.Second)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	for s := range 120 {
		lastSeen := at(s)
		if s >= 30 && s < 90 {
			lastSeen = at(29) // the camera looks elsewhere
		}
		put(kindTrack, "t-1", "", at(s), api.NewFeature("t-1", orb.Point{149.16, -35.36 + 1e-5*float64(s)}, api.TrackProperties{
			Sources: []api.TrackSource{{ID: "1-thermal", Kind: "video", LastSeen: api.At(lastSeen), Count: s}, {ID: "s-1", Kind: "seismic", LastSeen: api.At(at(0))}},
		}))
		put(kindTrack, "t-2", "", at(s), api.NewFeature("t-2", orb.Point{149.17, -35.36}, api.TrackProperties{})) // somebody else
	}
	a, err := access.New(access.Config{Store: p.store})
	if err != nil {
		t.Fatal(err)
	}
	watching := access.Viewing{ID: "v-1", Who: access.Principal{Name: "anna"}, Feed: "1-thermal", From: at(10)}
	other := access.Viewing{ID: "v-2", Who: access.Principal{Name: "boris"}, Feed: "2-thermal", From: at(10)}
	for _, v := range []access.Viewing{watching, other} {
		if err := a.BeginViewing(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	picture := &picture{
		cfg:       pictureConfig{record: recorder{store: p.store}},
		alertsNow: []api.Alert{{ID: "a-1", State: "new", Tracks: []string{"t-1"}, RaisedAt: api.At(at(20))}, {ID: "a-2", State: "new", RaisedAt: api.At(at(20))}},
		cuesNow: []api.Cue{
			{ID: "c-1", AlertID: "a-1", Vehicle: 2, State: "active", DecidedBy: "carl", DecidedAt: api.At(at(40))},
			{ID: "c-2", AlertID: "a-2", Vehicle: 1, State: "active", DecidedBy: "carl", DecidedAt: api.At(at(40))},
			{ID: "c-3", AlertID: "a-1", Vehicle: 1, State: "rejected", DecidedBy: "carl", DecidedAt: api.At(at(40))},
		},
	}
	got, err := picture.AlertHistory(t.Context(), "a-1")
	if err != nil {
		t.Fatal(err)
	}
	var looks []string
	for _, l := range got.Looks {
		to := "-"
		if !l.To.IsZero() {
			to = l.To.Sub(start).String()
		}
		looks = append(looks, strings.Join([]string{l.Kind, l.Who, l.What, l.By, l.From.Sub(start).String(), to}, " "))
	}
	want := []string{
		"camera 1-thermal   0s 29s", "person anna 1-thermal  10s 29s", "vehicle 2 c-1 carl 40s -", "camera 1-thermal   1m30s 1m59s",
		"person anna 1-thermal  1m30s 1m59s",
	}
	if !slices.Equal(looks, want) {
		t.Errorf("looks\n%s\nwant\n%s", strings.Join(looks, "\n"), strings.Join(want, "\n"))
	}
	if line, ok := got.Path.Geometry.Coordinates.(orb.LineString); !ok || len(line) != 120 || len(got.Path.Properties.Times) != 120 {
		t.Errorf("path %v", got.Path)
	}
	if all := strings.Join(got.Words, "; "); !strings.Contains(all, "came from the south: first tracked 132 m that way") || !strings.Contains(all, "132 m of way") {
		t.Errorf("words %q", got.Words)
	}
	// One without a track says so, and one that is not there is not found.
	if got, err := picture.AlertHistory(t.Context(), "a-2"); err != nil || len(got.Words) != 1 || !strings.Contains(got.Words[0], "no track") || len(got.Looks) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := picture.AlertHistory(t.Context(), "a-3"); problemStatus(err) != http.StatusNotFound {
		t.Errorf("%v", err)
	}
}
