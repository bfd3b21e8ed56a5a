package alert_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"vedette/tracking/alert"
)

// TestWhatWasMetOutlivesAnEngine has people come for hours, and another engine begin with what the first has met: two trips of an infrared detector
// are an alert at once.
func TestWhatWasMetOutlivesAnEngine(t *testing.T) {
	t.Parallel()
	const later = 16 * 400.0
	first := newStory(t, alert.Config{})
	walkers(t, first, 0, 16)
	raw, err := json.Marshal(first.engine.Met())
	if err != nil {
		t.Fatal(err)
	}
	var met alert.Met
	if err := json.Unmarshal(raw, &met); err != nil || met.People < 5 || len(met.Sensors) != 2 {
		t.Fatalf("%+v, %v", met, err)
	}
	for _, knows := range []bool{false, true} {
		s := newStory(t, alert.Config{})
		if knows {
			if err := s.engine.RestoreMet(met); err != nil {
				t.Fatal(err)
			}
			if again := s.engine.Met(); !reflect.DeepEqual(again, met) {
				t.Errorf("%+v is not %+v", again, met)
			}
			// What was called false before is in it already.
			s.engine.Learn([]string{"w-1"}, at(-1000, -60), alert.StateFalse, met.At.Add(-time.Minute))
			if is := s.engine.Met(); is.Animals != met.Animals {
				t.Errorf("animals were %v and are %v", met.Animals, is.Animals)
			}
		}
		s.trip(later, "p-1", "pir", "", 0.62, at(0, -60))
		s.trip(later+12, "p-1", "pir", "", 0.81, at(0, -60))
		s.until(later + 70)
		if raised := len(s.engine.Alerts()); (raised == 1) != knows {
			t.Errorf("knows %v: %d alerts", knows, raised)
		}
	}
}

func TestWhatCannotHaveBeenMetIsRefused(t *testing.T) {
	t.Parallel()
	place := at(0, 0)
	for name, m := range map[string]alert.Met{
		"no number":    {People: math.NaN()},
		"too many":     {Animals: 1e12},
		"twice":        {Sensors: []alert.MetAt{{Sensor: "s", Place: place}, {Sensor: "s", Place: place}}},
		"nowhere":      {Sensors: []alert.MetAt{{Sensor: "s"}, {Sensor: "t", Place: place}, {Sensor: "s"}}},
		"beyond a map": {Sensors: []alert.MetAt{{Sensor: "s", Animals: math.Inf(1), Place: place}}},
	} {
		e := alert.New(alert.Config{})
		if err := e.RestoreMet(m); err == nil || len(e.Met().Sensors) != 0 {
			t.Errorf("%s: %v, %+v", name, err, e.Met())
		}
	}
}
