package alert_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/alert"
)

func TestACrossingIsOneAlertThatGrows(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(1, "s-07", "seismic", "WALK", 0.86, at(0, -40))
	s.trip(15, "s-08", "seismic", "WALK", 0.8, at(40, -25))
	s.until(15)
	a := s.only()
	if !slices.Equal(a.Reasons, []string{"seismic s-07 and s-08, 14 s apart, walking"}) {
		t.Errorf("%q", a.Reasons)
	}
	if a.State != alert.StateNew || a.Severity != alert.Serious || a.Probably != alert.Person || a.TrackID != "" ||
		!slices.Equal(a.Sources, []string{"s-07", "s-08"}) || a.Confidence < 0.85 || !a.RaisedAt.Equal(s.sec(15)) {
		t.Errorf("%+v", a)
	}

	// The drone looks: a track 30 m from the sensors crosses north, and more sensors trip as it goes.
	s.track(walker{id: "t-12", from: 27, to: 120, place: at(30, -15), vn: 1.4, class: person})
	s.trip(40, "s-08", "seismic", "WALK", 0.9, at(40, -25))
	s.trip(55, "b-02", "beam", "R2L", 1, at(32, 22))
	s.until(100)
	a = s.only()
	for _, want := range []string{
		"seismic s-07, s-08 and beam b-02 within 54 s, walking", "confirmed by 1-thermal, ", "crossed the line northbound at 10:30:37Z",
	} {
		if !slices.ContainsFunc(a.Reasons, func(r string) bool { return strings.HasPrefix(r, want) }) {
			t.Errorf("nothing of %q in %q", want, a.Reasons)
		}
	}
	if a.TrackID != "t-12" || a.Severity != alert.Critical || a.Title != "Person on foot crossing the line at b-02" {
		t.Errorf("%+v", a)
	}
	if d := geo.Distance(a.Position, at(30, -15+1.4*73)); d > 3 {
		t.Errorf("the alert is %.0f m from its track", d)
	}
	if a.Ellipse == nil || a.Ellipse.SemiMajorM < 9 || a.Ellipse.SemiMajorM > 11 || a.Ellipse.BearingDeg != 0 {
		t.Errorf("%+v", a.Ellipse)
	}
	if s.tells > 140 {
		t.Errorf("told %d times in 100 s", s.tells)
	}
}

func TestWhatIsRaisedBySensors(t *testing.T) {
	t.Parallel()
	type trip struct {
		sec          float64
		sensor, kind string
		detail       string
		confidence   float64
		place        geo.LatLon
	}
	far := at(500, 0)
	for _, c := range []struct {
		name   string
		trips  []trip
		alerts int
	}{
		{"one alone", []trip{{1, "a", "seismic", "WALK", 1, origin}}, 0},
		{"one again and again", []trip{
			{1, "a", "seismic", "WALK", 0.95, origin}, {11, "a", "seismic", "WALK", 0.95, origin}, {21, "a", "seismic", "WALK", 0.95, origin},
		}, 1},
		{"one again and again, unsure", []trip{
			{1, "a", "seismic", "WALK", 0.6, origin}, {11, "a", "seismic", "WALK", 0.6, origin}, {21, "a", "seismic", "WALK", 0.6, origin},
		}, 0},
		{"one that senses warmth again and again", []trip{{1, "a", "pir", "", 0.9, origin}, {11, "a", "pir", "", 0.9, origin}, {21, "a", "pir", "", 0.9, origin}}, 0},
		{"a walker among animals", []trip{
			{1, "a", "seismic", "ANIMAL", 0.9, origin}, {9, "a", "seismic", "WALK", 0.95, origin}, {20, "b", "seismic", "WALK", 0.95, at(40, 0)},
			{24, "b", "seismic", "ANIMAL", 0.9, at(40, 0)}, {30, "b", "seismic", "WALK", 0.95, at(40, 0)},
		}, 1},
		{"two in time", []trip{{1, "a", "seismic", "WALK", 0.9, origin}, {30, "b", "pir", "", 0.8, at(60, 0)}}, 1},
		{"two too far apart in time", []trip{{1, "a", "seismic", "WALK", 0.9, origin}, {65, "b", "seismic", "WALK", 0.9, at(60, 0)}}, 0},
		{"two too far apart to walk", []trip{{1, "a", "seismic", "WALK", 0.9, origin}, {5, "b", "seismic", "WALK", 0.9, at(150, 0)}}, 0},
		{"but not to drive", []trip{{1, "a", "seismic", "VEHICLE", 0.9, origin}, {9, "b", "seismic", "VEHICLE", 0.9, at(150, 0)}}, 1},
		{"driving a long way", []trip{{1, "a", "seismic", "VEHICLE", 0.9, origin}, {31, "b", "seismic", "VEHICLE", 0.9, at(450, 0)}}, 1},
		{"two that drive, too far apart to be one", []trip{{1, "a", "seismic", "VEHICLE", 0.6, origin}, {31, "b", "pir", "", 0.6, at(700, 0)}}, 0},
		{"walking a long way", []trip{{1, "a", "seismic", "WALK", 0.9, origin}, {59, "b", "seismic", "WALK", 0.9, far}}, 0},
		{"at once, close by", []trip{{1, "a", "seismic", "WALK", 0.9, origin}, {1.2, "b", "seismic", "WALK", 0.9, at(50, 0)}}, 1},
		{"two that cannot tell", []trip{{1, "a", "seismic", "UNKNOWN", 0.5, origin}, {15, "b", "seismic", "UNKNOWN", 0.5, at(50, 0)}}, 0},
		{"two unsure", []trip{{1, "a", "pir", "", 0.4, origin}, {15, "b", "pir", "", 0.4, at(30, 0)}}, 0},
		{"two animals", []trip{{1, "a", "seismic", "ANIMAL", 0.9, origin}, {15, "b", "seismic", "ANIMAL", 0.9, at(50, 0)}}, 0},
		{"a walker or an animal", []trip{{1, "a", "seismic", "WALK", 0.7, origin}, {15, "b", "seismic", "ANIMAL", 0.9, at(50, 0)}}, 0},
		{"late and in the wrong order", []trip{{20, "b", "seismic", "WALK", 0.9, at(50, 0)}, {6, "a", "seismic", "WALK", 0.9, origin}}, 1},
	} {
		s := newStory(t, alert.Config{})
		for _, p := range c.trips {
			s.trip(p.sec, p.sensor, p.kind, p.detail, p.confidence, p.place)
		}
		s.until(140)
		if len(s.raised) != c.alerts {
			t.Errorf("%s: %d alerts, %d wanted: %+v", c.name, len(s.raised), c.alerts, s.latest)
		}
		if c.alerts == 0 && s.noted(alert.NoteIsolated)+s.noted(alert.NoteAnimal) != len(c.trips) {
			t.Errorf("%s: the trips are not all in the log: %+v", c.name, s.notes)
		}
	}
}

func TestTwoPeopleApartAreTwoAlerts(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i, east := range []float64{0, 300} {
		for k := range 4 {
			s.trip(float64(3+i+10*k), fmt.Sprintf("s-%d%d", i, k%2), "seismic", "WALK", 0.8, at(east+float64(40*(k%2)), -50))
		}
		s.track(walker{id: fmt.Sprintf("t-%d", i), from: 20, to: 120, place: at(east+20, -40), vn: 1.2, class: person})
	}
	s.until(120)
	if len(s.raised) != 2 {
		t.Fatalf("%d alerts: %+v", len(s.raised), s.latest)
	}
	for i, id := range s.raised {
		if a := s.latest[id]; a.TrackID != fmt.Sprintf("t-%d", i) || a.Probably != alert.Person {
			t.Errorf("%+v", a)
		}
	}
}

func TestAGroupIsOneAlert(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 4 {
		s.track(walker{id: fmt.Sprintf("t-%d", i), from: float64(i), to: 90, place: at(float64(8*i), -60), vn: 1.3, class: person})
	}
	s.until(80)
	if a := s.only(); a.Probably != alert.Group || a.Title != "Group on foot crossing the line" || a.TrackID != "t-0" {
		t.Errorf("%+v", a)
	}
	// When the first track ends, the alert goes on with another.
	s.tracks[0].to = 80
	s.until(86)
	if a := s.only(); a.TrackID != "t-1" {
		t.Errorf("follows %s", a.TrackID)
	}
}

func TestAnAnimalIsNoAlert(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.track(walker{id: "t-1", from: 0, to: 120, place: at(0, -40), vn: 1, class: animal})
	s.trip(10, "s-1", "seismic", "ANIMAL", 0.7, at(10, -20))
	s.trip(14, "p-1", "pir", "", 0.8, at(5, -20))
	s.until(120)
	s.none()
	if s.noted(alert.NoteAnimal) == 0 {
		t.Errorf("nothing noted: %+v", s.notes)
	}
}

func TestAnAlertThatTurnsOutAnAnimalSaysSo(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(1, "s-1", "seismic", "WALK", 0.85, at(0, -60))
	s.trip(12, "s-2", "seismic", "WALK", 0.8, at(30, -60))
	s.until(20)
	if a := s.only(); a.Probably != alert.Person {
		t.Errorf("%+v", a)
	}
	s.track(walker{id: "t-1", from: 21, to: 120, place: at(20, -55), vn: 1, class: animal})
	s.until(100)
	if a := s.only(); a.Probably != alert.Animal || a.Severity != alert.Caution || a.Confidence >= 0.7 {
		t.Errorf("%+v", a)
	}
}

func TestAGustIsOneNote(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pir", "seismic"} {
		s := newStory(t, alert.Config{})
		for i := range 10 {
			for again := range 3 {
				s.trip(5+0.4*float64(i)+8*float64(again), fmt.Sprintf("x-%d", i), kind, "", 0.9, at(float64(60*i), 0))
			}
		}
		s.until(120)
		s.none()
		if s.noted(alert.NoteWeather) != 1 {
			t.Errorf("%s: %+v", kind, s.notes)
		}
	}
	// Somebody who walks meanwhile is still found.
	s := newStory(t, alert.Config{})
	for i := range 10 {
		s.trip(5+0.4*float64(i), fmt.Sprintf("x-%d", i), "seismic", "UNKNOWN", 0.6, at(float64(60*i), 0))
	}
	s.trip(14, "x-3", "seismic", "WALK", 0.9, at(180, 0))
	s.trip(27, "x-4", "seismic", "WALK", 0.9, at(240, 0))
	s.until(60)
	s.only()
}

func TestALorryIsNoWeather(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i := range 6 {
		s.trip(5+0.5*float64(i), fmt.Sprintf("s-%d", i), "seismic", "VEHICLE", 0.8, at(float64(60*i), 0))
	}
	s.until(30)
	if a := s.only(); a.Probably != alert.Vehicle || !strings.HasPrefix(a.Title, "Vehicle at s-") {
		t.Errorf("%+v", a)
	}
}

func TestTracksAlertByThemselves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		track  walker
		reason string // empty: no alert
	}{
		{"crosses north", walker{place: at(0, -200), vn: 5}, "crossed the line northbound"},
		{"crosses south", walker{place: at(0, 200), vn: -5}, "crossed the line southbound"},
		{"a vehicle crosses", walker{place: at(0, -200), vn: 12, class: map[string]float64{"vehicle": 0.8}}, "crossed the line northbound"},
		{"approaches", walker{place: at(0, -160), vn: 1}, "heading for the line, 1"},
		{"walks along the line", walker{place: at(0, -50), ve: 1.5}, ""},
		{"goes away", walker{place: at(0, -50), vn: -1}, ""},
		{"stands", walker{place: at(0, -50)}, ""},
		{"heads for it from afar", walker{place: at(0, -400), vn: 1.5}, ""},
		{"is inside an area", walker{place: at(50, 1050)}, "inside Depot since"},
		{"is in a no-fly zone", walker{place: at(0, 250)}, ""},
		{"is tentative", walker{place: at(0, -100), vn: 1.5, status: "tentative"}, ""},
		{"is unsure", walker{place: at(0, -100), vn: 1.5, existence: 0.8}, ""},
		{"is of no class", walker{place: at(0, -100), vn: 1.5, class: map[string]float64{}}, ""},
		{"is an animal", walker{place: at(0, -100), vn: 1.5, class: animal}, ""},
	} {
		s := newStory(t, alert.Config{})
		w := c.track
		w.id, w.to = "t-1", 100
		if w.class == nil {
			w.class = person
		}
		s.track(w)
		s.until(60)
		if c.reason == "" {
			if len(s.raised) > 0 {
				t.Errorf("%s: %+v", c.name, s.latest)
			}
			continue
		}
		if len(s.raised) != 1 || !slices.ContainsFunc(s.latest["a-1"].Reasons, func(r string) bool { return strings.HasPrefix(r, c.reason) }) {
			t.Errorf("%s: %+v", c.name, s.latest)
		}
	}
}

func TestATripAndATrackConfirmEachOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		place  geo.LatLon
		source string
		alerts int
	}{
		{"in reach", at(20, 600), "1-thermal", 1},
		{"out of reach", at(200, 600), "1-thermal", 0},
		{"a track that is nothing but the trip", at(20, 600), "s-1", 0},
	} {
		s := newStory(t, alert.Config{})
		s.track(walker{id: "t-1", from: 0, to: 60, place: c.place, class: person, source: c.source, knd: "video"})
		s.trip(10, "s-1", "seismic", "WALK", 0.8, at(0, 600))
		s.until(60)
		if len(s.raised) != c.alerts {
			t.Errorf("%s: %+v", c.name, s.latest)
		}
	}
}

func TestAJumpIsNoCrossing(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.track(walker{id: "t-1", from: 0, to: 10, place: at(0, -300), class: person})
	s.track(walker{id: "t-1", from: 10.5, to: 20, place: at(0, 300), class: person})
	s.until(20)
	s.none()
}

func TestTheFirstDecisionStands(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(1, "s-07", "seismic", "WALK", 0.9, origin)
	s.trip(15, "s-08", "seismic", "WALK", 0.9, at(40, 0))
	s.until(20)
	id := s.only().ID
	if _, err := s.engine.Resolve("a-99", "ann", "", s.now); !errors.Is(err, alert.ErrNoAlert) {
		t.Error(err)
	}
	a, err := s.engine.Acknowledge(id, "ann", "looking", s.now)
	if err != nil || a.State != alert.StateAcknowledged || a.DecidedBy != "ann" {
		t.Errorf("%+v, %v", a, err)
	}
	var decided *alert.DecidedError
	if _, err := s.engine.Acknowledge(id, "bob", "", s.now); !errors.As(err, &decided) || decided.By != "ann" {
		t.Error(err)
	}
	a, err = s.engine.CallFalse(id, "bob", "a cow", s.now)
	if err != nil || a.State != alert.StateFalse || len(a.History) != 3 || a.History[2].Note != "a cow" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, decide := range []func(string, string, string, time.Time) (alert.Alert, error){
		s.engine.Resolve, s.engine.Acknowledge, s.engine.CallFalse,
	} {
		if _, err := decide(id, "cid", "", s.now); !errors.As(err, &decided) || decided.By != "bob" || decided.State != alert.StateFalse {
			t.Error(err)
		}
	}
}

func TestWhatIsClosedIsNotRaisedAgainSoon(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{SuppressFor: 2 * time.Minute})
	s.track(walker{id: "t-1", from: 0, to: 400, place: at(50, 1050), class: person})
	s.until(10)
	first := s.only()
	if _, err := s.engine.Resolve(first.ID, "ann", "", s.now); err != nil {
		t.Fatal(err)
	}
	s.trip(60, "s-1", "seismic", "WALK", 0.9, at(40, 1040))
	s.trip(70, "s-2", "seismic", "WALK", 0.9, at(60, 1060))
	s.until(110)
	s.only()
	if s.noted(alert.NoteClosed) != 2 {
		t.Errorf("%+v", s.notes)
	}
	s.until(200)
	if len(s.raised) != 2 {
		t.Errorf("%d alerts after the suppression has ended", len(s.raised))
	}
}

func TestAStaleAlertSaysSo(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	s.trip(1, "s-07", "seismic", "WALK", 0.9, origin)
	s.trip(15, "s-08", "seismic", "WALK", 0.9, at(40, 0))
	s.until(10 * 60)
	if s.only().Stale {
		t.Error("stale too soon")
	}
	s.trip(900, "s-08", "seismic", "WALK", 0.9, at(40, 0))
	s.until(10*60 + 20)
	if a := s.only(); !a.Stale || a.Reasons[len(a.Reasons)-1] != "nothing more sensed since 10:30:15Z" {
		t.Errorf("%+v", a)
	}
	tells := s.tells
	s.until(14 * 60)
	if s.tells != tells {
		t.Error("told again without a change")
	}
}

func TestTheSameInputGivesTheSameAlerts(t *testing.T) {
	t.Parallel()
	play := func() string {
		s := newStory(t, alert.Config{})
		for i := range 40 {
			s.trip(float64(3*i), fmt.Sprintf("s-%d", i%7), "seismic", []string{"WALK", "UNKNOWN", "ANIMAL"}[i%3], 0.8, at(float64(35*(i%7)), 0))
		}
		for i := range 5 {
			s.track(walker{id: fmt.Sprintf("t-%d", i), from: float64(10 * i), to: 110, place: at(float64(30*i), -50), vn: 1, class: person})
		}
		s.until(120)
		out, err := json.Marshal([]any{s.engine.Alerts(), s.notes})
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a, b := play(), play(); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestAnAlertIsJSONAsTheInterfaceSays(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{FirstID: 3})
	s.trip(1, "s-07", "seismic", "WALK", 0.9, origin)
	s.trip(15, "s-08", "seismic", "WALK", 0.9, at(40, 0))
	s.until(20)
	if _, err := s.engine.SetCue("a-3", "c-3", s.now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.Acknowledge("a-3", "operator", "", s.now); err != nil {
		t.Fatal(err)
	}
	a, err := s.engine.Alert("a-3")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{
		"id", "state", "severity", "title", "probably", "reasons", "confidence", "position", "ellipse", "cueId", "sources",
		"raisedAt", "updatedAt", "decidedBy", "decidedAt", "history",
	} {
		if _, ok := got[member]; !ok {
			t.Errorf("no member %q in %s", member, raw)
		}
	}
	if _, ok := got["trackId"]; ok {
		t.Error("a track that is not known is told")
	}
}

// Fusion may give the number of a track that it lost, once its place had become vague, to another that appears far away.
func TestANumberThatComesBackFarAwayIsAnother(t *testing.T) {
	t.Parallel()
	s := newStory(t, alert.Config{})
	for i, east := range []float64{0, 300} {
		for k := range 3 {
			s.trip(float64(3+20*i+10*k), fmt.Sprintf("s-%d%d", i, k%2), "seismic", "WALK", 0.8, at(east+float64(40*(k%2)), -50))
		}
	}
	s.track(walker{id: "t-1", from: 10, to: 30, place: at(20, -60), vn: 0.5, class: person})
	s.track(walker{id: "t-1", from: 55, to: 100, place: at(310, -40), vn: 0.5, class: person})
	s.until(100)
	if len(s.raised) != 2 {
		t.Fatalf("%d alerts: %+v", len(s.raised), s.latest)
	}
	first, second := s.latest[s.raised[0]], s.latest[s.raised[1]]
	if first.TrackID != "" || geo.Distance(first.Position, at(20, -50)) > 50 {
		t.Errorf("the first follows another: %+v", first)
	}
	if second.TrackID != "t-1" || !strings.Contains(strings.Join(second.Reasons, "; "), "confirmed by ") {
		t.Errorf("the second is not followed: %+v", second)
	}
}
