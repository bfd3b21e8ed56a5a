//go:build !race

package station

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"vedette/sensors"
	"vedette/sim/groundsensor"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

// passers are who comes by a geophone, or lives around it.
type passers struct {
	name  string
	class string // of a scenario's object; empty: a herd
	count int
	herd  scenario.Animal
}

var (
	passDistancesM = []float64{5, 12, 20, 28} // of those who pass
	everybody      = []passers{
		{name: "one person", class: "person", count: 1},
		{name: "two people", class: "person", count: 2},
		{name: "three people", class: "person", count: 3},
		{name: "five people", class: "person", count: 5},
		{name: "a car", class: "vehicle", count: 1},
		{name: "a deer", herd: scenario.Animal{Count: 1, SpeedMS: 1.1, LengthM: 1.5, HeightM: 1.2}},
		{name: "three deer", herd: scenario.Animal{Count: 3, SpeedMS: 1.1, LengthM: 1.5, HeightM: 1.2}},
		{name: "two boars", herd: scenario.Animal{Count: 2, SpeedMS: 0.9, LengthM: 1.3, HeightM: 0.8}},
		{name: "a fox", herd: scenario.Animal{Count: 1, SpeedMS: 1.6, LengthM: 0.7, HeightM: 0.4}},
		{name: "four kangaroos", herd: scenario.Animal{Count: 4, SpeedMS: 2.2, LengthM: 1.3, HeightM: 1.3, Hops: true}},
		{name: "nobody"},
	}
)

const passEvery = 240 * time.Second

// passersBy is a world with four geophones far apart: people and vehicles pass each at one of passDistancesM, herds live around the first.
func passersBy(p passers, visits int, seed int64) *scenario.Scenario {
	rng := rand.New(rand.NewPCG(uint64(seed), 3))
	s := &scenario.Scenario{
		Name: p.name, AmbientC: 9, Wind: scenario.Wind{SpeedMS: 4, FromDeg: 250, GustMS: 1.2},
		Site: scenario.Site{
			Border: []scenario.Point{{-5000, 3000}, {5000, 3000}}, Sector: []scenario.Point{{-10, -10}, {10, -10}, {10, 10}},
		},
	}
	base, err := scenario.Load(scenario.Default)
	if err != nil {
		panic(err) // it is part of the binary
	}
	s.Site.Centre = base.Site.Centre
	for i, d := range passDistancesM {
		east := 1200 * float64(i)
		s.Sensors = append(s.Sensors, scenario.Sensor{
			ID: fmt.Sprintf("g-%d", i), Kind: "seismic", At: scenario.Point{east, 0}, Gateway: world.GatewayShake, Address: fmt.Sprintf("127.0.0.%d", 20+i), Channel: "EHZ",
		})
		for v := range visits {
			if p.class == "" {
				break
			}
			speed, half := 1.1+0.5*rng.Float64(), 70.0
			if p.class == "vehicle" {
				speed, half = 7+3*rng.Float64(), 400
			}
			for m := range p.count {
				side := d + 0.5*float64(m%2)
				s.Objects = append(s.Objects, scenario.Object{
					ID: fmt.Sprintf("%c%d%02d", 'a'+m, i, v), Class: p.class, Count: 1, SpeedMS: speed, TempC: 30, GaitHz: 1.7 + 0.4*rng.Float64(),
					Path:   []scenario.Point{{east + side, -half}, {east + side, half}},
					StartS: 60 + passEvery.Seconds()*float64(v) + 2.5*float64(m)/speed,
				})
			}
		}
	}
	if p.herd.Count > 0 {
		h := p.herd
		h.ID, h.RadiusM = "herd", 30
		s.Animals = []scenario.Animal{h}
	}
	return s
}

// heardAs counts what geophones make of passers: their trips by name, and the visits that they tell of at all and as somebody on foot.
type heardAs struct {
	trips               map[string]int
	visits, heard, walk int
}

func listenTo(tb testing.TB, p passers, visits int, seed int64) heardAs {
	tb.Helper()
	w, err := world.New(world.Config{Seed: seed, Scenario: passersBy(p, visits, seed), Start: sceneStart})
	if err != nil {
		tb.Fatal(err)
	}
	tape, err := groundsensor.NewTape(groundsensor.Config{World: w, Seed: seed}, sceneStart)
	if err != nil {
		tb.Fatal(err)
	}
	cfg := sensors.Config{Gateways: []sensors.GatewayConfig{{Name: world.GatewayShake, UDP: "127.0.0.1:0", Protocol: sensors.ProtocolShake}}}
	for _, x := range w.Sensors() {
		cfg.Sensors = append(cfg.Sensors, sensors.SensorConfig{ID: x.ID, Kind: sensors.Seismic, Lat: x.LatLon.Lat, Lon: x.LatLon.Lon, Gateway: x.Gateway, Address: x.Address, Channel: x.Channel})
	}
	replay, err := sensors.NewReplay(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	out := heardAs{trips: map[string]int{}}
	visit := map[string]string{}
	for end := sceneStart.Add(passEvery * time.Duration(visits)); ; {
		at, sent := tape.Step()
		if at.After(end) {
			break
		}
		for _, one := range sent {
			from, _ := netip.ParseAddr(one.Address)
			for _, e := range replay.Take(one.Gateway, netip.AddrPortFrom(from, 8888), one.Data, at) {
				if e.Type != sensors.EventTrip {
					continue
				}
				out.trips[e.Detail]++
				key := fmt.Sprintf("%s %d", e.Sensor, at.Sub(sceneStart)/passEvery)
				visit[key] += e.Detail + " "
			}
		}
	}
	if p.class != "" {
		out.visits = visits * len(passDistancesM)
	}
	for _, names := range visit {
		out.heard++
		if strings.Contains(names, "WALK") {
			out.walk++
		}
	}
	return out
}

// named is the part of the trips that have a name.
func (h heardAs) named(name string) float64 {
	all := 0
	for _, n := range h.trips {
		all += n
	}
	return float64(h.trips[name]) / float64(max(1, all))
}

// TestGeophonesTellWhoComes is the short form of BenchmarkGeophones: the simulator's ground, over datagrams as a Raspberry Shake sends them.
func TestGeophonesTellWhoComes(t *testing.T) {
	t.Parallel()
	for _, p := range everybody {
		visits := 6
		if p.class == "" {
			visits = 12 // of four minutes
		}
		got := listenTo(t, p, visits, 5)
		t.Logf("%s: %v, %d of %d visits told, %d as walking", p.name, got.trips, got.heard, got.visits, got.walk)
		switch {
		case p.class == "person" && p.count <= 3 && got.walk < got.visits*9/10:
			t.Errorf("%s: only %d of %d visits were told as walking", p.name, got.walk, got.visits)
		case p.class == "vehicle" && (got.heard < got.visits*3/4 || got.named("VEHICLE") < 0.9):
			t.Errorf("%s: %d of %d told, %v", p.name, got.heard, got.visits, got.trips)
		case p.herd.Count > 0 && !p.herd.Hops && got.named("WALK") > 0.25:
			t.Errorf("%s: %v", p.name, got.trips)
		case p.name == "nobody" && len(got.trips) > 0:
			t.Errorf("nobody was there: %v", got.trips)
		}
	}
}

// BenchmarkGeophones prints what geophones make of whom.
func BenchmarkGeophones(b *testing.B) {
	for _, p := range everybody {
		b.Run(strings.ReplaceAll(p.name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				got := listenTo(b, p, 9, 11)
				for _, name := range []string{"WALK", "ANIMAL", "VEHICLE", "UNKNOWN"} {
					b.ReportMetric(float64(got.trips[name]), name)
				}
				b.ReportMetric(float64(got.heard), "visits-told")
				b.ReportMetric(float64(got.walk), "told-as-walking")
				b.ReportMetric(float64(got.visits), "visits")
			}
		})
	}
}
