package video

import (
	"errors"
	"time"

	"vedette/video/thermal"
	"vedette/video/thermal/follow"
	"vedette/video/thermal/outside"
)

// DetectorKind names a way to find things in pictures.
type DetectorKind string

// The detectors.
const (
	// DetectorHotSpots finds what is warmer than the ground around it.
	DetectorHotSpots DetectorKind = "hotspots"
	// DetectorNetwork finds people and vehicles with trained weights. It is the default.
	DetectorNetwork DetectorKind = "network"
	// DetectorProcess has a program of the operator's look (Config.DetectorCommand).
	DetectorProcess DetectorKind = "process"
	// DetectorMotion finds what moves against the ground. It is the only one for EO feeds, and for these alone.
	DetectorMotion DetectorKind = "motion"
)

const (
	// networkEvery is the least time between two frames that the network looks at: it bounds what a feed costs.
	networkEvery = 95 * time.Millisecond
	// networkScore is the lowest probability that can carry an object on.
	networkScore = 0.035
)

// What makes an object of boxes: by probabilities, and by the scores of hot spots, which are none.
var (
	byProbability = follow.Config{Born: 0.06, Told: 0.2}
	byHotSpots    = follow.Config{Born: 0.3, Told: 0.4}
)

// look is a feed's detector, or nothing where the feed has none. It is used by the decoder's goroutine.
type look struct {
	detector thermal.Detector
	outside  *outside.Detector // in place of detector
	movers   *follow.Movers    // in place of detector
	follower *follow.Follower
	pace     pace
}

// none says that the feed has no detector.
func (l *look) none() bool { return l.detector == nil && l.outside == nil && l.movers == nil }

// at finds the objects of a frame. ok is false where nobody looked.
func (l *look) at(g *thermal.Gray, frame time.Time) (found []Box, ok bool) {
	if l.movers != nil {
		return l.follower.Follow(g, frame, l.movers.Detect(g, frame)), true
	}
	if l.outside == nil {
		return l.follower.Follow(g, frame, l.detector.Detect(g)), true
	}
	boxes, ok := l.outside.Detect(g)
	if !ok {
		return nil, false
	}
	return l.follower.Follow(g, frame, boxes), true
}

// interrupt ends a look that waits. It may be called by any goroutine.
func (l *look) interrupt() {
	if l.outside != nil {
		l.outside.Interrupt()
	}
}

// close ends what the detector runs.
func (l *look) close() {
	if l.outside != nil {
		l.outside.Close()
	}
}

// trouble says why nobody looks although there are pictures; "" where somebody does.
func (l *look) trouble() string {
	if l.outside == nil {
		return ""
	}
	return l.outside.Status()
}

func newLook(cfg FeedConfig, room Config) (look, error) {
	switch {
	case !cfg.Detect, (cfg.Kind == KindEO) != (cfg.Detector == DetectorMotion):
		return look{}, nil
	case cfg.Kind == KindEO:
		return look{movers: follow.NewMovers(), follower: follow.New(follow.Movement), pace: pace{least: networkEvery}}, nil
	}
	switch cfg.Detector {
	case DetectorHotSpots:
		return look{detector: thermal.NewHotSpots(thermal.Config{}), follower: follow.New(byHotSpots)}, nil
	case DetectorProcess:
		if len(room.DetectorCommand) == 0 {
			return look{}, errors.New("detector \"process\" needs a command")
		}
		d := outside.New(outside.Config{Command: room.DetectorCommand, Log: room.Log.With("feed", cfg.ID)})
		return look{outside: d, follower: follow.New(byProbability), pace: pace{least: networkEvery}}, nil
	default:
		d, err := thermal.NewLearned(room.Weights, thermal.LearnedConfig{MinScore: networkScore, LargeEvery: 2})
		return look{detector: d, follower: follow.New(byProbability), pace: pace{least: networkEvery}}, err
	}
}
