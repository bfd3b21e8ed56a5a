package station

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/sensors"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
)

// TestALookIsApprovedAndBecomesTheCueOfItsAlert is one trip that makes no alert, as the interface tells of it, from the proposal on.
func TestALookIsApprovedAndBecomesTheCueOfItsAlert(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	p.alerts, p.cues = alert.New(alert.Config{Hunches: true}), cue.New(cue.Config{HunchesPerHour: 15})
	intents := make(chan cue.Intent, intentQueue)
	p.cfg.intents = intents
	now := time.Now()
	steps := func(sensor string, at time.Time) {
		p.takeEvent(sensors.Event{
			Sensor: sensor, Kind: sensors.Seismic, Type: sensors.EventTrip, ObservedAt: at, ArrivedAt: at, Confidence: 0.95, Detail: sensors.DetailWalk, State: p.sensors[sensor],
		})
		p.step(at)
		p.step(at.Add(time.Second))
	}
	steps("s-1", now.Add(-10*time.Second))
	cues := p.Cues()
	if len(p.Alerts(true)) != 0 || len(cues) != 1 || cues[0].State != string(cue.Proposed) {
		t.Fatalf("%d alerts, cues %+v", len(p.Alerts(true)), cues)
	}
	told, err := json.Marshal(cues[0])
	if err != nil || strings.Contains(string(told), "alertId") || !strings.Contains(string(told), "worth a look: seismic s-1") {
		t.Fatalf("%s, %v", told, err)
	}
	if n := len(intents); n != 0 {
		t.Fatalf("%d intents before anybody approved", n)
	}
	during(t, p, s, func() {
		if _, err := p.DecideCue(t.Context(), access.Principal{Name: "ann"}, cues[0].ID, "approve"); err != nil {
			t.Fatal(err)
		}
		until(t, "the camera is turned", func() bool { return len(intents) > 0 })
	})
	if i := <-intents; i.Operator != "ann" || i.LookAt == nil || i.GoTo != nil || i.TakeOff != nil {
		t.Errorf("%+v", i)
	}
	steps("s-2", now.Add(2*time.Second))
	open := p.Alerts(true)
	if cues = p.Cues(); len(open) != 1 || len(cues) != 1 || cues[0].AlertID != open[0].ID || cues[0].DecidedBy != "ann" || open[0].CueID != cues[0].ID {
		t.Errorf("alerts %+v, cues %+v", open, cues)
	}
}
