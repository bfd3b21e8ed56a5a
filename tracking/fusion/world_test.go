package fusion

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"vedette/internal/geo"
)

var (
	home  = geo.LatLon{Lat: -35.36, Lon: 149.16}
	start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
)

// place is a point some metres east and north of home.
func place(east, north float64) geo.LatLon {
	p := plane{origin: home, set: true}
	return p.from(vec2{east, north})
}

// offsets of a place from home in metres.
func offset(p geo.LatLon) (east, north float64) {
	pl := plane{origin: home, set: true}
	v := pl.to(p)
	return v[0], v[1]
}

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

func camera(id string) Sensor {
	return Sensor{ID: id, Kind: Camera, Pd: 0.9, ClutterPerScan: 0.5}
}

func newTracker(t testing.TB, cfg Config, sensors ...Sensor) *Tracker {
	t.Helper()
	tr := New(cfg)
	for _, s := range sensors {
		if err := tr.AddSensor(s); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

// look is a frame of a camera 200 m south of home that sees 1 km around, with a detection at each place.
func look(id string, seq uint64, s float64, class ClassProbs, points ...vec2) Scan {
	sc := Scan{
		Sensor: id, Seq: seq, Time: at(s), Arrival: at(s + 0.2), Position: place(0, -200), HeightM: 120,
		Sector: Sector{HFovDeg: 360, RMaxM: 1000},
	}
	for _, p := range points {
		sc.Detections = append(sc.Detections, Detection{Position: place(p[0], p[1]), EE: 4, NN: 9, EN: 1, Score: 0.8, Class: class})
	}
	return sc
}

// noisy moves a point by the random error of look's detections.
func noisy(r *rand.Rand, p vec2) vec2 {
	// The Cholesky factor of [4 1; 1 9].
	a, b := r.NormFloat64(), r.NormFloat64()
	return vec2{p[0] + 2*a, p[1] + 0.5*a + math.Sqrt(8.75)*b}
}

func confirmedOf(tracks []Track) (out []Track) {
	for _, t := range tracks {
		if t.Status == Confirmed {
			out = append(out, t)
		}
	}
	return out
}

func nearest(tracks []Track, p vec2) (best Track, dist float64) {
	dist = math.Inf(1)
	for _, t := range tracks {
		e, n := offset(t.Position)
		if d := math.Hypot(e-p[0], n-p[1]); d < dist {
			best, dist = t, d
		}
	}
	return best, dist
}

var likelyPerson = ClassProbs{0.7, 0.15, 0.15}
