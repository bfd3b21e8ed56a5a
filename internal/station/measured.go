package station

import (
	"math"
	"time"

	"vedette/internal/geo"
	"vedette/internal/station/journal"
	"vedette/tracking/fusion"
)

const (
	// measurementsFolder is in the data folder.
	measurementsFolder = "measurements"
	// keepMeasurements is how long they are kept where the configuration does not say.
	keepMeasurements = 168 * time.Hour
	// reportEvery is how often the journal notes that tracks were asked for.
	reportEvery = time.Second
)

// measuring is fusion with a journal of all that it takes, so that the same can be given to another tracker later. Times are cut to the
// millisecond and outlines to a centimetre for both, so that a further run takes exactly the same.
type measuring struct {
	*fusion.Tracker
	journal  *journal.Journal // nil: none is kept
	kinds    map[string]fusion.SensorKind
	reported time.Time
	idle     bool // nothing was measured since
}

func newMeasuring(cfg fusion.Config, j *journal.Journal) *measuring {
	j.Lines(cfg.Lines)
	return &measuring{Tracker: fusion.New(cfg), journal: j, kinds: map[string]fusion.SensorKind{}, idle: true}
}

// SetLines shadows that of the tracker, as the others do.
func (m *measuring) SetLines(lines []fusion.Line) {
	m.Tracker.SetLines(lines)
	m.journal.Lines(lines)
}

func (m *measuring) AddSensor(s fusion.Sensor) error {
	if err := m.Tracker.AddSensor(s); err != nil {
		return err
	}
	m.kinds[s.ID] = s.Kind
	m.journal.Sensor(s)
	return nil
}

func (m *measuring) RemoveSensor(id string) {
	m.Tracker.RemoveSensor(id)
	m.journal.Remove(id, time.Now())
}

func (m *measuring) ForgetCameraError(id string) bool {
	if !m.Tracker.ForgetCameraError(id) {
		return false
	}
	m.journal.Reset(id, time.Now())
	return true
}

func (m *measuring) AddScan(s fusion.Scan) {
	s.Time, s.Arrival = s.Time.Truncate(time.Millisecond), s.Arrival.Truncate(time.Millisecond)
	s.Footprint, s.Before = centimetres(s.Footprint), centimetres(s.Before)
	m.Tracker.AddScan(s)
	m.journal.Scan(s)
	m.idle = false
}

func (m *measuring) AddTrip(t fusion.Trip) {
	t.Time, t.Arrival = t.Time.Truncate(time.Millisecond), t.Arrival.Truncate(time.Millisecond)
	m.Tracker.AddTrip(t)
	m.journal.Trip(t, m.kinds[t.Sensor])
	m.idle = false
}

func (m *measuring) Tracks(at time.Time) []fusion.Track {
	at = at.Truncate(time.Millisecond)
	out := m.Tracker.Tracks(at)
	if since := at.Sub(m.reported); since >= reportEvery || since < 0 {
		m.reported = at
		if len(out) > 0 || !m.idle {
			m.journal.Report(at)
		}
		m.idle = len(out) == 0
	}
	return out
}

// centimetres gives places to seven digits of a degree; nil stays nil.
func centimetres(all []geo.LatLon) []geo.LatLon {
	const per = 1e7
	if all == nil {
		return nil
	}
	out := make([]geo.LatLon, len(all))
	for i, p := range all {
		out[i] = geo.LatLon{Lat: math.Round(p.Lat*per) / per, Lon: math.Round(p.Lon*per) / per}
	}
	return out
}
