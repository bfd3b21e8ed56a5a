package cue

import (
	"time"

	"vedette/tracking/zone"
)

// Config holds the settings; the zero value of each takes its default.
type Config struct {
	// Zones hold the no-fly zones, which no approach enters, and the borders, which who is searched for may want to cross.
	Zones []zone.Zone
	// FirstID is the number of the first cue: 1.
	FirstID int
	// StandoffM is how far from the target a vehicle stands: 120 m.
	StandoffM float64
	// HeightAGL is how high above ground it stands, in metres: 60.
	HeightAGL float64
	// LookRangeM is how far a camera sees where no approach is possible: 400 m.
	LookRangeM float64
	// Speed and ClimbRate stand in for what is not known of a vehicle: 10 and 2.5 m/s.
	Speed, ClimbRate float64
	// SlewTime is how long a gimbal needs to turn: 2 s. TakeOffTime is how long arming takes: 8 s.
	SlewTime, TakeOffTime time.Duration
	// FarthestETA is the longest flight proposed: 10 min.
	FarthestETA time.Duration
	// Reserve is the flight time kept for landing: 2 min. LeastStay is the least time on target worth a flight: 1 min.
	Reserve, LeastStay time.Duration
	// ExpireAfter is how long a proposal waits for an operator: 5 min.
	ExpireAfter time.Duration
	// TimeOnTarget is how long a vehicle looks before the cue is done: 3 min.
	TimeOnTarget time.Duration
	// FollowTime is how long a vehicle follows a track that somebody had it follow: 30 min.
	FollowTime time.Duration
	// CallAwayAfter is how long a vehicle must have looked at what an alert is about before it is proposed for another one: 20 s.
	CallAwayAfter time.Duration
	// HunchExpire, HunchTime and HunchETA are those three for what is only worth a look: 1 min to decide, 90 s on target, 90 s until it is
	// seen.
	HunchExpire, HunchTime, HunchETA time.Duration
	// HunchesPerHour is how many such looks are proposed at most, at once up to a quarter of them: none by default.
	HunchesPerHour int
	// HunchFresh is how long ago something may have been sensed of what a look is proposed at without an alert, or for which a vehicle would
	// leave something else: 45 s.
	HunchFresh time.Duration
	// LookEvery bounds how often the camera is aimed anew: 500 ms.
	LookEvery time.Duration
	// GoEvery and GoMoveM bound how often the vehicle is sent on: 3 s, and when the place has moved 15 m.
	GoEvery time.Duration
	GoMoveM float64
	// LostAfter is how long a vehicle may be away from its link before its cue fails: 15 s.
	LostAfter time.Duration
	// HandoverLead is how long before its battery forces a vehicle home another is proposed to take over: 4 min.
	HandoverLead time.Duration
	// SearchAfter is how long nothing may be followed on station before a cue says that it searches: 8 s. SearchEvery is the time of a
	// look at one place, for which the places to look at are compared: 4 s. SearchStepM is how far around its middle a picture is believed
	// to show a target where it is not known what the camera sees: 30 m. SearchMostM is how far from where the target was sensed is
	// looked: 400 m.
	SearchAfter, SearchEvery time.Duration
	SearchStepM, SearchMostM float64
	// SearchPd is how likely one picture shows a detector what is large enough in it: 0.6. SearchHidden is how likely something is
	// hidden from any number of pictures of one place: 0.15.
	SearchPd, SearchHidden float64
	// SearchWalkSlow and SearchWalkFast are the speeds of who walks and is searched for: 0.5 to 2 m/s. SearchDriveSlow and
	// SearchDriveFast are those of who drives: 2 to 15 m/s.
	SearchWalkSlow, SearchWalkFast, SearchDriveSlow, SearchDriveFast float64
	// SearchAcross is how likely who walks within SearchMostM of a border goes across it, one way or the other, rather than anywhere: 0.5.
	SearchAcross float64
	// QuietAfter is how long nothing more is proposed for an alert whose cue was rejected, expired or done: 5 min. After a
	// failure another vehicle is proposed at once.
	QuietAfter time.Duration
}

func orDefault[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

func (c Config) withDefaults() Config {
	orDefault(&c.FirstID, 1)
	orDefault(&c.StandoffM, 120)
	orDefault(&c.HeightAGL, 60)
	orDefault(&c.LookRangeM, 400)
	orDefault(&c.Speed, 10)
	orDefault(&c.ClimbRate, 2.5)
	orDefault(&c.SlewTime, 2*time.Second)
	orDefault(&c.TakeOffTime, 8*time.Second)
	orDefault(&c.FarthestETA, 10*time.Minute)
	orDefault(&c.Reserve, 2*time.Minute)
	orDefault(&c.LeastStay, time.Minute)
	orDefault(&c.ExpireAfter, 5*time.Minute)
	orDefault(&c.TimeOnTarget, 3*time.Minute)
	orDefault(&c.CallAwayAfter, 20*time.Second)
	orDefault(&c.FollowTime, 30*time.Minute)
	orDefault(&c.HunchExpire, time.Minute)
	orDefault(&c.HunchTime, 90*time.Second)
	orDefault(&c.HunchETA, 90*time.Second)
	orDefault(&c.HunchFresh, 45*time.Second)
	orDefault(&c.LookEvery, 500*time.Millisecond)
	orDefault(&c.GoEvery, 3*time.Second)
	orDefault(&c.GoMoveM, 15)
	orDefault(&c.LostAfter, 15*time.Second)
	orDefault(&c.HandoverLead, 4*time.Minute)
	orDefault(&c.SearchAfter, 8*time.Second)
	orDefault(&c.SearchEvery, 4*time.Second)
	orDefault(&c.SearchStepM, 30)
	orDefault(&c.SearchMostM, 400)
	orDefault(&c.SearchPd, 0.6)
	orDefault(&c.SearchHidden, 0.15)
	orDefault(&c.SearchWalkSlow, 0.5)
	orDefault(&c.SearchWalkFast, 2)
	orDefault(&c.SearchDriveSlow, 2)
	orDefault(&c.SearchDriveFast, 15)
	orDefault(&c.SearchAcross, 0.5)
	c.SearchWalkFast, c.SearchDriveFast = max(c.SearchWalkFast, c.SearchWalkSlow), max(c.SearchDriveFast, c.SearchDriveSlow)
	orDefault(&c.QuietAfter, 5*time.Minute)
	return c
}
