package alert

import (
	"time"

	"vedette/tracking/zone"
)

// Config holds every threshold; the zero value of each takes its default.
type Config struct {
	// Zones are the borders and areas that matter; no-fly zones do not.
	Zones []zone.Zone
	// FirstID is the number of the first alert ("a-1" by default), so that a restart does not use one again.
	FirstID int

	// PairWindow is the longest time between two trips that confirm each other: 60 s.
	PairWindow time.Duration
	// WalkSpeed and DriveSpeed are the fastest that somebody gets from one sensor to another: 3.5 and 25 m/s. The second
	// holds where a sensor told of a vehicle.
	WalkSpeed, DriveSpeed float64
	// PairReachM is the farthest that two sensors may be apart to confirm each other for a walker: 200 m. DriveReachM is that where one
	// told of a vehicle: 500 m; within PairWindow it would get farther, and so would others.
	PairReachM, DriveReachM float64
	// RaiseConfidence is the confidence from which evidence becomes an alert: 0.7.
	RaiseConfidence float64
	// AnimalsPerPerson is how many animals trip a sensor for each person who does: 6.
	AnimalsPerPerson float64
	// SeismicRangeM, PIRRangeM and BeamRangeM stand in for a trip's RangeM: 40, 15, 5 m.
	SeismicRangeM, PIRRangeM, BeamRangeM float64

	// TrackExistence is the least existence of a track that alerts by itself: 0.9.
	TrackExistence float64
	// ApproachM is how near to a border a track that heads for it alerts: 150 m.
	ApproachM float64
	// ApproachFor is how long it must do so: 2 s.
	ApproachFor time.Duration
	// BindM is how near to an alert a track must appear to be what the alert is about, whatever their uncertainty: 80 m.
	BindM float64
	// BindSigma is how many standard deviations it may be beyond that: 3, up to BindFarthestM, 200 m.
	BindSigma, BindFarthestM float64
	// GroupM is how near tracks walk that are one group and one alert: 40 m.
	GroupM float64
	// TrackTripAge is how old a trip may be that a track confirms: 30 s.
	TrackTripAge time.Duration

	// OwnM is how far from its report one of ours may be: 20 m. OwnAge is how old a report may be: 30 s. OwnReach is how many
	// times a sensor's range away ours may be to be what tripped it: 3.
	OwnM     float64
	OwnAge   time.Duration
	OwnReach float64
	// FaultTrips within FaultWindow are more than anybody can cause, and a fault of the sensor: 30 within 2 min. Sensors that hold
	// off for some seconds after a trip do not get there.
	FaultTrips  int
	FaultWindow time.Duration
	// LessonHalfLife is after how long a decision about a sensor's alerts counts half: 14 days.
	LessonHalfLife time.Duration
	// UsualHalfLife is after how long what was met at a sensor counts half for what is expected there: 3 days.
	UsualHalfLife time.Duration
	// WeatherSensors of one kind within WeatherWindow over WeatherSpanM are weather: 4, 5 s, 200 m.
	WeatherSensors int
	WeatherWindow  time.Duration
	WeatherSpanM   float64
	// WeatherHold is how long trips of that kind that name nothing are then left out: 30 s.
	WeatherHold time.Duration

	// Hunches tells that what makes no alert may be worth a look; without it there are none.
	Hunches bool
	// HunchConfidence is the confidence from which trips that make no alert are worth a look: 0.5. HunchFor is how long after its last trip one is remembered: 4 min.
	// HunchBorderM is how near to a border a track that a camera sees is worth watching: none is by default.
	HunchConfidence float64
	HunchBorderM    float64
	HunchFor        time.Duration

	// SuppressFor is how long evidence of an event that was resolved or called false raises nothing new: 5 min.
	SuppressFor time.Duration
	// GoneAfter is how long after the last evidence whom an alert is about has gone, so that what comes then is another: 90 s.
	GoneAfter time.Duration
	// StaleAfter is how long after the last evidence an alert says that it is stale: 10 min.
	StaleAfter time.Duration
	// KeepClosed is how long closed alerts are kept: 24 h.
	KeepClosed time.Duration
}

func orDefault[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

func (c Config) withDefaults() Config {
	orDefault(&c.FirstID, 1)
	orDefault(&c.PairWindow, time.Minute)
	orDefault(&c.WalkSpeed, 3.5)
	orDefault(&c.DriveSpeed, 25)
	orDefault(&c.PairReachM, 200)
	orDefault(&c.DriveReachM, 500)
	orDefault(&c.RaiseConfidence, 0.7)
	orDefault(&c.AnimalsPerPerson, 6)
	orDefault(&c.SeismicRangeM, 40)
	orDefault(&c.PIRRangeM, 15)
	orDefault(&c.BeamRangeM, 5)
	orDefault(&c.TrackExistence, 0.9)
	orDefault(&c.ApproachM, 150)
	orDefault(&c.ApproachFor, 2*time.Second)
	orDefault(&c.BindM, 80)
	orDefault(&c.BindSigma, 3)
	orDefault(&c.BindFarthestM, 200)
	orDefault(&c.GroupM, 40)
	orDefault(&c.TrackTripAge, 30*time.Second)
	orDefault(&c.OwnM, 20)
	orDefault(&c.OwnAge, 30*time.Second)
	orDefault(&c.OwnReach, 3)
	orDefault(&c.FaultTrips, 30)
	orDefault(&c.FaultWindow, 2*time.Minute)
	orDefault(&c.LessonHalfLife, 14*24*time.Hour)
	orDefault(&c.UsualHalfLife, 3*24*time.Hour)
	orDefault(&c.WeatherSensors, 4)
	orDefault(&c.WeatherWindow, 5*time.Second)
	orDefault(&c.WeatherSpanM, 200)
	orDefault(&c.WeatherHold, 30*time.Second)
	orDefault(&c.HunchConfidence, 0.5)
	orDefault(&c.HunchFor, 4*time.Minute)
	orDefault(&c.SuppressFor, 5*time.Minute)
	orDefault(&c.GoneAfter, 90*time.Second)
	orDefault(&c.StaleAfter, 10*time.Minute)
	orDefault(&c.KeepClosed, 24*time.Hour)
	return c
}

func (c *Config) rangeM(t Trip) float64 {
	switch {
	case t.RangeM > 0:
		return t.RangeM
	case t.Kind == kindSeismic:
		return c.SeismicRangeM
	case t.Kind == kindPIR:
		return c.PIRRangeM
	default:
		return c.BeamRangeM
	}
}
