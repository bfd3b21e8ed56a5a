package alert

import (
	"math"
	"slices"
	"time"

	"vedette/internal/geo"
)

const (
	maxTrips   = 64 // remembered of one event
	maxReasons = 12
	maxTracks  = 64 // of one event
	// A place reckoned from sensors alone is this part of their range uncertain.
	tripSigma = 0.6
	// wander is how fast the place of an event without a track becomes uncertain, in metres a second.
	wander = 1.5
	// Positions are told again when they moved this far, and not more often than this.
	tellMoveM     = 2.0
	tellMoveEvery = time.Second
	// Counts in reasons are told again when they doubled, or after this.
	tellCountEvery = 10 * time.Second
	// ellipseScale is the square root of the 95 % quantile of chi square with two degrees of freedom.
	ellipseScale = 2.4477
)

// event is an alert and what the engine knows about it.
type event struct {
	alert Alert
	trips []Trip // newest last
	// before is what it was before a restart of the station, nil for what was raised since.
	before *Alert
	faulty string // the sensor that it is about, where it is about one that trips without end
	// bound holds the tracks that it is about and whether they lived at the last call; alert.TrackID is the first.
	bound map[string]bool
	last  map[string]sighting // where and when each of them was last
	// track is what the first one was at the last call that had it; live says whether that was this one.
	track   Track
	live    bool
	reasons []reason

	place        geo.LatLon
	ee, en, nn   float64 // covariance
	placeAt      time.Time
	lastEvidence time.Time
	drives       float64 // how likely somebody whom it is about drives
	crossed      bool    // a line, or into an area
	near         bool    // approaches a line
	doing        string  // key of the reason that the title tells
	doingWords   string

	metPeople, metAnimals float64 // as what it was counted

	changed  bool
	told     geo.LatLon
	toldAt   time.Time
	counted  map[string]int
	countsAt time.Time
}

// reason is one sentence; a newer one of the same key takes its place.
type reason struct{ key, text string }

func (ev *event) say(key, text string) {
	i := slices.IndexFunc(ev.reasons, func(r reason) bool { return r.key == key })
	switch {
	case i < 0 && len(ev.reasons) < maxReasons:
		ev.reasons = append(ev.reasons, reason{key, text})
	case i < 0 || ev.reasons[i].text == text:
		return
	default:
		ev.reasons[i].text = text
	}
	ev.changed = true
}

func (ev *event) unsay(key string) {
	n := len(ev.reasons)
	ev.reasons = slices.DeleteFunc(ev.reasons, func(r reason) bool { return r.key == key })
	ev.changed = ev.changed || len(ev.reasons) != n
}

// addTrip takes evidence of a sensor.
func (ev *event) addTrip(t Trip, rangeM float64) {
	if len(ev.trips) == maxTrips {
		ev.trips = slices.Delete(ev.trips, 0, 1)
	}
	t.RangeM = rangeM
	ev.trips = append(ev.trips, t)
	slices.SortStableFunc(ev.trips, func(a, b Trip) int { return a.At.Compare(b.At) })
	ev.evidence(t.At)
	ev.changed = true
	if !ev.live {
		ev.placeByTrips()
	}
}

// evidence notes when something was last sensed.
func (ev *event) evidence(at time.Time) {
	if at.After(ev.lastEvidence) {
		ev.lastEvidence = at
	}
}

// placeByTrips puts the event where its newest trips were, each weighing by its confidence.
func (ev *event) placeByTrips() {
	const recent = 20 * time.Second
	newest := ev.trips[len(ev.trips)-1]
	var lat, lon, sum, spread float64
	for _, t := range ev.trips {
		if newest.At.Sub(t.At) > recent {
			continue
		}
		w := max(0.05, t.Confidence)
		lat, lon, sum = lat+w*t.Lat, lon+w*t.Lon, sum+w
	}
	ev.place = geo.LatLon{Lat: lat / sum, Lon: lon / sum}
	for _, t := range ev.trips {
		if newest.At.Sub(t.At) <= recent {
			spread = max(spread, geo.Distance(ev.place, t.place())/2, tripSigma*max(t.RangeM, t.HalfM))
		}
	}
	ev.ee, ev.en, ev.nn = spread*spread, 0, spread*spread
	ev.placeAt = newest.At
}

// follow moves the event with its track.
func (ev *event) follow(t Track, now time.Time) {
	ev.track, ev.live = t, true
	ev.last[t.ID] = sighting{t.place(), now}
	ev.place, ev.placeAt = t.place(), now
	ev.ee, ev.en, ev.nn = t.CovEE, t.CovEN, t.CovNN
	ev.evidence(t.lastSeen(now))
}

// bind makes a track one that the event is about, the first one where there is none alive.
func (ev *event) bind(t Track, now time.Time) {
	if !ev.bound[t.ID] {
		ev.bound[t.ID] = true
		ev.last[t.ID] = sighting{t.place(), now}
		if ev.changed = true; !slices.Contains(ev.alert.Tracks, t.ID) && len(ev.alert.Tracks) < maxTracks {
			ev.alert.Tracks = append(ev.alert.Tracks, t.ID)
		}
	}
	if ev.live {
		return
	}
	if ev.alert.TrackID != t.ID {
		ev.alert.TrackID = t.ID
		ev.changed = true
	}
	ev.follow(t, now)
}

// sighting is where a track was when.
type sighting struct {
	at geo.LatLon
	t  time.Time
}

// strayed tells whether a track is no longer what it was: fusion may give the number of one that was lost, when its place had become vague, to
// another that appears far away. While it is the same its place is noted.
func (ev *event) strayed(c *Config, t Track, now time.Time) bool {
	const slackM = 30.0
	was, known := ev.last[t.ID]
	speed := c.WalkSpeed
	if t.class() == classVehicle {
		speed = c.DriveSpeed
	}
	reach := slackM + speed*now.Sub(was.t).Seconds() + 3*min(20, t.sigmaM())
	if known && geo.Distance(was.at, t.place()) > reach {
		return true
	}
	ev.last[t.ID] = sighting{t.place(), now}
	return false
}

// unbind lets a track go that the event is not about.
func (ev *event) unbind(id string) {
	delete(ev.bound, id)
	delete(ev.last, id)
	if ev.alert.TrackID == id {
		ev.alert.TrackID, ev.changed = "", true
	}
}

// gate tells whether a track is near enough to be what the event is about, and how near.
func (ev *event) gate(c *Config, t Track, now time.Time) (distance float64, ok bool) {
	d := geo.Distance(ev.place, t.place())
	if d <= c.BindM {
		return d, true
	}
	grown := wander * max(0, now.Sub(ev.placeAt).Seconds())
	variance := max(ev.ee, ev.nn) + t.sigmaM()*t.sigmaM() + grown*grown
	return d, d <= c.BindFarthestM && d <= c.BindSigma*math.Sqrt(variance)
}

// reaches tells whether a trip can belong to the event, and how far off it is.
func (ev *event) reaches(c *Config, t Trip, now time.Time) (distance float64, ok bool) {
	const slackM = 20.0
	if ev.live {
		d := geo.Distance(ev.track.at(t.At, now), t.place())
		reach := c.reachM(t, t.Detail == detailVehicle || ev.track.class() == classVehicle)
		// What is sensed beyond the track's own reach is somebody else.
		return d, d <= reach+3*min(20, ev.track.sigmaM())+slackM
	}
	nearest := math.Inf(1)
	with, without := 0, 0
	for _, old := range ev.trips {
		dt := t.At.Sub(old.At).Abs()
		d := geo.Distance(old.place(), t.place())
		switch {
		// One sensor that trips again and again is the same event for as long as that is so.
		case old.Sensor == t.Sensor && dt <= 2*c.PairWindow, c.plausible(old, t):
			nearest = min(nearest, d)
			with++
		case dt <= c.PairWindow:
			without++
		}
	}
	// Who caused this must have been able to cause most of what was sensed lately, or one event would creep along the sensors from one
	// passer-by to the next.
	return nearest, with > 0 && with >= without
}

// agrees tells whether a trip fits what the event is: a walker is no part of an alert about animals or a vehicle, nor the other way round.
func (ev *event) agrees(t Trip) bool {
	const sure, rather, no, yes = 0.7, 0.6, 0.4, 0.7
	if ev.toldAt.IsZero() || t.Confidence < sure && (t.Detail != detailVehicle || t.Confidence < rather) {
		return true // the sensor, or what the event is, is not sure
	}
	human := ev.alert.Confidence
	if ev.alert.State == StateFalse {
		human = 0
	}
	switch t.Detail {
	case detailWalk:
		return human >= no && ev.alert.Probably != Vehicle && !ev.heardDriving()
	case detailVehicle:
		return human >= no && (ev.heardDriving() || ev.alert.Probably != Person && ev.alert.Probably != Group)
	case detailAnimal:
		return human < yes
	}
	return true
}

// heardDriving tells whether geophones heard a vehicle and nobody's steps, whatever else the event rests on.
func (ev *event) heardDriving() bool {
	heard := false
	for _, t := range ev.trips {
		if t.Detail == detailWalk {
			return false
		}
		heard = heard || t.Detail == detailVehicle && t.Confidence >= 0.5
	}
	return heard
}

// fits tells whether a track can be what an event without one is about: what walks is no vehicle that was heard, nor the other way round.
func (ev *event) fits(t Track) bool {
	switch {
	case ev.track.ID != "" || ev.toldAt.IsZero():
		return true
	case ev.alert.Probably == Vehicle:
		return t.Class[classVehicle] >= notDriven
	case ev.alert.Probably == Person || ev.alert.Probably == Group:
		return t.Class[classVehicle] <= driven
	}
	return true
}

// ellipse gives the region that holds the true place with 95 %.
func (ev *event) ellipse() *Ellipse {
	mean, half := (ev.ee+ev.nn)/2, math.Hypot((ev.ee-ev.nn)/2, ev.en)
	if mean <= 0 {
		return nil
	}
	// The angle of the long axis from east, then as a bearing.
	axis := math.Atan2(2*ev.en, ev.ee-ev.nn) / 2 * 180 / math.Pi
	return &Ellipse{
		SemiMajorM: math.Round(10*ellipseScale*math.Sqrt(mean+half)) / 10,
		SemiMinorM: math.Round(10*ellipseScale*math.Sqrt(max(0, mean-half))) / 10,
		BearingDeg: math.Round(math.Mod(90-axis+180, 180)), Confidence: 0.95,
	}
}
