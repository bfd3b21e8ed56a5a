package alert_test

import (
	"github.com/paulmach/orb"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/alert"
	"vedette/tracking/zone"
)

var (
	start  = time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	origin = geo.LatLon{Lat: -35.36, Lon: 149.16}
)

// at is a place so many metres east and north of the middle of the border, which runs west to east.
func at(east, north float64) geo.LatLon {
	return geo.Offset(geo.Offset(origin, 90, east), 0, north)
}

func zones() []zone.Zone {
	return []zone.Zone{
		{ID: "border", Kind: zone.Border, Geometry: orb.LineString{at(-2000, 0).Point(), at(2000, 0).Point()}},
		{ID: "depot", Name: "Depot", Kind: zone.Area, Geometry: orb.Polygon{{
			at(0, 1000).Point(), at(100, 1000).Point(), at(100, 1100).Point(), at(0, 1100).Point(), at(0, 1000).Point(),
		}}},
		{ID: "nofly", Kind: zone.NoFly, Geometry: orb.Polygon{{
			at(-500, 200).Point(), at(500, 200).Point(), at(500, 300).Point(), at(-500, 300).Point(), at(-500, 200).Point(),
		}}},
	}
}

// story plays a scene: time passes in steps of half a second, with trips and tracks by the second.
type story struct {
	t      *testing.T
	engine *alert.Engine
	now    time.Time
	trips  []alert.Trip // still to come
	tracks []walker
	own    []alert.Own // still to come
	notes  []alert.Note
	raised []string // ids in the order that they were first seen
	latest map[string]alert.Alert
	tells  int
}

// walker is a track that lives for some time and moves straight.
type walker struct {
	id          string
	from, to    float64 // seconds
	place       geo.LatLon
	ve, vn      float64
	class, seen map[string]float64
	existence   float64
	status      string
	source, knd string
}

func newStory(t *testing.T, cfg alert.Config) *story {
	if cfg.Zones == nil {
		cfg.Zones = zones()
	}
	return &story{t: t, engine: alert.New(cfg), now: start, latest: map[string]alert.Alert{}}
}

func (s *story) sec(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

func (s *story) trip(sec float64, sensor, kind, detail string, confidence float64, p geo.LatLon) {
	s.trips = append(s.trips, alert.Trip{
		Sensor: sensor, Kind: kind, Detail: detail, Confidence: confidence, At: s.sec(sec), Lat: p.Lat, Lon: p.Lon,
	})
}

func (s *story) track(w walker) {
	if w.existence == 0 {
		w.existence = 0.98
	}
	if w.status == "" {
		w.status = "confirmed"
	}
	if w.source == "" {
		w.source, w.knd = "1-thermal", "video"
	}
	s.tracks = append(s.tracks, w)
}

// until plays on to a second.
func (s *story) until(sec float64) {
	s.t.Helper()
	for !s.now.After(s.sec(sec)) {
		in := alert.Input{Now: s.now}
		s.trips = slices.DeleteFunc(s.trips, func(t alert.Trip) bool {
			due := !t.At.After(s.now)
			if due {
				in.Trips = append(in.Trips, t)
			}
			return due
		})
		s.own = slices.DeleteFunc(s.own, func(o alert.Own) bool {
			due := !o.At.After(s.now)
			if due {
				in.Own = append(in.Own, o)
			}
			return due
		})
		for _, w := range s.tracks {
			age := s.now.Sub(s.sec(w.from)).Seconds()
			if age < 0 || s.now.After(s.sec(w.to)) {
				continue
			}
			p := geo.Offset(geo.Offset(w.place, 90, w.ve*age), 0, w.vn*age)
			in.Tracks = append(in.Tracks, alert.Track{
				ID: w.id, Lat: p.Lat, Lon: p.Lon, VE: w.ve, VN: w.vn, CovEE: 9, CovNN: 16, Class: w.class, Seen: w.seen,
				Existence: w.existence, Status: w.status, FirstSeen: s.sec(w.from - 2),
				Sources: []alert.Source{{ID: w.source, Kind: w.knd, LastSeen: s.now, Count: int(15*age) + 1}},
			})
		}
		s.take(s.engine.Update(in))
		s.now = s.now.Add(500 * time.Millisecond)
	}
}

func (s *story) take(r alert.Result) {
	s.notes = append(s.notes, r.Notes...)
	for _, a := range r.Changed {
		s.tells++
		if _, known := s.latest[a.ID]; !known {
			s.raised = append(s.raised, a.ID)
		}
		s.latest[a.ID] = a
	}
}

// only gives the single alert of the story.
func (s *story) only() alert.Alert {
	s.t.Helper()
	if len(s.raised) != 1 {
		for _, a := range s.latest {
			s.t.Logf("%s %s: %s", a.ID, a.Title, strings.Join(a.Reasons, "; "))
		}
		s.t.Fatalf("%d alerts, one wanted; notes %+v", len(s.raised), s.notes)
	}
	return s.latest[s.raised[0]]
}

func (s *story) none() {
	s.t.Helper()
	for _, a := range s.latest {
		s.t.Errorf("%s %s: %s", a.ID, a.Title, strings.Join(a.Reasons, "; "))
	}
}

func (s *story) noted(kind alert.NoteKind) int {
	n := 0
	for _, note := range s.notes {
		if note.Kind == kind {
			n++
		}
	}
	return n
}

var person, animal = map[string]float64{"person": 0.9}, map[string]float64{"animal": 0.9, "person": 0.05}
