package fusion

import (
	"time"

	"vedette/internal/geo"
)

// Config holds the options of a Tracker. The zero value is usable.
type Config struct {
	// Lag is how old a measurement may be, against the newest arrival, and still be worked in; default 25 s.
	Lag time.Duration
	// Lines are what Track.Crossings and Tracker.Crossings watch.
	Lines []Line
	// MaxTracks bounds the tracks that are kept, tentative ones included; default 5000. When it is reached nothing new is born.
	MaxTracks int
	// MaxDetections bounds one scan; a scan with more is refused; default 2000.
	MaxDetections int
	// ReachKM bounds the distance of a measurement from the first one; what lies farther is refused; default 200.
	ReachKM float64
}

// Line is a line on the ground, such as a border.
type Line struct {
	ID     string
	Points []geo.LatLon
}

func (c Config) withDefaults() Config {
	if c.Lag <= 0 {
		c.Lag = 25 * time.Second
	}
	if c.MaxTracks <= 0 {
		c.MaxTracks = 5000
	}
	if c.MaxDetections <= 0 {
		c.MaxDetections = 2000
	}
	if c.ReachKM <= 0 {
		c.ReachKM = 200
	}
	return c
}

// The parameters of the model that are not options: one set for every place and every sensor.
const (
	survivalS = 400 // mean time that a target stays, seconds

	newPerScan      = 0.04  // new targets that a scan of a camera shows, mean
	newPerSensor    = 4.0   // new targets that a ground sensor notices in an hour, mean
	gateD2          = 16    // squared distance beyond which a detection cannot be a track's
	minBirthShare   = 0.2   // a detection explained better than this by tracks starts none
	minBirthR       = dropR // nor does one that would be dropped at the first look that shows nothing
	missesPerS      = 4.0   // scans of one camera that count as independent looks, in a second
	surelySeen      = 0.9   // a frame counts for two tracks being two where each was in it with this probability
	groupM          = 30    // those seen side by side walk together while they are closer than this,
	companionS      = 45    // which is believed less and less as the frame that showed them grows old
	resolutionM     = 5.0   // two targets closer than this may show as one detection
	confirmR        = 0.97
	unconfirmR      = 0.35
	dropR           = 0.003
	dropConfirmedR  = 0.05
	showR           = 0.3 // a tentative track below this is not shown
	dropSigmaM      = 150
	dropAfterS      = 90
	vagueSigmaM     = 32
	vagueAfterS     = 12
	vagueIdleSigmaM = 15
	crossingSigmas  = 1.3
	unseenSigmas    = 1.8 // the same for what no camera has seen: a trip may move it over the line and the next one back
	firstSideSigmas = 0.4
)
