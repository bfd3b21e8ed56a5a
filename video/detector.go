package video

import (
	"time"

	"vedette/video/thermal"
	"vedette/video/thermal/follow"
	"vedette/video/thermal/network"
)

// DetectorKind names a way to find things in thermal pictures.
type DetectorKind string

// The detectors.
const (
	// DetectorHotSpots finds what is warmer than the ground around it.
	DetectorHotSpots DetectorKind = "hotspots"
	// DetectorNetwork finds people and vehicles with trained weights. It is the default.
	DetectorNetwork DetectorKind = "network"
)

const (
	// networkEvery is the least time between two frames that the network looks at: it bounds what a feed costs.
	networkEvery = 95 * time.Millisecond
	// networkScore is the lowest score of the network that can carry an object on.
	networkScore = 0.15
)

// look is a feed's detector, or nothing where the feed has none. It is used by the decoder's goroutine.
type look struct {
	detector thermal.Detector
	follower *follow.Follower
	pace     pace
}

// at finds the objects of a frame.
func (l *look) at(g *thermal.Gray, frame time.Time) []Box {
	return l.follower.Follow(g, frame, l.detector.Detect(g))
}

func newLook(cfg FeedConfig, weights *network.Weights) (look, error) {
	if !cfg.Detect || cfg.Kind != KindThermal {
		return look{}, nil
	}
	if cfg.Detector == DetectorHotSpots {
		return look{detector: thermal.NewHotSpots(thermal.Config{}), follower: follow.New()}, nil
	}
	d, err := thermal.NewLearned(weights, thermal.LearnedConfig{MinScore: networkScore})
	return look{detector: d, follower: follow.New(), pace: pace{least: networkEvery}}, err
}
