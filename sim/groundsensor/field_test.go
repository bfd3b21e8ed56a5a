package groundsensor

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/internal/geo"
	"vedette/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// meadow is level land with sensors and objects made for a test.
type meadow struct {
	sensors []world.Sensor
	objects func(t time.Time) []world.Object
	wind    float64
}

var meadowFrame = geo.NewFrame(geo.LatLon{Lat: -35.36, Lon: 149.16}, 600)

func (m meadow) ObjectsAt(t time.Time) []world.Object {
	if m.objects == nil {
		return nil
	}
	return m.objects(t)
}
func (m meadow) Wind(time.Time, float64, float64, float64) (float64, float64, float64) {
	return m.wind, 0, 0
}
func (m meadow) GroundU(_, _ float64) float64 { return 0 }
func (m meadow) Sensors() []world.Sensor      { return m.sensors }
func (m meadow) Frame() *geo.Frame            { return meadowFrame }
func (m meadow) AmbientC() float64            { return 9 }

func place(e, n float64) geo.LatLon {
	p, _ := meadowFrame.FromENU([3]float64{e, n, 0})
	return p
}

func post(id string, kind world.SensorKind, e, n float64) world.Sensor {
	return world.Sensor{ID: id, Kind: kind, E: e, N: n, LatLon: place(e, n), RangeM: 25, Gateway: "north"}
}

func beam(a, b [2]float64) world.Sensor {
	x := post("s-b", world.Beam, a[0], a[1])
	x.Line = [2]geo.LatLon{place(a[0], a[1]), place(b[0], b[1])}
	return x
}

// going is an object that is at e, n at epoch and goes on at the given speed.
func going(class world.Class, e, n, ve, vn float64) func(time.Time) []world.Object {
	o := world.Object{ID: "it", Class: class, VE: ve, VN: vn, Moving: math.Hypot(ve, vn) > 0.05, TempC: 30,
		LengthM: 0.4, WidthM: 0.55, HeightM: 1.75, GaitHz: 1.9}
	switch class {
	case world.Vehicle:
		o.LengthM, o.WidthM, o.HeightM, o.GaitHz = 4.6, 1.9, 1.8, 0
	case world.Animal:
		o.LengthM, o.WidthM, o.HeightM = 1.2, 0.4, 0.9
	}
	return func(t time.Time) []world.Object {
		dt := t.Sub(epoch).Seconds()
		here := o
		here.E, here.N = e+dt*ve, n+dt*vn
		return []world.Object{here}
	}
}

// observe plays a field for some time and gives its trips.
func observe(m scene, seed int64, falsePerHour float64, from time.Time, d time.Duration) (trips []event, lines []string) {
	f := newField(m, seed, falsePerHour)
	f.begin(from)
	for at := from; at.Before(from.Add(d)); at = at.Add(stepEvery) {
		for _, e := range f.step(at, m.ObjectsAt(at)) {
			if e.kind == kindTrip && !e.repeat {
				trips = append(trips, e)
			}
		}
		for _, l := range f.due(at) {
			lines = append(lines, l.text)
		}
	}
	return trips, lines
}

func TestWalkerOfTheScenarioTripsThePair(t *testing.T) {
	t.Parallel()
	w, err := world.New(world.Config{Seed: 1, Start: epoch})
	if err != nil {
		t.Fatal(err)
	}
	trips, _ := observe(w, 1, 0, epoch, 150*time.Second)
	last := map[string]time.Time{}
	count := map[string]int{}
	for _, e := range trips {
		if e.sensor != "s-07" && e.sensor != "s-08" {
			continue
		}
		if gap := e.at.Sub(last[e.sensor]); gap < holdOff {
			t.Errorf("%s trips again after %v", e.sensor, gap)
		}
		last[e.sensor] = e.at
		if strings.HasPrefix(e.cause, "walker") {
			count[e.sensor]++
		}
	}
	for _, id := range []string{"s-07", "s-08"} {
		if count[id] < 1 || count[id] > 5 {
			t.Errorf("the walker trips %s %d times", id, count[id])
		}
	}
}

func TestBeamTellsTheDirection(t *testing.T) {
	t.Parallel()
	east := beam([2]float64{-20, 0}, [2]float64{20, 0}) // from west to east: its left is north
	for name, c := range map[string]struct {
		objects func(time.Time) []world.Object
		want    string
	}{
		"southward":    {going(world.Person, 3, 5, 0, -1.4), detailL2R},
		"northward":    {going(world.Person, 3, -5, 0.3, 1.4), detailR2L},
		"past its end": {going(world.Person, 23, 5, 0, -1.4), ""},
		"along it":     {going(world.Person, -15, 0.4, 1.4, 0), ""},
		"fast vehicle": {going(world.Vehicle, 0, 60, 0, -15), detailL2R},
		"turned back": {func(t time.Time) []world.Object {
			return going(world.Person, 0, 2+2*math.Cos(t.Sub(epoch).Seconds()), 0, 0)(epoch)
		}, ""},
		"nobody is here": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trips, _ := observe(meadow{sensors: []world.Sensor{east}, objects: c.objects}, 4, 0, epoch, 12*time.Second)
			var got []string
			for _, e := range trips {
				got = append(got, e.detail)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("trips %q, want %q", got, c.want)
			}
		})
	}
}

func TestPIRSeesWarmThingsThatMoveInItsSector(t *testing.T) {
	t.Parallel()
	north := post("s-p", world.PIR, 0, 0)
	north.AzimuthDeg, north.FOVDeg, north.RangeM = 0, 60, 30
	cold := going(world.Person, -8, 12, 1.4, 0)
	for name, c := range map[string]struct {
		objects func(time.Time) []world.Object
		want    bool
	}{
		"across":     {going(world.Person, -8, 12, 1.4, 0), true},
		"behind":     {going(world.Person, -8, -12, 1.4, 0), false},
		"still":      {going(world.Person, 0, 12, 0, 0), false},
		"too far":    {going(world.Person, -8, 60, 1.4, 0), false},
		"as ambient": {func(t time.Time) []world.Object { o := cold(t); o[0].TempC = 10; return o }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trips, _ := observe(meadow{sensors: []world.Sensor{north}, objects: c.objects}, 4, 0, epoch, 12*time.Second)
			if len(trips) > 0 != c.want || len(trips) > 2 {
				t.Errorf("%d trips", len(trips))
			}
			for _, e := range trips {
				if e.detail != "" || e.confidence < 50 || e.confidence > 100 {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

func TestSeismicRangesByClass(t *testing.T) {
	t.Parallel()
	node := post("s-x", world.Seismic, 0, 0)
	node.RangeM = walkRangeM
	share := func(class world.Class, distance float64) (noticed, right float64) {
		truth := map[world.Class]string{world.Person: detailWalk, world.Animal: detailAnimal, world.Vehicle: detailVehicle}[class]
		const runs = 60
		for seed := range int64(runs) {
			m := meadow{sensors: []world.Sensor{node}, objects: going(class, distance, -1, 0, 0.2)}
			if trips, _ := observe(m, seed, 0, epoch, 9*time.Second); len(trips) > 0 {
				noticed++
				if trips[0].detail == truth {
					right++
				}
			}
		}
		return noticed / runs, right / math.Max(noticed, 1)
	}
	for _, c := range []struct {
		class    world.Class
		distance float64
		low, up  float64
	}{
		{world.Person, 10, 0.95, 1}, {world.Person, 36, 0.05, 0.8}, {world.Person, 41, 0, 0},
		{world.Animal, 8, 0.95, 1}, {world.Animal, 26, 0, 0}, {world.Vehicle, 100, 0.95, 1}, {world.Vehicle, 181, 0, 0},
	} {
		noticed, right := share(c.class, c.distance)
		if noticed < c.low || noticed > c.up {
			t.Errorf("%s at %g m is noticed in %.2f of all runs", c.class, c.distance, noticed)
		}
		if c.low > 0.9 && (right < 0.75 || right == 1 && c.class != world.Vehicle) {
			t.Errorf("%s at %g m is named rightly in %.2f", c.class, c.distance, right)
		}
	}
}

func TestFalseTripsComeAtTheirRateAndMoreInWind(t *testing.T) {
	t.Parallel()
	var sensors []world.Sensor
	for i := range 20 {
		sensors = append(sensors, post(fmt.Sprint("s-", i), world.Seismic, 1000*float64(i), 0))
	}
	still, _ := observe(meadow{sensors: sensors}, 1, 30, epoch, 20*time.Minute)
	if n := len(still); n < 140 || n > 250 { // 200 less those in the hold-off
		t.Errorf("%d false trips in 6.7 node hours at 30 an hour", n)
	}
	windy, _ := observe(meadow{sensors: sensors, wind: 8}, 1, 30, epoch, 20*time.Minute)
	if len(windy) < 2*len(still) {
		t.Errorf("%d in wind, %d without", len(windy), len(still))
	}
	if none, _ := observe(meadow{sensors: sensors, wind: 8}, 1, 0, epoch, 10*time.Minute); len(none) != 0 {
		t.Errorf("%d where there should be none", len(none))
	}
	for _, e := range still {
		if e.cause != causeFalse {
			t.Fatalf("%+v", e)
		}
	}
}

// parsed is a line as an independent reader takes it apart.
type parsed struct {
	sensor, kind, detail string
	seq, ms              int64
	confidence, battery  int
}

func parse(t *testing.T, line string) (p parsed) {
	t.Helper()
	body, sum, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "$"), "\r\n"), "*")
	if !ok || !strings.HasPrefix(line, "$VGS,") || !strings.HasSuffix(line, "\r\n") {
		t.Fatalf("no frame: %q", line)
	}
	var x byte
	for _, c := range []byte(body) {
		x ^= c
	}
	if want, err := strconv.ParseUint(sum, 16, 8); err != nil || byte(want) != x || len(sum) != 2 {
		t.Fatalf("checksum of %q: %v", line, err)
	}
	part := strings.Split(body, ",")
	if len(part) != 8 {
		t.Fatalf("%d parts: %q", len(part), line)
	}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		return n
	}
	return parsed{
		sensor: part[1], seq: number(part[2]), ms: number(part[3]), kind: part[4],
		confidence: int(number(part[5])), detail: part[6], battery: int(number(part[7])),
	}
}

func TestKnownLine(t *testing.T) {
	t.Parallel()
	got := formatLine("s-07", 42, time.UnixMilli(1700000000123), kindTrip, 88, detailWalk, 97)
	// The checksum was worked out with another program.
	if want := "$VGS,s-07,42,1700000000123,TRIP,88,WALK,97*07\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLinesOfAnHour(t *testing.T) {
	t.Parallel()
	sensors := []world.Sensor{post("s-1", world.Seismic, 0, 0), post("s-2", world.PIR, 5, 0), beam([2]float64{-9, 3}, [2]float64{9, 3})}
	m := meadow{sensors: sensors, objects: func(t time.Time) []world.Object {
		return going(world.Person, 3*math.Sin(t.Sub(epoch).Seconds()/20), 20*math.Cos(t.Sub(epoch).Seconds()/20), 0.1, 1)(epoch)
	}}
	_, lines := observe(m, 9, 5, epoch, time.Hour)
	lastSeq, statuses, repeats := map[string]int64{}, map[string]int{}, 0
	seen := map[string]bool{}
	for _, l := range lines {
		p := parse(t, l)
		if seen[l] {
			repeats++
			continue
		}
		seen[l] = true
		if last, ok := lastSeq[p.sensor]; ok && p.seq != last+1 {
			t.Errorf("%s jumps from %d to %d", p.sensor, last, p.seq)
		}
		lastSeq[p.sensor] = p.seq
		if p.kind == kindStatus {
			statuses[p.sensor]++
		}
		at := time.UnixMilli(p.ms).Sub(epoch)
		if p.confidence < 0 || p.confidence > 100 || p.battery < 1 || p.battery > 100 || at < -time.Second || at > time.Hour+time.Second {
			t.Errorf("%q", l)
		}
	}
	for _, x := range sensors {
		if n := statuses[x.ID]; n < 118 || n > 121 {
			t.Errorf("%s told its status %d times", x.ID, n)
		}
	}
	if share := float64(repeats) / float64(len(lines)); share < 0.005 || share > 0.045 {
		t.Errorf("%d of %d lines are repeats", repeats, len(lines))
	}
}
