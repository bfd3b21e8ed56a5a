package station

import (
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

func TestAMuteIsToldToEverybody(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	changes := p.cfg.hub.subscribe(t.Context())
	told := func() *api.Mute {
		t.Helper()
		for {
			select {
			case c := <-changes:
				if sensor, is := c.Data.(api.Sensor); is && sensor.ID == "s-2" {
					return sensor.Mute
				}
			case <-time.After(10 * time.Second):
				t.Fatal("nothing was told of the sensor")
			}
		}
	}
	during(t, p, s, func() {
		who := access.Principal{Name: "ann"}
		if err := p.MuteSensor(t.Context(), who, "s-2", api.Mute{Minutes: 60, Why: "works"}); err != nil {
			t.Fatal(err)
		}
		if m := told(); m == nil || m.Who != "ann" || m.Why != "works" || time.Until(m.Until.Time) < 59*time.Minute {
			t.Errorf("told of the mute: %+v", m)
		}
		if err := p.MuteSensor(t.Context(), who, "s-2", api.Mute{}); err != nil {
			t.Fatal(err)
		}
		if m := told(); m != nil {
			t.Errorf("told of its end: %+v", m)
		}
	})
}
