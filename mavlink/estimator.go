package mavlink

import (
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	// A ratio of 1 is where an estimator refuses a sensor; ArduPilot's failsafe acts at 0.8 unless set otherwise.
	ratioCaution = 0.5
	ratioBad     = 0.8
)

// estimatorFlags are the bits that EKF_STATUS_REPORT and ESTIMATOR_STATUS have in common; the others have other places.
type estimatorFlags uint64

const (
	goodAttitude   = estimatorFlags(ardupilotmega.EKF_ATTITUDE)
	goodSpeed      = estimatorFlags(ardupilotmega.EKF_VELOCITY_HORIZ | ardupilotmega.EKF_VELOCITY_VERT)
	goodPlace      = estimatorFlags(ardupilotmega.EKF_POS_HORIZ_ABS)
	goodHeight     = estimatorFlags(ardupilotmega.EKF_POS_VERT_ABS)
	placeHeld      = estimatorFlags(ardupilotmega.EKF_CONST_POS_MODE)
	notInitialised = estimatorFlags(ardupilotmega.EKF_UNINITIALIZED)
)

func ekfOf(m *ardupilotmega.MessageEkfStatusReport, at time.Time) *EKF {
	e := estimatorFlags(m.Flags).health()
	e.GPSGlitch = m.Flags&ardupilotmega.EKF_GPS_GLITCHING != 0
	e.VelocityRatio, e.HorizontalRatio, e.VerticalRatio = ratio(m.VelocityVariance), ratio(m.PosHorizVariance), ratio(m.PosVertVariance)
	e.CompassRatio, e.TerrainRatio, e.AirspeedRatio = ratio(m.CompassVariance), ratio(m.TerrainAltVariance), ratio(m.AirspeedVariance)
	e.judge(estimatorFlags(m.Flags)&notInitialised != 0)
	e.Time = at.UTC()
	return &e
}

func estimatorOf(m *common.MessageEstimatorStatus, at time.Time) *EKF {
	e := estimatorFlags(m.Flags).health()
	e.GPSGlitch = m.Flags&common.ESTIMATOR_GPS_GLITCH != 0
	e.VelocityRatio, e.HorizontalRatio, e.VerticalRatio = ratio(m.VelRatio), ratio(m.PosHorizRatio), ratio(m.PosVertRatio)
	e.CompassRatio, e.TerrainRatio, e.AirspeedRatio = ratio(m.MagRatio), ratio(m.HaglRatio), ratio(m.TasRatio)
	e.judge(m.Flags&common.ESTIMATOR_ACCEL_ERROR != 0)
	e.Time = at.UTC()
	return &e
}

func (f estimatorFlags) health() EKF {
	return EKF{
		Attitude: f&goodAttitude != 0, Velocity: f&goodSpeed == goodSpeed, Position: f&goodPlace != 0, Height: f&goodHeight != 0,
		Held: f&placeHeld != 0,
	}
}

// judge sums up. The ratios of terrain and airspeed do not keep a vehicle from flying.
func (e *EKF) judge(broken bool) {
	worst := 0.0
	for _, r := range []*float64{e.VelocityRatio, e.HorizontalRatio, e.VerticalRatio, e.CompassRatio} {
		if r != nil {
			worst = max(worst, *r)
		}
	}
	switch {
	case broken || !e.Attitude || !e.Velocity || !e.Position || !e.Height || worst >= ratioBad:
		e.Level = "bad"
	case worst >= ratioCaution || e.GPSGlitch || e.Held:
		e.Level = "caution"
	default:
		e.Level = "ok"
	}
}

// ratio is nil where a sender has no such number.
func ratio(v float32) *float64 {
	if !finite(v) || v < 0 {
		return nil
	}
	return number(v)
}
