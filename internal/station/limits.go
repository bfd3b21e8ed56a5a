package station

import (
	"cmp"

	"vedette/internal/config"
	"vedette/tracking/alert"
	"vedette/tracking/cue"
	"vedette/tracking/zone"
)

// alertConfig are the configured limits of alerts; what is 0 takes the engine's default.
func alertConfig(c config.Alerts, zones []zone.Zone, firstID int) alert.Config {
	return alert.Config{
		Zones: zones, FirstID: firstID,
		RaiseConfidence: c.RaiseConfidence, AnimalsPerPerson: c.AnimalsPerPerson, TrackExistence: c.TrackExistence,
		PairWindow: c.PairWindow, PairReachM: c.PairReachM, DriveReachM: c.DriveReachM, WalkSpeed: c.WalkSpeed, DriveSpeed: c.DriveSpeed,
		ApproachM: c.ApproachM, ApproachFor: cmp.Or(c.ApproachFor, approachFor), BindM: c.BindM, GroupM: c.GroupM,
		SuppressFor: c.SuppressFor, GoneAfter: c.GoneAfter, StaleAfter: c.StaleAfter, OwnM: c.OwnM, OwnAge: c.OwnAge, OwnReach: c.OwnReach,
		WeatherSensors: c.WeatherSensors, WeatherWindow: c.WeatherWindow, WeatherSpanM: c.WeatherSpanM, WeatherHold: c.WeatherHold,
		FaultTrips: c.FaultTrips, FaultWindow: c.FaultWindow, LessonHalfLife: c.LessonHalfLife, UsualHalfLife: c.UsualHalfLife,
		HunchConfidence: c.HunchConfidence, HunchBorderM: c.HunchBorderM, HunchFor: c.HunchFor,
	}
}

// cueConfig are the configured limits of cues.
func cueConfig(c config.Cues, zones []zone.Zone) cue.Config {
	return cue.Config{
		Zones: zones, StandoffM: c.StandoffM, HeightAGL: c.HeightAGL, ExpireAfter: c.Expire, LookRangeM: c.LookRangeM,
		FarthestETA: c.FarthestETA, Reserve: c.Reserve, LeastStay: c.LeastStay, TimeOnTarget: c.TimeOnTarget,
		HunchExpire: c.HunchExpire, HunchTime: c.HunchTime, FollowTime: c.FollowTime, CallAwayAfter: c.CallAwayAfter, HunchETA: c.HunchETA, HunchesPerHour: hunchesPerHour(c), LostAfter: c.LostAfter, QuietAfter: c.QuietAfter, HandoverLead: c.HandoverLead,
		SearchAfter: c.SearchAfter, SearchEvery: c.SearchEvery, SearchStepM: c.SearchStepM, SearchMostM: c.SearchMostM,
		SearchPd: c.SearchPd, SearchHidden: c.SearchHidden, SearchAcross: c.SearchAcross, SearchWalkSlow: c.SearchWalkSlow, SearchWalkFast: c.SearchWalkFast,
		SearchDriveSlow: c.SearchDriveSlow, SearchDriveFast: c.SearchDriveFast,
	}
}

// hunchesPerHour is how many looks without an alert may be proposed, where nothing else is configured.
func hunchesPerHour(c config.Cues) int {
	const usual = 12
	if c.HunchesPerHour == nil {
		return usual
	}
	return *c.HunchesPerHour
}
