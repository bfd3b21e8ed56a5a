package station

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/internal/store"
	"vedette/mavlink"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/ui/api"
)

// hangar has one drone in the air.
type hangar struct{}

func (hangar) Vehicles() []mavlink.Vehicle {
	return []mavlink.Vehicle{{
		ID: 1, State: mavlink.Live, Armed: true, Landed: "inAir", Position: &mavlink.Position{Lat: -35.36, Lon: 149.16, AltRelative: 60},
		Gimbal: &mavlink.Gimbal{Valid: true},
	}}
}

func (hangar) CameraPoseAt(int, uint8, time.Time) (mavlink.Pose, error) {
	return mavlink.Pose{}, mavlink.ErrNoPose
}

// nobody holds no lease.
type nobody struct{}

func (nobody) holder(int) string { return "" }

// pictureOn makes a picture on a record, as a station that starts does.
func pictureOn(t *testing.T, folder string) (*picture, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(folder, "vedette.db"), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	p := newPicture(pictureConfig{
		mavlink: hangar{}, ground: &ground{}, looks: newLooks(), leases: nobody{}, hub: newHub(), record: recorder{store: s, log: log},
		intents: make(chan cue.Intent, intentQueue), firstID: int(last) + 1, log: log,
	}, []sensors.State{
		{ID: "s-1", Kind: sensors.Seismic, Position: geo.LatLon{Lat: -35.36, Lon: 149.16}, RangeM: 40},
		{ID: "s-2", Kind: sensors.Seismic, Position: geo.LatLon{Lat: -35.3601, Lon: 149.16}, RangeM: 40},
	})
	if err := p.restore(t.Context(), s, time.Now()); err != nil {
		t.Fatal(err)
	}
	return p, s
}

// during runs a picture while something is asked of it, and closes its record.
func during(t *testing.T, p *picture, s *store.Store, do func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx, nil, nil) }()
	do()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// walkPast lets both sensors hear somebody.
func walkPast(p *picture, now time.Time) {
	for i := range 4 {
		id := []string{"s-1", "s-2"}[i%2]
		at := now.Add(time.Duration(11*i-60) * time.Second)
		p.takeEvent(sensors.Event{
			Sensor: id, Kind: sensors.Seismic, Type: sensors.EventTrip, ObservedAt: at, ArrivedAt: at, Confidence: 0.95,
			Detail: sensors.DetailWalk, State: p.sensors[id],
		})
	}
}

func TestARestartForgetsNothingAndFliesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	now := time.Now()
	walkPast(p, now)
	p.step(now)
	p.step(now.Add(6 * time.Second))
	open := p.Alerts(true)
	cues := p.Cues()
	if len(open) != 1 || len(cues) != 1 || cues[0].State != string(cue.Proposed) {
		t.Fatalf("%d alerts, cues %+v", len(open), cues)
	}
	who := access.Principal{Name: "ann"}
	during(t, p, s, func() {
		if _, err := p.DecideCue(t.Context(), who, cues[0].ID, "approve"); err != nil {
			t.Fatal(err)
		}
		if err := p.MuteSensor(t.Context(), who, "s-2", api.Mute{Minutes: 60, Why: "works"}); err != nil {
			t.Fatal(err)
		}
		if err := p.MuteSensor(t.Context(), who, "s-9", api.Mute{Minutes: 60, Why: "works"}); err == nil {
			t.Error("a sensor that is not there was muted")
		}
	})

	again, s := pictureOn(t, folder)
	later := time.Now()
	for i := range 20 {
		again.step(later.Add(time.Duration(i) * pictureEvery))
	}
	if len(again.cfg.intents) != 0 {
		t.Error("something flies by itself")
	}
	back := again.Alerts(true)
	if len(back) != 1 || back[0].ID != open[0].ID || back[0].Title != open[0].Title || *back[0].Confidence != *open[0].Confidence {
		t.Errorf("alerts %+v, before %+v", back, open)
	}
	states := map[string]string{}
	for _, c := range again.Cues() {
		states[c.ID] = c.State
	}
	if states[cues[0].ID] != string(cue.Failed) {
		t.Errorf("the cue that was under way: %v", states)
	}
	if len(states) != 2 {
		t.Errorf("another look should be proposed, and no more: %v", states)
	}
	sensor := again.describeSensor(again.sensors["s-2"])
	if sensor.Mute == nil || sensor.Mute.Who != "ann" || sensor.Mute.Why != "works" {
		t.Errorf("the mute is forgotten: %+v", sensor.Mute)
	}
	during(t, again, s, func() {
		if _, err := again.DecideAlert(t.Context(), who, open[0].ID, "false", "a dog"); err != nil {
			t.Fatal(err)
		}
	})

	// What was decided has taught the next one.
	third, s := pictureOn(t, folder)
	third.step(time.Now())
	if n := third.describeSensor(third.sensors["s-1"]).Nuisance; n == nil || n.False < 0.9 || n.Rate < 0.6 {
		t.Errorf("%+v", n)
	}
	if len(third.Alerts(true)) != 0 {
		t.Error("an alert that was called false is open again")
	}
	during(t, third, s, func() {
		cells, err := third.Crossings(t.Context(), time.Time{}, time.Time{})
		if err != nil || len(cells.Features) != 1 || cells.Features[0].Properties.Nuisances != 1 {
			t.Errorf("%+v, %v", cells, err)
		}
	})
}

func TestPatrolsOfOursAreShownAndDoNotAlarm(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	now := time.Now()
	during(t, p, s, func() {
		for _, age := range []time.Duration{60 * time.Second, 45 * time.Second, 30 * time.Second, 15 * time.Second} {
			is := api.Patrol{ID: "p-1", Name: "patrol 1", Lat: new(-35.36), Lon: new(149.1601), T: api.At(now.Add(-age))}
			if err := p.SetPatrol(t.Context(), is); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.do(t.Context(), func() { walkPast(p, now); p.step(now); p.step(now.Add(6 * time.Second)) }); err != nil {
			t.Fatal(err)
		}
	})
	if got := p.Alerts(false); len(got) != 0 {
		t.Errorf("our own patrol alarms: %+v", got)
	}
	if got := p.Patrols(); len(got) != 1 || got[0].Name != "patrol 1" {
		t.Errorf("%+v", got)
	}
}

func TestCrossingsAreCountedBySquareAndHour(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	at := func(hour int, lat float64, state alert.State) api.Alert {
		return api.Alert{ID: "a", State: string(state), Position: &geo.LatLon{Lat: lat, Lon: 149.16}, RaisedAt: api.At(day.Add(time.Duration(hour) * time.Hour))}
	}
	got := countCrossings([]api.Alert{
		at(3, -35.36005, alert.StateResolved), at(3, -35.36006, alert.StateNew), at(5, -35.36007, alert.StateFalse), at(4, -35.37005, alert.StateResolved),
		at(30, -35.36005, alert.StateResolved), {ID: "no place", RaisedAt: api.At(day)},
	}, day, day.Add(24*time.Hour))
	if len(got.Features) != 2 {
		t.Fatalf("%+v", got)
	}
	if c := got.Features[0].Properties; c.Crossings != 2 || c.ByHour[3] != 2 || c.Nuisances != 1 {
		t.Errorf("%+v", c)
	}
	if c := got.Features[1].Properties; c.Crossings != 1 || c.ByHour[4] != 1 {
		t.Errorf("%+v", c)
	}
}

// TestWhatWasMetOutlivesARestart has walkers pass, restarts the station, and spoils what it kept.
func TestWhatWasMetOutlivesARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, s := pictureOn(t, folder)
	now := time.Now()
	walkPast(p, now)
	p.step(now)
	p.step(now.Add(6 * time.Second))
	met := p.alerts.Met()
	if met.People < 0.5 || len(met.Sensors) == 0 {
		t.Fatalf("%+v", met)
	}
	during(t, p, s, func() {})
	p, s = pictureOn(t, folder)
	if is := p.alerts.Met(); is.People != met.People || len(is.Sensors) != len(met.Sensors) {
		t.Errorf("%+v was %+v", is, met)
	}
	if err := s.Set(t.Context(), metSetting, []byte(`{"people":"many"}`)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p, s = pictureOn(t, folder)
	if is := p.alerts.Met(); is.People != 0 {
		t.Errorf("%+v", is)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
