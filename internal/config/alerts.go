package config

import "time"

// Alerts are the limits of alerts; 0 takes the default, which docs/alerts.md and docs/configuration.md give.
type Alerts struct {
	RaiseConfidence  float64       `yaml:"raiseConfidence,omitempty"`  // 0 to 1
	AnimalsPerPerson float64       `yaml:"animalsPerPerson,omitempty"` // that trip a sensor
	TrackExistence   float64       `yaml:"trackExistence,omitempty"`   // 0 to 1, of a track that alerts by itself
	PairWindow       time.Duration `yaml:"pairWindow,omitempty"`       // between trips that confirm each other
	PairReachM       float64       `yaml:"pairReachM,omitempty"`       // between their sensors
	DriveReachM      float64       `yaml:"driveReachM,omitempty"`      // likewise, where one told of a vehicle
	WalkSpeed        float64       `yaml:"walkSpeed,omitempty"`        // metres a second, the fastest
	DriveSpeed       float64       `yaml:"driveSpeed,omitempty"`       // likewise
	ApproachM        float64       `yaml:"approachM,omitempty"`        // from a border
	ApproachFor      time.Duration `yaml:"approachFor,omitempty"`
	BindM            float64       `yaml:"bindM,omitempty"`       // of a track from an alert
	GroupM           float64       `yaml:"groupM,omitempty"`      // between tracks of one group
	GoneAfter        time.Duration `yaml:"goneAfter,omitempty"`   // nothing was sensed: who comes then is somebody else
	SuppressFor      time.Duration `yaml:"suppressFor,omitempty"` // of what goes on after an alert was closed
	StaleAfter       time.Duration `yaml:"staleAfter,omitempty"`
	OwnM             float64       `yaml:"ownM,omitempty"`     // of ours from its report
	OwnAge           time.Duration `yaml:"ownAge,omitempty"`   // of its report
	OwnReach         float64       `yaml:"ownReach,omitempty"` // times a sensor's range
	WeatherSensors   int           `yaml:"weatherSensors,omitempty"`
	WeatherWindow    time.Duration `yaml:"weatherWindow,omitempty"`
	WeatherSpanM     float64       `yaml:"weatherSpanM,omitempty"`
	WeatherHold      time.Duration `yaml:"weatherHold,omitempty"`
	FaultTrips       int           `yaml:"faultTrips,omitempty"`
	FaultWindow      time.Duration `yaml:"faultWindow,omitempty"`
	LessonHalfLife   time.Duration `yaml:"lessonHalfLife,omitempty"` // of what people decided
	UsualHalfLife    time.Duration `yaml:"usualHalfLife,omitempty"`  // of who was met at a sensor

	HunchConfidence float64       `yaml:"hunchConfidence,omitempty"` // 0 to 1, of trips that are worth a look
	HunchBorderM    float64       `yaml:"hunchBorderM,omitempty"`    // of a track on its way to a border; default: none is
	HunchFor        time.Duration `yaml:"hunchFor,omitempty"`        // after it was last sensed
}

// Cues are the limits of proposals; 0 takes the default.
type Cues struct {
	StandoffM    float64       `yaml:"standoffM,omitempty"`  // how far from the spot a vehicle stays; default 120
	HeightAGL    float64       `yaml:"heightAGL,omitempty"`  // at what height; default 60
	Expire       time.Duration `yaml:"expire,omitempty"`     // default 5m
	LookRangeM   float64       `yaml:"lookRangeM,omitempty"` // of a camera where nothing can be flown nearer; default 400
	FarthestETA  time.Duration `yaml:"farthestETA,omitempty"`
	Reserve      time.Duration `yaml:"reserve,omitempty"`   // flight time kept for landing
	LeastStay    time.Duration `yaml:"leastStay,omitempty"` // on target
	TimeOnTarget time.Duration `yaml:"timeOnTarget,omitempty"`
	LostAfter    time.Duration `yaml:"lostAfter,omitempty"`    // without its link
	QuietAfter   time.Duration `yaml:"quietAfter,omitempty"`   // after a rejected, expired or finished cue
	HandoverLead time.Duration `yaml:"handoverLead,omitempty"` // before the battery forces a vehicle home
	SearchAfter  time.Duration `yaml:"searchAfter,omitempty"`  // without anything to follow
	SearchEvery  time.Duration `yaml:"searchEvery,omitempty"`  // at each place
	SearchStepM  float64       `yaml:"searchStepM,omitempty"`  // around the middle of a picture of which no more is known
	SearchMostM  float64       `yaml:"searchMostM,omitempty"`  // from where it was sensed
	SearchPd     float64       `yaml:"searchPd,omitempty"`     // of a detector that looks at one picture
	SearchHidden float64       `yaml:"searchHidden,omitempty"` // share of places where any look misses
	SearchAcross float64       `yaml:"searchAcross,omitempty"` // share of those near a border who go across it

	HunchExpire    time.Duration `yaml:"hunchExpire,omitempty"`    // of a proposal that comes without an alert; default 1m
	CallAwayAfter  time.Duration `yaml:"callAwayAfter,omitempty"`  // of looking at one target, before another is proposed
	FollowTime     time.Duration `yaml:"followTime,omitempty"`     // of a track that somebody has a vehicle follow
	HunchTime      time.Duration `yaml:"hunchTime,omitempty"`      // on target, likewise
	HunchETA       time.Duration `yaml:"hunchETA,omitempty"`       // the longest flight, likewise
	HunchesPerHour *int          `yaml:"hunchesPerHour,omitempty"` // proposals without an alert; 0: none; default 12

	SearchWalkSlow  float64 `yaml:"searchWalkSlow,omitempty"` // m/s, of who is searched for
	SearchWalkFast  float64 `yaml:"searchWalkFast,omitempty"`
	SearchDriveSlow float64 `yaml:"searchDriveSlow,omitempty"`
	SearchDriveFast float64 `yaml:"searchDriveFast,omitempty"`
}

// alerts checks the limits of alerts and cues.
func (c *checker) alerts(a Alerts, q Cues) {
	for key, v := range map[string]float64{"raiseConfidence": a.RaiseConfidence, "trackExistence": a.TrackExistence, "hunchConfidence": a.HunchConfidence} {
		c.limit("alerts."+key, v, 0, 0.99)
	}
	for key, v := range map[string]float64{
		"animalsPerPerson": a.AnimalsPerPerson, "pairReachM": a.PairReachM, "driveReachM": a.DriveReachM, "approachM": a.ApproachM, "bindM": a.BindM, "groupM": a.GroupM,
		"ownM": a.OwnM, "weatherSpanM": a.WeatherSpanM, "hunchBorderM": a.HunchBorderM,
	} {
		c.limit("alerts."+key, v, 0, 5000)
	}
	for key, v := range map[string]float64{
		"walkSpeed": a.WalkSpeed, "driveSpeed": a.DriveSpeed, "ownReach": a.OwnReach, "weatherSensors": float64(a.WeatherSensors),
		"faultTrips": float64(a.FaultTrips),
	} {
		c.limit("alerts."+key, v, 0, 200)
	}
	if q.HunchesPerHour != nil {
		c.limit("cues.hunchesPerHour", float64(*q.HunchesPerHour), 0, 1000)
	}
	for key, v := range map[string]float64{"searchPd": q.SearchPd, "searchHidden": q.SearchHidden, "searchAcross": q.SearchAcross} {
		c.limit("cues."+key, v, 0, 0.99)
	}
	for key, v := range map[string]float64{
		"searchWalkSlow": q.SearchWalkSlow, "searchWalkFast": q.SearchWalkFast, "searchDriveSlow": q.SearchDriveSlow, "searchDriveFast": q.SearchDriveFast,
	} {
		c.limit("cues."+key, v, 0, 50)
	}
	for key, v := range map[string]float64{
		"standoffM": q.StandoffM, "lookRangeM": q.LookRangeM, "searchStepM": q.SearchStepM, "searchMostM": q.SearchMostM,
	} {
		c.limit("cues."+key, v, 0, 5000)
	}
	c.limit("cues.heightAGL", q.HeightAGL, 0, 1000)
	for key, d := range map[string]time.Duration{
		"alerts.pairWindow": a.PairWindow, "alerts.approachFor": a.ApproachFor, "alerts.goneAfter": a.GoneAfter, "alerts.suppressFor": a.SuppressFor, "alerts.staleAfter": a.StaleAfter,
		"alerts.ownAge": a.OwnAge, "alerts.weatherWindow": a.WeatherWindow, "alerts.weatherHold": a.WeatherHold, "alerts.faultWindow": a.FaultWindow,
		"alerts.lessonHalfLife": a.LessonHalfLife, "alerts.usualHalfLife": a.UsualHalfLife, "alerts.hunchFor": a.HunchFor, "cues.hunchExpire": q.HunchExpire, "cues.hunchTime": q.HunchTime, "cues.followTime": q.FollowTime, "cues.callAwayAfter": q.CallAwayAfter,
		"cues.hunchETA": q.HunchETA, "cues.expire": q.Expire, "cues.farthestETA": q.FarthestETA, "cues.reserve": q.Reserve,
		"cues.leastStay": q.LeastStay, "cues.timeOnTarget": q.TimeOnTarget, "cues.lostAfter": q.LostAfter, "cues.quietAfter": q.QuietAfter,
		"cues.handoverLead": q.HandoverLead, "cues.searchAfter": q.SearchAfter, "cues.searchEvery": q.SearchEvery,
	} {
		if d < 0 {
			c.addf(key, "%v is negative", d)
		}
	}
}
