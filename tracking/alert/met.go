package alert

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vedette/internal/geo"
)

// Met is what was met at the sensors, as an engine has learned it, so that the next one need not begin anew.
type Met struct {
	At      time.Time `json:"at"`     // when the numbers held
	People  float64   `json:"people"` // sums of probabilities, those of long ago counted less
	Animals float64   `json:"animals"`
	Sensors []MetAt   `json:"sensors"`
}

// MetAt is what was met at one sensor.
type MetAt struct {
	Sensor  string     `json:"sensor"`
	Place   geo.LatLon `json:"place"`
	Animals float64    `json:"animals"`
	Last    time.Time  `json:"last"`
}

// mostMet bounds what a sum of visits can be: more were never met.
const mostMet = 1e9

// Met gives what was met so far, by sensor.
func (e *Engine) Met() Met {
	u := &e.usual
	out := Met{At: u.faded, People: u.people, Animals: u.animals, Sensors: make([]MetAt, 0, len(u.tallies))}
	for id, i := range u.index {
		l := &u.tallies[i]
		out.Sensors = append(out.Sensors, MetAt{Sensor: id, Place: l.at, Animals: l.animals, Last: l.last})
	}
	slices.SortFunc(out.Sensors, func(a, b MetAt) int { return strings.Compare(a.Sensor, b.Sensor) })
	return out
}

// RestoreMet begins with what an engine before this one has met; it is called before Learn, which then counts only what was decided since. It
// refuses what cannot be, and changes nothing then.
func (e *Engine) RestoreMet(m Met) error {
	sums := []float64{m.People, m.Animals}
	index := map[string]int{}
	for i, s := range m.Sensors {
		if _, twice := index[s.Sensor]; twice || !s.Place.Valid() {
			return fmt.Errorf("sensor %q stands there twice or nowhere", s.Sensor)
		}
		index[s.Sensor] = i
		sums = append(sums, s.Animals)
	}
	for _, v := range sums {
		if math.IsNaN(v) || math.Abs(v) > mostMet {
			return fmt.Errorf("%v visits cannot be", v)
		}
	}
	u := usual{index: index, people: m.People, animals: m.Animals, faded: m.At, restoredTo: m.At}
	for _, s := range m.Sensors {
		u.tallies = append(u.tallies, tally{at: s.Place, animals: s.Animals, last: s.Last})
	}
	e.usual = u
	return nil
}
