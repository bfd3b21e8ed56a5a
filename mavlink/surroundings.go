package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/internal/geo"
)

const (
	// Above these vibrations ArduPilot's and PX4's guides warn, and expect the estimate to fail.
	vibrationCaution = 30
	vibrationBad     = 60
	// maxWind and maxReading bound what can be believed, in metres a second and metres.
	maxWind    = 150
	maxReading = 100_000
	// noTerrain is the value of ALTITUDE below which a height above terrain is unknown.
	noTerrain = -1000
)

// applySurroundings takes what says what is around the vehicle; false for everything else.
func (st *state) applySurroundings(m message.Message, at time.Time) bool {
	switch m := m.(type) {
	case *ardupilotmega.MessageWind:
		st.applyWind(float64(m.Speed), float64(m.Direction), float64(m.SpeedZ), at)
	case *common.MessageWindCov:
		// Where the air goes, north and east; the wind's name is where it comes from.
		from := math.Atan2(-float64(m.WindY), -float64(m.WindX)) * radToDeg
		down := m.WindZ
		if !finite(down) {
			down = 0
		}
		st.applyWind(math.Hypot(float64(m.WindX), float64(m.WindY)), from, -float64(down), at)
	case *common.MessageAltitude:
		st.v.Altitudes = &Altitudes{
			AMSL: st.height(m.AltitudeAmsl), Relative: st.height(m.AltitudeRelative), Local: st.height(m.AltitudeLocal), Time: at.UTC(),
		}
		if m.AltitudeTerrain >= noTerrain {
			st.v.Altitudes.Terrain = st.height(m.AltitudeTerrain)
		}
		if m.BottomClearance >= 0 {
			st.v.Altitudes.Clearance = st.height(m.BottomClearance)
		}
	case *common.MessageTerrainReport:
		r := TerrainReport{Pending: int(m.Pending), Loaded: int(m.Loaded), Time: at.UTC()}
		if m.Spacing > 0 {
			r.GroundAMSL, r.AboveM = st.height(m.TerrainHeight), st.height(m.CurrentHeight)
		}
		st.v.Terrain = &r
	case *ardupilotmega.MessageRangefinder:
		st.v.Rangefinder = &Rangefinder{DistanceM: st.height(m.Distance), Time: at.UTC()}
	case *common.MessageDistanceSensor:
		return st.applyDistance(m, at)
	default:
		return false
	}
	return true
}

func (st *state) applyWind(speed, fromDeg, up float64, at time.Time) {
	if !(speed >= 0 && speed <= maxWind && math.Abs(fromDeg) <= 720 && math.Abs(up) <= maxWind) {
		st.refused++
		return
	}
	st.v.Wind = &Wind{Speed: speed, FromDeg: geo.NormalizeDeg(fromDeg), Up: up, Time: at.UTC()}
}

// height reads a height or a distance in metres; nil where it is none.
func (st *state) height(v float32) *float64 {
	switch f := float64(v); {
	case math.IsNaN(f):
		return nil // unknown, by the standard
	case math.Abs(f) > maxReading:
		st.refused++
		return nil
	default:
		return &f
	}
}

// applyDistance takes a sensor that looks down.
func (st *state) applyDistance(m *common.MessageDistanceSensor, at time.Time) bool {
	if m.Orientation != common.MAV_SENSOR_ROTATION_PITCH_270 {
		return false
	}
	r := Rangefinder{Time: at.UTC()}
	if m.CurrentDistance >= m.MinDistance && m.CurrentDistance <= m.MaxDistance {
		r.DistanceM = number(float64(m.CurrentDistance) / centi)
	}
	st.v.Rangefinder = &r
	return true
}

func (st *state) applyVibration(m *common.MessageVibration, at time.Time) {
	if !finite(m.VibrationX, m.VibrationY, m.VibrationZ) {
		st.refused++
		return
	}
	v := Vibration{
		X: float64(m.VibrationX), Y: float64(m.VibrationY), Z: float64(m.VibrationZ),
		Clipping: [3]uint32{m.Clipping_0, m.Clipping_1, m.Clipping_2}, Level: "ok", Time: at.UTC(),
	}
	worst := max(v.X, v.Y, v.Z)
	clipping := false
	if was := st.v.Vibration; was != nil {
		for i, n := range v.Clipping {
			clipping = clipping || n > was.Clipping[i]
		}
	}
	switch {
	case worst > vibrationBad || clipping:
		v.Level = "bad"
	case worst > vibrationCaution:
		v.Level = "caution"
	}
	st.v.Vibration = &v
}
