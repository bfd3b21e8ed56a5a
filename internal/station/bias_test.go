package station

import (
	"errors"
	"math"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/fusion"
	"vedette/ui/api"
)

// pair is a hangar with two vehicles in it.
type pair struct{ hangar }

func (pair) Vehicles() []mavlink.Vehicle { return []mavlink.Vehicle{{ID: 1}, {ID: 2}} }

// TestTheBiasOfAVehiclesCamerasIsShownAndForgotten lets the cameras of two vehicles see the same people, one of them 6 m beside the
// truth.
func TestTheBiasOfAVehiclesCamerasIsShownAndForgotten(t *testing.T) {
	t.Parallel()
	p, s := pictureOn(t, t.TempDir())
	p.cfg.mavlink = pair{}
	p.cfg.feeds = &feeds{places: map[string]feedPlace{"1-thermal": {vehicle: 1}, "2-thermal": {vehicle: 2}}}
	for id, sigma := range map[string]float64{"1-thermal": 0.5, "2-thermal": 8} {
		p.cameras[id] = true
		p.addSensor(fusion.Sensor{ID: id, Kind: fusion.Camera, Bias: fusion.Bias{PosSigmaM: sigma, ClockSigma: 40 * time.Millisecond}})
	}
	home := geo.LatLon{Lat: -35.36, Lon: 149.16}
	const metre = 1 / 111_000.0
	now := time.Now().Add(-time.Minute).Truncate(time.Second)
	for k := range 120 {
		feed, off := "1-thermal", 0.0
		if k%2 == 1 {
			feed, off = "2-thermal", 6
		}
		at := now.Add(time.Duration(k) * 500 * time.Millisecond)
		scan := fusion.Scan{Sensor: feed, Time: at, Arrival: at, Position: home, HeightM: 100, Sector: fusion.Sector{HFovDeg: 360, RMaxM: 500}}
		for w := range 3 {
			scan.Detections = append(scan.Detections, fusion.Detection{
				Position: geo.LatLon{Lat: home.Lat + (off+float64(k)/2)*metre, Lon: home.Lon + float64(100*w)*metre}, EE: 1, NN: 1, Score: 0.9,
			})
		}
		p.tracker.AddScan(scan)
	}
	p.step(now.Add(time.Minute))
	during(t, p, s, func() {
		learned, err := p.Bias(2)
		if err != nil || len(learned) != 1 || math.Abs(learned[0].NorthM-6) > 2 || learned[0].ClockSigmaMs < 30 || learned[0].ClockSigmaMs > 41 {
			t.Errorf("learned %+v, %v; the camera is 6 m too far north", learned, err)
		}
		if err := p.ForgetBias(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		if err := p.do(t.Context(), func() { p.step(now.Add(61 * time.Second)) }); err != nil {
			t.Fatal(err)
		}
		after, err := p.Bias(2)
		if err != nil || len(after) != 1 || math.Abs(after[0].NorthM) > 0.01 || after[0].NorthSigmaM < 7.9 {
			t.Errorf("after it was forgotten: %+v, %v", after, err)
		}
		var problem *api.Problem
		if _, err := p.Bias(3); !errors.As(err, &problem) || problem.Status != 404 {
			t.Errorf("a vehicle that is not there: %v", err)
		}
		if err := p.ForgetBias(t.Context(), 3); !errors.As(err, &problem) || problem.Status != 404 {
			t.Errorf("a vehicle that is not there: %v", err)
		}
		p.cfg.feeds.places = nil
		if err := p.ForgetBias(t.Context(), 1); !errors.As(err, &problem) || problem.Status != 409 {
			t.Errorf("a vehicle without cameras: %v", err)
		}
	})
}
