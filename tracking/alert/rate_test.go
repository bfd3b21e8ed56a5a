package alert_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"vedette/tracking/alert"
)

// Twenty geophones 60 m apart, each with ten false trips an hour that name nothing: a trip somewhere every 18 s.
func TestFalseTripsSeldomAlert(t *testing.T) {
	t.Parallel()
	const hours, nodes, each = 20, 20, 10.0
	r := rand.New(rand.NewPCG(8, 15))
	s := newStory(t, alert.Config{})
	trips := 0
	for step := range int(hours * 3600) {
		now := start.Add(time.Duration(step) * time.Second)
		in := alert.Input{Now: now}
		for n := range nodes {
			if r.Float64() < each/3600 {
				trips++
				p := at(float64(60*n), 0)
				in.Trips = append(in.Trips, alert.Trip{
					Sensor: fmt.Sprintf("s-%d", n), Kind: "seismic", Detail: "UNKNOWN", Confidence: 0.25 + 0.4*r.Float64(), At: now, Lat: p.Lat, Lon: p.Lon,
				})
			}
		}
		s.take(s.engine.Update(in))
	}
	t.Logf("%d false trips in %d h: %d alerts", trips, hours, len(s.raised))
	if len(s.raised) > hours/5 {
		t.Errorf("more than one false alert in five hours: %d", len(s.raised))
	}
}
